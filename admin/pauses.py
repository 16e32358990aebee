"""The caseworker's room for leaving a citizen in peace; managers see how often each team does it."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import Length, ValidationError

from admin import access
from admin.access import CurrentStaff
from admin.forms import Form, choices, filled
from survey import config, cpr, emails, meetings, pauses, phones, scoring, workdays
from survey.access import CASEWORKER, MANAGER, open_to
from survey.db import transaction
from survey.meeting_rows import MAX_ID
from survey.models import Team

doors = Blueprint("pauses", __name__)

KINDS = {"citizen": "Borgerens id i fagsystemet (BorgerID)", "mobile": "Mobilnummer", "email": "E-mail"}
REASONS = {
    "illness": "Sygdom",
    "bereavement": "Dødsfald i familien",
    "sanction": "Sanktion",
    "hearing": "Partshøring",
    "own_wish": "Borgerens eget ønske",
    "other": "Andet hensyn",
}
DAYS = {14: "2 uger", 30: "1 måned", 61: "2 måneder", 91: "3 måneder", 182: "6 måneder"}
"""How long a pause may be, in days; a month is 30 or 31."""
CPR = "Det ligner et CPR-nummer. Brug borgerens id i fagsystemet, mobilnummer eller e-mail."


class CitizenForm(Form):
    """Who is meant. What is typed in `who` is never kept."""

    kind = RadioField("Hvad kender du borgeren på?", choices=choices(KINDS), default="citizen")
    who = StringField(
        "Borgeren",
        [filled("borgerens id, mobilnummer eller e-mail"), Length(max=254, message="Det er for langt.")],
    )

    def validate_who(self, field: StringField) -> None:
        """It is what `kind` says it is, and no CPR number; the message tells what to write instead."""
        value = identifier(str(self.kind.data), str(field.data))
        if value is None and cpr.held_by(str(field.data)):
            raise ValidationError(CPR)
        if value is None:
            raise ValidationError(WRONG.get(str(self.kind.data), "Vælg først, hvad du kender borgeren på."))

    def fingerprint(self, municipality_id: int) -> bytes:
        """The import's fingerprint of the citizen, once the form is valid."""
        key = config.secret(current_app.config["SETTINGS"].fingerprint_key_file)
        value = identifier(self.kind.data, str(self.who.data)) or ""
        return meetings.fingerprint(key, municipality_id, self.kind.data, value)


class PauseForm(CitizenForm):
    """Whom to leave in peace, why and for how long."""

    reason = SelectField("Årsag", choices=choices({"": "Vælg en årsag"} | REASONS))
    days = SelectField("Hvor længe", coerce=int, choices=choices(DAYS), default=30)
    team_id = SelectField("Team", coerce=int, choices=[])

    def validate_reason(self, field: SelectField) -> None:
        """A reason is chosen, not left at the first line."""
        if not field.data:
            raise ValidationError("Vælg en årsag.")


WRONG = {
    "citizen": f"Skriv id’et, som det står i fagsystemet, højst {MAX_ID} tegn.",
    "mobile": "Skriv et telefonnummer, fx 20 12 34 56 eller +46 70 123 45 67.",
    "email": "Skriv én e-mailadresse, fx navn@eksempel.dk.",
}


@dataclass(frozen=True)
class Line:
    """A pause in the list: days as they are read, and nothing about whom."""

    id: int
    team: str
    reason: str
    from_on: str
    until_on: str
    by: str


@dataclass(frozen=True)
class TeamLine:
    """A team's pauses beside its meetings, as they may be shown."""

    team: str
    held: str
    total: str
    share: str
    active: str
    reasons: dict[str, str]


@doors.get("/pauser")
@open_to(CASEWORKER, MANAGER)
def overview() -> ResponseReturnValue:
    """A caseworker's form and their teams' pauses; a manager's counts."""
    return _page(PauseForm())


@doors.post("/pauser")
@open_to(CASEWORKER)
def create() -> ResponseReturnValue:
    """Pause a citizen. The answer is the same whether or not Tilfreds knows them."""
    staff, form, now = access.signed_in(), PauseForm(), workdays.now()
    with transaction() as session:
        form.team_id.choices = _own_teams(session, staff)
        if not form.validate():
            return _page(form), 422
        made = pauses.pause(
            session,
            staff.municipality_id,
            team_id=form.team_id.data,
            fingerprint=form.fingerprint(staff.municipality_id),
            reason=form.reason.data,
            days=form.days.data,
            staff_id=staff.id,
            now=now,
        )
        access.log_access(session, staff, "pause citizen", f"pause {made}", now)
    flash(f"Pausen er gemt. Borgeren bliver ikke spurgt i {DAYS[form.days.data]}.")
    return redirect(url_for("pauses.overview"), 303)


@doors.post("/pauser/<int:pause_id>/ophaev")
@open_to(CASEWORKER)
def end(pause_id: int) -> ResponseReturnValue:
    """End a pause of the own team before its time; 404 for what is another's, or no longer holds."""
    staff, now = access.signed_in(), workdays.now()
    with transaction() as session:
        teams = staff.caseworker_teams
        if pause_id >= 2**63 or not pauses.end(session, staff.municipality_id, pause_id, team_ids=teams, now=now):
            access.not_here()
        access.log_access(session, staff, "end pause", f"pause {pause_id}", now)
    flash("Pausen er ophævet.")
    return redirect(url_for("pauses.overview"), 303)


@doors.post("/pauser/ophaev")
@open_to(CASEWORKER)
def end_for() -> ResponseReturnValue:
    """End the own teams' pauses of one citizen. The answer is the same whether or not there was any."""
    staff, form, citizen, now = access.signed_in(), PauseForm(), CitizenForm(), workdays.now()
    if not citizen.validate():
        form.kind.errors, form.who.errors = citizen.kind.errors, citizen.who.errors
        return _page(form), 422
    place = (staff.municipality_id, citizen.fingerprint(staff.municipality_id))
    with transaction() as session:
        ended = pauses.end_for(session, *place, team_ids=staff.caseworker_teams, now=now)
        seen = "pauses " + (" ".join(str(number) for number in ended) or "none")
        access.log_access(session, staff, "end pauses of citizen", seen, now)
    flash("Havde borgeren en pause i dit team, er den ophævet.")
    return redirect(url_for("pauses.overview"), 303)


def identifier(kind: str, text: str) -> str | None:
    """What is typed, written as the import writes it before the fingerprint; None when it can be no such thing."""
    text = text.strip(" \u00a0\ufeff")
    if kind == "mobile":
        return phones.number(text)
    if not text or cpr.held_by(text):
        return None
    if kind == "email":
        address = emails.normal(text)
        return address and address.lower()
    return text if kind == "citizen" and len(text) <= MAX_ID else None


def _page(form: PauseForm) -> str:
    staff, now = access.signed_in(), workdays.now()
    with transaction() as session:
        form.team_id.choices = _own_teams(session, staff)
        lines = _lines(session, staff) if CASEWORKER in staff.roles else []
        teams = _counts(session, staff) if MANAGER in staff.roles else []
        if CASEWORKER in staff.roles:
            seen = "pauses " + (" ".join(str(line.id) for line in lines) or "none")
            access.log_access(session, staff, "list pauses", seen, now)
    if cpr.held_by(form.who.data or ""):
        form.who.data = ""
    return render_template(
        "admin/pauses.html",
        form=form,
        lines=lines,
        teams=teams,
        works=CASEWORKER in staff.roles,
        leads=MANAGER in staff.roles,
        several=len(staff.caseworker_teams) > 1,
    )


def _lines(session: Session, staff: CurrentStaff) -> list[Line]:
    found = pauses.active(session, staff.municipality_id, staff.caseworker_teams, workdays.now())
    return [
        Line(each.id, each.team, REASONS[each.reason], _day(each.from_on), _day(each.until_on), each.by)
        for each in found
    ]


def _counts(session: Session, staff: CurrentStaff) -> list[TeamLine]:
    found = pauses.counts(session, staff.municipality_id, workdays.now())
    return [_team_line(each) for each in found if staff.can_see_figures_of(each.team_id)]


def _team_line(found: pauses.TeamCount) -> TeamLine:
    enough = found.held >= found.smallest
    return TeamLine(
        team=found.team,
        held=scoring.published_count(found.held, smallest=found.smallest),
        total=scoring.count(found.total),
        share=scoring.number(Fraction(found.total * 100, found.held), 1) if enough else "–",
        active=scoring.count(found.active),
        reasons={REASONS[reason]: number for reason, number in found.reasons.items()},
    )


def _own_teams(session: Session, staff: CurrentStaff) -> Any:
    rows = session.execute(
        select(Team.id, Team.name)
        .where(Team.municipality_id == staff.municipality_id, Team.id.in_(staff.caseworker_teams))
        .order_by(Team.name)
    )
    return choices({row.id: row.name for row in rows})


def _day(day: date) -> str:
    return f"{day:%d-%m-%Y}"
