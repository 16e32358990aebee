"""Nothing opened gets out: a database that logs is refused, and an error tells only its kind."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from survey.models import BallotKey

Done = TypeVar("Done")

QUIET = {
    "log_statement": ("none", "ddl"),
    "log_min_duration_statement": ("-1",),
    "log_min_duration_sample": ("-1",),
    "log_transaction_sample_rate": ("0",),
    "log_parameter_max_length_on_error": ("0",),
    "debug_print_parse": ("off",),
    "debug_print_rewritten": ("off",),
    "debug_print_plan": ("off",),
    "auto_explain.log_min_duration": ("-1",),
    "pgaudit.log": ("none", ""),
}
"""What the database may be set to while opened answers pass through: else they may end in its log."""


class TallyError(Exception):
    """The tally did not happen and everything is as it was; the message is for whoever runs it, in Danish."""


def begin(session: Session, municipality_id: int) -> tuple[UUID, bytes]:
    """Make ready to open what is sealed: the open key, id and public half, to seal to what is not written out.

    Raises TallyError when the database would log what is opened, or no key is open.
    """
    refuse_logging(session)
    _commit_durably(session)
    return _open_key(session, municipality_id)


def kept(work: Callable[[], Done]) -> Done:
    """What `work` returns. Raises TallyError, without a trace of what was opened, when anything is wrong in it."""
    done: list[Done] = []
    failure = ""
    try:
        done.append(work())
    except TallyError as error:
        failure = str(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, its text and its frames may hold opened answers
        failure = f"Optællingen gik i stå ({_harmless(error)}). Intet er ændret."
    # Raised out here: neither the first exception nor the frames it came through are carried along.
    if failure:
        raise TallyError(failure)
    return done[0]


def _harmless(error: Exception) -> str:
    """The kind of `error` and the database's code for it; never its text."""
    code = getattr(getattr(error, "orig", error), "sqlstate", None)
    return " ".join(filter(None, (type(error).__name__, code)))


def refuse_logging(session: Session) -> None:
    """Raise TallyError when the database would write statements or parameters to its log."""
    settings = session.execute(
        text("SELECT name, current_setting(name, true), current_user FROM unnest(CAST(:names AS text[])) name"),
        {"names": list(QUIET)},
    )
    for name, value, role in settings:
        if value is not None and value not in QUIET[name]:
            raise TallyError(
                f"Databasen ville skrive åbnede svar i sin log: {name} er {value}. "
                f"Lad en superbruger køre: ALTER ROLE {role} SET {name} = '{QUIET[name][0]}'"
            )


def _commit_durably(session: Session) -> None:
    # Keys are destroyed after this transaction, so it must not be lost in a crash.
    durable = (
        "SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'"
    )
    session.execute(text(durable))


def _open_key(session: Session, municipality_id: int) -> tuple[UUID, bytes]:
    """The key that what waits is sealed to; FOR SHARE so that nobody closes it before we are done."""
    row = session.execute(
        select(BallotKey.id, BallotKey.public_key)
        .where(BallotKey.municipality_id == municipality_id, BallotKey.state == "open")
        .with_for_update(read=True)
    ).first()
    if row is None:
        raise TallyError("Der er ingen åben nøgle at forsegle til. Intet er ændret.")
    return row.id, row.public_key
