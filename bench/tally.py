"""The tally of many sealed ballots against opening their seals alone, and the memory of it and the next gathering.

Goals: at most three times as long, in memory that does not grow with the ballots. A million of them in one night:
`python -m bench.tally --ballots 1000000`, with 40 GB free; with `--comments` each answer leaves one fragment more.
"""

import argparse
import random
import time
from collections.abc import Iterator
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

from nacl.public import PrivateKey, SealedBox
from sqlalchemy import select
from sqlalchemy.orm import Session

from bench._queue import NOW, database, settle
from bench._took import Took, backends, took
from survey import ballot_box, db, fragments, keys, municipalities, processes, tally, telling, workdays
from survey.keys import BallotContent
from survey.models import Ballot, Municipality, QuestionnaireVersion, Team
from survey.tally import Tallied

FEW, MANY = 50_000, 200_000
GOAL = 3.0
GROWTH = 1.1
"""At most so many times the memory may ten times as many ballots take."""
TEAMS = {f"Team {n}": ("LAS", "ydelse") if n % 3 == 0 else ("LAB", "opfoelgning") for n in range(12)}
DAYS = 5
"""The answers of a working week, tallied in one night."""
LIKELY = (2, 3, 8, 35, 52)
"""How "ved ikke" and the points of the scale are chosen; half of the statements as the person's first."""


class Gathered(NamedTuple):
    """What gathering the fragments took on the next night, and MB of memory before it and at most."""

    took: Took
    before: float
    peak: float


class Box(NamedTuple):
    """A municipality's id, and the private halves of the keys of its ballots and of what their tally seals."""

    place: int
    ballots: dict[UUID, bytes]
    fragments: dict[UUID, bytes]


class Ran(NamedTuple):
    """What the seals alone took, what reading them took too, the tally, and MB of memory before it and at most."""

    seals: float
    opened: Took
    counted: Took
    before: float
    peak: float
    tallied: Tallied


def main(many: int = MANY, *, few: int = FEW, comments: bool = False) -> None:
    """Print the ratios of both numbers of ballots, and how the memory grows."""
    with database() as url:
        least, least_later = shown(url, few, comments=comments)
        most, most_later = shown(url, many, comments=comments)
    for what, grown in (("tally", most.peak / least.peak), ("gathering", most_later.peak / least_later.peak)):
        verdict = "reached" if grown <= GROWTH else "MISSED"
        print(f"{what}: memory for {many} ballots is {grown:.2f} times that for {few}; goal {GROWTH}: {verdict}")


def shown(url: str, ballots: int, *, comments: bool) -> tuple[Ran, Gathered]:
    """Tally so many ballots in a process of its own, gather in another the next night, and print what it took."""
    slug = f"n{ballots}"
    box = fill(slug, ballots, comments=comments)
    settle()
    with get_context("spawn").Pool(1) as pool:
        ran = pool.apply(run, (url, box.place, box.ballots))
    assert ran.tallied.answers + ran.tallied.waiting == ballots
    ratio = ran.counted.processor / ran.seals
    print(
        f"{ballots} ballots: tally {ran.counted.clock:.1f} s, processor {ran.counted.processor:.1f}; "
        f"reading and opening them {ran.opened.clock:.1f} s, processor {ran.opened.processor:.1f}, "
        f"of which the seals {ran.seals:.1f}\n"
        f"  processor time to the seals {ratio:.2f}, goal {GOAL}: {'reached' if ratio <= GOAL else 'MISSED'}; "
        f"to reading them too {ran.counted.processor / ran.opened.processor:.2f}, "
        f"by the clock {ran.counted.clock / ran.opened.clock:.2f}\n"
        f"  memory {ran.before:.0f} MB before, {ran.peak:.0f} MB at most",
        flush=True,
    )
    later = next_night(url, box)
    print(
        f"  gathering on the next night {later.took.clock:.1f} s, processor {later.took.processor:.1f}; "
        f"memory {later.before:.0f} MB before, {later.peak:.0f} MB at most",
        flush=True,
    )
    return ran, later


def next_night(url: str, box: Box) -> Gathered:
    """Put the batches into cells and change the key, as the night does, then gather in a process of its own."""
    later = NOW + timedelta(days=1)
    with db.transaction() as session:
        telling.tonight(session, box.place, NOW)
        ballot_box.open_next(session, box.place, uuid4(), bytes(PrivateKey.generate().public_key), later)
    settle()
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(gather, (url, box))


# In a process of its own ---------------------------------------------------------------------------------


def run(url: str, place: int, privates: dict[UUID, bytes]) -> Ran:
    """Open every seal once, then tally."""
    processes.settle()  # as `flask tally` does
    engine = db.connect(url)
    seals: list[float] = []
    opened = took(lambda: seals.append(opening(place, privates)), backends())
    before, tallied = memory("VmRSS"), list[Tallied]()
    counted = took(lambda: tallied.append(count(place, privates)), backends())
    engine.dispose()
    return Ran(seals[0], opened, counted, before, memory("VmHWM"), tallied[0])


def gather(url: str, box: Box) -> Gathered:
    """Open every fragment of the night before, write out what is enough and seal the rest anew."""
    processes.settle()  # as `flask tally` does
    engine = db.connect(url)
    before = memory("VmRSS")
    used = took(lambda: _gather(box), backends())
    engine.dispose()
    return Gathered(used, before, memory("VmHWM"))


def _gather(box: Box) -> None:
    with db.transaction() as session:
        fragments.gather(session, box.place, box.fragments, NOW + timedelta(days=1))


def opening(place: int, privates: dict[UUID, bytes]) -> float:
    """Read and open every ballot, and do nothing with it; the processor's seconds of opening alone."""
    boxes = {key_id: SealedBox(PrivateKey(private)) for key_id, private in privates.items()}
    rows = select(Ballot.key_id, Ballot.sealed).where(Ballot.municipality_id == place)
    used = 0.0
    with db.transaction() as session, session.execute(rows, execution_options={"yield_per": 500}) as found:
        for key_id, sealed in found:
            began = time.process_time()
            boxes[key_id].decrypt(sealed)
            used += time.process_time() - began
    return used


def count(place: int, privates: dict[UUID, bytes]) -> Tallied:
    """The night's tally, to the commit."""
    with db.transaction() as session:
        return tally.count(session, place, privates, NOW)


def memory(name: str) -> float:
    """MB of this process: "VmRSS" now, "VmHWM" at most."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return int(next(line for line in lines if line.startswith(f"{name}:")).split()[1]) / 1024


# The box -------------------------------------------------------------------------------------------------


def fill(slug: str, ballots: int, *, comments: bool) -> Box:
    """A municipality with so many ballots."""
    draw = random.Random(slug)
    with db.transaction() as session:
        place = municipalities.establish(
            session, slug=slug, name=slug, phone="1", sms_sender=slug, now=NOW, teams=TEAMS
        )
        place.asks_comment = comments
        first, private = uuid4(), PrivateKey.generate()
        ballot_box.open_next(session, place.id, first, bytes(private.public_key), NOW)
        teams = widths(session, place)
        cursor = session.connection().connection.cursor()
        with cursor.copy("COPY ballot (municipality_id, id, key_id, sealed) FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["int8", "uuid", "uuid", "bytea"])
            for content in contents(teams, ballots, draw):
                said = content if comments else content._replace(comment="")
                copy.write_row((place.id, uuid4(), first, keys.seal(bytes(private.public_key), said)))
        second, other = uuid4(), PrivateKey.generate()
        ballot_box.open_next(session, place.id, second, bytes(other.public_key), NOW)
        return Box(place.id, {first: bytes(private)}, {second: bytes(other)})


def widths(session: Session, place: Municipality) -> list[tuple[int, str, int, int]]:
    """Each team: its id, law, version and number of statements."""
    of = QuestionnaireVersion
    rows = session.execute(
        select(Team.id, Team.law, of.id, of.statement_count)
        .join(of, (of.municipality_id == Team.municipality_id) & (of.questionnaire_id == Team.questionnaire_id))
        .where(Team.municipality_id == place.id)
    )
    return [(team, law, version, width) for team, law, version, width in rows]


def contents(teams: list[tuple[int, str, int, int]], ballots: int, draw: random.Random) -> Iterator[BallotContent]:
    """Answers: every twentieth with a comment, in three languages, by SMS and e-mail."""
    for number in range(ballots):
        team, law, version, width = draw.choice(teams)
        usual, *others = draw.choices(range(5), LIKELY, k=width)
        answers = (usual, *(usual if draw.random() < 0.5 else other for other in others))
        yield BallotContent(
            team_id=team,
            law=law,
            version_id=version,
            day=workdays.day(NOW) - timedelta(days=draw.randrange(DAYS)),
            language=draw.choice(("da", "da", "da", "en", "ar")),
            channel=draw.choice(("sms", "sms", "email")),
            first=draw.random() < 0.7,
            target_group=draw.choice(("Sygedagpenge", "Kontanthjælp", "Dagpenge", None)),
            meeting_number=draw.choice(("1", "2-3", "4+")),
            tag=draw.choice((None, "meeting", "law", "both")),
            answers=answers,
            comment="Tak for en god samtale og for hjælpen." if number % 20 == 0 else "",
        )


if __name__ == "__main__":
    wanted = argparse.ArgumentParser()
    wanted.add_argument("--ballots", type=int, default=MANY)
    wanted.add_argument("--few", type=int, default=FEW)
    wanted.add_argument("--comments", action="store_true", help="the municipality asks for comments")
    given = wanted.parse_args()
    main(given.ballots, few=given.few, comments=given.comments)
