"""What a later file takes back reaches nobody on any way a message can go after it was handed over."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey import eligibility, invitations, meeting_files, meetings, operations
from survey.gateways import Letter, Outcome
from survey.models import Invitation, Message, Municipality
from tests.survey.receiving import come_in, report
from tests.survey.sending import Obedient, open_key, send

MONDAY = datetime(2021, 8, 23, 8, 0, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
HEADER = "SamtaleID;BorgerID;Dato;Tid;Status;Mobil;E-mail;Hensyn;Team"
HELD = "S1;B1;20-08-2021;10:00;Afholdt;20123456;a@b.dk;;Opfølgning"
DEATH = HELD.replace(";;", ";Dødsfald;")
HELD_BACK = eligibility.words["held_back"]
Path = Callable[[Session, Municipality, bool], None]


def take_in(session: Session, municipality: Municipality, row: str) -> bool:
    """Record a file of this row; did it change anything?"""
    sheet = meeting_files.read(f"{HEADER}\n{row}".encode(), "s.csv")
    record = meetings.record(
        session, municipality.id, sheet, file_name="s.csv", fingerprint_key=b"k" * 32, now=MONDAY
    )
    session.expire_all()
    return record.changed


def invited(session: Session, municipality: Municipality) -> None:
    """An invitation that waits, to a citizen with a mobile and an e-mail address."""
    open_key(session, municipality, MONDAY)
    take_in(session, municipality, HELD)


def the(session: Session, kind: str = "invitation") -> Message:
    """The message of this kind."""
    return session.scalars(select(Message).where(Message.kind == kind)).one()


def meanwhile(
    session: Session, municipality: Municipality, *, back: bool, outcome: Outcome
) -> Callable[[Letter], Outcome]:
    """A gateway's answer; the later file is taken in while the letter is with it."""

    def answer(_letter: Letter) -> Outcome:
        if back:
            assert take_in(session, municipality, DEATH)
        return outcome

    return answer


def refused_for_now(session: Session, municipality: Municipality, back: bool) -> None:
    """Claimed, taken back, refused for now: it would be tried again."""
    invited(session, municipality)
    send(session, MONDAY, Obedient(meanwhile(session, municipality, back=back, outcome=Outcome("refused"))))


def refused_for_good(session: Session, municipality: Municipality, back: bool) -> None:
    """Claimed, taken back, refused as an SMS: it would go by e-mail."""
    invited(session, municipality)
    never = Outcome("refused", permanent=True)
    send(session, MONDAY, Obedient(meanwhile(session, municipality, back=back, outcome=never)))


def not_delivered(session: Session, municipality: Municipality, back: bool) -> None:
    """Sent, taken back, and then a receipt says that it did not arrive: it would go by e-mail."""
    invited(session, municipality)
    send(session, MONDAY, Obedient())
    if back:
        take_in(session, municipality, DEATH)
    come_in(session, [report(the(session), "failed")], MONDAY, gateway="obedient")


def sent_again(session: Session, municipality: Municipality, back: bool) -> None:
    """In doubt, taken back, and an administrator has it sent again."""
    invited(session, municipality)
    send(session, MONDAY, Obedient(lambda _letter: Outcome("unknown")))
    if back:
        take_in(session, municipality, DEATH)
    later = MONDAY + operations.TOO_EARLY
    operations.decide(session, municipality.id, [the(session).id], "send again", later)
    session.expire_all()


@pytest.mark.parametrize(
    ("state", "reason", "path"),
    [
        ("skipped", HELD_BACK, refused_for_now),
        ("refused", None, refused_for_good),
        ("failed", "ikke leveret", not_delivered),
        ("skipped", HELD_BACK, sent_again),
    ],
)
def test_nothing_leaves_after_a_later_file(
    session: Session, stevns: Municipality, state: str, reason: str | None, path: Path
) -> None:
    """And the same file again changes nothing."""
    path(session, stevns, True)
    gateway = Obedient()
    send(session, TUESDAY, gateway)
    assert gateway.letters == []
    assert (state, reason) == (the(session).state, the(session).reason)
    assert invitations.remind(session, MONDAY + timedelta(days=3)) == 0
    assert not take_in(session, stevns, DEATH)


@pytest.mark.parametrize("path", [refused_for_now, refused_for_good, not_delivered, sent_again])
def test_without_a_later_file_every_one_of_them_leaves(session: Session, stevns: Municipality, path: Path) -> None:
    """The check of the check."""
    path(session, stevns, False)
    gateway = Obedient()
    send(session, TUESDAY, gateway)
    assert len(gateway.letters) == 1


def test_a_reminder_that_is_refused_for_now_is_not_tried_again(session: Session, stevns: Municipality) -> None:
    """It had left its queue when the later file came."""
    invited(session, stevns)
    send(session, MONDAY, Obedient())
    due = MONDAY + timedelta(days=3)
    invitations.remind(session, due)
    send(session, due, Obedient(meanwhile(session, stevns, back=True, outcome=Outcome("refused"))))
    assert send(session, due + timedelta(hours=1), Obedient()).skipped == {HELD_BACK: 1}
    assert the(session, "reminder").state == "skipped"


@pytest.mark.parametrize("answered", [True, False])
def test_that_it_was_taken_back_tells_nobody_who_has_answered(
    session: Session, stevns: Municipality, answered: bool
) -> None:
    """The column is the same for both."""
    invited(session, stevns)
    send(session, MONDAY, Obedient())
    session.execute(update(Invitation).values(answered=answered))
    take_in(session, stevns, DEATH)
    assert session.scalars(select(Invitation.held_back)).all() == [True]
