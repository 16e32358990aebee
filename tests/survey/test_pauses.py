"""Pauses: made, ended, listed for the team and counted for managers."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import municipalities, pauses
from survey.models import Municipality, Pause, Staff, Team

ANE = bytes(32)
Make = Callable[..., int]


@pytest.fixture
def teams(session: Session, stevns: Municipality) -> dict[str, int]:
    """Team → id."""
    return {row.name: row.id for row in session.scalars(select(Team).where(Team.municipality_id == stevns.id))}


@pytest.fixture
def make(
    session: Session,
    stevns: Municipality,
    teams: dict[str, int],
    now: datetime,
    employ: Callable[..., Staff],
) -> Make:
    """`make(team="Ydelse", reason="illness", days=14, at=now)` pauses a citizen: the pause's id."""
    person = employ(session, stevns, "caseworker", "Ydelse")

    def pause(team: str = "Ydelse", reason: str = "illness", days: int = 14, at: datetime = now) -> int:
        place = {"team_id": teams[team], "fingerprint": ANE, "staff_id": person.id, "now": at}
        return pauses.pause(session, stevns.id, reason=reason, days=days, **place)  # type: ignore[arg-type]  # a test's shorthand

    return pause


def test_a_pause_lasts_from_today_to_its_last_day(
    session: Session, stevns: Municipality, teams: dict[str, int], make: Make, now: datetime
) -> None:
    """Two weeks from 11 May is 25 May, that day included; the list says who made it and not about whom."""
    number = make(days=14)
    mine = [teams["Ydelse"]]
    expected = pauses.ActivePause(number, "Ydelse", "illness", date(2021, 5, 11), date(2021, 5, 25), "Caseworker")
    assert pauses.active(session, stevns.id, mine, now) == [expected]
    assert len(pauses.active(session, stevns.id, mine, now + timedelta(days=14))) == 1
    assert pauses.active(session, stevns.id, mine, now + timedelta(days=15)) == []


def test_the_day_is_copenhagens(session: Session, stevns: Municipality, make: Make, now: datetime) -> None:
    """At half past midnight in Copenhagen it is still yesterday in UTC."""
    number = make(at=now.replace(hour=22, minute=30))
    assert session.get_one(Pause, (stevns.id, number)).from_on == date(2021, 5, 12)


def test_a_pause_is_ended_once_by_its_team(
    session: Session, stevns: Municipality, teams: dict[str, int], make: Make, now: datetime
) -> None:
    """Another team, another municipality, and whoever comes second, change nothing."""
    number, later = make(), now + timedelta(hours=1)
    ydelse, other = [teams["Ydelse"]], [teams["Opfølgning"]]
    faxe = municipalities.establish(session, slug="f", name="Faxe", phone="1", sms_sender="F", now=now)
    assert not pauses.end(session, stevns.id, number, team_ids=other, now=later)
    assert not pauses.end(session, faxe.id, number, team_ids=ydelse, now=later)
    assert pauses.end(session, stevns.id, number, team_ids=ydelse, now=later)
    assert not pauses.end(session, stevns.id, number, team_ids=ydelse, now=later)
    assert pauses.active(session, stevns.id, ydelse, later) == []


def test_the_list_is_the_teams_own(
    session: Session, stevns: Municipality, teams: dict[str, int], make: Make, now: datetime
) -> None:
    """In the order in which they end; other teams' are not there."""
    late, early = make(days=30), make(days=14)
    make(team="Opfølgning")
    assert [each.id for each in pauses.active(session, stevns.id, [teams["Ydelse"]], now)] == [early, late]


@pytest.mark.parametrize("wrong", [{"reason": "no reason"}, {"days": 367}])
def test_the_table_refuses_what_no_list_offers(session: Session, make: Make, wrong: dict[str, object]) -> None:
    """A reason of one's own, or more than a year."""
    with pytest.raises(IntegrityError):
        make(**wrong)


def test_a_team_is_counted_beside_its_meetings(
    session: Session, stevns: Municipality, make: Make, invite: Callable[..., int], now: datetime
) -> None:
    """Three pauses, one ended and one more than a year old; two meetings held. Every reason is there."""
    ended = make()
    make(reason="sanction")
    make(at=now - timedelta(days=366))
    pauses.end(session, stevns.id, ended, team_ids=[session.get_one(Pause, (stevns.id, ended)).team_id], now=now)
    for _ in range(2):
        invite(session, stevns)
    found = {each.team: each for each in pauses.counts(session, stevns.id, now)}
    assert list(found) == ["Opfølgning", "Ydelse"]
    ydelse = found["Ydelse"]
    assert (ydelse.total, ydelse.active, ydelse.held) == (2, 1, 2)
    assert set(ydelse.reasons.values()) == {"færre end 5"}
    assert (found["Opfølgning"].total, found["Opfølgning"].held) == (0, 0)


def test_a_team_out_of_use_is_counted_while_it_has_pauses(
    session: Session, stevns: Municipality, teams: dict[str, int], make: Make, now: datetime
) -> None:
    """Else it is not there."""
    for name in teams:
        session.get_one(Team, (stevns.id, teams[name])).active = False
    make()
    assert [each.team for each in pauses.counts(session, stevns.id, now)] == ["Ydelse"]


FEW = "færre end 5"


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ({"illness": 12, "sanction": 2}, {"illness": "12", "sanction": FEW, "other": FEW}),
        # One small number beside five large: the smallest of the large is withheld with it.
        (
            {"illness": 9, "bereavement": 8, "sanction": 7, "hearing": 6, "own_wish": 5, "other": 1},
            {"illness": "9", "bereavement": "8", "sanction": "7", "hearing": "6", "own_wish": "vises ikke"},
        ),
        # Eight in two small ones can only be four and four.
        (
            {"illness": 9, "bereavement": 8, "sanction": 7, "hearing": 6, "own_wish": 4, "other": 4},
            {"hearing": "vises ikke", "own_wish": FEW, "other": FEW},
        ),
        (
            dict.fromkeys(("illness", "bereavement", "sanction", "hearing", "own_wish", "other"), 4),
            {"illness": FEW},
        ),
        (
            dict.fromkeys(("illness", "bereavement", "sanction", "hearing", "own_wish", "other"), 5),
            {"illness": "5"},
        ),
    ],
)
def test_no_small_count_can_be_found_from_the_total(
    session: Session,
    stevns: Municipality,
    make: Make,
    now: datetime,
    numbers: dict[str, int],
    expected: dict[str, str],
) -> None:
    """The total is exact, so a reason with fewer than five never stands alone."""
    for reason, n in numbers.items():
        for _ in range(n):
            make(reason=reason)
    found = next(each for each in pauses.counts(session, stevns.id, now) if each.team == "Ydelse")
    assert found.total == sum(numbers.values())
    assert found.reasons.items() >= expected.items()
