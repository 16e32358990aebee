"""What may not be read by everybody, and who may write and withdraw what."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import deeds, municipalities
from survey.models import Deed, Municipality, Staff, Team


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Borgeren 010190-1234 klagede", "CPR-nummer"),
        ("Ring på 20 12 34 56.", "»20 12 34 56« ligner et telefonnummer"),
        ("Ring på 20123456", "telefonnummer"),
        ("Ring på +45 20-12-34-56, tak", "telefonnummer"),
        ("Ring på (+46 70 123 45 67)", "telefonnummer"),
        ("Skriv til lis@stevns.dk.", "»lis@stevns.dk« ligner en e-mailadresse"),
        ("Skriv til <lis.holm@job.stevns.dk>", "e-mailadresse"),
    ],
)
def test_what_could_reach_or_identify_somebody_is_refused(text: str, what: str) -> None:
    """With what was found and what to do."""
    (found,) = deeds.refusals(text)
    assert what in found
    assert "Slet" in found


@pytest.mark.parametrize(
    "text",
    [
        "Siden 24-05-2021 holder vi åbent til kl. 17.",
        "I 2021-2022 fik 25.000.000 kroner ben at gå på.",
        "Vi svarer inden 2 hverdage, og 53,6 % (559/1043) har svaret.",
        "Vi kan mødes @ jobcentret",
        "24.05.2021 åbnede vi 3 lokaler",
    ],
)
def test_days_years_and_amounts_are_no_telephone_numbers(text: str) -> None:
    """Eight digits alone make none."""
    assert deeds.refusals(text) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Vi har bedt Lis Holm om at ringe", ["Lis Holm"]),
        ("Fru Holm ringer nu, og hr. Berg skriver", ["Fru Holm", "hr. Berg"]),
        ("Anne-Marie P. Sø Jensen er glad", ["Anne-Marie P. Sø Jensen"]),
        ("Nu ringer Sanne hver dag", ["Sanne"]),
        ("I Stevns Kommune ringer vi. Team Ydelse svarer", []),
        ("Jobcenter Stevns har fået længere åbent", []),
        ("Vi svarer. Hurtigt", []),
    ],
)
def test_what_looks_like_a_name_is_pointed_out(text: str, names: list[str]) -> None:
    """Two capitals in a row, a title, or the name of somebody who works here; no team's."""
    assert deeds.names_in(text, ["Sanne Strand"], ["Stevns Kommune", "Ydelse"]) == names


@pytest.fixture
def manager(session: Session, stevns: Municipality, employ: Callable[..., Staff]) -> Staff:
    """A manager of Stevns."""
    return employ(session, stevns, "manager")


@pytest.fixture
def wrote(session: Session, stevns: Municipality, manager: Staff, now: datetime) -> Callable[..., int]:
    """`wrote(team=None, days_ago=0, said=…)` writes a deed; its number."""

    def write(team: str | None = None, days_ago: int = 0, said: str = "Svar hurtigere") -> int:
        team_id = session.scalar(select(Team.id).where(Team.municipality_id == stevns.id, Team.name == team))
        return deeds.write(
            session,
            stevns.id,
            team_id=team_id,
            done_on=now.date() - timedelta(days=days_ago),
            said=said,
            done="Vi ringer inden to dage",
            staff_id=manager.id,
            now=now,
        )

    return write


def test_everybody_reads_the_newest_first(
    session: Session, stevns: Municipality, wrote: Callable[..., int]
) -> None:
    """All of it, or a team's with what holds for all; nothing of another municipality, nothing withdrawn."""
    old, whole, ydelse, gone = wrote("Opfølgning", 9), wrote(None, 2), wrote("Ydelse", 5), wrote(None, 1)
    later = datetime.fromisoformat("2021-05-12T08:00Z")
    assert deeds.withdraw(session, stevns.id, gone, teams=None, now=later)
    assert [deed.id for deed in deeds.public(session, stevns.id)] == [whole, ydelse, old]
    team_id = session.scalar(select(Team.id).where(Team.name == "Ydelse"))
    assert [deed.id for deed in deeds.public(session, stevns.id, team_id)] == [whole, ydelse]
    faxe = municipalities.establish(session, slug="f", name="Faxe", phone="1", sms_sender="F", now=later)
    assert deeds.public(session, faxe.id) == []
    assert not deeds.withdraw(session, faxe.id, whole, teams=None, now=later)


def test_a_deed_is_withdrawn_once_and_only_by_who_leads_the_team(
    session: Session, stevns: Municipality, wrote: Callable[..., int], now: datetime
) -> None:
    """What holds for the whole municipality only by who leads all."""
    whole, ydelse = wrote(None), wrote("Ydelse")
    team_id = session.scalars(select(Team.id).where(Team.name == "Ydelse")).one()
    assert not deeds.withdraw(session, stevns.id, whole, teams={team_id}, now=now)
    assert not deeds.withdraw(session, stevns.id, ydelse, teams={team_id + 1}, now=now)
    assert deeds.withdraw(session, stevns.id, ydelse, teams={team_id}, now=now)
    assert not deeds.withdraw(session, stevns.id, ydelse, teams={team_id}, now=now)
    kept = [(deed.id, deed.withdrawn_on) for deed in deeds.of_teams(session, stevns.id, {team_id})]
    assert kept == [(ydelse, now.date())]


def test_the_use_case_itself_refuses_what_identifies(wrote: Callable[..., int]) -> None:
    """Whatever door it comes through."""
    with pytest.raises(ValueError, match="CPR"):
        wrote(said="010190-1234")


@pytest.mark.parametrize(
    ("constraint", "columns"),
    [
        ("text_length", {"said": ""}),
        ("text_length", {"said": "x" * 301}),
        ("text_length", {"done": "x" * 601}),
        ("text_not_blank", {"said": " \n"}),
        ("text_not_blank", {"done": "\t"}),
        ("done_not_in_the_future", {"done_on": "2021-05-12"}),
        ("withdrawn_after_written", {"withdrawn_at": "2021-05-10T08:00Z"}),
        ("fk_deed_team_id", {"team_id": 999_999}),
        ("fk_deed_written_by", {"written_by": 999_999}),
    ],
)
def test_an_impossible_deed_is_impossible(
    session: Session, wrote: Callable[..., int], constraint: str, columns: dict[str, Any]
) -> None:
    """The table itself refuses blank and long texts, days to come, strangers' teams and writers."""
    wrote()
    with pytest.raises(IntegrityError, match=constraint), session.begin_nested():
        session.execute(update(Deed).values(**columns))
