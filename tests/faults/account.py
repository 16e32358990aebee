"""The account of a fault run: what became of every message, by the provider's own log and by the message table."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from survey.models import Message
from survey.models.messages import ACCEPTED_STATES

COLUMNS = ("scenario", "messages", "sent once", "in doubt", "refused/waiting with reason", "lost", "doubled")


@dataclass(frozen=True)
class Row:
    """One line of the table. `doubts_taken`: how many of those in doubt the provider really has."""

    scenario: str
    messages: int
    sent_once: int
    in_doubt: int
    doubts_taken: int
    resting: Mapping[str, int]
    lost: int
    doubled: int

    def cells(self) -> tuple[str, ...]:
        """The line as text, in the order of COLUMNS."""
        doubt = f"{self.in_doubt} ({self.doubts_taken} taken on)" if self.in_doubt else "0"
        resting = ", ".join(f"{n} {why}" for why, n in sorted(self.resting.items())) or "0"
        return (
            *(self.scenario, str(self.messages), str(self.sent_once), doubt, resting),
            *(str(self.lost), str(self.doubled)),
        )


def fate(state: str | None, reason: str | None, taken: int, *, due: bool) -> str:
    """What became of one message: "sent once", "in doubt", "lost", "doubled", or why it was not sent.

    Doubled: the provider has it twice, or has it while it is still to be sent. Lost: it is gone, in nobody's hand,
    said to be sent though the provider never had it, or said not to be sent though it has.
    """
    if taken > 1 or (taken and state == "waiting"):
        return "doubled"
    if state in ACCEPTED_STATES:
        return "sent once" if taken else "lost"
    if state == "unknown":
        return "in doubt"
    if state == "waiting":
        return "waiting: due" if due else f"waiting: {reason or 'not due yet'}"
    if state in ("refused", "skipped") and reason and not taken:
        return f"{state}: {reason}"
    return "lost"


def account(scenario: str, engine: Engine, ids: Iterable[int], taken: Mapping[int, int], now: datetime) -> Row:
    """The row of the messages `ids` at `now`; `taken` is how often the provider has each."""
    with Session(engine) as session:
        found = session.execute(select(Message.id, Message.state, Message.reason, Message.due_at)).all()
    rows = {row.id: row for row in found}
    fates = Counter[str]()
    doubts_taken = 0
    wanted = list(ids)
    for number in wanted:
        row, times = rows.get(number), taken.get(number, 0)
        if row is None:
            fates[fate(None, None, times, due=False)] += 1
            continue
        word = fate(row.state, row.reason, times, due=row.due_at <= now)
        fates[word] += 1
        doubts_taken += word == "in doubt" and times == 1
    named = ("sent once", "in doubt", "lost", "doubled")
    resting = {word: n for word, n in fates.items() if word not in named}
    assert fates.total() == len(wanted), "every message has one fate"
    return Row(
        *(scenario, len(wanted), fates["sent once"], fates["in doubt"], doubts_taken, resting),
        *(fates["lost"], fates["doubled"]),
    )


def lines(rows: Sequence[Row]) -> list[str]:
    """The table as text."""
    cells = [COLUMNS, *(row.cells() for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(COLUMNS))]
    return [
        " | ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in cells
    ]
