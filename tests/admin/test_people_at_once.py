"""Two administrators make the same person at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from sqlalchemy import func, select

from admin import people
from survey import db, municipalities
from survey.models import Staff


def test_one_person_is_made_and_the_others_are_told(database_url: str) -> None:
    """The unique key lets one through; nobody meets an error page, and no e-mail reaches a log."""
    engine = db.connect(database_url)
    with db.transaction() as session:
        town = municipalities.establish(
            session, slug="a", name="A", phone="12345678", sms_sender="A", now=datetime.now(UTC)
        )

    def invite(_number: int) -> bool:
        try:
            with db.transaction() as session:
                people.invite_person(
                    session, municipality_id=town.id, email="bo@a.dk", name="Bo", role="manager", team_id=None
                )
        except people.Refused:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(invite, range(6)))
    with db.transaction() as session:
        stored = session.scalar(select(func.count()).select_from(Staff))
    engine.dispose()
    assert (made.count(True), stored) == (1, 1)
