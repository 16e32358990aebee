"""Fault runs in a short form: whatever breaks, no message is lost and none is doubled."""

import pytest

from tests.faults import workers
from tests.faults.account import Row
from tests.faults.rig import Rig


def sound(rows: list[Row]) -> None:
    """Nothing was lost and nothing doubled in any of them."""
    assert [(row.scenario, row.lost, row.doubled) for row in rows] == [(row.scenario, 0, 0) for row in rows]


@pytest.mark.parametrize("crew", [2, 4])
def test_workers_at_once_send_each_message_once(rig: Rig, crew: int) -> None:
    """Two and four workers on one queue: every message leaves once."""
    rows = workers.at_once(rig, 300, crew)
    sound(rows)
    assert [row.sent_once for row in rows] == [300]


def test_a_worker_killed_again_and_again_leaves_doubt_alone(rig: Rig) -> None:
    """kill -9 at drawn moments: what was in hand is in doubt, the rest leaves once."""
    (row,) = workers.killed(rig, 400, kills=4, seed=1)
    sound([row])
    assert row.sent_once + row.in_doubt == 400
    assert row.in_doubt > 0
