"""Signed-rank and sign tests of differences, out of how often each difference occurs."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import comb, sqrt
from typing import Literal

from survey.scoring.distributions import normal_p
from survey.scoring.scores import doubled_ranks

Zeros = Literal["pratt", "drop"]


@dataclass(frozen=True)
class SignedRank:
    """The sum of the positive differences' ranks, its `z` and two-sided `p` (normal, no continuity correction)."""

    positive: Fraction
    z: float
    p: float


def signed_rank(differences: Mapping[int, int], zeros: Zeros = "pratt") -> SignedRank:
    """Wilcoxon's test that `differences` (value → how often) lie evenly about 0.

    "pratt" ranks the zeros and then leaves them out (Pratt 1959), "drop" leaves them out before. Without any
    difference z is 0 and p is 1.
    """
    ranks = _doubled(differences, zeros)
    doubled = sum(n * ranks[abs(d)] for d, n in differences.items() if d > 0)
    every = sum(n * ranks[abs(d)] for d, n in differences.items() if d)
    # Each rank is positive or not like a coin; a quarter of the ranks' squares is the variance, ties as they are.
    variance = Fraction(sum(n * ranks[abs(d)] ** 2 for d, n in differences.items() if d), 16)
    if not variance:
        return SignedRank(Fraction(), 0.0, 1.0)
    z = float(Fraction(2 * doubled - every, 4)) / sqrt(variance)
    return SignedRank(Fraction(doubled, 2), z, normal_p(z))


def exact_p(differences: Mapping[int, int], zeros: Zeros = "pratt") -> float:
    """The two-sided p over all ways to give the differences their signs, ties as they are.

    Its cost grows with the cube of how many differ: for up to some hundred.
    """
    ranks = _doubled(differences, zeros)
    ways = {0: 1}
    for difference, n in differences.items():
        if difference:
            ways = _signed(ways, ranks[abs(difference)], n)
    every = max(ways)
    observed = sum(n * ranks[abs(d)] for d, n in differences.items() if d > 0)
    reach = abs(2 * observed - every)
    return float(Fraction(sum(n for at, n in ways.items() if abs(2 * at - every) >= reach), sum(ways.values())))


def _signed(ways: Mapping[int, int], rank: int, n: int) -> dict[int, int]:
    """In how many ways each rank sum can come about once `n` more differences of `rank` have a sign."""
    found: dict[int, int] = {}
    for positive in range(n + 1):
        for at, count in ways.items():
            found[at + positive * rank] = found.get(at + positive * rank, 0) + count * comb(n, positive)
    return found


def sign_p(better: int, worse: int) -> float:
    """The two-sided p that so uneven a split is chance (exact binomial, one half); 1 where nothing differs."""
    n, fewer = better + worse, min(better, worse)
    return min(1.0, float(Fraction(2 * sum(comb(n, k) for k in range(fewer + 1)), 2**n)))


def _doubled(differences: Mapping[int, int], zeros: Zeros) -> dict[int, int]:
    sizes: dict[int, int] = {}
    for difference, n in differences.items():
        if difference or zeros == "pratt":
            sizes[abs(difference)] = sizes.get(abs(difference), 0) + n
    return doubled_ranks(sizes)
