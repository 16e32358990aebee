"""The citizen's pages: answer, thank-you, callback, and a kind page for every link that leads nowhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NoReturn

from flask import Blueprint, Response, abort, current_app, make_response, render_template, request
from markupsafe import Markup
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from survey import callbacks, guesses, invitations, responses, workdays
from survey.access import EVERYONE, open_to
from survey.db import reading, transaction
from survey.forms import WISHES, AnswerForm, CallForm, Problem, answer_form
from survey.invitations import Asked
from survey.questionnaire import Questionnaire

pages = Blueprint("pages", __name__)

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}

SLOT = "-token-"
PASSED = (
    "Fristen for at svare kan være udløbet, eller der kan være et forkert tegn.",
    "Prøv igen med linket eller koden i den besked, du har fået.",
)
"""What is said of a link that nobody knows (any more)."""
ANSWERED = ("GET", "HEAD", "POST")
TOO_MANY = (
    "Der er prøvet mange koder, der ikke findes, og denne findes heller ikke.",
    "Se efter, hvad der står i beskeden. En rigtig kode virker altid, også nu.",
)
TOWNS_READABLE = 5
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PROBLEMS = {
    400: ("Siden kunne ikke forstå det, der blev sendt", "Gå tilbage, og prøv igen."),
    404: ("Siden findes ikke", "Kontrollér adressen, eller tryk på linket i den besked, du har fået."),
    405: ("Det kan man ikke her", "Tryk på linket i den besked, du har fået, og prøv igen."),
    413: ("Der blev sendt for meget på én gang", "Intet er gemt. Gå tilbage, og prøv igen."),
    500: ("Noget gik galt hos os", "Prøv igen om lidt. Fejlen er ikke din."),
    503: ("Prøv igen senere", "Det kan ikke lade sig gøre lige nu, og intet er gemt. Prøv igen om lidt."),
}
"""Status → heading and advice for whatever goes wrong outside a questionnaire."""


@dataclass(frozen=True)
class Version:
    """A published version made ready once per process: it never changes.

    `untouched` are pages with nothing chosen, by what the municipality may change, with SLOT for the token.
    """

    questionnaire: Questionnaire
    form: type[AnswerForm]
    untouched: dict[tuple[str, str, int, bool], str] = field(default_factory=dict)


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


@pages.get("/s/<token>")
@open_to(EVERYONE)
def questionnaire(token: str) -> Response:
    """The questionnaire of a live link, with nothing chosen."""
    asked, version = _open(token)
    if asked.answered:
        return _answered(token, asked, workdays.now())
    if asked.expired(workdays.now()):
        return _expired(token, asked)
    # A readable token is letters and digits, so it needs no escaping.
    return Response(_untouched(asked, version).replace(SLOT, token), headers=HEADERS)


@pages.post("/s/<token>")
@open_to(EVERYONE)
def answer(token: str) -> Response:
    """Store a complete answer (or what there is, by the second button) and thank."""
    now = workdays.now()
    asked, version = _open(token)
    if asked.answered:
        return _answered(token, asked, now)
    if asked.expired(now - invitations.ANSWER_GRACE):
        return _expired(token, asked)
    form = version.form(request.form)
    problems = form.problems()
    if problems:
        return _answers_again(token, asked, version, form, problems)
    answers = form.answers()
    try:
        with transaction() as session:
            stored = responses.submit(session, asked.token_hash, answers, now)
    except responses.NoOpenKeyError:
        return _not_now(token, asked)
    if not stored:
        return _answered(token, asked, now)
    topics = version.questionnaire.callback_topics(answers)
    return _call_page("thanks.html", 200, token, asked, version, topics)


@pages.get("/s/<token>/opkald")
@open_to(EVERYONE)
def callback(token: str) -> Response:
    """The form for everyone who wants a call, with no topic chosen."""
    asked, version = _open(token)
    if asked.expired(workdays.now()):
        return _expired(token, asked)
    if asked.called:
        return page("already_called.html", 409, token=token, asked=asked)
    return _call_page("callback.html", 200, token, asked, version, [])


@pages.post("/s/<token>/opkald")
@open_to(EVERYONE)
def ask_for_call(token: str) -> Response:
    """Store the one callback of the invitation and say by when the call comes."""
    now = workdays.now()
    asked, version = _open(token)
    if asked.expired(now - invitations.ANSWER_GRACE):
        return _expired(token, asked)
    if asked.called:
        return page("already_called.html", 409, token=token, asked=asked)
    form = CallForm(request.form, version.questionnaire, asked.mobile)
    problems = form.problems()
    if problems:
        return _call_page("callback.html", 422, token, asked, version, form.topics, form, problems)
    with transaction() as session:
        stored = callbacks.ask(
            session,
            municipality_id=asked.municipality_id,
            invitation_id=asked.invitation_id,
            phone=str(form.number),
            wished_time=WISHES[form.wish.data],
            topics=form.topics,
            now=now,
        )
    if not stored:
        return page("already_called.html", 409, token=token, asked=asked)
    due = danish_day(callbacks.due_on(now))
    return page("called.html", token=token, asked=asked, form=form, wish=WISHES[form.wish.data], due=due)


@pages.route("/s/", defaults={"_rest": ""}, methods=METHODS)
@pages.route("/s/<path:_rest>", methods=METHODS)
@open_to(EVERYONE)
def nowhere(_rest: str) -> Response:
    """What no page of the citizen answers: a wrong method (405), or an address that is none (404)."""
    if request.method not in ANSWERED:
        raise MethodNotAllowed(ANSWERED)
    abort(404)


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


def http_problem(error: HTTPException) -> Response:
    """The Danish page for an HTTP error anywhere in the program; keeps headers like Allow."""
    status = error.code or 500
    response = problem_page(status, *PROBLEMS.get(status, PROBLEMS[400 if status < 500 else 500]))
    kept = dict(error.get_headers())
    for name in {"Allow", "Retry-After"} & kept.keys():
        response.headers[name] = kept[name]
    return response


for _status in PROBLEMS:
    pages.register_error_handler(_status, http_problem)


def danish_day(day: date) -> str:
    """A day as it is said, without the year: "tirsdag den 24. november"."""
    return f"{workdays.WEEKDAYS[day.weekday()]} den {day.day}. {workdays.MONTHS[day.month - 1]}"


def find_link(token: str, passed: Sequence[str] = PASSED) -> Asked:
    """Whom the link asks. Ends the request with a kind page for one that leads nowhere; `passed` says why."""
    if not token:
        dead_end(404, "Linket er ikke rigtigt", "Adressen er ikke, som den står i beskeden. Tryk på linket der.")
    if invitations.is_code(token):
        return _find_code(token, passed)
    with reading() as connection:
        asked = invitations.find(connection, token)
    return asked or dead_end(404, "Linket virker ikke", *passed)


def _find_code(code: str, passed: Sequence[str]) -> Asked:
    """As `find_link`. A code is always looked up; only those who fail are told to wait."""
    watch, source, now = _watch(), guesses.source(request.remote_addr), workdays.now()
    with reading() as connection:
        limited = watch.limited(connection, source, now)
    try:
        with watch.turnstile(limited).turn():
            hashed = invitations.token_hash(code, watch.key)
    except guesses.BusyError:
        dead_end(
            503, "Prøv igen om lidt", "Der er mange, der bruger en kode lige nu. Din kode virker stadig.", wait=5
        )
    with reading() as connection:
        asked = invitations.find_hashed(connection, hashed)
    if asked:
        return asked
    if limited:
        dead_end(429, "Vent lidt med at prøve igen", *TOO_MANY, wait=int(guesses.WINDOW.total_seconds()))
    _note_failure(watch, source, now)
    dead_end(404, "Koden virker ikke", *passed)


def _watch() -> guesses.Watch:
    watch: guesses.Watch = current_app.extensions.setdefault(
        "code_watch", guesses.Watch(current_app.config["CODE_KEY"])
    )
    return watch


def _note_failure(watch: guesses.Watch, source: str, now: datetime) -> None:
    if request.method != "POST":
        watch.remember(source, now)  # a reading request writes nothing
        return
    with transaction() as session:
        watch.count(session, source, now)


def _open(token: str) -> tuple[Asked, Version]:
    """Whom the link asks, and what. Ends the request with a 404 page for a link that leads nowhere."""
    asked = find_link(token)
    return asked, _version(asked)


def _version(asked: Asked) -> Version:
    known = current_app.extensions.setdefault("questionnaire_versions", {})
    key = (asked.municipality_id, asked.version_id)
    if key not in known:
        with reading() as connection:
            content = responses.questionnaire(connection, *key)
        known[key] = Version(content, answer_form(content))
    version: Version = known[key]
    return version


def _untouched(asked: Asked, version: Version) -> str:
    key = (asked.municipality, asked.phone, asked.smallest_group, asked.called)
    if key not in version.untouched:
        statements = _statements(version.questionnaire, {}, {})
        version.untouched[key] = render_template(
            "survey/questionnaire.html", token=SLOT, asked=asked, statements=statements
        )
    return version.untouched[key]


def page(template: str, status: int = 200, **context: object) -> Response:
    """A page made of `templates/survey/<template>`."""
    return make_response(render_template(f"survey/{template}", **context), status)


def _statements(content: Questionnaire, chosen: Mapping[str, object], wrong: Mapping[str, str]) -> Markup:
    return Markup(  # noqa: S704 - our own template, which escapes what it is handed
        render_template("survey/_statements.html", questionnaire=content, chosen=chosen, wrong=wrong)
    )


def _answers_again(
    token: str, asked: Asked, version: Version, form: AnswerForm, problems: Sequence[Problem]
) -> Response:
    chosen = {group.name: group.data for group in form.groups}
    wrong = {problem.target.partition("-")[0]: problem.message for problem in problems}
    statements = _statements(version.questionnaire, chosen, wrong)
    may_leave_blank = any(chosen.values()) and not form.foreign
    return page(
        "questionnaire.html",
        422,
        token=token,
        asked=asked,
        statements=statements,
        problems=problems,
        may_leave_blank=may_leave_blank,
    )


def _call_page(
    template: str,
    status: int,
    token: str,
    asked: Asked,
    version: Version,
    chosen: Sequence[str],
    form: CallForm | None = None,
    problems: Sequence[Problem] = (),
) -> Response:
    statements = enumerate(version.questionnaire.statements, 1)
    return page(
        template,
        status,
        token=token,
        asked=asked,
        offered=[(position, statement.text) for position, statement in statements if statement.offers_callback],
        chosen=chosen,
        top=version.questionnaire.scale.labels[-1].lower(),
        wishes=WISHES,
        wish=form.wish.data if form else "any",
        phone=form.phone.data if form else "",
        problems=problems,
        wrong={problem.target: problem.message for problem in problems},
    )


def _answered(token: str, asked: Asked, now: datetime) -> Response:
    return page(
        "answered.html", 409, token=token, asked=asked, may_ask=not asked.called and not asked.expired(now)
    )


def _expired(token: str, asked: Asked) -> Response:
    lines = ("Fristen for at svare om denne samtale er udløbet.", "Du skal ikke gøre noget.")
    return problem_page(410, "Linket er udløbet", *lines, asked=asked, token=token)


def _not_now(token: str, asked: Asked) -> Response:
    lines = ("Vi kan ikke tage imod dit svar lige nu, og intet er gemt.", "Brug det samme link igen om lidt.")
    return problem_page(503, "Prøv igen senere", *lines, asked=asked, token=token, wait=600)
