"""Dead addresses: what a provider said never works, kept as a print alone; nobody writes to it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from survey import workdays
from survey.models import DeadAddress


class Dead(NamedTuple):
    """An address called dead for `reason`; `mark` is its print, None where the contact has none."""

    municipality_id: int
    mark: bytes | None
    channel: str
    reason: str


def bury(session: Session, found: Iterable[Dead], now: datetime) -> None:
    """Remember the addresses of which there is a print: later invitations leave them alone. One statement."""
    # In one order, or two workers that bury the same addresses could wait for each other.
    rows = sorted({one[:2]: one for one in found if one.mark}.values())
    if rows:
        names = ("municipalities", "prints", "channels", "reasons")
        lists = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
        session.execute(_BURY, lists | {"month": workdays.day(now).replace(day=1)})


def revive(session: Session, municipality_id: int, fingerprint: bytes) -> None:
    """Write to the address again. Nobody learns whether it was among the dead."""
    session.execute(
        delete(DeadAddress).where(
            DeadAddress.municipality_id == municipality_id, DeadAddress.fingerprint == fingerprint
        )
    )


def forget(session: Session, municipality_id: int, found_by: date) -> None:
    """Delete those whose month of finding began on `found_by` or before: somebody else may have the number now."""
    old = DeadAddress.found_on <= found_by
    session.execute(delete(DeadAddress).where(DeadAddress.municipality_id == municipality_id, old))


_BURY = text("""
    INSERT INTO dead_address (municipality_id, fingerprint, channel, reason, found_on)
    SELECT d.*, CAST(:month AS date)
    FROM unnest(CAST(:municipalities AS bigint[]), CAST(:prints AS bytea[]), CAST(:channels AS text[]),
        CAST(:reasons AS text[])) AS d
    ON CONFLICT DO NOTHING
""")
