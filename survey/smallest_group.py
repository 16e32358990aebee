"""k, the fewest people any figure rests on: a municipality may raise it, nobody lowers it; and what that hides."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey import figures, lineages, results, scoring
from survey.figures import Section
from survey.models import Municipality
from survey.results import LAW_NAMES, Counts, Period, TeamView

HIGHEST = scoring.PRECISE_FROM
"""From so many people figures are told as they are: more is never needed."""


@dataclass(frozen=True)
class Hidden:
    """Of `told` figures of one kind, of a law group or team, a higher k would leave `left`."""

    name: str
    kind: str
    told: int
    left: int


def of(session: Session, municipality_id: int) -> int:
    """The municipality's k."""
    return session.scalars(select(Municipality.smallest_group).where(Municipality.id == municipality_id)).one()


def raised(session: Session, municipality_id: int, smallest: int) -> bool:
    """Let k be `smallest` from the next page and the next tally on; False where it is not below that already."""
    changed = session.execute(
        update(Municipality)
        .where(Municipality.id == municipality_id, Municipality.smallest_group < smallest)
        .values(smallest_group=smallest)
        .returning(Municipality.id)
    )
    return changed.first() is not None


def hidden(session: Session, municipality_id: int, smallest: int, today: date) -> tuple[Period, list[Hidden]]:
    """What k raised to `smallest` would hide of the usual period, and its days."""
    period = results.default_period(results.newest_day(session, municipality_id), today)
    counts, _lineages = lineages.read(session, municipality_id, period)
    higher, found = replace(counts, smallest=smallest), list[Hidden]()
    for law, team in _scopes(counts):
        now = figures.section(counts, law, team, compare=False)
        told, left = Counter(_told(now)), Counter(_told(figures.section(higher, law, team, compare=False)))
        name = f"Team {now.name}" if team else now.name
        found += [Hidden(name, kind, n, left[kind]) for kind, n in told.items() if left[kind] < n]
    return period, found


def _scopes(counts: Counts) -> Iterator[tuple[str, TeamView | None]]:
    """Every law group with its teams that are shown."""
    for law in LAW_NAMES:
        yield law, None
        yield from ((law, team) for team in counts.teams if team.law == law and team.shown)


def _told(section: Section) -> Iterator[str]:
    """The kind of each figure that a section shows."""
    for series in section.series:
        rates = [series.turnout.rate, *(week.rate for week in series.turnout.weeks)] if series.turnout else []
        shown = {
            "Gennemsnit": [series.mean.shown],
            "Punkter i diagrammet": [point.mean.shown for point in series.points],
            "Gennemsnit pr. udsagn": [each.mean.shown for each in series.statements],
            "Fordelinger": [each.distribution is not None for each in series.statements],
            "Hvad svarene handler om": [series.tags is not None],
            "Svarprocenter": [rate.shown for rate in rates],
        }
        yield from (kind for kind, each in shown.items() for is_told in each if is_told)
    yield from ("Grunde til ikke at spørge" for _, n in section.not_invited.reasons if n is not None)
