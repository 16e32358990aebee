"""The door to the citizen's style sheets: each has an address that changes with it, and is kept for a year."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, request
from sqlalchemy import select

from survey import looks
from survey.access import EVERYONE, open_to
from survey.db import reading
from survey.models import Municipality

pages = Blueprint("looks", __name__)

A_YEAR = "public, max-age=31536000, immutable"
HEADERS = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'"}
COMMON = "faelles"
"""The look of a municipality that has chosen none, and of pages that belong to none."""
KEPT = 128
"""Sheets kept ready in a process: more than there are municipalities in Denmark."""
_NAME = re.compile("[0-9a-f]{16}")


@pages.url_defaults
def name_edition(endpoint: str, values: dict[str, Any]) -> None:
    """The program's edition in every address of a sheet, so that none outlives the page it was made for."""
    if endpoint == "looks.style":
        values["look"] = values.get("look") or COMMON
        values.setdefault("v", edition())


@pages.get("/stil/<look>.css")
@open_to(EVERYONE)
def style(look: str) -> Response:
    """The citizen's style sheet in a municipality's look, or in the common one; 404 for a look nobody has."""
    if look != COMMON and not _NAME.fullmatch(look):
        abort(404)
    response = Response(_sheet(look), mimetype="text/css")
    response.headers.update(HEADERS)
    # Asked for by another edition's page, while the program is being replaced: not to be kept under that name.
    response.headers["Cache-Control"] = A_YEAR if request.args.get("v") == edition() else "no-cache"
    return response


def base() -> str:
    """The citizen's own style sheet as it is written."""
    return Path(str(current_app.static_folder), "citizen.css").read_text("utf-8")


@lru_cache(maxsize=1)
def edition() -> str:
    """`looks.edition` of this program."""
    return looks.edition(base())


@lru_cache(maxsize=KEPT)
def _sheet(look: str) -> str:
    if look == COMMON:
        return looks.style_sheet(base(), None, None)
    of = Municipality
    with reading() as connection:
        row = connection.execute(select(of.colour, of.logo).where(of.look == look).limit(1)).first()
    if row is None:
        abort(404)  # never kept: an exception is no answer
    return looks.style_sheet(base(), row.colour, row.logo)
