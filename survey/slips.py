"""Slips: who has neither mobile nor e-mail is asked on paper. Staff print all that wait; nobody picks whom."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, delete, func, insert, select, update
from sqlalchemy.orm import Session

from survey import ballot_box, eligibility, outbox, workdays
from survey.letters import Drawn
from survey.message_states import after
from survey.models import PAPER, Contact, Invitation, Link, Meeting, Message, Municipality
from survey.responses import NoOpenKeyError

AT_ONCE = 20
"""Slips printed by one press at most."""
VALID = timedelta(days=14)


@dataclass(frozen=True, repr=False)
class Slip:
    """One slip to print, with the only copy of its code. Never logged. `until` is the last day to answer."""

    number: int
    invitation_id: int
    code: str
    name: str
    language: str
    held_on: date
    until: date


@dataclass(frozen=True)
class Run:
    """Slips that one press printed for a team: how many, and when; `of` tells it from others."""

    team_id: int
    printed_at: datetime
    n: int


@dataclass(frozen=True)
class Queue:
    """`n` slips of a team wait to be printed; the oldest since `since` (UTC)."""

    team_id: int
    n: int
    since: datetime


def printing(session: Session, municipality_id: int) -> bool:
    """Does the municipality ask by slip?"""
    return bool(session.scalar(select(Municipality.prints_slips).where(Municipality.id == municipality_id)))


def waiting(session: Session, municipality_id: int, teams: Collection[int], now: datetime) -> list[Queue]:
    """How many slips each of `teams` may print at `now`; only teams that have some."""
    rows = session.execute(
        select(Invitation.team_id, func.count(), func.min(Message.due_at))
        .join_from(Message, Invitation)
        .where(*_waiting(municipality_id, now), Invitation.team_id.in_(teams))
        .group_by(Invitation.team_id)
    )
    return [Queue(*row) for row in rows]


def take(
    session: Session, municipality_id: int, team_id: int, drawn: Sequence[Drawn], now: datetime
) -> list[Slip]:
    """The oldest slips that wait for a team, each with one of the codes `drawn`; as many as there are of these.

    They count as sent from now on. Who is to be left in peace by now is skipped, as by the outbox. Of two who
    print at once each gets other slips. Raises NoOpenKeyError when no answer could be sealed: nothing is printed.
    """
    if not ballot_box.has_open_key(session, municipality_id):
        raise NoOpenKeyError
    due = (
        _chosen(now)
        .join(Municipality, Municipality.id == Message.municipality_id)
        .where(*_waiting(municipality_id, now), Invitation.team_id == team_id, Municipality.prints_slips)
        .order_by(Message.due_at, Message.id)
        .limit(len(drawn))
        .with_for_update(of=[Message, Invitation], skip_locked=True, key_share=True)
    )
    rows = session.execute(due).all()
    outbox.skip(session, [(row, row.why_not) for row in rows if row.why_not])
    leaving = [row for row in rows if not row.why_not]
    _count_as_sent(session, municipality_id, [row.id for row in leaving], now)
    numbered = enumerate(leaving, 1)
    return _written(session, [_Printed(n, row, drawn[n - 1], 1) for n, row in numbered], now)


def runs(session: Session, municipality_id: int, teams: Collection[int], now: datetime) -> list[Run]:
    """What was printed for `teams` in the last `VALID` days, the newest first."""
    rows = session.execute(
        select(Invitation.team_id, Message.sent_at, func.count())
        .join_from(Message, Invitation)
        .where(
            Message.municipality_id == municipality_id,
            Message.channel == PAPER,
            Message.sent_at > now - VALID,
            Invitation.team_id.in_(teams),
        )
        .group_by(Invitation.team_id, Message.sent_at)
        .order_by(Message.sent_at.desc(), Invitation.team_id)
    )
    return [Run(team_id, printed_at, n) for team_id, printed_at, n in rows if printed_at]


def renew(
    session: Session,
    municipality_id: int,
    team_id: int,
    printed_at: datetime,
    drawn: dict[int, Drawn],
    now: datetime,
) -> list[Slip]:
    """New slips for those of a run that did not come out: the numbers they had → new codes. The old ones die.

    No second message: it was sent once. Whoever has answered gets one too, or the printer would tell who has.
    """
    run = (
        _chosen(now)
        .add_columns(eligibility.in_peace(now).label("in_peace"), Message.attempts)
        .where(
            Message.municipality_id == municipality_id,
            Message.channel == PAPER,
            Message.sent_at == printed_at,
            Message.sent_at > now - VALID,
            Invitation.team_id == team_id,
        )
        .order_by(Message.due_at, Message.id)
        .with_for_update(of=[Message, Invitation], key_share=True)
    )
    numbered = enumerate(session.execute(run).all(), 1)
    again = [
        _Printed(number, row, drawn[number], row.attempts + 1)
        for number, row in numbered
        if number in drawn and not row.in_peace
    ]
    for each in again:
        here = (Message.municipality_id == municipality_id, Message.id == each.row.id)
        session.execute(update(Message).where(*here).values(attempts=each.attempt))
    _kill_links(session, municipality_id, [each.row.id for each in again])
    return _written(session, again, now)


class _Printed(NamedTuple):
    """A slip in the making: its number, the row of `_chosen`, its code, and which attempt at the message it is."""

    number: int
    row: Row[Any]
    drawn: Drawn
    attempt: int


def _waiting(municipality_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Message.municipality_id == municipality_id,
        Message.channel == PAPER,
        Message.state == "waiting",
        Message.due_at <= now,
    )


def _chosen(now: datetime) -> Select[*tuple[Any, ...]]:
    columns = (Message.municipality_id, Message.id, Message.kind, Message.invitation_id)
    found: Select[*tuple[Any, ...]] = (
        select(*columns, eligibility.why_not_send(now).label("why_not"), Contact.name, Contact.language)
        .add_columns(Meeting.held_on)
        .select_from(Message)
        .join(Invitation)
        .join(Contact)
        .join(Meeting)
    )
    return found


def _count_as_sent(session: Session, municipality_id: int, ids: Sequence[int], now: datetime) -> None:
    sent = {"state": after("print"), "attempts": 1, "claimed_at": now, "claimed_by": 0, "sent_at": now}
    here = (Message.municipality_id == municipality_id, Message.id.in_(ids))
    session.execute(update(Message).where(*here).values(sent))


def _kill_links(session: Session, municipality_id: int, ids: Sequence[int]) -> None:
    here = (Link.municipality_id == municipality_id, Link.message_id.in_(ids))
    session.execute(delete(Link).where(*here))


def _written(session: Session, printed: Sequence[_Printed], now: datetime) -> list[Slip]:
    """The slips, once their codes lead to the questions and the invitations expire when the slips say."""
    if not printed:
        return []
    expires, week = now + VALID, workdays.monday(workdays.day(now))
    municipality_id = printed[0].row.municipality_id
    invited = [each.row.invitation_id for each in printed]
    prolonged = {"expires_at": expires, "sent_week": func.coalesce(Invitation.sent_week, week)}
    here = (Invitation.municipality_id == municipality_id, Invitation.id.in_(invited))
    session.execute(update(Invitation).where(*here).values(prolonged))
    session.execute(insert(Link), [_link(each) for each in printed])
    return [
        Slip(
            number=each.number,
            invitation_id=each.row.invitation_id,
            code=each.drawn.token,
            name=each.row.name,
            language=each.row.language,
            held_on=each.row.held_on,
            until=workdays.day(expires),
        )
        for each in printed
    ]


def _link(printed: _Printed) -> dict[str, object]:
    return {
        "municipality_id": printed.row.municipality_id,
        "message_id": printed.row.id,
        "attempt": printed.attempt,
        "invitation_id": printed.row.invitation_id,
        "token_hash": printed.drawn.token_hash,
    }
