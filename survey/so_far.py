"""How a period stands that is not over: an always-valid status against a level, chosen by the e-process alone."""

from collections.abc import Sequence
from datetime import date

from survey import goals
from survey.cells import Counted, remembered
from survey.goal_verdicts import Outcome
from survey.goals import Goal
from survey.results import Period
from survey.scoring import evidence, scores
from survey.scoring.target import SMALLEST_JUDGED

QUESTION = "Foreløbig status:"
OUTCOMES: dict[str, Outcome] = {"over mål": "over", "under mål": "under"}


def is_open(period: Period, today: date, newest: date | None) -> bool:
    """Whether `period` is not over: its last day is today or later, or the `newest` telling is in it."""
    return period.last >= today or (newest is not None and period.first <= newest <= period.last)


@remembered
def status(told: Sequence[Counted], level: Goal) -> tuple[Outcome, str]:
    """Over, under or undecided, and the sentence; `told` are the cells in the order of closing.

    However often it is read before the period is over, it says "over" of a mean that is not in at most one of
    twenty periods, and "under" likewise.
    """
    batches = [scores.of_people(one.persons) for one in told]
    people = sum(map(scores.size, batches))
    made = evidence.claim(batches, level.points, float(level.value)) if people >= SMALLEST_JUDGED else None
    if made is None:
        return (
            "undecided",
            f"Kan ikke afgøres endnu (n = {people}). Dommen over målet gælder først, når perioden er slut.",
        )
    outcome = OUTCOMES[made.outcome]
    aim = goals.number(level.value)
    return outcome, f"Allerede nu sikkert {outcome} {aim} (n = {people}), hvor ofte man end ser efter."
