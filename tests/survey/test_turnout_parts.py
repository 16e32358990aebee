"""What of a quarter may be told by channel, target group and message: the rules, and settling it once."""

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey import retention, turnout_parts, workdays
from survey.models import Municipality, SentCount, Team, TurnoutPart
from survey.turnout_parts import Part
from tests.survey import parting
from tests.survey.parting import APRIL, JULY, JUNE, MAY, OVER, TWO, close, rows
from tests.survey.told import another


def told(*parts: tuple[str, int, int]) -> list[tuple[str, int, int]]:
    """Value, sent and answered of what is told, with ten as the least."""
    found = turnout_parts.told([Part(value, n, n, k) for value, n, k in parts], 10)
    return [(part.value, part.sent, part.answered) for part in found]


def test_ten_must_have_answered_and_ten_not() -> None:
    """Nine of either go into the rest, and where that cannot stand, the smallest told value with them."""
    assert told(("sms", 60, 30), ("email", 20, 10)) == [("sms", 60, 30), ("email", 20, 10)]
    assert told(("sms", 60, 30), ("email", 40, 20), ("paper", 9, 2)) == [("sms", 60, 30), ("", 49, 22)]
    assert told(("A", 60, 30), ("B", 40, 31), ("C", 40, 9)) == [("A", 60, 30), ("", 80, 40)]


def test_nothing_is_told_where_only_the_rest_would_be() -> None:
    """Two values of which the smaller is too small; and one nobody knows anything else of."""
    assert told(("sms", 60, 30), ("email", 19, 10)) == []
    assert told(("", 60, 30)) == []
    assert told(("sms", 60, 30)) == [("sms", 60, 30)]


def test_what_pins_a_hidden_count_joins_the_rest() -> None:
    """The smallest told value first, until nothing is pinned."""
    parts = [Part(value, 40, 40, 20) for value in "ABCD"]
    found = turnout_parts.told(parts, 10, lambda shown: len(shown) > 2)
    assert [(part.value, part.sent) for part in found] == [("A", 40), ("", 120)]


@pytest.mark.parametrize(
    ("first", "reminder", "shown"),
    [
        ((200, 60), (110, 30), [("first", 200, 60), ("reminder", 110, 30)]),
        ((200, 60), (131, 30), [("first", 200, 60), ("reminder", 200, 30)]),
        ((200, 60), (39, 30), [("first", 200, 60), ("reminder", 200, 30)]),
        ((200, 9), (150, 30), []),
        ((200, 60), (110, 9), []),
        ((200, 160), (39, 31), []),
    ],
    ids=["all", "nine not reminded", "nine reminded", "few at first", "few reminded", "few silent"],
)
def test_every_difference_of_messages_is_a_part(
    first: tuple[int, int], reminder: tuple[int, int], shown: list[tuple[str, int, int]]
) -> None:
    """Silent in all, reminded and silent, silent without a reminder: ten each, or the reminded are not told."""
    one, other = (Part(name, n, n, k) for name, (n, k) in (("first", first), ("reminder", reminder)))
    found = turnout_parts.messages(one, other, 10)
    assert [(part.value, part.sent, part.answered) for part in found] == shown
    assert not found or turnout_parts.messages(found[0], found[1], 10) == found


# Settling ------------------------------------------------------------------------------------------------


def test_a_quarter_is_settled_once_and_what_led_to_it_is_deleted(session: Session, team: Team) -> None:
    """Values with too few are put together; a second run, that night or later, changes nothing."""
    close(session, team, APRIL, {**TWO, ("paper", "A"): (6, 2)}, (60, 15))
    assert parting.settle(session, team.municipality_id, OVER) == 1
    before = rows(session)
    assert rows(session, "channel") == [("sms", 70, 31), ("", 56, 25)]
    assert rows(session, "target_group") == [("A", 76, 34), ("B", 50, 22)]
    assert rows(session, "message") == [("first", 126, 41), ("reminder", 60, 15)]
    assert session.scalars(select(SentCount)).all() == []
    for night in (OVER, OVER + timedelta(days=100)):
        assert parting.settle(session, team.municipality_id, night) == 0
    assert rows(session) == before
    assert session.scalars(select(TurnoutPart.settled).distinct()).all() == [True]


def test_a_quarter_waits_for_its_last_week(session: Session, team: Team) -> None:
    """The one that begins on 28 June belongs to spring, and is over when July's first begins."""
    close(session, team, APRIL, TWO)
    assert parting.settle(session, team.municipality_id, OVER - timedelta(days=1)) == 0
    assert parting.settle(session, team.municipality_id, OVER) == 1


def test_a_quarter_waits_for_its_last_invitation(
    session: Session, stevns: Municipality, team: Team, sent: Callable[..., int]
) -> None:
    """Those of 1 July may be answered until the 15th; closed on the 22nd, they are settled with all the others."""
    close(session, team, APRIL, TWO)
    late = OVER - timedelta(days=4)
    for number in range(24):
        sent(session, stevns, at=late, answered=number < 12)
    assert parting.settle(session, stevns.id, late + timedelta(days=20)) == 0
    assert retention.close_weeks(session, stevns.id, late + timedelta(days=21)) == (1, 24)
    assert parting.settle(session, stevns.id, late + timedelta(days=21)) == 1
    assert rows(session, "channel") == [("sms", 94, 43), ("email", 50, 23)]


def test_a_quarter_of_too_few_keeps_only_its_sum(session: Session, team: Team) -> None:
    """One row for each dimension, which closes it to whatever comes late."""
    close(session, team, APRIL, {("sms", "A"): (18, 8), ("email", "B"): (12, 4)})
    parting.settle(session, team.municipality_id, OVER)
    assert rows(session) == [(name, "", 30, 12) for name in ("channel", "message", "target_group")]


@pytest.mark.parametrize("in_july", [40, 0], ids=["told with the next quarter", "never told"])
def test_a_quarter_is_not_told_without_its_last_weeks(session: Session, team: Team, in_july: int) -> None:
    """Three sent at the end of June wait for others. Whatever comes of them, the sum would give them away."""
    close(session, team, APRIL, TWO)
    close(session, team, JUNE, {("sms", "A"): (3, 1)})
    last = workdays.at(date(2021, 6, 30), time(3, 40)) + turnout_parts.GIVEN_UP
    assert parting.settle(session, team.municipality_id, last - timedelta(days=1)) == 0
    if in_july:
        close(session, team, JULY, {("sms", "A"): (in_july, 20)})
        last = OVER + timedelta(days=7)
    assert parting.settle(session, team.municipality_id, last) == 1
    assert rows(session, "channel") == [("", 123, 55)]


def test_parts_that_are_not_all_of_the_quarter_are_not_told(session: Session, team: Team) -> None:
    """A week that closed before parts were counted would be found as the difference."""
    close(session, team, APRIL, TWO)
    close(session, team, MAY, TWO)
    early = (TurnoutPart.dimension != "message", TurnoutPart.sent > 50)
    session.execute(update(TurnoutPart).where(*early).values(sent=TurnoutPart.sent - 4, delivered=0))
    parting.settle(session, team.municipality_id, OVER)
    assert {row[1] for row in rows(session)} == {""}


@pytest.mark.parametrize(
    ("by_sms", "channels"),
    [(0, [("", 110, 35)]), (15, [("sms", 82, 38), ("email", 28, 12)])],
    ids=["pinned", "open"],
)
def test_a_count_that_would_be_pinned_keeps_the_channels_together(
    session: Session, team: Team, by_sms: int, channels: list[tuple[str, int, int]]
) -> None:
    """Has team B five answers in all, of twelve by e-mail seven are team A's, who sent eight; not with twenty."""
    a, b, c = (another(session, team, name) for name in "ABC")
    close(session, a, APRIL, {("sms", "A"): (12, 3), ("email", "A"): (8, 7)})
    close(session, b, APRIL, {("sms", "A"): (30, by_sms), ("email", "A"): (20, 5)})
    close(session, c, APRIL, {("sms", "A"): (40, 20)})
    parting.settle(session, team.municipality_id, OVER)
    assert rows(session, "channel") == channels


def test_a_higher_k_is_asked_for_when_it_is_settled(session: Session, team: Team) -> None:
    """With twenty-four, twenty-three by e-mail are too few."""
    session.execute(update(Municipality).values(smallest_group=24))
    close(session, team, APRIL, TWO)
    parting.settle(session, team.municipality_id, OVER)
    assert rows(session, "channel") == [("", 120, 54)]


def test_law_groups_are_settled_apart(session: Session, team: Team) -> None:
    """One of them with nothing to tell takes nothing from the other."""
    other = session.scalars(select(Team).where(Team.law == "LAB")).one()
    close(session, team, APRIL, TWO)
    close(session, other, APRIL, {("sms", "A"): (18, 8)})
    assert parting.settle(session, team.municipality_id, OVER) == 2
    assert rows(session, "channel") == [("sms", 70, 31), ("email", 50, 23)]
    assert rows(session, "channel", "LAB") == [("", 18, 8)]
