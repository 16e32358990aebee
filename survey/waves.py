"""Waves: the days in which a municipality that samples in waves asks, each with its own share."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from survey import models

ANSWERING = timedelta(days=28)
"""So long after a wave's last meeting its answers are its own: a link lives 14 days from the sending."""


@dataclass(frozen=True)
class Wave:
    """`share` per cent of the citizens are drawn for meetings held from `first_on` to `last_on`, both included."""

    name: str
    first_on: date
    last_on: date
    share: int


def of(session: Session, municipality_id: int) -> tuple[Wave, ...]:
    """The waves of one municipality, in the order of their days; those that are over too."""
    rows = session.scalars(
        select(models.Wave)
        .where(models.Wave.municipality_id == municipality_id)
        .order_by(models.Wave.first_on, models.Wave.name)
    )
    return tuple(Wave(row.name, row.first_on, row.last_on, row.share) for row in rows)


def ends(waves: Sequence[Wave]) -> list[date]:
    """Of consecutive waves the last day of each one's answers: never one of the next wave's."""
    before_next = [*(wave.first_on - timedelta(days=1) for wave in waves[1:]), date.max]
    return [
        min(min(wave.last_on, date.max - ANSWERING) + ANSWERING, before_next[at]) for at, wave in enumerate(waves)
    ]


def save(session: Session, municipality_id: int, waves: Collection[Wave]) -> None:
    """Let `waves` be all that the form shows; for meetings they hold by `samplings.change`.

    Raises IntegrityError for days out of order, a share out of range, or a name that stands twice.
    """
    before = set(of(session, municipality_id))
    gone = [wave.name for wave in before.difference(waves)]
    session.execute(
        delete(models.Wave).where(models.Wave.municipality_id == municipality_id, models.Wave.name.in_(gone))
    )
    new = [{"municipality_id": municipality_id, **asdict(wave)} for wave in waves if wave not in before]
    if new:
        session.execute(insert(models.Wave), new)
