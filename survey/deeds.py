"""What was said and what was done about it: written and withdrawn by managers, read by everybody."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, select, update
from sqlalchemy.orm import Session

from survey import cpr, emails, phones, workdays
from survey.models import Assignment, Deed, Municipality, Staff, Team

SAID, DONE = 300, 600
"""The most characters of what was said, and of what was done."""
PUBLIC = 100
"""The most deeds on a public page, newest first."""
_NUMBER = re.compile(r"(?<![\w+])\+?\d[\d .\-–/()]{5,18}\d(?!\w)")
_NO_NUMBER = re.compile(
    r"\d{1,2}[ .\-–/]+\d{1,2}[ .\-–/]+\d{4}|(?:19|20)\d\d *[-–/] *(?:19|20)\d\d|\d{1,3}(?:\.\d{3})+"
)
"""Days, years from and to, and amounts: eight digits that are no telephone number."""
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"]+@[^\s<>()\[\],;:\"]+")
_CAPITAL = r"[A-ZÆØÅÄÖÜÉ]"
_NAME = re.compile(rf"\b{_CAPITAL}[\w'’]+(?:[ -]{_CAPITAL}(?:[\w'’]+|\.))+|\b(?:hr|fru|frk)\.? +{_CAPITAL}\w+")
_NO_NAMES = frozenset({"kommune", "jobcenter", "jobcentret", "borgerservice", "ydelse", "opfølgning", "jeg", "vi"})


@dataclass(frozen=True)
class Told:
    """A deed as it is read; `team` is None for the whole municipality, `withdrawn_on` a Copenhagen day."""

    id: int
    team_id: int | None
    team: str | None
    done_on: date
    said: str
    done: str
    by: str
    withdrawn_on: date | None


def public(session: Session, municipality_id: int, team_id: int | None = None) -> list[Told]:
    """What everybody may read, newest first: all of it, or a team's and what holds for all teams."""
    query = _deeds(municipality_id).where(Deed.withdrawn_at.is_(None)).limit(PUBLIC)
    if team_id is not None:
        query = query.where(Deed.team_id.is_(None) | (Deed.team_id == team_id))
    return [_told(row) for row in session.execute(query)]


def of_teams(session: Session, municipality_id: int, teams: Collection[int] | None) -> list[Told]:
    """What may be withdrawn or has been, newest first: of `teams`, or everything where it is None."""
    query = _deeds(municipality_id)
    if teams is not None:
        query = query.where(Deed.team_id.in_(teams))
    return [_told(row) for row in session.execute(query)]


def write(
    session: Session,
    municipality_id: int,
    *,
    team_id: int | None,
    done_on: date,
    said: str,
    done: str,
    staff_id: int,
    now: datetime,
) -> int:
    """Let everybody read it from now on; its number. Raises ValueError for what must not be read by everybody."""
    if wrong := refusals(f"{said}\n{done}"):
        raise ValueError(wrong[0])
    deed = Deed(municipality_id=municipality_id, team_id=team_id, done_on=done_on, said=said, done=done)
    deed.written_at, deed.written_by = now, staff_id
    session.add(deed)
    session.flush()
    return deed.id


def withdraw(
    session: Session, municipality_id: int, deed_id: int, *, teams: Collection[int] | None, now: datetime
) -> bool:
    """Let nobody read it any more; False for one that is not of `teams` (None: all), or is withdrawn already."""
    query = update(Deed).where(
        Deed.municipality_id == municipality_id, Deed.id == deed_id, Deed.withdrawn_at.is_(None)
    )
    if teams is not None:
        query = query.where(Deed.team_id.in_(teams))
    return session.execute(query.values(withdrawn_at=now).returning(Deed.id)).first() is not None


# What must not be said to everybody ----------------------------------------------------------------------


def refusals(text: str) -> list[str]:
    """What in `text` could reach or identify a person, in Danish with the remedy; empty when nothing does."""
    found = []
    if cpr.held_by(text):
        found.append("Teksten ligner et CPR-nummer. Slet det; siden kan læses af alle.")
    if number := _phone(text):
        found.append(f"»{number}« ligner et telefonnummer. Slet det; siden kan læses af alle.")
    if address := _email(text):
        found.append(f"»{address}« ligner en e-mailadresse. Slet den; siden kan læses af alle.")
    return found


def names_in(text: str, staff: Collection[str], places: Collection[str]) -> list[str]:
    """What in `text` looks like a person's name, each once: a guess, for the writer to weigh.

    `staff` are the names of those who work here; `places` those of teams and municipality, which are none.
    """
    innocent = _NO_NAMES | {word.casefold() for place in places for word in re.findall(r"\w+", place)}
    known = {word for name in staff for word in re.findall(r"\w{2,}", name) if word[0].isupper()}
    found = {match[0].strip(): None for match in _NAME.finditer(text) if _is_name(match[0], innocent)}
    told = " ".join(found)
    found |= {
        word: None
        for word in re.findall(r"\w+", text)
        if word in known and word.casefold() not in innocent and word not in told
    }
    return list(found)


def staff_names(session: Session, municipality_id: int) -> list[str]:
    """Everybody who works in the municipality."""
    query = select(Staff.name).join(Assignment).where(Assignment.municipality_id == municipality_id).distinct()
    return list(session.scalars(query))


def place_names(session: Session, municipality_id: int) -> list[str]:
    """The names of the municipality and its teams."""
    teams = select(Team.name).where(Team.municipality_id == municipality_id)
    return [session.get_one(Municipality, municipality_id).name, *session.scalars(teams)]


def _phone(text: str) -> str:
    for match in _NUMBER.finditer(text):
        typed = match[0].strip(" .-–/()")
        if not _NO_NUMBER.fullmatch(typed) and phones.number(typed):
            return typed
    return ""


def _email(text: str) -> str:
    candidates: Iterator[str] = (match[0].strip(".!?'’»«") for match in _ADDRESS.finditer(text))
    return next((each for each in candidates if emails.normal(each)), "")


def _is_name(words: str, innocent: Collection[str]) -> bool:
    return not any(word.casefold() in innocent for word in re.findall(r"\w+", words))


# Reading -------------------------------------------------------------------------------------------------


def _deeds(municipality_id: int) -> Select[*tuple[Any, ...]]:
    team = (Team.municipality_id == Deed.municipality_id) & (Team.id == Deed.team_id)
    return (
        select(Deed, Team.name, Staff.name)
        .outerjoin(Team, team)
        .join(Staff, Staff.id == Deed.written_by)
        .where(Deed.municipality_id == municipality_id)
        .order_by(Deed.done_on.desc(), Deed.id.desc())
    )


def _told(row: Row[*tuple[Any, ...]]) -> Told:
    deed, team, by = row
    withdrawn = workdays.day(deed.withdrawn_at) if deed.withdrawn_at else None
    return Told(deed.id, deed.team_id, team, deed.done_on, deed.said, deed.done, by, withdrawn)
