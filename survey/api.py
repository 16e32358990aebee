"""The machines' door to the figures: the rows of the export as JSON, for a bearer token. It only reads."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import NoReturn

from flask import Blueprint, Response, abort, jsonify, request, send_file

from survey import VERSION, api_tokens, export_files, exports, results, workdays
from survey.access import TOKEN, open_to
from survey.api_tokens import Caller
from survey.db import reading, snapshot
from survey.export_columns import FORMATS
from survey.export_files import About
from survey.guesses import BusyError, Turnstile, source
from survey.quotas import Quota
from survey.results import Period

pages = Blueprint("api", __name__)

asked = Quota(60, timedelta(minutes=10))
"""By token."""
failed = Quota(20, timedelta(minutes=15))
"""Wrong tokens, by where they come from. A right one always opens: nobody can lock a colleague out."""
_making = Turnstile(1, 2, seconds=20)
"""Answers are made one at a time in a process, so that pages are not held up."""
DAYS = "fra og til skal være dage som 2021-05-02, og fra må ikke ligge efter til."
KNOWN = {"fra", "til"}
CHOICES = "Der kan stå fra og til; svaret er altid JSON og har alle team, der må vises."
BUSY = "Der hentes tal lige nu. Prøv igen om lidt."


@pages.get("/api/v1/figures")
@open_to(TOKEN)
def figures() -> Response:
    """Every number that may be told of `?fra=…&til=…`, else of the four quarters up to the newest figures."""
    now = workdays.now()
    of = _caller(now)
    if unknown := ", ".join(sorted(set(request.args) - KNOWN)):
        _refuse(400, f"Kender ikke {unknown[:80]}. {CHOICES}", {})
    try:
        with _making.turn():
            return _answer(of, now)
    except BusyError:
        _refuse(429, BUSY, {"Retry-After": "10"})


def _answer(of: Caller, now: datetime) -> Response:
    with snapshot() as session:
        today = workdays.day(now)
        usual = results.default_period(results.newest_day(session, of.municipality_id), today)
        period = _period(request.args, usual)
        book = exports.book(session, of.municipality_id, period)
        about = About(book.slug, period.first, period.last, today, VERSION)
        file = export_files.made("json", exports.rows(session, book, exports.parts(book.teams)), about)
    return send_file(file, FORMATS["json"])


def _caller(now: datetime) -> Caller:
    """Whose token came with the request. Ends it with 401 without a right one, and 429 for too many."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        _refuse(401, "Send nøglen i headeren Authorization: Bearer <nøgle>.", {"WWW-Authenticate": "Bearer"})
    with reading() as connection:
        found = api_tokens.caller(connection, token.strip())
    if found is None:
        here = source(request.remote_addr)
        if wait := failed.wait(here, now):
            _refuse(429, "For mange forkerte nøgler. Prøv igen senere.", {"Retry-After": str(wait)})
        failed.take(here, now)
        challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        _refuse(401, "Nøglen findes ikke eller er trukket tilbage. Bed en administrator om en ny.", challenge)
    if wait := asked.wait(found.token_id, now):
        _refuse(429, "Nøglen er brugt for ofte. Prøv igen senere.", {"Retry-After": str(wait)})
    asked.take(found.token_id, now)
    return found


def _period(args: Mapping[str, str], usual: Period) -> Period:
    try:
        first = date.fromisoformat(args.get("fra") or str(usual.first))
        last = date.fromisoformat(args.get("til") or str(usual.last))
    except ValueError:
        _refuse(400, DAYS, {})
    if first > last:
        _refuse(400, DAYS, {})
    if not results.is_near(Period(first, last)):
        _refuse(400, f"{results.TOO_FAR} {DAYS}", {})
    return Period(first, last)


def _refuse(status: int, words: str, headers: Mapping[str, str]) -> NoReturn:
    answer = jsonify(error=words)
    answer.status_code = status
    answer.headers.update(headers)
    abort(answer)
