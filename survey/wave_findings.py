"""Is anything changed, where a municipality asks in waves? The last wave against the one before, and no trend."""

from collections.abc import Mapping, Sequence

from survey.findings import CHANGE_QUESTION, Finding, Sign
from survey.results import CellView
from survey.wave_results import Table, Word

SIGNS: Mapping[Word, Sign] = {
    "højere": "rising",
    "lavere": "falling",
    "ingen sikker forskel": "unchanged",
    "for få svar": "undecided",
}


def change(table: Table | None, cells: Sequence[CellView]) -> Finding | None:
    """The answer about a series that is asked in waves, None about any other; `cells` are the period's.

    Inside a wave who answers late differs from who answers early, and nothing has changed. What is answered after
    the last wave's days was not asked in one: the municipality has begun to ask all the time.
    """
    if table is None:
        return None
    last = table.lines[-1]
    if any(cell.mean and cell.counted.last_on > last.days.last for cell in cells):
        return None
    word: Word = last.against.word if last.against else "for få svar"
    return Finding(CHANGE_QUESTION, SIGNS[word], table.sentence)
