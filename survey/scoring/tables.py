"""How far the sums of a table's rows and columns leave its places open: cells down, statements across.

At each place are the answers to a statement in a cell. The row's sum of scores is known by the cell's mean, the
column's by the statement's.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from survey.scoring.disclosure import NARROWEST, part_ranges
from survey.scoring.scores import Counts, answers, total

if TYPE_CHECKING:
    from numpy import int64
    from numpy.typing import NDArray

    Sums = NDArray[int64]
    Ranges = tuple[Sums, Sums]
    """The least and the greatest that each sum can be."""


def table_stays_open(
    table: Sequence[Sequence[Counts]], asked: Sequence[Sequence[bool]], wholes: Sequence[Counts | None]
) -> bool:
    """Whether the sums leave open, at every place `asked` about, how many chose each point: a span of three.

    Or as far as a row's own sum leaves it; or all, where fewer than three answered. `wholes` are the counts that a
    column is known to be part of: beside them the sums alone are the measure of the other columns.
    """
    import numpy as np  # only the night's work asks

    n = np.array([[answers(counts) for counts in row] for row in table])
    totals = np.array([[total(counts) for counts in row] for row in table])
    rows, columns, points = totals.sum(1), totals.sum(0), len(table[0][0])
    free, about = (n, points * n), np.array(asked)
    before = sum_ranges(free, rows, columns) if any(wholes) else _by_rows(free, rows)
    least, most = after = sum_ranges(_out_of(free, wholes), rows, columns)
    alone = np.array([whole is None for whole in wholes])
    return not np.any(about & alone & ~_sums_stay_open(n, points, before, after)) and all(
        _counts_stay_open(n[at, column], least[at, column], most[at, column], whole)
        for column, (at, whole) in enumerate(zip(about.T, wholes, strict=True))
        if whole
    )


def sum_ranges(between: "Ranges", rows: "Sums", columns: "Sums") -> "Ranges":
    """The range of each place's sum, when the sums of rows and columns are known and what each lies `between`.

    Exact, by the cuts of a flow from rows to columns (Gale 1957): what some columns hold together is shared by the
    rows, of which each has its least and its most in them.
    """
    import numpy as np

    least, most = between
    inside = np.arange(1, 2 ** len(columns)) >> np.arange(len(columns))[:, None] & 1
    held = columns @ inside
    low, high = least @ inside, most @ inside
    least_there = np.maximum(low, rows[:, None] - most @ (1 - inside))
    most_there = np.minimum(high, rows[:, None] - least @ (1 - inside))
    # A row has in these columns what the other rows leave there; a place, what the row's other places leave.
    up = held - (least_there.sum(0) - least_there) - low
    down = held - (most_there.sum(0) - most_there) - high
    far, within = held.max() * 2, inside[None].astype(bool)
    return (
        np.maximum(least, np.where(within, down[:, None], -far).max(2) + most),
        np.minimum(most, np.where(within, up[:, None], far).min(2) + least),
    )


def _by_rows(between: "Ranges", rows: "Sums") -> "Ranges":
    """What a row's sum alone tells of each of its places."""
    import numpy as np

    least, most = between
    others_least, others_most = (side.sum(1, keepdims=True) - side for side in between)
    return np.maximum(least, rows[:, None] - others_most), np.minimum(most, rows[:, None] - others_least)


def _out_of(free: "Ranges", wholes: Sequence[Counts | None]) -> "Ranges":
    """The sums of the lowest and of the highest of what a column is part of; `free` where that is not known."""
    import numpy as np

    n, least, most = free[0], *map(np.copy, free)
    for column, whole in enumerate(wholes):
        if whole:
            upwards = np.concatenate(([0], np.repeat(np.arange(1, len(whole) + 1), whole).cumsum()))
            least[:, column] = upwards[n[:, column]]
            most[:, column] = upwards[-1] - upwards[len(upwards) - 1 - n[:, column]]
    return least, most


def _sums_stay_open(n: "Sums", points: int, before: "Ranges", after: "Ranges") -> Any:
    """Where three (or all) answers could be at either end of the scale, or as many as could `before`."""
    import numpy as np

    reach = np.minimum(NARROWEST, n) * (points - 1)
    return (after[1] >= np.minimum(n + reach, before[1])) & (after[0] <= np.maximum(points * n - reach, before[0]))


def _counts_stay_open(n: "Sums", least: "Sums", most: "Sums", whole: Counts) -> bool:
    """Whether the counts of `n` answers out of `whole` stay as open as that leaves them, or by three.

    `n` and its sums are of one place after the other. Where the sum is known, every way is tried.
    """
    import numpy as np

    others, pinned = answers(whole) - n, least == most
    needed = [np.minimum(NARROWEST, np.minimum(n, count) - np.maximum(0, count - others)) for count in whole]
    return all(
        np.all(high - low >= least_span)
        for (low, high), least_span in zip(count_ranges(n, (least, most), whole), needed, strict=True)
    ) and all(
        high - low >= least_span[at]
        for at in np.flatnonzero(pinned)
        for (low, high), least_span in zip(part_ranges(int(n[at]), int(least[at]), whole), needed, strict=True)
    )


def count_ranges(n: "Sums", between: "Ranges", whole: Counts) -> "list[Ranges]":
    """Per point how few and how many chose it, of `n` answers out of `whole` whose sum lies `between` two.

    Of each place. Too wide by a few where the others can only choose points far from each other.
    """
    return [_count_range(point, n, between, whole) for point in range(1, len(whole) + 1)]


def _count_range(point: int, n: "Sums", between: "Ranges", whole: Counts) -> "Ranges":
    import numpy as np

    others = np.repeat(np.arange(1, len(whole) + 1), [0 if at == point else c for at, c in enumerate(whole, 1)])
    lowest = np.concatenate(([0], others.cumsum()))
    mine = np.arange(min(n.max(initial=0), whole[point - 1]) + 1)
    rest = n[:, None] - mine
    within = rest.clip(0, len(others))
    low = point * mine + lowest[within]
    high = point * mine + lowest[-1] - lowest[len(others) - within]
    fits = (rest == within) & (low <= between[1][:, None]) & (high >= between[0][:, None])
    return fits.argmax(1), len(mine) - 1 - fits[:, ::-1].argmax(1)
