"""Invitations: make, find by link, remind. Tokens are stored as hashes only, so nobody can look a link up.

A token is 26 characters, or in code mode a code (`codes`): nine that can be typed, hashed slowly with a key.
"""

import hashlib
import re
import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    exists,
    literal,
    select,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from survey import codes, eligibility, invitees, sending_rules, workdays
from survey.countable import carried
from survey.invitees import Asked
from survey.models import (
    ACCEPTED_STATES,
    Contact,
    Invitation,
    Meeting,
    Message,
    Municipality,
)

REMIND_AFTER = timedelta(days=3)
TOKEN = re.compile("[a-z2-7]{26}")
_FIVE_BITS = b"abcdefghijklmnopqrstuvwxyz234567" * 8
"""What a random byte becomes: each character stands for eight of the 256."""
ANSWER_GRACE = timedelta(hours=1)
"""A form opened in time may be sent this much after the link has expired."""


def draw_token(link_mode: str = "link") -> str:
    """A new token: 26 random characters of a-z and 2-7 (130 bits), or in the other modes of LINK_MODES a code.

    It exists nowhere but in the message.
    """
    if link_mode != "link":
        return codes.draw()
    return secrets.token_bytes(26).translate(_FIVE_BITS).decode()


def is_code(token: str) -> bool:
    """Is a readable token a code? Then hashing it takes about 50 ms and the key."""
    return len(token) == codes.LENGTH


def token_hash(token: str, code_key: bytes | None = None) -> bytes:
    """All that is kept of a link: SHA-256 of a token, the slow hash of a code with `code_key`.

    Raises ValueError for a code without the key.
    """
    if not is_code(token):
        return hashlib.sha256(token.encode()).digest()
    if code_key is None:
        raise ValueError("A code is hashed with the key of TILFREDS_CODE_KEY_FILE")
    return codes.code_hash(code_key, token)


def site(base_url: str, host: str | None) -> str:
    """Where a municipality's pages are: at its own `host` when it has one, without a slash at the end."""
    return f"https://{host}" if host else base_url


def address(base_url: str, host: str | None, token: str) -> str:
    """The address of a citizen's page: what a message's link is."""
    return f"{site(base_url, host)}/s/{token}"


def place(base_url: str, host: str | None) -> str:
    """Where to type a code, as a message without links says it: "svar.stevns.dk/svar"."""
    return f"{site(base_url, host).partition('://')[2]}/svar"


def readable(token: str) -> str | None:
    """The token as it is hashed, or None for what cannot be one and must never reach the database.

    A code is known by its check character, and may be typed in either case, in groups.
    """
    if len(token) == 26 and TOKEN.fullmatch(token.lower()):
        return token.lower()
    return codes.readable(token)


def find(session: Session | Connection, token: str, code_key: bytes | None = None) -> Asked | None:
    """Whom the link with this token asks, in one SELECT; None for a malformed, unknown or deleted one."""
    text = readable(token)
    return invitees.find_hashed(session, token_hash(text, code_key)) if text else None


def make(session: Session, municipality_id: int, now: datetime) -> None:
    """Invite to every meeting that the temporary table `incoming` of `meetings.record` calls invited.

    One statement writes invitation, contact and the waiting message. It goes by SMS unless there is no mobile, or
    the mobile is known to be dead; without any address it waits to be printed (`slips`).
    """
    session.execute(sql(_MAKE), {"municipality_id": municipality_id, "now": now})


_MAKE = """
WITH asking AS (
    SELECT meeting.id AS meeting_id, incoming.*
    FROM incoming
    JOIN meeting ON meeting.municipality_id = :municipality_id AND meeting.fingerprint = incoming.fingerprint
    WHERE incoming.decision = 'invited'
), made AS (
    INSERT INTO invitation (municipality_id, meeting_id, team_id, version_id, created_at)
    SELECT :municipality_id, meeting_id, team_id, version_id, :now FROM asking
    RETURNING id, meeting_id
), reached AS (
    INSERT INTO contact (
        municipality_id, invitation_id, name, mobile, email, language, mobile_print, email_print, on_paper
    )
    SELECT :municipality_id, made.id, name, mobile, email, language, mobile_print, email_print, on_paper
    FROM made JOIN asking USING (meeting_id)
)
INSERT INTO message (municipality_id, invitation_id, kind, state, due_at, channel)
SELECT :municipality_id, id, 'invitation', 'waiting', due_at,
    CASE WHEN on_paper THEN 'paper' WHEN mobile IS NULL OR mobile_dead THEN 'email' ELSE 'sms' END
FROM made JOIN asking USING (meeting_id)
"""


def take_back(session: Session, municipality_id: int, now: datetime) -> None:
    """Stop what would leave for every invitation that the temporary table `incoming` takes back; three statements.

    What waits is skipped. Of an invitation handed over no reminder is sent, and no other try, e-mail instead or
    second decision of an administrator lets it leave again. Whether the citizen has answered changes nothing.
    """
    here = {"municipality_id": municipality_id, "now": now, "reason": eligibility.words["held_back"]}
    session.execute(sql(_SKIP_WAITING), here)
    session.execute(sql(_STOP_REMINDERS), here)
    session.execute(sql(_HOLD_BACK), here)


_SKIP_WAITING = """
UPDATE message SET state = 'skipped', reason = :reason
FROM incoming
JOIN meeting ON meeting.municipality_id = :municipality_id AND meeting.fingerprint = incoming.fingerprint
JOIN invitation ON invitation.municipality_id = :municipality_id AND invitation.meeting_id = meeting.id
WHERE incoming.invitation = 'waiting' AND message.state = 'waiting'
    AND message.municipality_id = :municipality_id AND message.invitation_id = invitation.id
"""

# Made here when it is not made yet, and whether or not the citizen has answered: it must tell nobody.
_STOP_REMINDERS = """
INSERT INTO message (municipality_id, invitation_id, kind, state, due_at, channel, reason)
SELECT :municipality_id, first.invitation_id, 'reminder', 'skipped', :now, first.channel, :reason
FROM incoming
JOIN meeting ON meeting.municipality_id = :municipality_id AND meeting.fingerprint = incoming.fingerprint
JOIN invitation ON invitation.municipality_id = :municipality_id AND invitation.meeting_id = meeting.id
JOIN message AS first ON first.municipality_id = :municipality_id AND first.invitation_id = invitation.id
WHERE incoming.invitation = 'handed over' AND first.kind = 'invitation' AND first.channel <> 'paper'
-- As `remind` does it, or each could wait for the other.
ORDER BY first.municipality_id, first.invitation_id
ON CONFLICT (municipality_id, invitation_id, kind) DO UPDATE SET state = 'skipped', reason = excluded.reason
WHERE message.state = 'waiting'
"""

# After the messages, as a worker does it. Of those who have answered too: the column must tell nobody who has.
_HOLD_BACK = """
UPDATE invitation SET held_back = true
FROM incoming
JOIN meeting ON meeting.municipality_id = :municipality_id AND meeting.fingerprint = incoming.fingerprint
WHERE incoming.invitation = 'handed over'
    AND invitation.municipality_id = :municipality_id AND invitation.meeting_id = meeting.id
"""


def remind(session: Session, now: datetime) -> int:
    """Put one reminder in the outbox for each invitation handed over three days ago and not answered; how many.

    Three days on a clock in Copenhagen. It leaves at the next opening of the municipality's send window, by the
    channel by which the invitation went in the end, or by e-mail when the mobile is dead by now. Nobody who is to
    be left in peace is reminded, and nobody who was asked by a slip. A message in doubt counts as handed over: the
    reminder is its second chance. Two statements, and again they change nothing.
    """
    then = (workdays.local(now) - REMIND_AFTER).astimezone(UTC)
    second = aliased(Message)
    by_email = and_(~eligibility.alive("sms"), eligibility.alive("email"))
    due = (
        select(
            Message.municipality_id,
            Message.invitation_id,
            literal("reminder"),
            _next_opening(session, now),
            case((by_email, "email"), else_=Message.channel),
        )
        .select_from(Message)
        .join(Invitation)
        .join(Meeting)
        .join(Contact)
        .where(
            Message.kind == "invitation",
            carried(),
            Message.state.in_((*ACCEPTED_STATES, "unknown")),
            Message.claimed_at <= then,
            ~Invitation.answered,
            Invitation.expires_at > now,
            ~eligibility.in_peace(now),
            ~exists().where(
                second.municipality_id == Message.municipality_id,
                second.invitation_id == Message.invitation_id,
                second.kind == "reminder",
            ),
        )
        # As `take_back` does it, or each could wait for the other.
        .order_by(Message.municipality_id, Message.invitation_id)
    )
    columns = ["municipality_id", "invitation_id", "kind", "due_at", "channel"]
    # Two workers may remind at once: the unique key lets one row through.
    written = insert(Message).from_select(columns, due).on_conflict_do_nothing().returning(Message.id)
    return len(session.execute(written).all())


def _next_opening(session: Session, now: datetime) -> ColumnElement[datetime]:
    """SQL: when the send window of the message's municipality is next open."""
    usual = literal(workdays.next_send_time(now))
    own = {
        municipality_id: literal(workdays.next_send_time(now, rule.window))
        for municipality_id, rule in sending_rules.every(session).items()
    }
    return case(own, value=Message.municipality_id, else_=usual) if own else usual


def towns(session: Session | Connection, most: int) -> list[tuple[str, str]]:
    """Name and phone of up to `most` municipalities, for whoever has a link that leads nowhere."""
    listed = select(Municipality.name, Municipality.phone).order_by(Municipality.name).limit(most)
    return [(name, phone) for name, phone in session.execute(listed)]
