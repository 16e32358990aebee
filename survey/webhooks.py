"""The door for receipts: a provider posts what became of our messages; stored, answered, applied later."""

import logging
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, Response, current_app, request

from survey import accounts, logs, receipts, workdays
from survey.access import EVERYONE, open_to
from survey.accounts import Account
from survey.db import transaction
from survey.gateways import ForgedError, ReceiptReader, UnreadableError

EXTENSION = "receipt_readers"
"""Where a process keeps the readers whose secrets it has read from files."""

pages = Blueprint("receipts", __name__)


@pages.post("/kvittering/<name>")
@pages.post("/kvittering/<name>/<secret>")
@open_to(EVERYONE)
def take_in(name: str, secret: str = "") -> Response:
    """Receipts of the account `name`. Any answer but 200 makes a provider post them again."""
    # Not kept on the request, and never logged: it holds the citizen's number.
    body = request.get_data(cache=False)
    reader = reader_of(name)
    headers = dict(request.headers.items())
    status = take(reader, name, headers, body, secret, workdays.now()) if reader else HTTPStatus.NOT_FOUND
    return Response(f"{status.phrase}\n", status, mimetype="text/plain")


def take(
    reader: ReceiptReader, name: str, headers: Mapping[str, str], body: bytes, secret: str, now: datetime
) -> HTTPStatus:
    """Store what `reader` makes of a receipt of the gateway `name`, or count that it was refused; the answer."""
    try:
        reports = reader(headers, body, secret)
    except ForgedError as forged:
        return _refused(name, "forged", HTTPStatus(forged.status), now)
    except UnreadableError:
        return _refused(name, "unreadable", HTTPStatus.BAD_REQUEST, now)
    if reports:
        with transaction() as session:
            receipts.store(session, name, reports, now)
    return HTTPStatus.OK


def _refused(name: str, wrong: str, status: HTTPStatus, now: datetime) -> HTTPStatus:
    logs.event("receipt refused", level=logging.WARNING, gateway=name, reason=wrong)
    with transaction() as session:
        receipts.refuse(session, name, wrong, now)
    return status


def reader_of(name: str) -> ReceiptReader | None:
    """What reads the receipts of the account `name`, made at its first one; None where no provider posts any.

    Raises SettingError while its secret cannot be read: it was checked at the start, so it went bad since. The
    provider is answered 503 and posts again; the others' receipts come in all the same.
    """
    made: dict[str, ReceiptReader | None] = current_app.extensions.setdefault(EXTENSION, {})
    if name not in made and (account := _account(name)):
        made[name] = accounts.receipt_reader(account)
    return made.get(name)


def _account(name: str) -> Account | None:
    """The account `name` of those that were read when the process began: an invented name costs no file."""
    return next((account for account in current_app.config["ACCOUNTS"] if account.name == name), None)
