"""Metrics for Prometheus at `/metrics`: counts over all municipalities, for whoever has the token."""

import hmac
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, request
from sqlalchemy import Connection, func, select

from survey import workdays
from survey.access import EVERYONE, open_to
from survey.config import SettingError, Settings
from survey.countable import carried, first_invitations, rough
from survey.db import reading
from survey.models import GatewayState, Message, Municipality, Receipt, RefusedReceipt

pages = Blueprint("metrics", __name__)

SHORTEST_TOKEN = 16
Sample = tuple[dict[str, str], float]


@pages.get("/metrics")
@open_to(EVERYONE)
def metrics() -> Response:
    """The figures in Prometheus' text format; 404 without a token in the settings, 401 without the right one."""
    path: Path | None = current_app.config["SETTINGS"].metrics_token_file
    if path is None:
        abort(404)
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), b"Bearer " + token(path)):
        return Response("401\n", 401, {"WWW-Authenticate": "Bearer"}, mimetype="text/plain")
    with reading() as connection:
        text = exposition(connection, workdays.now())
    return Response(text, mimetype="text/plain; version=0.0.4")


def check(settings: Settings) -> None:
    """Raise SettingError when the settings name a token that is none: at start, not when it is asked for."""
    if settings.metrics_token_file:
        token(settings.metrics_token_file)


def token(path: Path) -> bytes:
    """The token in the file `path`. Raises SettingError when it is missing or too short to be a secret."""
    try:
        found = path.read_bytes().strip()
    except OSError:
        raise SettingError(f"TILFREDS_METRICS_TOKEN_FILE: {path} kan ikke læses. Ret stien.") from None
    if len(found) < SHORTEST_TOKEN:
        raise SettingError(f"TILFREDS_METRICS_TOKEN_FILE: {path} skal have mindst {SHORTEST_TOKEN} tegn.")
    return found


def exposition(connection: Connection, now: datetime) -> str:
    """Every metric with its help and type (Prometheus text format 0.0.4). No count hangs on an answer."""
    states = (
        select(Municipality.slug, Message.channel, Message.state, func.count())
        .join_from(Message, Municipality, Message.municipality_id == Municipality.id)
        .where(first_invitations(), carried())
    )
    waiting = (Message.state == "waiting", first_invitations(), carried())
    oldest = connection.scalar(select(func.min(Message.due_at)).where(*waiting))
    refused = select(RefusedReceipt.gateway, RefusedReceipt.wrong, func.sum(RefusedReceipt.n))
    stored = connection.scalar(select(func.count()).where(Receipt.processed_at.is_(None))) or 0
    unprocessed = stored // 100 * 100
    grouped = states.group_by(Municipality.slug, Message.channel, Message.state)
    late = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
    lines = [
        *_metric(
            "tilfreds_messages",
            "Invitations kept, by state, but those sent once more. No reminders.",
            (
                ({"municipality": slug, "channel": channel, "state": state}, n)
                for slug, channel, state, n in connection.execute(grouped.order_by(*grouped.selected_columns[:3]))
            ),
        ),
        *_metric(
            "tilfreds_oldest_waiting_seconds", "How long ago the oldest waiting invitation was due.", [({}, late)]
        ),
        *_of_gateways(connection),
        *_metric(
            "tilfreds_receipts_unprocessed",
            "Receipts not yet applied, rounded down to hundreds.",
            [({}, unprocessed)],
        ),
        *_metric(
            "tilfreds_receipts_refused",
            "Receipts refused within a year, by what was wrong.",
            (
                ({"gateway": gateway, "wrong": wrong}, int(n))
                for gateway, wrong, n in connection.execute(
                    refused.group_by(RefusedReceipt.gateway, RefusedReceipt.wrong)
                )
            ),
        ),
        *_metric(
            "tilfreds_time_seconds", "When these figures were read.", [({}, now.astimezone(UTC).timestamp())]
        ),
    ]
    return "\n".join([*lines, ""])


def _of_gateways(connection: Connection) -> list[str]:
    rows = connection.execute(select(GatewayState).order_by(GatewayState.name)).all()
    credit = [(row, rough(row.credit)) for row in rows]
    return [
        *_metric(
            "tilfreds_gateway_stopped",
            "1 for each gateway that stopped by itself; one that runs is not listed.",
            # A row is made by the first trouble, and that may be with a reminder.
            (({"gateway": row.name}, 1.0) for row in rows if row.stopped_at),
        ),
        *_metric(
            "tilfreds_gateway_credit",
            "Credit as last polled, rounded down to fifties.",
            (
                ({"gateway": row.name, "currency": row.currency or ""}, left)
                for row, left in credit
                if left is not None
            ),
        ),
    ]


def _metric(name: str, about: str, samples: Iterable[Sample]) -> list[str]:
    return [f"# HELP {name} {about}", f"# TYPE {name} gauge", *(f"{name}{_labels(of)} {n}" for of, n in samples)]


def _labels(labels: dict[str, str]) -> str:
    """Labels as Prometheus writes them: backslash, quote and line break escaped."""
    escaped = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})
    listed = ",".join(f'{name}="{value.translate(escaped)}"' for name, value in labels.items())
    return f"{{{listed}}}" if listed else ""
