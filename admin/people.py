"""Who works here and as what. An administrator decides for the own municipality and nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from admin import passwords, sessions
from survey.access import ADMINISTRATOR
from survey.models import Assignment, Municipality, Staff, Team


class Refused(Exception):  # noqa: N818 - a rule said no; the message is for the administrator, in Danish
    """The rules of `people` say no; the message says why and what to do."""


@dataclass(frozen=True)
class Role:
    """One assignment: role, and the team it is for (empty for all)."""

    id: int
    role: str
    team: str


@dataclass(frozen=True)
class Person:
    """A member of staff with the roles in one municipality; `elsewhere` when there are roles in another too."""

    id: int
    name: str
    email: str
    active: bool
    elsewhere: bool
    roles: tuple[Role, ...]


def add_person(
    session: Session,
    *,
    municipality_id: int,
    email: str,
    name: str,
    role: str,
    team_id: int | None = None,
    password: str | None = None,
) -> tuple[int, str | None]:
    """Give a person a role, and make the person when the e-mail is new. For the operator: checks no rights.

    Returns the staff id and, for a new person, the first password (`password`, else a drawn one); for one
    who exists already None, and name and password stay as they were.
    """
    email = email.strip().lower()
    staff_id, first = session.scalar(select(Staff.id).where(Staff.email == email)), None
    if staff_id is None:
        first = password or passwords.drawn()
        staff = Staff(email=email, name=name.strip(), password_hash=passwords.hashed(first))
        session.add(staff)
        session.flush()
        staff_id = staff.id
    give_role(session, municipality_id, staff_id, role, team_id)
    return staff_id, first


def invite_person(
    session: Session, *, municipality_id: int, email: str, name: str, role: str, team_id: int | None
) -> tuple[int, str]:
    """A new person by an administrator: (staff id, first password, to be shown once).

    Raises Refused when the e-mail is in use. An account of another municipality is never taken in here: its
    password is known elsewhere, so only the operator joins two municipalities (`flask people add`).
    """
    if session.scalar(select(Staff.id).where(Staff.email == email.strip().lower())) is not None:
        raise Refused(
            "E-mailen er allerede i brug. Arbejder personen også i en anden kommune, skal driften give rollen."
        )
    try:
        # Two administrators may make the same person at once: the unique key lets one through.
        with session.begin_nested():
            staff_id, first = add_person(
                session, municipality_id=municipality_id, email=email, name=name, role=role, team_id=team_id
            )
    except IntegrityError:
        raise Refused("E-mailen er allerede i brug. Vis listen igen, og giv personen en rolle der.") from None
    return staff_id, str(first)


def give_role(session: Session, municipality_id: int, staff_id: int, role: str, team_id: int | None) -> None:
    """Give a person a role; one they have already stays as it is."""
    session.execute(
        insert(Assignment)
        .values(municipality_id=municipality_id, staff_id=staff_id, role=role, team_id=team_id)
        .on_conflict_do_nothing()
    )


def take_role(session: Session, municipality_id: int, staff_id: int, assignment_id: int, *, by: int) -> None:
    """Take a role from a person. Raises Refused for the own administrator role and the municipality's last."""
    own = (Assignment.municipality_id == municipality_id, Assignment.staff_id == staff_id)
    role = session.scalar(select(Assignment.role).where(*own, Assignment.id == assignment_id))
    if role == ADMINISTRATOR:
        _keep_an_administrator(session, municipality_id, staff_id, by)
    session.execute(delete(Assignment).where(*own, Assignment.id == assignment_id))


def deactivate(session: Session, municipality_id: int, person: Person, *, by: int) -> None:
    """Shut a person out at once. Raises Refused for oneself, a last administrator and who works elsewhere too."""
    _only_here(person)
    _keep_an_administrator(session, municipality_id, person.id, by)
    session.execute(update(Staff).where(Staff.id == person.id).values(active=False))
    sessions.end_all(session, person.id)


def activate(session: Session, person: Person) -> None:
    """Let a person sign in again. Raises Refused for who works elsewhere too."""
    _only_here(person)
    session.execute(update(Staff).where(Staff.id == person.id).values(active=True))


def reset_password(session: Session, person: Person) -> str:
    """A new drawn password, to be shown once; every session of the person ends. Raises Refused as above."""
    _only_here(person)
    drawn = passwords.drawn()
    sessions.set_password(session, person.id, passwords.hashed(drawn))
    return drawn


def of_municipality(session: Session, municipality_id: int, staff_id: int | None = None) -> Sequence[Person]:
    """Everybody with a role in the municipality (or only `staff_id`), by name. Two statements, however many."""
    here = select(Assignment.staff_id).where(Assignment.municipality_id == municipality_id)
    elsewhere = select(Assignment.staff_id).where(Assignment.municipality_id != municipality_id)
    wanted = (
        select(Staff.id, Staff.name, Staff.email, Staff.active, Staff.id.in_(elsewhere).label("elsewhere"))
        .where(Staff.id.in_(here))
        .order_by(func.lower(Staff.name), Staff.id)
    )
    if staff_id is not None:
        wanted = wanted.where(Staff.id == staff_id)
    roles = _roles(session, municipality_id)
    return [
        Person(row.id, row.name, row.email, row.active, row.elsewhere, tuple(roles.get(row.id, ())))
        for row in session.execute(wanted)
    ]


def _roles(session: Session, municipality_id: int) -> dict[int, list[Role]]:
    rows = session.execute(
        select(Assignment.id, Assignment.staff_id, Assignment.role, Team.name.label("team"))
        .outerjoin(Team)
        .where(Assignment.municipality_id == municipality_id)
        .order_by(Assignment.role, Team.name)
    )
    roles: dict[int, list[Role]] = {}
    for row in rows:
        roles.setdefault(row.staff_id, []).append(Role(row.id, row.role, row.team or ""))
    return roles


def _only_here(person: Person) -> None:
    if person.elsewhere:
        raise Refused("Personen arbejder også i en anden kommune. Fjern rollerne her i stedet.")


def _keep_an_administrator(session: Session, municipality_id: int, staff_id: int, by: int) -> None:
    if staff_id == by:
        raise Refused("Du kan ikke fjerne din egen adgang som administrator. Bed en anden administrator om det.")
    # Two administrators remove each other at the same time: the second waits here and then counts again.
    session.execute(
        select(Municipality.id).where(Municipality.id == municipality_id).with_for_update(key_share=True)
    )
    others = session.scalar(
        select(func.count())
        .select_from(Assignment)
        .join(Staff)
        .where(
            Assignment.municipality_id == municipality_id,
            Assignment.role == ADMINISTRATOR,
            Assignment.staff_id != staff_id,
            Staff.active,
        )
    )
    if not others:
        raise Refused("Kommunen skal have mindst én aktiv administrator.")
