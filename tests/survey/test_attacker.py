"""An attacker with everything but the keys ties answers to citizens no better than by chance."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from survey import batches, db, embedded, fragments, keys, responses, tally
from survey.keys import KeyStore
from tests.survey import attack_world
from tests.survey.attack_world import World
from tests.survey.attacker import Attack, attack

pytestmark = pytest.mark.no_cover  # what so many rounds reach, quicker tests reach too

Build = Callable[..., World]


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, Path]]:
    """A server whose files the attacker has, and which keeps all of its log: its address and its folder."""
    with TemporaryDirectory(prefix="tilfreds-attacked-") as folder:
        data_dir = Path(folder) / "pg"
        with embedded.server(data_dir) as url:
            engine = create_engine(url, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text("ALTER SYSTEM SET wal_keep_size = '4GB'"))
                connection.execute(text("SELECT pg_reload_conf()"))
                connection.execute(text("CREATE DATABASE template_tilfreds"))
            template = create_engine(make_url(url).set(database="template_tilfreds"))
            with template.begin() as connection:
                db.migrate(connection)
            template.dispose()
            engine.dispose()
            yield url, data_dir


@pytest.fixture
def build(server: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Build]:
    """`build(evenings, seed=1)`: a municipality in a database of its own, where nobody has answered yet."""
    url, data_dir = server
    engines: list[Engine] = []

    def make(evenings: int, seed: int = 1) -> World:
        name = f"w_{secrets.token_hex(6)}"
        admin = create_engine(url, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template_tilfreds"))
        admin.dispose()
        engines.append(db.connect(make_url(url).set(database=name).render_as_string(hide_password=False)))
        world = attack_world.build(engines[-1], data_dir, tmp_path / name, evenings, seed)
        attack_world.mark(world, monkeypatch)
        return world

    yield make
    db.use(None)
    for engine in engines:
        engine.dispose()


def show(title: str, attacks: list[Attack]) -> None:
    """Print what was tried, for whoever runs the test with -s."""
    print(f"\n{title}\n{'attack':24}{'citizens':>9}{'correct':>9}{'expected':>10}{'limit':>8}")  # noqa: T201 - the point of it
    for one in attacks:
        verdict = "found" if one.succeeds else "no better than chance"
        print(f"{one.name:24}{one.citizens:9}{one.correct:9}{one.expected:10.1f}{one.limit:8.1f}  {verdict}")  # noqa: T201 - the point of it


def succeeding(title: str, world: World) -> set[str]:
    """The names of the attacks that did better than chance."""
    attacks = attack(world)
    show(title, attacks)
    assert all(one.citizens >= 500 for one in attacks) or world.evenings < 24
    return {one.name for one in attacks if one.succeeds}


def sound(world: World, title: str) -> set[str]:
    """Attack while the last evening's ballots wait, and after the night that tallies them."""
    attack_world.live(world, 23, backups=(8, 16))
    attack_world.evening(world)
    found = {f"{name}, ballots waiting" for name in succeeding(f"{title}, ballots waiting", world)}
    attack_world.night(world)
    return found | succeeding(f"{title}, all tallied", world)


def test_the_attacker_does_no_better_than_chance(build: Build) -> None:
    """With ballots waiting and with all tallied, no attack on 500 citizens in 43 batches beats chance.

    Neither answers nor comments are tied to citizens, nor comments to answers.
    """
    found = sound(build(24), "The product")
    if found:
        # By chance one of all these attacks passes its limit in about 5 of 100 runs; a leak does so every time.
        found &= sound(build(24, seed=2), "The product once more")
    assert found == set()


# What the attacker must find -----------------------------------------------------------------------------


@contextmanager
def no_shuffle(_world: World, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Responses are written in the order in which the tally reads the ballots: that of their random ids."""
    patch.setattr(batches, "shuffle", lambda _rows: None)
    yield


@contextmanager
def order_of_arrival(_world: World, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ballots are numbered as they come, and nothing is shuffled."""
    numbers = map(UUID, (f"{number:032x}" for number in count(1)))
    for module in (responses, tally, fragments):
        patch.setattr(module, "uuid4", lambda: next(numbers))
    for module in (batches, tally, fragments):
        patch.setattr(module, "shuffle", lambda _rows: None)
    yield


@contextmanager
def answering_times(world: World, _patch: pytest.MonkeyPatch) -> Iterator[None]:
    """The time of answering is kept with the response, and two seconds later with the invitation."""
    yield
    times = {one.number: attack_world.answered_at(world, one) for one in world.citizens}
    given = {response: times[number] for response, (_batch, number) in world.responses().items()}
    with world.engine.begin() as connection:
        for table in ("invitation", "response"):
            connection.execute(text(f"ALTER TABLE {table} ADD answered_at timestamptz"))
        note = "UPDATE {} SET answered_at = :at WHERE id = :id"
        later = timedelta(seconds=2)
        rows = [{"id": number, "at": at + later} for number, at in sorted(times.items())]
        connection.execute(text(note.format("invitation")), rows)
        connection.execute(text(note.format("response")), [{"id": id_, "at": given[id_]} for id_ in sorted(given)])


@contextmanager
def one_transaction(world: World, _patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each response, and what was written beside it, is written together with the invitation it answers."""
    yield
    comments = {number: comment for comment, number in world.comments().items()}
    for response, (_batch, number) in world.responses().items():
        with world.engine.begin() as connection:
            connection.execute(text("UPDATE invitation SET answered = answered WHERE id = :id"), {"id": number})
            connection.execute(text("UPDATE response SET points = points WHERE id = :id"), {"id": response})
            beside = {"id": comments.get(number)}
            connection.execute(text("UPDATE comment SET law = law WHERE id = :id"), beside)


class Glass:
    """A box anybody can look into. What is left of it is filled with noise, which the server cannot compress."""

    def __init__(self, _key: object) -> None:
        """Any key will do."""

    def encrypt(self, plain: bytes) -> bytes:
        """`plain`, as long as if it were sealed."""
        said = plain.rstrip(b"\0")
        return said + secrets.token_bytes(keys.BALLOT_BYTES - len(said))

    def decrypt(self, sealed: bytes) -> bytes:
        """What was said, and the noise."""
        return sealed


@contextmanager
def no_seal(_world: World, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ballots have their size, but anybody can read them."""
    patch.setattr(keys, "SealedBox", Glass)
    yield


@contextmanager
def keys_kept(world: World, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keys are said to be destroyed but are not, and the attacker gets their folder."""
    patch.setattr(KeyStore, "destroy", lambda *_anything: [])
    yield
    world.reachable.append(world.places[1])


Broken = Callable[[World, pytest.MonkeyPatch], AbstractContextManager[None]]


@pytest.mark.parametrize(
    ("broken", "by"),
    [
        (no_shuffle, {"ballots"}),
        (
            order_of_arrival,
            {"ballots", "xmin rank", "log order and times", "comments by citizens", "comments by answers"},
        ),
        (answering_times, {"times"}),
        (one_transaction, {"xmin join", "log transactions", "comments' transactions"}),
        (no_seal, {"ballots opened", "markers found"}),
        (keys_kept, {"ballots opened"}),
    ],
)
def test_the_attacker_finds_what_is_broken(
    build: Build, monkeypatch: pytest.MonkeyPatch, broken: Broken, by: set[str]
) -> None:
    """Each way to break the promise is found by the attack that looks for it."""
    world = build(6)
    with broken(world, monkeypatch):
        attack_world.live(world, 6, backups=(2, 4))
    assert by <= succeeding(f"Broken: {broken.__name__}", world)
