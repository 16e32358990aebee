"""A new baseline: noted once with its reason, never changed, and of one series alone."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import baselines, lineages, models
from survey.baselines import Rebased
from survey.lineages import Lineages
from survey.models import Municipality, QuestionnaireVersion, Staff, Team

TODAY = date(2021, 5, 11)
"""The Copenhagen day of the fixture `now`."""
Note = Callable[..., int]


@pytest.fixture
def manager(session: Session, stevns: Municipality, employ: Callable[..., Staff]) -> Staff:
    """Who notes."""
    return employ(session, stevns, "manager")


@pytest.fixture
def ydelse(session: Session, stevns: Municipality) -> Team:
    """A team under LAS."""
    return session.scalars(select(Team).where(Team.law == "LAS", Team.municipality_id == stevns.id)).one()


@pytest.fixture
def version(session: Session, ydelse: Team) -> int:
    """Its questionnaire's version."""
    of = QuestionnaireVersion
    return session.scalars(select(of.id).where(of.questionnaire_id == ydelse.questionnaire_id)).one()


@pytest.fixture
def note(session: Session, stevns: Municipality, manager: Staff, version: int, now: datetime) -> Note:
    """`note(since=…, reason=…)` for Ydelse as a whole, today, unless something else is said."""

    def make(**other: Any) -> int:
        usual = {"law": "LAS", "team_id": None, "version_id": version, "mode": "remote", "since": TODAY}
        new = Rebased(**{**usual, "reason": "Ny bemanding fra maj", **other})
        return baselines.note(session, stevns.id, new, staff_id=manager.id, now=now)

    return make


def place(version: int, *, law: str = "LAS", team: int | None = None, mode: str = "remote") -> tuple[Any, Any]:
    """A section and a series of it, as far as a baseline knows them."""
    section = SimpleNamespace(law=law, team=SimpleNamespace(id=team) if team else None)
    return section, SimpleNamespace(version_id=version, mode=mode)


def test_the_newest_up_to_the_periods_last_day_stands(
    session: Session, stevns: Municipality, manager: Staff, version: int, note: Note
) -> None:
    """A later one is not known to an earlier period; who noted it and when is kept."""
    early = TODAY - timedelta(30)
    note(since=early, reason="Nyt lokale")
    note()
    found = baselines.read(session, stevns.id, lineages.of(session, stevns.id))
    days = (early - timedelta(1), early, TODAY - timedelta(1), TODAY)
    standing = [baselines.standing(found, *place(version), day) for day in days]
    assert [each and each.reason for each in standing] == [
        None,
        "Nyt lokale",
        "Nyt lokale",
        "Ny bemanding fra maj",
    ]
    assert [(each.by, each.noted_on) for each in found] == [(manager.name, TODAY)] * 2


def test_it_is_of_one_series_alone(
    session: Session, stevns: Municipality, ydelse: Team, version: int, note: Note
) -> None:
    """Not of another law group, team, version or mode."""
    note(team_id=ydelse.id)
    found = baselines.read(session, stevns.id, Lineages())
    assert baselines.standing(found, *place(version, team=ydelse.id), TODAY)
    others = [
        place(version),
        place(version, team=ydelse.id + 1),
        place(version, team=ydelse.id, law="LAB"),
        place(version, team=ydelse.id, mode="onsite"),
        place(version + 1, team=ydelse.id),
    ]
    assert not any(baselines.standing(found, *other, TODAY) for other in others)


def test_it_goes_on_with_the_lineage(session: Session, stevns: Municipality, version: int, note: Note) -> None:
    """Noted of a version that the next one continues, it is of the next one's series."""
    note()
    (found,) = baselines.read(session, stevns.id, Lineages({version: version + 7}))
    assert found.version_id == version + 7


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"law": "XXX"}, "ck_baseline_law_known"),
        ({"mode": "dream"}, "ck_baseline_mode_known"),
        ({"reason": " "}, "ck_baseline_reason_given"),
        ({"reason": "x" * 201}, "ck_baseline_reason_given"),
        ({"since": TODAY + timedelta(1)}, "ck_baseline_never_ahead"),
        ({"version_id": 0}, "fk_baseline_version_id"),
        ({"team_id": 0}, "fk_baseline_team_id_law"),
    ],
)
def test_the_table_refuses_what_is_no_baseline(note: Note, wrong: dict[str, Any], constraint: str) -> None:
    """Each by its own constraint."""
    with pytest.raises(IntegrityError, match=constraint):
        note(**wrong)


def test_a_team_is_of_its_law(ydelse: Team, note: Note) -> None:
    """A team under LAS has no baseline under LAB."""
    with pytest.raises(IntegrityError, match="fk_baseline_team_id_law"):
        note(law="LAB", team_id=ydelse.id)


def test_a_day_is_noted_once(session: Session, ydelse: Team, note: Note) -> None:
    """Of the whole law group too, where no team is named; of a team it is another series."""
    note()
    note(team_id=ydelse.id)
    note(since=TODAY - timedelta(1))
    for again in ({}, {"team_id": ydelse.id}):
        with pytest.raises(IntegrityError, match="uq_baseline_once"), session.begin_nested():
            note(**again)


def test_a_baseline_never_changes(session: Session, note: Note) -> None:
    """Neither reason nor day, nor is it deleted."""
    note()
    for change in (
        update(models.Baseline).values(reason="Noget andet"),
        update(models.Baseline).values(since=TODAY - timedelta(1)),
        delete(models.Baseline),
    ):
        with pytest.raises(IntegrityError, match="A baseline never changes"), session.begin_nested():
            session.execute(change)
