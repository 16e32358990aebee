"""Steps from a wish to a call, and from a message to an answer, by the rules of what may be told."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from survey import figures, funnels, lineages, scoring
from survey.funnels import Step
from survey.models import MeetingCount, Participation, Team
from survey.promises import Promises, Told
from survey.results import Counts, Period, TeamView
from survey.turnout import Turnout, Weeks
from tests.survey.told import sent, tell

MONDAY = date(2021, 5, 3)
SPRING = (date(2021, 4, 1),)
NBSP = "\N{NO-BREAK SPACE}"


def test_calls_are_asked_for_due_made_and_made_in_time() -> None:
    """Each a share of those whose day had come; what waits is due to nobody."""
    assert funnels.calls(Told(Promises(kept=6, late=2, overdue=2, waiting=2), SPRING)) == (
        Step("Bedt om opkald", 12, "12", ""),
        Step("Frist nået eller ringet før", 10, "10", f"10/12 = 83,3{NBSP}% af ønskerne"),
        Step("Ringet op", 8, "8", f"8/10 = 80,0{NBSP}% af dem, hvor det var tid"),
        Step("Ringet op til tiden", 6, "6", f"6/10 = 60,0{NBSP}% af dem, hvor det var tid"),
    )


def test_where_nothing_is_due_there_are_no_shares_of_it() -> None:
    """All of them wait."""
    found = funnels.calls(Told(Promises(waiting=5), SPRING))
    assert [(step.n, step.share) for step in found[2:]] == [(0, ""), (0, "")]


def test_calls_of_no_quarter_have_no_steps() -> None:
    """Nothing tells few wishes from none."""
    assert funnels.calls(Told(missing=True)) == ()


def week(team_id: int, week: date, sent: int, version: int = 1, law: str = "LAS") -> Any:
    """A team's week of sending."""
    row = {"law": law, "team_id": team_id, "version_id": version, "week": week}
    row |= {"closed": True, "block_first": week, "block_last": week, "alone": True}
    return SimpleNamespace(**row, sent=sent, delivered=sent - 2, answered=sent // 2, unknown=0)


def of_wave(rate: Turnout | None, team: int | None = None) -> list[tuple[str, str]]:
    """The steps of a wave of the first week, in text."""
    weeks = [
        week(1, MONDAY, 40),
        week(2, MONDAY, 20),
        week(1, date(2021, 5, 10), 99),
        week(1, MONDAY, 99, version=2),
        week(1, MONDAY, 99, law="LAB"),
    ]
    counts: Any = SimpleNamespace(weeks=weeks, smallest=5)
    section: Any = SimpleNamespace(law="LAS", team=SimpleNamespace(id=team) if team else None)
    series: Any = SimpleNamespace(version_id=1)
    return [(step.name, f"{step.text} {step.share}") for step in funnels.of_wave(counts, section, series, rate)]


def told(rate: scoring.Figure) -> Turnout:
    """A rate told of the first week."""
    return Turnout(rate, None, 0, (Weeks(MONDAY, MONDAY, 60, rate),))


def test_a_wave_is_sent_delivered_and_answered() -> None:
    """Of the series' own weeks that its rate is told in; both shares are of the sent."""
    assert of_wave(told(scoring.published_share(30, 60))) == [
        ("Udsendt", "60 "),
        ("Leveret", f"56 56/60 = 93,3{NBSP}% af de udsendte"),
        ("Besvaret", f"30 30/60 = 50,0{NBSP}% af de udsendte"),
    ]
    assert of_wave(told(scoring.published_share(20, 40)), team=1)[0] == ("Udsendt", "40 ")


def test_a_wave_without_a_rate_has_no_steps() -> None:
    """Nor one whose rate is hidden; where it shows only an end the answered are hidden."""
    assert of_wave(None) == []
    assert of_wave(Turnout(scoring.WITHHELD, None, 0, ())) == []
    assert of_wave(told(scoring.published_share(1, 40)))[2] == ("Besvaret", "vises ikke ")


def test_answered_is_told_where_the_rate_tells_it() -> None:
    """Two of five sent: the rate is printed, so is the step."""
    assert of_wave(told(scoring.published_share(2, 60)))[2] == ("Besvaret", f"2 2/60 = 3,3{NBSP}% af de udsendte")
    assert Step("Besvaret", 2, "2", f"2/5 = 40,0{NBSP}% af de udsendte").short == f"40,0{NBSP}% af de udsendte"


def test_two_versions_are_each_of_their_own_weeks() -> None:
    """What was sent is what the rates are of: the older one's weeks after its last block are in neither."""

    def week(version: int, number: int, sent: int, answered: int, told: tuple[int, int] | None = None) -> Any:
        day = MONDAY + timedelta(7 * number)
        numbers: dict[str, Any] = {"sent": sent, "delivered": sent, "answered": answered, "unknown": 0}
        first, last = (MONDAY + timedelta(7 * each) for each in (told or (number, number)))
        numbers |= {"closed": True, "block_first": first, "block_last": last, "alone": True}
        return SimpleNamespace(team_id=1, law="LAS", version_id=version, week=day, **numbers)

    rows = [week(1, number, 60, 30) for number in range(10)]
    rows += [week(2, 8, 20, 10), week(2, 9, 3, 1, (9, 10)), week(2, 10, 2, 1, (9, 10))]
    rows += [week(2, 11, 60, 30), week(2, 12, 60, 30)]
    labels = {"points": 4, "labels": ["1", "2", "3", "4"], "texts": ["?"] * 3}
    versions: Any = [SimpleNamespace(id=number, name="Ydelse", number=number, **labels) for number in (1, 2)]
    teams: Any = (TeamView(1, "Ydelse", "LAS", shown=True),)
    empty: dict[str, Any] = {name: [] for name in ("cells", "meetings", "waiting", "unshown")}
    for number in (8, 9, 11):
        period = Period(MONDAY + timedelta(7 * number), MONDAY + timedelta(7 * number + 6))
        counts = Counts(period=period, smallest=5, teams=teams, versions=versions, weeks=rows, **empty)
        section = figures.section(counts, "LAS")
        told = [series.turnout.rate.n or 0 for series in section.series if series.turnout]
        assert [step.n for step in funnels.steps(counts, section).steps if step.name == "Udsendt"] == [sum(told)]


def test_a_funnel_is_of_told_blocks_whatever_waits(session: Session, team: Team) -> None:
    """Meetings of their weeks, also before the period's quarter; what is told later is in no block told before."""
    key = {"municipality_id": team.municipality_id, "team_id": team.id, "decision": "invited"}
    weeks = [date(2021, 3, 29) + timedelta(7 * number) for number in range(4)]
    for number, monday in enumerate(weeks):
        session.add(MeetingCount(**key, week=monday, n=10 + number))
        sent(session, team, monday, 9, 4 if number % 2 else 0, closed=number < 3)
    june = Period(date(2021, 4, 5), date(2021, 6, 30))

    def steps() -> list[int | None]:
        tell(session, team)
        counts, _ = lineages.read(session, team.municipality_id, june)
        return [step.n for step in funnels.steps(counts, figures.section(counts, team.law)).steps]

    assert steps() == [21, 21, 21, 18, 18, 4]
    session.execute(update(Participation).values(closed=True))
    assert steps() == [46, 46, 46, 36, 36, 8]
