"""A fault run about receipts: a storm of them, doubled, out of order and forged, while workers send."""

import socket
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey import config, receipts
from survey.db import transaction
from survey.models import Message, RefusedReceipt
from tests.faults.account import Row
from tests.faults.rig import START, Rig, wait_for
from tests.providers.provider import Call

KINDS = {
    "delivered": (("delivered",), "delivered"),
    "repeated": (("repeat",), "delivered"),
    "disordered": (("out of order",), "delivered"),
    "failed": (("failed", "forged"), "failed"),
    "dead": (("dead", "unsigned"), "failed"),
    "silent": (("under way", "forged"), "sent"),
}
"""What the provider (and a forger) posts about a message, and the state that it must come to."""
FORGED = ("forged", "unsigned")
POSTERS = 8
LATENCY = 0.015
"""Seconds for an answer: a batch takes so long that many receipts overtake the sender's own note."""


class Post(NamedTuple):
    """A receipt to be posted, and whether it is forged."""

    call: Call
    forged: bool


def storm(rig: Rig, n: int, seed: int) -> list[Row]:
    """Two workers send `n` messages while two receipts about each come in at once, all in a drawn order."""
    rig.accounts(rig.section("sms", "at_once = 1"))
    rig.provider.latency = LATENCY
    rig.fill(n)
    port = web(rig)
    crew = [rig.once(), rig.once()]
    answers, posted = Counter[int](), set[str]()
    draw = Random(seed)
    with ThreadPoolExecutor(POSTERS) as pool:
        while len(posted) < n:
            fresh = unposted(rig, posted)
            posted |= set(fresh)
            posts = [post for reference in fresh for post in posts_about(rig, reference)]
            draw.shuffle(posts)
            answers += Counter(pool.map(lambda post: deliver(rig, post, port), posts))
            # As another worker would: often before the one that sent has noted that it did.
            with transaction() as session:
                receipts.process(session, START)
    for worker in crew:
        worker.end()
    rig.run(START + timedelta(minutes=1))
    check(rig, answers, posted)
    return [rig.row(f"{answers.total()} receipts at once, some forged")]


def unposted(rig: Rig, posted: set[str]) -> list[str]:
    """The attempts taken on that nothing was posted about; waits until there is one."""
    wait_for(lambda: rig.provider.count > len(posted), what="every message leaves")
    return sorted(set(rig.provider.references) - posted)


def web(rig: Rig) -> int:
    """Start the web server; its port, once it answers."""
    config.make_secret(rig.settings.fingerprint_key_file)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    options = ("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--log-level", "warning")
    server = rig.launch(
        [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", *options, "wsgi:create_app()"]
    )
    wait_for(lambda: listens(port), server)
    return port


def listens(port: int) -> bool:
    """Does somebody listen there?"""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
        return True
    return False


def kind(reference: str) -> str:
    """Which of KINDS is posted about a message, evenly."""
    return list(KINDS)[int(reference.split("-")[1]) % len(KINDS)]


def posts_about(rig: Rig, reference: str) -> list[Post]:
    """All that is posted about one attempt."""
    shapes, _state = KINDS[kind(reference)]
    return [Post(call, shape in FORGED) for shape in shapes for call in rig.provider.receipts(reference, shape)]


def deliver(rig: Rig, post: Post, port: int) -> int:
    """Post one; the answer, which must be no for what is forged, and yes for everything else."""
    answer = rig.provider.post(post.call, f"http://127.0.0.1:{port}/kvittering/sms")
    assert (answer in (401, 403)) == post.forged, answer
    assert post.forged or answer == 200, answer
    return answer


def check(rig: Rig, answers: Counter[int], posted: set[str]) -> None:
    """Every message came to its state, and every forged receipt was counted."""
    expected = {int(reference.split("-")[1]): KINDS[kind(reference)][1] for reference in posted}
    with Session(rig.engine) as session:
        states = {row.id: row.state for row in session.execute(select(Message.id, Message.state))}
        refused = select(func.sum(RefusedReceipt.n)).where(RefusedReceipt.wrong == "forged")
        counted = session.scalar(refused)
    wrong = {number: (states[number], state) for number, state in expected.items() if states[number] != state}
    assert not wrong, list(wrong.items())[:5]
    assert counted == answers[401] + answers[403]
