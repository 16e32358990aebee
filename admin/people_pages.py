"""The administrator's room for people: make, give and take roles, shut out, new password."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import access, people
from admin.forms import ROLE_NAMES, PersonForm, RoleForm, choices
from survey import workdays
from survey.access import ADMINISTRATOR, open_to
from survey.db import transaction
from survey.models import Team

doors = Blueprint("people", __name__)


@doors.get("/medarbejdere")
@open_to(ADMINISTRATOR)
def overview() -> ResponseReturnValue:
    """Everybody who works here."""
    with transaction() as session:
        found = people.of_municipality(session, access.signed_in().municipality_id)
    return render_template("admin/people.html", people=found, role_names=ROLE_NAMES)


@doors.get("/medarbejdere/ny")
@open_to(ADMINISTRATOR)
def new() -> ResponseReturnValue:
    """The form for a new person."""
    return _new_page(PersonForm())


@doors.post("/medarbejdere/ny")
@open_to(ADMINISTRATOR)
def create() -> ResponseReturnValue:
    """Make a person and show the first password, this once."""
    staff, form, now = access.signed_in(), PersonForm(), workdays.now()
    with transaction() as session:
        form.team_id.choices = _teams(session, staff.municipality_id)
        if not form.validate():
            return _new_page(form), 422
        try:
            staff_id, password = people.invite_person(
                session,
                municipality_id=staff.municipality_id,
                email=str(form.email.data),
                name=str(form.name.data),
                role=form.role.data,
                team_id=form.team_id.data,
            )
        except people.Refused as reason:
            form.email.errors = [str(reason)]
            return _new_page(form), 422
        access.log_access(session, staff, "create person", f"staff {staff_id}", now)
    return _page(staff_id, password=password)


@doors.get("/medarbejdere/<int:staff_id>")
@open_to(ADMINISTRATOR)
def one(staff_id: int) -> ResponseReturnValue:
    """One person; 404 for somebody without a role in the municipality."""
    return _page(staff_id)


@doors.post("/medarbejdere/<int:staff_id>/rolle")
@open_to(ADMINISTRATOR)
def give_role(staff_id: int) -> ResponseReturnValue:
    """Give a person one more role."""
    staff, form, now = access.signed_in(), RoleForm(), workdays.now()
    with transaction() as session:
        person = _found(session, staff_id)
        form.team_id.choices = _teams(session, staff.municipality_id)
        if form.validate():
            people.give_role(session, staff.municipality_id, person.id, form.role.data, form.team_id.data)
            access.log_access(session, staff, f"give role {form.role.data}", f"staff {staff_id}", now)
            flash(f"{person.name} er nu {ROLE_NAMES[form.role.data].lower()}.")
            return _back(staff_id)
    return _page(staff_id, form), 422


@doors.post("/medarbejdere/<int:staff_id>/rolle/<int:assignment_id>/fjern")
@open_to(ADMINISTRATOR)
def take_role(staff_id: int, assignment_id: int) -> ResponseReturnValue:
    """Take a role from a person; who has none left is no longer in the list."""
    staff, now = access.signed_in(), workdays.now()
    try:
        with transaction() as session:
            person = _found(session, staff_id)
            if assignment_id not in {role.id for role in person.roles}:
                access.not_here()
            people.take_role(session, staff.municipality_id, person.id, assignment_id, by=staff.id)
            access.log_access(session, staff, "take role", f"staff {staff_id}", now)
    except people.Refused as reason:
        return _page(staff_id, refused=str(reason)), 409
    flash(f"Rollen er fjernet fra {person.name}.")
    return _back(staff_id) if len(person.roles) > 1 else redirect(url_for("people.overview"), 303)


@doors.post("/medarbejdere/<int:staff_id>/luk")
@open_to(ADMINISTRATOR)
def deactivate(staff_id: int) -> ResponseReturnValue:
    """Shut a person out at once."""
    staff, now = access.signed_in(), workdays.now()
    try:
        with transaction() as session:
            person = _found(session, staff_id)
            people.deactivate(session, staff.municipality_id, person, by=staff.id)
            access.log_access(session, staff, "deactivate person", f"staff {staff_id}", now)
    except people.Refused as reason:
        return _page(staff_id, refused=str(reason)), 409
    flash(f"{person.name} er lukket ude.")
    return _back(staff_id)


@doors.post("/medarbejdere/<int:staff_id>/aabn")
@open_to(ADMINISTRATOR)
def activate(staff_id: int) -> ResponseReturnValue:
    """Let a person in again."""
    staff, now = access.signed_in(), workdays.now()
    try:
        with transaction() as session:
            person = _found(session, staff_id)
            people.activate(session, person)
            access.log_access(session, staff, "activate person", f"staff {staff_id}", now)
    except people.Refused as reason:
        return _page(staff_id, refused=str(reason)), 409
    flash(f"{person.name} kan logge ind igen.")
    return _back(staff_id)


@doors.post("/medarbejdere/<int:staff_id>/adgangskode")
@open_to(ADMINISTRATOR)
def reset_password(staff_id: int) -> ResponseReturnValue:
    """Draw a new password and show it, this once."""
    staff, now = access.signed_in(), workdays.now()
    try:
        with transaction() as session:
            password = people.reset_password(session, _found(session, staff_id))
            access.log_access(session, staff, "reset password", f"staff {staff_id}", now)
    except people.Refused as reason:
        return _page(staff_id, refused=str(reason)), 409
    return _page(staff_id, password=password)


def _new_page(form: PersonForm) -> str:
    with transaction() as session:
        form.team_id.choices = _teams(session, access.signed_in().municipality_id)
    return render_template("admin/person_new.html", form=form)


def _page(staff_id: int, form: RoleForm | None = None, *, password: str = "", refused: str = "") -> str:
    form = form or RoleForm(formdata=None)
    with transaction() as session:
        person = _found(session, staff_id)
        form.team_id.choices = _teams(session, access.signed_in().municipality_id)
    return render_template(
        "admin/person.html", person=person, form=form, password=password, refused=refused, role_names=ROLE_NAMES
    )


def _found(session: Session, staff_id: int) -> people.Person:
    if staff_id >= 2**63:
        access.not_here()
    found = people.of_municipality(session, access.signed_in().municipality_id, staff_id)
    return found[0] if found else access.not_here()


def _teams(session: Session, municipality_id: int) -> Any:
    rows = session.execute(
        select(Team.id, Team.name).where(Team.municipality_id == municipality_id, Team.active).order_by(Team.name)
    )
    return choices({"": "Alle teams"} | {row.id: row.name for row in rows})


def _back(staff_id: int) -> ResponseReturnValue:
    return redirect(url_for("people.one", staff_id=staff_id), 303)
