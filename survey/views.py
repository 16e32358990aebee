"""The citizen's questionnaire: the page, the answer, and one neutral question to who chose one end throughout."""

from collections.abc import Mapping, Sequence

from flask import Response, abort, render_template, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from survey import call_pages, invitations, responses, workdays
from survey.access import EVERYONE, open_to
from survey.db import alone
from survey.forms import AnswerForm, Problem
from survey.pages import HEADERS, expired, pages, problem_page
from survey.responses import Beside
from survey.versions import Visit, visit

ROOM = 1024 * 1024
"""Bytes of an answer with a comment: room to tell somebody that theirs is too long."""
CONFIRM = "confirm"
"""What a language's button says on the page that asks about the scale: that page again."""
MOST_FIELDS = 100
"""Fields of a form that are read at all; ours has a fifth of that."""


@pages.get("/s/<token>")
@open_to(EVERYONE)
def questionnaire(token: str) -> Response:
    """The questionnaire of a live link, with nothing chosen but what the address preselects."""
    now = workdays.now()
    here = visit(token)
    if here.asked.answered:
        return call_pages.answered(here, now)
    if here.asked.expired(now):
        return expired(token, here.asked)
    preselected = {name: value for name, value in request.args.items() if _is_option(here, name, value)}
    if preselected:
        return _page(here, preselected)
    return Response(here.once("questionnaire", lambda anybody: _written(anybody, {})), headers=HEADERS)


@pages.post("/s/<token>")
@open_to(EVERYONE)
def answer(token: str) -> Response:
    """Store a complete answer (or what there is, by the second button) and thank."""
    now = workdays.now()
    here = visit(token)
    if here.asked.answered:
        return call_pages.answered(here, now)
    if here.asked.expired(now - invitations.ANSWER_GRACE):
        return expired(token, here.asked)
    form = here.version.form(here.asked)(_sent(here))
    if form.only_shown and form.speak.data != CONFIRM:
        return _page(here, form.chosen, comment=form.comment_text, checked=form.checked.data)
    problems = form.problems()
    if problems:
        return _with_problems(here, form, problems)
    answers = form.answers()
    scale = here.questionnaire.scale
    end = scale.end(answers)
    if end and (not form.checked.data or form.speak.data == CONFIRM):
        label = scale.labels[0 if end == "low" else -1]
        return _page(
            here,
            form.chosen,
            "confirm.html",
            comment=form.comment_text,
            rest=form.rest.data,
            checked=end,
            label=label,
        )
    beside = Beside(here.speech.language, form.tag_chosen, form.comment_text, form.confirmation(end))
    try:
        with alone() as connection:
            stored = responses.submit(connection, here.asked.token_hash, answers, now, beside, here.asked)
    except responses.NoOpenKeyError:
        return _not_now(here)
    if not stored:
        here = visit(token)  # somebody was first, or the time ran out just then
        return call_pages.answered(here, now) if here.asked.answered else expired(token, here.asked)
    return call_pages.thanks(here, here.version.danish.callback_topics(answers))


def _sent(here: Visit) -> MultiDict[str, str]:
    """What was posted, with room for a comment that is too long where one is asked for."""
    if here.asked.asks_comment:
        request.max_content_length = request.max_form_memory_size = ROOM
    # Counted before they are read, which takes seconds where somebody sends half a million.
    if request.get_data().count(b"&") > MOST_FIELDS:
        abort(413)
    return request.form


def _is_option(here: Visit, name: str, value: str) -> bool:
    """Is this a statement of the questionnaire with a point of its scale (as in a link of an e-mail)?"""
    names = {f"s{position}" for position in range(1, len(here.questionnaire.statements) + 1)}
    return name in names and value in {str(point) for point in range(here.questionnaire.scale.top + 1)}


def _page(
    here: Visit, chosen: Mapping[str, object], template: str = "questionnaire.html", **context: object
) -> Response:
    """The questionnaire, or the question before it is stored, with what was `chosen` kept."""
    return Response(_written(here, chosen, template, **context), headers=HEADERS)


def _with_problems(here: Visit, form: AnswerForm, problems: Sequence[Problem]) -> Response:
    wrong = {problem.target.partition("-")[0]: problem.message for problem in problems}
    may_leave_blank = form.has_answers and not form.foreign and "comment" not in wrong
    response = _page(
        here,
        form.chosen,
        comment=form.comment_text,
        checked=form.checked.data,
        problems=problems,
        wrong=wrong,
        may_leave_blank=may_leave_blank,
    )
    response.status_code = 422
    return response


def _written(
    here: Visit, chosen: Mapping[str, object], template: str = "questionnaire.html", **context: object
) -> str:
    context = {
        "wrong": {},
        "chosen": chosen,
        "questionnaire": here.questionnaire,
        "sounds": here.sounds,
        **context,
    }
    return render_template(f"survey/{template}", token=here.token, asked=here.asked, **context)


def _not_now(here: Visit) -> Response:
    lines = (
        _("Vi kan ikke tage imod dit svar lige nu, og intet er gemt."),
        _("Brug det samme link igen om lidt."),
    )
    return problem_page(503, _("Prøv igen senere"), *lines, asked=here.asked, token=here.token, wait=600)
