"""Why nobody was asked about a meeting: the reasons of whole quarters that are counted to their end."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from survey import workdays
from survey.results import Counts


@dataclass(frozen=True)
class Unasked:
    """Meetings nobody was asked about, by reason, most frequent first; None for fewer than k.

    They are of the `quarters` (first days) with meetings. `unfinished` is the one of the period that is left out.
    """

    reasons: tuple[tuple[str, int | None], ...] = ()
    quarters: tuple[date, ...] = ()
    unfinished: date | None = None


NOTHING = Unasked()


def not_invited(counts: Counts, law: str) -> Unasked:
    """Of a law group, in the quarters that the period lies in.

    A sum of whole quarters, each over and of k or more: neither two periods nor two days' pages tell of fewer, nor
    does the group less its teams. A quarter is over once meetings of a later one are counted: then all of its are.
    """
    sums: dict[tuple[str, date], int] = defaultdict(int)
    over: dict[date, bool] = {}
    first, last = workdays.quarter(counts.period.first), workdays.quarter_end(counts.period.last)
    for row in counts.meetings:
        quarter = workdays.quarter(row.week)  # a week is of the quarter that its Monday lies in
        if row.law != law or not first <= row.week <= last:
            continue
        over[quarter] = quarter < workdays.quarter(row.newest)
        if over[quarter] and row.decision != "invited":
            sums[row.decision, quarter] += row.n
    told = {reason: 0 for reason, _ in sums}
    for (reason, _), n in sums.items():
        told[reason] += n if n >= counts.smallest else 0
    ordered = sorted(told.items(), key=lambda pair: (-pair[1], pair[0]))
    return Unasked(
        tuple((reason, n or None) for reason, n in ordered),
        tuple(sorted(quarter for quarter, is_over in over.items() if is_over)),
        next((quarter for quarter, is_over in over.items() if not is_over), None),  # that of the newest week
    )


# In words ------------------------------------------------------------------------------------------------


def covers(found: Unasked) -> str:
    """Which quarters the reasons are of, and why one of the period is left out, in Danish sentences."""
    told, said = workdays.quarters_named(found.quarters), []
    if told and found.reasons:
        said.append(f"Hele lovgruppens samtaler i {told}.")
    elif told:
        said.append(f"I {told} er ingen af lovgruppens samtaler uden spørgeskema.")
    if found.unfinished:
        said.append(
            f"{workdays.quarters_named([found.unfinished])} er ikke med: et kvartal tælles med, når der også er "
            "talt samtaler fra et senere kvartal, så det ikke vokser mere."
        )
    return " ".join(said)
