"""Receipts: what providers report about messages they took on, one route per provider (so far the simulator)."""

import ipaddress
import re
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, request
from sqlalchemy import case, func, update
from sqlalchemy.orm import Session

from survey.access import EVERYONE, open_to
from survey.config import LOOPBACK
from survey.db import transaction
from survey.gateways.simulated import RECEIPT_WORDS
from survey.models import Message

REFERENCE = re.compile(r"([0-9]{1,18})-([0-9]{1,18})-[0-9]{1,4}", re.ASCII)

pages = Blueprint("receipts", __name__)


@pages.post("/kvittering/simulated")
@open_to(EVERYONE)
def simulated() -> Response:
    """A receipt from the simulated provider: `reference` and `status` of a form. Unknown references answer 200."""
    if not current_app.config["SETTINGS"].simulator_open or not from_this_machine():
        abort(404)
    state = RECEIPT_WORDS.get(request.form.get("status", ""))
    if state is None:
        abort(400)
    with transaction() as session:
        receive(session, gateway="simulated", reference=request.form.get("reference", ""), state=state)
    return Response("ok\n", mimetype="text/plain")


def receive(session: Session, *, gateway: str, reference: str, state: str) -> bool:
    """Let a receipt turn the message of `reference` into `state` ("delivered" or "failed"); did it?

    One conditional update: a final state, another attempt and a reference nobody knows change nothing. A receipt
    may come before our own note, and it settles a message in doubt, which then was sent when it was claimed.
    """
    key = REFERENCE.fullmatch(reference)
    if key is None:
        return False
    settled = session.execute(
        update(Message)
        .where(
            Message.municipality_id == int(key[1]),
            Message.id == int(key[2]),
            Message.reference == reference,
            Message.gateway == gateway,
            Message.state.in_(("claimed", "sent", "unknown")),
        )
        .values(
            state=state,
            sent_at=func.coalesce(Message.sent_at, Message.claimed_at),
            reason=case((Message.state == "unknown", None), else_=Message.reason),
        )
        .returning(Message.id)
    )
    return settled.first() is not None


FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP")
"""What a proxy adds to a request that it passes on for somebody else."""


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
