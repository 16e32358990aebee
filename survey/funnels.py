"""From meetings to answers, from a wish to a call, step by step: how many are left, and of which step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from survey import scoring, turnout
from survey.figures import Section, Series
from survey.promises import Told
from survey.results import Counts, OneRow
from survey.scoring import Figure
from survey.turnout import Turnout, Weeks

UNHELD = ("cancelled", "not_attended", "in_the_future", "too_old")
"""No meeting to ask about, or too long ago."""
SPARED = ("opted_out", "protected_address", "hurtful_moment", "paused", "asked_recently")
"""Held, but the citizen is left in peace."""
UNREACHABLE = ("no_channel", "dead_address")
UNDRAWN = ("outside_wave", "not_sampled")


@dataclass(frozen=True)
class Step:
    """How many are left, None where they are too few to tell; `share` names the step they are a share of."""

    name: str
    n: int | None
    text: str
    share: str

    @property
    def short(self) -> str:
        """The share without the two numbers, for where they stand beside it: "53,6 % af de udsendte"."""
        return self.share.rpartition("= ")[2]


@dataclass(frozen=True)
class Funnel:
    """Steps, and the first and the last Monday of the weeks they are of; falsy without steps."""

    steps: tuple[Step, ...] = ()
    mondays: tuple[date, date] | None = None

    @property
    def weeks(self) -> str:
        """The weeks in words: "uge 18 til 34, 2021"; "" without steps."""
        return turnout.weeks_named(*self.mondays) if self.mondays else ""

    def __bool__(self) -> bool:
        return bool(self.steps)


def steps(counts: Counts, section: Section) -> Funnel:
    """Meetings held, may be asked about, with a channel, sent, delivered, answered; none where nothing was sent.

    Of a law group or team, over all its versions, and of the blocks of weeks that its response rates are told in.
    """
    parts = [(series, series.turnout.weeks) for series in section.series if series.turnout]
    told = sorted({(block.first, block.last) for _, blocks in parts for block in blocks})
    if not told:
        return Funnel()
    mondays = {first + timedelta(weeks=n) for first, last in told for n in range((last - first).days // 7 + 1)}
    mine = [row for row in counts.meetings if row.week in mondays and _is_of(row, section)]
    weeks = [row for part in parts for row in _sent(counts, section, *part)]
    held = _less(mine, UNHELD)
    eligible = _less(mine, (*UNHELD, *SPARED, *UNDRAWN))
    channel = _less(mine, (*UNHELD, *SPARED, *UNDRAWN, *UNREACHABLE))
    answered = _answered(section)
    numbers = (
        ("Samtaler holdt", held, ""),
        ("Kunne spørges", eligible, "af samtalerne"),
        ("Havde mobil eller e-mail", channel, "af dem, der kunne spørges"),
        ("Udsendt", sum(row.sent for row in weeks), "af dem med mobil eller e-mail"),
        ("Leveret", sum(row.delivered for row in weeks), "af de udsendte"),
        ("Besvaret", answered, "af de udsendte"),
    )
    return Funnel(_told(numbers, counts.smallest), (told[0][0], max(last for _, last in told)))


def _is_of(row: OneRow, section: Section) -> bool:
    return bool(row.law == section.law and (section.team is None or row.team_id == section.team.id))


def _sent(counts: Counts, section: Section, series: Series, told: Sequence[Weeks]) -> list[OneRow]:
    """A series' weeks of sending in the blocks `told`."""
    mine = [row for row in counts.weeks if row.version_id == series.version_id and _is_of(row, section)]
    return turnout.within(mine, told, section.team.id if section.team else None)


def calls(told: Told) -> tuple[Step, ...]:
    """Calls asked for, due, made, made in time; () where no quarter may be told."""
    promises = told.promises
    if not told.quarters:
        return ()
    made = promises.kept + promises.late
    return (
        Step("Bedt om opkald", promises.asked, scoring.count(promises.asked), ""),
        _step("Frist nået eller ringet før", promises.due, promises.asked, "af ønskerne"),
        _step("Ringet op", made, promises.due, "af dem, hvor det var tid"),
        _step("Ringet op til tiden", promises.kept, promises.due, "af dem, hvor det var tid"),
    )


def _step(name: str, n: int, whole: int, of: str) -> Step:
    return Step(name, n, scoring.count(n), _share(n, whole, of) if whole else "")


def _share(n: int, whole: int, of: str) -> str:
    """ "559/1043 = 53,6 % af de udsendte"."""
    return f"{scoring.count(n)}/{scoring.count(whole)} = {scoring.percent(Fraction(n, whole))} {of}"


def of_wave(counts: Counts, section: Section, series: Series, rate: Turnout | None) -> tuple[Step, ...]:
    """Sent, delivered, answered of a series in the blocks of weeks that `rate` is told in; () without any."""
    if rate is None or not rate.weeks:
        return ()
    mine = _sent(counts, section, series, rate.weeks)
    numbers = (
        ("Udsendt", sum(row.sent for row in mine), ""),
        ("Leveret", sum(row.delivered for row in mine), "af de udsendte"),
        ("Besvaret", _sum([rate.rate]), "af de udsendte"),
    )
    return _told(numbers, counts.smallest)


def _less(meetings: Sequence[OneRow], decisions: Sequence[str]) -> int:
    return sum(row.n for row in meetings if row.decision not in decisions)


def _answered(section: Section) -> int | None:
    return _sum([series.turnout.rate for series in section.series if series.turnout])


def _sum(rates: Sequence[Figure]) -> int | None:
    """The sum of what response rates tell; None where one of them is hidden or shows only an end."""
    if not all("/" in rate.text for rate in rates):
        return None
    return sum(int(rate.text.partition("/")[0].replace(".", "")) for rate in rates)


def _told(numbers: Sequence[tuple[str, int | None, str]], smallest: int) -> tuple[Step, ...]:
    found, before = list[Step](), list[int | None]()
    for name, n, of in numbers:
        # Delivered and answered are both shares of what was sent.
        whole = before[-2] if name == "Besvaret" else before[-1] if before else None
        # How many answered is told as the response rate tells it, which is of enough sent.
        shown = n if n is not None and (n >= smallest or name == "Besvaret") else None
        text = (
            scoring.count(shown) if shown is not None else scoring.TOO_FEW if n is not None else scoring.NOT_SHOWN
        )
        share = _share(shown, whole, of) if shown is not None and whole and shown <= whole else ""
        found.append(Step(name, shown, text, share))
        before.append(shown)
    return tuple(found)
