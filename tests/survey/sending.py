"""What the tests of sending share: waiting messages made in bulk, and gateways that do as they are told."""

import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Select, event, select, text
from sqlalchemy.orm import Session

from survey import lanes, letters, outbox, verdicts
from survey.gateways import Letter, Outcome
from survey.lanes import Carrier, ForAll
from survey.models import BallotKey, Message, Municipality

WORKER = 7
BOTH: tuple[Carrier, ...] = (ForAll("obedient", ("sms", "email")),)

_MEETINGS = text("""
    INSERT INTO meeting (municipality_id, fingerprint, citizen, team_id, held_on, status, decision, decided_at)
    SELECT :m, sha256(convert_to('f' || :salt || n, 'UTF8')), sha256(convert_to('c' || :salt || n, 'UTF8')),
        (SELECT min(id) FROM team WHERE municipality_id = :m), CAST(:now AS date) - CAST(:days AS int),
        'held', 'invited', :now
    FROM generate_series(1, :n) AS n
""")
_INVITATIONS = text("""
    INSERT INTO invitation (municipality_id, meeting_id, team_id, version_id, created_at)
    SELECT m.municipality_id, m.id, m.team_id, v.id, :now
    FROM meeting m JOIN team t ON t.municipality_id = m.municipality_id AND t.id = m.team_id
    JOIN questionnaire_version v
        ON v.municipality_id = m.municipality_id AND v.questionnaire_id = t.questionnaire_id
    WHERE m.municipality_id = :m
        AND NOT EXISTS (SELECT FROM invitation i WHERE i.municipality_id = :m AND i.meeting_id = m.id)
    ORDER BY m.id
""")
_CONTACTS = text("""
    INSERT INTO contact (municipality_id, invitation_id, name, mobile, email, language)
    SELECT i.municipality_id, i.id, 'Anne Sørensen', CASE WHEN :sms THEN '+45' || 20000000 + i.id END,
        CASE WHEN :email THEN 'a' || i.id || '@borger.dk' END, 'da'
    FROM invitation i WHERE i.municipality_id = :m
        AND NOT EXISTS (SELECT FROM contact c WHERE c.municipality_id = :m AND c.invitation_id = i.id)
""")
_MESSAGES = text("""
    INSERT INTO message (municipality_id, invitation_id, kind, due_at, channel)
    SELECT i.municipality_id, i.id, 'invitation', :now, CASE WHEN :sms THEN 'sms' ELSE 'email' END
    FROM invitation i WHERE i.municipality_id = :m
        AND NOT EXISTS (SELECT FROM message s WHERE s.municipality_id = :m AND s.invitation_id = i.id)
    ORDER BY i.id
""")


def queue(
    session: Session,
    municipality: Municipality,
    now: datetime,
    n: int = 1,
    *,
    sms: bool = True,
    email: bool = False,
    days: int = 1,
) -> list[Message]:
    """Put `n` more invitations in the outbox, about meetings `days` ago; the messages, oldest first."""
    values = {"m": municipality.id, "now": now, "n": n, "salt": secrets.token_hex(8), "days": days}
    for statement in (_MEETINGS, _INVITATIONS, _CONTACTS, _MESSAGES):
        session.execute(statement, values | {"sms": sms, "email": email})
    newest = select(Message).where(Message.municipality_id == municipality.id).order_by(Message.id.desc()).limit(n)
    return list(reversed(session.scalars(newest).all()))


def open_key(session: Session, municipality: Municipality, now: datetime) -> None:
    """Let answers be sealed: a public key, its private half unknown to anybody."""
    key = BallotKey(municipality_id=municipality.id, id=uuid4(), public_key=secrets.token_bytes(32), state="open")
    key.opened_at = now
    session.add(key)
    session.flush()


@dataclass
class Obedient:
    """A gateway whose answer is whatever `answer` makes of a letter; it remembers what it was handed."""

    answer: Callable[[Letter], Outcome] = lambda _letter: Outcome("accepted")
    letters: list[Letter] = field(default_factory=list)
    closed: int = 0
    name: str = "obedient"
    channels: tuple[str, ...] = ("sms", "email")
    reports: bool = True
    at_once: int = 1
    rate: float = 0.0

    def send(self, letter: Letter) -> Outcome:
        """Remember the letter, then answer."""
        self.letters.append(letter)
        return self.answer(letter)

    def close(self) -> None:
        """Count how often."""
        self.closed += 1


def claim(
    session: Session,
    now: datetime,
    *,
    accounts: Sequence[Carrier] = BOTH,
    worker: int = WORKER,
    size: int = outbox.BATCH,
    drawn: Sequence[letters.Drawn] = (),
) -> outbox.Claim:
    """Claim what is due in the lanes that are open, as worker 7."""
    found = lanes.open_now(session, accounts, now)
    return outbox.claim(
        session, found, worker=worker, base_url="https://svar.x.dk", now=now, size=size, drawn=drawn
    )


def send(session: Session, now: datetime, gateway: Obedient) -> outbox.Claim:
    """Claim, hand over and note one batch; what was claimed."""
    batch = claim(session, now)
    note(session, letters.hand_over(batch.claimed, [gateway]), now)
    return batch


def note(
    session: Session, handled: Sequence[letters.Handled], now: datetime, worker: int = WORKER
) -> Counter[str]:
    """Note what became of a batch, as worker 7."""
    counted = verdicts.note(session, handled, worker=worker, now=now)
    session.expire_all()
    return counted


def plan(session: Session, statement: Select[*tuple[Any, ...]], values: dict[str, Any]) -> list[dict[str, str]]:
    """Every node of the plan of a statement, outermost first, just as the program sends it."""
    connection, seen = session.connection(), []

    def note_sent(_connection: Any, _cursor: Any, sql: str, given: Any, *_rest: Any) -> None:
        seen.append((sql, given))

    event.listen(connection, "before_cursor_execute", note_sent)
    session.execute(statement, values)
    event.remove(connection, "before_cursor_execute", note_sent)
    sql, given = seen[0]
    (found,) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {sql}", given).scalar_one()
    nodes, left = [], [found["Plan"]]
    while left:
        nodes.append(left.pop(0))
        left += nodes[-1].get("Plans", [])
    return nodes
