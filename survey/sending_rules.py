"""Rules for sending: when, how often and whom a municipality asks; the defaults where none are set."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import SendingRule
from survey.workdays import OFFICE_HOURS, Window


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A municipality's rule. `sampling`: "all", "share" (`share` per cent) or "waves"; `segment_price` in DKK.

    `link_mode`: "link" (130 bits), "code" (a link short enough to type) or "code_only" (where to go, and a code).
    """

    window: Window = OFFICE_HOURS
    delay_minutes: int = 120
    quiet_days: int = 30
    sampling: str = "all"
    share: int = 100
    link_mode: str = "link"
    segment_price: Decimal = Decimal("0.307")


DEFAULT = Rule()


def of(session: Session, municipality_id: int) -> Rule:
    """The rule of one municipality."""
    return rule(session.get(SendingRule, municipality_id))


def every(session: Session) -> dict[int, Rule]:
    """The rules by municipality, of those that have one of their own."""
    return {row.municipality_id: rule(row) for row in session.scalars(select(SendingRule))}


def save(session: Session, municipality_id: int, rule: Rule, *, staff_id: int | None, now: datetime) -> None:
    """Let `rule` hold from now on, all but its sampling, which holds by `samplings.change`.

    A value out of range is refused by the table (IntegrityError).
    """
    session.merge(
        SendingRule(
            municipality_id=municipality_id,
            weekdays=sorted(rule.window.weekdays),
            opens=rule.window.opens,
            closes=rule.window.closes,
            delay_minutes=rule.delay_minutes,
            quiet_days=rule.quiet_days,
            sampling=rule.sampling,
            share=rule.share,
            link_mode=rule.link_mode,
            segment_price=rule.segment_price,
            changed_at=now,
            changed_by=staff_id,
        )
    )
    session.flush()


def rule(row: SendingRule | None) -> Rule:
    """What a row says; the defaults where there is none."""
    if row is None:
        return DEFAULT
    return Rule(
        window=Window(frozenset(row.weekdays), row.opens, row.closes),
        delay_minutes=row.delay_minutes,
        quiet_days=row.quiet_days,
        sampling=row.sampling,
        share=row.share,
        link_mode=row.link_mode,
        segment_price=row.segment_price,
    )
