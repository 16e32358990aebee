"""What a closed week adds by channel, target group and message: once, and nothing to a quarter that is settled."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import nightly, participation, retention, workdays
from survey.models import Invitation, Meeting, Message, Municipality, SentCount, Team, TurnoutPart
from tests.survey import parting
from tests.survey.parting import APRIL, OVER, SPRING, TWO, close, rows
from tests.survey.test_retention import OVER as CLOSED

Sent = Callable[..., int]


@pytest.fixture
def asked(session: Session, stevns: Municipality, sent: Sent) -> Callable[..., int]:
    """`asked(channel="sms", group="", **more)`: an invitation of that channel and target group; its id."""

    def ask(channel: str = "sms", group: str | None = None, **more: Any) -> int:
        number = sent(session, stevns, **more)
        mine = session.get_one(Invitation, (stevns.id, number))
        of_message = (Message.municipality_id == stevns.id, Message.invitation_id == number)
        session.execute(update(Message).where(*of_message).values(channel=channel))
        session.execute(update(Meeting).where(Meeting.id == mine.meeting_id).values(target_group=group))
        return number

    return ask


def test_a_closed_week_is_added_by_channel_group_and_message(
    session: Session, stevns: Municipality, asked: Callable[..., int], send_link: Callable[..., str], now: Any
) -> None:
    """Tidied words, the first message's channel; who had a reminder accepted is counted after it."""
    asked(group=" A \n b ", answered=True)
    asked("email", "A b")
    late, silent = asked(answered=True), asked()
    for number in (late, silent):
        send_link(session, stevns, number, "reminder")
    retention.close_weeks(session, stevns.id, now + CLOSED)
    assert rows(session, "channel") == [("sms", 3, 2), ("email", 1, 0)]
    assert rows(session, "target_group") == [("", 2, 1), ("A b", 2, 1)]
    assert rows(session, "message") == [("first", 4, 1), ("reminder", 2, 1)]
    kept = select(SentCount.week, SentCount.channel, SentCount.target_group, SentCount.sent)
    assert sorted(tuple(row) for row in session.execute(kept)) == [
        (workdays.monday(now.date()), "email", "A b", 1),
        (workdays.monday(now.date()), "sms", "", 2),
        (workdays.monday(now.date()), "sms", "A b", 1),
    ]


def test_what_was_not_sent_is_no_part(
    session: Session, stevns: Municipality, asked: Callable[..., int], now: Any
) -> None:
    """Refused is not sent, whoever answered was; and delivered is delivered."""
    asked(state="refused")
    asked(state="claimed", answered=True)
    asked(state="sent")
    asked()
    retention.close_weeks(session, stevns.id, now + CLOSED)
    (row,) = session.scalars(select(TurnoutPart).filter_by(dimension="channel"))
    assert (row.sent, row.delivered, row.answered) == (3, 1, 1)


def test_weeks_are_added_up_each_once(
    session: Session, stevns: Municipality, asked: Callable[..., int], now: Any
) -> None:
    """Two weeks of a quarter are summed; closing again, and counting a closed week again, adds nothing."""
    asked()
    asked(at=now + timedelta(days=7), answered=True)
    for days in (0, 0, 7, 7):
        retention.close_weeks(session, stevns.id, now + CLOSED + timedelta(days=days))
    assert rows(session, "channel") == [("sms", 2, 1)]
    asked()
    participation.close(session, stevns.id, [workdays.monday(now.date())])
    assert rows(session, "channel") == [("sms", 2, 1)]


def test_parts_make_up_participation(
    session: Session, stevns: Municipality, asked: Callable[..., int], now: Any
) -> None:
    """Every week of a quarter, by each dimension: as many sent and answered as by team and week."""
    for number in range(6):
        channel, group = ("sms", "email")[number % 2], ("A", "B", None)[number % 3]
        asked(channel, group, answered=number > 3, at=now + timedelta(days=7 * (number % 3)))
    retention.close_weeks(session, stevns.id, now + CLOSED + timedelta(days=14))
    for dimension in ("channel", "target_group"):
        assert [sum(row[side] for row in rows(session, dimension)) for side in (1, 2)] == [6, 2]
    assert [sum(row[2] for row in rows(session, "message")), rows(session, "message")[0][1]] == [2, 6]


def test_a_settled_quarter_is_added_nothing(
    session: Session, stevns: Municipality, team: Team, asked: Callable[..., int], now: Any
) -> None:
    """A week of it that closes late leaves its numbers in participation alone, and no day sees another sum."""
    close(session, team, APRIL, TWO)
    parting.settle(session, stevns.id, OVER)
    before = rows(session)
    asked("email", "C")
    retention.close_weeks(session, stevns.id, OVER + timedelta(days=60))
    parting.settle(session, stevns.id, OVER + timedelta(days=60))
    assert rows(session) == before
    assert session.scalars(select(SentCount.sent)).all() == []


def test_a_night_closes_and_settles(session: Session, stevns: Municipality, team: Team) -> None:
    """What `flask retention` does, and does once more without a change."""
    close(session, team, APRIL, TWO)
    for _night in range(2):
        nightly.clean_all(OVER, stevns.id)
        assert rows(session, "channel") == [("sms", 70, 31), ("email", 50, 23)]


def test_a_run_that_dies_leaves_all_to_the_next(session: Session, stevns: Municipality, team: Team) -> None:
    """Settling is one transaction: nothing of it, or all."""
    close(session, team, APRIL, TWO)
    before = rows(session), len(session.scalars(select(SentCount)).all())
    died = session.begin_nested()
    assert parting.settle(session, stevns.id, OVER) == 1
    died.rollback()
    assert (rows(session), len(session.scalars(select(SentCount)).all())) == before
    assert parting.settle(session, stevns.id, OVER) == 1
    assert rows(session, "channel") == [("sms", 70, 31), ("email", 50, 23)]


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE turnout_part SET answered = sent + 1", "answered_of_sent"),
        ("UPDATE turnout_part SET answered = -1", "answered_of_sent"),
        ("UPDATE turnout_part SET delivered = sent + 1", "delivered_of_sent"),
        ("UPDATE turnout_part SET law = 'XX'", "law_known"),
        ("UPDATE turnout_part SET quarter = '2021-05-01'", "quarter_begins"),
        ("UPDATE turnout_part SET dimension = 'language'", "dimension_known"),
        ("UPDATE turnout_part SET dimension = 'channel', value = 'fax'", "value_known"),
        ("UPDATE turnout_part SET dimension = 'message', value = 'sms'", "value_known"),
        ("UPDATE turnout_part SET dimension = 'target_group', value = repeat('x', 41)", "value_length"),
        ("INSERT INTO turnout_part SELECT * FROM turnout_part", "pk_turnout_part"),
        ("UPDATE sent_count SET sent = 0", "sent_positive"),
        ("UPDATE sent_count SET week = '2021-04-13'", "week_is_a_monday"),
        ("UPDATE sent_count SET channel = 'fax'", "channel_known"),
        ("UPDATE sent_count SET law = 'XX'", "law_known"),
        ("UPDATE sent_count SET target_group = repeat('x', 41)", "target_group_length"),
        ("UPDATE sent_count SET team_id = 0", "fk_sent_count_team_id"),
        ("UPDATE sent_count SET version_id = 0", "fk_sent_count_version_id"),
        ("INSERT INTO sent_count SELECT * FROM sent_count", "pk_sent_count"),
    ],
)
def test_the_tables_hold_no_nonsense(session: Session, team: Team, statement: str, name: str) -> None:
    """Each constraint refuses what it is for."""
    session.add(TurnoutPart(**_key(team), dimension="channel", value="sms", sent=3, delivered=2, answered=1))
    of = {"municipality_id": team.municipality_id, "team_id": team.id, "law": "LAS", "week": date(2021, 4, 12)}
    version = session.scalars(text("SELECT id FROM questionnaire_version LIMIT 1")).one()
    session.add(SentCount(**of, version_id=version, channel="sms", target_group="", sent=3))
    session.flush()
    with pytest.raises(IntegrityError, match=name):
        session.execute(text(statement))


def _key(team: Team) -> dict[str, Any]:
    return {"municipality_id": team.municipality_id, "law": "LAS", "quarter": SPRING}
