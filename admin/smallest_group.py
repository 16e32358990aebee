"""The page where an administrator raises k, the fewest people a figure rests on, after reading what that hides."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import StringField
from wtforms.validators import ValidationError

from admin import access, charts
from admin.forms import Form
from survey import smallest_group, workdays
from survey.access import ADMINISTRATOR, open_to
from survey.db import snapshot, transaction
from survey.smallest_group import HIGHEST

doors = Blueprint("smallest_group", __name__)


class SmallestGroupForm(Form):
    """How many people a figure shall rest on; `now` is how many it does."""

    smallest = StringField("Mindste antal besvarelser bag et tal")
    now = HIGHEST

    def validate_smallest(self, field: StringField) -> None:
        """A whole number above the one there is."""
        typed = (field.data or "").strip()
        if not (typed.isascii() and typed.isdigit() and len(typed) < 4 and self.now < int(typed) <= HIGHEST):
            wanted = f"Skriv et helt tal fra {self.now + 1} til {HIGHEST}."
            raise ValidationError(
                f"{wanted} Tallet kan kun hæves, og det er {self.now} nu."
                if self.now < HIGHEST
                else f"Tallet er {HIGHEST} og kan ikke hæves mere."
            )

    @property
    def wanted(self) -> int:
        """What a valid form says."""
        return int(self.smallest.data or 0)


@doors.get("/kommunen/mindste-antal")
@open_to(ADMINISTRATOR)
def effect() -> ResponseReturnValue:
    """The field, and for `?smallest=12` what it would hide; 422 with a message for a number that cannot be."""
    with snapshot() as session:
        form = _form(session)
        if "smallest" not in request.args:
            return _page(session, form)
        return _page(session, form, seen=True) if form.validate() else (_page(session, form), 422)


@doors.post("/kommunen/mindste-antal")
@open_to(ADMINISTRATOR)
def save() -> ResponseReturnValue:
    """Raise it; 422 with a message for a number that cannot be, also where somebody has raised it meanwhile."""
    staff, now = access.signed_in(), workdays.now()
    with transaction() as session:
        form = _form(session)
        if not (form.validate() and smallest_group.raised(session, staff.municipality_id, form.wanted)):
            return _page(session, form), 422
        access.log_access(session, staff, "raise smallest group", str(form.wanted), now)
    flash(f"Intet tal hviler fra nu af på færre end {form.wanted} besvarelser.")
    return redirect(url_for("municipality.overview"), 303)


def _form(session: Session) -> SmallestGroupForm:
    # CSRFProtect has asked every POST for its token; a GET has none, and writes nothing.
    form = SmallestGroupForm(request.form if request.method == "POST" else request.args, meta={"csrf": False})
    form.now = smallest_group.of(session, access.signed_in().municipality_id)
    return form


def _page(session: Session, form: SmallestGroupForm, *, seen: bool = False) -> str:
    municipality_id, today = access.signed_in().municipality_id, workdays.day(workdays.now())
    period, hidden = smallest_group.hidden(session, municipality_id, form.wanted, today) if seen else (None, [])
    return render_template(
        "admin/smallest_group.html", form=form, seen=seen, period=period, hidden=hidden, charts=charts
    )
