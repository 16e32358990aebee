"""Living a demo municipality day by day: files in, messages out, answers, callbacks, nights."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import func, select, text

from survey import (
    callbacks,
    codes,
    invitations,
    lanes,
    letters,
    meeting_files,
    meetings,
    nightly,
    onsite,
    outbox,
    question_sets,
    receipts,
    responses,
    verdicts,
    workdays,
)
from survey.db import transaction
from survey.demo import Scenario, Turn, Visit
from survey.forms import WISHES
from survey.gateways import Gateway, Letter, Outcome, Report
from survey.lanes import ForAll
from survey.letters import Claimed
from survey.models import Batch, CallbackRequest, Participation, Team, Waiting

MORNING, NOON, FILE_COMES, SENDING = time(9, 30), time(12), time(15), time(15, 5)
EVENING, NIGHT = time(19), time(3, 40)
WORKER = 1
GROWING = text("ANALYZE meeting, invitation, contact, message, link, ballot_key")
"""What the server does by itself where a year takes a year: count anew what it plans by."""
SILENT = 40
"""One in so many citizens has a phone the provider never reports on."""
BASE_URL = "https://svar.eksempel.dk"


@dataclass
class Postbox:
    """A gateway that gives every citizen the link out of the letter, and hands the letter on when told to whom."""

    inner: Gateway | None = None
    links: dict[str, str] = field(default_factory=dict)
    name: str = "simulated"
    channels: tuple[str, ...] = ("sms", "email")
    reports: bool = True
    at_once: int = 1
    rate: float = 0.0

    def send(self, letter: Letter) -> Outcome:
        """Accepted, and in the citizen's hand."""
        self.links[letter.to] = token_in(letter.body)
        return self.inner.send(letter) if self.inner else Outcome("accepted")

    def close(self) -> None:
        """Nothing is held open."""


@dataclass
class Life:
    """A municipality being lived: who it is, what will happen, and where its letters, keys and staff are."""

    municipality_id: int
    scenario: Scenario
    key_places: Sequence[Path]
    fingerprint_key: bytes
    code_key: bytes
    caseworkers: Sequence[int]
    postbox: Postbox
    base_url: str = BASE_URL

    def live(self, days: Sequence[date], *, nights_after: Sequence[date] = ()) -> None:
        """Every day in turn, each with the night before it; then only the nights of `nights_after`."""
        nightly.ensure_open_key(self.key_places, self.municipality_id, workdays.at(days[0], NIGHT))
        for day in days:
            self.night(day)
            if workdays.is_workday(day):
                self.call_back(day)
                self.send(workdays.at(day, MORNING))
                self.open_room(day)
                self.take_in(day, workdays.at(day, FILE_COMES))
                self.send(workdays.at(day, SENDING))
            self.answer(day)
        for day in nights_after:
            self.night(day)

    def night(self, day: date) -> None:
        """Tally and retention at 3.40; after a week the server is told how much there is by now."""
        nightly.tally_all(self.key_places, workdays.at(day, NIGHT), self.municipality_id)
        nightly.clean_all(workdays.at(day, NIGHT), self.municipality_id)
        if day.isoweekday() == 7:
            with transaction() as session:
                session.execute(GROWING)

    def take_in(self, day: date, now: datetime) -> None:
        """The day's file arrives."""
        data = self.scenario.file(day)
        with transaction() as session:
            meetings.record(
                session,
                self.municipality_id,
                meeting_files.read(data, "samtaler.csv"),
                file_name=f"samtaler-{day:%Y-%m-%d}.csv",
                fingerprint_key=self.fingerprint_key,
                now=now,
            )

    def send(self, now: datetime) -> None:
        """Remind, and send all that is due, until nothing is."""
        with transaction() as session:
            invitations.remind(session, now)
        carriers = [ForAll(self.postbox.name, self.postbox.channels)]
        while True:
            with transaction() as session:
                open_lanes = lanes.open_now(session, carriers, now)
                batch = outbox.claim(session, open_lanes, worker=WORKER, base_url=self.base_url, now=now, size=200)
            handled = letters.hand_over(batch.claimed, [self.postbox])
            with transaction() as session:
                verdicts.note(session, handled, worker=WORKER, now=now)
                receipts.store(session, self.postbox.name, arrived(batch.claimed), now)
                receipts.process(session, now)
            if not batch:
                return

    def answer(self, day: date) -> None:
        """Whoever answers on `day` does, in the evening, with the newest link they have."""
        now = workdays.at(day, EVENING)
        for visit in self.scenario.answering_on(day):
            token = self.postbox.links[visit.address]
            with transaction() as session:
                if not responses.submit(session, token, visit.answers or (), now, visit.beside):
                    raise RuntimeError(f"a link of the demo was refused on {day}")
            if visit.wants_call:
                self.ask(visit, token, now)

    def open_room(self, day: date) -> None:
        """Whoever answers on the screen that day gets a code in the morning and uses it at noon."""
        for turn in self.scenario.turns:
            if turn.day == day:
                self.use_screen(turn, codes.code_hash(self.code_key, codes.draw()))

    def use_screen(self, turn: Turn, code_hash: bytes) -> None:
        """One code, made for the team and used for an answer."""
        here, noon = self.municipality_id, workdays.at(turn.day, NOON)
        team = select(Team.id).where(Team.municipality_id == here, Team.name == turn.team)
        with transaction() as session:
            team_id = session.scalars(team).one()
            onsite.make(session, here, team_id, [code_hash], workdays.at(turn.day, MORNING))
        with transaction() as session:
            found = onsite.find(session, here, code_hash, noon)
            if not found or not onsite.submit(session, here, code_hash, found.version_id, turn.answers, noon):
                raise RuntimeError(f"a code of the demo was refused on {turn.day}")

    def ask(self, visit: Visit, token: str, now: datetime) -> None:
        """The citizen asks to be called about what was not at the top."""
        content = question_sets.load(visit.series.code)
        with transaction() as session:
            asked = invitations.find(session, token)
            if asked is None:
                raise RuntimeError("a link of the demo is gone")
            callbacks.ask(
                session,
                municipality_id=self.municipality_id,
                invitation_id=asked.invitation_id,
                phone=asked.mobile or "+4556575757",
                wished_time=list(WISHES.values())[visit.citizen % len(WISHES)],
                language=visit.language,
                topics=content.callback_topics(visit.answers or ()),
                now=now,
            )

    def call_back(self, day: date) -> None:
        """Caseworkers call those whose deadline is today: taken, tried, closed."""
        now = workdays.at(day, MORNING)
        with transaction() as session:
            due = session.scalars(
                select(CallbackRequest.id).where(
                    CallbackRequest.municipality_id == self.municipality_id,
                    CallbackRequest.state == "new",
                    CallbackRequest.due_on <= day,
                )
            ).all()
            for number in due:
                staff = self.caseworkers[number % len(self.caseworkers)]
                callbacks.take(session, self.municipality_id, number, staff_id=staff, now=now)
                later = now + timedelta(minutes=20)
                callbacks.close(
                    session,
                    self.municipality_id,
                    number,
                    staff_id=staff,
                    outcome="reached" if number % 5 else "not_reached",
                    note="",
                    now=later,
                )


def arrived(handed: Sequence[Claimed]) -> list[Report]:
    """The provider's receipts: all has arrived, but about every fortieth citizen it never says anything."""
    return [
        Report(f"{message.reference}:delivered", message.reference, "delivered")
        for message in handed
        if zlib.crc32(message.to.encode()) % SILENT
    ]


def token_in(body: str) -> str:
    """The token of the link in a letter."""
    return body.split("/s/")[1][:26]


def check_sums(municipality_id: int, planned: dict[str, tuple[int, int]]) -> None:
    """Raise RuntimeError unless each law has (sent, answered) as planned, in the batches too, and none wait."""
    batches = select(Batch.law, func.sum(Batch.n)).where(Batch.municipality_id == municipality_id)
    counted = (
        select(Team.law, func.sum(Participation.sent), func.sum(Participation.answered))
        .join(Team)
        .where(Participation.municipality_id == municipality_id)
    )
    waiting = select(func.count()).select_from(Waiting).where(Waiting.municipality_id == municipality_id)
    with transaction() as session:
        tallied = {law: int(n) for law, n in session.execute(batches.group_by(Batch.law))}
        taken_part = {law: (int(sent), int(n)) for law, sent, n in session.execute(counted.group_by(Team.law))}
        left = session.scalar(waiting)
    if taken_part != planned or tallied != {law: pair[1] for law, pair in planned.items()} or left:
        raise RuntimeError(f"planned {planned}, took part {taken_part}, in batches {tallied}, {left} waiting")
