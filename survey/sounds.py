"""The recordings as whoever listens gets them: `/lyd/<name>`, the same bytes for ever."""

import re

from flask import Blueprint, Response, abort, request

from survey import recordings
from survey.access import EVERYONE, open_to
from survey.db import reading

pages = Blueprint("sounds", __name__)

NAME = re.compile("[0-9a-f]{64}")
HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


@pages.get("/lyd/<name>")
@open_to(EVERYONE)
def recording(name: str) -> Response:
    """The recording whose SHA-256 is `name`, whole or the range asked for (Safari plays nothing without), or 404.

    It hangs on no link and no citizen: whoever has the name may listen, as whoever has the questionnaire may read.
    """
    if not NAME.fullmatch(name):
        abort(404)
    with reading() as connection:
        found = recordings.content(connection, name)
    if found is None:
        abort(404)
    kind, content = found
    response = Response(content, mimetype=kind, headers=HEADERS)
    response.set_etag(name)
    response.make_conditional(request, accept_ranges=True, complete_length=len(content))
    return response
