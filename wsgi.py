"""The composition root: `create_app()` and the `flask` commands. The only module that knows both packages."""

import re
import sys
import traceback
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from gunicorn.http.errors import InvalidChunkSize
from sqlalchemy import text
from sqlalchemy.exc import DataError, OperationalError, ProgrammingError
from werkzeug.exceptions import BadRequest, HTTPException, ServiceUnavailable
from werkzeug.middleware.proxy_fix import ProxyFix

from admin import (
    access,
    api_keys,
    baselines,
    callbacks,
    comparison,
    dashboard,
    data_commands,
    deeds,
    exports,
    goals,
    login,
    meetings,
    municipality,
    municipality_commands,
    operations,
    passports,
    pauses,
    people_pages,
    questionnaires,
    recordings,
    report_command,
    reports,
    rules,
    running,
    slips,
    smallest_group,
    teams,
    texts,
    translations,
)
from admin import commands as staff_commands
from admin import waiting_room as staff_waiting_room
from survey import (
    accounts,
    api,
    commands,
    config,
    db,
    deeds_pages,
    embedded,
    languages,
    looks_pages,
    metrics,
    pages,
    processes,
    side_pages,
    simulator,
    sounds,
    views,
    waiting_room,
    webhooks,
    workdays,
)
from survey.access import EVERYONE, open_to
from survey.config import SettingError, Settings

CITIZENS = (views, side_pages, waiting_room)
"""Imported for the routes they give to `pages.pages`."""
csrf = CSRFProtect()

COMMANDS = [
    commands.plainly(command)
    for command in (
        *(running.init_command, running.migrate_command, running.serve_command, running.demo_command),
        *(
            commands.meetings_group,
            commands.texts_group,
            commands.work_command,
            commands.tally_command,
            commands.retention_command,
        ),
        report_command.report_command,
        municipality_commands.group,
        staff_commands.group,
        *(data_commands.export_command, data_commands.group),
    )
]

ROOMS = (
    login.doors,
    callbacks.doors,
    dashboard.doors,
    baselines.doors,
    comparison.doors,
    reports.doors,
    passports.doors,
    exports.doors,
    meetings.doors,
    people_pages.doors,
    teams.doors,
    questionnaires.doors,
    translations.doors,
    recordings.doors,
    texts.doors,
    operations.doors,
    rules.doors,
    pauses.doors,
    deeds.doors,
    goals.doors,
    municipality.doors,
    smallest_group.doors,
    api_keys.doors,
    slips.doors,
    staff_waiting_room.doors,
)


FAULTS: dict[type[Exception], HTTPException] = {
    OperationalError: ServiceUnavailable(retry_after=30),
    DataError: BadRequest(),
    InvalidChunkSize: BadRequest(),
}
"""What is not a fault of ours: the database is away, a value no column takes, a body cut wrongly."""


class Program(Flask):
    """Flask, with a log that never holds a path: a citizen's path is a link that works."""

    def log_exception(self, exc_info: Any) -> None:
        """The route, the kind of error and the database's code; no path, no text, no frames."""
        kind, error = exc_info[0], exc_info[1]
        code = getattr(getattr(error, "orig", None), "sqlstate", None)
        place = traceback.extract_tb(exc_info[2])[-1] if exc_info[2] else None
        self.logger.error(
            "%s %s: %s %s at %s", request.method, request.endpoint, kind and kind.__name__, code or "", place
        )


LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
HOST = re.compile(rf"(?:{LABEL}(?:\.{LABEL})*\.?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{{1,5}})?")
"""What a Host may be; another would end in an error outside every handler, and the server would log the path."""


def only_hosts(app: WSGIApplication) -> WSGIApplication:
    """`app` for requests whose Host is a name, and 400 without a word of the path for all others."""

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if HOST.fullmatch(environ.get("HTTP_HOST") or "localhost"):
            return app(environ, start)
        start("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")])
        return [b"Adressen er forkert.\n"]

    return answer


def answer_with(app: Flask, status: HTTPException) -> Callable[[Exception], ResponseReturnValue]:
    """A handler that logs and then answers as any other page with this status."""

    def answer(_error: Exception) -> ResponseReturnValue:
        app.log_exception(sys.exc_info())
        return app.handle_http_exception(status)

    return answer


def tell_setting(app: Flask) -> Callable[[SettingError], ResponseReturnValue]:
    """A handler for a file of secrets that went bad since the start: 503, and the log says what to do."""

    def tell(error: SettingError) -> ResponseReturnValue:
        app.logger.error("%s: %s", request.endpoint, error.message)
        return app.handle_http_exception(ServiceUnavailable(retry_after=300))

    return tell


def configured(settings: Settings) -> dict[str, Any]:
    """What Flask and our doors read from `app.config`; files are read once. Raises SettingError."""
    secure = settings.base_url.startswith("https://")
    return {
        "SETTINGS": settings,
        "ACCOUNTS": accounts.load(settings),
        "SECRET_KEY": config.make_secret(settings.secret_key_file),
        "CODE_KEY": config.make_secret(settings.code_key_file),
        "MAX_CONTENT_LENGTH": 64 * 1024,
        # A multipart reader needs room for a file's chunk; the length is what counts.
        "MAX_FORM_MEMORY_SIZE": 256 * 1024,
        "MAX_FORM_PARTS": 1000,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_NAME": "__Host-tilfreds" if secure else "tilfreds",
        "WTF_CSRF_TIME_LIMIT": None,
    }


def create_app(settings: Settings | None = None) -> Flask:
    """The web application. Without `settings` they come from the environment, and the database is connected."""
    connect = settings is None
    settings = settings or config.load()
    app = Program(__name__)
    app.config.update(configured(settings))
    if connect:
        if settings.key_dir and not commands.running():
            raise SettingError(
                "TILFREDS_KEY_DIR må ikke være sat for en webproces: den kender kun offentlige nøgler"
            )
        db.connect(settings.database_url or embedded.url(settings.state_dir))
    app.url_map.merge_slashes = False  # else a redirect would repeat the token and whatever Host was asked for
    app.wsgi_app = only_hosts(app.wsgi_app)  # type: ignore[assignment,method-assign]  # as Flask's docs say
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)  # type: ignore[method-assign]  # as Flask's docs say
    if not commands.running():  # a command that needs them checks them itself
        accounts.check_readers(app.config["ACCOUNTS"])
        metrics.check(settings)
    access.install(app)
    languages.install(app, {pages.pages.name, deeds_pages.pages.name})
    app.add_template_filter(workdays.long_date)
    csrf.init_app(app)
    csrf.exempt(pages.pages)  # the link is the citizen's authority; a CSRF token would need a cookie
    csrf.exempt(webhooks.pages)  # providers have no session; they sign what they post
    app.register_blueprint(pages.pages)
    app.register_blueprint(looks_pages.pages)
    app.register_blueprint(deeds_pages.pages)
    app.register_blueprint(sounds.pages)
    app.register_blueprint(webhooks.pages)
    app.register_blueprint(metrics.pages)
    app.register_blueprint(api.pages)
    if settings.simulator_open:
        app.register_blueprint(simulator.pages)
    app.register_error_handler(HTTPException, pages.http_problem)
    app.register_error_handler(SettingError, tell_setting(app))
    for kind, status in FAULTS.items():
        app.register_error_handler(kind, answer_with(app, status))
    for doors in ROOMS:
        app.register_blueprint(doors)
    for command in COMMANDS:
        app.cli.add_command(command)
    app.add_url_rule("/healthz", view_func=health)
    return app


def serving() -> Flask:
    """The web application in a process that does nothing else: what is loaded by now stays loaded."""
    app = create_app()
    processes.settle()
    return app


@open_to(EVERYONE)
def health() -> Response:
    """200 when this process reaches a database of this version, else 503 and what to do."""
    try:
        with db.reading() as connection:
            revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    except (OperationalError, ProgrammingError):
        revision = None
    if revision != db.REVISION:
        return Response("Databasen er ikke klar: kør flask migrate\n", 503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")
