"""On site: one-time codes for the screen in the waiting room, and the answers they let in. Never a person."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, insert, select, text
from sqlalchemy.orm import Session

from survey import invitations, keys, workdays
from survey.models import Ballot, BallotKey, Municipality, OnsiteCode
from survey.questionnaire import Answers
from survey.responses import NOTHING, Beside, NoOpenKeyError

VALID_DAYS = 14
"""A code works on the day it is made and for so many days more."""
MOST_CODES = 100
"""Codes made at a time: each takes about 60 ms to hash."""


@dataclass(frozen=True)
class House:
    """A municipality as its screens show it. `host` and `look` as in `Municipality`."""

    id: int
    slug: str
    name: str
    phone: str
    host: str | None
    look: str | None
    smallest_group: int


@dataclass(frozen=True)
class Found:
    """What a code leads to: the version its team asks by now. `used`: somebody has answered with it."""

    used: bool
    version_id: int


@dataclass(frozen=True)
class Made:
    """The codes a team made in one ISO week (its Monday): how many, and how many were answered with.

    `used` is None while a code of that week may still be used: counted in real time it would tell of a person.
    """

    team_id: int
    team: str
    week: date
    made: int
    valid_until: date
    used: int | None


def house(session: Session | Connection, slug: str) -> House | None:
    """The municipality with this short name, or None."""
    of = Municipality
    columns = (of.id, of.slug, of.name, of.phone, of.host, of.look, of.smallest_group)
    row: Any = session.execute(select(*columns).where(of.slug == slug)).first()
    return House(*row) if row else None


def make(session: Session, municipality_id: int, team_id: int, hashes: Iterable[bytes], now: datetime) -> None:
    """Keep the hashes of new codes for a team. Hash them before the transaction: it takes long."""
    today = workdays.day(now)
    row = {
        "municipality_id": municipality_id,
        "team_id": team_id,
        "made_on": today,
        "valid_until": today + timedelta(days=VALID_DAYS),
    }
    session.execute(insert(OnsiteCode), [row | {"code_hash": hashed} for hashed in hashes])


def find(session: Session | Connection, municipality_id: int, code_hash: bytes, now: datetime) -> Found | None:
    """What the code with this hash leads to; None for one that is unknown, another municipality's or too old."""
    place = {"municipality_id": municipality_id, "code_hash": code_hash}
    row = session.execute(_FIND, place | {"latest": workdays.day(now - invitations.ANSWER_GRACE)}).first()
    return Found(row.used, row.version_id) if row else None


def submit(
    session: Session,
    municipality_id: int,
    code_hash: bytes,
    version_id: int,
    answers: Answers,
    now: datetime,
    beside: Beside = NOTHING,
) -> bool:
    """Use the code up and lay one sealed ballot in the box; at most four statements.

    False, and nothing stored, when the code is unknown, too old, or used: of two posts at once one comes first.
    Neither tag nor comment is asked for on a screen that others see. Raises ValueError for answers that do not fit
    the version and NoOpenKeyError; the door's transaction then rolls back, and the code still works.
    """
    latest = workdays.day(now - invitations.ANSWER_GRACE)
    place = {"municipality_id": municipality_id, "code_hash": code_hash, "version_id": version_id}
    used = session.execute(_USE, place | {"latest": latest}).first()
    if used is None:
        return False
    if len(answers) != used.statement_count:
        raise ValueError(f"{used.statement_count} answers expected, got {len(answers)}")
    if any(answer is not None and not 0 <= answer <= used.points for answer in answers):
        raise ValueError(f"An answer is outside the scale 1-{used.points}")
    content = keys.BallotContent(
        team_id=used.team_id,
        law=used.law,
        version_id=version_id,
        day=workdays.day(now),
        language=beside.language or "da",
        channel="screen",
        mode="onsite",
        first=True,
        target_group=None,
        meeting_number="unknown",
        tag=None,
        answers=tuple(answers),
        confirmation=beside.confirmation,
    )
    _lay_in_the_box(session, municipality_id, content)
    return True


def counted(session: Session, municipality_id: int, teams: Collection[int], now: datetime) -> list[Made]:
    """Codes by team and ISO week of making, the newest week first; one statement. Never whose, never when used."""
    over = workdays.day(now - invitations.ANSWER_GRACE)
    rows: Sequence[Any] = session.execute(
        _COUNT, {"municipality_id": municipality_id, "teams": sorted(teams)}
    ).all()
    return [
        Made(
            row.team_id,
            row.team,
            row.week,
            row.made,
            row.valid_until,
            row.used if row.valid_until < over else None,
        )
        for row in rows
    ]


def _lay_in_the_box(session: Session, municipality_id: int, content: keys.BallotContent) -> None:
    opened = (
        select(BallotKey.id, BallotKey.public_key)
        .where(BallotKey.municipality_id == municipality_id, BallotKey.state == "open")
        .with_for_update(read=True)
    )
    # The tally may close the key while we wait for its row, which then is gone: the next one is open by now.
    key = session.execute(opened).first() or session.execute(opened).first()
    if key is None:
        raise NoOpenKeyError
    sealed = keys.seal(key.public_key, content)
    session.execute(
        insert(Ballot).values(municipality_id=municipality_id, id=uuid4(), key_id=key.id, sealed=sealed)
    )


_FIND = text("""
    SELECT c.used, v.id AS version_id
    FROM onsite_code c
    JOIN team t ON t.municipality_id = c.municipality_id AND t.id = c.team_id
    JOIN questionnaire_version v
        ON v.municipality_id = t.municipality_id AND v.questionnaire_id = t.questionnaire_id
    WHERE c.municipality_id = :municipality_id AND c.code_hash = :code_hash AND c.valid_until >= :latest
        AND t.active AND v.published_at IS NOT NULL AND v.closed_at IS NULL
    ORDER BY v.number DESC LIMIT 1
""")
# Two posts with one code race for its row: the second waits, finds it used and changes nothing. A version that was
# closed while somebody filled it in still counts.
_USE = text("""
    UPDATE onsite_code c SET used = true
    FROM team t
    JOIN questionnaire_version v
        ON v.municipality_id = t.municipality_id AND v.questionnaire_id = t.questionnaire_id
    WHERE c.municipality_id = :municipality_id AND c.code_hash = :code_hash
        AND NOT c.used AND c.valid_until >= :latest
        AND t.municipality_id = c.municipality_id AND t.id = c.team_id
        AND v.id = :version_id AND v.published_at IS NOT NULL
    RETURNING c.team_id, t.law, v.points, v.statement_count
""")
_COUNT = text("""
    SELECT c.team_id, t.name AS team, CAST(date_trunc('week', c.made_on) AS date) AS week, count(*) AS made,
        count(*) FILTER (WHERE c.used) AS used, max(c.valid_until) AS valid_until
    FROM onsite_code c JOIN team t ON t.municipality_id = c.municipality_id AND t.id = c.team_id
    WHERE c.municipality_id = :municipality_id AND c.team_id = ANY(:teams)
    GROUP BY c.team_id, t.name, week ORDER BY week DESC, t.name
""")
