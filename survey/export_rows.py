"""What rows of an export are made with: whose numbers they are, an empty row, and the id of its number."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from survey import passports
from survey.export_columns import Row
from survey.lineages import Lineages
from survey.passports import REST, Definition
from survey.results import OneRow, Period, TeamView

SPECIAL = {
    "dont_know": passports.DONT_KNOW,
    "people": passports.PEOPLE,
    "sent": passports.SENT,
    "answered": passports.ANSWERED,
}
"""Measures that are a point of their figure, whatever they are of."""
DEFINED = {
    "n": "n",
    "people": "n",
    "answers": "n",
    "mean": "mean",
    "count": "share",
    "dont_know": "share",
    "sent": "rate",
    "answered": "rate",
    "rate": "rate",
}
"""The kind of figure that a measure is one of."""


@dataclass(frozen=True)
class Part:
    """Of whom rows tell: a `team` that is shown; without one the rest of a law group, or the `whole` of it."""

    law: str
    team: TeamView | None = None
    whole: bool = False

    @property
    def unit(self) -> str:
        """As the export names it."""
        return "team" if self.team else "lovgruppe" if self.whole else "resten"


@dataclass(frozen=True)
class Book:
    """What rows of one municipality and period are made with."""

    municipality_id: int
    slug: str
    period: Period
    smallest: int
    teams: tuple[TeamView, ...]
    versions: dict[int, OneRow]
    lineages: Lineages
    as_of: date


# A row ---------------------------------------------------------------------------------------------------


def blank(of: Book, part: Part, version: OneRow | None) -> Row:
    """A row of a part and version (None: of all), with nothing told yet."""
    return Row(
        municipality=of.slug,
        law=part.law,
        unit=part.unit,
        team=part.team.name if part.team else "",
        questionnaire=version.name if version else "",
        version=version.number if version else 0,
        series=of.versions[of.lineages.head(version.id)].number if version else 0,
        scale=version.points if version else 0,
        mode="remote",
        level="",
        first_on=of.period.first,
        last_on=of.period.last,
        told_on=None,
        final=True,
        statement=0,
        statement_text="",
        measure="",
        point=None,
        point_text="",
        value=0.0,
        text="",
        figure_id="",
    )


def identify(
    of: Book,
    part: Part,
    line: Row,
    version_id: int,
    number: tuple[str, int, Any],
    days: Period,
    others: tuple[int, ...] = (),
) -> str:
    """The id of the figure of `days`, or of a block of weeks, that a number is; "" of days no id can name."""
    measure, statement, point = number
    kind = DEFINED[measure]
    special = passports.ANSWERS if measure == "answers" and not statement else SPECIAL.get(measure, point or 0)
    team_id = part.team.id if part.team else None if part.whole else REST
    figure = Definition(
        kind,
        part.law,
        team_id,
        version_id,
        line.mode,
        statement,
        special,
        max(days.first, passports.EPOCH),
        days.last,
        days.last if kind == "rate" else of.as_of,
        series=kind != "rate" and line.level == "period" and len(of.lineages.line(version_id)) > 1,
        others=others,
    )
    return passports.mint(figure) if passports.makes_sense(figure) else ""
