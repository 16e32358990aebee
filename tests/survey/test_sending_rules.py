"""A municipality's rule: the defaults without a row, what is saved, and values the table refuses."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import sending_rules, workdays
from survey.models import Municipality, SendingRule
from survey.sending_rules import DEFAULT, Rule
from survey.workdays import Window

SATURDAYS = Window(frozenset({6}), time(10), time(12))
OWN = Rule(
    window=SATURDAYS, delay_minutes=0, quiet_days=7, sampling="share", share=10, segment_price=Decimal("0.5")
)


def test_a_new_municipality_has_the_defaults_without_a_row(session: Session, stevns: Municipality) -> None:
    """Working days from nine to six, two hours after the meeting, thirty days of peace, everybody."""
    assert session.scalar(select(func.count()).select_from(SendingRule)) == 0
    assert sending_rules.of(session, stevns.id) == DEFAULT
    assert (DEFAULT.delay_minutes, DEFAULT.quiet_days, DEFAULT.sampling) == (120, 30, "all")
    assert (frozenset(range(1, 6)), time(9), time(18)) == (
        DEFAULT.window.weekdays,
        DEFAULT.window.opens,
        DEFAULT.window.closes,
    )


def test_the_rule_that_was_saved_last_holds(session: Session, stevns: Municipality, now: datetime) -> None:
    """One row per municipality."""
    for rule in (Rule(quiet_days=60), OWN):
        sending_rules.save(session, stevns.id, rule, staff_id=None, now=now)
    session.expire_all()
    assert sending_rules.of(session, stevns.id) == OWN
    assert sending_rules.every(session) == {stevns.id: OWN}


@pytest.mark.parametrize(
    "rule",
    [
        Rule(window=Window(frozenset(), time(9), time(18))),
        Rule(window=Window(frozenset({8}), time(9), time(18))),
        Rule(window=Window(frozenset({1}), time(18), time(9))),
        Rule(delay_minutes=-1),
        Rule(quiet_days=0),
        Rule(share=0),
        Rule(sampling="some"),
        Rule(link_mode="qr"),
        Rule(segment_price=Decimal(-1)),
    ],
)
def test_a_value_out_of_range_is_refused(
    session: Session, stevns: Municipality, now: datetime, rule: Rule
) -> None:
    """By the table, whoever asks."""
    with pytest.raises(IntegrityError):
        sending_rules.save(session, stevns.id, rule, staff_id=None, now=now)


@pytest.mark.parametrize(
    ("opens", "asked"),
    [
        # The nights in which the clocks change lie in the window of whoever sends on Sundays from midnight.
        (datetime(2021, 3, 27, 23, tzinfo=UTC), datetime(2021, 3, 27, 12, tzinfo=UTC)),
        (datetime(2021, 10, 30, 22, tzinfo=UTC), datetime(2021, 10, 30, 12, tzinfo=UTC)),
        # Whit Sunday, 23 May 2021, is a holiday: the Sunday after it.
        (datetime(2021, 5, 29, 22, tzinfo=UTC), datetime(2021, 5, 22, 22, tzinfo=UTC)),
    ],
)
def test_a_window_of_its_own_opens_by_the_clock_in_copenhagen(opens: datetime, asked: datetime) -> None:
    """At midnight, which is another moment in summer, and never on a holiday."""
    assert opens == workdays.next_send_time(asked, Window(frozenset({7}), time(0), time(23)))


@pytest.mark.parametrize(
    ("hours", "day"), [(22, date(2021, 3, 28)), (24, date(2021, 10, 31)), (23, date(2021, 5, 2))]
)
def test_a_day_of_an_hour_more_or_less_is_open_that_much(hours: int, day: date) -> None:
    """Whoever is open from midnight to eleven at night is so for 22 hours in spring, and 24 in autumn."""
    window = Window(frozenset({7}), time(0), time(23))
    begins, ends = workdays.at(day, time(0)), workdays.at(day, time(23))
    assert hours == (ends - begins).total_seconds() / 3600
    assert all(workdays.in_send_window(datetime.fromtimestamp(at, UTC), window) for at in _hours(begins, ends))
    assert not workdays.in_send_window(ends, window)


def _hours(begins: datetime, ends: datetime) -> range:
    return range(int(begins.timestamp()), int(ends.timestamp()), 3600)


def test_one_rule_costs_one_row(
    session: Session, stevns: Municipality, now: datetime, sql: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    """The others' rules are not read for it."""
    sending_rules.save(session, stevns.id, OWN, staff_id=None, now=now)
    number = stevns.id
    session.expire_all()
    with sql() as statements:
        assert sending_rules.of(session, number) == OWN
    assert ["municipality_id = " in statement for statement in statements] == [True]
