"""On site: a code lets one answer in, and its figures tell of nobody."""

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import db, municipalities, onsite, responses, retention, workdays
from survey.models import Ballot, Municipality, OnsiteCode, QuestionnaireVersion, Team

FIVE = (4, 3, None, 0, 4)


@pytest.fixture
def team(session: Session, stevns: Municipality) -> Team:
    """Ydelse, which asks five statements."""
    return session.scalars(select(Team).where(Team.name == "Ydelse")).one()


@pytest.fixture
def version_id(session: Session, team: Team) -> int:
    """What Ydelse asks."""
    here = QuestionnaireVersion.questionnaire_id == team.questionnaire_id
    return session.scalars(select(QuestionnaireVersion.id).where(here)).one()


def made(session: Session, team: Team, now: datetime, n: int = 1, used: int = 0) -> list[bytes]:
    """Hashes of `n` new codes, the first `used` of them answered with."""
    hashes = [secrets.token_bytes(32) for _ in range(n)]
    onsite.make(session, team.municipality_id, team.id, hashes, now)
    session.execute(update(OnsiteCode).where(OnsiteCode.code_hash.in_(hashes[:used])).values(used=True))
    return hashes


def test_a_code_lets_one_answer_in(
    session: Session, team: Team, version_id: int, now: datetime, open_key: Callable[..., bytes]
) -> None:
    """Found until it is used; the second answer changes nothing."""
    open_key(session, session.get_one(Municipality, team.municipality_id))
    place = (team.municipality_id, made(session, team, now)[0])
    assert onsite.find(session, *place, now) == onsite.Found(False, version_id)
    sent = [onsite.submit(session, *place, version_id, FIVE, now) for _twice in range(2)]
    assert (sent, session.scalar(select(func.count()).select_from(Ballot))) == ([True, False], 1)
    assert onsite.find(session, *place, now) == onsite.Found(True, version_id)


def test_a_code_works_fourteen_days_and_an_hour_for_who_has_begun(
    session: Session, team: Team, version_id: int, now: datetime, open_key: Callable[..., bytes]
) -> None:
    """So long it is found, and then no more."""
    open_key(session, session.get_one(Municipality, team.municipality_id))
    place = (team.municipality_id, made(session, team, now)[0])
    over = workdays.at(date(2021, 5, 26), workdays.local(now).time().replace(hour=0))
    assert onsite.find(session, *place, over + timedelta(minutes=59))
    assert onsite.find(session, *place, over + timedelta(hours=1)) is None
    late = onsite.submit(session, *place, version_id, FIVE, over + timedelta(hours=1))
    assert (late, onsite.submit(session, *place, version_id, FIVE, over)) == (False, True)


@pytest.mark.parametrize("answers", [(4,) * 4, (4,) * 6, (5, 4, 4, 4, 4), (-1, 4, 4, 4, 4)])
def test_answers_that_do_not_fit_are_refused(
    session: Session, team: Team, version_id: int, now: datetime, answers: tuple[int, ...]
) -> None:
    """As for a link."""
    place = (team.municipality_id, made(session, team, now)[0])
    with pytest.raises(ValueError, match=r"expected|outside"):
        onsite.submit(session, *place, version_id, answers, now)


def test_nothing_is_laid_in_a_box_without_a_key(
    session: Session, team: Team, version_id: int, now: datetime
) -> None:
    """The door's transaction rolls back."""
    place = (team.municipality_id, made(session, team, now)[0])
    with pytest.raises(responses.NoOpenKeyError):
        onsite.submit(session, *place, version_id, FIVE, now)


def test_a_team_out_of_use_and_a_foreign_version_let_nobody_in(
    session: Session, team: Team, version_id: int, now: datetime
) -> None:
    """What is asked is what the team asks."""
    place = (team.municipality_id, made(session, team, now)[0])
    other = session.scalars(select(QuestionnaireVersion.id).where(QuestionnaireVersion.id != version_id)).first()
    assert other is not None
    assert not onsite.submit(session, *place, other, FIVE, now)
    team.active = False
    session.flush()
    assert onsite.find(session, *place, now) is None


def test_how_many_were_used_is_told_when_none_can_be_any_more(session: Session, team: Team, now: datetime) -> None:
    """Per team and week of making; until the last hour is over nobody sees the number move."""
    made(session, team, now, 6, used=4)
    made(session, team, now + timedelta(days=1), 4, used=1)
    over = workdays.at(date(2021, 5, 27), workdays.local(now).time().replace(hour=1))
    live = onsite.counted(session, team.municipality_id, [team.id], over - timedelta(seconds=1))
    done = onsite.counted(session, team.municipality_id, [team.id], over)
    assert [(each.week, each.made, each.used) for each in (*live, *done)] == [
        (date(2021, 5, 10), 10, None),
        (date(2021, 5, 10), 10, 5),
    ]
    assert onsite.counted(session, team.municipality_id, [], over) == []


def test_codes_are_deleted_a_year_after_their_last_day(session: Session, team: Team, now: datetime) -> None:
    """With them goes what they were counted from."""
    made(session, team, now)
    retention.delete_old(session, team.municipality_id, now + timedelta(days=14 + 364))
    assert session.scalar(select(func.count()).select_from(OnsiteCode)) == 1
    retention.delete_old(session, team.municipality_id, now + timedelta(days=14 + 366))
    assert session.scalar(select(func.count()).select_from(OnsiteCode)) == 0


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"code_hash": b"short"}, "code_hash_size"),
        ({"valid_until": date(2021, 5, 11)}, "days_in_order"),
    ],
)
def test_the_table_refuses_what_must_not_be(
    session: Session, team: Team, now: datetime, change: dict[str, object], name: str
) -> None:
    """A hash of 32 bytes, and a last day after the first."""
    made(session, team, now)
    with pytest.raises(IntegrityError, match=name):
        session.execute(update(OnsiteCode).values(change))


@pytest.fixture
def committed(
    database_url: str, now: datetime, open_key: Callable[..., bytes]
) -> Iterator[tuple[int, bytes, int]]:
    """A code that is really committed: its municipality, its hash and what it asks."""
    engine = db.connect(database_url)
    with db.transaction() as session:
        stevns = municipalities.establish(
            session, slug="stevns", name="Stevns", phone="1", sms_sender="Stevns", now=now
        )
        open_key(session, stevns)
        team = session.scalars(select(Team).where(Team.name == "Ydelse")).one()
        here = QuestionnaireVersion.questionnaire_id == team.questionnaire_id
        version = session.scalars(select(QuestionnaireVersion.id).where(here)).one()
        hashed = made(session, team, now)[0]
    yield stevns.id, hashed, version
    engine.dispose()


def test_of_two_posts_at_once_one_is_an_answer(committed: tuple[int, bytes, int], now: datetime) -> None:
    """Eight at once, in transactions of their own: one true, one ballot."""
    together = Barrier(8)

    def post(_number: int) -> bool:
        together.wait()
        with db.transaction() as session:
            return onsite.submit(session, *committed, FIVE, now)

    with ThreadPoolExecutor(8) as crew:
        assert sorted(crew.map(post, range(8))) == [False] * 7 + [True]
    with db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Ballot)) == 1
