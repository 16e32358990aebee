"""What an attacker lays hands on, and everything in it by which citizens and responses can be put in an order."""

import re
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from survey import meetings
from tests.survey import attack_log
from tests.survey.attack_log import Log
from tests.survey.attack_world import Copy, Row, World

Order = Mapping[Any, Any]
"""Something that sorts citizens (by number) or responses (by id)."""


@dataclass(frozen=True)
class Loot:
    """What the attacker has laid hands on; `batches` is what is taken as known: response ids and citizens."""

    world: World
    now: Copy
    backups: Sequence[Copy]
    dump: str
    log: Log
    batches: Mapping[UUID, tuple[list[UUID], list[int]]]
    truth: Mapping[UUID, int]

    @property
    def copies(self) -> list[Copy]:
        """The database as it is and as it was."""
        return [self.now, *self.backups]


def steal(world: World) -> Loot:
    """Take the dump, the hidden columns, the backups and the log."""
    batches: dict[UUID, tuple[list[UUID], list[int]]] = {}
    truth = world.responses()
    for response, (batch, citizen) in truth.items():
        ids, members = batches.setdefault(batch, ([], []))
        ids.append(response)
        members.append(citizen)
    # Not in the order of the truth: where nothing tells, lots are drawn.
    known = {batch: (sorted(ids), sorted(members)) for batch, (ids, members) in batches.items()}
    owners = {response: citizen for response, (_batch, citizen) in truth.items()}
    log = _read_log(world)
    command = [f"{attack_log.BIN}/pg_dump", "-d", world.url]
    dump = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return Loot(world, world.copy(), world.backups, dump, log, known, owners)


_FILES = text("""
    SELECT d.oid AS database, pg_relation_filenode(c.oid) AS file,
        coalesce(owner.relname || ' (long values)', c.relname) AS name
    FROM pg_class c JOIN pg_database d ON d.datname = current_database()
    LEFT JOIN pg_class owner ON owner.reltoastrelid = c.oid
    WHERE c.relkind IN ('r', 't') AND pg_relation_filenode(c.oid) IS NOT NULL
""")


def _read_log(world: World) -> Log:
    names, end = _files_and_end(world)
    return attack_log.read(world.data_dir, names, world.log_start, end)


def _files_and_end(world: World) -> tuple[dict[tuple[int, int], str], str]:
    """What lies in which file (by database and number), and where the log ends."""
    with world.engine.begin() as connection:
        names = {(row.database, row.file): row.name for row in connection.execute(_FILES)}
        # The log may be flushed to the middle of a record; the end of our own is the end of one.
        end = connection.execute(text("SELECT CAST(pg_logical_emit_message(true, '', '') AS text)")).scalar_one()
    return names, end


def texts_elsewhere(loot: Loot, table: str) -> Iterator[bytes]:
    """Everything there is but `table`: the dump, the copies, the server's files and its log without it."""
    world = loot.world
    with world.engine.connect() as connection:
        connection.execute(text("CHECKPOINT"))
    names, end = _files_and_end(world)
    own = [place for place, name in names.items() if name in (table, f"{table} (long values)")]
    relations = [f"1663/{database}/{file}" for database, file in own]
    log = attack_log.segments_without(world.data_dir, relations, world.log_start, end)
    yield re.sub(rf"COPY public\.{table} \(.*?\n\\\.\n", "", loot.dump, flags=re.DOTALL).encode()
    for copy in loot.copies:
        yield repr({name: rows for name, rows in copy.tables.items() if name != table}).encode()
    mine = {world.data_dir / "base" / str(database) / str(file) for database, file in own}
    for found in world.data_dir.rglob("*"):
        if found.is_file() and found not in mine:
            yield log[found] if found in log else found.read_bytes()


def belongings(loot: Loot, copy: Copy) -> Iterator[tuple[str, dict[int, Row]]]:
    """Each table of `copy` that says something of citizens: its name, and their row by number."""
    of_meeting = _citizens_by_meeting(loot, copy)
    of_invitation = {row["id"]: of_meeting[row["meeting_id"]] for row in copy.tables["invitation"]}
    yield "meeting", {of_meeting[row["id"]]: row for row in copy.tables["meeting"]}
    yield "invitation", {of_invitation[row["id"]]: row for row in copy.tables["invitation"]}
    for name in ("contact", "message", "link"):
        yield name, {of_invitation[row["invitation_id"]]: row for row in copy.tables[name]}
    yield "ballot", ballots_in(loot, copy)


def ballots_in(loot: Loot, copy: Copy) -> dict[int, Row]:
    """Citizen → the ballot in `copy` that was written by the transaction that last wrote their invitation."""
    ballots = {row["xmin"]: row for row in copy.tables["ballot"]}
    numbers = _citizens_by_meeting(loot, copy)
    rows = copy.tables["invitation"]
    return {numbers[row["meeting_id"]]: ballots[row["xmin"]] for row in rows if row["xmin"] in ballots}


def _citizens_by_meeting(loot: Loot, copy: Copy) -> dict[int, int]:
    """Meeting → the citizen's number, by the fingerprint anybody with its key can take of a name on the list."""
    key = (loot.world.folder / "secrets" / "fingerprint.key").read_bytes()
    prints = {
        meetings.fingerprint(key, loot.world.municipality_id, "citizen", citizen.identity): citizen.number
        for citizen in loot.world.citizens
    }
    return {row["id"]: prints[row["citizen"]] for row in copy.tables["meeting"]}


def transactions(loot: Loot) -> dict[int, set[int]]:
    """The transactions that have touched what is a citizen's, as far as hidden columns tell."""
    found: dict[int, set[int]] = {}
    for copy in loot.copies:
        for _table, rows in belongings(loot, copy):
            for citizen, row in rows.items():
                found.setdefault(citizen, set()).add(row["xmin"])
    return found


def logged(loot: Loot) -> dict[UUID, int]:
    """Response → a transaction that wrote it, as the log tells."""
    writers = {row.place: xid for xid, rows in loot.log.written.items() for row in rows if row.table == "response"}
    found = {row["id"]: writers.get(row["ctid"]) for row in loot.now.tables["response"]}
    return {response: xid for response, xid in found.items() if xid}


def ballots_in_the_log(loot: Loot) -> dict[int, dict[str, Any]]:
    """Citizen → the ballot laid by the transaction that last touched their invitation."""
    laid: dict[int, dict[str, Any]] = attack_log.ballots(loot.log)
    xids = transactions(loot)
    return {citizen: laid[xid] for citizen, mine in xids.items() for xid in mine if xid in laid}


# Orders --------------------------------------------------------------------------------------------------


def _kind(column: str, value: Any) -> str | None:
    if column == "xmin":
        return "xmin rank"
    if column in ("ctid", "position"):
        return "physical order"
    if isinstance(value, date | datetime):
        return "times"
    return "ids" if isinstance(value, int | bytes | UUID) and not isinstance(value, bool) else None


def orders_of_citizens(loot: Loot) -> dict[str, list[Order]]:
    """Everything by which citizens can be sorted, by kind of trick."""
    laid = ballots_in_the_log(loot)
    orders: dict[str, list[Order]] = {
        "dump order": [_dumped(loot, "invitation")],
        "log order and times": [{n: row[name] for n, row in laid.items()} for name in ("lsn", "committed")],
        "ballots": [order for _kind_of, order in _columns(laid)],
    }
    for copy in loot.copies:
        for table, rows in belongings(loot, copy):
            for kind, order in _columns(rows):
                orders.setdefault("ballots" if table == "ballot" else kind, []).append(order)
    return orders


def orders_of_responses(loot: Loot) -> dict[str, Order]:
    """Everything by which responses can be sorted, by name."""
    batches = {
        row["id"]: {f"batch's {name}": value for name, value in row.items()} for row in loot.now.tables["batch"]
    }
    return _orders(
        loot, "response", {row["id"]: batches[row["batch_id"]] | row for row in rows_of(loot, "response")}
    )


def orders_of_comments(loot: Loot) -> dict[str, Order]:
    """Everything by which comments can be sorted, by name."""
    return _orders(loot, "comment", {row["id"]: row for row in rows_of(loot, "comment")})


def rows_of(loot: Loot, table: str) -> Sequence[Row]:
    """What stands in `table` now."""
    return loot.now.tables[table]


def with_comments(loot: Loot) -> Loot:
    """The same loot, where what is to be tied to citizens is comments: by the batch in which each was answered.

    That is more than anybody can know: a comment does not say in which batch its writer answered.
    """
    truth, lots = loot.world.comments(), defaultdict[UUID, list[UUID]](list)
    answered = {citizen: batch for batch, (_ids, members) in loot.batches.items() for citizen in members}
    for comment, citizen in truth.items():
        lots[answered[citizen]].append(comment)
    known = {batch: (sorted(ids), sorted(truth[one] for one in ids)) for batch, ids in lots.items()}
    return replace(loot, batches=known, truth=truth)


def _orders(loot: Loot, table: str, described: Mapping[Any, Row]) -> dict[str, Order]:
    orders: dict[str, Order] = {"dumped": _dumped(loot, table)}
    for column, value in next(iter(described.values())).items():
        if column in ("xmin", "ctid", "id") or isinstance(value, date | datetime):
            orders[column] = {response: row[column] for response, row in described.items()}
    places = {r.place: r.lsn for written in loot.log.written.values() for r in written if r.table == table}
    orders["logged"] = {id_: places[row["ctid"]] for id_, row in described.items() if row["ctid"] in places}
    return orders


def _columns(rows: Mapping[int, Mapping[str, Any]]) -> Iterator[tuple[str, Order]]:
    """Columns that sort the rows: kind and order, leaving out those that are the same for all."""
    for column in dict.fromkeys(name for row in rows.values() for name in row):
        order = {number: row[column] for number, row in rows.items() if row.get(column) is not None}
        values = list(order.values())
        kind = _kind(column, values[0]) if values else None
        if kind and any(value != values[0] for value in values):
            yield kind, order


def _dumped(loot: Loot, table: str) -> dict[Any, int]:
    """Ids of `table` → their line in the dump."""
    head, lines = loot.dump.split(f"COPY public.{table} (")[1].split("\n\\.\n")[0].split("\n", 1)
    column = head.split(")")[0].split(", ").index("id")
    ids = [line.split("\t")[column] for line in lines.split("\n")]
    read: Callable[[str], Any] = UUID if table in ("response", "comment") else int
    return {read(value): position for position, value in enumerate(ids)}
