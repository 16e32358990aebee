"""The page of pauses: what a caseworker types is never kept, and a manager sees numbers alone."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from admin.pauses import identifier
from survey import config, meetings, pauses, workdays
from survey.config import Settings
from survey.models import AccessLog, Municipality, Pause, Staff, Team

Enter = Callable[..., FlaskClient]
Employ = Callable[..., Staff]


@pytest.fixture
def caseworker(session: Session, stevns: Municipality, employ: Employ, enter: Enter) -> FlaskClient:
    """The browser of a caseworker of Ydelse."""
    return enter(employ(session, stevns, "caseworker", "Ydelse"), stevns)


@pytest.fixture
def team_id(session: Session) -> int:
    """The number of Ydelse."""
    return session.scalars(select(Team.id).where(Team.name == "Ydelse")).one()


@pytest.fixture
def good(team_id: int) -> dict[str, object]:
    """What a caseworker sends to pause a citizen."""
    return {"kind": "citizen", "who": " B-1234 ", "reason": "illness", "days": "14", "team_id": team_id}


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("citizen", " B-1234 ", "B-1234"),
        ("mobile", "20 12 34 56", "+4520123456"),
        ("mobile", "+45 2012 3456", "+4520123456"),
        ("email", " Ane@Borger.DK", "ane@borger.dk"),
        ("email", "Ane@Æble.dk", "ane@xn--ble-xla.dk"),
        ("citizen", "010190-1234", None),
        ("mobile", "0101901234", None),
        ("mobile", "12", None),
        ("email", "ane(a)borger.dk", None),
        ("email", "010190-1234@borger.dk", None),
        ("citizen", "b" * 101, None),
        ("citizen", " ", None),
        ("name", "Ane", None),
    ],
)
def test_what_is_typed_is_read_as_the_import_reads_it(kind: str, typed: str, kept: str | None) -> None:
    """So that the two fingerprints are the same; None where it is no such thing."""
    assert identifier(kind, typed) == kept


def test_a_pause_keeps_a_fingerprint_alone(
    caseworker: FlaskClient, session: Session, stevns: Municipality, good: dict[str, object], settings: Settings
) -> None:
    """The import's own; neither the list, the address nor any table has what was typed."""
    answer = caseworker.post("/pauser", data=good)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/pauser")
    page = caseworker.get("/pauser").text
    assert "Pausen er gemt. Borgeren bliver ikke spurgt i 2 uger." in page
    assert "Sygdom" in page
    assert "B-1234" not in page
    key = config.secret(settings.fingerprint_key_file)
    kept = session.scalars(select(Pause)).one()
    assert kept.fingerprint == meetings.fingerprint(key, stevns.id, "citizen", "B-1234")
    assert kept.until_on == workdays.day(workdays.now()) + timedelta(days=14)
    assert "B-1234" not in str(session.execute(text("SELECT string_agg(p::text, '') FROM pause p")).one())


def test_every_step_is_logged_without_the_citizen(
    caseworker: FlaskClient, session: Session, good: dict[str, object]
) -> None:
    """Pausing, looking and ending, each by the number of the pause."""
    caseworker.post("/pauser", data=good)
    number = session.scalars(select(Pause.id)).one()
    caseworker.get("/pauser")
    caseworker.post(f"/pauser/{number}/ophaev")
    logged = session.execute(select(AccessLog.action, AccessLog.subject).order_by(AccessLog.id)).all()
    assert [tuple(row) for row in logged] == [
        ("pause citizen", f"pause {number}"),
        ("list pauses", f"pauses {number}"),
        ("end pause", f"pause {number}"),
    ]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"who": ""}, "Borgeren: Skriv borgerens id, mobilnummer eller e-mail."),
        ({"who": "010190-1234"}, "Borgeren: Det ligner et CPR-nummer."),
        ({"kind": "mobile", "who": "010190 1234"}, "Borgeren: Det ligner et CPR-nummer."),
        ({"kind": "mobile", "who": "tyve"}, "Borgeren: Skriv et telefonnummer, fx 20 12 34 56"),
        ({"kind": "email", "who": "ane"}, "Borgeren: Skriv én e-mailadresse"),
        ({"who": "b" * 101}, "Borgeren: Skriv id’et, som det står i fagsystemet"),
        ({"kind": "name"}, "Hvad kender du borgeren på?: Vælg en af mulighederne."),
        ({"reason": ""}, "Årsag: Vælg en årsag."),
        ({"reason": "lazy"}, "Årsag: Vælg en af mulighederne."),
        ({"days": "365"}, "Hvor længe: Vælg en af mulighederne."),
        ({"team_id": "999999"}, "Team: Vælg en af mulighederne."),
    ],
)
def test_a_wrong_pause_is_refused_with_its_remedy(
    caseworker: FlaskClient, session: Session, good: dict[str, object], changed: dict[str, object], message: str
) -> None:
    """422 with the field and what to write; a CPR number is not even sent back."""
    answer = caseworker.post("/pauser", data=good | changed)
    assert answer.status_code == 422
    assert message in answer.text.replace("&#39;", "’")
    assert "010190" not in answer.text
    assert session.scalars(select(Pause)).all() == []


def test_the_page_says_the_same_of_a_citizen_nobody_knows(
    caseworker: FlaskClient,
    session: Session,
    good: dict[str, object],
    settings: Settings,
    stevns: Municipality,
    invite: Callable[..., int],
) -> None:
    """Known or not, the answer and the page after it are alike."""
    invite(session, stevns)
    key = config.secret(settings.fingerprint_key_file)
    known = meetings.fingerprint(key, stevns.id, "citizen", "B-1234")
    session.execute(text("UPDATE meeting SET citizen = :known"), {"known": known})
    pages = []
    for who in ("B-1234", "nobody"):
        caseworker.post("/pauser", data=good | {"who": who})
        pages.append(caseworker.get("/pauser").text)
        session.execute(text("DELETE FROM pause"))
    first, second = (re.sub(r'/pauser/\d+/|name="csrf_token" value="[^"]+"', "", page) for page in pages)
    assert first == second


def test_only_the_own_teams_pauses_are_ended(
    caseworker: FlaskClient,
    session: Session,
    stevns: Municipality,
    employ: Employ,
    enter: Enter,
    good: dict[str, object],
) -> None:
    """404 for another team's, for one already ended, and for a number no pause can have."""
    caseworker.post("/pauser", data=good)
    number = session.scalars(select(Pause.id)).one()
    other = enter(employ(session, stevns, "caseworker", "Opfølgning", "ole@stevns.dk"), stevns)
    assert "Sygdom</h3>" not in other.get("/pauser").text
    assert other.post("/pauser", data=good).status_code == 422
    assert other.post(f"/pauser/{number}/ophaev").status_code == 404
    assert "Pausen er ophævet." in caseworker.post(f"/pauser/{number}/ophaev", follow_redirects=True).text
    assert caseworker.post(f"/pauser/{number}/ophaev").status_code == 404
    assert caseworker.post(f"/pauser/{2**63}/ophaev").status_code == 404


def test_a_citizens_pauses_are_ended_without_telling_whether_there_were_any(
    caseworker: FlaskClient, session: Session, good: dict[str, object]
) -> None:
    """By id, mobile or e-mail; another citizen's stay, and a CPR number is refused here too."""
    for who in ("B-1", "B-1", "B-2"):
        caseworker.post("/pauser", data=good | {"who": who})
    for who in ("B-1", "B-1", "nobody"):
        answer = caseworker.post("/pauser/ophaev", data={"kind": "citizen", "who": who}, follow_redirects=True)
        assert "Havde borgeren en pause i dit team, er den ophævet." in answer.text
    assert session.scalar(select(func.count()).where(Pause.ended_at.is_(None))) == 1
    refused = caseworker.post("/pauser/ophaev", data={"kind": "citizen", "who": "010190-1234"})
    assert refused.status_code == 422
    assert "Det ligner et CPR-nummer." in refused.text
    assert "010190" not in refused.text


def test_whoever_works_in_two_teams_chooses_one(
    caseworker: FlaskClient, session: Session, stevns: Municipality, employ: Employ, good: dict[str, object]
) -> None:
    """The list then says which team's pause it is."""
    employ(session, stevns, "caseworker", "Opfølgning")
    assert '<select id="team_id"' in caseworker.get("/pauser").text
    other = session.scalars(select(Team.id).where(Team.name == "Opfølgning")).one()
    page = caseworker.post("/pauser", data=good | {"team_id": other}, follow_redirects=True).text
    assert "<dt>Team</dt><dd>Opfølgning</dd>" in page


def test_a_manager_sees_numbers_alone(
    session: Session,
    stevns: Municipality,
    employ: Employ,
    enter: Enter,
    invite: Callable[..., int],
    caseworker: FlaskClient,
    good: dict[str, object],
) -> None:
    """Totals beside the meetings held, reasons from five up; no form, no list, no end."""
    for reason in ("illness",) * 6 + ("sanction",):
        caseworker.post("/pauser", data=good | {"reason": reason})
    manager = enter(employ(session, stevns, "manager"), stevns)
    page = manager.get("/pauser").text
    assert '<th scope="row">Ydelse</th>' in page
    assert '<td class="n">færre end 5</td><td class="n">7</td><td class="n">–</td><td class="n">7</td>' in page
    assert "<dt>Sygdom</dt><dd>6</dd>" in page
    assert "<dt>Sanktion</dt><dd>færre end 5</dd>" in page
    assert "Ophæv" not in page
    assert "Ny pause" not in page
    assert manager.post("/pauser", data=good).status_code == 403
    assert manager.post("/pauser/1/ophaev").status_code == 403


def test_the_number_of_pauses_is_set_beside_the_meetings(
    session: Session, stevns: Municipality, employ: Employ, enter: Enter, team_id: int
) -> None:
    """One pause on eight meetings is 12,5 for a hundred."""
    person, now = employ(session, stevns, "manager", "Ydelse"), workdays.now()
    columns = "municipality_id, fingerprint, citizen, team_id, held_on, status, decision, decided_at"
    held = f"INSERT INTO meeting ({columns})"
    values = "SELECT :m, sha256(n::text::bytea), sha256(n::text::bytea), :t, :day, 'held', 'invited', :now"
    place = {"m": stevns.id, "t": team_id, "day": workdays.day(now), "now": now}
    session.execute(text(f"{held} {values} FROM generate_series(1, 8) AS n"), place)
    made = {"team_id": team_id, "fingerprint": bytes(32), "staff_id": person.id, "now": now}
    pauses.pause(session, stevns.id, reason="other", days=14, **made)  # type: ignore[arg-type]  # a test's shorthand
    page = enter(person, stevns).get("/pauser").text
    assert '<td class="n">8</td><td class="n">1</td><td class="n">12,5</td><td class="n">1</td>' in page
    assert "Opfølgning" not in page


def test_a_manager_of_no_team_in_use_sees_none(
    session: Session, stevns: Municipality, employ: Employ, enter: Enter
) -> None:
    """Said plainly."""
    manager = enter(employ(session, stevns, "manager"), stevns)
    session.execute(text("UPDATE team SET active = false"))
    assert "Ingen teams endnu." in manager.get("/pauser").text


def test_an_administrator_has_no_pauses(
    session: Session, stevns: Municipality, employ: Employ, enter: Enter
) -> None:
    """Neither page nor menu."""
    admin = enter(employ(session, stevns, "administrator"), stevns)
    assert admin.get("/pauser").status_code == 403
    assert 'href="/pauser"' not in admin.get("/team").text


def test_pausing_needs_the_pages_token(
    app: Flask, caseworker: FlaskClient, session: Session, good: dict[str, object]
) -> None:
    """A form of another site pauses nobody."""
    app.config["WTF_CSRF_ENABLED"] = True
    assert caseworker.post("/pauser", data=good).status_code == 400
    assert session.scalars(select(Pause)).all() == []


def test_both_roles_see_one_menu_line(
    session: Session, stevns: Municipality, employ: Employ, enter: Enter
) -> None:
    """A caseworker who also leads a team."""
    employ(session, stevns, "caseworker", "Ydelse", "bo@stevns.dk")
    both = enter(employ(session, stevns, "manager", "Ydelse", "bo@stevns.dk"), stevns)
    assert both.get("/pauser").text.count('href="/pauser"') == 1
