"""Whom a link or a code asks; a kind page where it leads nowhere."""

from collections.abc import Callable
from datetime import datetime

from flask import abort, current_app, request
from flask_babel import gettext as _
from sqlalchemy import Connection

from survey import guesses, invitations, invitees, workdays
from survey.config import Settings
from survey.db import reading, transaction
from survey.invitees import Asked
from survey.pages import dead_end, page


def _passed() -> tuple[str, ...]:
    return (
        _("Fristen for at svare kan være udløbet, eller der kan være et forkert tegn."),
        _("Prøv igen med linket eller koden i den besked, du har fået."),
    )


def find_link(token: str, passed: Callable[[], tuple[str, ...]] = _passed) -> Asked:
    """Whom the link asks. Ends the request with a kind page for one that leads nowhere; `passed` says why."""
    if not token:
        line = _("Adressen er ikke, som den står i beskeden. Tryk på linket der.")
        dead_end(404, _("Linket er ikke rigtigt"), line)
    if invitations.is_code(token):
        return _at_home(token, _find_code(token, passed))
    with reading() as connection:
        asked = _find(connection, invitations.token_hash(token))
    return _at_home(token, asked or dead_end(404, _("Linket virker ikke"), *passed()))


def _find(connection: Connection, hashed: bytes) -> Asked | None:
    """Whom the link asks; with what an answer needs where one may be coming."""
    posted = request.method == "POST"
    return (invitees.find_to_answer if posted else invitees.find_hashed)(connection, hashed)


def _at_home(token: str, asked: Asked) -> Asked:
    """`asked`, unless the page is opened at another municipality's address: then a page leads to the right one."""
    settings: Settings = current_app.config["SETTINGS"]
    if request.host in settings.hosts and request.host != asked.host:
        right = invitations.address(settings.base_url, asked.host, token)
        abort(page("elsewhere.html", 404, asked=asked, right=right))
    return asked


def _find_code(code: str, passed: Callable[[], tuple[str, ...]]) -> Asked:
    """As `find_link`. A code is always looked up; only those who fail are told to wait."""
    watch, source, now = _watch(), guesses.source(request.remote_addr), workdays.now()
    with reading() as connection:
        limited = watch.limited(connection, source, now)
    try:
        with watch.turnstile(limited).turn():
            hashed = invitations.token_hash(code, watch.key)
    except guesses.BusyError:
        line = _("Der er mange, der bruger en kode lige nu. Din kode virker stadig.")
        dead_end(503, _("Prøv igen om lidt"), line, wait=5)
    with reading() as connection:
        asked = _find(connection, hashed)
    if not asked and limited:
        _tell_to_wait()
    if asked:
        return asked
    _note_failure(watch, source, now)
    room = _("Har du en seddel fra venteværelset, så skriv koden på den adresse, der står på sedlen.")
    return dead_end(404, _("Koden virker ikke"), *passed(), room)


def _tell_to_wait() -> None:
    lines = (
        _("Der er prøvet mange koder, der ikke findes, og denne findes heller ikke."),
        _("Se efter, hvad der står i beskeden. En rigtig kode virker altid, også nu."),
    )
    dead_end(429, _("Vent lidt med at prøve igen"), *lines, wait=int(guesses.WINDOW.total_seconds()))


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
