"""Claiming a batch with 1 000 and with 100 000 messages waiting. Goal: the time does not grow with the queue."""

import statistics
import time

from bench._queue import NOW, database, fill
from survey import db, lanes, outbox
from survey.lanes import ForAll
from tests.survey.sending import plan

FEW, MANY = 1_000, 100_000
BATCHES = 4
SIZE = 200
ACCOUNTS = [ForAll("sms", ("sms",))]


def main() -> None:
    """Print milliseconds for a batch of both queues, their ratio, and what the plan of the large one reads."""
    with database():
        fill("lille", FEW)
        _batch()
        few = statistics.median(_batch() for _ in range(BATCHES))
        fill("stor", MANY - FEW)
        _batch()
        many = statistics.median(_batch() for _ in range(BATCHES))
        print(f"claim of {SIZE}: {few:.1f} ms with {FEW} waiting, {many:.1f} with {MANY}; ratio {many / few:.2f}")
        nodes = _plan()
        reads = [node for node in nodes if node.get("Relation Name") == "message"]
        by = {node.get("Index Name", node["Node Type"]) for node in reads}
        sorts = [node for node in nodes if "Sort" in node["Node Type"]]
        print(f"the plan reads messages by {', '.join(sorted(by))}; sorts: {len(sorts)}")


def _batch() -> float:
    """Milliseconds to claim and commit a batch, in the order of the lanes' ids turned round: the newest first."""
    begun = time.perf_counter()
    with db.transaction() as session:
        open_lanes = sorted(lanes.open_now(session, ACCOUNTS, NOW), key=lambda lane: -lane.municipality_id)
        batch = outbox.claim(session, open_lanes, worker=1, base_url="https://svar.x.dk", now=NOW, size=SIZE)
    assert len(batch.claimed) == SIZE
    return (time.perf_counter() - begun) * 1000


def _plan() -> list[dict[str, str]]:
    with db.transaction() as session:
        open_lanes = lanes.open_now(session, ACCOUNTS, NOW)
        return plan(session, outbox.due(NOW), outbox.asked(open_lanes, NOW, SIZE))


if __name__ == "__main__":
    main()
