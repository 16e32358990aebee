"""Meetings in: a file's rows to meetings, each with one decision and its reason. Set-based: no query per row."""

import hmac
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from pathlib import PurePath
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey import eligibility, invitations, workdays
from survey.meeting_files import Sheet
from survey.meeting_rows import Refusal, Row, check, shown

outcome_words: Mapping[str, str] = {
    "invited": "inviteret",
    "cancelled": "ikke inviteret: aflyst",
    "not_attended": "ikke inviteret: udeblevet",
    "in_the_future": "ikke inviteret: ikke holdt endnu",
    "too_old": f"ikke inviteret: over {eligibility.TOO_OLD_DAYS} dage gammel",
    "no_channel": "ikke inviteret: hverken mobil eller e-mail",
    "opted_out": "ikke inviteret: fravalgt",
    "protected_address": "ikke inviteret: adressebeskyttelse",
    "asked_recently": f"ikke inviteret: spurgt inden for {eligibility.ASKED_RECENTLY_DAYS} dage",
    "duplicate": "ikke inviteret: dublet, samtalen kendes allerede",
    "refused": "afvist",
}
"""What a row can end as, in the order of a report, with the words staff see."""


@dataclass(frozen=True)
class Report:
    """What became of a file: `counts` by outcome (only those that occur) add up to `rows_read`.

    `changed` is False when the file brought nothing new: then nothing at all was written.
    """

    rows_read: int
    counts: Mapping[str, int]
    refused: tuple[Refusal, ...]
    ignored_columns: tuple[str, ...]
    changed: bool


@dataclass(frozen=True)
class _Team:
    id: int
    law: str
    version_id: int


def fingerprint(key: bytes, municipality_id: int, kind: str, value: str) -> bytes:
    """HMAC-SHA-256 (32 bytes) of an identifier of a `kind`: all that is kept of it, useless without `key`."""
    return hmac.digest(key, f"{municipality_id}:{kind}:{value}".encode(), "sha256")


def record(
    session: Session,
    municipality_id: int,
    sheet: Sheet,
    *,
    file_name: str,
    fingerprint_key: bytes,
    now: datetime,
    dry_run: bool = False,
) -> Report:
    """Take in the rows of one file and say what became of each; with `dry_run` the database is left as it was.

    Every row ends as one of `outcome_words`.
    """
    # Two imports at once would both see a citizen as not asked yet: one municipality's imports run one by one.
    session.execute(
        text("SELECT pg_advisory_xact_lock(:lock, CAST(:municipality_id AS integer))"),
        {"lock": _IMPORT_LOCK, "municipality_id": municipality_id},
    )
    teams = _teams(session, municipality_id)
    rows, refused = check(sheet, {name: team.law for name, team in teams.items()})
    incoming = _Incoming(municipality_id, fingerprint_key, teams, now)
    counts = _decide(session, municipality_id, incoming.unique(rows), now)
    changed = bool(counts)
    counts["duplicate"] = len(rows) - counts.total()
    counts["refused"] = len(refused)
    counts = +counts
    if changed and not dry_run:
        logged: dict[str, object] = {"file_name": shown(PurePath(file_name).name), "rows_read": len(sheet.rows)}
        _write(session, municipality_id, logged, counts, refused, now)
    session.execute(text("DROP TABLE incoming"))
    ordered = {outcome: counts[outcome] for outcome in outcome_words if outcome in counts}
    return Report(len(sheet.rows), ordered, tuple(refused), tuple(map(shown, sheet.ignored)), changed)


_IMPORT_LOCK = 20210502
"""Ours among PostgreSQL's advisory locks of two numbers; the other is the municipality."""


def _teams(session: Session, municipality_id: int) -> dict[str, _Team]:
    """The active teams with something to ask: the newest version of their questionnaire that is out and open."""
    found = session.execute(text(_TEAMS), {"municipality_id": municipality_id})
    return {name: _Team(id_, law, version_id) for name, id_, law, version_id in found}


_TEAMS = """
SELECT DISTINCT ON (team.id) team.name, team.id, team.law, version.id
FROM team
JOIN questionnaire_version AS version USING (municipality_id, questionnaire_id)
WHERE municipality_id = :municipality_id AND team.active
    AND version.published_at IS NOT NULL AND version.closed_at IS NULL
ORDER BY team.id, version.number DESC
"""


# From rows to the temporary table ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Incoming:
    """Makes a row of the temporary table `incoming` of a row of the file."""

    municipality_id: int
    key: bytes
    teams: Mapping[str, _Team]
    now: datetime

    def unique(self, rows: list[Row]) -> Iterator[tuple[object, ...]]:
        """One tuple per meeting id, in the order of `_COLUMNS`; the first row of an id is the one that counts."""
        seen: set[str] = set()
        for row in rows:
            if row.meeting_id not in seen:
                seen.add(row.meeting_id)
                yield self._columns(row)

    def _columns(self, row: Row) -> tuple[object, ...]:
        team = self.teams[row.team]
        held_at = _held_at(row, self.now)
        decision = eligibility.at_import(
            status=row.status,
            held_at=held_at,
            now=self.now,
            reachable=bool(row.mobile or row.email),
            opted_out=row.opted_out,
            protected=row.protected,
        )
        return (
            row.line,
            self._fingerprint("meeting", row.meeting_id),
            self._fingerprint(*_citizen(row)),
            team.id,
            team.version_id,
            row.held_on.isoformat(),
            held_at.isoformat(),
            row.status,
            decision,
            row.kind,
            row.contact_form,
            row.caseworker,
            row.target_group,
            *((row.name, row.mobile, row.email, row.language) if decision == "invited" else (None,) * 4),
        )

    def _fingerprint(self, kind: str, value: str) -> bytes:
        return fingerprint(self.key, self.municipality_id, kind, value)


def _citizen(row: Row) -> tuple[str, str]:
    """What the citizen is known by: the file's citizen id, else the mobile, else the e-mail, else this meeting."""
    for kind, value in (("citizen", row.citizen_id), ("mobile", row.mobile), ("email", row.email)):
        if value:
            return kind, value.lower() if kind == "email" else value
    return "citizen of meeting", row.meeting_id


_moment = lru_cache(maxsize=4096)(workdays.at)


def _held_at(row: Row, now: datetime) -> datetime:
    """When the meeting began (UTC). Without a time it is noon, or now while today's noon is still to come."""
    held_at = _moment(row.held_on, row.clock or time(12))
    if row.clock is None and row.held_on == workdays.day(now):
        return min(held_at, now)
    return held_at


# Deciding and writing: the same number of statements for ten rows and for 200 000 -------------------------

_COLUMNS = {
    "line": "integer",
    "fingerprint": "bytea",
    "citizen": "bytea",
    "team_id": "bigint",
    "version_id": "bigint",
    "held_on": "date",
    "held_at": "timestamptz",
    "status": "text",
    "decision": "text",
    "kind": "text",
    "contact_form": "text",
    "caseworker": "text",
    "target_group": "text",
    "name": "text",
    "mobile": "text",
    "email": "text",
    "language": "text",
}


def _decide(
    session: Session, municipality_id: int, incoming: Iterator[tuple[object, ...]], now: datetime
) -> Counter[str]:
    """Fill the temporary table `incoming`, strike out what is known, and count the rest by decision."""
    columns = ", ".join(f"{name} {type_}" for name, type_ in _COLUMNS.items())
    session.execute(text(f"CREATE TEMPORARY TABLE incoming ({columns}) ON COMMIT DROP"))
    cursor: Any = session.connection().connection.cursor()
    with cursor.copy("COPY incoming FROM STDIN") as copy:
        for row in incoming:
            copy.write_row(row)
    session.execute(text("ANALYZE incoming"))
    session.execute(text(_STRIKE_OUT_KNOWN), {"municipality_id": municipality_id})
    since = now - timedelta(days=eligibility.ASKED_RECENTLY_DAYS)
    session.execute(text(_LEAVE_IN_PEACE), {"municipality_id": municipality_id, "since": since})
    counted = session.execute(text("SELECT decision, count(*) FROM incoming GROUP BY decision"))
    return Counter(dict(counted.all()))


_STRIKE_OUT_KNOWN = """
DELETE FROM incoming USING meeting
WHERE meeting.municipality_id = :municipality_id AND meeting.fingerprint = incoming.fingerprint
    -- What was not held yet, or not as planned, is decided again once the decision is another.
    AND NOT (
        meeting.decision IN ('in_the_future', 'cancelled', 'not_attended')
        AND meeting.decision <> incoming.decision
    )
"""

_LEAVE_IN_PEACE = """
WITH asking AS (
    SELECT line, citizen, mobile, lower(email) AS email,
        row_number() OVER (PARTITION BY citizen ORDER BY held_at DESC, line) AS place,
        row_number() OVER (PARTITION BY mobile ORDER BY held_at DESC, line) AS place_of_mobile,
        row_number() OVER (PARTITION BY lower(email) ORDER BY held_at DESC, line) AS place_of_email
    FROM incoming WHERE decision = 'invited'
),
-- An invitation is made with the decision; nobody's phone may depend on how the file names the citizen.
asked AS MATERIALIZED (
    SELECT contact.mobile, lower(contact.email) AS email
    FROM invitation
    JOIN contact ON contact.municipality_id = invitation.municipality_id AND contact.invitation_id = invitation.id
    WHERE invitation.municipality_id = :municipality_id AND invitation.created_at > :since
),
left_in_peace AS (
    SELECT line FROM asking
    WHERE place > 1 OR (place_of_mobile > 1 AND mobile IS NOT NULL) OR (place_of_email > 1 AND email IS NOT NULL)
    UNION
    SELECT line FROM asking JOIN meeting USING (citizen)
    WHERE municipality_id = :municipality_id AND decision = 'invited' AND decided_at > :since
    UNION
    SELECT line FROM asking JOIN asked USING (mobile)
    UNION
    SELECT line FROM asking JOIN asked USING (email)
)
UPDATE incoming SET decision = 'asked_recently'
FROM left_in_peace WHERE left_in_peace.line = incoming.line
"""


def _write(
    session: Session,
    municipality_id: int,
    logged: dict[str, object],
    counts: Mapping[str, int],
    refused: list[Refusal],
    now: datetime,
) -> None:
    """Write the log of the import, its meetings, and an invitation for each that is invited."""
    here: dict[str, object] = {"municipality_id": municipality_id, "now": now}
    here["import_id"] = session.scalar(text(_LOG_IMPORT), here | logged)
    session.execute(text(_LOG_COUNTS), here | {"outcomes": list(counts), "numbers": list(counts.values())})
    lines, columns, _, remedies = zip(*refused, strict=True) if refused else ((), (), (), ())
    session.execute(
        text(_LOG_REFUSED), here | {"lines": list(lines), "columns": list(columns), "remedies": list(remedies)}
    )
    session.execute(text(_WRITE_MEETINGS), here)
    invitations.make(session, municipality_id, now)


_LOG_IMPORT = """
INSERT INTO meeting_import (municipality_id, imported_at, file_name, rows_read)
VALUES (:municipality_id, :now, :file_name, :rows_read) RETURNING id
"""

_LOG_COUNTS = """
INSERT INTO import_count (municipality_id, import_id, outcome, n)
SELECT :municipality_id, :import_id, outcome, n
FROM unnest(CAST(:outcomes AS text[]), CAST(:numbers AS integer[])) AS counted (outcome, n)
"""

_LOG_REFUSED = """
INSERT INTO refused_row (municipality_id, import_id, line, column_name, remedy)
SELECT :municipality_id, :import_id, line, column_name, remedy
FROM unnest(CAST(:lines AS integer[]), CAST(:columns AS text[]), CAST(:remedies AS text[]))
    AS refused (line, column_name, remedy)
"""

_WRITE_MEETINGS = """
INSERT INTO meeting (
    municipality_id, import_id, decided_at, fingerprint, citizen, team_id, held_on, held_at, status, decision,
    kind, contact_form, caseworker, target_group
)
SELECT
    :municipality_id, :import_id, :now, fingerprint, citizen, team_id, held_on, held_at, status, decision,
    kind, contact_form, caseworker, target_group
FROM incoming ORDER BY line
ON CONFLICT (municipality_id, fingerprint) DO UPDATE SET
    import_id = excluded.import_id, decided_at = excluded.decided_at, citizen = excluded.citizen,
    team_id = excluded.team_id, held_on = excluded.held_on, held_at = excluded.held_at,
    status = excluded.status, decision = excluded.decision, kind = excluded.kind,
    contact_form = excluded.contact_form, caseworker = excluded.caseworker, target_group = excluded.target_group
"""
