"""A figure as it is printed, and its passport: the short id it can be looked up by afterwards."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, Protocol

from survey.results import Period
from survey.scoring import Figure

Kind = Literal["mean", "rate", "statement_mean", "share", "top_two", "dont_know"]


@dataclass(frozen=True)
class Measured:
    """Which figure one is, for whoever gives it a passport. `statement` and `point` count from 1.

    `weeks` are the first and the last day of the weeks of sending that a response rate is of. `series` and
    `inside` are those of `passports.Definition`.
    """

    figure: Kind
    law: str
    team_id: int | None
    version_id: int
    mode: str
    period: Period
    weeks: tuple[date, date] | None
    statement: int | None = None
    point: int | None = None
    series: bool = False
    inside: bool = False


@dataclass(frozen=True)
class Printed:
    """A figure as it is printed, what it is in words, and the id it can be looked up by; "" where it has none."""

    what: str
    text: str
    passport: str = ""


Mint = Callable[[Measured], str]
"""Gives a figure its passport."""


def no_passport(_measured: Measured) -> str:
    """For a report whose figures have none."""
    return ""


class Tell(Protocol):
    """Prints one figure of a series: what it is in words, the figure, and what sets it apart."""

    def __call__(
        self, what: str, figure: Figure, *, of: Kind, statement: int | None = None, point: int | None = None
    ) -> Printed: ...


def telling(mint: Mint, measured: Measured) -> Tell:
    """What prints the figures of a series. A hidden one has no passport, nor one of days too long ago."""

    def tell(
        what: str, figure: Figure, *, of: Kind, statement: int | None = None, point: int | None = None
    ) -> Printed:
        one = replace(measured, figure=of, statement=statement, point=point)
        passport = ""
        if figure.shown:
            with suppress(ValueError):
                passport = mint(one)
        return Printed(what, figure.text, passport)

    return tell
