"""The simulator's page: every simulated SMS and e-mail with its link, receipts to deliver, numbers that fail.

Registered only when the gateway is simulated and the server listens on this machine alone; it shows live links.
"""

import ipaddress
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from survey import backlog, emails, phones, receipts, webhooks, words, workdays
from survey.access import EVERYONE, open_to
from survey.config import LOOPBACK
from survey.db import transaction
from survey.gateways import simulated
from survey.gateways.simulated import Delivered

PAGE = 25
LINK = re.compile(r"https?://\S+/s/(?:[a-z2-7]{26}|[2-9A-Y]{4}-?[2-9A-Y]{4}-?[2-9A-Y])(?![\w-])")
"""A citizen's link: 26 characters, or a code of nine in groups."""
RULES_DA = {
    "Afvises for altid": {
        "refuse": "nummeret findes ikke",
        "invalid": "ugyldigt nummer, selv om svaret er 200",
        "other code": "fejlkode 3000 i svaret",
        "partly": "delvist svar (207): kun denne besked afvises",
    },
    "Afvises lige nu": {
        "refuse for now": "modtager ikke lige nu",
        "busy": "for mange på én gang (429): vent et minut",
        "no connection": "ingen forbindelse til udbyderen",
    },
    "Efterlader tvivl": {
        "error": "fejl hos udbyderen (500), når ikke frem",
        "slow": "svaret kommer for sent, når frem",
        "dropped": "forbindelsen brydes, når frem",
        "silent": "intet svar, halvdelen når frem",
    },
    "Standser hele gatewayen": {
        "no credit": "kontoen er tom",
        "not approved": "linket er ikke godkendt",
    },
}
"""What a number can be made to do, grouped, in words for a newcomer; the names are `simulated.RULES`."""
RULE_WORDS = {
    name: f"{words} ({group.lower()})" for group, rules in RULES_DA.items() for name, words in rules.items()
}
SHAPES_DA = {
    "Almindelige": {
        "delivered": "leveret",
        "failed": "ikke leveret: telefonen kunne ikke nås",
        "dead": "ikke leveret: nummeret findes ikke",
        "blocked": "ikke leveret: linket er ikke godkendt (standser kommunens udsendelse)",
    },
    "I uorden": {
        "duplicate": "to gange den samme: leveret",
        "late": "fire dage for sent: leveret",
        "out of order": "i forkert rækkefølge: leveret, derefter på vej",
        "contradiction": "selvmodsigende: leveret, derefter ikke leveret",
        "unknown reference": "om en besked, som ingen kender",
    },
    "Skal afvises": {
        "forged": "forfalsket: forkert underskrift",
        "unsigned": "uden underskrift",
        "unreadable": "ulæselig, men underskrevet",
    },
}
"""The receipts that can be delivered, grouped; the names are `simulated.SHAPES`."""
STATES_DA = {
    **words.STATES,
    "sent": f"{words.STATES['sent']}, ingen kvittering endnu",
    "refused": f"{words.STATES['refused']} af udbyderen",
    "unknown": f"{words.STATES['unknown']}: sendes ikke igen af sig selv",
}
"""A newcomer is told a little more."""
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP")
"""What a proxy adds to a request that it passes on for somebody else."""

pages = Blueprint("simulator", __name__, url_prefix="/simulator")


@pages.before_request
def only_here() -> None:
    """Anybody else gets the same 404 as where the page does not exist."""
    if not from_this_machine():
        abort(404)


@pages.get("")
@open_to(EVERYONE)
def mailbox() -> str:
    """The mailbox, newest first, 25 a page; `q` finds in recipient and text, `side` is the page from 1."""
    wanted = request.args.get("q", "").strip()
    now = workdays.now()
    found = [letter for letter in simulated.mailbox(_folder()) if _matches(letter, wanted)]
    last = max(1, -(-len(found) // PAGE))
    side = min(max(request.args.get("side", 1, int), 1), last)
    shown = found[(side - 1) * PAGE : side * PAGE]
    with transaction() as session:
        waits = backlog.leaving(session, now)
        known = receipts.known(session, [letter.letter.reference for letter in shown])
    return render_template(
        "simulator/mailbox.html",
        letters=[(letter, known.get(letter.letter.reference)) for letter in shown],
        total=len(found),
        side=side,
        last=last,
        wanted=wanted,
        rules=sorted(simulated.rules(_folder()).items()),
        rule_groups=RULES_DA,
        rule_words=RULE_WORDS,
        shapes=SHAPES_DA,
        states=STATES_DA,
        link_in=link_in,
        waiting=waiting_in_words(*waits, now) if waits else "Ingen beskeder venter.",
    )


@pages.post("/kvittering")
@open_to(EVERYONE)
def deliver_receipt() -> Response:
    """Do as the provider would: post receipts of one shape through the real door, and let them be applied."""
    reference, shape = request.form.get("reference", ""), request.form.get("status", "")
    if shape not in simulated.SHAPES:
        abort(400)
    now, reader = workdays.now(), simulated.reader(_folder())
    with transaction() as session:
        known = receipts.known(session, [reference]).get(reference)
    gateway = known.gateway if known and known.gateway else "simulated"
    answers = [
        int(webhooks.take(reader, gateway, post.headers, post.body, "", now))
        for post in simulated.posts(_folder(), reference, shape)
    ]
    with transaction() as session:
        receipts.process(session, now)
        known = receipts.known(session, [reference]).get(reference)
    state = f"Beskeden er nu: {STATES_DA[known.state]}." if known else "Beskeden findes ikke (mere)."
    flash(f"Udbyderen fik svaret {' og '.join(map(str, answers))}. {state}")
    return _back()


@pages.post("/regel")
@open_to(EVERYONE)
def rule() -> Response:
    """Make a number or an address fail in one way, or (no rule) be reachable again."""
    typed, chosen = request.form.get("to", "").strip(), request.form.get("rule", "")
    if chosen not in ("", *simulated.RULES):
        abort(400)
    to = (emails.normal(typed) if "@" in typed else phones.number(typed)) or ""
    if chosen and not to:
        flash("Skriv et telefonnummer som 20 12 34 56 eller en e-mail som navn@eksempel.dk. Intet er ændret.")
        return _back()
    simulated.set_rule(_folder(), to or typed, chosen or None)
    flash(f"{to or typed}: {RULE_WORDS.get(chosen, 'kan nås igen')}.")
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


def from_this_machine() -> bool:
    """Does the request come from this machine, and was it addressed to it by a loopback name?

    Behind a proxy on this machine every request seems to come from here, and some write the Host header anew: a
    header that only a proxy adds makes it somebody else's.
    """
    if any(header in request.headers for header in FORWARDED):
        return False
    try:
        here = ipaddress.ip_address(request.remote_addr or "").is_loopback
        return here and urlsplit(f"//{request.host}").hostname in LOOPBACK
    except ValueError:  # neither an address nor a host name
        return False


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
