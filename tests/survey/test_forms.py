"""The citizen's forms: what is sent, what is wrong with it, and what comes out."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from survey import forms, question_sets
from survey.questionnaire import Questionnaire

YDELSE = question_sets.load("ydelse")
FAXE = question_sets.load("faxe")
COMPLETE = {f"s{n}": str(n - 1) for n in range(1, 6)}


@pytest.fixture(autouse=True)
def in_a_request(app: Flask) -> Iterator[None]:
    """Flask-WTF reads the program's settings."""
    with app.test_request_context():
        yield


def answers(sent: dict[str, str], questionnaire: Questionnaire = YDELSE) -> forms.AnswerForm:
    """The answer form of `questionnaire` filled with `sent`."""
    return forms.answer_form(questionnaire)(MultiDict(sent))


def messages(problems: list[forms.Problem]) -> list[tuple[str, str]]:
    """Where and what."""
    return [(problem.target, problem.message) for problem in problems]


def test_a_complete_answer_has_no_problem() -> None:
    """Points are numbers by position, the way out is 0."""
    form = answers(COMPLETE)
    assert form.problems() == []
    assert form.answers() == (0, 1, 2, 3, 4)


def test_every_blank_is_named() -> None:
    """A blank is told apart from a wrong value, with the place in words."""
    form = answers({"s1": "1", "s2": "9", "s3": "1", "s5": "1"})
    assert messages(form.problems()) == [("s2-1", forms.UNKNOWN), ("s4-1", forms.BLANK)]
    assert [problem.place for problem in form.problems()] == ["Udsagn 2: ", "Udsagn 4: "]


def test_the_second_button_stores_blanks_as_missing() -> None:
    """None for what was left out."""
    form = answers({"s2": "4", "rest": "1"})
    assert form.problems() == []
    assert form.answers() == (None, 4, None, None, None)


def test_the_second_button_does_not_excuse_a_wrong_value() -> None:
    """Only blanks may be left."""
    assert messages(answers({"s1": "5", "rest": "1"}).problems()) == [("s1-1", forms.UNKNOWN)]


def test_nothing_at_all_is_no_answer() -> None:
    """At least one statement."""
    assert messages(answers({"rest": "1"}).problems()) == [("s1-1", forms.NOTHING)]


def test_a_field_of_another_questionnaire_is_told() -> None:
    """Three statements on 1-5 have no fourth; their scale has a fifth point."""
    assert answers({"s1": "5", "s2": "5", "s3": "5"}, FAXE).problems() == []
    assert messages(answers(COMPLETE, FAXE).problems()) == [("s1-1", forms.FOREIGN)]


def call(sent: dict[str, str], mobile: str | None = "+4520123456") -> forms.CallForm:
    """The call form of Ydelse filled with `sent`."""
    return forms.CallForm(MultiDict(sent), YDELSE, mobile)


def test_an_untouched_call_form_means_the_known_number_at_any_time() -> None:
    """And no topic."""
    form = call({})
    assert form.problems() == []
    assert (form.number, form.wish.data, form.topics) == ("+4520123456", "any", [])


@pytest.mark.parametrize("typed", ["20 12 34 57", "+45 20123457", "004520123457", "20123457\0"])
def test_a_number_typed_is_the_one_to_call(typed: str) -> None:
    """However it is written."""
    assert call({"phone": typed}).number == "+4520123457"


@pytest.mark.parametrize("typed", ["112", "2012345", "æøå", "9" * 5000, "💬"])
def test_what_is_no_number_is_asked_about(typed: str) -> None:
    """Instead of calling the known one."""
    assert messages(call({"phone": typed}).problems()) == [("phone", forms.NO_NUMBER)]


def test_only_what_the_page_offers_can_be_wished() -> None:
    """Times and statements that are not there are told; what is there is kept."""
    form = MultiDict([("wish", "night"), ("topic", "4"), ("topic", "1")])
    found = forms.CallForm(form, YDELSE, None)
    assert messages(found.problems()) == [
        ("phone", forms.NO_NUMBER),
        ("wish-any", forms.NO_WISH),
        ("topic-4", forms.FOREIGN_TOPIC),
    ]
    assert found.topics == ["Jeg ved, hvad jeg skal gøre for, at min ansøgning kan behandles"]


def test_where_no_topic_is_offered_none_is_kept() -> None:
    """And nothing is told: the page has no topics to mend it at."""
    silent = replace(FAXE, statements=FAXE.statements[:2])
    form = forms.CallForm(MultiDict({"topic": "1"}), silent, "+4520123456")
    assert (form.problems(), form.topics) == ([], [])
