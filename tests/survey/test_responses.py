"""Submitting: once, sealed, and nothing on the way that tells who."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from flask import Flask
from nacl.public import PrivateKey
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from survey import db, keys, responses
from survey.models import Ballot, BallotKey, CallbackRequest, Invitation, Meeting, Municipality, Team
from tests.fixtures.citizens import ALL_FOUR

Counting = Callable[[], AbstractContextManager[list[str]]]
BLOCKED = "SELECT true FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
FIVE = (4, 3, 0, None, 1)


@pytest.fixture
def private_key(session: Session, stevns: Municipality, open_key: Callable[..., bytes]) -> bytes:
    """The private half of the open ballot key."""
    return open_key(session, stevns)


@pytest.fixture
def token(
    session: Session,
    stevns: Municipality,
    private_key: bytes,
    invite: Callable[..., int],
    send_link: Callable[..., str],
) -> str:
    """A live link to the five statements of Ydelse."""
    return send_link(session, stevns, invite(session, stevns))


def content(session: Session, private_key: bytes) -> keys.BallotContent:
    """What the only ballot holds."""
    return keys.unseal(private_key, session.scalars(select(Ballot.sealed)).one())


def test_an_answer_is_one_sealed_ballot(session: Session, token: str, private_key: bytes, now: datetime) -> None:
    """The ballot holds the answers and what the figures need, and neither time, person nor link."""
    session.execute(update(Meeting).values(target_group="Jobparat"))
    assert responses.submit(session, token, FIVE, now)
    assert content(session, private_key)._asdict() == {
        "team_id": session.scalar(select(Team.id).where(Team.name == "Ydelse")),
        "law": "LAS",
        "version_id": session.scalar(select(Invitation.version_id)),
        "day": date(2021, 5, 11),
        "language": "da",
        "channel": "sms",
        "mode": "remote",
        "first": True,
        "target_group": "Jobparat",
        "meeting_number": "1",
        "tag": None,
        "answers": FIVE,
        "confirmation": None,
        "comment": "",
    }


def test_the_invitation_is_answered_and_knows_no_more(session: Session, token: str, now: datetime) -> None:
    """The flag is all that changes, and every ballot has one size."""
    responses.submit(session, token, FIVE, now)
    assert session.scalar(select(Invitation.answered)) is True
    assert session.scalar(select(func.octet_length(Ballot.sealed))) == keys.BALLOT_BYTES


def test_a_second_answer_is_not_stored(session: Session, token: str, now: datetime) -> None:
    """False the second time."""
    assert [responses.submit(session, token, FIVE, now) for _ in range(2)] == [True, False]
    assert session.scalar(select(func.count()).select_from(Ballot)) == 1


def test_submitting_takes_two_statements(session: Session, token: str, now: datetime, sql: Counting) -> None:
    """One marks and reads the key, one lays the ballot in the box."""
    with sql() as statements:
        responses.submit(session, token, FIVE, now)
    assert len(statements) == 2


def test_a_reminders_link_says_so(
    session: Session,
    stevns: Municipality,
    token: str,
    private_key: bytes,
    now: datetime,
    send_link: Callable[..., str],
) -> None:
    """`first` is about the message whose link was used; the other link of the invitation is used up too."""
    reminder = send_link(session, stevns, session.scalar(select(Invitation.id)), "reminder")
    assert responses.submit(session, reminder, FIVE, now)
    assert not responses.submit(session, token, FIVE, now)
    assert content(session, private_key).first is False


def test_what_comes_beside_the_answers_is_sealed_with_them(
    session: Session, token: str, private_key: bytes, now: datetime
) -> None:
    """The page's language, the tag, the comment and the confirmation lie in the ballot."""
    beside = responses.Beside(language="ar", tag="law", comment="Tak for hjælpen", confirmation="kept")
    assert responses.submit(session, token, FIVE, now, beside)
    found = content(session, private_key)
    assert (
        found.language,
        found.tag,
        found.comment,
        found.confirmation,
    ) == ("ar", "law", "Tak for hjælpen", "kept")


@pytest.mark.parametrize(("meetings", "words"), [(1, "1"), (2, "2-3"), (3, "2-3"), (4, "4+"), (9, "4+")])
def test_the_number_of_the_meeting_is_coarse(meetings: int, words: str) -> None:
    """1, 2-3 or 4+."""
    assert responses.meeting_number(meetings) == words


def test_the_citizens_earlier_held_meetings_count(
    session: Session,
    stevns: Municipality,
    token: str,
    private_key: bytes,
    now: datetime,
    invite: Callable[..., int],
) -> None:
    """An earlier one counts; one later, one cancelled and other people's do not."""
    citizen = session.scalar(select(Meeting.citizen))
    for changes in ({"held_on": date(2021, 4, 1)}, {"held_on": date(2021, 6, 1)}, {"status": "cancelled"}, None):
        invite(session, stevns)
        if changes:
            newest = session.scalar(select(func.max(Meeting.id)))
            same = {"citizen": citizen, "decision": "too_old", **changes}
            session.execute(update(Meeting).where(Meeting.id == newest).values(**same))
    assert responses.submit(session, token, FIVE, now)
    assert content(session, private_key).meeting_number == "2-3"


@pytest.mark.parametrize("token", ["a" * 26, "A", "", "a" * 5000])
def test_a_link_that_is_none_stores_nothing(session: Session, now: datetime, token: str) -> None:
    """False for an unknown or malformed token."""
    assert not responses.submit(session, token, FIVE, now)


@pytest.mark.parametrize(("late", "stored"), [(59, True), (60, False)])
def test_the_link_counts_for_an_hour_after_it_expires(
    session: Session, token: str, now: datetime, late: int, stored: bool
) -> None:
    """So that a form opened in time can be sent."""
    expired = now - timedelta(minutes=late)
    session.execute(update(Invitation).values(expires_at=expired, sent_week=date(2021, 5, 3)))
    assert responses.submit(session, token, FIVE, now) is stored


@pytest.mark.parametrize("answers", [(1, 2), (1, 2, 3, 4, 5), (1, 2, 3, 4, -1), (1, 2, 3, 4, 4, 4)])
def test_answers_that_do_not_fit_are_an_error(
    session: Session, token: str, now: datetime, answers: tuple[int, ...]
) -> None:
    """Too few, too many, or outside the scale: ValueError, and the transaction undoes the mark."""
    with pytest.raises(ValueError, match=r"answers expected|outside the scale"), session.begin_nested():
        responses.submit(session, token, answers, now)
    assert session.scalar(select(Invitation.answered)) is False


def test_without_an_open_key_nothing_is_stored(session: Session, token: str, now: datetime) -> None:
    """NoOpenKeyError, and the invitation can still be answered."""
    session.execute(update(BallotKey).values(state="closed", closed_at=now))
    with pytest.raises(responses.NoOpenKeyError), session.begin_nested():
        responses.submit(session, token, FIVE, now)
    assert session.scalar(select(Invitation.answered)) is False


def at_once(app: Flask, path: str, data: dict[str, str]) -> list[int]:
    """The status codes of eight posts sent at the same moment, sorted."""
    start = Barrier(8)

    def post() -> int:
        client = app.test_client()
        start.wait()
        return client.post(path, data=data).status_code

    with ThreadPoolExecutor(8) as pool:
        return sorted(each.result() for each in [pool.submit(post) for _ in range(8)])


def test_eight_simultaneous_answers_are_one_ballot(app: Flask, new_link: Callable[..., str]) -> None:
    """One thank-you page, seven polite ones, one ballot."""
    assert at_once(app, f"/s/{new_link()}", ALL_FOUR) == [200] + [409] * 7
    with db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Ballot)) == 1


def test_eight_simultaneous_wishes_are_one_callback(app: Flask, new_link: Callable[..., str]) -> None:
    """One confirmation, seven polite pages, one callback."""
    assert at_once(app, f"/s/{new_link()}/opkald", {"phone": "20123457"}) == [200] + [409] * 7
    with db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(CallbackRequest)) == 1


def test_who_waits_for_the_tally_takes_the_next_key(new_link: Callable[..., str]) -> None:
    """A submit that waits while the tally closes the key seals to the one opened in its place."""
    token, pair, now = new_link(), PrivateKey.generate(), datetime.now(UTC)

    def submit() -> bool:
        with db.transaction() as session:
            return responses.submit(session, token, FIVE, now)

    with ThreadPoolExecutor(1) as pool:
        with db.transaction() as tally:
            old = tally.scalars(select(BallotKey).with_for_update()).one()
            waiting = pool.submit(submit)
            while not waiting.done() and not tally.scalar(text(BLOCKED)):
                pass
            old.state, old.closed_at = "closed", now
            tally.flush()
            key = BallotKey(municipality_id=old.municipality_id, id=uuid4(), public_key=bytes(pair.public_key))
            key.state, key.opened_at = "open", now
            tally.add(key)
        assert waiting.result()
    with db.transaction() as session:
        assert content(session, bytes(pair)).answers == FIVE
        assert session.scalars(select(Ballot.key_id)).one() == key.id
