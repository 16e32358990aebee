"""The ids on a dashboard: of each row of its tables the figure that a reader would look up, or of the table."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from survey import part_rates, reopening, table_passports
from survey.figures import Point, Section, Series
from survey.funnels import Funnel, Step
from survey.part_rates import Quarter
from survey.passports import TOP_TWO
from survey.remarks import Confirmed
from survey.results import Period, TeamView
from survey.sides import Side, Split
from survey.turnout import Weeks
from survey.wave_results import Line


@dataclass(frozen=True)
class Ids:
    """Of one page: its period, `told.newest` as read with its figures, whose it is and the day it is read.

    Each id is "" where there is none.
    """

    period: Period
    as_of: date | None
    municipality_id: int
    today: date

    # Figures of answers, and rates -----------------------------------------------------------------------

    def of(self, section: Section, series: Series, kind: str = "mean", statement: int = 0, point: int = 0) -> str:
        """A figure of the whole period: a mean, of all statements or of one, a share, or the response rate."""
        return reopening.of(section, series, self.period, self.as_of, kind, statement, point)

    def team(self, section: Section, series: Series, team: TeamView) -> str:
        """The mean of a team that stands beside others in its law group."""
        return self.of(replace(section, team=team), series)

    def point(self, section: Section, series: Series, point: Point) -> str:
        """The mean of a point of the chart: of the cells that end in its day, week or month."""
        first, last = max(point.begins, self.period.first), min(point.ends, self.period.last)
        return reopening.of(section, series, Period(first, last), self.as_of)

    def weeks(self, section: Section, series: Series, *weeks: Weeks) -> str:
        """The response rate of weeks that are told together."""
        alone = replace(series, turnout=series.turnout and replace(series.turnout, weeks=weeks))
        return reopening.of(section, alone, self.period, self.as_of, "rate")

    def wave(self, section: Section, series: Series, line: Line) -> str:
        """The mean of a wave."""
        return reopening.of(section, series, line.days, self.as_of, inside=True)

    def agreed(self, section: Section, series: Series, place: int) -> str:
        """The share of the two highest points: of the statement at `place` from 0, and after the last of all."""
        statement = place + 1 if place < len(series.statements) else 0
        return self.of(section, series, "share", statement, TOP_TWO)

    def tags(self, section: Section, series: Series) -> str:
        """What answers are about: the first share, which opens all of them."""
        return self.of(section, series, "share", point=1)

    # Tables ----------------------------------------------------------------------------------------------

    def steps(self, section: Section, funnel: Funnel) -> str:
        """The steps from meeting to answer."""
        return table_passports.of_steps(self.municipality_id, section.law, _team(section), funnel, self.period)

    def calls(self, section: Section, steps: Sequence[Step]) -> str:
        """The steps from wish to call."""
        of = self.municipality_id, section.law, _team(section)
        return table_passports.of_calls(*of, steps, self.period, self.today)

    def reasons(self, section: Section) -> str:
        """Why nobody was asked."""
        return table_passports.of_reasons(self.municipality_id, section)

    def side(self, side: Side, split: Split) -> str:
        """A quarter's answers by one dimension."""
        return table_passports.of_side(side, split)

    def parts(self, quarter: Quarter, split: part_rates.Split) -> str:
        """A quarter's response rates by one dimension."""
        return table_passports.of_parts(self.municipality_id, quarter, split)

    def confirmed(self, row: Confirmed) -> str:
        """How many of those asked changed their answer."""
        return table_passports.of_confirmed(self.municipality_id, row)


def _team(section: Section) -> int | None:
    return section.team.id if section.team else None
