"""The waiting room's pages: a screen that many use one after the other, and a page for a television.

Whoever comes next must see nothing of who was there before: no cookie, no code or answer in an address, and every
page with something on it gives way to the start by itself (`Refresh`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as later
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from survey import codes, guesses, invitations, languages, onsite, qr, responses, translations, workdays
from survey.access import EVERYONE, open_to
from survey.config import Settings
from survey.db import reading, transaction
from survey.forms import AnswerForm, CodeForm, Problem, answer_form
from survey.onsite import House
from survey.pages import page, pages
from survey.questionnaire import Questionnaire
from survey.recordings import Sound
from survey.responses import Beside
from survey.side_pages import EXAMPLE

IDLE = 5 * 60
"""Seconds after which a page with something on it gives way to the start."""
IDLE_LONGER = 50 * 60
"""The same for who has asked for more time: ten times as long (WCAG 2.2.1)."""
THANKED = 20
"""Seconds of thanks."""
WAIT = 5
"""Seconds after which a code may be tried again when many are."""

TOLD = {
    "empty": later("Skriv din kode"),
    "check": later("Et af tegnene er forkert, eller to er byttet om."),
    "unknown": later(
        "Koden er for gammel, eller der er et forkert tegn. Står den i en besked, så svar på adressen i beskeden."
    ),
    "used": later("Koden er brugt. Har du lige svaret, så er dit svar gemt, og du skal ikke gøre mere."),
    "limited": later("Der er prøvet mange koder, der ikke findes, og denne findes heller ikke."),
    "busy": later("Der er mange, der bruger en kode lige nu. Din kode virker stadig."),
    "closed": later("Det kan ikke lade sig gøre lige nu, og intet er gemt. Prøv igen om lidt."),
    "changed": later("Spørgeskemaet er lavet om, mens du svarede. Vælg dine svar igen."),
}
"""What may be wrong, in the words of the page; what else may be wrong with a code, as `CodeForm` says it."""
STATUS = {"unknown": 404, "used": 409, "limited": 429, "busy": 503, "closed": 503}
"""What may be wrong → HTTP status; 422 for the rest."""
OURS = frozenset({"code", "version", "longer", "longer_now"})
"""Fields of the page that are no answers."""


@dataclass(frozen=True)
class Turn:
    """One citizen's turn at the screen: whose screen, by which code, and what is asked in their language."""

    house: House
    code: str
    code_hash: bytes
    version_id: int
    questionnaire: Questionnaire
    sounds: Mapping[int, Sound]


@pages.get("/venterum/<slug>")
@open_to(EVERYONE)
def room(slug: str) -> Response:
    """The start: one large field for the code."""
    return _start(_house(slug))


@pages.post("/venterum/<slug>")
@open_to(EVERYONE)
def room_code(slug: str) -> Response:
    """The questionnaire of a code that is good; the start again, and what is wrong, for any other."""
    return _questionnaire(_turn(slug))


@pages.get("/venterum/<slug>/svar")
@open_to(EVERYONE)
def room_restart(slug: str) -> ResponseReturnValue:
    """What has only been posted to starts anew."""
    return redirect(_start_of(_house(slug)), 303)


@pages.post("/venterum/<slug>/svar")
@open_to(EVERYONE)
def room_answer(slug: str) -> ResponseReturnValue:
    """Lay the answer in the box and thank; or the page again, with what is wrong or asked for."""
    turn = _turn(slug)
    if request.form.get("version") != str(turn.version_id):
        return _questionnaire(turn, problems=[Problem("s1-1", str(TOLD["changed"]))])
    sent = MultiDict([pair for pair in request.form.items(multi=True) if pair[0] not in OURS])
    form = answer_form(turn.questionnaire)(sent)
    if form.only_shown or "longer" in request.form:
        return _questionnaire(turn, form)
    problems = form.problems()
    if problems:
        return _questionnaire(turn, form, problems)
    scale = turn.questionnaire.scale
    end = scale.end(form.answers())
    if end and not form.checked.data:
        label = scale.labels[0 if end == "low" else -1]
        return _page(turn, "room_confirm.html", chosen=form.chosen, rest=form.rest.data, checked=end, label=label)
    return _submitted(turn, form, form.confirmation(end))


@pages.get("/venterum/<slug>/tak")
@open_to(EVERYONE)
def room_thanks(slug: str) -> Response:
    """Thanks, for a while. It says nothing of anybody, and may be opened by anybody."""
    house = _house(slug)
    shown = page("room_thanks.html", house=house, start=_start_of(house))
    return _giving_way(shown, house, THANKED)


@pages.get("/skaerm/<slug>")
@open_to(EVERYONE)
def television(slug: str) -> Response:
    """For a television: where to answer, in large type and as a QR code. No code, nobody's name.

    That is the screen here, where the codes of the waiting room work; with `?vis=svar` where those of messages do.
    """
    house, in_room = _house(slug), request.args.get("vis") != "svar"
    settings: Settings = current_app.config["SETTINGS"]
    path = _start_of(house) if in_room else url_for("pages.code_entry", sprog=None)
    address = invitations.site(settings.base_url, house.host) + path
    shown = address.partition("://")[2]
    drawn = Markup(qr.svg(address, _("QR-kode til %(address)s", address=shown)))  # noqa: S704 - our own drawing, which escapes its label
    return page("television.html", house=house, address=shown, drawn=drawn)


def _house(slug: str) -> House:
    with reading() as connection:
        return onsite.house(connection, slug) or abort(404)


def _turn(slug: str) -> Turn:
    """Whose turn the code in the form is. Ends the request with the start for one that cannot be used."""
    house = _house(slug)
    code = request.form.get("code", "")[: codes.LONGEST]
    wrong = codes.fault(code)
    if wrong:
        abort(_start(house, wrong, code))
    return _look_up(house, codes.typed(code))


def _look_up(house: House, code: str) -> Turn:
    """As at /svar: a code is always looked up, and only those who fail are told that there were too many."""
    watch, source, now = _watch(), guesses.source(request.remote_addr), workdays.now()
    with reading() as connection:
        limited = watch.limited(connection, source, now)
    try:
        with watch.turnstile(limited).turn():
            hashed = codes.code_hash(watch.key, code)
    except guesses.BusyError:
        abort(_start(house, "busy"))
    with reading() as connection:
        found = onsite.find(connection, house.id, hashed, now)
    if found is None and not limited:
        with transaction() as session:
            watch.count(session, source, now)
    if found is None or found.used:
        abort(_start(house, "used" if found else "limited" if limited else "unknown"))
    with reading() as connection:
        whole = translations.whole(connection, house.id, found.version_id)
    spoken = languages.settle("", whole.by_language.keys()).language
    sounds = {at: sound for (language, at), sound in whole.sounds.items() if language == spoken}
    return Turn(house, code, hashed, found.version_id, whole.by_language[spoken], sounds)


def _watch() -> guesses.Watch:
    """The one that /svar uses too: who guesses there has guessed here."""
    watch: guesses.Watch = current_app.extensions.setdefault(
        "code_watch", guesses.Watch(current_app.config["CODE_KEY"])
    )
    return watch


def _submitted(turn: Turn, form: AnswerForm, confirmation: str | None) -> ResponseReturnValue:
    beside = Beside(languages.speech().language, confirmation=confirmation)
    place = (turn.house.id, turn.code_hash, turn.version_id)
    try:
        with transaction() as session:
            stored = onsite.submit(session, *place, form.answers(), workdays.now(), beside)
    except responses.NoOpenKeyError:
        return _start(turn.house, "closed")
    if not stored:
        return _start(turn.house, "used")
    return redirect(url_for("pages.room_thanks", slug=turn.house.slug), 303)


# The pages ------------------------------------------------------------------------------------------------


def _start(house: House, wrong: str = "", code: str = "") -> Response:
    """The start, and what was `wrong` (a key of `TOLD`, or of a `code` that is shown again to be mended)."""
    problems = [Problem("code", _told(wrong))] if wrong else []
    typed = "".join(filter(str.isprintable, code)).strip()
    status = STATUS.get(wrong, 422) if wrong else 200
    shown = page("room.html", status, house=house, problems=problems, code=typed, example=EXAMPLE)
    if status == 503:
        shown.headers["Retry-After"] = str(WAIT)
    return _giving_way(shown, house, IDLE) if wrong else shown


def _told(wrong: str) -> str:
    if wrong in TOLD:
        return str(TOLD[wrong])
    found = CodeForm(request.form).problems()
    return found[0].message if found else str(TOLD["unknown"])  # the token of a link, which is no code


def _questionnaire(turn: Turn, form: AnswerForm | None = None, problems: Sequence[Problem] = ()) -> Response:
    """The questionnaire with what is chosen so far."""
    chosen = form.chosen if form else {}
    wrong = {problem.target.partition("-")[0]: problem.message for problem in problems}
    asked = {"questionnaire": turn.questionnaire, "sounds": turn.sounds}
    statements = render_template("survey/_statements.html", **asked, chosen=chosen, wrong=wrong)
    return _page(
        turn,
        "room_questionnaire.html",
        422 if problems else 200,
        statements=Markup(statements),  # noqa: S704 - our own template, which escapes what it is handed
        problems=problems,
        may_leave_blank=bool(form and problems and form.has_answers and not form.foreign),
        checked=form.checked.data if form else "",
    )


def _page(turn: Turn, template: str, status: int = 200, **context: object) -> Response:
    """A page of a turn: the code goes along in its form alone, and so does the longer time."""
    longer = "longer" in request.form or "longer_now" in request.form
    seconds = IDLE_LONGER if longer else IDLE
    place = {"house": turn.house, "code": turn.code, "version_id": turn.version_id, "start": _start_of(turn.house)}
    shown = page(template, status, **place, longer=longer, **context)
    return _giving_way(shown, turn.house, seconds)


def _giving_way(shown: Response, house: House, seconds: int) -> Response:
    """The page turns into the start after so many seconds, without a script."""
    shown.headers["Refresh"] = f"{seconds}; url={_start_of(house)}"
    return shown


def _start_of(house: House) -> str:
    """The address of the start, in no language: whoever comes next chooses anew."""
    return url_for("pages.room", slug=house.slug, sprog=None)
