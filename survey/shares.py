"""Shares read back from what is printed: k of n, and how many chose one of the two highest points."""

from survey import scoring
from survey.figures import StatementResult
from survey.scoring import Figure
from survey.scoring.rates import Rate


def k_of_n(share: Figure) -> Rate | None:
    """The two numbers a share is printed with; None where it is hidden or shows only an end."""
    if scoring.capped(share) or "/" not in share.text:
        return None
    k, n = (int(part.replace(".", "")) for part in share.text.partition(" ")[0].split("/"))
    return k, n


def top_two(result: StatementResult) -> Figure:
    """The share that chose one of the two highest points, a sum of printed shares; hidden where they are."""
    if result.distribution is None:
        return scoring.WITHHELD if result.mean.shown else scoring.HIDDEN
    told = [k_of_n(share) for share in result.distribution[-2:]]
    if not all(told):
        return scoring.WITHHELD
    return scoring.published_share(sum(k for k, _ in filter(None, told)), max(n for _, n in filter(None, told)))
