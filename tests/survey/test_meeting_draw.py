"""Sampling: a share, or waves; nobody can hand-pick, and nobody can draw again."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import eligibility, meeting_files, meetings, models, samplings
from survey.models import Meeting, Municipality
from survey.samplings import EVERYBODY, Sampling
from survey.sending_rules import Rule
from survey.waves import Wave

KEY = b"k" * 32
MONDAY = datetime(2021, 8, 23, 6, 0, tzinfo=UTC)
HEADER = "SamtaleID;BorgerID;Dato;Status;Mobil;Team"
PEOPLE = range(200)


def choose(
    session: Session, municipality: Municipality, rule: Rule, waves: Sequence[Wave] = (), *, days_ago: int = 21
) -> None:
    """Let the municipality choose whom it asks, three weeks ago unless told otherwise."""
    samplings.change(session, municipality.id, rule, waves, staff_id=None, now=MONDAY - timedelta(days_ago))


def take_in(
    session: Session,
    municipality: Municipality,
    prefix: str = "S",
    day: str = "20-08-2021",
    people: Sequence[int] = PEOPLE,
) -> set[int]:
    """Record one meeting of each of 200 citizens; who is invited."""
    rows = [f"{prefix}{n};B{n};{day};Afholdt;{20_000_000 + n};Opfølgning" for n in people]
    sheet = meeting_files.read("\n".join([HEADER, *rows]).encode(), "s.csv")
    meetings.record(session, municipality.id, sheet, file_name="s.csv", fingerprint_key=KEY, now=MONDAY)
    marks = {meetings.fingerprint(KEY, municipality.id, "meeting", f"{prefix}{n}"): n for n in PEOPLE}
    rows_ = session.execute(select(Meeting.fingerprint, Meeting.decision))
    return {marks[mark] for mark, decision in rows_ if mark in marks and decision in ("invited", "asked_recently")}


def test_about_a_share_is_drawn_and_the_others_have_a_reason(session: Session, stevns: Municipality) -> None:
    """The key fixes it: of 200 citizens 40 per cent, give or take."""
    choose(session, stevns, Rule(sampling="share", share=40))
    drawn = take_in(session, stevns)
    assert 60 < len(drawn) < 100
    assert {"invited", "not_sampled"} == set(session.scalars(select(Meeting.decision)))


def test_another_meeting_id_draws_the_same_citizens(session: Session, stevns: Municipality) -> None:
    """Importing again under other ids, for another day of the week, changes nobody's lot."""
    choose(session, stevns, Rule(sampling="share", share=40))
    first = take_in(session, stevns)
    assert first == take_in(session, stevns, "T", "17-08-2021")


def test_another_week_draws_others(session: Session, stevns: Municipality) -> None:
    """A citizen who was not drawn may be another time."""
    choose(session, stevns, Rule(sampling="share", share=40))
    assert take_in(session, stevns) != take_in(session, stevns, "T", "13-08-2021")


def test_a_larger_share_draws_the_same_and_more() -> None:
    """Raising it takes nobody out, and with 100 per cent everybody is in."""
    citizens = [bytes([n]) * 32 for n in PEOPLE]
    by_share = [{c for c in citizens if eligibility.drawn(KEY, c, "week", share)} for share in (10, 50, 100)]
    assert by_share[0] < by_share[1] < by_share[2] == set(citizens)


def test_the_draw_needs_the_key() -> None:
    """Another key draws others: who it will be cannot be told beforehand."""
    citizens = [bytes([n]) * 32 for n in PEOPLE]
    first, second = ([eligibility.drawn(key, c, "week", 50) for c in citizens] for key in (KEY, b"l" * 32))
    assert first != second


def test_outside_every_wave_nobody_is_asked_and_inside_its_share_is(
    session: Session, stevns: Municipality
) -> None:
    """By the day of the meeting, the wave's first and last day included."""
    summer = Wave("Sommer", date(2021, 8, 16), date(2021, 8, 20), 50)
    choose(session, stevns, Rule(sampling="waves"), [summer])
    assert 70 < len(take_in(session, stevns)) < 130
    assert take_in(session, stevns, "T", "15-08-2021") == set()
    assert "outside_wave" in session.scalars(select(Meeting.decision)).all()


@pytest.mark.parametrize("first_on", [date(2021, 6, 30), date(2021, 7, 1), date(2021, 7, 31), date(2021, 8, 19)])
def test_whatever_day_a_wave_begins_the_lot_is_the_same(first_on: date) -> None:
    """It hangs on the meeting's quarter: a wave moved, renamed or made anew gives nobody another lot."""
    held_on, citizens = date(2021, 8, 20), [bytes([n]) * 32 for n in PEOPLE]
    waves = [Wave("A", date(2021, 8, 1), date(2021, 8, 31), 50), Wave("B", first_on, date(2021, 8, 20), 50)]
    each = [Sampling(kind="waves", waves=(wave,)) for wave in waves]
    lots = [[eligibility.not_drawn(sampling, KEY, c, held_on) for c in citizens] for sampling in each]
    assert lots[0] == lots[1]
    assert {None, "not_sampled"} == set(lots[0])


def test_another_quarter_draws_others() -> None:
    """From the first day of January, April, July and October on."""
    sampling = Sampling(kind="waves", waves=(Wave("A", date(2021, 1, 1), date(2021, 12, 31), 50),))
    days = (date(2021, 7, 1), date(2021, 9, 30), date(2021, 10, 1))
    lots = [[eligibility.not_drawn(sampling, KEY, bytes([n]) * 32, day) for n in PEOPLE] for day in days]
    assert lots[0] == lots[1] != lots[2]


def test_a_change_holds_for_no_meeting_that_is_held(session: Session, stevns: Municipality) -> None:
    """The favourites taken in at 100 %, then 1 % chosen for the rest: the rest are asked all the same."""
    choose(session, stevns, Rule(sampling="share", share=100))
    favourites, rest = PEOPLE[:20], PEOPLE[20:]
    assert take_in(session, stevns, people=favourites) == set(favourites)
    choose(session, stevns, Rule(sampling="share", share=1), days_ago=0)
    assert take_in(session, stevns, "T", people=rest) == set(rest)


def test_a_wave_laid_around_a_meeting_afterwards_asks_nobody(session: Session, stevns: Municipality) -> None:
    """Chosen once the meetings are held, however often it is moved: they stay outside every wave."""
    choose(session, stevns, Rule(sampling="waves"), [Wave("A", date(2021, 9, 1), date(2021, 9, 9), 100)])
    for n in range(3):
        late = Wave("A", date(2021, 8, 18 - n), date(2021, 8, 31), 100)
        choose(session, stevns, Rule(sampling="waves"), [late], days_ago=0)
        assert take_in(session, stevns, f"S{n}-") == set()


def test_the_last_choice_of_a_week_holds_from_monday(session: Session, stevns: Municipality) -> None:
    """Until then the one before it; what is chosen again as it was leaves no row."""
    choose(session, stevns, Rule(sampling="share", share=40))
    for share in (1, 99, 99):
        choose(session, stevns, Rule(sampling="share", share=share), days_ago=0)
    history = samplings.of(session, stevns.id)
    assert [(each.from_on, each.share) for each in history] == [(date(2021, 8, 9), 40), (date(2021, 8, 30), 99)]
    days = (date(2021, 8, 8), date(2021, 8, 29), date(2021, 8, 30))
    assert [samplings.on(history, day) for day in days] == [EVERYBODY, *history]


@pytest.mark.parametrize(
    ("broken", "from_on", "share"),
    [
        ("never_for_what_was_held", date(2021, 8, 23), 1),
        ("from_a_monday", date(2021, 8, 31), 1),
        ("share_range", date(2021, 8, 30), 0),
    ],
)
def test_the_table_refuses_a_choice_made_afterwards(
    session: Session, stevns: Municipality, broken: str, from_on: date, share: int
) -> None:
    """By the day in Copenhagen; and one from another day than a Monday, or of nobody."""
    row = models.Sampling(municipality_id=stevns.id, from_on=from_on, sampling="share", share=share, waves=[])
    row.changed_at = MONDAY
    session.add(row)
    with pytest.raises(IntegrityError, match=broken):
        session.flush()


def test_who_asks_everybody_draws_nobody() -> None:
    """The default."""
    assert eligibility.not_drawn(EVERYBODY, KEY, b"c" * 32, date(2021, 8, 20)) is None
