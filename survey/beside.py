"""Teams beside each other: which surely lie over or under the rest. No ranking; nobody where it is not sure."""

from collections.abc import Mapping, Sequence

from survey import scatter
from survey.figures import Section, Series, cells_of
from survey.results import CellView
from survey.scoring import comparisons

TOO_FEW = "for få svar"


def places(cells: Sequence[CellView], section: Section, series: Series) -> Mapping[int, str]:
    """By team of a law group's series its place beside the others, in Danish; "for få svar" below ten people.

    A team whose mean is not told has no place, and is among nobody's others.

    All shown teams are tested together first; only where they differ at all is any one told apart, with the level
    shared between them (Kruskal-Wallis, then each against the rest, Holm).
    """
    mine = [cell for cell in cells_of(cells, section, series) if cell.mean]
    groups = {
        str(line.team.id): scatter.persons([cell.counted for cell in mine if cell.team_id == line.team.id])
        for line in series.teams
        if line.mean.shown
    }
    found = comparisons.compare(groups)
    against = found.groups if found else {}
    return {
        line.team.id: one.place if (one := against.get(str(line.team.id))) else TOO_FEW for line in series.teams
    }
