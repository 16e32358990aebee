"""The counts of a period: which batches, which teams, and never more rows for more responses."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import fields
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey import municipalities, results
from survey.models import Assignment, Batch, Municipality, Participation, Questionnaire, Staff, Team
from survey.results import Counts, Period

MAY = Period(date(2021, 5, 1), date(2021, 5, 31))
Add = Callable[..., Batch]


def team_of(session: Session, municipality: Municipality, name: str = "Opfølgning") -> Team:
    """The municipality's team of that name."""
    wanted = select(Team).where(Team.municipality_id == municipality.id, Team.name == name)
    return session.scalars(wanted).one()


def another_team(session: Session, like: Team, name: str) -> Team:
    """One more team of the same law group and questionnaire."""
    team = Team(
        municipality_id=like.municipality_id, name=name, law=like.law, questionnaire_id=like.questionnaire_id
    )
    session.add(team)
    session.flush()
    return team


def employ(session: Session, team: Team, caseworkers: int, *, active: bool = True) -> None:
    """Give `team` so many caseworkers."""
    for number in range(caseworkers):
        staff = Staff(
            email=f"{team.id}-{number}-{active}@x.dk".lower(), name="X", password_hash="-", active=active
        )
        session.add(staff)
        session.flush()
        session.add(
            Assignment(municipality_id=team.municipality_id, staff_id=staff.id, role="caseworker", team_id=team.id)
        )
    session.flush()


def rows_of(counts: Counts) -> int:
    """All rows that were read."""
    return sum(
        len(getattr(counts, field.name)) for field in fields(counts) if field.name not in ("period", "smallest")
    )


def test_the_period_takes_whole_cells_by_their_last_day(
    session: Session, stevns: Municipality, add_batch: Add
) -> None:
    """A cell gathered from 28 April to 3 May belongs to May; one that ends in June does not."""
    team = team_of(session, stevns)
    add_batch(team, date(2021, 5, 3), [(2,) * 7] * 10, first=date(2021, 4, 28))
    add_batch(team, date(2021, 6, 1), [(2,) * 7] * 10, first=date(2021, 5, 30))
    counts = results.read(session, stevns.id, MAY)
    assert [cell.counted.last_on for cell in counts.cells] == [date(2021, 5, 3)]
    assert counts.cells[0].counted.statements[0] == (0, 0, 10, 0, 0)


def test_more_responses_are_not_more_rows_or_statements(
    session: Session,
    stevns: Municipality,
    add_batch: Add,
    sql: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    """A batch of 1000 people is read with exactly the rows and the nine statements of a batch of ten."""
    answers = [(1,) * 7, (2,) * 7, (3,) * 7, (4,) * 7, (4, 0, None, 3, 2, 1, 4)]
    read = []
    for times in (2, 200):
        with session.begin_nested() as savepoint:
            add_batch(team_of(session, stevns), date(2021, 5, 3), answers * times)
            with sql() as statements:
                counts = results.read(session, stevns.id, MAY)
            savepoint.rollback()
        read.append((rows_of(counts), len(statements), counts.cells[0].counted.n))
    assert read == [(read[0][0], 9, 10), (read[0][0], 9, 1000)]


def test_more_teams_are_not_more_statements(
    session: Session,
    stevns: Municipality,
    add_batch: Add,
    sql: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    """Twelve more teams with figures are read with the same ten statements, where another is too small."""
    like = team_of(session, stevns)
    for number in range(12):
        mine = another_team(session, like, f"Team {number}")
        employ(session, mine, 3)
        add_batch(mine, date(2021, 5, 3), [(2,) * 7] * 10)
    with sql() as statements:
        counts = results.read(session, stevns.id, MAY)
    assert len(counts.cells) == 12
    assert len(statements) == 10


def test_a_cells_counts_are_read_once(
    session: Session,
    stevns: Municipality,
    add_batch: Add,
    sql: Callable[[], AbstractContextManager[list[str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The next page reads those of new cells alone; where the memory is too small, all again. It says the same."""
    team = team_of(session, stevns)
    monkeypatch.setattr(results, "_known", {})
    for room, again in ((9, 8), (1, 9)):
        monkeypatch.setattr(results, "KNOWN_CELLS", room)
        add_batch(team, date(2021, 5, 3), [(2,) * 7] * 10)
        add_batch(team, date(2021, 5, 4), [(3,) * 7] * 10)
        first = results.read(session, stevns.id, MAY)
        with sql() as statements:
            second = results.read(session, stevns.id, MAY)
        assert (len(statements), second.cells) == (again, first.cells)


def test_nothing_is_read_from_responses_ballots_or_people(
    session: Session, stevns: Municipality, sql: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    """No statement of the dashboard names a table with answers or citizens in it."""
    with sql() as statements:
        results.read(session, stevns.id, MAY)
    for table in (
        "response",
        "ballot",
        "batch_statement",
        "fragment",
        "comment",
        "invitation",
        "contact",
        "callback_request",
    ):
        assert not [text for text in statements if f" {table}" in text]


def test_another_municipality_never_shows(
    session: Session, stevns: Municipality, add_batch: Add, now: datetime
) -> None:
    """Faxe's batch, weeks and teams are not in what Stevns reads."""
    faxe = municipalities.establish(
        session, slug="faxe", name="Faxe Kommune", phone="56 20 20 20", sms_sender="Faxe", now=now
    )
    add_batch(team_of(session, faxe), date(2021, 5, 3), [(4,) * 7] * 5)
    before = rows_of(results.read(session, stevns.id, MAY))
    add_batch(team_of(session, faxe), date(2021, 5, 4), [(1,) * 7] * 9)
    counts = results.read(session, stevns.id, MAY)
    assert rows_of(counts) == before
    assert not counts.cells
    assert results.newest_day(session, stevns.id) is None


def test_a_team_needs_three_active_caseworkers(session: Session, stevns: Municipality) -> None:
    """Three show a team; two, and one who has left, do not."""
    employ(session, team_of(session, stevns), 3)
    employ(session, team_of(session, stevns, "Ydelse"), 2)
    employ(session, team_of(session, stevns, "Ydelse"), 1, active=False)
    shown = {team.name: team.shown for team in results.teams(session, stevns.id)}
    assert shown == {"Opfølgning": True, "Ydelse": False}


def test_a_hidden_team_takes_a_second_with_it(session: Session, stevns: Municipality, add_batch: Add) -> None:
    """The law group's total less two shown teams would be the hidden one, so the smaller of them hides too."""
    first = team_of(session, stevns)
    for name, caseworkers in (("Jobklar", 4), ("Lille", 2)):
        team = another_team(session, first, name)
        employ(session, team, caseworkers)
        add_batch(team, date(2021, 5, 3), [(3,) * 7] * 5)
    employ(session, first, 5)
    add_batch(first, date(2021, 5, 3), [(3,) * 7] * 5)
    shown = {team.name: team.shown for team in results.teams(session, stevns.id)}
    assert shown == {"Jobklar": False, "Lille": False, "Opfølgning": True, "Ydelse": False}


def test_it_takes_one_that_answers_the_same_questionnaire(
    session: Session, stevns: Municipality, add_batch: Add
) -> None:
    """Told while it had three caseworkers, it would be the law group's figures of that version less the others'.

    A second hidden team that answers another questionnaire hides nothing of it.
    """
    old, faxe = team_of(session, stevns), another_team(session, team_of(session, stevns), "Unge")
    faxe.questionnaire_id = session.scalars(select(Questionnaire.id).where(Questionnaire.code == "faxe")).one()
    small = another_team(session, old, "Lille")
    for team, caseworkers, day in ((old, 5, 3), (small, 3, 3), (faxe, 4, 4)):
        employ(session, team, caseworkers)
        add_batch(team, date(2021, 5, day), [(2, 3, 3, 2, 3, 2, 3)[: 3 if team is faxe else 7]] * 12)
    leaving = select(Assignment.staff_id).where(Assignment.team_id == small.id).limit(1)
    session.execute(update(Staff).where(Staff.id.in_(leaving)).values(active=False))
    shown = {team.name: team.shown for team in results.teams(session, stevns.id)}
    assert shown == {"Lille": False, "Opfølgning": False, "Unge": False, "Ydelse": False}


def test_a_closed_team_with_figures_is_still_part_of_its_group(
    session: Session, stevns: Municipality, add_batch: Add
) -> None:
    """An inactive team is listed while it has figures, and forgotten when it never had any."""
    old = another_team(session, team_of(session, stevns), "Gammelt")
    empty = another_team(session, team_of(session, stevns), "Tomt")
    old.active = empty.active = False
    add_batch(old, date(2021, 5, 3), [(3,) * 7] * 5)
    names = [team.name for team in results.teams(session, stevns.id)]
    assert names == ["Gammelt", "Opfølgning", "Ydelse"]


def test_the_newest_day_is_a_batch_or_a_week_of_sending(
    session: Session, stevns: Municipality, add_batch: Add
) -> None:
    """Whichever is later."""
    team = team_of(session, stevns)
    batch = add_batch(team, date(2021, 5, 6), [(3,) * 7] * 5)
    assert results.newest_day(session, stevns.id) == date(2021, 5, 6)
    session.add(
        Participation(
            municipality_id=stevns.id,
            team_id=team.id,
            version_id=batch.version_id,
            week=date(2021, 5, 10),
            invited=6,
            sent=6,
            unknown=0,
            delivered=6,
            answered=0,
        )
    )
    session.flush()
    assert results.newest_day(session, stevns.id) == date(2021, 5, 10)


@pytest.mark.parametrize(
    ("newest", "first", "last"),
    [
        (date(2021, 8, 23), date(2020, 10, 1), date(2021, 8, 23)),
        (date(2024, 2, 29), date(2023, 4, 1), date(2024, 2, 29)),
        (date(2024, 12, 31), date(2024, 1, 1), date(2024, 12, 31)),
        (None, date(2026, 1, 1), date(2026, 11, 22)),
    ],
)
def test_the_default_period_is_four_quarters_up_to_the_newest_figures(
    newest: date | None, first: date, last: date
) -> None:
    """Also for figures of long ago, of a leap day and of a quarter's last; without any, up to today."""
    assert results.default_period(newest, date(2026, 11, 22)) == Period(first, last)


def test_the_default_period_begins_on_another_day_once_a_quarter() -> None:
    """Whoever looks every day of three years sees twelve beginnings, each the first day of a quarter."""
    days = [date(2021, 1, 1) + timedelta(n) for n in range(3 * 365)]
    begun = {results.default_period(day, day).first for day in days}
    assert len(begun) == 12
    assert all((day.day, day.month % 3) == (1, 1) for day in begun)
