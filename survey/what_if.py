"""What if the rule were another: the last twelve months of meetings replayed, before a rule is saved.

The coming year is taken to bring the same meetings as the last one, each on the same day of the year. A rule is
then run over them as the import would: inside a wave, drawn, and not asked too recently by any team. Chance is
replaced by what it gives on average, so the same question always has the same answer.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import groupby, pairwise

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from survey import eligibility, lineages, scoring, workdays
from survey.models import LAWS, Meeting, Municipality, Team
from survey.samplings import Sampling
from survey.sending_rules import Rule
from survey.waves import Wave

CANDIDATES = ("invited", "asked_recently", "not_sampled", "outside_wave")
"""Decisions of the meetings a rule may decide otherwise; the rest were left in peace whatever the rule."""
UNKNOWN = "kendes ikke"

Skeleton = Row[bytes, date, str]
"""What is left of a meeting after its close: the citizen (HMAC), the day it was held, the team's law."""


@dataclass(frozen=True)
class Rate:
    """How many of those asked have answered in one law group, from weeks that are closed.

    `answered` of `sent`; both are 0 where no whole number may be told yet, and then nothing is expected.
    """

    answered: int = 0
    sent: int = 0

    @property
    def share(self) -> Fraction | None:
        """Answered of sent; None where it is not known."""
        return Fraction(self.answered, self.sent) if self.sent else None


@dataclass(frozen=True)
class Forecast:
    """A year under one rule, in one law group or (`law` None) in all, as it may be shown.

    Whole numbers in Danish, "færre end 5" below the smallest group, "vises ikke" where a subtraction would tell,
    and "kendes ikke" for answers where nobody's are known yet.
    """

    law: str | None
    invitations: str
    citizens: str
    answers: str


@dataclass
class Tally:
    """The expected invitations of one law group and the expected number of different citizens."""

    invitations: float = 0.0
    citizens: float = 0.0


@dataclass(frozen=True)
class Basis:
    """What a forecast rests on: the year's meetings by citizen and day, and rates by law group."""

    today: date
    meetings: Sequence[Skeleton]
    rates: dict[str, Rate]
    laws: tuple[str, ...]
    smallest: int = scoring.SMALLEST_GROUP


State = tuple[date | None, frozenset[str]]
"""Where a citizen's year may have come to: the last day asked, if it still counts, and the laws asked about."""


def run(
    session: Session, municipality_id: int, rule: Rule, waves: Collection[Wave], now: datetime
) -> list[Forecast]:
    """What the coming year would be under `rule`: one line per law group that has teams, then all together."""
    return forecast(basis(session, municipality_id, now), rule, waves)


def basis(session: Session, municipality_id: int, now: datetime) -> Basis:
    """Read what forecasts rest on: the meetings in one statement, the rates in a few, whatever their number."""
    today = workdays.day(now)
    smallest = session.scalar(select(Municipality.smallest_group).where(Municipality.id == municipality_id))
    laws = session.scalars(select(Team.law).where(Team.municipality_id == municipality_id).distinct()).all()
    smallest = smallest or scoring.SMALLEST_GROUP
    return Basis(
        today=today,
        meetings=_skeletons(session, municipality_id, today),
        rates=_rates(session, municipality_id),
        laws=tuple(law for law in LAWS if law in laws),
        smallest=smallest,
    )


def forecast(found: Basis, rule: Rule, waves: Collection[Wave]) -> list[Forecast]:
    """`run` on what is already read, so that two rules can be held against each other."""
    tallies = replay(found.meetings, rule, waves)
    answers = {law: _expected(tallies[law], found.rates.get(law, Rate())) for law in found.laws}
    known = [each for each in answers.values() if each is not None]
    everywhere = sum(known) if len(known) == len(answers) else None
    numbers = {law: (tallies[law].invitations, tallies[law].citizens, answers[law]) for law in found.laws}
    lines = [Forecast(law, *(_told(each, found.smallest) for each in numbers[law])) for law in found.laws]
    whole = (tallies[None].invitations, tallies[None].citizens, everywhere)
    parts = list(zip(*numbers.values(), strict=True)) or [()] * 3
    together = [_told(each, found.smallest, beside) for each, beside in zip(whole, parts, strict=True)]
    return [*lines, Forecast(None, *together)]


def replay(meetings: Sequence[Skeleton], rule: Rule, waves: Collection[Wave]) -> defaultdict[str | None, Tally]:
    """Expected invitations and citizens by law, and under None in all. `meetings` stand by citizen, then by day.

    Whoever may be asked is asked at the first meeting, and not again within the quiet days.
    """
    draws, quiet = _Draws(rule, waves), timedelta(days=rule.quiet_days + eligibility.REMINDER_DAYS)
    tallies: defaultdict[str | None, Tally] = defaultdict(Tally)
    for _, year in groupby(meetings, lambda row: row[0]):
        states: dict[State, float] = {(None, frozenset()): 1.0}
        asking = [row for row in year if draws[row[1]][1]]
        for _, lot in groupby(asking, lambda row: draws[row[1]][0]):
            states = _drawn(states, [(draws[day][1], day, law) for _, day, law in lot], quiet, tallies)
        for (_, laws), chance in states.items():
            for law in (*laws, *((None,) if laws else ())):
                tallies[law].citizens += chance
    return tallies


def _drawn(
    states: dict[State, float],
    meetings: Sequence[tuple[float, date, str]],
    quiet: timedelta,
    tallies: defaultdict[str | None, Tally],
) -> dict[State, float]:
    """The states after one lot for all of `meetings` (share 0-1, day, law): it is drawn by those it lies below."""
    after: defaultdict[State, float] = defaultdict(float)
    for low, high in pairwise(sorted({0.0, *(share for share, _, _ in meetings), 1.0})):
        drawn = [(day, law) for share, day, law in meetings if share >= high]
        for (before, laws), chance in states.items():
            # Forgotten once it no longer counts, so that the number of states stays small.
            last, asked = None if before is None or meetings[0][1] - before >= quiet else before, laws
            for day, law in drawn:
                if last is None or day - last >= quiet:
                    last, asked = day, asked | {law}
                    tallies[law].invitations += chance * (high - low)
                    tallies[None].invitations += chance * (high - low)
            after[last, asked] += chance * (high - low)
    return after


class _Draws(dict[date, tuple[str, float]]):
    """Day of the past year → which lot decides about it, and the share (0-1) that is drawn; 0 outside every wave.

    The lots are those of `eligibility.not_drawn`: one per citizen and ISO week, or in waves one per quarter.
    """

    def __init__(self, rule: Rule, waves: Collection[Wave]) -> None:
        super().__init__()
        self.sampling = Sampling(
            date.min, rule.sampling, rule.share if rule.sampling == "share" else 100, tuple(waves)
        )

    def __missing__(self, day: date) -> tuple[str, float]:
        # Waves lie in the coming year; weeks are those in which the meetings were.
        then = a_year_later(day) if self.sampling.kind == "waves" else day
        share = eligibility.share_on(self.sampling, then) or 0
        self[day] = found = eligibility.occasion(self.sampling, then), share / 100
        return found


def a_year_later(day: date) -> date:
    """The same day of the next year; 1 March after a leap day."""
    return date(day.year + 1, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)


def a_year_before(day: date) -> date:
    """The same day of the year before; 1 March before a leap day."""
    return date(day.year - 1, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def _expected(tally: Tally, rate: Rate) -> float | None:
    if rate.share is None:
        return None if tally.invitations else 0.0
    return tally.invitations * float(rate.share)


def _told(number: float | None, smallest: int, beside: Collection[float | None] = ()) -> str:
    """A number as it may be shown; `beside` are the shown parts that it is the whole of."""
    if number is None:
        return UNKNOWN
    few = [part for part in beside if part is not None and _whole(part) < smallest]
    if len(beside) > 1 and few and _whole(number) >= smallest:
        return scoring.NOT_SHOWN
    return scoring.published_count(_whole(number), smallest=smallest)


def _whole(number: float) -> int:
    # Sums of shares err in the last place, which must not turn 4,5 into 4.
    return int(number + 0.5 + 1e-6)


# Reading -------------------------------------------------------------------------------------------------


def _skeletons(session: Session, municipality_id: int, today: date) -> Sequence[Skeleton]:
    return session.execute(
        select(Meeting.citizen, Meeting.held_on, Team.law)
        .join(Team)
        .where(
            Meeting.municipality_id == municipality_id,
            Meeting.status == "held",
            Meeting.decision.in_(CANDIDATES),
            Meeting.held_on >= a_year_before(today),
            Meeting.held_on < today,
        )
        .order_by(Meeting.citizen, Meeting.held_on, Meeting.id)
    ).all()


def _rates(session: Session, municipality_id: int) -> dict[str, Rate]:
    """Rates by law, of all blocks of weeks that are told: nothing finer can be subtracted."""
    weeks = lineages.weeks(session, municipality_id, None, lineages.of(session, municipality_id))
    told = [row for row in weeks if row.block_first]
    return {
        law: Rate(
            sum(row.answered for row in told if row.law == law), sum(row.sent for row in told if row.law == law)
        )
        for law in {row.law for row in weeks}
    }
