"""The citizen asks to be called: what the caseworker will see, by when, and how to take it back."""

from collections.abc import Sequence
from datetime import datetime

from flask import Response, render_template, request
from flask_babel import gettext as _

from survey import callbacks, invitations, workdays
from survey.access import EVERYONE, open_to
from survey.db import transaction
from survey.forms import WISHES, CallForm, Problem
from survey.pages import HEADERS, expired, page, pages
from survey.versions import Visit, visit


@pages.get("/s/<token>/opkald")
@open_to(EVERYONE)
def callback(token: str) -> Response:
    """The form for everyone who wants a call, with no topic chosen."""
    here = visit(token)
    if here.asked.expired(workdays.now()):
        return expired(token, here.asked)
    if here.asked.called:
        return already_called(here)
    return call_page("callback.html", 200, here, [])


@pages.post("/s/<token>/opkald")
@open_to(EVERYONE)
def ask_for_call(token: str) -> Response:
    """Store the one callback of the invitation and say by when the call comes."""
    now = workdays.now()
    here = visit(token)
    if here.asked.expired(now - invitations.ANSWER_GRACE):
        return expired(token, here.asked)
    if here.asked.called:
        return already_called(here)
    form = CallForm(request.form, here.version.danish, here.asked.mobile)
    if form.only_shown:
        return call_page("callback.html", 200, here, form.topics, form)
    problems = form.problems()
    if problems:
        return call_page("callback.html", 422, here, form.topics, form, problems)
    with transaction() as session:
        stored = callbacks.ask(
            session,
            municipality_id=here.asked.municipality_id,
            invitation_id=here.asked.invitation_id,
            phone=str(form.number),
            wished_time=WISHES[form.wish.data],
            topics=form.topics,
            language=here.speech.language,
            now=now,
        )
    if not stored:
        return already_called(here)
    shown = [text for danish, text in _topics(here).values() if danish in form.topics]
    due = callbacks.due_on(now)
    wish = _wishes()[form.wish.data]
    return page("called.html", token=token, asked=here.asked, form=form, topics=shown, wish=wish, due=due)


@pages.get("/s/<token>/opkald/fortryd")
@open_to(EVERYONE)
def no_call(token: str) -> Response:
    """The button that takes the wish back. Changes nothing itself."""
    here = visit(token)
    if not here.asked.called:
        return page("not_called.html", token=token, asked=here.asked, over=_is_over(here))
    return page("no_call.html", token=token, asked=here.asked)


@pages.post("/s/<token>/opkald/fortryd")
@open_to(EVERYONE)
def take_back(token: str) -> Response:
    """Take the wish for a call back; again and again."""
    here = visit(token)
    with transaction() as session:
        callbacks.take_back(session, here.asked.municipality_id, here.asked.invitation_id, workdays.now())
    return page("not_called.html", token=token, asked=here.asked, over=_is_over(here))


def thanks(here: Visit, topics: Sequence[str]) -> Response:
    """The page that thanks for an answer, and asks outright about a call where `topics` lead to it."""
    text = here.once("thanks", lambda anybody: _written("thanks.html", anybody, topics), *topics)
    return Response(text, headers=HEADERS)


def call_page(
    template: str,
    status: int,
    here: Visit,
    chosen: Sequence[str],
    form: CallForm | None = None,
    problems: Sequence[Problem] = (),
) -> Response:
    """A page with the form for a call. `chosen`: the Danish texts of the statements that are ticked."""
    return Response(_written(template, here, chosen, form, problems), status, headers=HEADERS)


def _written(
    template: str,
    here: Visit,
    chosen: Sequence[str],
    form: CallForm | None = None,
    problems: Sequence[Problem] = (),
) -> str:
    return render_template(
        f"survey/{template}",
        token=here.token,
        asked=here.asked,
        digits=(here.asked.mobile or "")[-2:],
        offered=[(position, danish, text) for position, (danish, text) in _topics(here).items()],
        chosen=chosen,
        top=here.questionnaire.scale.labels[-1],
        wishes=_wishes(),
        wish=form.wish.data if form else "any",
        phone=form.phone.data if form else "",
        problems=problems,
        wrong={problem.target: problem.message for problem in problems},
    )


def already_called(here: Visit) -> Response:
    """The page of who has asked for a call before."""
    return page("already_called.html", 409, token=here.token, asked=here.asked)


def answered(here: Visit, now: datetime) -> Response:
    """The page of a link by which somebody has answered."""
    may_ask = not here.asked.called and not here.asked.expired(now)
    return page("answered.html", 409, token=here.token, asked=here.asked, may_ask=may_ask)


def _topics(here: Visit) -> dict[int, tuple[str, str]]:
    """By position: the statements that offer a call, in Danish and as the citizen reads them."""
    both = zip(here.version.danish.statements, here.questionnaire.statements, strict=True)
    return {at: (danish.text, own.text) for at, (danish, own) in enumerate(both, 1) if danish.offers_callback}


def _wishes() -> dict[str, str]:
    """When a call suits, as the citizen reads it."""
    return {"any": _("Når som helst"), "morning": _("Om formiddagen"), "afternoon": _("Om eftermiddagen")}


def _is_over(here: Visit) -> bool:
    return here.asked.expired(workdays.now())
