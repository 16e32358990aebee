"""The person's step after an alarm: a new baseline for one series, with the reason. Found on the dashboard."""

from dataclasses import dataclass, replace

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import Length

from admin import access, dashboard
from admin.dashboard import Refused, Seen
from admin.forms import Form, filled, no_cpr
from survey import baselines, workdays
from survey.access import MANAGER, open_to
from survey.baselines import Rebased
from survey.db import transaction
from survey.figures import Section
from survey.models import LONGEST_REASON

doors = Blueprint("baselines", __name__)

GONE = (
    "Advarslen står her ikke længere: en ny udgangslinje er allerede sat, eller tallene er blevet flere. "
    "Læs siden igen, før du gør mere."
)
EARLIER = (
    "En ny udgangslinje gælder fra nu af, men der er nyere svar end den valgte periode. "
    "Vælg en periode, der når til de nyeste svar."
)


class BaselineForm(Form):
    """Why the warning may begin anew."""

    reason = StringField(
        "Begrundelse",
        [
            filled("en kort begrundelse, fx Ny bemanding fra maj"),
            Length(max=LONGEST_REASON, message=f"Begrundelsen er for lang. Skriv højst {LONGEST_REASON} tegn."),
            no_cpr,
        ],
        filters=[lambda typed: " ".join((typed or "").split())],
    )


@dataclass(frozen=True)
class _Alarm:
    """A series of the page in which an alarm stands, and what is noted of it; the reason is still to come."""

    section: Section
    rebased: Rebased

    @property
    def place(self) -> tuple[object, ...]:
        """What the form names it by."""
        of = self.rebased
        return of.law, of.team_id or "", of.version_id, of.mode


@doors.post("/tal/udgangslinje")
@open_to(MANAGER)
def note() -> ResponseReturnValue:
    """Let the warning of one series begin anew after its alarm; 422 with the page when it cannot be done.

    The address says which figures are on the page, the form which series on which day.
    """
    staff, now, form = access.signed_in(), workdays.now(), BaselineForm()
    with transaction() as session:
        baselines.wait(session, staff.municipality_id)
        seen = dashboard.see(session, staff, request.args)
        alarm = _found(seen)
        wrong = _wrong(form, alarm, seen)
        if alarm is None or wrong:
            refused = Refused(alarm.place if alarm else (), form.reason.data or "", wrong)
            return dashboard.page(session, staff, seen, refused), 422
        if not dashboard.may_begin_anew(staff, seen.known, alarm.section):
            access.refuse()
        new = replace(alarm.rebased, reason=form.reason.data or "")
        made = baselines.note(session, staff.municipality_id, new, staff_id=staff.id, now=now)
        access.log_access(session, staff, "note baseline", f"baseline {made}", now)
    flash(f"Ny udgangslinje er sat for {alarm.section.name} siden {workdays.long_date(new.since)} ({new.reason}).")
    fra, til, team = (request.args.get(name) for name in ("fra", "til", "team"))
    return redirect(url_for("dashboard.overview", fra=fra, til=til, team=team), 303)


def _found(seen: Seen) -> _Alarm | None:
    """The series that the form names, where an alarm still stands on the day it names."""
    named = [request.form.get(name, "") for name in ("law", "team", "version", "mode", "since")]
    for alarm in _alarms(seen):
        if [str(part) for part in (*alarm.place, alarm.rebased.since)] == named:
            return alarm
    return None


def _alarms(seen: Seen) -> list[_Alarm]:
    return [
        _Alarm(
            room.section,
            Rebased(
                room.section.law,
                room.section.team.id if room.section.team else None,
                series.version_id,
                series.mode,
                found.alarm_on,
                "",
            ),
        )
        for room in seen.rooms
        for series, found in zip(room.section.series, room.found, strict=True)
        if found.alarm_on
    ]


def _wrong(form: BaselineForm, alarm: _Alarm | None, seen: Seen) -> str:
    """What is wrong, in Danish; "" when nothing is."""
    if not seen.known.is_newest:
        return EARLIER
    if alarm is None:
        return GONE
    return "" if form.validate() else str(form.reason.errors[0])
