"""What the tests of receipts share: messages that a gateway has, and what is reported about them."""

import secrets
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import receipts
from survey.gateways import Report
from survey.models import Contact, Message, Municipality, Receipt

DEAD = {"permanent": True, "dead": True, "reason": "nummeret findes ikke"}


def handed_over(
    session: Session,
    municipality: Municipality,
    invitation_id: int,
    now: datetime,
    *,
    state: str = "sent",
    email: str | None = None,
    **changed: Any,
) -> Message:
    """The first attempt at a message by SMS, which the gateway "simulated" has; `email`: the contact's."""
    contact = session.get_one(Contact, (municipality.id, invitation_id))
    contact.email, contact.mobile_print = email, secrets.token_bytes(32)
    contact.email_print = secrets.token_bytes(32) if email else None
    values = {"kind": "invitation", "channel": "sms", "gateway": "simulated", "attempts": 1} | changed
    message = Message(
        municipality_id=municipality.id, invitation_id=invitation_id, due_at=now, state=state, **values
    )
    message.claimed_at, message.claimed_by = now, 7
    message.sent_at = now if state in ("sent", "delivered", "failed") else None
    session.add(message)
    session.flush()
    message.reference = f"{municipality.id}-{message.id}-{message.attempts}"
    session.flush()
    return message


def report(message: Message, state: str = "delivered", **changed: Any) -> Report:
    """What the provider says about `message`, in an event of its own."""
    values = {"event_id": secrets.token_hex(8), "reference": message.reference or "", "state": state}
    return Report(**(values | changed))


def come_in(
    session: Session, reports: list[Report], now: datetime, gateway: str = "simulated"
) -> list[bool | None]:
    """Store and apply `reports`; for each stored receipt, oldest first, whether it changed its message."""
    receipts.store(session, gateway, reports, now)
    receipts.process(session, now)
    session.expire_all()
    return list(session.scalars(select(Receipt.applied).order_by(Receipt.id)))


def at_once(n: int, act: Callable[[int], object]) -> None:
    """Let `n` threads do `act` at the same moment, and wait for them."""
    start, wrong = threading.Barrier(n), list[BaseException]()

    def one(number: int) -> None:
        start.wait()
        try:
            act(number)
        except BaseException as error:  # noqa: BLE001 - told below, whatever it is
            wrong.append(error)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
