"""The night's last work: which batches become cells, what they add up to, and that it is all or nothing."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import delete, event, select, text, update
from sqlalchemy.orm import Session

from survey import municipalities, question_sets, results, telling, told, waves
from survey.models import (
    TAGS,
    Batch,
    BatchComplete,
    BatchPerson,
    BatchStatement,
    BatchTag,
    Cell,
    CellGroup,
    Municipality,
    QuestionnaireVersion,
    Staff,
    Team,
)
from survey.results import Period
from survey.waves import Wave
from tests.survey.told import DAY, MAY, Add, another, only, ydelse

TABLES = (Batch, Cell, CellGroup)


def night(day: date) -> datetime:
    """Noon of that day, UTC."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def everything(session: Session) -> list[list[Any]]:
    """All rows of batches, cells and groups."""
    return [list(session.execute(select(*one.__table__.columns).order_by(one.id))) for one in TABLES]


def forget(session: Session) -> None:
    """As on the first night after cells came: there are batches alone."""
    session.execute(update(Batch).values(cell_id=None))
    for table in (Cell, CellGroup):
        session.execute(text(f"ALTER TABLE {table.__tablename__} DISABLE TRIGGER keep_told"))
        session.execute(delete(table))
    session.flush()


def cells_of(session: Session) -> Sequence[Any]:
    """All cells, oldest first."""
    return session.execute(select(*Cell.__table__.columns).order_by(Cell.last_on, Cell.n)).all()


def drawn(rng: random.Random) -> list[tuple[int | None, ...]]:
    """Five to thirty people's answers to five statements, some of them "ved ikke" or blank."""
    return [tuple(rng.choice((None, 0, 1, 2, 3, 4)) for _ in range(5)) for _ in range(rng.randint(5, 30))]


@pytest.mark.parametrize("seed", range(5))
def test_a_cell_is_the_sum_of_its_batches(session: Session, team: Team, add_batch: Add, seed: int) -> None:
    """Of every number they left behind; and each batch is in one cell, or in none yet."""
    rng = random.Random(seed)
    for day in range(12):
        tags = {tag: n for tag in TAGS if (n := rng.randint(0, 3))}
        add_batch(team, DAY + timedelta(day), drawn(rng), first=DAY - timedelta(rng.randint(0, 3)), tags=tags)
    found = cells_of(session)
    assert found
    for cell in found:
        inside = select(Batch.id).where(Batch.cell_id == cell.id)
        of = {
            table: session.execute(select(*table.__table__.columns).where(table.batch_id.in_(inside))).all()
            for table in (BatchStatement, BatchPerson, BatchComplete, BatchTag)
        }
        batches = session.execute(select(*Batch.__table__.columns).where(Batch.cell_id == cell.id)).all()
        assert (cell.batches, cell.n) == (len(batches), sum(one.n for one in batches))
        assert cell.first_on == min(one.first_on for one in batches)
        assert cell.last_on == max(one.last_on for one in batches)
        names = ("dont_know", "n1", "n2", "n3", "n4")
        assert cell.counts == [
            sum(getattr(row, name) for row in of[BatchStatement] if row.position == position)
            for position in range(1, 6)
            for name in names
        ]
        persons = Counter[tuple[int, int]]()
        for row in of[BatchPerson]:
            persons[row.answered, row.total] += row.n
        assert cell.persons == [x for key in sorted(persons) for x in (*key, persons[key])]
        assert cell.people == sum(n for (answered, _), n in persons.items() if answered)
        for name in ("doubled_ranks", "sums", "products", "differences"):
            columns = zip(*(getattr(row, name) for row in of[BatchComplete]), strict=True)
            assert getattr(cell, name) == list(map(sum, columns)), name
        assert (cell.complete, cell.ties) == tuple(
            sum(getattr(r, n) for r in of[BatchComplete]) for n in ("n", "ties")
        )
        assert cell.tags == [sum(row.n for row in of[BatchTag] if row.tag == tag) for tag in TAGS]
    in_cells = sum(cell.n for cell in found)
    assert in_cells + sum(session.scalars(select(Batch.n).where(Batch.cell_id.is_(None)))) == sum(
        session.scalars(select(Batch.n))
    )


def test_a_second_run_changes_nothing(session: Session, team: Team, add_batch: Add) -> None:
    """Whatever day it is."""
    for day in range(6):
        add_batch(team, DAY + timedelta(day), drawn(random.Random(day)))
    before = everything(session)
    for later in (6, 200):
        assert telling.form(session, team.municipality_id, night(DAY + timedelta(later))) == 0
        assert everything(session) == before


class StoppedError(Exception):
    """The run was killed here."""


def form_until(session: Session, place: int, step: int) -> int:
    """A run in a transaction of its own that dies before its `step`th statement; how many there were."""
    asked = count(1)

    def stop(*_anything: object) -> None:
        if next(asked) == step:
            raise StoppedError

    connection = session.connection()
    with session.begin_nested():
        event.listen(connection, "before_cursor_execute", stop)
        try:
            telling.form(session, place, night(DAY + timedelta(3)))
        finally:
            event.remove(connection, "before_cursor_execute", stop)
    return next(asked) - 1


def test_a_run_that_is_stopped_leaves_nothing(session: Session, team: Team, add_batch: Add) -> None:
    """Stopped before any of its statements it has made no cell, and the next run makes them all."""
    for day in range(3):
        add_batch(team, DAY + timedelta(day), drawn(random.Random(day)))
    made = len(cells_of(session))
    forget(session)
    before = everything(session)
    for step in range(1, 1000):
        try:
            steps = form_until(session, team.municipality_id, step)
            break
        except StoppedError:
            assert everything(session) == before
    assert steps > 10
    assert len(cells_of(session)) == made


def test_a_team_too_small_to_stand_alone_goes_with_the_rest(session: Session, team: Team, add_batch: Add) -> None:
    """Ydelse has no caseworkers: its batch, a second hidden team's and the law group's are one cell of no team."""
    small, large = another(session, team, "Lille", caseworkers=2), another(session, team, "Stort")
    add_batch(large, DAY, [(3,) * 5] * 8)
    for one in (team, small):
        add_batch(one, DAY, [(2,) * 5] * 5)
    add_batch(team, DAY + timedelta(1), [(2,) * 5] * 8, of_law_group=True)
    assert [(cell.team_id, cell.n) for cell in cells_of(session)] == [(large.id, 8), (None, 10), (None, 8)]


def test_versions_and_modes_are_never_in_one_cell(
    session: Session, stevns: Municipality, team: Team, add_batch: Add
) -> None:
    """Five of each wait for others of their own."""
    add_batch(team, DAY, [(2,) * 5] * 5)
    add_batch(team, DAY, [(2,) * 5] * 5, mode="onsite")
    municipalities.publish(session, stevns.id, question_sets.load("ydelse"), night(DAY))
    add_batch(team, DAY, [(2,) * 5] * 5)
    assert cells_of(session) == []
    add_batch(team, DAY, [(2,) * 5] * 5)
    (cell,) = cells_of(session)
    assert (cell.n, cell.mode) == (10, "remote")
    assert session.get_one(QuestionnaireVersion, (stevns.id, cell.version_id)).closed_at is None


def test_what_a_closed_version_leaves_is_told_together(session: Session, team: Team, add_batch: Add) -> None:
    """Five of each of two teams: after 28 days one cell of the law group, of no team. Until then they are
    counted as too few to show.
    """
    for name in ("A", "B"):
        add_batch(another(session, team, name), DAY, [(2,) * 5] * 5)
    assert (only(ydelse(session, team)).unshown, only(ydelse(session, team)).waiting_since) == (0, DAY)
    session.execute(update(QuestionnaireVersion).values(closed_at=night(DAY)))
    assert (only(ydelse(session, team)).unshown, only(ydelse(session, team)).waiting_since) == (10, None)
    assert telling.form(session, team.municipality_id, night(DAY + timedelta(27))) == 0
    assert telling.form(session, team.municipality_id, night(DAY + timedelta(28))) == 1
    (cell,) = cells_of(session)
    assert (cell.team_id, cell.n, only(ydelse(session, team)).unshown) == (None, 10, 0)


def test_what_is_left_of_a_closed_version_is_never_shown(session: Session, team: Team, add_batch: Add) -> None:
    """Six who all answered at the top: in no mean, and in their number among those too few to show."""
    add_batch(team, DAY, [(4,) * 5] * 6)
    session.execute(update(QuestionnaireVersion).values(closed_at=night(DAY)))
    assert telling.form(session, team.municipality_id, night(DAY + timedelta(400))) == 0
    series = only(ydelse(session, team))
    assert (series.unshown, series.respondents, series.mean.shown) == (6, 0, False)
    assert results.read(session, team.municipality_id, MAY).cells == []


def test_the_first_night_tells_what_there_is(session: Session, team: Team, add_batch: Add) -> None:
    """Batches from before there were cells become the same cells in one night, in the order they were tallied."""
    for day in range(6):
        add_batch(team, DAY + timedelta(day), drawn(random.Random(day)))
    before = [(cell.first_on, cell.last_on, cell.n, cell.counts) for cell in cells_of(session)]
    forget(session)
    assert telling.form(session, team.municipality_id, night(DAY + timedelta(9))) == len(before)
    assert [(cell.first_on, cell.last_on, cell.n, cell.counts) for cell in cells_of(session)] == before


def test_a_day_is_told_once(session: Session, team: Team, add_batch: Add) -> None:
    """What a second run on the same day, or with the clock turned back, would tell waits for the next night."""
    batch = add_batch(team, DAY, [(2, 3, 2, 3, 2)] * 12)
    untold = update(Batch).where(Batch.id == batch.id).values(cell_id=None)
    for later, made in ((0, 0), (-1, 0), (1, 1)):
        session.execute(untold)
        assert telling.tonight(session, team.municipality_id, night(DAY + timedelta(later))) == made
    assert sorted(cell.told_on for cell in cells_of(session)) == [DAY, DAY + timedelta(1)]


def test_so_is_a_day_on_which_only_a_group_was_told(
    session: Session, stevns: Municipality, team: Team, add_batch: Add
) -> None:
    """A wave that ends closes its groups in a night without new cells: what that day's figures are, they stay.

    Later that day a team that waited for others is large enough to be told alone.
    """
    waves.save(session, stevns.id, [Wave("Maj", date(2021, 5, 3), date(2021, 5, 10), 100)])
    large, small = another(session, team, "Stort"), another(session, team, "Lille")
    third = update(Staff).where(Staff.email.startswith("lille0@"))
    session.execute(third.values(active=False))
    for each in (large, small):
        add_batch(each, DAY, [(2, 3, 2, 3, 2)] * 12)
    over = waves.ends(waves.of(session, stevns.id))[0] + timedelta(2)
    assert telling.tonight(session, stevns.id, night(over)) == 0
    assert (told.newest(session, stevns.id), len(cells_of(session))) == (over, 1)
    before = told.kept(session, stevns.id, Period(DAY, over), over)
    session.execute(third.values(active=True))
    for hours, made in ((5, 0), (24, 1)):
        assert telling.tonight(session, stevns.id, night(over) + timedelta(hours=hours)) == made
        assert told.kept(session, stevns.id, Period(DAY, over), over) == before


def test_what_a_group_withholds_is_known_from_the_day_it_is_told(
    session: Session, team: Team, add_batch: Add
) -> None:
    """Thirty people hide nothing until, with ninety more, the mean of a statement at an end is withheld."""
    for day in range(4):
        add_batch(team, DAY + timedelta(day), [(2, 3, 2, 3, 4), (3, 2, 3, 2, 4)] * 15)
    period = Period(DAY, DAY)
    hides = [
        [each.view.hides for each in told.kept(session, team.municipality_id, period, DAY + timedelta(later))]
        for later in (2, 3)
    ]
    assert hides == [[False], [True]]


def test_a_group_is_asked_with_its_cells(session: Session, team: Team, add_batch: Add) -> None:
    """Two cells of eight who never choose an end: their means are told, and both wait for a distribution."""
    for day in range(2):
        add_batch(team, DAY + timedelta(day), [(2,) * 5] * 4 + [(3,) * 5] * 4)
    (waiting,) = telling._cells(session, team.municipality_id, "spread")
    assert (waiting.told, waiting.counted.n) == ([1, 2, 3, 4, 5], 16)
    assert [cell.n for cell in waiting.cells] == [8, 8]
    assert telling._cells(session, team.municipality_id, "means") == []
