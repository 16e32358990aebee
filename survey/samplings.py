"""Samplings: whom a municipality asks by lot, and for meetings held from when. What held for a day stays so.

A change holds from the next Monday on: for no meeting that has been held, so that nobody who has seen who came can
choose among them afterwards.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import models, sending_rules, waves, workdays
from survey.sending_rules import Rule
from survey.waves import Wave


@dataclass(frozen=True)
class Sampling:
    """`kind`: "all", "share" (`share` per cent) or "waves", for meetings held from `from_on` until the next."""

    from_on: date = date.min
    kind: str = "all"
    share: int = 100
    waves: tuple[Wave, ...] = ()


EVERYBODY = Sampling()
"""What holds until a municipality chooses something else."""


def change(
    session: Session,
    municipality_id: int,
    rule: Rule,
    asking: Collection[Wave],
    *,
    staff_id: int | None,
    now: datetime,
) -> None:
    """Save `rule` and the waves; what they say of sampling holds for meetings held from the next Monday on.

    Raises IntegrityError for a value out of range.
    """
    sending_rules.save(session, municipality_id, rule, staff_id=staff_id, now=now)
    waves.save(session, municipality_id, asking)
    wanted, history = said(rule, asking, now), of(session, municipality_id)
    latest = history[-1] if history else EVERYBODY
    if (wanted.kind, wanted.share, wanted.waves) != (latest.kind, latest.share, latest.waves):
        row = models.Sampling(municipality_id=municipality_id, from_on=wanted.from_on, changed_at=now)
        row.sampling, row.share, row.changed_by = wanted.kind, wanted.share, staff_id
        row.waves = [_kept(wave) for wave in wanted.waves]
        session.merge(row)
        session.flush()


def said(rule: Rule, asking: Collection[Wave], now: datetime) -> Sampling:
    """What `rule` and the waves say of sampling, were they saved at `now`: from the next Monday on."""
    return Sampling(
        workdays.monday(workdays.day(now)) + timedelta(days=7),
        rule.sampling,
        rule.share if rule.sampling == "share" else 100,
        tuple(sorted(asking, key=lambda wave: (wave.first_on, wave.name))) if rule.sampling == "waves" else (),
    )


def of(session: Session, municipality_id: int) -> tuple[Sampling, ...]:
    """All that has held or will hold in one municipality, the oldest first; none before the first choice."""
    rows = session.scalars(
        select(models.Sampling)
        .where(models.Sampling.municipality_id == municipality_id)
        .order_by(models.Sampling.from_on)
    )
    return tuple(Sampling(row.from_on, row.sampling, row.share, tuple(map(_read, row.waves))) for row in rows)


def on(history: Sequence[Sampling], day: date) -> Sampling:
    """The one that holds for meetings held on `day`; `history` is in order."""
    return next((each for each in reversed(history) if each.from_on <= day), EVERYBODY)


def _kept(wave: Wave) -> dict[str, Any]:
    return asdict(wave) | {"first_on": wave.first_on.isoformat(), "last_on": wave.last_on.isoformat()}


def _read(kept: dict[str, Any]) -> Wave:
    first_on, last_on = date.fromisoformat(kept["first_on"]), date.fromisoformat(kept["last_on"])
    return Wave(kept["name"], first_on, last_on, kept["share"])
