"""A program that tries to tell who gave which answer, from all that is kept except the private keys.

It is told who answered in which batch, and even who gave which answer in every fourth one, where it may learn
which of its tricks works. It is judged by the others, where chance is 1 / (answers in the batch).
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, product
from math import sqrt
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from tests.survey import attack_loot
from tests.survey.attack_loot import Loot, Order
from tests.survey.attack_world import Answers, World

ANSWERS = re.compile(rb'"answers":(\[[^\]]*\])')


@dataclass(frozen=True)
class Attack:
    """How many of the `citizens` tried were tied to their own response, and how many chance would have tied."""

    name: str
    citizens: int
    correct: int
    expected: float
    limit: float

    @property
    def succeeds(self) -> bool:
        """More right than three standard deviations above chance."""
        return self.correct > self.limit


def attack(world: World) -> list[Attack]:
    """Try everything on the world as it is now."""
    loot, random = attack_loot.steal(world), Random(7)
    touched, answers = attack_loot.transactions(loot), attack_loot.orders_of_responses(loot)
    tried = {"xmin join": [_sharing(loot, touched, answers["xmin"], random)]}
    ids, members = ({batch: pair[side] for batch, pair in loot.batches.items()} for side in (0, 1))
    rows = [_ranked(ids, order, random) for order in answers.values()]
    for name, orders in attack_loot.orders_of_citizens(loot).items():
        people = [_ranked(members, order, random) for order in orders]
        tried[name] = [_matching(loot, *sides) for sides in product(people, rows, (1, -1))]
    tried["log transactions"] = [_sharing(loot, touched, attack_loot.logged(loot), random)]
    attacks = [_judged(loot, name, guesses) for name, guesses in tried.items()]
    return [*attacks, *_comments(loot, touched, random), _opened(loot), _markers(loot)]


def _comments(loot: Loot, touched: Mapping[int, set[int]], random: Random) -> Iterator[Attack]:
    """Tie comments to the citizens who wrote them, and to the answers of those who wrote them."""
    mine = attack_loot.with_comments(loot)
    ids, members = ({lot: pair[side] for lot, pair in mine.batches.items()} for side in (0, 1))
    rows = [_ranked(ids, order, random) for order in attack_loot.orders_of_comments(mine).values()]
    answers = {name: _by_owner(loot, order) for name, order in attack_loot.orders_of_responses(loot).items()}
    sides = {
        "comments by citizens": chain.from_iterable(attack_loot.orders_of_citizens(loot).values()),
        "comments by answers": answers.values(),
    }
    for name, orders in sides.items():
        people = [_ranked(members, order, random) for order in orders]
        yield _judged(mine, name, [_matching(mine, *pair) for pair in product(people, rows, (1, -1))])
    written = {citizen: touched[citizen] | {xmin} for citizen, xmin in answers["xmin"].items()}
    xmins = {row["id"]: row["xmin"] for row in attack_loot.rows_of(loot, "comment")}
    yield _judged(mine, "comments' transactions", [_sharing(mine, written, xmins, random)])


def _by_owner(loot: Loot, order: Order) -> dict[int, Any]:
    """An order of responses as one of the citizens who gave them."""
    return {loot.truth[response]: value for response, value in order.items()}


# Guessing ------------------------------------------------------------------------------------------------

Guess = Mapping[UUID, int]
"""Batch → how many of its citizens were tied to their own response."""

Ranking = Mapping[UUID, list[Any]]
"""Batch → its citizens, or its responses, in some order."""


def _ranked(groups: Mapping[UUID, Sequence[Any]], order: Order, random: Random) -> Ranking:
    return {batch: _in_order(items, order, random) for batch, items in groups.items()}


def _in_order(items: Sequence[Any], order: Order, random: Random) -> list[Any]:
    """Sorted; equals by lot, and what has no place in the order anywhere."""
    shuffled = random.sample(items, len(items))
    ranked = sorted((item for item in shuffled if item in order), key=order.__getitem__)
    for item in shuffled:
        if item not in order:
            ranked.insert(random.randrange(len(ranked) + 1), item)
    return ranked


def _matching(loot: Loot, people: Ranking, responses: Ranking, step: int) -> Guess:
    """Tie the first citizen of each batch to its first response and so on; `step` -1 starts at the other end."""
    return {
        batch: sum(loot.truth[response] == one for one, response in zip(people[batch][::step], ids, strict=True))
        for batch, ids in responses.items()
    }


def _sharing(loot: Loot, people: Mapping[int, set[int]], responses: Mapping[UUID, int], random: Random) -> Guess:
    """Tie those that share a transaction; one by lot when several do."""
    found = {}
    for batch, (ids, members) in loot.batches.items():
        same = {one: [r for r in ids if responses.get(r) in people.get(one, ())] for one in members}
        found[batch] = sum(loot.truth[random.choice(some)] == one for one, some in same.items() if some)
    return found


def _judged(loot: Loot, name: str, guesses: Sequence[Guess]) -> Attack:
    """Learn on every fourth batch which guess is best, and count what it ties in the others.

    Learning on all, or on each part for the other, would make luck look like skill.
    """
    batches = sorted(loot.batches)
    learnt, judged = batches[::4], [batch for number, batch in enumerate(batches) if number % 4]
    _tied, best = max((sum(guess[batch] for batch in learnt), number) for number, guess in enumerate(guesses))
    return _against_chance(loot, name, sum(guesses[best][batch] for batch in judged), judged)


def _against_chance(loot: Loot, name: str, correct: int, batches: Collection[UUID]) -> Attack:
    sizes = [len(loot.batches[batch][0]) for batch in batches]
    chances = [1 / size for size in sizes for _citizen in range(size)]
    deviation = sqrt(sum(chance * (1 - chance) for chance in chances))
    return Attack(name, len(chances), correct, sum(chances), sum(chances) + 3 * deviation)


# Opening ballots, and looking for what should be nowhere ----------------------------------------------------


def _opened(loot: Loot) -> Attack:
    """Open every sealed ballot in log and backups that can be tied to a citizen, with every secret found."""
    laid = [(citizen, row) for copy in loot.copies for citizen, row in attack_loot.ballots_in(loot, copy).items()]
    laid += attack_loot.ballots_in_the_log(loot).items()
    keys = [PrivateKey(secret) for secret in _working_secrets(loot)]
    truth = {citizen.number: citizen.answers for citizen in loot.world.citizens}
    tied = {citizen for citizen, row in laid if truth[citizen] in _read(bytes(row.get("sealed", b"")), keys)}
    return _against_chance(loot, "ballots opened", len(tied), loot.batches)


def _read(ballot: bytes, keys: Sequence[PrivateKey]) -> Iterator[Answers]:
    """The answers in a ballot, if it is not sealed at all or one of `keys` opens it."""
    texts = [ballot]
    for key in keys:
        with suppress(CryptoError):
            texts.append(SealedBox(key).decrypt(ballot))
    return (tuple(json.loads(found[1])) for opened in texts if (found := ANSWERS.search(opened)))


def _working_secrets(loot: Loot) -> set[bytes]:
    """Of all secrets found, what is the private half of a key of the ballot box."""
    publics = {bytes(row["public_key"]) for copy in loot.copies for row in copy.tables["ballot_key"]}
    return {secret for secret in _secrets(loot) if bytes(PrivateKey(secret).public_key) in publics}


def _secrets(loot: Loot) -> set[bytes]:
    """Everything of 32 bytes: what a file begins with, the hash of that, what a column holds."""
    folders = [*loot.world.reachable, loot.world.data_dir]
    begun = {file.read_bytes()[: PrivateKey.SIZE] for folder in folders for file in _files(folder)}
    rows = (row for copy in loot.copies for table in copy.tables.values() for row in table)
    columns = {value for row in rows for value in row.values() if isinstance(value, bytes)}
    hashed = {sha256(secret).digest() for secret in begun}
    return {value for value in begun | columns | hashed if len(value) == PrivateKey.SIZE}


def _markers(loot: Loot) -> Attack:
    """How many citizens' markers stand outside `comment`: in dump, backups, the server's files or its log."""
    pattern = re.compile(re.escape(loot.world.marker.encode()) + rb"-\d{4}")
    elsewhere = attack_loot.texts_elsewhere(loot, "comment")
    seen = {marker for content in elsewhere for marker in pattern.findall(content)}
    return Attack("markers found", len(loot.world.citizens), len(seen), 0, 0)


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in folder.rglob("*") if file.is_file())
