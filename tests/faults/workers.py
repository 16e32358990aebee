"""Fault runs about worker processes: several at once, and kill -9."""

from random import Random

from sqlalchemy import text

from tests.faults.account import Row
from tests.faults.rig import Rig, wait_for

SLOW, FAST = 0.2, 0.02
"""Seconds for an answer while a killed worker's successor starts, and otherwise."""
_AT_WORK = text("SELECT count(DISTINCT claimed_by) FROM message WHERE state = 'claimed'")


def at_once(rig: Rig, n: int, workers: int) -> list[Row]:
    """`workers` processes on `n` messages, all let go at the same moment."""
    rig.fill(n)
    with rig.engine.begin() as gate:
        gate.exec_driver_sql("LOCK TABLE message")
        queuing = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'message'::regclass"
        crew = [rig.once() for _ in range(workers)]
        wait_for(lambda: gate.exec_driver_sql(queuing).scalar() == workers, *crew)
    said = [process.end() for process in crew]
    shares = [int(one.split("Sendt: ")[1].split()[0]) for one in said]
    assert sum(shares) == n, said
    return [rig.row(f"{workers} workers at once")]


def killed(rig: Rig, n: int, kills: int, seed: int) -> list[Row]:
    """Two workers; one of them is killed (-9) `kills` times at a drawn moment and replaced, until all is done."""
    rig.accounts(rig.section("sms", "at_once = 2"))
    rig.fill(n)
    draw = Random(seed)
    rig.provider.latency = SLOW
    crew = [rig.once(), rig.once()]
    for _ in range(kills):
        wait_for(lambda: at_work(rig) == len(crew), *crew, what="both send")
        rig.provider.latency = FAST
        goal = rig.provider.count + draw.randrange(n // (2 * kills) + 1)
        wait_for(lambda goal=goal: rig.provider.count >= goal, *crew)  # type: ignore[misc]  # mypy cannot infer it
        rig.provider.released.wait(draw.random() * 0.05)
        rig.provider.latency = SLOW
        crew.pop(draw.randrange(2)).kill()
        crew.append(rig.once())
    rig.provider.latency = 0.0
    for process in crew:
        process.end()
    rig.run()
    assert set(rig.states()) <= {"sent", "unknown"}, rig.states()
    return [rig.row(f"kill -9 of a worker, {kills} times (seed {seed})")]


def at_work(rig: Rig) -> int:
    """How many workers have messages in hand; one that was killed counts until it is noticed."""
    with rig.engine.connect() as connection:
        return int(connection.execute(_AT_WORK).scalar_one())
