"""p-values adjusted for how many are looked at together: in the order given, at most 1."""

from collections.abc import Sequence
from itertools import accumulate


def bonferroni(p: Sequence[float]) -> list[float]:
    """Each times their number."""
    return [min(1.0, len(p) * each) for each in p]


def holm(p: Sequence[float]) -> list[float]:
    """Holm 1979: no verdict of all is wrong with more than the stated probability. For verdicts."""
    steps = [(len(p) - rank) * p[place] for rank, place in enumerate(_ascending(p))]
    return _placed(p, list(accumulate(steps, max)))


def benjamini_hochberg(p: Sequence[float]) -> list[float]:
    """Benjamini and Hochberg 1995: of what stands out, so large a share at most is chance. For lists."""
    steps = [len(p) / rank * p[place] for rank, place in enumerate(_ascending(p), 1)]
    return _placed(p, list(accumulate(reversed(steps), min))[::-1])


def benjamini_yekutieli(p: Sequence[float]) -> list[float]:
    """Benjamini and Yekutieli 2001: the same whatever ties the tests together."""
    harmonic = sum(1 / rank for rank in range(1, len(p) + 1))
    steps = [harmonic * len(p) / rank * p[place] for rank, place in enumerate(_ascending(p), 1)]
    return _placed(p, list(accumulate(reversed(steps), min))[::-1])


def _ascending(p: Sequence[float]) -> list[int]:
    return sorted(range(len(p)), key=lambda place: p[place])


def _placed(p: Sequence[float], steps: Sequence[float]) -> list[float]:
    """`steps`, which are in ascending order of `p`, back where each belongs."""
    placed = [0.0] * len(p)
    for place, step in zip(_ascending(p), steps, strict=True):
        placed[place] = min(1.0, step)
    return placed
