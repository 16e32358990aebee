"""The worker and bounces: stored as receipts, then filed, and one broken mailbox costs the others nothing."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import jobs
from survey.config import Settings
from survey.gateways.mailboxes import Maildir
from survey.gateways.smtp import Smtp
from survey.jobs import Work
from survey.models import Receipt
from tests.survey.mailing import VERP

SAMPLES = Path(__file__).parent.parent / "data" / "dsn"


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    """A maildir with a bounce of the mail 1-2-1, and a delay of 1-3-1."""
    for part in ("cur", "new", "tmp"):
        (tmp_path / "maildir" / part).mkdir(parents=True)
    for name, reference in (("gmail_unknown", "1-2-1"), ("postfix_delayed", "1-3-1")):
        text = (SAMPLES / f"{name}.eml").read_text("utf-8").replace("@VERP@", VERP.sender(reference))
        (tmp_path / "maildir" / "new" / name).write_text(text.replace("@SIGNED@", VERP.signed(reference)), "utf-8")
    return tmp_path / "maildir"


def test_bounces_are_stored_then_filed(session: Session, settings: Settings, now: datetime, maildir: Path) -> None:
    """A gateway whose mailbox cannot be read says so; the next one's bounce is a receipt, once."""
    said: list[str] = []
    mailboxes = (Maildir(maildir / "nowhere"), Maildir(maildir))
    gateways = tuple(
        Smtp("localhost", 25, "svar@x.dk", name=f"mail-{n}", verp=VERP, mailbox=mailbox)
        for n, mailbox in enumerate(mailboxes)
    )
    work = Work(settings, gateways, said.append, lambda: now)
    assert [jobs.poll(work), jobs.poll(work)] == [1, 0]
    rows = session.execute(select(Receipt.gateway, Receipt.reference, Receipt.state, Receipt.dead)).all()
    assert rows == [("mail-1", "1-2-1", "failed", True)]
    assert sorted(path.name for path in (maildir / ".read" / "cur").iterdir()) == [
        "gmail_unknown",
        "postfix_delayed",
    ]
    assert len(said) == 2
    assert all("mail-0" in line and "FileNotFoundError" in line for line in said)


def test_a_slow_mailbox_holds_up_no_other(
    session: Session, settings: Settings, now: datetime, maildir: Path
) -> None:
    """Each gateway is polled by itself, in slots of its own, though one of the first is never finished."""
    polling = next(timed for timed in jobs.JOBS if timed.name == "poll")
    gateways = [
        Smtp("localhost", 25, "svar@x.dk", name=name, verp=VERP, mailbox=Maildir(maildir))
        for name in ("slow", "mail")
    ]
    slow, mail = polling.shares(Work(settings, gateways, print, lambda: now))
    assert polling.slot is not None
    assert jobs.claim_slot(session, polling.whose_slots(slow), polling.slot(now))
    assert [jobs.tick(polling, share) for share in (slow, mail, mail)] == [False, True, False]
    assert session.scalars(select(Receipt.gateway)).all() == ["mail"]
