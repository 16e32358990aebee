"""Trial messages: an administrator sends a fixed text to an address of their own, to see that a channel works."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from survey.gateways import Letter, Outcome
from survey.models import Municipality, TrialMessage

MOST_AN_HOUR = 5
SHOWN = 10
BATCH = 10
SUBJECT = "Prøvebesked fra Tilfreds"
TEXT = "Prøvebesked fra Tilfreds. Kanalen virker. Du skal ikke gøre noget."


@dataclass(frozen=True, repr=False)
class Trial:
    """A trial message to hand over. `letter` holds the address and is never logged."""

    municipality_id: int
    id: int
    letter: Letter


def ask(
    session: Session, municipality_id: int, *, channel: str, address: str, staff_id: int, now: datetime
) -> bool:
    """Put a trial message in line; False when the municipality has had its `MOST_AN_HOUR` within the hour.

    `address` is a mobile in E.164 or an e-mail. It leaves at once, outside the send window too.
    """
    # The municipality's row is the lock: two requests at once would both count too few.
    session.execute(
        select(Municipality.id).where(Municipality.id == municipality_id).with_for_update(key_share=True)
    )
    recent = select(func.count()).where(
        TrialMessage.municipality_id == municipality_id, TrialMessage.asked_at > now - timedelta(hours=1)
    )
    if (session.scalar(recent) or 0) >= MOST_AN_HOUR:
        return False
    session.execute(
        insert(TrialMessage).values(
            municipality_id=municipality_id, channel=channel, address=address, asked_at=now, asked_by=staff_id
        )
    )
    return True


def latest(session: Session, municipality_id: int) -> Sequence[TrialMessage]:
    """The newest trial messages, newest first."""
    newest = select(TrialMessage).where(TrialMessage.municipality_id == municipality_id)
    return session.scalars(
        newest.order_by(TrialMessage.asked_at.desc(), TrialMessage.id.desc()).limit(SHOWN)
    ).all()


def claim(session: Session) -> list[Trial]:
    """Take what waits in hand. Where the worker dies before `note` it stays "claimed": a person asks anew."""
    due = (
        select(TrialMessage.municipality_id, TrialMessage.id)
        .where(TrialMessage.state == "waiting")
        .order_by(TrialMessage.asked_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
        .subquery()
    )
    taken = session.execute(
        update(TrialMessage)
        .where(
            TrialMessage.municipality_id == due.c.municipality_id,
            TrialMessage.id == due.c.id,
            Municipality.id == TrialMessage.municipality_id,
        )
        .values(state="claimed")
        .returning(
            TrialMessage.municipality_id,
            TrialMessage.id,
            TrialMessage.channel,
            TrialMessage.address,
            Municipality.sms_sender,
            Municipality.name,
        )
    )
    return [
        Trial(
            row.municipality_id,
            row.id,
            Letter(
                reference=f"t{row.municipality_id}-{row.id}",
                channel=row.channel,
                to=row.address,
                sender=row.sms_sender if row.channel == "sms" else row.name,
                subject="" if row.channel == "sms" else SUBJECT,
                body=TEXT,
            ),
        )
        for row in taken
    ]


def note(session: Session, trial: Trial, outcome: Outcome) -> None:
    """Write down what the gateway said, and forget the address."""
    state = "refused" if outcome.word == "skipped" else outcome.word
    session.execute(
        update(TrialMessage)
        .where(
            TrialMessage.municipality_id == trial.municipality_id,
            TrialMessage.id == trial.id,
            TrialMessage.state == "claimed",
        )
        .values(state=state, detail=outcome.detail, address=None)
    )
