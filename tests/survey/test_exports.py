"""What an export holds: every number that may be told of a period, and none that may not."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import exports, figures, passports, reopening, results
from survey.cells import Counted, Unit
from survey.export_columns import LEVELS, MEASURES, UNITS, Row, dictionary
from survey.export_rows import Part
from survey.exports import Number
from survey.models import Batch, Municipality, Team
from survey.results import Period
from survey.told import Told
from tests.survey import parting
from tests.survey.parting import OVER, TWO, close
from tests.survey.test_figures_attack import OTHER, SMALLEST, TEAM, Group, batch, changed, groups, known, views
from tests.survey.test_reopening import DAY, YEAR, ydelse
from tests.survey.told import sent, tell

Add = Callable[..., Batch]
__all__ = ["ydelse"]


def exported(
    session: Session, municipality: Municipality, period: Period = YEAR, parts: Sequence[Part] | None = None
) -> list[Row]:
    """All rows of a period, as somebody gets them who sees all teams."""
    book = exports.book(session, municipality.id, period)
    return list(exports.rows(session, book, parts or exports.parts(book.teams)))


def test_the_parts_add_up_to_the_dashboards_base(
    session: Session, stevns: Municipality, ydelse: list[Team]
) -> None:
    """Teams and rest together are the law group: its questionnaires and its answers."""
    rows = [row for row in exported(session, stevns) if row.level == "cell"]
    sums = [sum(row.value for row in rows if row.measure == measure) for measure in ("n", "answers")]
    (series,) = figures.section(results.read(session, stevns.id, YEAR), "LAS").series
    assert sums == [series.respondents, series.answers]
    assert {row.unit for row in rows} == {"team", "resten"}


@pytest.mark.parametrize("days", [YEAR, Period(DAY, DAY + timedelta(9))])
def test_the_whole_period_is_what_the_dashboard_shows(
    days: Period, session: Session, stevns: Municipality, ydelse: list[Team]
) -> None:
    """Mean, base, statements' means and rate of the law group and of each team, with their ids."""
    rows = [row for row in exported(session, stevns, days) if row.level == "period"]
    counts = results.read(session, stevns.id, days)
    for team in (None, *(team for team in counts.teams if team.shown and team.law == "LAS")):
        (series,) = figures.section(counts, "LAS", team).series
        mine = [row for row in rows if row.team == (team.name if team else "") and row.unit != "resten"]
        told = {(row.measure, row.statement): row for row in mine}
        assert series.turnout is not None
        assert told["rate", 0].text == series.turnout.rate.text
        whole = (told["mean", 0].text, told["n", 0].value) if series.mean.shown else ("for få svar", 0)
        assert whole == (series.mean.text, series.respondents)
        for one in series.statements:
            assert (("mean", one.position) in told) == one.mean.shown
            assert not one.mean.shown or told["mean", one.position].text == one.mean.text
        assert all(row.figure_id for row in mine if row.measure in ("mean", "n", "rate"))


def test_no_sum_and_no_finer_mean_is_told(session: Session, stevns: Municipality, ydelse: list[Team]) -> None:
    """A mean's value is the printed one, and its answers have no sum of scores beside them."""
    rows = exported(session, stevns) + exported(session, stevns, parts=[Part("LAS", whole=True)])
    assert "total" not in {row.measure for row in rows}
    for row in rows:
        if row.measure == "mean":
            assert row.value == float(row.text.split(" ")[-1].replace(",", "."))
        elif row.measure != "rate":
            assert row.value == int(row.value)


def test_each_number_with_an_id_is_the_figure_it_opens(
    session: Session, stevns: Municipality, ydelse: list[Team]
) -> None:
    """Fifty of them drawn; of a count the figure is its share."""
    teams = results.teams(session, stevns.id)
    rows = [row for row in exported(session, stevns) if row.figure_id]
    assert {row.level for row in rows} == {"cell", "means", "spread", "weeks", "period"}
    for row in random.Random(1).sample(rows, 50):
        found = reopening.reopen(session, stevns.id, passports.read(row.figure_id), teams)
        assert found is not None
        assert found.figure.text.split("/")[0] == row.text.split("/")[0], row


def test_a_team_that_is_too_small_is_in_the_rest(
    session: Session, stevns: Municipality, ydelse: list[Team]
) -> None:
    """Its name is nowhere; the shown teams have theirs."""
    rows = exported(session, stevns)
    assert {row.team for row in rows} == {"A", "B", ""}
    assert {row.unit for row in rows if not row.team} == {"resten", "lovgruppe"}
    assert {row.level for row in rows if row.unit == "lovgruppe"} == {"period"}


def test_a_team_that_has_become_too_small_joins_the_rest(
    session: Session, stevns: Municipality, ydelse: list[Team]
) -> None:
    """Its cells are added to the rest's of the same day, whose ids say which teams may be in it."""
    before = exported(session, stevns)
    book = exports.book(session, stevns.id, YEAR)
    fewer = replace(book, teams=tuple(replace(team, shown=team.shown and team.name != "A") for team in book.teams))
    after = list(exports.rows(session, fewer, exports.parts(fewer.teams)))
    assert "A" not in {row.team for row in after}
    totals = [
        sum(row.value for row in rows if (row.level, row.measure) == ("cell", "n")) for rows in (before, after)
    ]
    assert totals[0] == totals[1]
    days = {(row.level, row.last_on) for row in before if row.team == "A"}
    mixed = [row for row in after if (row.level, row.last_on) in days and row.unit == "resten"]
    assert mixed
    hidden = tuple(sorted(team.id for team in fewer.teams if team.law == "LAS" and not team.shown))
    for row in mixed:
        others = passports.read(row.figure_id).others
        # Of weeks the rest never changes.
        assert others == (hidden if row.told_on else ()), row


def test_who_sees_only_the_whole_gets_the_whole(
    session: Session, stevns: Municipality, ydelse: list[Team]
) -> None:
    """One unit, without teams: what ends on one day is one number, as on the dashboard's chart."""
    rows = exported(session, stevns, parts=[Part("LAS", whole=True)])
    (series,) = figures.section(results.read(session, stevns.id, YEAR), "LAS").series
    points = [(row.last_on, row.text) for row in rows if (row.level, row.measure) == ("cell", "mean")]
    assert points == [(point.last_on, point.mean.text) for point in series.points]
    assert {(row.unit, row.team) for row in rows} == {("lovgruppe", "")}


def test_weeks_are_sums_of_blocks(session: Session, stevns: Municipality, ydelse: list[Team]) -> None:
    """Answered and sent over all parts are the law group's; open weeks are in no line, and every line is final."""
    sent(session, ydelse[0], DAY + timedelta(35), 40, 20, closed=False)
    rows = [row for row in exported(session, stevns) if row.level == "weeks"]
    (series,) = figures.section(results.read(session, stevns.id, YEAR), "LAS").series
    assert series.turnout is not None
    assert series.turnout.open == (DAY + timedelta(35),)
    sums = [int(sum(row.value for row in rows if row.measure == name)) for name in ("answered", "sent")]
    assert series.turnout.rate.text.startswith("{}/{} =".format(*sums))
    assert {row.final for row in rows} == {True}
    assert max(row.last_on for row in rows) < DAY + timedelta(35)


def test_the_period_chooses_by_the_last_day(session: Session, stevns: Municipality, ydelse: list[Team]) -> None:
    """A day's export holds what ended on that day, and its weeks' block; an empty one holds nothing."""
    day = next(row.last_on for row in exported(session, stevns) if row.level == "spread")
    rows = exported(session, stevns, Period(day, day))
    assert {row.last_on for row in rows if row.level != "weeks"} == {day}
    assert all(row.first_on <= day <= row.last_on for row in rows)
    assert exported(session, stevns, Period(date(2019, 1, 1), date(2019, 12, 31))) == []


def test_a_raised_k_hides_what_is_smaller(session: Session, stevns: Municipality, ydelse: list[Team]) -> None:
    """With k = 30 no number rests on fewer than thirty."""
    stevns.smallest_group = 30
    session.flush()
    rows = exported(session, stevns)
    bases = [row.value for row in rows if row.measure in ("people", "sent", "answers")]
    assert bases
    assert min(bases) >= 30


@pytest.mark.parametrize(
    ("asked", "answered", "told_of"), [(20, 20, set()), (4, 2, set()), (20, 10, {"sent", "answered", "rate"})]
)
def test_a_rate_is_told_with_both_numbers_or_not_at_all(
    asked: int, answered: int, told_of: set[str], session: Session, stevns: Municipality
) -> None:
    """Twenty of twenty and two of four wait for the next weeks."""
    team = session.scalars(select(Team).where(Team.law == "LAS", Team.municipality_id == stevns.id)).one()
    sent(session, team, DAY, asked, answered)
    tell(session, team)
    assert {row.measure for row in exported(session, stevns)} == told_of


def test_every_word_is_in_the_dictionary(session: Session, stevns: Municipality, ydelse: list[Team]) -> None:
    """Units, levels and measures are explained, and nothing is explained that is never told."""
    close(session, ydelse[0], date(2021, 10, 4), TWO)
    parting.settle(session, stevns.id, OVER + timedelta(days=200))
    whole = Period(YEAR.first, date(2021, 12, 31))
    rows = exported(session, stevns, whole) + exported(session, stevns, parts=[Part("LAS", whole=True)])
    assert {row.unit for row in rows} == set(UNITS)
    assert {row.level for row in rows} == set(LEVELS)
    assert {row.measure for row in rows} == set(MEASURES)
    assert all(meaning for *_, meaning in dictionary())


# Nothing that the attacker is not given ------------------------------------------------------------------


def told(group: Group, unit: Unit) -> Iterator[tuple[str, list[Told]]]:
    """What a group tells by level, as it is read from the tables."""

    def one(counted: Counted, statements: Sequence[int] | None) -> Told:
        mine = None if statements is None else tuple(statements)
        return Told(unit.team_id, unit.version_id, unit.mode, DAY, counted, mine)

    whole = figures.together
    for place, cell in enumerate(group.cells):
        yield "cell", [one(cell, next((of for places, of in group.means if place in places), None))]
    for places, of in group.means:
        together = whole(group.cells[place] for place in places)
        yield "means", [one(together, of)] if together else []
    if group.spread and (together := whole(group.cells)):
        yield "spread", [one(together, group.spread)]


def numbers(group: Group, unit: Unit) -> list[tuple[str, Number]]:
    """Every number the export tells of a group, with its level."""
    made = {"cell": exports._of_cells, "means": exports._of_means, "spread": exports._of_spreads}
    return [(level, number) for level, same in told(group, unit) for number in made[level](same, SMALLEST)]


@pytest.mark.parametrize("seed", range(20))
def test_an_export_holds_no_number_the_attacker_is_not_given(seed: int) -> None:
    """Each but the rounded means is one of the sums the attack starts from, or a number of people."""
    rng = random.Random(seed)
    batches = [batch(rng, DAY + timedelta(night), rng.choice((1, 3, 5))) for night in range(1)]
    batches += [batch(rng, DAY + timedelta(night), len(batches[0].statements)) for night in range(1, 9)]
    for group in groups(batches):
        given = {total for _, total in known(group)}
        people = {cell.n for cell in group.cells} | {cell.people for cell in group.cells}
        for _, (measure, statement, point, figure) in numbers(group, TEAM):
            assert figure.shown, (measure, statement, point)
            if measure != "mean":
                assert figure.value in (people if measure in ("n", "people") else given)


def test_beside_a_hidden_statement_the_number_of_answers_is_not_told() -> None:
    """Of a cell whose group tells two of three statements; of one that tells all, or is in no group yet, it is."""
    counted = batch(random.Random(3), DAY, 3)
    for statements, told_of in (((1, 2), False), ((1, 2, 3), True), (None, True)):
        one = Told(1, 1, "remote", DAY, counted, statements)
        measures = [measure for measure, *_ in exports._of_cells([one], SMALLEST)]
        assert ("answers" in measures) == told_of


def test_beside_a_mean_near_an_end_the_number_of_answers_is_not_told() -> None:
    """Nineteen at the top throughout and one at 3: "mindst 3,9" of twenty, not of a hundred answers."""
    rows, persons = ((0, 0, 0, 1, 19),) * 5, Counter({(5, 20): 19, (5, 15): 1})
    near = Told(1, 1, "remote", DAY, Counted(DAY, DAY, 1, 20, rows, persons, {}, (0, 0, 0)), None)
    found = {measure: figure.text for measure, *_, figure in exports._of_cells([near], SMALLEST)}
    assert found == {"n": "20", "people": "20", "mean": "mindst 3,9"}


@pytest.mark.parametrize("seed", range(12))
def test_exports_say_nothing_else(seed: int) -> None:
    """Where hidden counts are others, but what cells and groups tell is the same, the export is the same."""
    rng = random.Random(seed)
    differ = 0
    for unit in (TEAM, OTHER):
        for group in groups([batch(rng, DAY + timedelta(night), 3) for night in range(5)], unit):
            mine = views([group], unit)
            twins = [next(filter(None, (changed(view, rng) for _ in range(200))), view) for view in mine]
            differ += twins != mine
            other = replace(group, cells=[view.counted for view in twins])
            assert numbers(other, unit) == numbers(group, unit)
    assert differ or seed
