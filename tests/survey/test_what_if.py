"""What if the rule were another: years small enough to be counted by hand."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import astuple, replace
from datetime import date, datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from survey import blocks, eligibility, municipalities, sending_rules, what_if
from survey.models import Meeting, Municipality, Participation, QuestionnaireVersion, Team
from survey.samplings import Sampling
from survey.sending_rules import DEFAULT
from survey.waves import Wave

WAVES = replace(DEFAULT, sampling="waves")
TODAY = date(2021, 5, 11)
Hold = Callable[..., None]


@pytest.fixture
def hold(session: Session, stevns: Municipality, now: datetime) -> Hold:
    """`hold("Ydelse", "ane", date, …, decision="invited", status="held")`: that citizen's meetings."""

    def make(team: str, citizen: str, *days: date, decision: str = "invited", status: str = "held") -> None:
        team_id = session.scalars(
            select(Team.id).where(Team.municipality_id == stevns.id, Team.name == team)
        ).one()
        rows = [
            {
                "municipality_id": stevns.id,
                "fingerprint": sha256(f"{team}{citizen}{day}".encode()).digest(),
                "citizen": sha256(citizen.encode()).digest(),
                "team_id": team_id,
                "held_on": day,
                "status": status,
                "decision": decision,
                "decided_at": now,
            }
            for day in days
        ]
        session.execute(insert(Meeting), rows)

    return make


@pytest.fixture
def answer(session: Session, stevns: Municipality, now: datetime) -> Hold:
    """`answer("Ydelse", weeks ago, sent, answered, closed=True)`: a week as it was counted, and the night."""

    def make(team: str, ago: int, sent: int, answered: int, *, closed: bool = True) -> None:
        found = session.scalars(select(Team).where(Team.municipality_id == stevns.id, Team.name == team)).one()
        version = select(QuestionnaireVersion.id).where(
            QuestionnaireVersion.municipality_id == stevns.id,
            QuestionnaireVersion.questionnaire_id == found.questionnaire_id,
        )
        row = Participation(municipality_id=stevns.id, team_id=found.id, version_id=session.scalars(version).one())
        row.week = date(2021, 5, 10) - timedelta(weeks=ago)
        row.invited, row.sent, row.answered, row.unknown, row.delivered = sent, sent, answered, 0, 0
        row.closed = closed
        session.add(row)
        session.flush()
        blocks.tell(session, stevns.id, now)

    return make


def told(found: Sequence[what_if.Forecast]) -> dict[str | None, tuple[str, ...]]:
    """Law → invitations, citizens, answers."""
    return {each.law: astuple(each)[1:] for each in found}


def tally(meetings: Sequence[tuple[str, date, str]], *rule: object) -> tuple[float, float]:
    """Expected invitations and citizens in all of meetings written as (citizen, day, law)."""
    rows = sorted((who.encode(), day, law) for who, day, law in meetings)
    whole = what_if.replay(rows, *rule)[None]  # type: ignore[arg-type]  # plain tuples for rows
    return round(whole.invitations, 6), round(whole.citizens, 6)


@pytest.mark.parametrize(("apart", "expected"), [(32, 1), (33, 2), (34, 2)])
def test_quiet_days_begin_three_days_after_the_invitation(apart: int, expected: int) -> None:
    """With 30 quiet days the reminder on day 3 keeps meetings up to day 32 out; day 33 is asked again."""
    first = date(2021, 1, 4)
    meetings = [("ane", first, "LAS"), ("ane", first + timedelta(apart), "LAS")]
    assert tally(meetings, DEFAULT, ()) == (expected, 1)


def test_one_citizen_is_asked_once_whatever_the_teams() -> None:
    """Ane meets both law groups in a week and is asked by the first; Bo meets one."""
    week = [("ane", date(2021, 1, 4), "LAS"), ("ane", date(2021, 1, 7), "LAB"), ("bo", date(2021, 1, 7), "LAB")]
    assert tally(week, DEFAULT, ()) == (2, 2)


def test_whoever_is_not_asked_keeps_nobody_waiting() -> None:
    """Quiet days run from the last invitation, not from the last meeting: days 0, 20, 40 ask on 0 and 40."""
    days = [("ane", date(2021, 1, 4) + timedelta(after), "LAS") for after in (0, 20, 40)]
    assert tally(days, DEFAULT, ()) == (2, 1)


def test_a_share_is_drawn_anew_each_week() -> None:
    """Half of sixteen citizens, met in two weeks far apart: eight invitations each time, twelve citizens."""
    days = (date(2021, 1, 4), date(2021, 3, 4))
    meetings = [(who, day, "LAS") for who in "abcdefghijklmnop" for day in days]
    assert tally(meetings, replace(DEFAULT, sampling="share", share=50), ()) == (16, 12)


def test_whoever_is_not_drawn_may_be_drawn_next_week() -> None:
    """Half of eight in the first week, half of the other four in the second: six invitations to six citizens."""
    meetings = [(who, day, "LAS") for who in "abcdefgh" for day in (date(2021, 1, 4), date(2021, 1, 11))]
    assert tally(meetings, replace(DEFAULT, sampling="share", share=50), ()) == (6, 6)


def test_a_draw_holds_for_the_whole_week() -> None:
    """Two meetings in one week are no second chance: half of eight."""
    meetings = [(who, day, "LAS") for who in "abcdefgh" for day in (date(2021, 1, 4), date(2021, 1, 6))]
    assert tally(meetings, replace(DEFAULT, sampling="share", share=50), ()) == (4, 4)


def test_the_forecast_is_what_the_imports_own_draw_gives() -> None:
    """A thousand citizens met in two weeks, drawn by `eligibility.not_drawn`: within 5 % of the expected 640."""
    rule, sampling = replace(DEFAULT, sampling="share", share=40), Sampling(kind="share", share=40)
    people = [sha256(bytes([n // 250, n % 250])).digest() for n in range(1000)]
    weeks = (date(2021, 1, 4), date(2021, 1, 11))
    asked = [
        any(eligibility.not_drawn(sampling, bytes(32), who, week) is None for week in weeks) for who in people
    ]
    expected = what_if.replay([(who, week, "LAS") for who in people for week in weeks], rule, ())[None]  # type: ignore[misc]  # plain tuples for rows
    assert round(expected.invitations) == 640
    assert abs(sum(asked) - 640) < 32


def test_a_citizen_of_two_laws_counts_in_each_by_the_chance_of_it() -> None:
    """Half are asked by Ydelse in week one; of the rest half by Opfølgning in week two; nobody by both."""
    meetings = [
        (who.encode(), day, law)
        for who in "abcd"
        for day, law in ((date(2021, 1, 4), "LAS"), (date(2021, 1, 11), "LAB"))
    ]
    found = what_if.replay(meetings, replace(DEFAULT, sampling="share", share=50), ())  # type: ignore[arg-type]  # plain tuples for rows
    assert {law: each.citizens for law, each in found.items()} == {"LAS": 2, "LAB": 1, None: 3}


def test_only_meetings_inside_a_wave_count_with_its_share() -> None:
    """Ten citizens met in the wave's week and ten in the week after: half of the first ten."""
    wave = Wave("Forår", date(2022, 3, 7), date(2022, 3, 11), 50)
    meetings = [(f"a{n}", date(2021, 3, 11), "LAS") for n in range(10)]
    meetings += [(f"b{n}", date(2021, 3, 12), "LAS") for n in range(10)]
    assert tally(meetings, WAVES, (wave,)) == (5, 5)


def test_two_waves_of_a_quarter_draw_once() -> None:
    """Four citizens met in both, at 25 % and 50 %: one asked in the first, the same and one more in the second."""
    waves = [Wave(f"{at}", date(2022, at, 1), date(2022, at, 9), share) for at, share in ((4, 25), (6, 50))]
    meetings = [(who, date(2021, month, 5), "LAS") for who in "abcd" for month in (4, 5, 6)]
    assert tally(meetings, WAVES, waves) == (3, 2)


def test_two_waves_draw_twice() -> None:
    """Met in both waves at 50 %: one invitation each on average, and three of four citizens are asked at all."""
    spring = Wave("Forår", date(2022, 3, 1), date(2022, 3, 31), 50)
    autumn = Wave("Efterår", date(2021, 10, 1), date(2021, 10, 31), 50)
    meetings = [(who, day, "LAS") for who in "abcd" for day in (date(2020, 10, 5), date(2021, 3, 8))]
    assert tally(meetings, WAVES, (spring, autumn)) == (4, 3)


def test_a_wave_that_is_over_asks_nobody_next_year() -> None:
    """Only days of the coming year count: last spring's wave does not come again by itself."""
    over = Wave("Sidste forår", date(2021, 3, 1), date(2021, 3, 31), 100)
    assert tally([("ane", date(2021, 3, 8), "LAS")], WAVES, (over,)) == (0, 0)


@pytest.mark.parametrize(
    ("day", "later"),
    [(date(2021, 5, 11), date(2022, 5, 11)), (date(2020, 2, 29), date(2021, 3, 1))],
)
def test_the_year_after_is_the_same_day(day: date, later: date) -> None:
    """A leap day is followed by 1 March."""
    assert what_if.a_year_later(day) == later
    assert what_if.a_year_before(date(2020, 2, 29)) == date(2019, 3, 1)


def test_the_year_is_told_by_law_and_in_all(
    session: Session, stevns: Municipality, hold: Hold, now: datetime
) -> None:
    """Six citizens of Ydelse, seven of Opfølgning, three of them both, and nobody's answers known."""
    for n in range(6):
        hold("Ydelse", f"c{n}", date(2021, 1, 4))
    for n in range(3, 10):
        hold("Opfølgning", f"c{n}", date(2021, 4, 5))
    assert told(what_if.run(session, stevns.id, DEFAULT, (), now)) == {
        "LAB": ("7", "7", "kendes ikke"),
        "LAS": ("6", "6", "kendes ikke"),
        None: ("13", "10", "kendes ikke"),
    }


def test_only_what_a_rule_decides_is_replayed(
    session: Session, stevns: Municipality, hold: Hold, now: datetime
) -> None:
    """Invited, asked recently, not drawn and outside a wave count; other reasons, years and plans do not."""
    for decision in what_if.CANDIDATES:
        hold("Ydelse", decision, date(2021, 4, 6), decision=decision)
    hold("Ydelse", "first day", date(2020, 5, 11))
    for decision in ("opted_out", "paused", "no_channel", "too_old"):
        hold("Ydelse", decision, date(2021, 4, 6), decision=decision)
    hold("Ydelse", "booked", date(2021, 4, 6), decision="asked_recently", status="booked")
    hold("Ydelse", "too early", date(2020, 5, 10))
    hold("Ydelse", "today", TODAY)
    assert told(what_if.run(session, stevns.id, DEFAULT, (), now))["LAS"][:2] == ("5", "5")


def test_answers_are_expected_at_the_municipalitys_own_rate(
    session: Session, stevns: Municipality, hold: Hold, answer: Hold, now: datetime
) -> None:
    """20 of 50 answered in Ydelse's closed weeks: of ten invitations four, too few to say; of twenty, eight."""
    answer("Ydelse", 9, 50, 20)
    answer("Ydelse", 2, 60, 60, closed=False)
    hold("Ydelse", "one of ten", *(date(2020, 6, 1) + timedelta(33 * n) for n in range(10)))
    assert told(what_if.run(session, stevns.id, DEFAULT, (), now))["LAS"] == ("10", "færre end 5", "færre end 5")
    hold("Ydelse", "one of twenty", *(date(2020, 6, 1) + timedelta(33 * n) for n in range(10)))
    assert told(what_if.run(session, stevns.id, DEFAULT, (), now))["LAS"][2] == "8"
    assert what_if.basis(session, stevns.id, now).rates["LAS"] == what_if.Rate(20, 50)


def test_all_answers_are_known_when_each_group_with_invitations_is(
    session: Session, stevns: Municipality, hold: Hold, answer: Hold, now: datetime
) -> None:
    """Opfølgning has neither meetings nor a rate: nothing is expected there, and the whole is not shown for it."""
    answer("Ydelse", 9, 50, 25)
    for n in range(20):
        hold("Ydelse", f"c{n}", date(2021, 4, 6))
    found = told(what_if.run(session, stevns.id, DEFAULT, (), now))
    assert found["LAS"] == ("20", "20", "10")
    assert found["LAB"] == ("færre end 5",) * 3
    assert found[None] == ("vises ikke",) * 3


def test_a_rate_that_would_tell_too_much_is_no_rate(
    session: Session, stevns: Municipality, answer: Hold, now: datetime
) -> None:
    """Nobody of nine answered: the dashboard would not print it, so nothing is multiplied by it."""
    answer("Ydelse", 9, 9, 0)
    assert what_if.basis(session, stevns.id, now).rates["LAS"].share is None


def test_a_week_that_waits_for_others_is_left_out(
    session: Session, stevns: Municipality, answer: Hold, now: datetime
) -> None:
    """A block of the dashboard is counted whole or not at all, and an open week is in none."""
    answer("Ydelse", 9, 40, 20)
    answer("Ydelse", 3, 3, 2)
    answer("Ydelse", 2, 30, 12, closed=False)
    assert what_if.basis(session, stevns.id, now).rates["LAS"] == what_if.Rate(20, 40)


def test_one_law_group_alone_is_the_whole(
    session: Session, hold: Hold, stevns: Municipality, now: datetime
) -> None:
    """A group without teams has no line, and a single group hides nothing from itself."""
    only = {"Ydelse": ("LAS", "ydelse")}
    faxe = municipalities.establish(session, slug="f", name="F", phone="1", sms_sender="F", now=now, teams=only)
    hold("Ydelse", "of Stevns", date(2021, 4, 6))
    found = told(what_if.run(session, faxe.id, DEFAULT, (), now))
    assert found == dict.fromkeys(("LAS", None), ("færre end 5",) * 3)


def test_no_team_gives_an_empty_year(session: Session, now: datetime) -> None:
    """A municipality that has just begun."""
    new = municipalities.establish(session, slug="n", name="N", phone="1", sms_sender="N", now=now, teams={})
    assert told(what_if.run(session, new.id, DEFAULT, (), now)) == {None: ("færre end 5",) * 3}


def test_the_meetings_are_read_in_one_statement(
    session: Session,
    stevns: Municipality,
    hold: Hold,
    now: datetime,
    sql: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    """Reading is the same few statements whatever the number of meetings, and two rules share it."""
    counts = []
    for n in range(2):
        hold("Ydelse", f"c{n}", *(date(2020, 6, 1) + timedelta(day) for day in range(50 * n + 1)))
        with sql() as statements:
            found = what_if.basis(session, stevns.id, now)
            what_if.forecast(found, DEFAULT, ())
            what_if.forecast(found, WAVES, ())
        counts.append(len(statements))
        assert sum("FROM meeting" in each for each in statements) == 1
    assert counts[0] == counts[1] <= 6


def test_a_saved_rule_is_the_one_replayed(session: Session, stevns: Municipality, now: datetime) -> None:
    """What `sending_rules` gives back is what the page compares with."""
    changed = replace(DEFAULT, quiet_days=90, sampling="share", share=40)
    sending_rules.save(session, stevns.id, changed, staff_id=None, now=now)
    assert sending_rules.of(session, stevns.id) == changed
