"""Lanes: for which municipality, on which channel, by which gateway messages may leave at this moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from survey import breaker, sending_rules
from survey.models import BallotKey, Municipality, SendingRule, Stop
from survey.models.base import CHANNELS
from survey.workdays import OFFICE_HOURS, Window, in_send_window


class Carrier(Protocol):
    """What an account says of whom it carries what for. `municipalities` are slugs; None: all."""

    @property
    def name(self) -> str:
        """The gateway's."""
        ...

    @property
    def channels(self) -> tuple[str, ...]:
        """What it carries."""
        ...

    @property
    def municipalities(self) -> frozenset[str] | None:
        """For whom."""
        ...

    def serves(self, municipality: str) -> bool:
        """Does it carry for the municipality with this slug?"""
        ...


@dataclass(frozen=True)
class ForAll:
    """A carrier for every municipality."""

    name: str
    channels: tuple[str, ...]
    municipalities: None = None

    def serves(self, municipality: str) -> bool:  # noqa: ARG002 - the shape of Carrier
        """It does."""
        return True


@dataclass(frozen=True)
class Lane:
    """One municipality's messages on one channel, which may leave by one gateway while its `window` is open.

    `only`: nobody carries another channel for it.
    """

    municipality_id: int
    channel: str
    gateway: str
    window: Window = OFFICE_HOURS
    link_mode: str = "link"
    only: bool = False


def open_now(session: Session, accounts: Sequence[Carrier], now: datetime) -> list[Lane]:
    """Every lane that is open at `now`, in no order; two statements however many there are.

    Closed is a lane outside its send window, without an open ballot key (an answer could not be sealed, the link
    would lead nowhere), stopped by an administrator, or whose gateway has stopped by itself.
    """
    still = breaker.stopped(session, now)
    lanes = []
    for row in session.execute(_WITH_A_KEY):
        rule = sending_rules.rule(row.SendingRule)
        if in_send_window(now, rule.window):
            found = {channel: carrier(accounts, row.slug, channel) for channel in CHANNELS}
            carried = {channel: name for channel, name in found.items() if name}
            lanes += [
                Lane(row.id, channel, name, rule.window, rule.link_mode, only=len(carried) == 1)
                for channel, name in carried.items()
                if name not in still and name not in row.stops
            ]
    return lanes


def without(session: Session, accounts: Sequence[Carrier], channel: str) -> list[int]:
    """The municipalities for which nobody carries `channel`."""
    rows: Any = session.execute(select(Municipality.id, Municipality.slug).order_by(Municipality.id))
    return [number for number, slug in rows if carrier(accounts, slug, channel) is None]


def carrier(accounts: Sequence[Carrier], municipality: str, channel: str) -> str | None:
    """The gateway that carries `channel` for the municipality with this slug: the first account that does."""
    return next(
        (account.name for account in accounts if channel in account.channels and account.serves(municipality)),
        None,
    )


_WITH_A_KEY = (
    select(
        Municipality.id,
        Municipality.slug,
        SendingRule,
        func.array(select(Stop.gateway).where(Stop.municipality_id == Municipality.id).scalar_subquery()).label(
            "stops"
        ),
    )
    .outerjoin(SendingRule, SendingRule.municipality_id == Municipality.id)
    .where(exists().where(BallotKey.municipality_id == Municipality.id, BallotKey.state == "open"))
)
