"""Early warning of a drop: an exponentially weighted mean of questionnaires against a frozen baseline."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import cycle
from math import isfinite, sqrt

from survey.scoring.scores import Scores, moments_of, size, together

SMOOTHING = 0.05
"""The weight of the newest questionnaire."""
FALSE_ALARMS = 0.05
"""Share of periods like the baseline's in which an alarm may be false."""
SMALLEST_BASELINE = 50
"""Questionnaires of a baseline before anything is watched against it."""
RESAMPLES = 1000
MANY_PERSONS = 100
"""The mean of more is drawn as normal (central limit), so that a limit takes no longer the more have answered."""
LARGE_BASELINE = 10_000
"""So is that of a baseline of more, whose standard deviation is taken as it is: it is known to a per cent."""


@dataclass(frozen=True)
class Baseline:
    """What later batches are held against, frozen: `n` persons with `mean` and standard deviation `sd` in points.

    `limit` is how many standard deviations below its start the weighted mean must fall to alarm; `seed` drew it.
    """

    n: int
    mean: Fraction
    sd: float
    limit: float
    seed: int


@dataclass(frozen=True)
class Step:
    """The weighted mean after a batch: `level` in baseline standard deviations from the baseline's mean, `spread`
    its own standard deviation in the same unit, `lowest` the level in points of the scale under which it alarms.
    """

    level: float
    spread: float
    lowest: float

    @property
    def statistic(self) -> float:
        """The level in its own standard deviations; 0 before anybody has answered."""
        return self.level / self.spread if self.spread else 0.0


@dataclass(frozen=True)
class Watch:
    """The steps after each batch, and the batch of the first alarm (0 is the first); None when there is none."""

    steps: tuple[Step, ...]
    alarm: int | None


def baseline(batches: Sequence[Scores], seed: int, *, watched: int | None = None) -> Baseline | None:
    """The baseline that `batches` make, in the order in which they closed; None when they are too few to watch by.

    Too few is under 50 persons, or persons so much of one mind that a drawn baseline often has no spread. A person
    chooses the batches, and chooses anew after an alarm. The limit is drawn from the baseline itself: persons
    drawn with replacement make a baseline and then batches of the same sizes as these, again from the first until
    there are `watched` persons (else as many as the baseline has). In 5 % of a thousand such draws the weighted
    mean falls below the limit. The same batches and `seed` give the same limit.
    """
    scores = together(batches)
    moments = moments_of(scores)
    if moments.n < SMALLEST_BASELINE or len(scores) < 2:
        return None
    sizes = _sizes(batches, watched or moments.n)
    limit = _calibrated(scores, sizes, seed)
    if not isfinite(limit):
        return None
    return Baseline(moments.n, moments.mean, sqrt(moments.variance), limit, seed)


def watch(against: Baseline, batches: Sequence[Scores]) -> Watch:
    """Watch `batches`, in the order in which they closed: only a fall alarms, and only the first alarm counts."""
    means = [_standard(scores, against) for scores in batches]
    steps = tuple(ewma(means, [size(scores) for scores in batches], against))
    alarms = (place for place, step in enumerate(steps) if step.statistic < -against.limit)
    return Watch(steps, next(alarms, None))


def ewma(means: Sequence[float], sizes: Sequence[int], against: Baseline) -> Iterator[Step]:
    """The weighted mean after each batch of `sizes` persons with standardised `means`.

    A batch of m counts as m questionnaires one after the other, each moving the level by `SMOOTHING`, in an order
    nobody knows: on average over the orders that is one step of weight 1 - (1 - SMOOTHING)^m to the batch's mean.
    With batches of one it is Roberts' EWMA (1959) with its exact, time-varying standard deviation.
    """
    level, variance = 0.0, 0.0
    for mean, n in zip(means, sizes, strict=True):
        kept = (1 - SMOOTHING) ** n
        level = kept * level + (1 - kept) * mean
        variance = kept**2 * variance + ((1 - kept) ** 2 / n if n else 0.0)
        lowest = float(against.mean) - against.limit * sqrt(variance) * against.sd
        yield Step(level, sqrt(variance), lowest)


def _standard(scores: Scores, against: Baseline) -> float:
    return float(moments_of(scores).mean - against.mean) / against.sd if size(scores) else 0.0


def _sizes(batches: Iterable[Scores], persons: int) -> list[int]:
    """Sizes as those of `batches`, again from the first when they are used up, until `persons` are reached."""
    again = cycle([size(scores) for scores in batches if size(scores)])
    taken: list[int] = []
    while sum(taken) < persons:
        taken.append(next(again))
    return taken


def _calibrated(scores: Scores, sizes: Sequence[int], seed: int) -> float:
    """The limit that `FALSE_ALARMS` of the resamples fall below; infinite where those had too little spread."""
    import numpy as np  # costs a third of a second: only figures need it

    draw = np.random.Generator(np.random.PCG64(seed))
    values = np.array([float(score) for score in sorted(scores)])
    ends = np.cumsum([scores[score] for score in sorted(scores)]) / size(scores)

    moments = moments_of(scores)
    mean, spread = float(moments.mean), sqrt(moments.variance)

    def persons(n: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
        return values[np.searchsorted(ends, draw.random((RESAMPLES, n)), side="right")]

    def means(n: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
        if n > MANY_PERSONS:
            return mean + draw.normal(0, spread / sqrt(n), RESAMPLES)
        drawn: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = persons(n).mean(axis=1)
        return drawn

    # The baseline is drawn anew too: that its own mean is uncertain must not become false alarms.
    if moments.n > LARGE_BASELINE:
        centre, sd = means(moments.n), np.full(RESAMPLES, spread)
    else:
        own = persons(moments.n)
        centre, sd = own.mean(axis=1), own.std(axis=1, ddof=1)
    lowest = np.where(sd > 0, 0.0, -np.inf)
    level, variance = np.zeros(RESAMPLES), 0.0
    for n in sizes:
        kept = (1 - SMOOTHING) ** n
        step = (means(n) - centre) / np.where(sd > 0, sd, 1.0)
        level = kept * level + (1 - kept) * step
        variance = kept**2 * variance + (1 - kept) ** 2 / n
        lowest = np.minimum(lowest, level / sqrt(variance))
    return -float(np.sort(lowest)[round(FALSE_ALARMS * RESAMPLES)])
