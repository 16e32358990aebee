"""What a report's pages are made of: the few kinds of blocks that every writer can write."""

from dataclasses import dataclass
from typing import Literal

from admin.charts import Chart
from survey.findings import Finding

Look = Literal["plain", "note", "small"]


@dataclass(frozen=True)
class Heading:
    """A heading, 2 for a law group, 3 and 4 inside it; `new_page` where one begins."""

    level: int
    text: str
    new_page: bool = False


@dataclass(frozen=True)
class Words:
    """A paragraph: a `note` stands out, a `small` one explains the block before it. `lead` is bold, before it."""

    text: str
    look: Look = "plain"
    lead: str = ""


@dataclass(frozen=True)
class Answers:
    """Questions with their answers."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Table:
    """A table with a header row; the first column names its rows. `wide` are the columns' widths, as shares.

    `words` is True where the cells are no numbers.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    wide: tuple[float, ...]
    words: bool = False


@dataclass(frozen=True)
class Picture:
    """A chart, whose label says what who cannot see it must know, and the words below it."""

    chart: Chart
    caption: str


@dataclass(frozen=True)
class Box:
    """A framed aside."""

    title: str
    sentences: tuple[str, ...]


Block = Heading | Words | Answers | Table | Picture | Box


def writable(words: str) -> str:
    """`words` without the control characters that neither XML nor a page can hold."""
    return "".join(letter for letter in words if letter >= " " and letter not in "\ufffe\uffff")
