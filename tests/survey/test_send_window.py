"""The send window closes on a batch in hand too."""

from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from survey import jobs, outbox, workdays
from survey.config import Settings
from survey.gateways import Letter, Outcome
from survey.jobs import Work
from survey.models import Municipality
from tests.survey.sending import Obedient, queue


def test_nothing_is_handed_over_after_the_send_window(
    session: Session, ready: Municipality, now: datetime, settings: Settings
) -> None:
    """Claimed ten seconds before six by a gateway that takes four for each: three leave, the rest wait."""
    messages = queue(session, ready, now, outbox.BATCH)
    clock = [workdays.at(workdays.day(now), time(17, 59, 50))]

    def slow(_letter: Letter) -> Outcome:
        clock[0] += timedelta(seconds=4)
        return Outcome("accepted")

    work = Work(settings, [Obedient(slow)], print, lambda: clock[0])
    assert jobs.send(work) == {"sent": 3, "waiting": outbox.BATCH - 3}
    session.expire_all()
    assert [(message.state, message.attempts) for message in messages[2:4]] == [("sent", 1), ("waiting", 0)]
