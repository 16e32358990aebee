"""The door for receipts: a provider posts what became of our messages; stored, answered, applied later."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, Response, current_app, request

from survey import accounts, receipts, workdays
from survey.access import EVERYONE, open_to
from survey.config import Settings
from survey.db import transaction
from survey.gateways import ForgedError, ReceiptReader, UnreadableError, simulated

EXTENSION = "receipt_readers"

pages = Blueprint("receipts", __name__)


@pages.post("/kvittering/<name>")
@pages.post("/kvittering/<name>/<secret>")
@open_to(EVERYONE)
def take_in(name: str, secret: str = "") -> Response:
    """Receipts of the account `name`. Any answer but 200 makes a provider post them again."""
    # Not kept on the request, and never logged: it holds the citizen's number.
    body = request.get_data(cache=False)
    reader = readers().get(name)
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
    with transaction() as session:
        receipts.refuse(session, name, wrong, now)
    return status


def readers() -> Mapping[str, ReceiptReader]:
    """What reads the receipts of each account that posts them, made once in a process."""
    made: Mapping[str, ReceiptReader] | None = current_app.extensions.get(EXTENSION)
    if made is None:
        made = current_app.extensions[EXTENSION] = _made(current_app.config["SETTINGS"])
    return made


def _made(settings: Settings) -> dict[str, ReceiptReader]:
    """Account → its reader; accounts whose provider posts nothing have none."""
    made = {account.name: _reader(account, settings) for account in accounts.load(settings)}
    return {name: reader for name, reader in made.items() if reader}


def _reader(account: accounts.Account, settings: Settings) -> ReceiptReader | None:
    # The simulator's secret lies in its own folder, which is a setting of the program and not of an account.
    simulating = account.kind == "simulated"
    return simulated.reader(settings.simulator_dir) if simulating else accounts.receipt_reader(account)
