"""Fault runs in a short form: whatever breaks, no message is lost and none is doubled."""

from pathlib import Path

import pytest

from tests.faults import database, gateway, schedulers, storm, summer_time, workers
from tests.faults.account import COLUMNS, Row, fate, lines
from tests.faults.rig import Rig, rigged

SEED = 1


def sound(rows: list[Row]) -> None:
    """Nothing was lost and nothing doubled in any of them."""
    assert [(row.scenario, 0, 0) for row in rows] == [(row.scenario, row.lost, row.doubled) for row in rows]


@pytest.mark.parametrize("crew", [2, 4])
def test_workers_at_once_send_each_message_once(rig: Rig, crew: int) -> None:
    """Two and four workers on one queue: every message leaves once."""
    rows = workers.at_once(rig, 300, crew)
    sound(rows)
    assert [row.sent_once for row in rows] == [300]


def test_a_worker_killed_again_and_again_leaves_doubt_alone(rig: Rig) -> None:
    """kill -9 at drawn moments: what was in hand is in doubt, the rest leaves once."""
    (row,) = workers.killed(rig, 300, kills=3, seed=SEED)
    sound([row])
    assert row.sent_once + row.in_doubt == 300
    assert row.in_doubt > 0


def test_workers_go_on_after_the_database_was_restarted(tmp_path: Path) -> None:
    """The server's connections are cut in the middle of sending; the same workers send the rest."""
    with database.cluster() as server:
        url = server.database("restarted")
        database.migrated(url)
        with rigged(url, tmp_path) as rig:
            (row,) = database.restarted(rig, 300, server.restart, every=1)
    sound([row])
    assert row.sent_once + row.in_doubt == 300


def test_workers_go_on_when_single_connections_are_cut(rig: Rig) -> None:
    """Whichever it is, the one that holds the lock included: the same workers send the rest."""
    (row,) = database.cut(rig, 200, cuts=3, seed=SEED)
    sound([row])
    assert row.sent_once + row.in_doubt == 200


def test_a_gateway_in_trouble_stops_and_what_waited_is_sent_when_it_is_well(rig: Rig) -> None:
    """Hanging, 500, 429, cut connections, nobody there, no credit, a mixture; the healthy one notices nothing."""
    rows = gateway.troubled(rig, 40, SEED)
    sound(rows)
    assert [40] * len(rows) == [row.sent_once + row.in_doubt for row in rows]


@pytest.mark.parametrize("change", list(summer_time.CHANGES))
def test_the_change_of_the_clocks_moves_no_message_out_of_its_hours(rig: Rig, change: str) -> None:
    """Nothing leaves outside the window, the night's work is done once, reminders come three days later."""
    sound(summer_time.over_the_change(rig, change, 120))


def test_two_schedulers_do_each_slot_once(rig: Rig) -> None:
    """Each slot is one scheduler's: one read of a provider's reports, one reminder to each citizen."""
    (row,) = schedulers.two(rig, 40, every=1)
    sound([row])
    assert (row.messages, row.sent_once) == (80, 80)


def test_a_storm_of_receipts_leads_each_message_to_its_state(rig: Rig) -> None:
    """Doubled, out of order and forged while workers send: every state is right, every forgery is counted."""
    rows = storm.storm(rig, 120, SEED)
    sound(rows)
    assert [row.sent_once for row in rows] == [120]


@pytest.mark.parametrize(
    ("expected", "state", "reason", "taken"),
    [
        ("sent once", "sent", None, 1),
        ("sent once", "failed", "slukket", 1),
        ("lost", "sent", None, 0),
        ("doubled", "sent", None, 2),
        ("doubled", "unknown", None, 2),
        ("doubled", "waiting", None, 1),
        ("in doubt", "unknown", None, 0),
        ("waiting: due", "waiting", None, 0),
        ("refused: spærret", "refused", "spærret", 0),
        ("lost", "refused", "spærret", 1),
        ("lost", "refused", None, 0),
        ("lost", "claimed", None, 0),
        ("lost", None, None, 1),
    ],
)
def test_the_account_knows_what_is_lost_and_what_is_doubled(
    expected: str, state: str | None, reason: str | None, taken: int
) -> None:
    """Worked examples: by the state of a message, and how often the provider has it."""
    assert expected == fate(state, reason, taken, due=True)


def test_the_table_has_a_line_for_each_run() -> None:
    """One line for the columns, one for each row, with what is in doubt and why others rest."""
    row = Row("kill -9", 9, 5, 2, 1, {"skipped: bortfaldet": 2}, 0, 0)
    head, line = lines([row])
    assert list(COLUMNS) == [cell.strip() for cell in head.split("|")]
    assert " ".join(line.split()) == "kill -9 | 9 | 5 | 2 (1 taken on) | 2 skipped: bortfaldet | 0 | 0"
