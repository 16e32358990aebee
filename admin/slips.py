"""The staff's room for slips: print all that wait for a team, and anew those that did not come out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin import access
from admin.access import CurrentStaff
from survey import codes, guesses, invitations, letters, qr, slips, texts, workdays
from survey.access import ADMINISTRATOR, CASEWORKER, open_to
from survey.config import Settings
from survey.db import transaction
from survey.letters import Drawn
from survey.models import Municipality, Team
from survey.placeholders import read
from survey.responses import NoOpenKeyError
from survey.slips import Slip

doors = Blueprint("slips", __name__)

NOTHING = "Der var ingen sedler at printe."
NO_KEY = "Der kan ikke tages imod svar lige nu, så intet er printet. Prøv igen i morgen, eller spørg driften."
BUSY = "En kollega printer lige nu. Vent et øjeblik, og prøv igen. Intet er printet."
NONE_CHOSEN = "Sæt kryds ved de sedler, der ikke kom ud."
_hashing = guesses.Turnstile(1, 1, seconds=10)
"""Twenty codes take more than a second of one processor: one at a time in a process."""


@dataclass(frozen=True, repr=False)
class Sheet:
    """A slip as it is printed: `foreign` is what it says in the citizen's own language, if that is another."""

    number: int
    name: str
    held_on: str
    until: str
    code: str
    drawn: Markup
    language: str
    direction: str
    foreign: tuple[str, ...]


@doors.get("/sedler")
@open_to(CASEWORKER, ADMINISTRATOR)
def overview() -> ResponseReturnValue:
    """How many slips wait for each team, and what was printed. Nobody's name."""
    staff, now = access.signed_in(), workdays.now()
    with transaction() as session:
        teams = _teams(session, staff)
        return render_template(
            "admin/slips.html",
            teams=teams,
            printing=slips.printing(session, staff.municipality_id),
            waiting=slips.waiting(session, staff.municipality_id, teams, now),
            runs=slips.runs(session, staff.municipality_id, teams, now),
            at_once=slips.AT_ONCE,
            day=workdays.day,
            local=workdays.local,
        )


@doors.post("/sedler/<int:team_id>")
@open_to(CASEWORKER, ADMINISTRATOR)
def take(team_id: int) -> ResponseReturnValue:
    """Print the oldest slips of a team that wait: a page with their only codes."""
    staff, now = access.signed_in(), workdays.now()
    with transaction() as session:
        _own(session, staff, team_id)
        queued = sum(queue.n for queue in slips.waiting(session, staff.municipality_id, [team_id], now))
    drawn = _drawn(min(queued, slips.AT_ONCE))
    if drawn is None:
        return _back(BUSY)
    try:
        with transaction() as session:
            taken = slips.take(session, staff.municipality_id, team_id, drawn, now)
            _log(session, staff, "print slips", taken, now)
            page = _printed(session, staff, team_id, taken)
    except NoOpenKeyError:
        return _back(NO_KEY)
    return page if taken else _back(NOTHING)


@doors.post("/sedler/<int:team_id>/igen")
@open_to(CASEWORKER, ADMINISTRATOR)
def renew(team_id: int) -> ResponseReturnValue:
    """Print new slips for those of a run that did not come out, by their numbers."""
    staff, now = access.signed_in(), workdays.now()
    run = _moment(request.form.get("run", "")) or access.not_here()
    numbers = _numbers(request.form.getlist("number"))
    if not numbers:
        return _back(NONE_CHOSEN)
    with transaction() as session:
        _own(session, staff, team_id)
    drawn = _drawn(len(numbers))
    if drawn is None:
        return _back(BUSY)
    with transaction() as session:
        ready = dict(zip(numbers, drawn, strict=True))
        taken = slips.renew(session, staff.municipality_id, team_id, run, ready, now)
        _log(session, staff, "print slips again", taken, now)
        page = _printed(session, staff, team_id, taken)
    return page if taken else _back(NOTHING)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _numbers(sent: Iterable[str]) -> list[int]:
    return sorted({int(each) for each in sent if each.isascii() and each.isdigit() and len(each) < 3})[
        : slips.AT_ONCE
    ]


def _drawn(n: int) -> list[Drawn] | None:
    """New codes with their hashes, made outside every transaction; None when a colleague is at it too."""
    try:
        with _hashing.turn():
            return [letters.draw("code", current_app.config["CODE_KEY"]) for _ in range(n)]
    except guesses.BusyError:
        return None


def _back(told: str) -> Response:
    flash(told)
    return redirect(url_for("slips.overview"), 303)


def _log(session: Session, staff: CurrentStaff, action: str, taken: list[Slip], now: datetime) -> None:
    if taken:
        listed = " ".join(str(slip.invitation_id) for slip in taken)
        access.log_access(session, staff, action, f"invitations {listed}", now)


def _printed(session: Session, staff: CurrentStaff, team_id: int, taken: list[Slip]) -> str:
    town = session.get_one(Municipality, staff.municipality_id)
    settings: Settings = current_app.config["SETTINGS"]
    return render_template(
        "admin/slips_print.html",
        sheets=[_sheet(slip, town, settings.base_url) for slip in taken],
        town=town,
        place=invitations.place(settings.base_url, town.host),
        few="fem" if town.smallest_group == 5 else str(town.smallest_group),
        team=_teams(session, staff)[team_id],
    )


def _sheet(slip: Slip, town: Municipality, base_url: str) -> Sheet:
    address = invitations.address(base_url, town.host, slip.code)
    code = codes.shown(slip.code)
    language = texts.written_in(slip.language)
    return Sheet(
        number=slip.number,
        name=texts.greeted(slip.name),
        held_on=workdays.long_date(slip.held_on),
        until=workdays.long_date(slip.until),
        code=code,
        drawn=Markup(qr.svg(address, f"QR-kode, der åbner spørgsmålene. Koden er {code}")),  # noqa: S704 - our own drawing
        language=language,
        direction=texts.direction(language),
        foreign=() if language == "da" else _foreign(slip, town, base_url, language),
    )


def _foreign(slip: Slip, town: Municipality, base_url: str, language: str) -> tuple[str, ...]:
    """Where to go and what to type, and the promise, as the shipped messages say them in `language`."""
    values = {
        "municipality": texts.plain(town.name),
        "place": invitations.place(base_url, town.host),
        "code": codes.shown(slip.code),
        "smallest_group": str(town.smallest_group),
    }
    way = texts.shipped("invitation", "sms", language, "code_only").body
    promise = texts.about(language)["email"]["promise"]
    return read(way).fill(values), read(promise).fill(values)


def _teams(session: Session, staff: CurrentStaff) -> dict[int, str]:
    """The teams whose slips this person prints: a caseworker's own, an administrator's all."""
    rows = session.execute(
        select(Team.id, Team.name).where(Team.municipality_id == staff.municipality_id).order_by(Team.name)
    )
    everywhere = ADMINISTRATOR in staff.roles
    return {team_id: name for team_id, name in rows if everywhere or team_id in staff.caseworker_teams}


def _own(session: Session, staff: CurrentStaff, team_id: int) -> None:
    if team_id not in _teams(session, staff):
        access.not_here()
