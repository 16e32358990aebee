"""Asked again at the moment of sending: every reason why a message must not leave, and only those."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey import eligibility, municipalities, sending_rules, workdays
from survey.models import (
    Contact,
    DeadAddress,
    Invitation,
    Meeting,
    Message,
    Municipality,
    OptOut,
    Pause,
    Staff,
    Team,
)
from survey.sending_rules import Rule
from tests.survey.sending import queue

BY_CITIZEN, BY_MOBILE, BY_EMAIL = b"c" * 32, b"m" * 32, b"e" * 32
PRINTS = [BY_CITIZEN, BY_MOBILE, BY_EMAIL]


@pytest.fixture
def waiting(session: Session, stevns: Municipality, now: datetime) -> Message:
    """An invitation to a citizen with a mobile and an e-mail address, whose prints are known."""
    (message,) = queue(session, stevns, now, email=True)
    session.execute(update(Contact).values(mobile_print=BY_MOBILE, email_print=BY_EMAIL))
    session.execute(update(Meeting).values(citizen=BY_CITIZEN))
    return message


def why(session: Session, message: Message, now: datetime) -> str | None:
    """The code for one message."""
    asked = select(eligibility.why_not_send(now)).select_from(Message).join(Invitation).join(Contact).join(Meeting)
    return session.execute(asked.where(Message.id == message.id)).scalar_one()


def kill(session: Session, municipality: Municipality, now: datetime, *prints: bytes) -> None:
    """Let these addresses be dead."""
    for mark in prints:
        dead = DeadAddress(municipality_id=municipality.id, fingerprint=mark, channel="sms", reason="findes ikke")
        dead.found_on = now.date().replace(day=1)
        session.add(dead)
    session.flush()


@pytest.fixture
def rest(
    session: Session, stevns: Municipality, now: datetime, employ: Callable[..., Staff]
) -> Callable[..., None]:
    """`rest(fingerprint, first, last, ended=False)` pauses a citizen, days counted from today."""
    team = session.scalars(select(Team).where(Team.municipality_id == stevns.id)).first()
    person = employ(session, stevns, "administrator")

    def pause(fingerprint: bytes, first: int, last: int, *, ended: bool = False) -> None:
        today = workdays.day(now)
        row = Pause(municipality_id=stevns.id, fingerprint=fingerprint, reason="illness", paused_at=now)
        row.team_id, row.paused_by = team.id if team else 0, person.id
        row.from_on, row.until_on = today + timedelta(days=first), today + timedelta(days=last)
        row.ended_at = now if ended else None
        session.add(row)
        session.flush()

    return pause


def test_what_nothing_speaks_against_is_sent(session: Session, waiting: Message, now: datetime) -> None:
    """No reason, and NULL prints of contacts from before they were kept are none either."""
    assert why(session, waiting, now) is None
    session.execute(update(Contact).values(mobile_print=None, email_print=None))
    assert why(session, waiting, now) is None


@pytest.mark.parametrize("kind", ["invitation", "reminder"])
@pytest.mark.parametrize("mark", PRINTS)
def test_who_has_opted_out_gets_nothing_more(
    session: Session, stevns: Municipality, waiting: Message, now: datetime, mark: bytes, kind: str
) -> None:
    """By citizen, mobile or e-mail; the invitation as well as the reminder."""
    waiting.kind = kind
    session.add(OptOut(municipality_id=stevns.id, fingerprint=mark, opted_out_at=now))
    session.flush()
    assert why(session, waiting, now) == "opted_out"


@pytest.mark.parametrize("mark", PRINTS)
@pytest.mark.parametrize(
    ("expected", "first", "last", "ended"),
    [
        ("paused", 0, 0, False),
        ("paused", -9, 9, False),
        (None, 1, 9, False),
        (None, -9, -1, False),
        (None, -9, 9, True),
    ],
)
def test_who_is_paused_gets_nothing_while_it_lasts(
    session: Session,
    waiting: Message,
    now: datetime,
    rest: Callable[..., None],
    mark: bytes,
    expected: str | None,
    first: int,
    last: int,
    ended: bool,
) -> None:
    """Both days included, and not once it is ended."""
    rest(mark, first, last, ended=ended)
    assert expected == why(session, waiting, now)


@pytest.mark.parametrize(
    ("expected", "dead"),
    [(None, [BY_MOBILE]), (None, [BY_EMAIL]), ("dead_address", [BY_MOBILE, BY_EMAIL])],
)
def test_an_address_that_lives_is_enough(
    session: Session,
    stevns: Municipality,
    waiting: Message,
    now: datetime,
    expected: str | None,
    dead: list[bytes],
) -> None:
    """Only where all are dead nothing can be sent."""
    kill(session, stevns, now, *dead)
    assert expected == why(session, waiting, now)


@pytest.mark.parametrize(
    ("kind", "expected"), [("invitation", ["too_old", "asked_recently"]), ("reminder", [None, None])]
)
def test_only_an_invitation_comes_too_late_or_too_soon(
    session: Session, stevns: Municipality, waiting: Message, now: datetime, kind: str, expected: list[str | None]
) -> None:
    """A reminder follows an invitation that was in time."""
    waiting.kind = kind
    session.flush()
    other(session, stevns, now)
    found = []
    for days in (22, 1):
        session.execute(update(Meeting).values(held_on=workdays.day(now) - timedelta(days=days)))
        found.append(why(session, waiting, now))
    assert expected == found


@pytest.mark.parametrize(
    ("expected", "change"),
    [
        ("answered", update(Invitation).values(answered=True)),
        (
            "expired",
            update(Invitation).values(
                expires_at=datetime(2021, 5, 11, 8, tzinfo=UTC), sent_week=datetime(2021, 4, 26, tzinfo=UTC)
            ),
        ),
        ("held_back", update(Meeting).values(decision="hurtful_moment")),
    ],
)
def test_an_answer_an_end_and_a_later_file_stop_a_message(
    session: Session, waiting: Message, now: datetime, expected: str, change: object
) -> None:
    """Whatever kind it is."""
    session.execute(change)  # type: ignore[call-overload]  # an UPDATE in a parameter
    assert expected == why(session, waiting, now)


def other(session: Session, municipality: Municipality, at: datetime, state: str = "sent") -> Message:
    """Another invitation to the same citizen, handed over `at`."""
    (message,) = queue(session, municipality, at)
    session.execute(
        update(Meeting)
        .where(Meeting.id.in_(select(Invitation.meeting_id).where(Invitation.id == message.invitation_id)))
        .values(citizen=BY_CITIZEN)
    )
    message.state, message.claimed_at, message.claimed_by = state, at, 1
    message.sent_at = at if state in ("sent", "delivered", "failed") else None
    if state in ("waiting", "skipped"):
        message.claimed_at = message.claimed_by = None
        message.reason = "borgeren har pause"
    session.flush()
    return message


@pytest.mark.parametrize(
    ("expected", "state", "days"),
    [
        ("asked_recently", "sent", 32),
        (None, "sent", 33),
        ("asked_recently", "unknown", 1),
        ("asked_recently", "failed", 1),
        (None, "refused", 1),
        (None, "skipped", 1),
        (None, "waiting", 0),
    ],
)
def test_nobody_is_asked_again_within_thirty_days_of_the_reminder(
    session: Session,
    stevns: Municipality,
    waiting: Message,
    now: datetime,
    expected: str | None,
    state: str,
    days: int,
) -> None:
    """The reminder counts as sent three days after each invitation that left; what never left counts not."""
    other(session, stevns, now - timedelta(days=days), state)
    assert expected == why(session, waiting, now)


def test_the_municipality_says_how_long_a_citizen_is_left_in_peace(
    session: Session, stevns: Municipality, waiting: Message, now: datetime
) -> None:
    """Seven days and three for the reminder instead of thirty-three."""
    other(session, stevns, now - timedelta(days=10))
    assert why(session, waiting, now) == "asked_recently"
    sending_rules.save(session, stevns.id, Rule(quiet_days=7), staff_id=None, now=now)
    assert why(session, waiting, now) is None


@pytest.mark.parametrize("column", ["mobile", "email"])
def test_a_phone_and_an_address_count_whoever_they_are_said_to_belong_to(
    session: Session, stevns: Municipality, waiting: Message, now: datetime, column: str
) -> None:
    """Another citizen id with the same mobile, or the same e-mail in other letters, was asked yesterday."""
    sent = other(session, stevns, now - timedelta(days=1))
    own = session.scalars(select(Contact).where(Contact.invitation_id == waiting.invitation_id)).one()
    same = own.mobile if column == "mobile" else (own.email or "").upper()
    session.execute(update(Contact).where(Contact.invitation_id == sent.invitation_id).values({column: same}))
    session.execute(update(Meeting).values(citizen=Meeting.fingerprint))
    assert why(session, waiting, now) == "asked_recently"


def test_of_two_that_are_due_at_once_the_older_goes(session: Session, stevns: Municipality, now: datetime) -> None:
    """Two workers may look at the same moment: both find that the newer one must not leave."""
    older, newer = other(session, stevns, now, "waiting"), other(session, stevns, now, "waiting")
    assert (why(session, older, now), why(session, newer, now)) == (None, "asked_recently")


def test_other_municipalities_marks_mean_nothing(session: Session, waiting: Message, now: datetime) -> None:
    """An opt-out and dead addresses in Faxe leave Stevns alone."""
    faxe = municipalities.establish(session, slug="faxe", name="Faxe", phone="1", sms_sender="Faxe", now=now)
    session.add(OptOut(municipality_id=faxe.id, fingerprint=BY_CITIZEN, opted_out_at=now))
    kill(session, faxe, now, BY_MOBILE, BY_EMAIL)
    assert why(session, waiting, now) is None
