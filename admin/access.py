"""May this person? One gate before every request, and who the person behind it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn

from flask import Flask, abort, current_app, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask.wrappers import Request, Response
from flask_wtf.csrf import CSRFError
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from admin import sessions
from survey import pages, workdays
from survey.access import ADMINISTRATOR, CASEWORKER, EVERYONE, MANAGER, SIGNED_IN, TOKEN, View, declared
from survey.db import reading, transaction
from survey.models import AccessLog, Assignment, Municipality, Staff, StaffSession

SEEN_EVERY = timedelta(minutes=1)
MOST_DISCARDED = 64 * 1024**2
SECRET = "secret"  # noqa: S105 - the name of the cookie's entry, not a secret

CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}

MESSAGES = {
    403: ("Ingen adgang", "Din bruger har ikke adgang til denne side."),
    404: ("Siden findes ikke", "Der er ikke noget på denne adresse, eller det er ikke dit."),
    405: ("Det kan siden ikke", "Gå tilbage, og prøv igen."),
    413: (
        "For meget på én gang",
        "Det var for stort, og intet er gemt. En fil med samtaler må højst fylde 20 MB, en indtaling 1 MB.",
    ),
}


@dataclass(frozen=True)
class CurrentStaff:
    """The signed-in person in the municipality they have chosen.

    `caseworker_teams` are the teams whose callbacks they work on. `manager_teams` are those whose figures
    they see, or None for every team. `elsewhere` is true when they work in another municipality too. `compared` is
    true when the municipality takes part in the shared comparison.
    """

    id: int
    name: str
    email: str
    municipality_id: int
    municipality_name: str
    roles: frozenset[str]
    caseworker_teams: frozenset[int]
    manager_teams: frozenset[int] | None
    elsewhere: bool
    compared: bool

    def can(self, who: frozenset[str]) -> bool:
        """May they open a door declared open to `who`?"""
        return SIGNED_IN in who or bool(self.roles & who)

    def can_see_figures_of(self, team_id: int) -> bool:
        """May they see this team's figures? (That it is their municipality's team is the caller's query.)"""
        return MANAGER in self.roles and (self.manager_teams is None or team_id in self.manager_teams)

    def can_compare(self) -> bool:
        """May they see the whole municipality beside others? Managers of every team, and administrators."""
        return ADMINISTRATOR in self.roles or (MANAGER in self.roles and self.manager_teams is None)


def install(app: Flask) -> None:
    """Put the gate before every request of `app`, and the headers of a staff page after it."""
    app.session_interface = Sessions()
    app.before_request(gate)
    app.after_request(add_headers)
    app.context_processor(lambda: {"current_staff": current_staff})
    for code in MESSAGES:
        app.register_error_handler(code, _message)
    app.register_error_handler(CSRFError, _stale)


def gate() -> ResponseReturnValue | None:
    """Let the request through (None), send the anonymous to the sign-in page, or raise 403.

    A view that declares nothing is shut for everyone. What no view answers is left to Flask (404, 405).
    """
    g.pop("staff", None)  # an application context may outlive one request; who was signed in must not
    if request.endpoint in (None, "static"):
        return None
    view = current_app.view_functions[str(request.endpoint)]
    who = declared(view)
    if who & {EVERYONE, TOKEN}:
        return None
    if not who:
        abort(403)
    staff = current_staff()
    if staff is None:
        wanted = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("login.sign_in", next=wanted), 303)
    if not staff.can(who):
        abort(403)
    # Before the body is read: only who may upload here may send more than a form.
    request.max_content_length = getattr(view, "most_bytes", request.max_content_length)
    return None


def takes_bytes(most: int) -> Callable[[View], View]:
    """Declare that this view takes a request of up to `most` bytes, for an upload."""

    def declare(view: View) -> View:
        view.most_bytes = most  # type: ignore[attr-defined]  # a mark on the function itself
        return view

    return declare


def add_headers(response: Response) -> Response:
    """Headers of a page that shows personal data; a door that has set its own keeps them."""
    if current_app.config["SETTINGS"].base_url.startswith("https://"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if "Content-Security-Policy" in response.headers:
        return response
    kept = ("X-Content-Type-Options",) if request.endpoint == "static" else tuple(HEADERS)
    for name in kept:
        response.headers.setdefault(name, HEADERS[name])
    return response


class Sessions(SecureCookieSessionInterface):
    """Flask's signed cookie, without the price of a signature for a visitor who has none."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of the cookie; a new one where there is no cookie."""
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)


def current_staff() -> CurrentStaff | None:
    """Who is signed in, or None. Reads the database once a request, and not at all without a cookie."""
    if "staff" not in g:
        secret = cookie.get(SECRET)
        g.staff = _load(sessions.secret_hash(secret), workdays.now()) if isinstance(secret, str) else None
    found: CurrentStaff | None = g.staff
    return found


def signed_in() -> CurrentStaff:
    """Who is signed in, behind a door that is not open to everyone. Raises 403 when nobody is."""
    return current_staff() or refuse()


def not_here() -> NoReturn:
    """Answer 404: there is no such thing here, or it is somebody else's."""
    abort(404)


def refuse() -> NoReturn:
    """Answer 403."""
    abort(403)


def log_access(session: Session, staff: CurrentStaff, action: str, subject: str, now: datetime) -> None:
    """Note in the caller's transaction that `staff` saw or changed personal data. Never the data itself."""
    session.execute(
        insert(AccessLog).values(
            municipality_id=staff.municipality_id, at=now, staff_id=staff.id, action=action, subject=subject
        )
    )


def _message(error: HTTPException) -> ResponseReturnValue:
    if request.endpoint is None and current_staff() is None:
        return pages.http_problem(error)  # most likely a citizen who typed an address
    code = error.code or 500
    if code == 413:
        _read_to_the_end()
    heading, words = MESSAGES[code]
    return render_template("admin/message.html", heading=heading, text=words), code


def _read_to_the_end() -> None:
    # A browser shows the answer only when it could send everything; what is far too big is cut off all the same.
    length = request.content_length or 0
    if (request.max_content_length or length) < length <= MOST_DISCARDED:
        left = length
        while left > 0 and (chunk := request.environ["wsgi.input"].read(min(left, 64 * 1024))):
            left -= len(chunk)


def _stale(_error: CSRFError) -> ResponseReturnValue:
    words = "Siden er for gammel, eller du er logget ud. Intet er gemt. Hent siden igen, og prøv en gang til."
    return render_template("admin/message.html", heading="Siden er udløbet", text=words), 400


def _load(key: bytes, now: datetime) -> CurrentStaff | None:
    with reading() as connection:
        row = connection.execute(
            select(
                Staff.id,
                Staff.name,
                Staff.email,
                StaffSession.municipality_id,
                Municipality.name.label("municipality_name"),
                Municipality.compared_since,
                StaffSession.seen_at,
            )
            .join(Staff)
            .join(Municipality)
            .where(
                StaffSession.secret_hash == key,
                StaffSession.seen_at > now - sessions.IDLE_LIMIT,
                StaffSession.started_at > now - sessions.AGE_LIMIT,
                Staff.active,
            )
        ).one_or_none()
        if row is None:
            return None
        roles = connection.execute(
            select(Assignment.municipality_id, Assignment.role, Assignment.team_id).where(
                Assignment.staff_id == row.id
            )
        ).all()
    if row.seen_at <= now - SEEN_EVERY:
        _note_seen(key, now)
    return _staff(row, roles)


def _note_seen(key: bytes, now: datetime) -> None:
    with transaction() as writing:
        writing.execute(update(StaffSession).where(StaffSession.secret_hash == key).values(seen_at=now))


def _staff(row: Any, assignments: Sequence[Any]) -> CurrentStaff:
    here = [each for each in assignments if each.municipality_id == row.municipality_id]
    managed = [each.team_id for each in here if each.role == MANAGER]
    return CurrentStaff(
        id=row.id,
        name=row.name,
        email=row.email,
        municipality_id=row.municipality_id,
        municipality_name=row.municipality_name,
        roles=frozenset(each.role for each in here),
        caseworker_teams=frozenset(each.team_id for each in here if each.role == CASEWORKER),
        manager_teams=None if None in managed else frozenset(managed),
        elsewhere=len(here) < len(assignments),
        compared=row.compared_since is not None,
    )


def home(staff: CurrentStaff) -> str:
    """The path of the room a person works in most."""
    rooms = ((CASEWORKER, "/opkald"), (MANAGER, "/tal"), (ADMINISTRATOR, "/samtaler"))
    return next((path for role, path in rooms if role in staff.roles), "/adgangskode")
