"""The cumulative logit: whether answers move up or down the scale from period to period."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from survey.scoring.distributions import normal_p
from survey.scoring.scores import Counts

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

STEPS = 25
"""So many of Newton's steps are tried: a handful suffice where there is an answer, else beta grows at each."""
NEAR = 1e-10


@dataclass(frozen=True)
class CumulativeLogit:
    """logit P(at most point j) = threshold j - beta · period: `beta` above 0 means the answers move up.

    exp(`beta`) is how many times the odds of answering above any point grow from a period to the next. `p` is
    two-sided (Wald). `log_likelihood` is that of all answers.
    """

    beta: float
    standard_error: float
    z: float
    p: float
    thresholds: tuple[float, ...]
    log_likelihood: float


def cumulative_logit(table: Sequence[Counts], periods: Sequence[float] | None = None) -> CumulativeLogit | None:
    """The proportional-odds model (McCullagh 1980) of `table`: a row of counts per period, lowest point first.

    `periods` are 0, 1, 2 … unless given. A point nobody chose has no threshold. None where the model has no
    answer: everybody at one point, answers in one period alone, or all later answers above all earlier ones.
    """
    import numpy as np  # costs a third of a second: only figures need it

    counts = np.array(table, dtype=float)
    answered = counts.sum(axis=1) > 0
    times = (np.arange(len(counts)) if periods is None else np.array(periods)).astype(float)[answered]
    counts = counts[answered][:, counts.sum(axis=0) > 0]
    if counts.size == 0 or counts.shape[1] < 2 or len(set(times.tolist())) < 2:
        return None
    found = _climbed(counts, times)
    if found is None:
        return None
    loss, _slope, curvature = _loss(found, counts, times)
    beta, error = float(found[-1]), float(np.linalg.inv(curvature)[-1, -1]) ** 0.5
    thresholds = tuple(float(each) for each in found[:-1])
    return CumulativeLogit(beta, error, beta / error, normal_p(beta / error), thresholds, -loss)


def _climbed(counts: "Array", times: "Array") -> "Array | None":
    """The thresholds and beta of the greatest likelihood, by Newton's method; None where it climbs without end."""
    import numpy as np  # costs a third of a second: only figures need it

    below = np.cumsum(counts.sum(axis=0))[:-1] / counts.sum()
    here: Array = np.append(np.log(below / (1 - below)), 0.0)
    for _step in range(STEPS):
        loss, slope, curvature = _loss(here, counts, times)
        step = np.linalg.solve(curvature, slope)
        # The likelihood has one hill: half a step is better where a whole one goes too far.
        share = 1.0
        while _loss(here - share * step, counts, times)[0] > loss + NEAR:
            share /= 2
        here = here - share * step
        if float(np.abs(step).max()) < NEAR:
            return here
    return None


def _loss(at: "Array", counts: "Array", times: "Array") -> "tuple[float, Array, Array]":
    """The negative log-likelihood, its slope and its curvature; infinite where thresholds are out of order."""
    import numpy as np  # costs a third of a second: only figures need it

    last, width = counts.shape[1] - 1, len(at)
    lines = np.zeros((len(times), last, width))
    lines[:, range(last), range(last)] = 1.0
    lines[:, :, -1] = -times[:, None]
    below = 1 / (1 + np.exp(-(lines @ at)))
    edges = ((0, 0), (1, 1))
    share = np.diff(np.pad(below, edges, constant_values=(0.0, 1.0)), axis=1)
    if share.min() <= 0:
        return float("inf"), np.zeros(width), np.zeros((width, width))
    dense = below * (1 - below)
    first = np.diff(np.pad(dense[..., None] * lines, (*edges, (0, 0))), axis=1) / share[..., None]
    bent = (dense * (1 - 2 * below))[..., None, None] * lines[..., None] * lines[..., None, :]
    second = np.diff(np.pad(bent, (*edges, (0, 0), (0, 0))), axis=1) / share[..., None, None]
    curvature = first[..., None] * first[..., None, :] - second
    loss = -float((counts * np.log(share)).sum())
    return (
        loss,
        -(counts[..., None] * first).sum(axis=(0, 1)),
        (counts[..., None, None] * curvature).sum(axis=(0, 1)),
    )
