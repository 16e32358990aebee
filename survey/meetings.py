"""Meetings in: a file's rows to meetings, each with one decision and its reason. Set-based: no query per row."""

import hmac
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import lru_cache
from pathlib import PurePath
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from survey import eligibility, invitations, opt_outs, samplings, sending_rules, workdays
from survey.meeting_files import Sheet
from survey.meeting_rows import Refusal, Row, check, shown
from survey.models import Municipality
from survey.samplings import Sampling
from survey.sending_rules import Rule

outcome_words: Mapping[str, str] = {
    "invited": "inviteret",
    "cancelled": "ikke inviteret: aflyst",
    "not_attended": "ikke inviteret: udeblevet",
    "in_the_future": "ikke inviteret: ikke holdt endnu",
    "too_old": f"ikke inviteret: over {eligibility.TOO_OLD_DAYS} dage gammel",
    "no_channel": "ikke inviteret: hverken mobil eller e-mail",
    "opted_out": "ikke inviteret: fravalgt",
    "protected_address": "ikke inviteret: adressebeskyttelse",
    "hurtful_moment": "ikke inviteret: et svært øjeblik",
    "paused": "ikke inviteret: pause",
    "dead_address": "ikke inviteret: ingen mobil eller e-mail, der virker",
    "outside_wave": "ikke inviteret: uden for bølgens dage",
    "not_sampled": "ikke inviteret: ikke udtrukket",
    "asked_recently": "ikke inviteret: spurgt for nylig",
    "duplicate": "ikke inviteret: dublet, samtalen kendes allerede",
    "refused": "afvist",
}
"""What a row can end as, in the order of a report, with the words staff see."""

decision_words = {outcome: word.removeprefix("ikke inviteret: ") for outcome, word in outcome_words.items()}
"""The same where it is plain that a reason is why nobody was invited."""


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

    Every row ends as one of `outcome_words`. A row that takes back an invitation still waiting ends as the reason;
    once the invitation is handed over the row is a duplicate, and whatever else would leave is stopped.
    """
    # Two imports at once would both see a citizen as not asked yet: one municipality's imports run one by one.
    session.execute(
        text("SELECT pg_advisory_xact_lock(:lock, CAST(:municipality_id AS integer))"),
        {"lock": _IMPORT_LOCK, "municipality_id": municipality_id},
    )
    teams = _teams(session, municipality_id)
    rows, refused = check(sheet, {name: team.law for name, team in teams.items()})
    rule = sending_rules.of(session, municipality_id)
    held = samplings.of(session, municipality_id)
    slips = session.scalars(select(Municipality.prints_slips).where(Municipality.id == municipality_id)).one()
    incoming = _Incoming(municipality_id, fingerprint_key, teams, rule, held, now, slips)
    counts = _decide(session, municipality_id, incoming.unique(rows), rule, now)
    changed = bool(counts)
    del counts[""]
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
    """Makes a row of the temporary table `incoming` of a row of the file. `slips`: no address means a slip."""

    municipality_id: int
    key: bytes
    teams: Mapping[str, _Team]
    rule: Rule
    samplings: Sequence[Sampling]
    now: datetime
    slips: bool
    due: dict[datetime, datetime] = field(default_factory=dict)

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
        citizen = self._fingerprint(*_citizen(row))
        said = eligibility.Said(row.status, row.opted_out, row.protected, row.hurtful)
        decision = eligibility.at_import(
            said,
            held_at=held_at,
            now=self.now,
            reachable=bool(row.mobile or row.email) or self.slips,
            unsampled=eligibility.not_drawn(
                samplings.on(self.samplings, row.held_on), self.key, citizen, row.held_on
            ),
        )
        asked = decision == "invited"
        known = asked or row.opted_out or decision in eligibility.OVERRULED
        on_paper = self.slips and known and not (row.mobile or row.email)
        return (
            row.line,
            self._fingerprint("meeting", row.meeting_id),
            citizen,
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
            *((row.name, row.mobile, row.email, row.language) if asked else (None,) * 4),
            self._fingerprint("mobile", row.mobile) if known and row.mobile else None,
            self._fingerprint("email", row.email.lower()) if known and row.email else None,
            False,
            self._due_at(held_at).isoformat() if asked else None,
            eligibility.takes_back(said),
            row.opted_out,
            None,
            on_paper,
        )

    def _due_at(self, held_at: datetime) -> datetime:
        """When the message may leave at the earliest: the delay after the meeting, and when the window is open."""
        earliest = max(self.now, held_at + timedelta(minutes=self.rule.delay_minutes))
        if earliest not in self.due:
            self.due[earliest] = workdays.next_send_time(earliest, self.rule.window)
        return self.due[earliest]

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
    "mobile_print": "bytea",
    "email_print": "bytea",
    "mobile_dead": "boolean",
    "due_at": "timestamptz",
    "takes_back": "text",
    "opted_out": "boolean",
    "invitation": "text",
    "on_paper": "boolean",
}
"""`invitation` is what a row finds that takes one back: "waiting" or "handed over"."""


def _decide(
    session: Session, municipality_id: int, incoming: Iterator[tuple[object, ...]], rule: Rule, now: datetime
) -> Counter[str]:
    """Fill the temporary table `incoming`, strike out what is known, and count the rest by decision.

    Under "" are the known meetings whose invitation is handed over: what more would leave is stopped.
    """
    here = {"municipality_id": municipality_id}
    columns = ", ".join(f"{name} {type_}" for name, type_ in _COLUMNS.items())
    session.execute(text(f"CREATE TEMPORARY TABLE incoming ({columns}) ON COMMIT DROP"))
    cursor: Any = session.connection().connection.cursor()
    with cursor.copy("COPY incoming FROM STDIN") as copy:
        for row in incoming:
            copy.write_row(row)
    session.execute(text("ANALYZE incoming"))
    session.execute(text(_TAKE_BACK), here | {"now": now})
    session.execute(text(_STRIKE_OUT_KNOWN), here)
    eligibility.hold_off(session, municipality_id, rule, now)
    return Counter(dict(session.execute(text(_COUNT)).all()))


# The messages are locked to the end: what waits here is claimed by no worker before its meeting is decided anew.
# In the order in which a worker notes them, or each could wait for the other.
_TAKE_BACK = """
WITH found AS MATERIALIZED (
    SELECT incoming.line, message.state
    FROM incoming
    JOIN meeting ON meeting.municipality_id = :municipality_id AND meeting.fingerprint = incoming.fingerprint
    JOIN invitation ON invitation.municipality_id = :municipality_id AND invitation.meeting_id = meeting.id
    JOIN message ON message.municipality_id = :municipality_id AND message.invitation_id = invitation.id
    WHERE incoming.takes_back IS NOT NULL AND meeting.decision = 'invited' AND message.kind = 'invitation'
        AND message.state NOT IN ('skipped', 'refused')
        AND (message.state = 'waiting' OR invitation.expires_at > :now AND NOT invitation.held_back)
    ORDER BY message.id
    FOR NO KEY UPDATE OF message
)
UPDATE incoming SET decision = takes_back,
    invitation = CASE WHEN found.state = 'waiting' THEN 'waiting' ELSE 'handed over' END
FROM found WHERE found.line = incoming.line
"""

_COUNT = """
SELECT CASE WHEN invitation = 'handed over' THEN '' ELSE decision END AS counted, count(*)
FROM incoming GROUP BY counted
"""


_STRIKE_OUT_KNOWN = """
DELETE FROM incoming USING meeting
WHERE meeting.municipality_id = :municipality_id AND meeting.fingerprint = incoming.fingerprint
    AND invitation IS NULL
    -- What was not held yet, or not as planned, is decided again once the decision is another; an invitation that
    -- was taken back stays so. So is what was not asked about when its citizen says no thanks by now.
    AND NOT (
        (meeting.decision IN ('in_the_future', 'cancelled', 'not_attended') OR incoming.decision = 'opted_out')
        AND meeting.decision <> incoming.decision
        AND NOT EXISTS (
            SELECT FROM invitation
            WHERE invitation.municipality_id = meeting.municipality_id AND invitation.meeting_id = meeting.id
        )
    )
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
    opt_outs.from_file(session, municipality_id, now)
    invitations.take_back(session, municipality_id, now)
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
FROM incoming WHERE invitation IS DISTINCT FROM 'handed over' ORDER BY line
ON CONFLICT (municipality_id, fingerprint) DO UPDATE SET
    import_id = excluded.import_id, decided_at = excluded.decided_at, citizen = excluded.citizen,
    team_id = excluded.team_id, held_on = excluded.held_on, held_at = excluded.held_at,
    status = excluded.status, decision = excluded.decision, kind = excluded.kind,
    contact_form = excluded.contact_form, caseworker = excluded.caseworker, target_group = excluded.target_group
"""
