"""The administrator's room for sending: what waits and what is in doubt; stop, resume, try."""

from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import access
from admin.forms import AddressForm
from survey import backlog, config, dead_addresses, meetings, operations, sending_rules, trials, words, workdays
from survey.access import ADMINISTRATOR, open_to
from survey.accounts import Account
from survey.db import transaction
from survey.models import Municipality

doors = Blueprint("operations", __name__)

DECISIONS = {"send again": "Send igen", "count as sent": "Regn som sendt", "give up": "Opgiv"}
SETTLED = {"send again": "bliver sendt igen", "count as sent": "regnes som sendt", "give up": "er opgivet"}
TOO_EARLY = (
    "Det, der kom i tvivl for under fem minutter siden, kan ikke sendes igen endnu: det kan stadig være under "
    "afsendelse. Prøv igen om lidt."
)
LOW_CREDIT = 200
TRIAL, REVIVED = "trial-", "dead-"
"""What tells the fields of the two forms apart."""


@doors.get("/drift")
@open_to(ADMINISTRATOR)
def overview() -> ResponseReturnValue:
    """How sending fares in this municipality."""
    return _page()


@doors.post("/drift/gateway/<name>")
@open_to(ADMINISTRATOR)
def switch(name: str) -> ResponseReturnValue:
    """Stop this municipality's sending by one gateway (`action` is stop), or resume it."""
    staff, now = access.signed_in(), workdays.now()
    with transaction() as session:
        if name not in {account.name for account in _accounts(session)}:
            access.not_here()
        stopping = request.form.get("action") == "stop"
        if stopping:
            operations.stop(session, staff.municipality_id, name, staff_id=staff.id, now=now)
        else:
            operations.resume(session, staff.municipality_id, name)
        access.log_access(session, staff, "stop gateway" if stopping else "resume gateway", name, now)
    flash(f"{name}: {'udsendelsen er stoppet' if stopping else 'udsendelsen er genoptaget'}.")
    return _back()


@doors.post("/drift/tvivl")
@open_to(ADMINISTRATOR)
def decide() -> ResponseReturnValue:
    """Settle messages in doubt: send again, count as sent, or give up."""
    staff, now = access.signed_in(), workdays.now()
    event, chosen = request.form.get("event", ""), request.form.getlist("message", int)
    if event not in DECISIONS or not chosen:
        flash("Vælg mindst én besked, og hvad der skal ske.")
        return _back()
    with transaction() as session:
        n = operations.decide(session, staff.municipality_id, chosen, event, now)
        early = _too_early(session, event, now)
        access.log_access(session, staff, f"message in doubt: {event}", f"{n} messages", now)
    settled = _settled(n, event)
    flash(settled if n == len(chosen) else f"{settled} {early or 'Resten var afgjort i mellemtiden.'}")
    return _back()


@doors.post("/drift/tvivl/alle")
@open_to(ADMINISTRATOR)
def decide_all() -> ResponseReturnValue:
    """Settle all that one gateway left in doubt for one reason."""
    staff, now, form = access.signed_in(), workdays.now(), request.form
    event = form.get("event", "")
    if event not in DECISIONS:
        flash("Vælg, hvad der skal ske.")
        return _back()
    with transaction() as session:
        here, which = staff.municipality_id, (form.get("gateway", ""), form.get("reason", ""))
        n = operations.decide_all(session, here, *which, event, now)
        early = _too_early(session, event, now)
        access.log_access(session, staff, f"messages in doubt: {event}", f"{n} messages", now)
    flash(f"{_settled(n, event)} {early}".strip())
    return _back()


@doors.post("/drift/proeve")
@open_to(ADMINISTRATOR)
def trial() -> ResponseReturnValue:
    """Send a trial message to the administrator's own phone or mailbox."""
    staff, now, form = access.signed_in(), workdays.now(), AddressForm(prefix=TRIAL)
    if not form.validate():
        return _page(form), 422
    with transaction() as session:
        asked = trials.ask(
            session,
            staff.municipality_id,
            channel=form.channel.data,
            address=form.normal_address,
            staff_id=staff.id,
            now=now,
        )
        if asked:
            access.log_access(session, staff, "trial message", form.channel.data, now)
    if not asked:
        form.address.errors = [
            f"Der kan højst sendes {trials.MOST_AN_HOUR} prøvebeskeder i timen. Prøv igen senere."
        ]
        return _page(form), 429
    flash("Prøvebeskeden er på vej. Genindlæs siden om lidt for at se, hvad der blev af den.")
    return _back()


@doors.post("/drift/adresse")
@open_to(ADMINISTRATOR)
def revive() -> ResponseReturnValue:
    """Write to an address again that was called dead. The answer is the same for one that was not."""
    staff, now, form = access.signed_in(), workdays.now(), AddressForm(prefix=REVIVED)
    if not form.validate():
        return _page(revived=form), 422
    key = config.secret(current_app.config["SETTINGS"].fingerprint_key_file)
    kind = "mobile" if form.channel.data == "sms" else "email"
    print_ = meetings.fingerprint(key, staff.municipality_id, kind, form.normal_address.lower())
    with transaction() as session:
        dead_addresses.revive(session, staff.municipality_id, print_)
        access.log_access(session, staff, "revive address", form.channel.data, now)
    flash("Var adressen meldt død, bliver der skrevet til den igen.")
    return _back()


def _page(trial_form: AddressForm | None = None, revived: AddressForm | None = None) -> str:
    staff, now = access.signed_in(), workdays.now()
    trial_form = trial_form or AddressForm(prefix=TRIAL)
    trial_form.address.label.text = "Din egen mobil eller e-mail"
    revived = revived or AddressForm(prefix=REVIVED)
    with transaction() as session:
        mine = _accounts(session)
        names = [account.name for account in mine]
        here = staff.municipality_id
        handled, every = operations.outcomes(session, here, now), current_app.config["ACCOUNTS"]
        segments = operations.segments(handled)
        context: dict[str, Any] = {
            "gateways": operations.health(session, here, names, handled, now),
            "carried": {account.name: account.channels for account in mine},
            "queues": backlog.queues(session, here, every, now),
            "outcomes": handled,
            "segments": segments,
            "price": f"{segments * sending_rules.of(session, here).segment_price:.2f}".replace(".", ","),
            "groups": operations.doubts_by_reason(session, here),
            "doubts": operations.in_doubt(session, here),
            "trials": trials.latest(session, here),
        }
    limits = {"low_credit": LOW_CREDIT, "doubts_shown": operations.DOUBTS_SHOWN}
    return render_template(
        "admin/operations.html",
        form=trial_form,
        revived=revived,
        now=now,
        when=_when,
        day=_day,
        words=words,
        events=DECISIONS,
        **limits,
        **context,
    )


def _accounts(session: Session) -> list[Account]:
    """The gateways that serve this municipality."""
    here = Municipality.id == access.signed_in().municipality_id
    slug = session.scalars(select(Municipality.slug).where(here)).one()
    return [account for account in current_app.config["ACCOUNTS"] if account.serves(slug)]


def _too_early(session: Session, event: str, now: datetime) -> str:
    """What to say where something is in doubt that cannot be sent again yet; "" where nothing is."""
    some = event == "send again" and operations.too_early(session, access.signed_in().municipality_id, now)
    return TOO_EARLY if some else ""


def _settled(n: int, event: str) -> str:
    what = f"{n} {'besked' if n == 1 else 'beskeder'}" if n else "Beskeder i tvivl"
    return f"{what} {SETTLED[event]}."


def _when(moment: Any) -> str:
    return f"{workdays.local(moment):%d-%m-%Y kl. %H.%M}"


def _day(moment: Any) -> str:
    return f"{workdays.local(moment):%d-%m-%Y}"


def _back() -> ResponseReturnValue:
    return redirect(url_for("operations.overview"), 303)
