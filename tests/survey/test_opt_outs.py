"""Opting out: the citizen, the mobile and the e-mail are left in peace, until they say otherwise."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from survey import eligibility, municipalities, opt_outs
from survey.models import Contact, Invitation, Meeting, Message, Municipality, OptOut

Invite = Callable[..., int]


@pytest.fixture
def invitation(session: Session, stevns: Municipality, invite: Invite) -> int:
    """A citizen of Stevns with a mobile, no e-mail, and their fingerprints."""
    made = invite(session, stevns)
    prints(session, made, mobile_print=secrets.token_bytes(32))
    return made


def prints(session: Session, invitation_id: int, **of_contact: bytes | None) -> None:
    """Change the fingerprints of an invitation's contact."""
    session.execute(update(Contact).where(Contact.invitation_id == invitation_id).values(**of_contact))


def stored(session: Session) -> set[bytes]:
    """The fingerprints that are left in peace."""
    return set(session.scalars(select(OptOut.fingerprint)))


def test_an_opt_out_keeps_every_fingerprint_there_is(
    session: Session, stevns: Municipality, invitation: int, now: datetime
) -> None:
    """The citizen's and the mobile's; one that is missing is no row."""
    opt_outs.opt_out(session, stevns.id, invitation, now)
    citizen, mobile = session.execute(
        select(Meeting.citizen, Contact.mobile_print).select_from(Invitation).join(Meeting).join(Contact)
    ).one()
    assert stored(session) == {citizen, mobile}


def test_an_opt_out_is_stored_once(session: Session, stevns: Municipality, invitation: int, now: datetime) -> None:
    """Again, a day later, it changes nothing, not even its time."""
    opt_outs.opt_out(session, stevns.id, invitation, now)
    opt_outs.opt_out(session, stevns.id, invitation, now + timedelta(days=1))
    assert session.scalars(select(OptOut.opted_out_at).distinct()).all() == [now]


def test_it_can_be_undone(session: Session, stevns: Municipality, invitation: int, now: datetime) -> None:
    """Then nothing is kept; and undoing nothing is no error."""
    assert not opt_outs.is_out(session, stevns.id, invitation)
    opt_outs.opt_out(session, stevns.id, invitation, now)
    assert opt_outs.is_out(session, stevns.id, invitation)
    for _twice in range(2):
        opt_outs.undo(session, stevns.id, invitation)
    assert not opt_outs.is_out(session, stevns.id, invitation)
    assert stored(session) == set()


def test_another_invitation_to_the_same_mobile_is_out_too(
    session: Session, stevns: Municipality, invite: Invite, invitation: int, now: datetime
) -> None:
    """Whoever comes again by the same number is left in peace; a stranger is not."""
    mobile = session.scalars(select(Contact.mobile_print)).one()
    again, stranger = invite(session, stevns), invite(session, stevns)
    prints(session, again, mobile_print=mobile)
    opt_outs.opt_out(session, stevns.id, invitation, now)
    assert [opt_outs.is_out(session, stevns.id, each) for each in (again, stranger)] == [True, False]


def test_an_opt_out_stays_within_its_municipality(
    session: Session, stevns: Municipality, invite: Invite, invitation: int, now: datetime
) -> None:
    """The same fingerprint elsewhere is nobody's business here."""
    other = municipalities.establish(session, slug="faxe", name="Faxe", phone="1", sms_sender="Faxe", now=now)
    there = invite(session, other)
    prints(session, there, mobile_print=session.scalar(select(Contact.mobile_print)))
    opt_outs.opt_out(session, stevns.id, invitation, now)
    assert not opt_outs.is_out(session, other.id, there)
    assert session.scalar(select(func.count()).where(OptOut.municipality_id == other.id)) == 0


@pytest.mark.parametrize("answered", [False, True])
def test_what_waits_is_not_sent_after_an_opt_out(
    session: Session, stevns: Municipality, invitation: int, now: datetime, answered: bool
) -> None:
    """The check at the moment of sending knows it; whether somebody answered is neither read nor changed."""
    session.add(
        Message(municipality_id=stevns.id, invitation_id=invitation, kind="invitation", due_at=now, channel="sms")
    )
    session.execute(update(Invitation).values(answered=answered))
    session.flush()
    why = select(eligibility.why_not_send(now)).select_from(Message).join(Invitation).join(Meeting).join(Contact)
    before = session.scalars(why).one()
    opt_outs.opt_out(session, stevns.id, invitation, now)
    assert (before, session.scalars(why).one()) == (("answered", "answered") if answered else (None, "opted_out"))
    assert session.scalars(select(Invitation.answered)).one() is answered
