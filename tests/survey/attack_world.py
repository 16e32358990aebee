"""A small municipality to attack: citizens who answer through the product, and what an attacker may have of it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, insert, text

from survey import db, invitations, keys, meetings, municipalities, nightly, responses, workdays
from survey.models import Contact, Invitation, Link, Meeting, Message

TEAMS = {
    "Opfølgning": ("LAB", "opfoelgning"),
    "Virksomhed": ("LAB", "opfoelgning"),
    "Ydelse": ("LAS", "opfoelgning"),
}
AN_EVENING = {"Opfølgning": 16, "Virksomhed": 13, "Ydelse": 4}
"""Answers a team gets an evening. Four are too few, so that every second night some ballots wait."""

FIRST_EVENING = date(2021, 5, 3)

SEAL = keys.seal

Answers = tuple[int, ...]
Row = dict[str, Any]


@dataclass(frozen=True)
class Citizen:
    """Somebody who answered on an `evening` (0, 1, …): what the attacker knows, and the truth in `answers`."""

    number: int
    identity: str
    team: str
    evening: int
    sent: datetime
    held_on: date
    answers: Answers
    token: str


@dataclass(frozen=True)
class Copy:
    """All tables with the hidden columns `xmin` and `ctid`, rows in physical order under `position`."""

    tables: Mapping[str, list[Row]]


@dataclass
class World:
    """The municipality, what the attacker may have of it, and what only the test knows (citizens' answers)."""

    engine: Engine
    url: str
    data_dir: Path
    folder: Path
    log_start: str
    citizens: Sequence[Citizen]
    marker: str
    municipality_id: int = 0
    evenings: int = 0
    backups: list[Copy] = field(default_factory=list)
    reachable: list[Path] = field(default_factory=list)
    answering: str = ""

    @property
    def places(self) -> list[Path]:
        """Where the private keys lie."""
        return [self.folder / "keys", self.folder / "mirror"]

    def responses(self) -> dict[UUID, tuple[UUID, int]]:
        """The truth: response → its batch and the number of the citizen who gave it."""
        numbers = {citizen.answers: citizen.number for citizen in self.citizens}
        with self.engine.connect() as connection:
            rows = connection.execute(text("SELECT id, batch_id, answers FROM response")).all()
        return {row.id: (row.batch_id, numbers[tuple(row.answers)]) for row in rows}

    def comments(self) -> dict[UUID, int]:
        """The truth: comment → the number of the citizen who wrote it."""
        with self.engine.connect() as connection:
            rows = connection.execute(text("SELECT id, text FROM comment")).all()
        return {row.id: int(row.text.removeprefix(f"{self.marker}-")) for row in rows}

    def copy(self) -> Copy:
        """What a copy of the database's files shows just now."""
        with self.engine.connect() as connection:
            names = connection.execute(
                text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            ).scalars()
            return Copy({name: _rows(connection, name) for name in names.all()})


def _rows(connection: Any, table: str) -> list[Row]:
    hidden = "CAST(CAST(t.xmin AS text) AS bigint) AS xmin, CAST(t.ctid AS text) AS ctid"
    # The table's name comes from the catalogue.
    found = connection.execute(text(f"SELECT {hidden}, t.* FROM public.{table} t")).mappings()  # noqa: S608 - our own table names
    return [
        {**row, "ctid": tuple(map(int, row["ctid"][1:-1].split(","))), "position": position}
        for position, row in enumerate(found)
    ]


# Building it ---------------------------------------------------------------------------------------------


def build(engine: Engine, data_dir: Path, folder: Path, evenings: int, seed: int) -> World:
    """A municipality whose citizens have got their links; nobody has answered yet."""
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with engine.connect() as connection:
        start = connection.execute(text("SELECT CAST(pg_current_wal_flush_lsn() AS text)")).scalar_one()
    world = World(engine, url, data_dir, folder, start, _citizens(evenings, Random(seed)), _drawn_marker())
    secret_files = folder / "secrets"
    secret_files.mkdir(parents=True)
    for name in ("fingerprint.key", "secret.key"):
        (secret_files / name).write_bytes(secrets.token_bytes(32))
    world.reachable.append(secret_files)
    now = workdays.at(FIRST_EVENING, time(8))
    with db.transaction() as session:
        world.municipality_id = municipalities.establish(
            session, slug="stevns", name="Stevns", phone="56 57 57 57", sms_sender="Stevns", now=now, teams=TEAMS
        ).id
        session.execute(text("UPDATE municipality SET asks_comment = true"))
        _load(session, world, now)
    nightly.ensure_open_key(world.places, world.municipality_id, now)
    return world


def _drawn_marker() -> str:
    # No digits: with a number behind it they would be masked for a telephone.
    return "m" + "".join(secrets.choice("bcdfghjk") for _letter in range(12))


def _citizens(evenings: int, random: Random) -> list[Citizen]:
    teams = [(evening, team) for evening in range(evenings) for team, n in AN_EVENING.items() for _ in range(n)]
    numbers = random.sample(range(1, len(teams) + 1), len(teams))
    vectors = random.sample(range(4**7), len(teams))
    return [
        _citizen(number, team, evening, tuple(1 + vector // 4**i % 4 for i in range(7)), random)
        for number, (evening, team), vector in zip(numbers, teams, vectors, strict=True)
    ]


def _citizen(number: int, team: str, evening: int, answers: Answers, random: Random) -> Citizen:
    day = FIRST_EVENING + timedelta(days=max(0, evening - random.randrange(4)))
    sent = workdays.at(day, time(10)) + timedelta(seconds=number)
    held_on = day - timedelta(days=random.randrange(1, 6))
    token = invitations.draw_token()
    return Citizen(number, f"borger-{number}", team, evening, sent, held_on, answers, token)


def _load(session: Any, world: World, now: datetime) -> None:
    municipality = {"municipality_id": world.municipality_id}
    key = (world.folder / "secrets" / "fingerprint.key").read_bytes()
    asked = session.execute(
        text(
            "SELECT t.name, t.id AS team_id, v.id AS version_id FROM team t JOIN questionnaire_version v"
            " ON v.municipality_id = t.municipality_id AND v.questionnaire_id = t.questionnaire_id"
        )
    )
    ids = {row.name: {"team_id": row.team_id, "version_id": row.version_id} for row in asked}
    rows: dict[type, list[Row]] = {table: [] for table in (Meeting, Invitation, Contact, Message, Link)}
    for citizen in sorted(world.citizens, key=lambda one: one.number):
        number = {"id": citizen.number}
        prints = {
            column: meetings.fingerprint(key, world.municipality_id, column, citizen.identity)
            for column in ("fingerprint", "citizen")
        }
        rows[Meeting].append(
            {**number, **prints, "team_id": ids[citizen.team]["team_id"], "held_on": citizen.held_on}
            | {"status": "held", "decision": "invited", "decided_at": citizen.sent - timedelta(hours=2)}
        )
        rows[Invitation].append(
            {**number, **ids[citizen.team], "meeting_id": citizen.number, "created_at": citizen.sent}
            | {"sent_week": workdays.monday(workdays.day(citizen.sent))}
            | {"expires_at": citizen.sent + timedelta(days=14)}
        )
        rows[Contact].append(
            {"invitation_id": citizen.number, "name": citizen.identity, "mobile": "+4520304050", "language": "da"}
        )
        rows[Message].append(
            {
                **number,
                "invitation_id": citizen.number,
                "kind": "invitation",
                "state": "delivered",
                "channel": "sms",
            }
            | {"due_at": citizen.sent, "claimed_at": citizen.sent, "claimed_by": 1, "sent_at": citizen.sent}
        )
        rows[Link].append(
            {"message_id": citizen.number, "attempt": 1, "invitation_id": citizen.number}
            | {"token_hash": invitations.token_hash(citizen.token)}
        )
    for table, values in rows.items():
        session.execute(insert(table), [municipality | row for row in values])


# Living in it --------------------------------------------------------------------------------------------


def mark(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every citizen's comment, which is sealed with the answers, carry a marker of its own."""

    def marked(public_key: bytes, content: keys.BallotContent) -> bytes:
        return SEAL(public_key, content._replace(comment=world.answering))

    monkeypatch.setattr(keys, "seal", marked)


def answered_at(world: World, citizen: Citizen) -> datetime:
    """When the citizen answers: some minutes after five in the evening."""
    this_evening = [other for other in world.citizens if other.evening == citizen.evening]
    order = Random(citizen.evening).sample(this_evening, len(this_evening)).index(citizen)
    day = FIRST_EVENING + timedelta(days=citizen.evening)
    return workdays.at(day, time(17)) + timedelta(seconds=47 * order)


def evening(world: World) -> None:
    """All citizens of the next evening answer, each in a transaction of their own."""
    tonight = [citizen for citizen in world.citizens if citizen.evening == world.evenings]
    times = {citizen.number: answered_at(world, citizen) for citizen in tonight}
    for citizen in sorted(tonight, key=lambda one: times[one.number]):
        world.answering = f"{world.marker}-{citizen.number:04}"
        with db.transaction() as session:
            assert responses.submit(session, citizen.token, citizen.answers, times[citizen.number])
    world.evenings += 1


def night(world: World) -> None:
    """The night after the last evening: tally and retention."""
    day = FIRST_EVENING + timedelta(days=world.evenings)
    (report,) = nightly.tally_all(world.places, workdays.at(day, time(3, 40)))
    nightly.clean_all(workdays.at(day, time(3, 40)))
    assert report.alarms == []


def live(world: World, evenings: int, backups: Sequence[int]) -> None:
    """Evenings, each with its night; `backups` are taken in some evenings, when the ballots lie in the box."""
    for number in range(1, evenings + 1):
        evening(world)
        if number in backups:
            world.backups.append(world.copy())
        night(world)
