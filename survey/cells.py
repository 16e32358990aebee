"""Cells: whole batches put together until what they say may be told by itself.

Everything published about answers is a sum of cells, or of groups of them where it is finer than the mean. Each
could be printed alone, so neither two periods, a group less its teams, nor two days' pages uncover anything finer.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from survey import scoring
from survey.scoring import scores

SMALLEST_CELL = 8
"""People behind a point of the chart."""
MANY = scoring.PRECISE_FROM
"""Of so many people everything is told as it is, but what would uncover another statement."""
OPEN = 3
"""So wide is what is left open about how many chose any one point, where it is not told."""


@dataclass(frozen=True)
class Counted:
    """What is counted of whole batches of one unit, version and mode; sums of everything a batch leaves behind.

    `statements` as rows of "ved ikke", 1 … points. `persons` by statements answered and their sum: everybody, also
    who answered none. `sums` are the numbers of `BatchComplete` by name, lists or whole numbers. `tags` in the
    order of TAGS. `cell` is the number of the cell that these are the counts of, 0 where they are of none or many.
    """

    first_on: date
    last_on: date
    batches: int
    n: int
    statements: tuple[tuple[int, ...], ...]
    persons: Counter[tuple[int, int]]
    sums: dict[str, Any]
    tags: tuple[int, ...]
    cell: int = field(default=0, compare=False, repr=False)

    @property
    def people(self) -> int:
        """How many answered at least one statement on the scale."""
        return self.n - self.persons[0, 0]

    @property
    def chosen(self) -> list[list[int]]:
        """Per statement how many chose each point of the scale."""
        return [list(counts[1:]) for counts in self.statements]

    def plus(self, other: "Counted") -> "Counted":
        """Both together."""
        return together((self, other))


def together(parts: Sequence[Counted]) -> Counted:
    """All `parts`, at least one, of one unit, version and mode."""
    tags = zip(*(part.tags for part in parts), strict=True)
    rows = zip(*(part.statements for part in parts), strict=True)
    return Counted(
        first_on=min(part.first_on for part in parts),
        last_on=max(part.last_on for part in parts),
        batches=sum(part.batches for part in parts),
        n=sum(part.n for part in parts),
        statements=tuple(tuple(map(sum, zip(*mine, strict=True))) for mine in rows),
        persons=Counter(scores.people_together(part.persons for part in parts)),
        sums={name: _added([part.sums[name] for part in parts]) for name in parts[0].sums},
        tags=tuple(map(sum, tags)),
    )


def _added(numbers: Sequence[Any]) -> Any:
    return list(map(sum, zip(*numbers, strict=True))) if isinstance(numbers[0], list) else sum(numbers)


P = ParamSpec("P")
T = TypeVar("T")
REMEMBERED = 256
"""So many answers are remembered of each question about cells, before all of them are forgotten."""


def remembered(
    work: Callable[Concatenate[Sequence[Counted], P], T],
) -> Callable[Concatenate[Sequence[Counted], P], T]:
    """Ask `work` once: of the same cells it says the same for ever, for no cell ever changes.

    What it returns must be left as it is. Of counts that are of no one cell it is asked every time.
    """
    known: dict[Any, T] = {}

    @wraps(work)
    def asked(parts: Sequence[Counted], /, *args: P.args, **kwargs: P.kwargs) -> T:
        cells = tuple([part.cell for part in parts])
        if not all(cells):
            return work(parts, *args, **kwargs)
        key = (cells, args, *kwargs.items())
        try:
            return known[key]
        except KeyError:
            answer = work(parts, *args, **kwargs)
        if len(known) >= REMEMBERED:
            known.clear()
        known[key] = answer
        return answer

    return asked


@dataclass(frozen=True)
class Unit:
    """Of whom a cell tells: a team, or with None the rest of its law group; one version and mode."""

    team_id: int | None
    law: str
    version_id: int
    mode: str


@dataclass(frozen=True)
class Untold:
    """A batch in no cell yet, a cell in no group of means, or a group of means in no spread.

    Of a group `told` are the positions of the statements whose means are told already, and `cells` what it is of.
    `team_id` is the team whose answers a batch has, None where they are of several.
    """

    id: UUID
    unit: Unit
    counted: Counted
    told: Sequence[int] = ()
    cells: Sequence[Counted] = ()
    team_id: int | None = None


# What may be told by itself ------------------------------------------------------------------------------


def leaves_open(counts: Sequence[int]) -> bool:
    """Whether the mean of `counts` (lowest point first) leaves open how many chose each point: a span of three.

    So far must the sum of the scores be from both ends that three more or fewer could be at the other one.
    """
    reach = OPEN * (len(counts) - 1)
    n, total = scoring.answers(counts), scoring.total(counts)
    return reach <= total - n and total <= len(counts) * n - reach


def may_stand(counted: Counted, smallest: int) -> bool:
    """Whether the mean of all answers may be told: then this is a cell. A lone statement's mean is that mean."""
    few = SMALLEST_CELL if len(counted.statements) > 1 else scoring.SMALLEST_DISTRIBUTION
    together = scoring.pooled(counted.chosen)
    return counted.people >= max(few, smallest) and (counted.people >= MANY or leaves_open(together))


def told(counted: Counted, parts: Sequence[Untold], smallest: int) -> list[int]:
    """The positions (from 1) of the statements whose means may be told beside those of all in each of `parts`.

    A mean near an end is told from MANY answers, but only of a single part: beside it others' would be known.
    """
    means = [_mean(counts, smallest, alone=len(parts) == 1) for counts in counted.chosen]
    kept = scoring.withheld(means, counted.chosen)
    mine = [part.counted for part in parts]
    return _fewest_withheld(
        [number for number, mean in enumerate(kept, 1) if mean.shown],
        counted,
        lambda numbers: _others_stay_open(counted, numbers) and _cells_stay_open(mine, numbers, {}, smallest),
    )


def _fewest_withheld(
    numbers: Sequence[int], counted: Counted, stays_open: Callable[[Sequence[int]], bool]
) -> list[int]:
    """`numbers` less those of fewest answers, one after the other, until what is not told stays open."""
    left = sorted(numbers, key=lambda number: (scoring.answers(counted.chosen[number - 1]), number))
    while left and not stays_open(left):
        left.pop(0)
    return sorted(left)


def _others_stay_open(counted: Counted, numbers: Sequence[int]) -> bool:
    """Whether a mean of all statements but `numbers` may be known: it is that of all answers less those told."""
    others = _others(counted, numbers)
    return not any(others) or leaves_open(others)


def _others(counted: Counted, numbers: Sequence[int]) -> list[int]:
    """How many chose each point of the statements that are not among `numbers`."""
    none = [0] * len(counted.chosen[0])
    return scoring.pooled(
        [none, *(counts for number, counts in enumerate(counted.chosen, 1) if number not in numbers)]
    )


def _cells_stay_open(
    mine: Sequence[Counted], numbers: Sequence[int], wholes: Mapping[int, Sequence[int]], smallest: int
) -> bool:
    """Whether the means of statements `numbers` of all cells, beside each cell's own mean, uncover none of them.

    All that is not among `numbers` is one more statement: its sum is what the others leave. `wholes` are by
    statement the counts, of these cells and more, that are known. Counts that may be told are not asked about; nor
    is a lone cell, of which nothing is told but as a whole.
    """
    return len(mine) == 1 or scoring.table_stays_open(
        [[*(cell.chosen[number - 1] for number in numbers), _others(cell, numbers)] for cell in mine],
        [
            [*(not _may_be_told(cell.statements[number - 1], smallest) for number in numbers), True]
            for cell in mine
        ],
        [*(wholes.get(number) for number in numbers), None],
    )


def _may_be_told(counts: Sequence[int], smallest: int) -> bool:
    return scoring.exact_distribution(counts, smallest=max(scoring.SMALLEST_DISTRIBUTION, smallest))


def _mean(counts: Sequence[int], smallest: int, *, alone: bool) -> scoring.Figure:
    n = scoring.answers(counts)
    if n < smallest or not (leaves_open(counts) or (alone and n >= MANY)):
        return scoring.HIDDEN
    return scoring.published_mean(scoring.mean(counts), n, len(counts), smallest=smallest)


def may_tell_means(counted: Counted, parts: Sequence[Untold], smallest: int) -> bool:
    """Whether to tell the statements' means now: all of them may be, or so many people will not change it."""
    enough = max(scoring.SMALLEST_DISTRIBUTION, smallest)
    return counted.people >= enough and (
        counted.people >= 2 * MANY or len(told(counted, parts, smallest)) == len(counted.statements)
    )


def spread(counted: Counted, parts: Sequence[Untold], smallest: int) -> list[int]:
    """The positions of the statements whose distribution may be told, "ved ikke" among the shares.

    `parts` are the groups of means that `counted` is made of: neither they nor their cells may be uncovered by it.
    """
    ten = max(scoring.SMALLEST_DISTRIBUTION, smallest)
    every = counted.chosen
    found = [
        number
        for number, counts in enumerate(every, 1)
        if all(number in part.told for part in parts)
        and scoring.answers(counts) >= ten
        and _may_be_told(counted.statements[number - 1], smallest)
        and all(_stays_hidden(part.counted, counted, number - 1, smallest) for part in parts)
    ]

    def stay_open(numbers: Sequence[int]) -> bool:
        wholes = {number: every[number - 1] for number in numbers}
        return all(_cells_stay_open(part.cells, part.told, wholes, smallest) for part in parts)

    return _fewest_withheld(found, counted, stay_open)


def _stays_hidden(part: Counted, whole: Counted, place: int, smallest: int) -> bool:
    """Whether the whole's distribution of a statement, and the part's mean, leave the part's distribution open.

    By a span of three, or as far as the whole's distribution alone leaves it; unless the part's own may be told.
    """
    mine, every = part.chosen[place], whole.chosen[place]
    n, others = scoring.answers(mine), scoring.answers(every) - scoring.answers(mine)
    if n in (0, scoring.answers(every)) or _may_be_told(part.statements[place], smallest):
        return True
    ranges = scoring.part_ranges(n, scoring.total(mine), every)
    return all(
        most - least >= min(OPEN, min(n, count) - max(0, count - others))
        for count, (least, most) in zip(every, ranges, strict=True)
    )


def may_tell_spread(counted: Counted, parts: Sequence[Untold], smallest: int) -> bool:
    """Whether to tell the distributions now: all of them may be, or twice as many people will not change it."""
    return counted.people >= 2 * MANY or len(spread(counted, parts, smallest)) == len(counted.statements)


def may_tell_tags(counted: Counted, _parts: Sequence[Untold], smallest: int) -> bool:
    """Whether what the answers are about may be told of it by itself: of its parts nothing is."""
    return _may_be_told(counted.tags, smallest)


# Putting together ----------------------------------------------------------------------------------------


def closed(
    parts: Iterable[Untold], fit: Callable[[Counted, Sequence[Untold]], bool]
) -> list[tuple[Counted, list[Untold]]]:
    """`parts` in order, each put together with the next until they are `fit`; what is left over waits.

    `fit` is asked of all together, and gets the parts too.
    """
    found: list[tuple[Counted, list[Untold]]] = []
    whole: Counted | None = None
    mine: list[Untold] = []
    for part in parts:
        whole = whole.plus(part.counted) if whole else part.counted
        mine.append(part)
        if fit(whole, mine):
            found.append((whole, mine))
            whole, mine = None, []
    return found


# As it is stored -----------------------------------------------------------------------------------------

SUMS = ("doubled_ranks", "ties", "sums", "products", "differences")
STORED = ("first_on", "last_on", "batches", "n", "points", "counts", "persons", "complete", *SUMS, "tags")
"""The columns of a cell that `counted_in` needs."""


def complete_sums(row: Any) -> dict[str, Any]:
    """The sums over complete rows in a batch's or a cell's row."""
    return {name: getattr(row, name) for name in SUMS}


@cache
def _person(answered: int, total: int) -> tuple[int, int]:
    return answered, total


def counted_in(cell: Any) -> Counted:
    """The counts of a cell's row."""
    return counted_of([getattr(cell, name) for name in STORED])


def counted_of(stored: Sequence[Any], cell: int = 0) -> Counted:
    """The counts of a cell, from its columns STORED."""
    first_on, last_on, batches, n, points, chosen, triples, complete, *sums, tags = stored
    counts, width = tuple(chosen), points + 1
    persons = Counter[tuple[int, int]]()
    # A page reads thousands: the way of dictionaries is twice as fast as a Counter's own, and keys that are the
    # same in all cells are not looked through by the collector.
    dict.update(persons, zip(map(_person, triples[::3], triples[1::3]), triples[2::3], strict=True))
    return Counted(
        first_on,
        last_on,
        batches,
        n,
        tuple([counts[at : at + width] for at in range(0, len(counts), width)]),
        persons,
        {"n": complete, **dict(zip(SUMS, sums, strict=True))},
        tuple(tags),
        cell,
    )
