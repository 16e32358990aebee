"""The share of the two highest points, over all statements: of cells whose every distribution is told, no others.

It is finer than a mean, so it is a sum of what the distributions say already.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from survey import scoring
from survey.cells import Counted
from survey.figures import together
from survey.results import CellView
from survey.scoring import Figure, scores, shares
from survey.scoring.shares import Share


@dataclass(frozen=True)
class TopTwo:
    """So many of so many answers, the `people` who gave them, and the share as it may be shown."""

    share: Share
    people: int
    figure: Figure


def of(cells: Iterable[CellView], smallest: int) -> TopTwo | None:
    """The share over the cells that tell the distribution of every statement; None where none does."""
    return _of(together(cell.counted for cell in cells if is_whole(cell)), smallest)


def is_whole(cell: CellView) -> bool:
    """Whether the distribution of its every statement is told."""
    return cell.spread is not None and len(cell.spread) == len(cell.counted.statements)


def answers(whole: Counted) -> tuple[int, int]:
    """How many of how many answers, over all statements, are one of the two highest points."""
    chosen = scoring.pooled(whole.chosen)
    return sum(chosen[-2:]), scoring.answers(chosen)


def _of(whole: Counted | None, smallest: int) -> TopTwo | None:
    if whole is None:
        return None
    chosen = scoring.pooled(whole.chosen)
    people = scores.moments_of(scores.of_people(whole.persons))
    k, n = answers(whole)
    # How persons differ is told of fifty; of fewer it is taken that all answers of a person are alike.
    told = people.n >= scoring.PRECISE_FROM
    share = Share(k, n, shares.design_effect(people, chosen) if told else max(1.0, n / max(1, people.n)))
    ten = max(smallest, scoring.SMALLEST_DISTRIBUTION)
    figure = scoring.published_share(share.k, n, smallest=ten) if people.n >= ten else scoring.HIDDEN
    return TopTwo(share, people.n, figure)
