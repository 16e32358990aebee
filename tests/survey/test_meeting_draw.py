"""Sampling: a share, or waves; nobody can hand-pick, and nobody can draw again."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import eligibility, meeting_files, meetings, sending_rules, waves
from survey.models import Meeting, Municipality
from survey.sending_rules import Rule
from survey.waves import Wave

KEY = b"k" * 32
MONDAY = datetime(2021, 8, 23, 6, 0, tzinfo=UTC)
HEADER = "SamtaleID;BorgerID;Dato;Status;Mobil;Team"
PEOPLE = range(200)


def take_in(session: Session, municipality: Municipality, prefix: str = "S", day: str = "20-08-2021") -> set[int]:
    """Record one meeting of each of 200 citizens; who is invited."""
    rows = [f"{prefix}{n};B{n};{day};Afholdt;{20_000_000 + n};Opfølgning" for n in PEOPLE]
    sheet = meeting_files.read("\n".join([HEADER, *rows]).encode(), "s.csv")
    meetings.record(session, municipality.id, sheet, file_name="s.csv", fingerprint_key=KEY, now=MONDAY)
    marks = {meetings.fingerprint(KEY, municipality.id, "meeting", f"{prefix}{n}"): n for n in PEOPLE}
    rows_ = session.execute(select(Meeting.fingerprint, Meeting.decision))
    return {marks[mark] for mark, decision in rows_ if mark in marks and decision in ("invited", "asked_recently")}


def test_about_a_share_is_drawn_and_the_others_have_a_reason(session: Session, stevns: Municipality) -> None:
    """The key fixes it: of 200 citizens 40 per cent, give or take."""
    sending_rules.save(session, stevns.id, Rule(sampling="share", share=40), staff_id=None, now=MONDAY)
    drawn = take_in(session, stevns)
    assert 60 < len(drawn) < 100
    assert {"invited", "not_sampled"} == set(session.scalars(select(Meeting.decision)))


def test_another_meeting_id_draws_the_same_citizens(session: Session, stevns: Municipality) -> None:
    """Importing again under other ids, for another day of the week, changes nobody's lot."""
    sending_rules.save(session, stevns.id, Rule(sampling="share", share=40), staff_id=None, now=MONDAY)
    first = take_in(session, stevns)
    assert first == take_in(session, stevns, "T", "17-08-2021")


def test_another_week_draws_others(session: Session, stevns: Municipality) -> None:
    """A citizen who was not drawn may be another time."""
    sending_rules.save(session, stevns.id, Rule(sampling="share", share=40), staff_id=None, now=MONDAY)
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
    sending_rules.save(session, stevns.id, Rule(sampling="waves"), staff_id=None, now=MONDAY)
    waves.save(session, stevns.id, [Wave("Forår", date(2021, 8, 16), date(2021, 8, 20), 50)])
    assert 70 < len(take_in(session, stevns)) < 130
    assert take_in(session, stevns, "T", "15-08-2021") == set()
    assert "outside_wave" in session.scalars(select(Meeting.decision)).all()


@pytest.mark.parametrize(
    "changed",
    [
        Wave("Nyt navn", date(2021, 8, 1), date(2021, 8, 31), 50),
        Wave("A", date(2021, 8, 9), date(2021, 8, 20), 50),
    ],
)
def test_a_wave_made_anew_draws_the_same(changed: Wave) -> None:
    """Another name, another day or deleted and made again: nobody gets a second lot in the same month."""
    wave, rule = Wave("A", date(2021, 8, 1), date(2021, 8, 31), 50), Rule(sampling="waves")
    citizens = [bytes([n]) * 32 for n in PEOPLE]
    held_on = date(2021, 8, 20)
    lots = [[eligibility.not_drawn(rule, [each], KEY, c, held_on) for c in citizens] for each in (wave, changed)]
    assert lots[0] == lots[1]
    assert {None, "not_sampled"} == set(lots[0])


def test_who_asks_everybody_draws_nobody() -> None:
    """The default."""
    assert eligibility.not_drawn(Rule(), [], KEY, b"c" * 32, date(2021, 8, 20)) is None
