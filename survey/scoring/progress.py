"""Closer to employment? Differences of the same people, and ordered groups where nobody is followed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from survey.scoring.estimates import wilson
from survey.scoring.scores import Scores, size
from survey.scoring.signed_ranks import SignedRank, sign_p, signed_rank
from survey.scoring.trends import LEVEL, Kendall, Word, kendall

SMALLEST_PROGRESS = 10
"""Pairs, or people of a group, before progress is spoken of."""


@dataclass(frozen=True)
class Progress:
    """How many answered higher, the same and lower the second time, and whether that is more than chance.

    `share`: Wilson's 95 % interval of the improved among the changed, None where nobody changed. `sign_p` exact
    and two-sided; `ranks` the same with the sizes of the differences (Pratt). `difference`: mean, in points.
    """

    improved: int
    unchanged: int
    worse: int
    share: tuple[float, float] | None
    sign_p: float
    ranks: SignedRank
    difference: Fraction


@dataclass(frozen=True)
class OverMeetings:
    """How scores move from the first to the last of ordered groups: the word, and the test behind it.

    Groups are not the same people: who has found a job has no later meeting.
    """

    word: Word
    kendall: Kendall | None


def progress(differences: Mapping[int, int]) -> Progress:
    """Of the same people asked twice, from how many had each difference (latest less first)."""
    n = sum(differences.values())
    improved = sum(count for difference, count in differences.items() if difference > 0)
    worse = sum(count for difference, count in differences.items() if difference < 0)
    changed = improved + worse
    return Progress(
        improved,
        n - changed,
        worse,
        wilson(improved, changed) if changed else None,
        sign_p(improved, worse),
        signed_rank(differences),
        Fraction(sum(difference * count for difference, count in differences.items()), n),
    )


def over_meetings(groups: Sequence[Scores]) -> OverMeetings:
    """Scores of those at their first, second or third, and later meeting (in that order), two-sided 5 %.

    Kendall's tau-b of score against the group's number: Jonckheere and Terpstra's test, corrected for ties.
    Groups below ten are left out, and two must be left.
    """
    large = [(place, scores) for place, scores in enumerate(groups) if size(scores) >= SMALLEST_PROGRESS]
    if len(large) < 2:
        return OverMeetings("for få svar", None)
    found = kendall(large)
    if found.p >= 1 - LEVEL:
        return OverMeetings("ingen sikker ændring", found)
    return OverMeetings("stigende" if found.s > 0 else "faldende", found)
