"""The composition root: `create_app()` and the `flask` commands. The only module that knows both packages."""

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import HTTPException

from admin import access, callbacks, dashboard, login, people_pages, teams
from admin import commands as staff_commands
from survey import commands, config, db, embedded, views
from survey.config import Settings

csrf = CSRFProtect()


def create_app(settings: Settings | None = None) -> Flask:
    """The web application. Without `settings` they come from the environment, and the database is connected."""
    connect = settings is None
    settings = settings or config.load()
    app = Flask(__name__)
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=config.secret(settings.secret_key_file),
        MAX_CONTENT_LENGTH=64 * 1024,
        MAX_FORM_MEMORY_SIZE=64 * 1024,
        MAX_FORM_PARTS=1000,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https://"),
        WTF_CSRF_TIME_LIMIT=None,
    )
    if connect:
        db.connect(settings.database_url or embedded.url(settings.state_dir))
    access.install(app)
    app.cli.add_command(commands.meetings_group)
    app.cli.add_command(commands.tally_command)
    app.cli.add_command(commands.retention_command)
    csrf.init_app(app)
    csrf.exempt(views.pages)  # the link is the citizen's authority; a CSRF token would need a cookie
    app.register_blueprint(views.pages)
    app.register_error_handler(HTTPException, views.http_problem)
    for doors in (login.doors, callbacks.doors, dashboard.doors, people_pages.doors, teams.doors):
        app.register_blueprint(doors)
    app.cli.add_command(staff_commands.group)
    return app
