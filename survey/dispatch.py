"""Dispatch: one gateway's lane of work. Claims, threads that hand over at once, and notes overlap.

The database is used by two threads, one that claims and one that notes; the crew's threads only call the gateway.
"""

import gc
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from queue import SimpleQueue
from random import SystemRandom
from threading import Event, Lock, Thread

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from survey import breaker, config, lanes, letters, outbox, pace, verdicts, workdays
from survey.config import Settings
from survey.db import transaction
from survey.gateways import Gateway, Outcome
from survey.lanes import Carrier, Lane
from survey.letters import Claimed, Drawn, Handled
from survey.outbox import Claim

SMALLEST, LARGEST = 20, 1000
"""Messages per claim: about a quarter second of sending, but within these."""
SECONDS = 0.25
TURN = 20
"""Codes drawn for one claim: hashing them takes about a second."""
SKIPPED = "sprunget over:"
LEASE = 2.0
"""Seconds a crew goes on handing over after its worker was last seen to hold its lock."""
RESCUES = 30
"""Seconds to wait for a database that went away, with outcomes not noted yet; also when asked to stop."""


@dataclass(frozen=True)
class Outpost:
    """A gateway with whom it serves, the worker's number and its clock. `stopping` ends all sending.

    `check` raises when the worker has lost the lock by which others know that it lives.
    """

    gateway: Gateway
    accounts: Sequence[Carrier]
    settings: Settings
    worker: int
    check: Callable[[], None]
    clock: Callable[[], datetime] = workdays.now
    stopping: Event = field(default_factory=Event)


class Crew:
    """`at_once` threads that hand messages over until they are dismissed. `halted` tells why they take no more.

    After the first outcome that stops the gateway, asks for patience or was not even tried, and after five
    troubles in a row, the rest is "skipped": what hangs puts a handful in doubt, not a batch. So is the rest of a
    municipality whose own text or sender was turned down (`closed`), and all when the worker was not `seen` to
    live for `LEASE` seconds: others take it for dead, and what it had claimed may be sent again.
    """

    def __init__(self, post: Outpost) -> None:
        self._post = post
        self._given: SimpleQueue[tuple[Claimed, float] | None] = SimpleQueue()
        self._done: deque[Handled] = deque()
        self._enough, self._wanted, self._lock = Event(), 1, Lock()
        self._in_a_row = 0
        self.halted, self.closed = False, set[int]()
        self.seen = time.monotonic()
        self._in, self._out = 0, 0  # written by the thread that claims, and by the one that notes
        self._threads = [Thread(target=self._work, daemon=True) for _ in range(post.gateway.at_once)]
        for thread in self._threads:
            thread.start()

    @property
    def out(self) -> int:
        """How many messages were given and are not taken back yet."""
        return self._in - self._out

    def give(self, messages: Sequence[Claimed], delay: float = 0.0) -> None:
        """Let the crew hand over `messages`, the first in `delay` seconds, the others at the gateway's rate."""
        rate = self._post.gateway.rate
        begin = time.monotonic() + delay if rate else 0.0
        self._in += len(messages)
        for place, message in enumerate(messages):
            self._given.put((message, begin + place / rate if rate else 0.0))

    def return_untried(self, messages: Sequence[Claimed]) -> None:
        """Have `messages` taken back without trying them."""
        self._in += len(messages)
        self._done.extend(Handled(message, Outcome("skipped")) for message in messages)

    def take(self, wanted: int, patience: float) -> list[Handled]:
        """What is done: as soon as it is `wanted` messages, or all there are, or `patience` seconds have gone."""
        self._wanted = max(1, min(wanted, self.out))
        if len(self._done) < self._wanted:
            self._enough.wait(patience)
        self._enough.clear()
        found = [self._done.popleft() for _ in range(len(self._done))]
        self._out += len(found)
        return found

    def dismiss(self) -> None:
        """Let every thread finish what it has in hand, and end."""
        self.halted = True
        for _thread in self._threads:
            self._given.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (given := self._given.get()) is not None:
            message, not_before = given
            if not_before:
                self._post.stopping.wait(max(0.0, not_before - time.monotonic()))
            self._done.append(self._handled(message))
            if len(self._done) >= self._wanted and not self._enough.is_set():
                self._enough.set()

    def _handled(self, message: Claimed) -> Handled:
        post = self._post
        if self._leaves_no_more(message) or not workdays.in_send_window(post.clock(), message.window):
            return Handled(message, Outcome("skipped"))
        handled = letters.handed(message, post.gateway)
        self._watch(message, handled.outcome)
        return handled

    def _leaves_no_more(self, message: Claimed) -> bool:
        lost = time.monotonic() - self.seen > LEASE
        return lost or self.halted or self._post.stopping.is_set() or message.municipality_id in self.closed

    def _watch(self, message: Claimed, outcome: Outcome) -> None:
        if outcome.word == "accepted":
            self._in_a_row = 0
            return
        with self._lock:
            self._in_a_row = self._in_a_row + 1 if breaker.is_trouble(outcome) else 0
            if outcome.stops and outcome.lane:
                self.closed.add(message.municipality_id)
            elif outcome.stops or outcome.retry_after or outcome.word == "skipped":
                self.halted = True
            if self._in_a_row >= breaker.IN_A_ROW:
                self.halted = True


def settle() -> None:
    """What is loaded by now stays: the collector never looks through it again, which would stop all for 0.1 s."""
    gc.collect()
    gc.freeze()


def send(post: Outpost) -> Counter[str]:
    """Send by one gateway until nothing is due for it; how many messages ended how, and why some were skipped."""
    total: Counter[str] = Counter()
    with transaction() as session:
        if pace.held(session, post.gateway.name) > 1:
            return total
    crew = Crew(post)
    shift = Shift(post, crew, total)
    try:
        shift.run()
    except SQLAlchemyError:  # also what a connection that is known to be lost raises
        crew.dismiss()
        shift.rescue()
        raise
    finally:
        crew.dismiss()
        post.gateway.close()
    return total


@dataclass
class Shift:
    """A run of one crew: what it is claimed for, and how fast it turned out to be."""

    post: Outpost
    crew: Crew
    total: Counter[str]
    codes: list[Drawn] = field(default_factory=list)
    claims: int = 0
    per_second: float = 0.0
    taken_at: float = field(default_factory=time.monotonic)
    unnoted: list[Handled] = field(default_factory=list)
    claimed_at: datetime | None = None

    def run(self) -> None:
        """Claim while there is something to claim, also while a batch is under way, and note what is done."""
        with ThreadPoolExecutor(1) as ahead:
            try:
                self._go_on(ahead)
            except BaseException:
                self.crew.halted = True  # also for what is being claimed at this moment
                raise

    def _go_on(self, ahead: ThreadPoolExecutor) -> None:
        more, claiming = True, None
        while more or claiming or self.crew.out:
            if claiming and (claiming.done() or not self.crew.out):
                more, claiming = self._has_claimed(claiming), None
            more = more and not self._ends()
            if more and not claiming and self.crew.out <= self.size() // 2:
                claiming = ahead.submit(self._claim)
            if self.crew.out:
                self._note(claiming)

    def _ends(self) -> bool:
        """Is nothing more to be claimed in this run?"""
        return self.crew.halted or self.post.stopping.is_set()

    def _has_claimed(self, claiming: Future[Claim]) -> bool:
        """Was there anything to claim? Raises what the claim raised."""
        batch = claiming.result()
        self.total.update({f"{SKIPPED} {reason}": n for reason, n in batch.told.items()})
        untold = batch.skipped - batch.told
        self.total.update({f"{letters.UNTOLD}{SKIPPED} {reason}": n for reason, n in untold.items()})
        return bool(batch)

    def size(self) -> int:
        """Messages for the next claim."""
        gateway = self.post.gateway
        least = max(SMALLEST, 2 * gateway.at_once)
        if gateway.rate:
            least = max(1, min(least, int(2 * gateway.rate)))
        return int(min(LARGEST, max(least, self.per_second * SECONDS)))

    def _claim(self) -> Claim:
        post, gateway, now = self.post, self.post.gateway, self.post.clock()
        with transaction() as session:
            mine = [
                lane
                for lane in lanes.open_now(session, post.accounts, now)
                if lane.gateway == gateway.name and lane.municipality_id not in self.crew.closed
            ]
            size = breaker.admits(session, gateway.name, self.size(), now) if mine else 0
        chosen, size = self._turn(mine, size)
        if not size or self._ends():
            return Claim([], Counter())
        self._live()
        with transaction() as session:
            batch = outbox.claim(
                session,
                chosen,
                worker=post.worker,
                base_url=post.settings.base_url,
                now=now,
                size=size,
                drawn=self.codes,
            )
        if self.codes:
            used = {message.token for message in batch.claimed}
            self.codes = [drawn for drawn in self.codes if drawn.token not in used]
        if batch.claimed:
            self.claimed_at = now
            self._give(batch.claimed)
        return batch

    def _live(self) -> None:
        """See that the worker still holds its lock. Raises OperationalError when it does not."""
        asked_at = time.monotonic()
        self.post.check()
        self.crew.seen = asked_at

    def _give(self, claimed: Sequence[Claimed]) -> None:
        """To the crew, in the time reserved for it; where the database goes away just then, nothing was tried."""
        try:
            if time.monotonic() - self.crew.seen > LEASE / 2:
                self._live()  # the claim took long, and nobody looked meanwhile
            delay = self._reserve(len(claimed))
        except SQLAlchemyError:  # also what a connection that is known to be lost raises
            self.crew.return_untried(claimed)
            raise
        self.crew.give(claimed, delay)

    def _turn(self, mine: Sequence[Lane], size: int) -> tuple[list[Lane], int]:
        """Lanes in a drawn order; those with codes, slow to hash, every other time and in small turns."""
        coded = [lane for lane in mine if lane.link_mode != "link"]
        plain = [lane for lane in mine if lane.link_mode == "link"]
        self.claims += 1
        if not coded or (plain and self.claims % 2):
            return shuffled(plain), size
        size = min(size, TURN)
        key = config.make_secret(self.post.settings.code_key_file)
        self.codes += [letters.draw("code", key) for _ in range(size - len(self.codes))]
        return shuffled(coded), size

    def _reserve(self, n: int) -> float:
        """In how many seconds the first of `n` letters may leave, by the rate that all workers share."""
        rate = self.post.gateway.rate
        if not rate:
            return 0.0
        with transaction() as session:
            return max(0.0, pace.reserve(session, self.post.gateway.name, n, rate))

    def _note(self, claiming: Future[Claim] | None) -> None:
        self._live()
        self.unnoted += self.crew.take(self.size() // 2, SECONDS)
        if claiming and any(one.outcome.word == "skipped" or one.outcome.stops for one in self.unnoted):
            wait([claiming])  # it would claim once more what is put back now
        if self.unnoted:
            self._measure(len(self.unnoted))
            self._write_down(self.unnoted)
            self.unnoted = []

    def rescue(self) -> None:
        """The database went away: note what the crew came to know as soon as it is back; else it is in doubt.

        The crew is dismissed. Others take this worker for dead by now, but only a late note knows what happened.
        """
        self.unnoted += self.crew.take(self.crew.out, 0)
        begun = time.monotonic()
        while self.unnoted and time.monotonic() - begun < RESCUES:
            try:
                self._write_down(self.unnoted)
                break
            except DBAPIError:
                time.sleep(1)

    def _write_down(self, handled: Sequence[Handled]) -> None:
        now = self.post.clock()
        with transaction() as session:
            self.total.update(verdicts.note(session, handled, worker=self.post.worker, now=now))
            self._judge(session, handled, now)

    def _judge(self, session: Session, handled: Sequence[Handled], now: datetime) -> None:
        """Tell the breaker how the gateway fares, and others to wait when it asks for patience."""
        name = self.post.gateway.name
        for one in handled:
            if one.outcome.stops and one.outcome.lane:
                breaker.stop_lane(session, one.message.municipality_id, name, one.outcome.detail, now)
        outcomes = [one.outcome for one in handled if one.outcome.word != "skipped" and not one.outcome.lane]
        if any(outcome.word == "accepted" for outcome in outcomes):
            breaker.well(session, name, self.claimed_at)
        in_a_row = list(takewhile(breaker.is_trouble, reversed(outcomes)))
        if stop := next((outcome for outcome in outcomes if outcome.stops), None):
            breaker.trouble(session, name, stop.detail, now, at_once=True)
        elif in_a_row and breaker.trouble(session, name, in_a_row[0].detail, now, n=len(in_a_row)):
            self.crew.halted = True
        if patience := max((outcome.retry_after or 0 for outcome in outcomes), default=0):
            pace.hold(session, name, patience)

    def _measure(self, n: int) -> None:
        """How fast it goes, from one lot that is done to the next."""
        now = time.monotonic()
        self.per_second = max(self.per_second / 2, n / max(now - self.taken_at, 0.001))
        self.taken_at = now


def shuffled(found: Sequence[Lane]) -> list[Lane]:
    """`found` in a drawn order, so that no municipality always comes first."""
    return SystemRandom().sample(found, len(found))
