"""The limit on sign-in holds when many try at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin import sign_in_limit
from survey import db
from survey.models import SignInAttempt

WHO = sign_in_limit.names(b"key", "bo@stevns.dk", "10.0.0.1")


def test_of_many_at_once_five_are_let_through(database_url: str, now: datetime) -> None:
    """Twelve guesses in the same moment: five are looked at, seven have to wait."""
    engine = db.connect(database_url)

    def guess(_n: int) -> timedelta | None:
        with db.transaction() as session:
            return sign_in_limit.reserve(session, WHO, now)

    with ThreadPoolExecutor(12) as threads:
        waits = list(threads.map(guess, range(12)))
    engine.dispose()
    assert waits.count(None) == 5
    assert waits.count(sign_in_limit.WINDOW) == 7


def test_a_guess_that_had_to_wait_is_not_counted(session: Session, now: datetime) -> None:
    """Else whoever keeps trying would never get in again; what is older than the window is deleted."""
    for minute in range(10):
        sign_in_limit.reserve(session, WHO, now + timedelta(minutes=minute))
    assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 10
    after = now + timedelta(minutes=4) + sign_in_limit.WINDOW
    assert sign_in_limit.reserve(session, WHO, after) is None
    assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 2


def test_names_depend_on_the_key_and_on_both_parts() -> None:
    """The same account elsewhere shares nothing; without the key nothing can be recomputed."""
    elsewhere = sign_in_limit.names(b"key", "bo@stevns.dk", "10.0.0.2")
    other_key = sign_in_limit.names(b"other", "bo@stevns.dk", "10.0.0.1")
    assert len({*WHO, *elsewhere, *other_key}) == 6
