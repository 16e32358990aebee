"""Why nobody was asked about a meeting: the reasons of whole quarters that are over."""

from collections import defaultdict
from datetime import date

from survey import workdays
from survey.results import Counts


def not_invited(counts: Counts, law: str) -> tuple[tuple[str, int | None], ...]:
    """Meetings of a law group nobody was asked about, by reason, most frequent first; None for fewer than k.

    A sum of whole quarters, each over and of k or more: neither two periods nor two days' pages tell of fewer, nor
    does the group less its teams. A quarter is over once meetings of a later one are counted: then all of its are.
    """
    sums: dict[tuple[str, date], int] = defaultdict(int)
    first, last = workdays.quarter(counts.period.first), workdays.quarter_end(counts.period.last)
    for row in counts.meetings:
        quarter = workdays.quarter(row.week)  # a week is of the quarter that its Monday lies in
        is_over = quarter < workdays.quarter(row.newest)
        if row.law == law and row.decision != "invited" and first <= row.week <= last and is_over:
            sums[row.decision, quarter] += row.n
    told = {reason: 0 for reason, _ in sums}
    for (reason, _), n in sums.items():
        told[reason] += n if n >= counts.smallest else 0
    ordered = sorted(told.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((reason, n or None) for reason, n in ordered)
