"""The ids on a dashboard: of each row of its tables the figure that a reader would look up."""

from dataclasses import dataclass, replace
from datetime import date

from survey import reopening
from survey.figures import Point, Section, Series
from survey.results import Period, TeamView
from survey.turnout import Weeks
from survey.wave_results import Line


@dataclass(frozen=True)
class Ids:
    """Of one page: its period, and `told.newest` as read with its figures. Each is "" where there is none."""

    period: Period
    as_of: date | None

    def of(self, section: Section, series: Series, kind: str = "mean", statement: int = 0) -> str:
        """A figure of the whole period: a mean, of all statements or of one, or the response rate."""
        return reopening.of(section, series, self.period, self.as_of, kind, statement)

    def team(self, section: Section, series: Series, team: TeamView) -> str:
        """The mean of a team that stands beside others in its law group."""
        return self.of(replace(section, team=team), series)

    def point(self, section: Section, series: Series, point: Point) -> str:
        """The mean of a point of the chart: of the cells that end in its day, week or month."""
        first, last = max(point.begins, self.period.first), min(point.ends, self.period.last)
        return reopening.of(section, series, Period(first, last), self.as_of)

    def weeks(self, section: Section, series: Series, weeks: Weeks) -> str:
        """The response rate of weeks that are told together."""
        alone = replace(series, turnout=series.turnout and replace(series.turnout, weeks=(weeks,)))
        return reopening.of(section, alone, self.period, self.as_of, "rate")

    def wave(self, section: Section, series: Series, line: Line) -> str:
        """The mean of a wave."""
        return reopening.of(section, series, line.days, self.as_of, inside=True)
