"""How persons differ: their own means, and what of that may be told. Pure functions on counts."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from survey import scoring
from survey.cells import Counted, remembered
from survey.results import CellView
from survey.scoring import Figure, Moments, scores
from survey.scoring.scores import Scores


@remembered
def persons(parts: Sequence[Counted]) -> Scores:
    """Each person's own mean, and how many persons have it."""
    return scores.of_all_people(one.persons for one in parts)


@remembered
def moments(parts: Sequence[Counted]) -> Moments:
    """The same as sums: how persons differ, not how single answers do."""
    return scores.moments_of(persons(parts))


def told(cells: Iterable[CellView]) -> Moments | None:
    """Persons' own means over the cells whose every distribution is told; None under fifty people.

    How persons differ is told of these alone: of fewer it would give away who is far from the others.
    """
    every = [cell.counted for cell in cells if cell.spread and len(cell.spread) == len(cell.counted.statements)]
    found = moments(every)
    return found if found.n >= scoring.PRECISE_FROM else None


def usual(points: int) -> Fraction:
    """The variance of persons' means that is reckoned with where none is told: a quarter of the scale, squared.

    Measured of questionnaires on 1-4 it is about 0,75 points.
    """
    return Fraction(points - 1, 4) ** 2


def as_told(cells: Sequence[CellView], mean: Figure) -> Moments | None:
    """Persons around the printed `mean`, who differ as `told` says; None where either is not told."""
    found = told(cells)
    if found is None or scoring.capped(mean):
        return None
    return around(Fraction(str(mean.value)), _people(cells), found.variance)


def as_printed(cells: Sequence[CellView], mean: Figure, points: int) -> Moments | None:
    """The same, by persons who differ as is usual where nothing is told; None where the mean is not shown.

    What is judged by it tells no more than what is printed, whatever it is held against.
    """
    if mean.value is None:
        return None
    middle = Fraction(str(mean.value))
    return as_told(cells, mean) or around(middle, _people(cells), min(usual(points), _widest(middle, points)))


def interval(cells: Sequence[CellView], mean: Figure, points: int) -> tuple[str, str] | None:
    """Both ends of the interval of the mean of `cells`: where no spread is told, the widest there can be."""
    if scoring.capped(mean):
        return None
    middle = Fraction(str(mean.value))
    widest = around(middle, _people(cells), _widest(middle, points))
    return scoring.published_interval(as_told(cells, mean) or widest, mean, points)


def _widest(mean: Fraction, points: int) -> Fraction:
    """The most that persons with that mean can differ: everybody at an end of the scale."""
    return (points - mean) * (mean - 1)


def around(mean: Fraction, n: int, variance: Fraction) -> Moments:
    """So many persons with that mean and sample variance."""
    return Moments(n, n * mean, n * mean**2 + (n - 1) * variance)


def _people(cells: Iterable[CellView]) -> int:
    return moments([cell.counted for cell in cells if cell.mean]).n
