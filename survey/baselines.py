"""Baselines: after an alarm a person lets the early warning of a series begin anew, and says why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import models, workdays
from survey.figures import Section, Series
from survey.lineages import Lineages
from survey.models import Staff


@dataclass(frozen=True)
class Rebased:
    """What was answered in a series up to and including `since` is behind, for this `reason`.

    `team_id` is None for the whole law group; `version_id` is the newest of its lineage. `by` is who noted it and
    `noted_on` when.
    """

    law: str
    team_id: int | None
    version_id: int
    mode: str
    since: date
    reason: str
    by: str = ""
    noted_on: date | None = None


def read(session: Session, municipality_id: int, lineages: Lineages) -> tuple[Rebased, ...]:
    """All of one municipality, the newest day first; one statement."""
    row = models.Baseline
    rows = session.execute(
        select(row, Staff.name)
        .join(Staff, Staff.id == row.noted_by)
        .where(row.municipality_id == municipality_id)
        .order_by(row.since.desc(), row.id.desc())
    )
    return tuple(
        Rebased(
            *(each.law, each.team_id, lineages.head(each.version_id), each.mode, each.since, each.reason),
            by,
            workdays.day(each.noted_at),
        )
        for each, by in rows
    )


def standing(found: Iterable[Rebased], section: Section, series: Series, last_on: date) -> Rebased | None:
    """The newest of a series up to `last_on`, the period's last day; None where nobody has noted one."""
    team_id = section.team.id if section.team else None
    key = (section.law, team_id, series.version_id, series.mode)
    mine = [
        each
        for each in found
        if (each.law, each.team_id, each.version_id, each.mode) == key and each.since <= last_on
    ]
    return max(mine, key=lambda each: each.since, default=None)


def wait(session: Session, municipality_id: int) -> None:
    """Let one person at a time note a baseline here: read the alarm after this, and it is the latest."""
    # With `key_share` citizens' answers, which point to the municipality, need not wait for the page that follows.
    session.execute(
        select(models.Municipality.id)
        .where(models.Municipality.id == municipality_id)
        .with_for_update(key_share=True)
    )


def note(session: Session, municipality_id: int, new: Rebased, *, staff_id: int, now: datetime) -> int:
    """Let the early warning of a series begin anew after `new.since`. The number of the note.

    Raises IntegrityError for a day to come, no reason or one too long, and a day that is noted already.
    """
    row = models.Baseline(municipality_id=municipality_id, law=new.law, team_id=new.team_id)
    row.version_id, row.mode, row.since, row.reason = new.version_id, new.mode, new.since, new.reason
    row.noted_at, row.noted_by = now, staff_id
    session.add(row)
    session.flush()
    return row.id
