"""Scales, statements, and who is asked outright whether they want a call."""

import pytest

from survey import access, question_sets
from survey.questionnaire import DONT_KNOW, Answers, Questionnaire, Statement
from survey.scale import TARGETS, Scale

FOUR = Scale(("Helt uenig", "Delvist uenig", "Delvist enig", "Helt enig"))


@pytest.mark.parametrize("labels", [("a", "b", "c"), ("a", "b", "c", ""), ("a", "b", "c", "d", "e", "f")])
def test_a_scale_has_four_or_five_points_in_words(labels: tuple[str, ...]) -> None:
    """Nothing else is a scale."""
    with pytest.raises(ValueError, match="4 or 5"):
        Scale(labels)


def test_the_target_belongs_to_the_scale_of_four() -> None:
    """No target is agreed for 1-5."""
    assert {FOUR.top: 3.0} == TARGETS
    assert question_sets.load("faxe").scale.top not in TARGETS


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((4, 4), []),
        ((4, 3), ["Ansøgningen"]),
        ((1, 1), ["Ansøgningen"]),
        ((4, DONT_KNOW), ["Ansøgningen"]),
        ((4, None), ["Ansøgningen"]),
    ],
)
def test_a_call_is_offered_below_the_top(answers: Answers, expected: list[str]) -> None:
    """Only by a statement that offers one, and whenever the answer is not "helt enig"."""
    statements = (Statement("Mødet"), Statement("Ansøgningen", offers_callback=True))
    assert Questionnaire("x", "X", FOUR, statements).callback_topics(answers) == expected


@pytest.mark.parametrize(
    ("code", "statements", "points", "callbacks"),
    [("opfoelgning", 7, 4, 2), ("ydelse", 5, 4, 1), ("faxe", 3, 5, 1)],
)
def test_the_shipped_questionnaires_are_whole(code: str, statements: int, points: int, callbacks: int) -> None:
    """Every statement stands once, and the scale is labelled."""
    content = question_sets.load(code)
    assert len({statement.text for statement in content.statements}) == len(content.statements) == statements
    assert content.scale.top == points
    assert sum(statement.offers_callback for statement in content.statements) == callbacks


def test_the_application_statement_offers_a_call() -> None:
    """The one whose wording the municipalities share."""
    offering = [
        statement.text for statement in question_sets.load("ydelse").statements if statement.offers_callback
    ]
    assert offering == ["Jeg ved, hvad jeg skal gøre for, at min ansøgning kan behandles"]


def test_a_questionnaire_we_do_not_ship_is_refused() -> None:
    """A name from outside never becomes a path."""
    with pytest.raises(KeyError):
        question_sets.load("../config")


@pytest.mark.parametrize("who", [(), ("alle",), ("manager", "chef")])
def test_a_door_is_open_to_somebody_known(who: tuple[str, ...]) -> None:
    """A misspelt role must not shut or open a door quietly."""
    with pytest.raises(ValueError, match="open_to"):
        access.open_to(*who)
