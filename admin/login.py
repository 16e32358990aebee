"""Sign-in: e-mail and password in, a session that can be revoked out; and the front page that leads on."""

import math
import re

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin import access, passwords, sessions, sign_in_limit
from admin.forms import ChoiceOfMunicipality, PasswordChange, SignIn, choices
from survey import workdays
from survey.access import EVERYONE, SIGNED_IN, open_to
from survey.db import transaction
from survey.models import Assignment, Municipality, Staff

doors = Blueprint("login", __name__)

WRONG = "E-mail og adgangskode passer ikke sammen."
NO_ROLE = "Din bruger har ingen rolle endnu. Kontakt din administrator."


@doors.get("/")
@open_to(EVERYONE)
def front() -> ResponseReturnValue:
    """Lead on: to the room of the signed-in person's work, or to the sign-in page."""
    staff = access.current_staff()
    return redirect(access.home(staff) if staff else url_for("login.sign_in"), 303)


@doors.get("/log-ind")
@open_to(EVERYONE)
def sign_in() -> ResponseReturnValue:
    """The sign-in page."""
    return _sign_in_page(SignIn())


@doors.post("/log-ind")
@open_to(EVERYONE)
def do_sign_in() -> ResponseReturnValue:
    """Sign in and lead on to `next`; 422 with the same words for every wrong pair, 429 after too many."""
    form = SignIn()
    if not form.validate():
        return _sign_in_page(form), 422
    now, email = workdays.now(), str(form.email.data).strip().lower()
    key = current_app.config["SECRET_KEY"]
    who = sign_in_limit.names(key, email, request.remote_addr or "")
    with transaction() as session:
        wait = sign_in_limit.reserve(session, who, now)
    if wait is not None:
        minutes = math.ceil(wait.total_seconds() / 60)
        return _sign_in_page(form, too_many=minutes), 429, {"Retry-After": str(minutes * 60)}
    with transaction() as session:
        staff = session.scalar(select(Staff).where(Staff.email == email, Staff.active))
    # The hash is compared outside a transaction: it takes its time, and as long for nobody.
    if not passwords.matches(staff.password_hash if staff else None, str(form.password.data)) or staff is None:
        return _sign_in_page(form, wrong=WRONG), 422
    with transaction() as session:
        sign_in_limit.forgive(session, who, now)
        places = municipalities_of(session, staff.id)
        if not places:
            return _sign_in_page(form, wrong=NO_ROLE), 403
        cookie.clear()
        cookie[access.SECRET] = sessions.begin(session, staff.id, places[0][0], now)
    wanted = local_path(request.args.get("next"))
    if len(places) > 1:
        return redirect(url_for("login.choose", next=wanted), 303)
    return redirect(wanted or url_for("login.front"), 303)


@doors.post("/log-ud")
@open_to(SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    """End the session here and in the database."""
    with transaction() as session:
        sessions.end(session, cookie[access.SECRET])
    cookie.clear()
    flash("Du er logget ud.")
    return redirect(url_for("login.sign_in"), 303)


@doors.get("/kommune")
@open_to(SIGNED_IN)
def choose() -> ResponseReturnValue:
    """Choose the municipality to work in."""
    with transaction() as session:
        places = municipalities_of(session, access.signed_in().id)
    return render_template("admin/municipality.html", places=places, form=ChoiceOfMunicipality())


@doors.post("/kommune")
@open_to(SIGNED_IN)
def do_choose() -> ResponseReturnValue:
    """Work in another municipality from now on; 404 for one where the person has no role."""
    staff, form = access.signed_in(), ChoiceOfMunicipality()
    with transaction() as session:
        form.municipality.choices = choices(dict(municipalities_of(session, staff.id)))
        if not form.validate():
            access.not_here()
        sessions.move(session, cookie[access.SECRET], form.municipality.data)
    return redirect(local_path(request.args.get("next")) or url_for("login.front"), 303)


@doors.get("/adgangskode")
@open_to(SIGNED_IN)
def password() -> ResponseReturnValue:
    """The page where a person changes their own password."""
    return render_template("admin/password.html", form=PasswordChange())


@doors.post("/adgangskode")
@open_to(SIGNED_IN)
def change_password() -> ResponseReturnValue:
    """Change the password and end every other session of the person."""
    staff, form, now = access.signed_in(), PasswordChange(), workdays.now()
    if not form.validate():
        return render_template("admin/password.html", form=form), 422
    key = current_app.config["SECRET_KEY"]
    who = sign_in_limit.names(key, staff.email, request.remote_addr or "")
    with transaction() as session:
        wait = sign_in_limit.reserve(session, who, now)
        kept = session.scalars(select(Staff.password_hash).where(Staff.id == staff.id)).one()
    if wait is not None:
        form.current.errors = ["Der er prøvet for mange gange. Vent et kvarter, og prøv igen."]
        return render_template("admin/password.html", form=form), 429
    if not passwords.matches(kept, str(form.current.data)):
        form.current.errors = ["Det er ikke din nuværende adgangskode."]
        return render_template("admin/password.html", form=form), 422
    fresh = passwords.hashed(str(form.new.data))
    with transaction() as session:
        sign_in_limit.forgive(session, who, now)
        sessions.set_password(session, staff.id, fresh)
        cookie.clear()
        cookie[access.SECRET] = sessions.begin(session, staff.id, staff.municipality_id, now)
    flash("Din adgangskode er ændret. Du er logget ud alle andre steder.")
    return redirect(url_for("login.password"), 303)


def municipalities_of(session: Session, staff_id: int) -> list[tuple[int, str]]:
    """Where a person has a role: id and name, by name."""
    rows = session.execute(
        select(Municipality.id, Municipality.name)
        .where(Municipality.id.in_(select(Assignment.municipality_id).where(Assignment.staff_id == staff_id)))
        .order_by(func.lower(Municipality.name))
    )
    return [(row.id, row.name) for row in rows]


def local_path(wanted: str | None) -> str | None:
    """`wanted` when it is a path on this server and nothing else; None for "//host", "/\\host" and the like."""
    if wanted and re.fullmatch(r"/(?![/\\])[^\\\x00-\x20\x7f]*", wanted):
        return wanted
    return None


def _sign_in_page(form: SignIn, wrong: str = "", too_many: int = 0) -> str:
    return render_template("admin/sign_in.html", form=form, wrong=wrong, too_many=too_many)
