"""The staff's room for the waiting room: codes to hand out, shown once, and how many were answered with."""

from flask import Blueprint, current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import SelectField, StringField
from wtforms.validators import Regexp

from admin import access
from admin.access import CurrentStaff
from admin.forms import Form, choices
from survey import codes, guesses, invitations, onsite, qr, scoring, workdays
from survey.access import ADMINISTRATOR, CASEWORKER, MANAGER, open_to
from survey.config import Settings
from survey.db import transaction
from survey.models import Municipality, Team
from survey.onsite import MOST_CODES, House, Made

doors = Blueprint("waiting_room", __name__)

RANGE = f"Skriv et tal fra 1 til {MOST_CODES}."
BUSY = "En kollega laver koder lige nu. Vent et øjeblik, og prøv igen."
_hashing = guesses.Turnstile(1, 1, seconds=15)
"""A hundred codes take six seconds of one processor: one at a time in a process."""


class CodesForm(Form):
    """How many codes for which team."""

    team_id = SelectField("Team", coerce=int, choices=[])
    number = StringField("Antal koder", [Regexp("[1-9][0-9]?$|100$", message=RANGE)], default="20")


@doors.get("/ventevaerelse")
@open_to(CASEWORKER, MANAGER, ADMINISTRATOR)
def overview() -> ResponseReturnValue:
    """A form for new codes, and how many were made and answered with, by team and week."""
    with transaction() as session:
        return _page(session, CodesForm())


@doors.post("/ventevaerelse")
@open_to(CASEWORKER, ADMINISTRATOR)
def make() -> ResponseReturnValue:
    """Make codes and show them once, as slips to print."""
    staff, form = access.signed_in(), CodesForm()
    with transaction() as session:
        form.team_id.choices = choices(_workers_teams(session, staff))
        if not form.validate():
            return _page(session, form), 422
    drawn = [codes.draw() for _ in range(int(str(form.number.data)))]
    key = current_app.config["CODE_KEY"]
    try:
        with _hashing.turn():
            hashes = [codes.code_hash(key, code) for code in drawn]
    except guesses.BusyError:
        with transaction() as session:
            form.number.errors = [BUSY]
            return _page(session, form), 503
    now = workdays.now()
    with transaction() as session:
        onsite.make(session, staff.municipality_id, form.team_id.data, hashes, now)
        access.log_access(session, staff, "make codes", f"team {form.team_id.data} codes {len(drawn)}", now)
        house = _house(session, staff)
    return _slips(house, form.team_id.choices[form.team_id.data], drawn)


def spoken(address: str) -> str:
    """An address as it is read aloud: "svar punktum stevns punktum dk skråstreg svar"."""
    for sign, word in ((".", "punktum"), ("/", "skråstreg"), ("-", "bindestreg"), (":", "kolon")):
        address = address.replace(sign, f" {word} ")
    return " ".join(address.split())


def _slips(house: House, team: str, drawn: list[str]) -> str:
    settings: Settings = current_app.config["SETTINGS"]
    address = invitations.site(settings.base_url, house.host) + url_for("pages.room", slug=house.slug)
    shown = address.partition("://")[2]
    return render_template(
        "admin/room_slips.html",
        house=house,
        team=team,
        codes=[codes.shown(code) for code in drawn],
        address=shown,
        spoken=spoken(shown),
        drawn=Markup(qr.svg(address, f"QR-kode til {shown}")),  # noqa: S704 - our own drawing, label escaped
        days=onsite.VALID_DAYS,
    )


def _page(session: Session, form: CodesForm) -> str:
    staff = access.signed_in()
    own = _workers_teams(session, staff)
    form.team_id.choices = choices(own)
    house = _house(session, staff)
    shown = {each.id for each in _teams(session, staff) if each.id in own or staff.can_see_figures_of(each.id)}
    made = onsite.counted(session, staff.municipality_id, shown, workdays.now())
    return render_template(
        "admin/waiting_room.html",
        form=form,
        works=bool(own),
        house=house,
        lines=[_line(each, house.smallest_group) for each in made],
        most=MOST_CODES,
        days=onsite.VALID_DAYS,
    )


def _line(made: Made, smallest: int) -> dict[str, str]:
    until = f"{made.valid_until:%d-%m-%Y}"
    return {
        "team": made.team,
        "week": f"{made.week:%V}, {made.week:%G}",
        "made": scoring.count(made.made),
        "until": until,
        "share": f"vises efter den {until}"
        if made.used is None
        else scoring.published_share(made.used, made.made, smallest=smallest).text,
    }


def _house(session: Session, staff: CurrentStaff) -> House:
    slug = session.scalars(select(Municipality.slug).where(Municipality.id == staff.municipality_id)).one()
    return onsite.house(session, slug) or access.not_here()


def _teams(session: Session, staff: CurrentStaff) -> list[Team]:
    here = select(Team).where(Team.municipality_id == staff.municipality_id)
    return list(session.scalars(here.order_by(Team.name)))


def _workers_teams(session: Session, staff: CurrentStaff) -> dict[int, str]:
    """The teams in use that this person makes codes for: a caseworker's own, an administrator's all."""
    everywhere = ADMINISTRATOR in staff.roles
    return {
        team.id: team.name
        for team in _teams(session, staff)
        if team.active and (everywhere or team.id in staff.caseworker_teams)
    }
