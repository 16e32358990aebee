"""Response rates by channel, target group and message as they may be shown, and what a test says of them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from survey import part_rates, scoring
from survey.models import Municipality, Team
from survey.part_rates import Line, Quarter, Split
from survey.results import Period
from tests.survey import parting
from tests.survey.parting import APRIL, JULY, OVER, SPRING, SUMMER, TWO, close, rows
from tests.survey.told import NBSP, sent

YEAR = Period(date(2020, 8, 24), date(2021, 8, 23))


def read(session: Session, place: Municipality, period: Period = YEAR) -> tuple[Quarter, ...]:
    """What is shown of a period."""
    session.flush()
    return part_rates.read(session, place.id, period, place.smallest_group)


def split(dimension: str, *parts: tuple[str, int, int]) -> Split:
    """Value, sent and answered of each line."""
    shares = ((value, n, n, k, scoring.published_share(k, n), None) for value, n, k in parts)
    return Split(dimension, tuple(Line(*each) for each in shares))


def said(found: Split) -> str:
    """Its sentence, values by their own names."""
    return part_rates.sentence(found, lambda _dimension, value: value or "resten").replace(NBSP, " ")


def test_nothing_is_shown_before_a_quarter_is_settled(session: Session, stevns: Municipality, team: Team) -> None:
    """Then every line with its rate and interval, and what is missing by name."""
    close(session, team, APRIL, TWO)
    assert read(session, stevns) == ()
    parting.settle(session, stevns.id, OVER)
    (found,) = read(session, stevns)
    assert (found.law, found.quarter, found.missing) == ("LAS", SPRING, ("message",))
    channel, group = found.splits
    sms, email = channel.lines
    assert (sms.value, sms.sent, sms.delivered, sms.answered) == ("sms", 70, 70, 31)
    assert sms.rate.text == f"31/70 = 44,3{NBSP}%"
    assert email.interval == scoring.published_wilson(23, 50)
    assert [line.value for line in group.lines] == ["A", "B"]


def test_a_quarter_of_too_few_is_named_without_lines(session: Session, stevns: Municipality, team: Team) -> None:
    """All three dimensions are missing."""
    close(session, team, APRIL, {("sms", "A"): (18, 8)})
    parting.settle(session, stevns.id, OVER)
    assert read(session, stevns) == (Quarter("LAS", SPRING, (), ("channel", "target_group", "message")),)


def test_a_higher_k_holds_for_what_was_settled_before(session: Session, stevns: Municipality, team: Team) -> None:
    """Twenty-three answered by e-mail: with twenty-three they are shown, with twenty-four no channel is."""
    close(session, team, APRIL, TWO, (60, 15))
    parting.settle(session, stevns.id, OVER)
    for k, missing in ((15, ()), (16, ("message",)), (23, ("target_group", "message")), (24, SENT)):
        stevns.smallest_group = k
        assert read(session, stevns)[0].missing == missing, k


SENT = ("channel", "target_group", "message")


def test_what_comes_later_changes_nothing(session: Session, stevns: Municipality, team: Team) -> None:
    """Neither few of the next quarter nor a week of its own that came late."""
    close(session, team, APRIL, TWO)
    parting.settle(session, stevns.id, OVER)
    shown, before = read(session, stevns), rows(session)
    assert shown[0].splits
    close(session, team, JULY, {("sms", "A"): (3, 1)})
    sent(session, team, APRIL + timedelta(days=7), 5, 2)
    parting.settle(session, stevns.id, OVER + timedelta(days=28))
    assert read(session, stevns) == shown
    assert set(before) <= set(rows(session))


def test_quarters_that_overlap_newest_first_and_no_other_municipality_s(
    session: Session, stevns: Municipality, team: Team, sql: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    """The last day of June is spring; one statement reads them all."""
    for monday in (APRIL, JULY):
        close(session, team, monday, TWO)
    parting.settle(session, stevns.id, OVER + timedelta(days=92))
    june = date(2021, 6, 30)
    for first, last, quarters in ((june, june, [SPRING]), (june, SUMMER, [SUMMER, SPRING])):
        assert [each.quarter for each in read(session, stevns, Period(first, last))] == quarters
    with sql() as statements:
        assert part_rates.read(session, stevns.id + 1, YEAR, 5) == ()
    assert len(statements) == 1


# Sentences -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sms", "email", "sentence"),
    [
        (60, 30, "Svarprocenten er sikkert lavere for email (30/100 = 30,0 %) end for sms (60/100 = 60,0 %)."),
        (30, 60, "Svarprocenten er sikkert lavere for sms (30/100 = 30,0 %) end for email (60/100 = 60,0 %)."),
        (50, 45, "Ingen sikker forskel: sms (50/100 = 50,0 %) og email (45/100 = 45,0 %) kan ikke skelnes."),
    ],
)
def test_two_lines_are_told_apart_by_a_test(sms: int, email: int, sentence: str) -> None:
    """Lower, higher, or not to be told apart."""
    assert said(split("channel", ("sms", 100, sms), ("email", 100, email))) == sentence


def test_of_more_lines_each_is_held_against_the_others() -> None:
    """Lower and higher by name, never a ranking; the rest is nobody's question."""
    found = split("target_group", ("A", 100, 50), ("B", 100, 20), ("C", 100, 80), ("", 40, 20))
    assert said(found) == (
        "Sikkert lavere end blandt de andre: B (20/100 = 20,0 %). "
        "Sikkert højere end blandt de andre: C (80/100 = 80,0 %)."
    )
    assert said(split("target_group", ("A", 100, 50), ("B", 100, 50), ("", 100, 20))).startswith("Sikkert højere")
    even = split("target_group", ("A", 100, 50), ("B", 100, 46), ("C", 100, 54))
    assert said(even) == "Ingen sikker forskel: hver for sig kan de ikke skelnes fra de andre."


def test_many_lines_ask_for_more_than_one_would() -> None:
    """Of ten groups one is lower by p = 0.03: alone that would do, by Holm it does not."""
    found = split("target_group", *((name, 100, 50) for name in "ABCDEFGHI"), ("J", 100, 38))
    assert found.lower == ()
    assert split("target_group", ("A", 900, 450), ("J", 100, 38)).lower == ("J",)


@pytest.mark.parametrize(
    ("reminder", "word"),
    [
        ((100, 20), "Svarprocenten er sikkert lavere efter påmindelsen."),
        ((100, 40), "Ingen sikker forskel på de to svarprocenter."),
        ((100, 70), "Svarprocenten er sikkert højere efter påmindelsen."),
    ],
)
def test_messages_are_told_with_both_bases(reminder: tuple[int, int], word: str) -> None:
    """What was answered without one is of all that was sent, after one of those who got it."""
    sentence = said(split("message", ("first", 200, 80), ("reminder", *reminder)))
    assert sentence.startswith("80/200 = 40,0 % af de udsendte blev besvaret uden en påmindelse, ")
    assert f"{reminder[1]}/100" in sentence
    assert word in sentence


def test_where_the_reminded_are_not_told_both_are_of_all_that_was_sent() -> None:
    """The two shares are of the same questionnaires, and no test is made of them."""
    found = split("message", ("first", 200, 80), ("reminder", 200, 30))
    assert said(found) == (
        "Af alle udsendte blev 80/200 = 40,0 % besvaret uden en påmindelse og 30/200 = 15,0 % efter en påmindelse."
    )
    assert (found.lower, found.higher) == ((), ())


def test_a_lone_value_is_said_to_be_all() -> None:
    """Nothing to hold it against."""
    assert said(split("channel", ("sms", 100, 50))) == "Alle udsendte er af én slags: sms (50/100 = 50,0 %)."
