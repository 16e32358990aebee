"""Fault runs about the gateway: each trouble strikes one municipality's account, all of them in the same run."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import pace
from survey.db import transaction
from survey.models import Message
from tests.faults.account import Row
from tests.faults.rig import START, Rig, wait_for

MIX = {"ok": 70, "500": 6, "taken, then 500": 6, "dropped": 6, "slow": 6, "429 bare": 6}
"""Per cent, as in the measurements of dispatch protocols that this product's was chosen by."""
TROUBLES = {
    "healthy": "beside the troubled ones: a healthy gateway",
    "hangs": "gateway takes on and hangs",
    "fails": "gateway answers 500",
    "busy": "gateway answers 429 with Retry-After",
    "drops": "gateway takes on and drops the connection",
    "down": "gateway does not listen",
    "mixed": "70 % ok, 6 % each of five troubles",
    "broke": "out of credit in the middle",
}
SHAPES = {"hangs": "slow", "fails": "500", "busy": "429, wait", "drops": "dropped"}
A_WHILE = timedelta(minutes=11)
"""Longer than the breaker's first pause and the first pause after a refusal for now."""
MOST_RUNS = 12
WAITED = "waiting"


def troubled(rig: Rig, n: int, seed: int) -> list[Row]:
    """`n` messages by a gateway in each trouble; then the gateways get well, and what waited is sent."""
    for slug in TROUBLES:
        rig.fill(n, slug)
    with nobody_listens() as nowhere:
        rig.accounts(*(section(rig, slug, nowhere if slug == "down" else "") for slug in TROUBLES))
        rig.provider.behave = trouble(rig, n, seed)
        rig.run_impatient()
    check_first_run(rig, n)
    rig.accounts(*(section(rig, slug) for slug in TROUBLES))
    rig.provider.behave = lambda _reference: "ok"
    now = get_well(rig)
    rows = [rig.row(f"{why}, then well", slug, now=now) for slug, why in TROUBLES.items()]
    assert not any(word.startswith(WAITED) for row in rows for word in row.resting), rows
    return rows


def section(rig: Rig, slug: str, url: str = "") -> str:
    """The account that serves the municipality `slug` alone."""
    return rig.section(slug, f'municipalities = ["{slug}"]', url=url)


def trouble(rig: Rig, n: int, seed: int) -> Callable[[str], str]:
    """What the provider does with each attempt: by its municipality, and drawn for the mixture."""
    by_number = {str(rig.number(slug)): slug for slug in TROUBLES}

    def behave(reference: str) -> str:
        number = reference.split("-")[0]
        slug = by_number[number]
        if slug == "mixed":
            return Random(f"{seed} {reference}").choices(list(MIX), list(MIX.values()))[0]
        if slug == "broke":
            sent = sum(other.startswith(f"{number}-") for other in list(rig.provider.accepted))
            return "ok" if sent < n // 2 else "no credit"
        return SHAPES.get(slug, "ok")

    return behave


def check_first_run(rig: Rig, n: int) -> None:
    """Trouble stops its own gateway after a handful, and costs the healthy one nothing."""
    rows = {slug: rig.row(slug, slug) for slug in TROUBLES}
    assert rows["healthy"].sent_once == n
    assert rows["broke"].in_doubt == 0
    assert attempts(rig, "broke") == {0}, "a letter that met an empty account was not tried"
    assert n // 2 <= rows["broke"].sent_once <= n // 2 + 8, "it stopped by itself"
    for slug in ("hangs", "fails", "drops"):
        assert rows[slug].in_doubt <= 16, "a handful, not a batch"
    for slug in (*SHAPES, "down", "broke"):
        assert any(word.startswith(WAITED) for word in rows[slug].resting), slug


def attempts(rig: Rig, slug: str) -> set[int]:
    """How often those that wait in the municipality `slug` were tried."""
    waiting = select(Message.attempts).where(Message.id.in_(rig.queued[slug]), Message.state == WAITED)
    with Session(rig.engine) as session:
        return set(session.scalars(waiting))


def get_well(rig: Rig) -> datetime:
    """Run again, each time a while later, until nothing waits; the moment of the last run."""
    now = START
    for _ in range(MOST_RUNS):
        wait_for(lambda: not held(), what="no gateway is held any more")
        now += A_WHILE
        rig.run(now)
        if not rig.states()[WAITED]:
            break
    return now


def held() -> bool:
    """Has a provider asked for patience that has not passed?"""
    with transaction() as session:
        return any(pace.held(session, slug) > 0 for slug in TROUBLES)


@contextmanager
def nobody_listens() -> Iterator[str]:
    """An address on this machine that is bound, but refuses every connection."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
