"""The managers' room for "I sagde, vi gjorde": write for everybody to read, and withdraw."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from admin import access
from admin.access import CurrentStaff
from admin.forms import Form, choices, filled, number_or_none
from survey import deeds, workdays
from survey.access import MANAGER, open_to
from survey.db import transaction
from survey.models import Municipality, Team

doors = Blueprint("deed_room", __name__)

WHOLE = "Hele kommunen"


class DeedForm(Form):
    """What was said, what was done, when, and where it holds."""

    said = TextAreaField(
        "I sagde",
        [filled("hvad borgerne sagde"), Length(max=deeds.SAID, message=f"Skriv højst {deeds.SAID} tegn.")],
    )
    done = TextAreaField(
        "Vi gjorde", [filled("hvad I gjorde"), Length(max=deeds.DONE, message=f"Skriv højst {deeds.DONE} tegn.")]
    )
    done_on = StringField("Hvornår", render_kw={"type": "date"})
    team_id = SelectField("Gælder", coerce=number_or_none, choices=[])
    confirmed = BooleanField("Jeg har læst teksten: den nævner ingen personer")
    day: date

    def validate_said(self, field: TextAreaField) -> None:
        """Nothing that could reach or identify a person."""
        field.data = " ".join((field.data or "").split())
        if wrong := deeds.refusals(field.data):
            raise ValidationError(wrong[0])

    validate_done = validate_said

    def validate_done_on(self, field: StringField) -> None:
        """A day that has begun."""
        try:
            self.day = date.fromisoformat((field.data or "").strip())
        except ValueError:
            raise ValidationError("Skriv dagen, fx 2027-03-01.") from None
        if self.day > workdays.day(workdays.now()):
            raise ValidationError("Dagen ligger i fremtiden. Skriv det, når det er gjort.")

    @property
    def text(self) -> str:
        """Everything that everybody will read."""
        return f"{self.said.data}\n{self.done.data}"


@doors.get("/gjort")
@open_to(MANAGER)
def overview() -> ResponseReturnValue:
    """The form, and what has been written for the teams the manager leads."""
    with transaction() as session:
        return _page(session, DeedForm(done_on=str(workdays.day(workdays.now()))))


@doors.post("/gjort")
@open_to(MANAGER)
def write() -> ResponseReturnValue:
    """Publish it; 422 with a mistake in it, and once where something looks like a name."""
    staff, form, now = access.signed_in(), DeedForm(), workdays.now()
    with transaction() as session:
        form.team_id.choices = _teams(session, staff)
        if not form.validate():
            return _page(session, form), 422
        names = [] if form.confirmed.data else _names(session, staff, form.text)
        if names:
            return _page(session, form, names), 422
        number = deeds.write(
            session,
            staff.municipality_id,
            team_id=form.team_id.data,
            done_on=form.day,
            said=str(form.said.data),
            done=str(form.done.data),
            staff_id=staff.id,
            now=now,
        )
        access.log_access(session, staff, "write deed", f"deed {number}", now)
    flash("Det er offentligt nu.")
    return redirect(url_for("deed_room.overview"), 303)


@doors.post("/gjort/<int:deed_id>/tilbage")
@open_to(MANAGER)
def withdraw(deed_id: int) -> ResponseReturnValue:
    """Take it off the public page; 404 for what is another team's, or withdrawn already."""
    staff, now = access.signed_in(), workdays.now()
    with transaction() as session:
        place = (staff.municipality_id, deed_id)
        if deed_id >= 2**63 or not deeds.withdraw(session, *place, teams=staff.manager_teams, now=now):
            access.not_here()
        access.log_access(session, staff, "withdraw deed", f"deed {deed_id}", now)
    flash("Det er trukket tilbage og står ikke længere på den offentlige side.")
    return redirect(url_for("deed_room.overview"), 303)


def _page(session: Session, form: DeedForm, names: list[str] | None = None) -> str:
    staff = access.signed_in()
    form.team_id.choices = _teams(session, staff)
    return render_template(
        "admin/deeds.html",
        form=form,
        names=names or [],
        deeds=deeds.of_teams(session, staff.municipality_id, staff.manager_teams),
        slug=session.get_one(Municipality, staff.municipality_id).slug,
        whole=WHOLE,
        said=deeds.SAID,
        done=deeds.DONE,
    )


def _names(session: Session, staff: CurrentStaff, text: str) -> list[str]:
    known = deeds.staff_names(session, staff.municipality_id)
    return deeds.names_in(text, known, deeds.place_names(session, staff.municipality_id))


def _teams(session: Session, staff: CurrentStaff) -> Any:
    """Where the manager may write for: their teams, and the whole municipality for who leads all."""
    query = select(Team.id, Team.name).where(Team.municipality_id == staff.municipality_id).order_by(Team.name)
    if staff.manager_teams is not None:
        return choices(
            {row.id: row.name for row in session.execute(query.where(Team.id.in_(staff.manager_teams)))}
        )
    return choices({"": WHOLE} | {row.id: row.name for row in session.execute(query.where(Team.active))})
