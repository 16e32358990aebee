"""What the citizen's pages share: strict headers, the language, and a kind page for what goes wrong."""

from collections.abc import Sequence
from typing import Any, NoReturn

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as later
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from survey import invitations, languages
from survey.access import EVERYONE, open_to
from survey.db import reading
from survey.invitees import Asked

pages = Blueprint("pages", __name__)

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src data:; media-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Language",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}

ANSWERED = ("GET", "HEAD", "POST")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
TOWNS_READABLE = 5
PROBLEMS = {
    400: (later("Siden kunne ikke forstå det, der blev sendt"), later("Gå tilbage, og prøv igen.")),
    404: (
        later("Siden findes ikke"),
        later("Kontrollér adressen, eller tryk på linket i den besked, du har fået."),
    ),
    405: (later("Det kan man ikke her"), later("Tryk på linket i den besked, du har fået, og prøv igen.")),
    413: (later("Der blev sendt for meget på én gang"), later("Intet er gemt. Gå tilbage, og prøv igen.")),
    500: (later("Noget gik galt hos os"), later("Prøv igen om lidt. Fejlen er ikke din.")),
    503: (
        later("Prøv igen senere"),
        later("Det kan ikke lade sig gøre lige nu, og intet er gemt. Prøv igen om lidt."),
    ),
}
"""Status → heading and advice for whatever goes wrong outside a questionnaire."""


@pages.after_request
def guard(response: Response) -> Response:
    """Nothing is kept, framed, indexed, sent on or run."""
    if "Content-Security-Policy" not in response.headers:
        response.headers.extend(HEADERS)
    return response


@pages.url_value_preprocessor
def read_kindly(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """A token as it is hashed, whatever its case and groups; what cannot be one is empty."""
    if values and "token" in values:
        values["token"] = invitations.readable(values["token"]) or ""


@pages.url_defaults
def keep_language(_endpoint: str, values: dict[str, Any]) -> None:
    """A language that was chosen stays in every address of a page."""
    if request and (chosen := languages.speech().chosen):
        values.setdefault(languages.CHOICE, chosen)


@pages.route("/s/", defaults={"_rest": ""}, methods=METHODS)
@pages.route("/s/<path:_rest>", methods=METHODS)
@open_to(EVERYONE)
def nowhere(_rest: str) -> Response:
    """What no page of the citizen answers: a wrong method (405), or an address that is none (404)."""
    if request.method not in ANSWERED:
        raise MethodNotAllowed(ANSWERED)
    abort(404)


def page(template: str, status: int = 200, **context: object) -> Response:
    """A page made of `templates/survey/<template>`."""
    return make_response(render_template(f"survey/{template}", **context), status)


def problem_page(
    status: int,
    title: str,
    *lines: str,
    asked: Asked | None = None,
    token: str = "",
    towns: Sequence[tuple[str, str]] | None = None,
    wait: int = 0,
) -> Response:
    """A page that says what is wrong and whom to call: the municipality, by the link, else `towns`.

    `towns` is None outside the citizen's links. `wait`: seconds after which another try may do better.
    """
    response = page("problem.html", status, title=title, lines=lines, asked=asked, token=token, towns=towns)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return guard(response)


def dead_end(status: int, title: str, *lines: str, wait: int = 0) -> NoReturn:
    """End the request with a page that has every number it can be about, unless they are too many to read."""
    with reading() as connection:
        towns = invitations.towns(connection, TOWNS_READABLE + 1)
    listed = towns if len(towns) <= TOWNS_READABLE else ()
    abort(problem_page(status, title, *lines, towns=listed, wait=wait))


def expired(token: str, asked: Asked) -> Response:
    """The page of a link whose time is over."""
    lines = (_("Fristen for at svare om denne samtale er udløbet."), _("Du skal ikke gøre noget."))
    return problem_page(410, _("Linket er udløbet"), *lines, asked=asked, token=token)


def http_problem(error: HTTPException) -> Response:
    """The page for an HTTP error anywhere in the program; keeps headers like Allow."""
    status = error.code or 500
    title, advice = PROBLEMS.get(status, PROBLEMS[400 if status < 500 else 500])
    response = problem_page(status, str(title), str(advice))
    kept = dict(error.get_headers())
    for name in {"Allow", "Retry-After"} & kept.keys():
        response.headers[name] = kept[name]
    return response


for _status in PROBLEMS:
    pages.register_error_handler(_status, http_problem)
