"""The simulator's page: every simulated SMS and e-mail with its link, receipts to deliver, numbers to silence.

Registered only when the gateway is simulated and the server listens on this machine alone; it shows live links.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from survey import outbox, receipts, workdays
from survey.access import EVERYONE, open_to
from survey.db import transaction
from survey.gateways import simulated
from survey.gateways.simulated import Delivered

PAGE = 25
LINK = re.compile(r"https?://\S+/s/[a-z2-7]{26}\b")
RULES_DA = {"refuse": "afvises for altid", "refuse for now": "afvises lige nu", "silent": "tier"}

pages = Blueprint("simulator", __name__, url_prefix="/simulator")


@pages.before_request
def only_here() -> None:
    """Anybody else gets the same 404 as where the page does not exist."""
    if not receipts.from_this_machine():
        abort(404)


@pages.get("")
@open_to(EVERYONE)
def mailbox() -> str:
    """The mailbox, newest first, 25 a page; `q` finds in recipient and text, `side` is the page from 1."""
    wanted = request.args.get("q", "").strip()
    now = workdays.now()
    with transaction() as session:
        waits = outbox.leaving(session, now)
    found = [letter for letter in simulated.mailbox(_folder()) if _matches(letter, wanted)]
    last = max(1, -(-len(found) // PAGE))
    side = min(max(request.args.get("side", 1, int), 1), last)
    return render_template(
        "simulator/mailbox.html",
        letters=found[(side - 1) * PAGE : side * PAGE],
        total=len(found),
        side=side,
        last=last,
        wanted=wanted,
        rules=sorted(simulated.rules(_folder()).items()),
        words=RULES_DA,
        link_in=link_in,
        waiting=waiting_in_words(*waits, now) if waits else "Ingen beskeder venter.",
    )


@pages.post("/kvittering")
@open_to(EVERYONE)
def deliver_receipt() -> Response:
    """Do as the provider would: report that a message was delivered, or that it failed."""
    state = simulated.RECEIPT_WORDS.get(request.form.get("status", ""))
    if state is None:
        abort(400)
    with transaction() as session:
        changed = receipts.receive(
            session, gateway="simulated", reference=request.form.get("reference", ""), state=state
        )
    flash(
        "Kvitteringen er leveret." if changed else "Kvitteringen ændrede intet: beskeden er afgjort eller slettet."
    )
    return _back()


@pages.post("/regel")
@open_to(EVERYONE)
def rule() -> Response:
    """Make a number or an address refuse or stay silent, or (no rule) be reachable again."""
    to, chosen = request.form.get("to", "").strip(), request.form.get("rule", "")
    if not 3 <= len(to) <= 254 or chosen not in ("", *simulated.RULES):
        abort(400)
    simulated.set_rule(_folder(), to, chosen or None)
    flash(f"{to}: {RULES_DA.get(chosen, 'kan nås igen')}.")
    return _back()


def waiting_in_words(n: int, first: datetime, last: datetime, now: datetime) -> str:
    """What waits and when it may leave, in Danish: "6 beskeder venter til mandag den 23. november kl. 9.00."."""
    messages = f"{n} {'besked' if n == 1 else 'beskeder'}"
    if first <= now:
        return (
            f"{messages} i kø: klar til afsendelse nu."
            if last <= now
            else f"{messages} i kø: de første er klar nu."
        )
    here = workdays.local(first)
    day = f"{workdays.WEEKDAYS[here.weekday()]} den {here.day}. {workdays.MONTHS[here.month - 1]}"
    return f"{messages} venter{'' if first == last else ', de første'} til {day} kl. {here.hour}.{here:%M}."


def link_in(body: str) -> str | None:
    """The citizen's link in a text; None when there is none."""
    match = LINK.search(body)
    return match[0] if match else None


def _matches(found: Delivered, wanted: str) -> bool:
    letter = found.letter
    texts: Sequence[str] = (letter.to, letter.subject, letter.body, letter.reference)
    return any(wanted.casefold() in text.casefold() for text in texts)


def _folder() -> Path:
    folder: Path = current_app.config["SETTINGS"].simulator_dir
    return folder


def _back() -> Response:
    return redirect(
        url_for(".mailbox", q=request.form.get("q") or None, side=request.form.get("side") or None), 303
    )
