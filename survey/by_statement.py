"""Each statement's counts out of cells: how many chose what where that is told, the mean and its interval."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from survey import scoring
from survey.cells import Counted, remembered
from survey.results import CellView, OneRow
from survey.scoring import Figure, Moments


def told(cells: Iterable[CellView], version: OneRow) -> tuple[list[list[int]], list[list[int]]]:
    """Per statement how many chose "ved ikke" and each point: where its mean is told; where all of that is."""
    means, spread = ([[0] * (version.points + 1) for _ in version.texts] for _ in range(2))
    alike = defaultdict(list)
    for cell in cells:
        alike[cell.means, cell.spread].append(cell.counted)
    for graded, parts in alike.items():
        rows = _summed(parts)
        for sums, positions in zip((means, spread), graded, strict=True):
            for position in positions or ():
                sums[position - 1] = scoring.pooled([sums[position - 1], rows[position - 1]])
    return means, spread


@remembered
def _summed(parts: Sequence[Counted]) -> list[list[int]]:
    return [scoring.pooled(column) for column in zip(*(one.statements for one in parts), strict=True)]


def mean(chosen: Sequence[int], smallest: int) -> Figure:
    """The mean of a statement as it may be shown."""
    n = scoring.answers(chosen)
    if n < smallest:
        return scoring.HIDDEN
    return scoring.published_mean(scoring.mean(chosen), n, len(chosen), smallest=smallest)


def interval(chosen: Sequence[int], spread: Sequence[int], shown: Figure) -> tuple[str, str] | None:
    """The interval of the `shown` mean by the spread that is told: its own would tell one that is not."""
    if not sum(spread) or not sum(chosen):
        return None
    n, middle = scoring.answers(chosen), scoring.mean(chosen)
    known = scoring.moments(spread)
    squares = n * (middle**2 + known.squares / known.n - known.mean**2)
    return scoring.published_interval(Moments(n, n * middle, squares), shown, len(chosen))
