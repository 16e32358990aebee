"""A figure reopened by its id has the digits it was printed with, whatever has happened since."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey import figures, nightly, passports, reopening, results, told
from survey.models import Batch, Municipality, Participation, Team
from survey.passports import DONT_KNOW, TOP_TWO
from survey.reopening import Passport
from survey.results import LAW_NAMES, Period
from tests.survey.told import another, sent, tell

DAY = date(2021, 5, 3)
YEAR = Period(date(2020, 7, 1), date(2021, 6, 30))
MOODS = ((1, 2, 5, 8), (3, 3, 3, 3), (0, 1, 2, 30), (5, 1, 1, 5), (1, 4, 4, 1))
Add = Callable[..., Batch]
Printed = dict[str, tuple[str, tuple[str, str] | None]]
"""Per id the figure's text and its interval."""


def people(rng: random.Random, n: int) -> list[tuple[int, ...]]:
    """`n` people's answers to five statements, some of them "ved ikke"."""
    moods = [rng.choice(MOODS) for _ in range(5)]
    return [
        tuple(0 if rng.random() < 0.05 else rng.choices((1, 2, 3, 4), mood)[0] for mood in moods) for _ in range(n)
    ]


@pytest.fixture
def ydelse(session: Session, stevns: Municipality, add_batch: Add) -> list[Team]:
    """Three teams, one too small to be shown, with thirty nights of answers and five weeks of sending."""
    wanted = select(Team).where(Team.law == "LAS", Team.municipality_id == stevns.id)
    first, rng = session.scalars(wanted).one(), random.Random(4)
    teams = [another(session, first, name, n) for name, n in (("A", 3), ("B", 3), ("C", 2), ("D", 2))]
    for night in range(30):
        add_batch(rng.choice(teams), DAY + timedelta(night), people(rng, rng.choice((6, 12, 30))))
    for team in teams:
        for week in range(5):
            sent(session, team, DAY + timedelta(7 * week), rng.randint(10, 60), rng.randint(3, 9))
    tell(session, first)
    return teams


def printed(session: Session, municipality: Municipality, period: Period) -> Printed:
    """Everything a dashboard of the period prints, by the ids it prints with it."""
    counts = results.read(session, municipality.id, period)
    as_of = told.newest(session, municipality.id)
    assert as_of is not None
    found: Printed = {}
    rooms = [(law, None) for law in LAW_NAMES] + [(team.law, team) for team in counts.teams if team.shown]
    for law, team in rooms:
        section = figures.section(counts, law, team)
        for series in section.series:
            found |= dict(_printed(section, series, period, as_of))
    return found


def _printed(
    section: figures.Section, series: figures.Series, period: Period, as_of: date
) -> Iterator[tuple[str, tuple[str, tuple[str, str] | None]]]:
    def id_of(kind: str, statement: int = 0, point: int = 0) -> str:
        return reopening.of(section, series, period, as_of, kind, statement, point)

    yield id_of("mean"), (series.mean.text, series.interval)
    yield id_of("n"), (str(series.n) if series.mean.shown else "for få svar", None)
    if series.turnout and series.turnout.weeks:
        yield id_of("rate"), (series.turnout.rate.text, series.turnout.interval)
    for one in series.statements:
        yield id_of("mean", one.position), (one.mean.text, one.interval)
        yield id_of("share", one.position, DONT_KNOW), (one.dont_know.text, None)
        for point, share in enumerate(one.distribution or (), 1):
            yield id_of("share", one.position, point), (share.text, None)


def reopened(session: Session, municipality: Municipality, text: str) -> Passport:
    """The figure of an id."""
    teams = results.teams(session, municipality.id)
    found = reopening.reopen(session, municipality.id, passports.read(text), teams)
    assert found is not None
    return found


def again(session: Session, municipality: Municipality, ids: Printed) -> Printed:
    """What the ids' figures are now."""
    found = {text: reopened(session, municipality, text) for text in ids}
    return {text: (one.figure.text, one.interval) for text, one in found.items()}


def periods(rng: random.Random, n: int) -> list[Period]:
    """Periods around the answers, some of a day and some of all."""
    firsts = [DAY + timedelta(rng.randrange(-5, 30)) for _ in range(n)]
    return [Period(first, first + timedelta(rng.choice((0, 6, 13, 40)))) for first in firsts] + [YEAR]


def test_every_figure_equals_the_dashboards(session: Session, stevns: Municipality, ydelse: list[Team]) -> None:
    """Of the law group and of each shown team, in five periods: same text, same interval."""
    kinds, rng = set(), random.Random(2)
    for period in periods(rng, 4):
        every = printed(session, stevns, period)
        ids = {text: every[text] for text in rng.sample(sorted(every), min(len(every), 40))}
        assert again(session, stevns, ids) == ids
        kinds |= {passports.read(text).kind for text, (words, _) in ids.items() if words[0].isdigit()}
    assert kinds == set(passports.KINDS)


def test_what_is_told_later_changes_no_figure(
    session: Session, stevns: Municipality, ydelse: list[Team], add_batch: Add
) -> None:
    """Later nights tell answers of earlier days too: today's page has other digits, the old ids do not."""
    before = {**printed(session, stevns, YEAR), **printed(session, stevns, Period(DAY, DAY + timedelta(13)))}
    rng = random.Random(8)
    for team in ydelse[:3]:
        for night in range(30, 36):
            add_batch(team, DAY + timedelta(night), people(rng, 40), first=DAY)
        sent(session, team, DAY + timedelta(49), 50, 20)
    tell(session, ydelse[0])
    now = printed(session, stevns, YEAR)
    assert now != before
    assert again(session, stevns, before) == before


def test_a_figure_outlives_the_personal_data(session: Session, stevns: Municipality, ydelse: list[Team]) -> None:
    """Ten years of cleaning later every digit is what it was."""
    before = printed(session, stevns, YEAR)
    for year in (2022, 2031):
        nightly.clean_all(datetime(year, 6, 1, 2, tzinfo=UTC))
    session.expire_all()
    assert again(session, stevns, before) == before


def test_a_figure_says_what_it_rests_on(session: Session, stevns: Municipality, ydelse: list[Team]) -> None:
    """Its cells add up to its base, none was told after its day, and its statement is in words."""
    ids = printed(session, stevns, YEAR)
    for text in ids:
        found, of = reopened(session, stevns, text), passports.read(text)
        assert all(line.told_on <= of.as_of for line in found.lines)
        assert bool(found.statement) == bool(of.statement)
        if of.kind == "n" and not of.statement:
            assert sum(line.n for line in found.lines) == found.figure.n
            assert found.sent is not None
        if of.kind == "rate":
            assert (found.lines, found.sent and found.sent.rate) == ((), found.figure)


def test_the_top_two_are_those_of_the_distribution(
    session: Session, stevns: Municipality, ydelse: list[Team]
) -> None:
    """4 and 3 together, of the answers whose distribution is told; hidden where that is."""
    counts = results.read(session, stevns.id, YEAR)
    section = figures.section(counts, "LAS")
    as_of = told.newest(session, stevns.id) or DAY
    for one in section.series[0].statements:
        found = reopened(
            session, stevns, reopening.of(section, section.series[0], YEAR, as_of, "share", one.position, TOP_TWO)
        )
        assert found.figure.shown == bool(one.distribution)
        if one.distribution:
            whole = sum(int(share.text.split("/")[0]) for share in one.distribution[2:])
            assert found.figure.text.startswith(f"{whole}/")
        assert found.chosen == found.labels[2:]


def test_weeks_that_are_not_told_are_named_and_in_no_figure(
    session: Session, stevns: Municipality, ydelse: list[Team]
) -> None:
    """Beside the mean of a period that reaches over them: an open week, later a closed one that waits."""
    ids = printed(session, stevns, YEAR)
    (rate,) = [text for text in ids if _is_rate_of_the_group(text)]
    mean = next(
        text for text in ids if (passports.read(text).kind, passports.read(text).team_id) == ("mean", None)
    )
    before = reopened(session, stevns, mean).sent
    assert before is not None
    assert before.untold == ""
    for closed, said in (
        (False, "er ikke lukket endnu, tidligst 29. juni 2021."),
        (True, "er lukket, men venter"),
    ):
        session.execute(delete(Participation).where(Participation.week == DAY + timedelta(35)))
        sent(session, ydelse[0], DAY + timedelta(35), 4, 4, closed=closed)
        tell(session, ydelse[0])
        found = reopened(session, stevns, mean).sent
        assert found is not None
        assert found.untold.startswith(f"1 uge (uge 23, 2021) {said}")
        assert (found.rate, found.weeks) == (before.rate, before.weeks)
        assert reopened(session, stevns, rate).figure == before.rate


def test_no_day_in_an_id_puts_weeks_together_otherwise(
    session: Session, stevns: Municipality, ydelse: list[Team]
) -> None:
    """Blocks made of the weeks up to a day would differ from today's by what may not be told."""
    (rate,) = [text for text in printed(session, stevns, YEAR) if _is_rate_of_the_group(text)]
    now = reopened(session, stevns, rate).figure
    for back in range(0, 42, 7):
        of = replace(passports.read(rate), as_of=DAY + timedelta(back))
        assert reopened(session, stevns, passports.mint(of)).figure == now


def _is_rate_of_the_group(text: str) -> bool:
    of = passports.read(text)
    return (of.kind, of.team_id) == ("rate", None)


def test_days_no_id_can_name_have_none(session: Session, stevns: Municipality, ydelse: list[Team]) -> None:
    """A period from the year 1 begins with 2015 in the id; one of the year 3000 or without cells has none."""
    counts = results.read(session, stevns.id, YEAR)
    section = figures.section(counts, "LAS")
    (series,) = section.series
    ages = Period(date(1, 1, 1), date(9999, 12, 31))
    found = passports.read(reopening.of(section, series, ages, DAY))
    assert (found.first, found.last) == (date(2015, 1, 1), date(9999, 12, 31))
    assert reopening.of(section, series, Period(date(3000, 1, 1), date(3000, 1, 2)), DAY) == ""
    assert reopening.of(section, series, YEAR, None) == ""
    assert reopening.of(section, replace(series, turnout=None), YEAR, DAY, "rate") == ""


def test_where_nothing_was_told_nothing_is_shown(
    session: Session, stevns: Municipality, ydelse: list[Team]
) -> None:
    """Days without answers, days without a distribution yet, and a team whose weeks cannot stand alone."""
    (some, *_rest) = printed(session, stevns, YEAR)
    of, long_ago = passports.read(some), {"first": date(2019, 1, 1), "last": date(2019, 1, 31)}
    for change in ({}, {"kind": "share", "statement": 1, "point": 1}, {"kind": "rate"}):
        nothing = reopened(session, stevns, passports.mint(replace(of, **(long_ago | change))))
        assert (nothing.figure.text, nothing.lines, nothing.sent) == ("for få svar", (), None)
    night = {
        "first": DAY,
        "last": DAY + timedelta(60),
        "as_of": DAY - timedelta(1),
        "kind": "share",
        "statement": 1,
    }
    early = reopened(session, stevns, passports.mint(replace(of, **night, point=1)))  # type: ignore[arg-type]  # fields by name
    assert early.figure.text == "for få svar"
    few = another(session, ydelse[0], "Få")
    sent(session, few, DAY, 4, 1)
    alone = replace(of, kind="rate", team_id=few.id, first=DAY, last=DAY + timedelta(6))
    hidden = reopened(session, stevns, passports.mint(alone))
    assert hidden.sent is not None
    assert (hidden.figure.shown, hidden.sent.weeks, hidden.sent.sent) == (False, (), None)


def test_a_figure_of_another_municipality_is_none(
    session: Session, stevns: Municipality, ydelse: list[Team]
) -> None:
    """A version nobody has, a statement or a point it has not, a team of the other law group."""
    (some, *_rest) = printed(session, stevns, YEAR)
    of, teams = passports.read(some), results.teams(session, stevns.id)
    changes = (
        {"version_id": 10**6},
        {"statement": 9},
        {"kind": "share", "statement": 1, "point": 5},
        {"team_id": 10**6},
    )
    for change in changes:
        assert reopening.reopen(session, stevns.id, passports.Definition(**{**vars(of), **change}), teams) is None
