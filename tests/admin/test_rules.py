"""Rules: told in words, changed in a form, seen before they are saved."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import sending_rules, waves, workdays
from survey.config import Settings
from survey.models import AccessLog, Municipality, Staff
from survey.sending_rules import DEFAULT, Rule
from survey.waves import Wave
from survey.workdays import Window

EFFECT = "/regler/virkning"
GOOD: dict[str, object] = {
    "weekdays": ["2", "3", "5"],
    "opens": "10:00",
    "closes": "16.30",
    "delay_minutes": "60",
    "quiet_days": "90",
    "sampling": "share",
    "share": "25",
    "link_mode": "code",
    "host": "svar.stevns.dk",
    "segment_price": "0,25",
}
SPRING = {
    "waves-0-name": "Forår",
    "waves-0-first_on": "2027-03-01",
    "waves-0-last_on": "14-03-2027",
    "waves-0-share": "50",
}


LONGEST = f"svar.{'a' * 35}.dk"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Those of every test, with domains that the operator allows."""
    return replace(settings, hosts=("svar.stevns.dk", "svar.faxe.dk", LONGEST))


@pytest.fixture
def admin(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]
) -> FlaskClient:
    """The administrator's browser."""
    return enter(employ(session, stevns, "administrator"), stevns)


def host(session: Session, municipality: Municipality) -> str | None:
    """The municipality's own host as it is in the database now."""
    session.refresh(municipality)
    return municipality.host


def test_the_rule_is_told_in_words(admin: FlaskClient) -> None:
    """That of a municipality with none of its own, and that nobody can be picked by hand."""
    page = admin.get("/regler").text
    for words in (
        "mandag-fredag kl. 9-18",
        "tidligst 2 timer efter samtalen",
        "højst én gang pr. 30 dage",
        "alle, der har haft en samtale",
        "0,307 kr.",
        "127.0.0.1:5000 (fælles)",
        "Ingen kan vælge eller fravælge enkelte borgere",
    ):
        assert words in page


def test_a_change_is_seen_before_it_is_saved(admin: FlaskClient, session: Session, stevns: Municipality) -> None:
    """The page tells what changes and carries it to the button; nothing is written by looking."""
    page = admin.get(EFFECT, query_string=GOOD).text
    for words in ("tirsdag, onsdag og fredag kl. 10-16.30", "højst én gang pr. 90 dage", "25 %", "svar.stevns.dk"):
        assert words in page
    assert '<input type="hidden" name="closes" value="16.30">' in page
    assert page.count('name="weekdays"') == 3
    assert sending_rules.of(session, stevns.id) == DEFAULT


def test_a_rule_is_saved_and_logged(admin: FlaskClient, session: Session, stevns: Municipality) -> None:
    """The rule, its wave and the host hold from now on; the log names what was changed."""
    answer = admin.post(EFFECT, data=GOOD | SPRING | {"sampling": "waves"}, follow_redirects=True)
    assert "Reglen er gemt" in answer.text
    assert "Forår: 01-03-2027 til 14-03-2027, 50 %" in answer.text
    assert sending_rules.of(session, stevns.id) == Rule(
        window=Window(frozenset({2, 3, 5}), time(10), time(16, 30)),
        delay_minutes=60,
        quiet_days=90,
        sampling="waves",
        share=25,
        link_mode="code",
        segment_price=Decimal("0.25"),
    )
    assert waves.of(session, stevns.id) == (Wave("Forår", date(2027, 3, 1), date(2027, 3, 14), 50),)
    assert host(session, stevns) == "svar.stevns.dk"
    logged = session.execute(select(AccessLog.action, AccessLog.subject)).one()
    assert logged.action == "change sending rule"
    assert logged.subject.split()[-3:] == ["segment_price", "waves", "host"]


def test_an_empty_host_and_a_removed_wave_are_gone(
    admin: FlaskClient, session: Session, stevns: Municipality
) -> None:
    """Links go to the program's own host again, and the other waves stay."""
    stevns.host = "svar.stevns.dk"
    session.flush()
    both = [Wave(name, date(2027, month, 1), date(2027, month, 9), 50) for name, month in (("A", 3), ("B", 4))]
    waves.save(session, stevns.id, both)
    assert "Fjern A" in admin.get("/regler").text
    rows = {f"waves-1-{name}": str(value) for name, value in vars(both[1]).items()}
    gone = {f"waves-0-{name}": str(value) for name, value in vars(both[0]).items()} | {"waves-0-gone": "1"}
    assert admin.post(EFFECT, data=GOOD | rows | gone | {"host": ""}).status_code == 303
    assert waves.of(session, stevns.id) == (both[1],)
    assert host(session, stevns) is None


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"weekdays": []}, "Ugedage: Vælg mindst én ugedag."),
        ({"weekdays": ["8"]}, "Ugedage: Vælg en af mulighederne."),
        ({"opens": "06:59"}, "Fra kl.: Skriv et klokkeslæt fra 07:00 til 21:00."),
        ({"opens": "ti"}, "Fra kl.: Skriv et klokkeslæt"),
        ({"closes": "25:00"}, "Til kl.: Skriv et klokkeslæt"),
        ({"closes": "10:00"}, "Til kl.: Tiden slutter, før den begynder."),
        ({"delay_minutes": "7"}, "Ventetid efter samtalen: Vælg en af mulighederne."),
        ({"quiet_days": "0"}, "Dage mellem to invitationer: Skriv et helt tal fra 1 til 365."),
        ({"quiet_days": "³"}, "Skriv et helt tal fra 1 til 365."),
        ({"sampling": "few"}, "Hvem bliver spurgt?: Vælg en af mulighederne."),
        ({"sampling": "waves"}, "Hvem bliver spurgt?: Skriv mindst én bølge herunder"),
        ({"share": "101"}, "Andel i %: Skriv et helt tal fra 1 til 100."),
        ({"link_mode": "qr"}, "Vælg en af mulighederne."),
        ({"segment_price": "100,001"}, "Pris pr. segment i kr.: Skriv prisen i kroner"),
        ({"segment_price": "gratis"}, "Skriv prisen i kroner"),
        ({"host": "svar.evil.dk"}, "Domæne i links: Vælg en af mulighederne."),
        (SPRING | {"waves-0-name": ""}, "Bølge 1, navn: Skriv et navn på højst 40 tegn"),
        (SPRING | {"waves-0-first_on": "31-02-2027"}, "Bølge 1, første dag: Skriv den første dag"),
        (SPRING | {"waves-0-first_on": "01-03-1999"}, "Bølge 1, første dag: Skriv den første dag"),
        (SPRING | {"waves-0-last_on": "2027-02-01"}, "Bølge 1, sidste dag: Den sidste dag ligger før"),
        (SPRING | {"waves-0-share": ""}, "Bølge 1, andel i %: Skriv et helt tal"),
        (
            SPRING | {name.replace("0", "1", 1): value for name, value in SPRING.items()},
            "Bølge 2, navn: To bølger har samme navn.",
        ),
        (
            SPRING | {name.replace("0", "1", 1): value for name, value in SPRING.items()} | {"waves-1-name": "B"},
            "Bølge 2, første dag: Bølgen overlapper Forår.",
        ),
    ],
)
def test_a_wrong_rule_is_refused_with_its_remedy(
    admin: FlaskClient, session: Session, stevns: Municipality, wrong: dict[str, object], message: str
) -> None:
    """Looked at or posted: 422, the field and what to write; what was typed stays, and nothing is saved."""
    for answer in (admin.get(EFFECT, query_string=GOOD | wrong), admin.post(EFFECT, data=GOOD | wrong)):
        assert answer.status_code == 422
        assert message in answer.text
        assert 'value="90"' in answer.text or "quiet_days" in wrong
    assert sending_rules.of(session, stevns.id) == DEFAULT
    assert waves.of(session, stevns.id) == ()


def test_what_a_post_leaves_out_stays_as_it_is(admin: FlaskClient, session: Session, stevns: Municipality) -> None:
    """Two waves apart are taken; the quiet days nobody mentioned are the present ones."""
    two = SPRING | {"waves-1-name": "B", "waves-1-first_on": "2027-03-15", "waves-1-last_on": "2027-03-15"}
    data = {name: value for name, value in GOOD.items() if name != "quiet_days"} | two | {"waves-1-share": "5"}
    assert admin.post(EFFECT, data=data).status_code == 303
    assert sending_rules.of(session, stevns.id).quiet_days == 30
    assert [wave.name for wave in waves.of(session, stevns.id)] == ["Forår", "B"]


def test_the_longest_host_is_taken(admin: FlaskClient, session: Session, stevns: Municipality) -> None:
    """43 characters, which every shipped text has room for."""
    assert len(LONGEST) == 43
    assert admin.post(EFFECT, data=GOOD | {"host": LONGEST}).status_code == 303
    assert host(session, stevns) == LONGEST


def test_without_values_there_is_no_effect_to_see(admin: FlaskClient) -> None:
    """The address of the effect alone leads back to the form."""
    answer = admin.get(EFFECT)
    assert answer.status_code == 422
    assert "Reglen nu" in answer.text


def test_an_unchanged_rule_is_not_saved_again(admin: FlaskClient) -> None:
    """The page says so and has no button."""
    same = {"weekdays": ["1", "2", "3", "4", "5"], "opens": "9", "closes": "18:00", "segment_price": "0.307"}
    page = admin.get(
        EFFECT,
        query_string=GOOD
        | same
        | {
            "delay_minutes": "120",
            "quiet_days": "30",
            "sampling": "all",
            "share": "100",
            "link_mode": "link",
            "host": "",
        },
    ).text
    assert "Intet: reglen er den samme som nu." in page
    assert "Gem</button>" not in page


@pytest.mark.parametrize(("years", "told"), [(-2, True), (1, False)])
def test_waves_that_are_over_are_told(admin: FlaskClient, years: int, told: bool) -> None:
    """A rule whose last wave has passed asks nobody."""
    year = workdays.day(workdays.now()).year + years
    wave = SPRING | {"waves-0-first_on": f"{year}-03-01", "waves-0-last_on": f"{year}-03-14"}
    page = admin.get(EFFECT, query_string=GOOD | wave | {"sampling": "waves"}).text
    assert ("Alle bølger er forbi." in page) is told


def test_the_form_is_left_and_found_as_it_was(admin: FlaskClient) -> None:
    """ "Ret" leads back with every value in the address, waves too."""
    page = admin.get("/regler", query_string=GOOD | SPRING).text
    for value in ('value="90"', 'value="10:00"', 'value="Forår"', 'value="2027-03-01"'):
        assert value in page


def test_a_rule_set_elsewhere_can_be_shown(
    admin: FlaskClient, session: Session, stevns: Municipality, now: datetime
) -> None:
    """A waiting time and weekdays that no list offers, none at all, and a share."""
    odd = Rule(
        window=Window(frozenset({1, 3}), time(9, 15), time(18)), delay_minutes=45, sampling="share", share=40
    )
    sending_rules.save(session, stevns.id, odd, staff_id=None, now=now)
    page = admin.get("/regler").text
    for words in ("mandag og onsdag kl. 9.15-18", "tidligst 45 minutter efter", "en tilfældig andel på 40 %"):
        assert words in page
    sending_rules.save(session, stevns.id, Rule(delay_minutes=0), staff_id=None, now=now)
    assert "ingen: tidligst, når samtalen er holdt" in admin.get("/regler").text


def test_more_waves_than_there_is_room_for_are_left_out(admin: FlaskClient) -> None:
    """Twelve rows at most, and then no empty one."""
    many = {
        f"waves-{n}-{name}": value
        for n in range(15)
        for name, value in (
            ("name", f"B{n}"),
            ("first_on", f"2027-03-{n + 1:02}"),
            ("last_on", f"2027-03-{n + 1:02}"),
            ("share", "9"),
        )
    }
    page = admin.get("/regler", query_string=GOOD | many).text
    assert 'value="B11"' in page
    assert 'value="B12"' not in page
    assert "Bølge 13" not in page


@pytest.mark.parametrize("role", ["caseworker", "manager"])
def test_only_an_administrator_changes_rules(
    role: str,
    session: Session,
    stevns: Municipality,
    employ: Callable[..., Staff],
    enter: Callable[..., FlaskClient],
) -> None:
    """403 for the form, the effect and the saving."""
    other = enter(employ(session, stevns, role, "Ydelse"), stevns)
    assert other.get("/regler").status_code == 403
    assert other.get(EFFECT, query_string=GOOD).status_code == 403
    assert other.post(EFFECT, data=GOOD).status_code == 403


def test_saving_needs_the_pages_token(
    app: Flask, admin: FlaskClient, session: Session, stevns: Municipality
) -> None:
    """A form of another site changes nothing."""
    app.config["WTF_CSRF_ENABLED"] = True
    assert admin.post(EFFECT, data=GOOD).status_code == 400
    assert "csrf_token" not in admin.get("/regler").text.partition("<main")[2]
    assert sending_rules.of(session, stevns.id) == DEFAULT
