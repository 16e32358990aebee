"""The citizen's smaller pages: type a code, no more messages (and yes again), is this message genuine."""

from flask import Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from survey import invitations, opt_outs, views, workdays
from survey.access import EVERYONE, open_to
from survey.config import Settings
from survey.db import reading, transaction
from survey.forms import CodeForm
from survey.models import Municipality
from survey.views import find_link, page

pages = views.pages
EXAMPLE = "7KXM-4PQ9-R"
"""A code that is well-formed, to show what one looks like."""
GONE = (
    "Fristen for at svare kan være udløbet, og så har vi slettet linket.",
    "Vil du ikke have flere beskeder, så ring til kommunen, og sig det. De skal kun bruge dit navn og dit nummer.",
)
"""How to say no thanks when the link is deleted."""


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
    asked = find_link(token, GONE)
    with reading() as connection:
        out = opt_outs.is_out(connection, asked.municipality_id, asked.invitation_id)
    return page("no_more.html", token=token, asked=asked, out=out, leaving=True)


@pages.post("/s/<token>/afmeld")
@open_to(EVERYONE)
def opt_out(token: str) -> Response:
    """Leave the citizen in peace: by the button, or by a mail program's one click (RFC 8058), again and again."""
    asked = find_link(token, GONE)
    with transaction() as session:
        opt_outs.opt_out(session, asked.municipality_id, asked.invitation_id, workdays.now())
    return page("no_more.html", token=token, asked=asked, out=True, leaving=True)


@pages.post("/s/<token>/afmeld/fortryd")
@open_to(EVERYONE)
def undo(token: str) -> Response:
    """Let the citizen be asked again."""
    asked = find_link(token, GONE)
    with transaction() as session:
        opt_outs.undo(session, asked.municipality_id, asked.invitation_id)
    return page("welcome_back.html", token=token, asked=asked, leaving=True)


@pages.get("/er-beskeden-aegte")
@open_to(EVERYONE)
def genuine() -> Response:
    """How to know our messages, and whom to call: first the municipality whose host this is."""
    settings: Settings = current_app.config["SETTINGS"]
    columns = (Municipality.name, Municipality.phone, Municipality.sms_sender, Municipality.host)
    with reading() as connection:
        served = connection.execute(select(*columns).order_by(Municipality.name)).all()
    here = [town for town in served if town.host and town.host == request.host]
    towns = here + [town for town in served if town not in here]
    hosts = {town.host or "": invitations.site(settings.base_url, town.host).partition("://")[2] for town in towns}
    return page("genuine.html", towns=towns, own=bool(here), hosts=hosts)
