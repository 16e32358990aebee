"""Whoever reads pages, metrics and logs minute by minute learns of nobody whether they have answered.

A reminder leaves three days after a known minute, and only to who has not answered: two worlds that differ in one
answer must look the same all the way.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from survey import backlog, jobs, metrics, operations, receipts
from survey.config import Settings
from survey.gateways import Outcome, Report
from survey.jobs import Work
from survey.models import Contact, Invitation, Message, Municipality, Staff
from tests.survey.sending import BOTH, Obedient, queue

pytestmark = pytest.mark.no_cover  # what so many rounds reach, quicker tests reach too

TICKED = ("remind", "send", "receipts", "silence")
DAYS, MINUTES = (0, 3, 4, 5, 7), (0, 20, 90)
ANSWERED_AFTER = timedelta(minutes=20)
CHANGES = re.compile(r'name="csrf_token"[^>]*')
"""What differs from one reading to the next in the same world."""


@dataclass(frozen=True)
class Story:
    """What befalls the one citizen: which of their letters (1, 2, …) goes how, and how each is reported."""

    name: str
    outcomes: tuple[Outcome, ...] = ()
    reports: tuple[Literal["delivered", "failed"], ...] = ()
    event: str | None = None
    email: bool = False
    weekday: int = 0


UNKNOWN, ACCEPTED = Outcome("unknown", "intet svar"), Outcome("accepted")
FOR_NOW, FOR_GOOD = Outcome("refused", "optaget"), Outcome("refused", "findes ikke", permanent=True, dead=True)
STORIES = (
    Story("reminded"),
    Story("reminded after the weekend", weekday=2),
    Story("reminder in doubt", (ACCEPTED, UNKNOWN)),
    Story("reminder refused", (ACCEPTED, FOR_GOOD)),
    Story("reminder refused for now", (ACCEPTED, FOR_NOW, FOR_NOW), weekday=1),
    Story("reminder delivered", reports=("delivered", "delivered")),
    Story("reminder not delivered", reports=("delivered", "failed")),
    Story("reminder by e-mail instead", reports=("delivered", "failed"), email=True),
    Story("sent again", (UNKNOWN,), event="send again"),
    Story("sent again and refused", (UNKNOWN, FOR_GOOD), event="send again"),
    Story("given up", (UNKNOWN,), event="give up"),
    Story("counted as sent", (UNKNOWN, UNKNOWN), event="count as sent"),
    Story("by e-mail instead", reports=("failed",), email=True),
    Story("e-mail instead in doubt", (ACCEPTED, UNKNOWN), ("failed",), email=True),
)


@dataclass
class World:
    """A municipality over a week, and everything that can be read of it."""

    session: Session
    here: Municipality
    settings: Settings
    browser: FlaskClient
    log: pytest.LogCaptureFixture
    seen: list[object] = field(default_factory=list)

    def live(self, story: Story, now: datetime, *, answered: bool) -> list[object]:
        """Let the story happen, the one citizen answering after twenty minutes or never; what was seen."""
        for table in ("meeting", "invitation", "message", "receipt"):
            numbers = {"table": table, "first": 1_000_000}
            self.session.execute(text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :first)"), numbers)
        start = now + timedelta(days=story.weekday - 1)
        one, *_others = queue(self.session, self.here, start, 4)
        contact = self.session.get_one(Contact, (self.here.id, one.invitation_id))
        contact.email = "a@b.dk" if story.email else None
        self.session.flush()
        outcomes, addresses = iter(story.outcomes), {contact.mobile, contact.email}
        gateway = Obedient(lambda letter: next(outcomes, ACCEPTED) if letter.to in addresses else ACCEPTED)
        for moment in (start + timedelta(days=day, minutes=minute) for day in DAYS for minute in MINUTES):
            if moment == start + ANSWERED_AFTER:
                self._happen(story, one, answered, moment)
            if moment >= start + ANSWERED_AFTER:
                mine = [letter.reference for letter in gateway.letters if letter.to in addresses]
                for reference, word in zip(mine, story.reports, strict=False):
                    receipts.store(self.session, gateway.name, [Report(reference, reference, word)], moment)
            self._work(gateway, moment)
            self._read(moment)
        return self.seen

    def _happen(self, story: Story, one: Message, answered: bool, now: datetime) -> None:
        """The citizen answers or not; then an administrator decides about what is in doubt."""
        mine = Invitation.id == one.invitation_id
        self.session.execute(update(Invitation).where(mine).values(answered=answered))
        for doubt in operations.doubts_by_reason(self.session, self.here.id) if story.event else ():
            which = (doubt.gateway, doubt.reason, story.event or "")
            self.seen.append(operations.decide_all(self.session, self.here.id, *which, now))

    def _work(self, gateway: Obedient, now: datetime) -> None:
        """What a worker does, and what it says and logs."""
        self.log.clear()
        work = Work(self.settings, (gateway,), self.seen.append, lambda: now)
        for timed in jobs.JOBS:
            if timed.name in TICKED:
                jobs.tick(timed, work)
        self.session.expire_all()
        self.seen += [(record.getMessage(), record.__dict__["fields"]) for record in self.log.records]

    def _read(self, now: datetime) -> None:
        """What the page and the metrics show."""
        here = (self.session, self.here.id)
        handled = operations.outcomes(*here, now)
        self.seen += [
            (now, handled),
            backlog.queues(*here, BOTH, now),
            operations.health(*here, ["obedient"], handled, now),
            operations.doubts_by_reason(*here),
            operations.too_early(*here, now),
            operations.in_doubt(*here),
            metrics.exposition(self.session.connection(), now),
            CHANGES.sub("", self.browser.get("/drift").text),
        ]


@pytest.fixture
def world(
    session: Session,
    ready: Municipality,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    employ: Callable[..., Staff],
    enter: Callable[..., FlaskClient],
) -> Callable[..., list[object]]:
    """`world(story, now, answered=True)`: everything that was seen, in a world that is gone afterwards."""
    caplog.set_level(logging.INFO, "tilfreds")
    browser = enter(employ(session, ready, "administrator"), ready)

    def live(story: Story, now: datetime, *, answered: bool) -> list[object]:
        outside = session.connection().begin_nested()
        seen = World(session, ready, settings, browser, caplog).live(story, now, answered=answered)
        outside.rollback()
        session.expire_all()
        return seen

    return live


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_one_answer_changes_nothing_that_can_be_seen(
    world: Callable[..., list[object]], now: datetime, story: Story
) -> None:
    """Minute by minute over a week: pages, decisions, metrics, log and what the worker says."""
    silent, answered = (world(story, now, answered=each) for each in (False, True))
    differing = [pair for pair in zip(silent, answered, strict=False) if pair[0] != pair[1]]
    assert differing[:1] == []
    assert len(silent) == len(answered)


def test_the_watcher_would_see_an_invitation(world: Callable[..., list[object]], now: datetime) -> None:
    """The comparison is of something: the four invitations are in what is said, logged and shown."""
    seen = world(STORIES[0], now, answered=False)
    assert "sendt 4" in seen
    assert ("job done", {"job": "send", "sent": 4, "refused": 0, "unknown": 0, "waiting": 0, "skipped": 0}) in seen
    assert any('state="sent"} 4' in str(each) for each in seen)
