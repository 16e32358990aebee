"""The caseworker's room: who is to be called, by when, and what happened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import access
from admin.access import CurrentStaff
from admin.forms import OUTCOMES, CallRecord
from survey import callbacks, phones, texts, workdays
from survey.access import CASEWORKER, open_to
from survey.db import transaction
from survey.models import CallbackAttempt, CallbackRequest, Staff, Team

doors = Blueprint("callbacks", __name__)

WITHDRAWN = {"withdrawn": "Borgeren har trukket ønsket tilbage"}
TOO_LATE = "En kollega var hurtigere, eller opkaldet er lukket. Intet er ændret."


@dataclass(frozen=True)
class Card:
    """One callback as the caseworker sees it. `whose` is "new", "mine", "theirs" or "closed"."""

    id: int
    name: str
    phone: str
    dial: str
    wished_time: str
    topics: Sequence[str]
    language: str
    caseworker: str | None
    team: str
    whose: str
    taken_by: str
    taker_id: int | None
    due: str
    urgency: str
    asked: str
    tries: int
    outcome: str
    note: str


@doors.get("/opkald")
@open_to(CASEWORKER)
def overview() -> ResponseReturnValue:
    """The list: new first, then the caseworker's own, then the colleagues'."""
    staff, now = access.signed_in(), workdays.now()
    with transaction() as session:
        rows = callbacks.open_ones(session, staff.municipality_id, staff.caseworker_teams, staff_id=staff.id)
        cards = _cards(session, staff, rows, workdays.day(now))
        seen = "callbacks " + (" ".join(str(row.id) for row in rows) or "none")
        access.log_access(session, staff, "list callbacks", seen, now)
    groups = {whose: [card for card in cards if card.whose == whose] for whose in ("new", "mine", "theirs")}
    return render_template("admin/callbacks.html", groups=groups, outcomes=OUTCOMES)


@doors.get("/opkald/<int:callback_id>")
@open_to(CASEWORKER)
def one(callback_id: int) -> ResponseReturnValue:
    """One callback with its attempts; 404 for another team's or municipality's."""
    return _page(callback_id, CallRecord())


@doors.post("/opkald/<int:callback_id>/tag")
@open_to(CASEWORKER)
def take(callback_id: int) -> ResponseReturnValue:
    """Take it: a new one, or over from the colleague the page named."""
    staff, now = access.signed_in(), workdays.now()
    taker = request.form.get("taker", type=int)
    with transaction() as session:
        place = (session, staff.municipality_id, _found(session, staff, callback_id).id)
        if taker is None:
            done = callbacks.take(*place, staff_id=staff.id, now=now)
        else:
            done = callbacks.take_over(*place, taker_id=taker, staff_id=staff.id, now=now)
        access.log_access(session, staff, "take callback", f"callback {callback_id}", now)
    flash("Du har taget opkaldet." if done else TOO_LATE)
    return redirect(url_for("callbacks.one", callback_id=callback_id, _anchor=_place(callback_id)), 303)


@doors.post("/opkald/<int:callback_id>/forsoeg")
@open_to(CASEWORKER)
def log_attempt(callback_id: int) -> ResponseReturnValue:
    """Note a try that reached nobody; the callback stays with the caseworker."""
    staff, form, now = access.signed_in(), CallRecord(), workdays.now()
    if not form.note.validate(form):
        return _page(callback_id, form)
    with transaction() as session:
        place = (session, staff.municipality_id, _found(session, staff, callback_id).id)
        done = callbacks.log_attempt(*place, staff_id=staff.id, note=_note(form), now=now)
        access.log_access(session, staff, "log attempt", f"callback {callback_id}", now)
    flash("Forsøget er noteret." if done else TOO_LATE)
    return redirect(url_for("callbacks.overview", _anchor=_place(callback_id)), 303)


@doors.post("/opkald/<int:callback_id>/luk")
@open_to(CASEWORKER)
def close(callback_id: int) -> ResponseReturnValue:
    """Close it with the outcome whose button was pressed, and go on to the caseworker's next."""
    staff, form, now = access.signed_in(), CallRecord(), workdays.now()
    if not form.validate():
        return _page(callback_id, form)
    outcome = cast("callbacks.Outcome", form.outcome.data)
    with transaction() as session:
        place = (session, staff.municipality_id, _found(session, staff, callback_id).id)
        following = _following(session, staff, callback_id)
        done = callbacks.close(*place, staff_id=staff.id, outcome=outcome, note=_note(form), now=now)
        access.log_access(session, staff, "close callback", f"callback {callback_id}", now)
    flash(f"Opkaldet er lukket: {OUTCOMES[outcome].lower()}." if done else TOO_LATE)
    return redirect(url_for("callbacks.overview", _anchor=_place(following if done else callback_id)), 303)


def _place(callback_id: int | None) -> str:
    """Where in a page a callback stands; the page's content for none. The keyboard goes on from there."""
    return f"opkald-{callback_id}" if callback_id else "indhold"


def _following(session: Session, staff: CurrentStaff, callback_id: int) -> int | None:
    """The callback after this one among the caseworker's own, else the last before it; None without any."""
    rows = callbacks.open_ones(session, staff.municipality_id, staff.caseworker_teams, staff_id=staff.id)
    own = [row.id for row in rows if row.taken_by == staff.id]
    at = own.index(callback_id) if callback_id in own else 0
    return next(iter(own[at + 1 :] + own[:at][::-1]), None)


def _page(callback_id: int, form: CallRecord) -> ResponseReturnValue:
    staff, now = access.signed_in(), workdays.now()
    with transaction() as session:
        row = _found(session, staff, callback_id)
        card = _cards(session, staff, [row], workdays.day(now))[0]
        tries = callbacks.attempts(session, staff.municipality_id, callback_id)
        names = _names(session, (each.tried_by for each in tries))
        access.log_access(session, staff, "read callback", f"callback {callback_id}", now)
    history = [(_moment(each), names[each.tried_by], each.note) for each in tries]
    page = render_template("admin/callback.html", card=card, history=history, form=form, outcomes=OUTCOMES)
    return page, 422 if form.errors else 200


def _found(session: Session, staff: CurrentStaff, callback_id: int) -> CallbackRequest:
    if callback_id >= 2**63:
        access.not_here()
    found = callbacks.find(session, staff.municipality_id, staff.caseworker_teams, callback_id)
    return found or access.not_here()


def _cards(session: Session, staff: CurrentStaff, rows: Sequence[CallbackRequest], today: date) -> list[Card]:
    tries = callbacks.attempt_counts(session, staff.municipality_id, [row.id for row in rows])
    names = _names(session, (row.taken_by for row in rows if row.taken_by))
    in_municipality = select(Team.id, Team.name).where(Team.municipality_id == staff.municipality_id)
    teams = {team.id: team.name for team in session.execute(in_municipality)}
    return [
        _card(row, staff, today, tries.get(row.id, 0), names.get(row.taken_by or 0, ""), teams[row.team_id])
        for row in rows
    ]


def _card(row: CallbackRequest, staff: CurrentStaff, today: date, tries: int, taker: str, team: str) -> Card:
    whose = row.state if row.state != "taken" else "mine" if row.taken_by == staff.id else "theirs"
    return Card(
        id=row.id,
        name=row.name,
        phone=phones.shown(row.phone),
        dial=row.phone,
        wished_time=row.wished_time,
        topics=row.topics,
        language="" if row.language == "da" else texts.about(row.language)["name"],
        caseworker=row.caseworker,
        team=team if len(staff.caseworker_teams) > 1 else "",
        whose=whose,
        taken_by=taker,
        taker_id=row.taken_by,
        due=_day(row.due_on),
        urgency=_urgency(row, today),
        asked=_day(workdays.day(row.asked_at)),
        tries=tries,
        outcome=(OUTCOMES | WITHDRAWN).get(row.outcome or "", ""),
        note=row.note,
    )


def _urgency(row: CallbackRequest, today: date) -> str:
    if row.state == "closed" or row.due_on > today:
        return ""
    return "today" if row.due_on == today else "late"


def _names(session: Session, staff_ids: Iterable[int]) -> dict[int, str]:
    rows = session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(set(staff_ids))))
    return {row.id: row.name for row in rows}


def _note(form: CallRecord) -> str:
    return (form.note.data or "").replace("\0", "").strip()


def _day(day: date) -> str:
    return f"{workdays.WEEKDAYS[day.weekday()].removesuffix('dag')}. {day:%d-%m-%Y}"


def _moment(attempt: CallbackAttempt) -> str:
    here = workdays.local(attempt.tried_at)
    return f"{_day(here.date())} kl. {here:%H.%M}"
