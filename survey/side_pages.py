"""The citizen's smaller pages: type a code, no more messages (and yes again), is this message genuine."""

from collections.abc import Callable
from typing import Any

from flask import Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from survey import invitations, languages, opt_outs, workdays
from survey.access import EVERYONE, open_to
from survey.config import Settings
from survey.db import reading, transaction
from survey.forms import CodeForm
from survey.invitees import Asked
from survey.links import find_link
from survey.models import Municipality
from survey.pages import TOWNS_READABLE, page, pages

EXAMPLE = "7KXM-4PQ9-R"
"""A code that is well-formed, to show what one looks like."""


@pages.get("/svar")
@open_to(EVERYONE)
def code_entry() -> Response:
    """One field for the code in a message without a link."""
    return page("code.html", code="", example=EXAMPLE)


@pages.post("/svar")
@open_to(EVERYONE)
def enter_code() -> ResponseReturnValue:
    """On to the questionnaire of the code; what is wrong with one that cannot be; 404 for one nobody knows."""
    form = CodeForm(request.form)
    if form.speak.data:
        return page("code.html", code=form.code.data, example=EXAMPLE)
    problems = form.problems()
    if problems or form.token is None:
        return page(
            "code.html", 422, code=form.code.data, example=EXAMPLE, problems=problems, told=problems[0].message
        )
    find_link(form.token)
    return redirect(url_for("pages.questionnaire", token=form.token), 303)


@pages.get("/s/<token>/afmeld")
@pages.get("/s/<token>/afmeld/fortryd", endpoint="reloaded")
@open_to(EVERYONE)
def no_more(token: str) -> Response:
    """The button that says no thanks, or yes again to whoever said no before. Changes nothing itself."""
    asked = _found(token)
    with reading() as connection:
        out = opt_outs.is_out(connection, asked.municipality_id, asked.invitation_id)
    return page("no_more.html", token=token, asked=asked, out=out, leaving=True)


@pages.post("/s/<token>/afmeld")
@open_to(EVERYONE)
def opt_out(token: str) -> Response:
    """Leave the citizen in peace: by the button, or by a mail program's one click (RFC 8058), again and again."""
    asked = _found(token)
    with transaction() as session:
        opt_outs.opt_out(session, asked.municipality_id, asked.invitation_id, workdays.now())
    return page("no_more.html", token=token, asked=asked, out=True, leaving=True)


@pages.post("/s/<token>/afmeld/fortryd")
@open_to(EVERYONE)
def undo(token: str) -> Response:
    """Let the citizen be asked again."""
    asked = _found(token)
    with transaction() as session:
        opt_outs.undo(session, asked.municipality_id, asked.invitation_id)
    return page("welcome_back.html", token=token, asked=asked, leaving=True)


def _gone() -> tuple[str, ...]:
    return (
        _("Fristen for at svare kan være udløbet, og så har vi slettet linket."),
        _(
            "Vil du ikke have flere beskeder, så ring til kommunen, og sig det. "
            "De skal kun bruge dit navn og dit nummer."
        ),
    )


def _found(token: str) -> Asked:
    """Whom the link asks, in whose language; the page of one that is deleted says how to be left in peace."""
    asked = find_link(token, _gone)
    languages.settle(asked.language, languages.NAMES)
    return asked


@pages.get("/er-beskeden-aegte")
@open_to(EVERYONE)
def genuine() -> Response:
    """How to know our messages, and whom to call: first the municipality whose host this is."""
    return _genuine(lambda town: bool(town.host) and town.host == request.host)


@pages.get("/s/<token>/aegte")
@open_to(EVERYONE)
def genuine_of_link(token: str) -> Response:
    """The same, first of the municipality that asks."""
    asked = _found(token)
    return _genuine(lambda town: town.id == asked.municipality_id, token=token, asked=asked)


def _genuine(is_here: Callable[[Any], bool], token: str = "", asked: Asked | None = None) -> Response:
    settings: Settings = current_app.config["SETTINGS"]
    columns = (Municipality.id, Municipality.name, Municipality.phone, Municipality.sms_sender, Municipality.host)
    with reading() as connection:
        served = connection.execute(select(*columns).order_by(Municipality.name)).all()
    towns = sorted(served, key=lambda town: not is_here(town))
    hosts = {town.host or "": invitations.site(settings.base_url, town.host).partition("://")[2] for town in towns}
    return page("genuine.html", towns=towns, own=any(map(is_here, towns)), hosts=hosts, token=token, asked=asked)


@pages.get("/privatliv")
@open_to(EVERYONE)
def privacy() -> Response:
    """What is kept of whom, why and for how long (GDPR, article 13), of every municipality that may be meant."""
    with reading() as connection:
        towns = connection.execute(_RESPONSIBLE.limit(TOWNS_READABLE + 1)).all()
    return page("privacy.html", towns=towns if len(towns) <= TOWNS_READABLE else ())


@pages.get("/s/<token>/privatliv")
@open_to(EVERYONE)
def privacy_of_link(token: str) -> Response:
    """The same, of the municipality that asks; one tap from the first statement."""
    asked = _found(token)
    with reading() as connection:
        towns = connection.execute(_RESPONSIBLE.where(Municipality.id == asked.municipality_id)).all()
    return page("privacy.html", token=token, asked=asked, towns=towns)


@pages.get("/was")
@open_to(EVERYONE)
def statement() -> ResponseReturnValue:
    """On to the accessibility statement of the municipality whose host this is, or of the only one, or a list."""
    columns = (Municipality.name, Municipality.statement_url)
    with reading() as connection:
        known = select(*columns).where(Municipality.statement_url.is_not(None)).order_by(Municipality.name)
        here = connection.execute(known.where(Municipality.host == request.host)).all()
        towns = here or connection.execute(known).all()
    if len(towns) == 1:
        return redirect(towns[0].statement_url, 302)
    return page("was.html", towns=towns)


_RESPONSIBLE = select(Municipality.name, Municipality.phone, Municipality.data_officer).order_by(Municipality.name)
