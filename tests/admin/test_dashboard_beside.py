"""The manager's room beside the points: the waiting room's screen, what answers are about, words, languages."""

import re
from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from admin.side_names import language_name
from survey.models import Comment, Confirmation, Municipality, Staff
from tests.admin.test_dashboard import DAY, Add, grown, send, team_of, words

SPRING = date(2021, 4, 1)
NOTE = "Besvaret på en skærm i venteværelset."
Page = Callable[..., str]


@pytest.fixture
def page(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]
) -> Page:
    """The room as a manager of all teams gets it: `page(query)`."""
    client = enter(employ(session, stevns, "manager"), stevns)
    return lambda query="": client.get(f"/tal{query}").text


def without_ids(text: str) -> str:
    """The words of a page without the ids of its figures."""
    return re.sub(r" [0-9a-z]{4}(-[0-9a-z]{4}){2,}(-[0-9a-z]{1,3})?(?= )", "", text)


def write(session: Session, place: Municipality, n: int, said: str = "Tak for snakken") -> None:
    """`n` comments of Opfølgning in spring 2021, each with its number."""
    of = {"municipality_id": place.id, "law": "LAB", "quarter": SPRING}
    session.add_all(Comment(**of, id=uuid4(), text=f"{said} {number:02}") for number in range(n))
    session.flush()


def test_the_waiting_room_has_a_section_of_its_own(
    session: Session, stevns: Municipality, page: Page, add_batch: Add
) -> None:
    """Two charts, two headings, and a note at the second: why it stands apart and has no response rate."""
    team = team_of(session, stevns)
    send(session, team, date(2021, 5, 3), 60, 30)
    add_batch(team, DAY, [(2,) * 7] * 8)
    assert NOTE not in page()
    add_batch(team, DAY, [(3,) * 7] * 9, mode="onsite")
    html = page()
    remote, onsite = html[html.index("<section") :].split('<section class="series"')[1:3]
    assert "Skemaet Opfølgning</h2>" in remote
    assert "Skemaet Opfølgning, på skærm i venteværelset</h2>" in onsite
    assert (NOTE in remote, NOTE in onsite) == (False, True)
    assert ("n = 8" in remote, "n = 9" in remote, "n = 8" in onsite, "n = 9" in onsite) == (
        True,
        False,
        False,
        True,
    )
    assert ("Svarprocent" in words(remote), "Svarprocent pr. uge" in words(onsite)) == (True, False)
    assert "version" not in words(html)


def test_only_the_screen_is_named_too(session: Session, stevns: Municipality, page: Page, add_batch: Add) -> None:
    """Where nobody was sent anything, the heading says so all the same, and no team has a response rate."""
    for name in ("Jobklar", "Aktivitet"):
        add_batch(grown(session, team_of(session, stevns), name), DAY, [(3,) * 7] * 9, mode="onsite")
    html = page()
    assert "Opfølgning, på skærm i venteværelset</h2>" in html
    few = "Team Gennemsnit n Ved siden af de andre Id Aktivitet 3,0 9 for få svar Jobklar 3,0 9 for få svar"
    assert few in re.sub(r" [0-9a-z]{4}-[0-9a-z-]{9,}", "", words(html))


def test_what_the_answers_are_about_is_a_small_table(
    session: Session, stevns: Municipality, page: Page, add_batch: Add
) -> None:
    """With both numbers; too few are said to be; without such answers there is no table."""
    team = team_of(session, stevns)
    add_batch(team, DAY, [(3,) * 7] * 9)
    assert "Hvad handler svarene om?" not in page()
    add_batch(team, DAY, [(3,) * 7] * 9, tags={"meeting": 4, "law": 3, "both": 2})
    assert "Hvad handler svarene om? Opfølgning Borgeren siger Andel" in words(page())
    assert "der har sagt det Fordelingen vises ikke" in words(page())
    add_batch(team, DAY, [(3,) * 7] * 11, tags={"meeting": 8, "law": 2, "both": 1})
    assert "Mødet 12/20 = 60,0 % Loven 5/20 = 25,0 % Begge dele 3/20 = 15,0 %" in words(page())


def test_citizens_words_stand_there_from_ten_on(
    session: Session, stevns: Municipality, page: Page, add_batch: Add
) -> None:
    """With law group, quarter and how many; nine are nowhere, nor is how many they are."""
    add_batch(team_of(session, stevns), DAY, [(3,) * 7] * 9)
    stevns.asks_comment = True
    write(session, stevns, 9)
    text = words(page())
    assert "Ingen kommentarer at vise i perioden. De kommer frem, når ti ligger sammen." in text
    assert ("Tak for snakken" in text, "9 kommentarer" in text) == (False, False)
    write(session, stevns, 1, "Nu er vi")
    text = words(page())
    assert "Opfølgning, 2. kvartal 2021: 10 kommentarer" in text
    assert [f"Tak for snakken {number:02}" in text for number in range(9)] == [True] * 9


def test_what_a_citizen_writes_is_text(session: Session, stevns: Municipality, page: Page, add_batch: Add) -> None:
    """Nothing in it is markup, and each stands in its own direction."""
    add_batch(team_of(session, stevns), DAY, [(3,) * 7] * 9)
    write(session, stevns, 10, "<script>alert(1)</script>")
    html = page()
    assert "<script>alert" not in html
    assert html.count('<li dir="auto">&lt;script&gt;') == 10


def test_of_very_many_the_page_says_how_many_it_shows(
    session: Session, stevns: Municipality, page: Page, add_batch: Add
) -> None:
    """Two hundred of 205, drawn by lot."""
    add_batch(team_of(session, stevns), DAY, [(3,) * 7] * 9)
    write(session, stevns, 205)
    assert "205 kommentarer Her er 200 af de 205, udtrukket ved lodtrækning." in words(page())


def test_the_scale_is_read_language_by_language(
    session: Session, stevns: Municipality, page: Page, add_batch: Add
) -> None:
    """With both numbers, by the language's Danish name, and only where ten were asked."""
    add_batch(team_of(session, stevns), DAY, [(3,) * 7] * 9)
    assert "Blev skalaen læst rigtigt?" not in page()
    for language, kept, changed in (("da", 45, 5), ("ar", 12, 8)):
        of = {"municipality_id": stevns.id, "quarter": SPRING, "language": language}
        session.add(Confirmation(**of, kept=kept, changed=changed))
    session.flush()
    text = without_ids(words(page()))
    assert "Arabisk 2. kvartal 2021 8/20 = 40,0 % 20 Dansk 2. kvartal 2021 5/50 = 10,0 % 50" in text


def test_words_are_for_who_sees_the_whole_law_group(
    session: Session,
    stevns: Municipality,
    employ: Callable[..., Staff],
    enter: Callable[..., FlaskClient],
    page: Page,
    add_batch: Add,
) -> None:
    """Neither a manager of one team nor a team's own page has them."""
    mine = grown(session, team_of(session, stevns), "Jobklar")
    add_batch(mine, DAY, [(3,) * 7] * 9)
    stevns.asks_comment = True
    write(session, stevns, 10)
    session.add(Confirmation(municipality_id=stevns.id, quarter=SPRING, language="da", kept=10, changed=10))
    session.flush()
    client = enter(employ(session, stevns, "manager", "Jobklar", email="j@x.dk"), stevns)
    for html in (client.get("/tal").text, page(f"?team={mine.id}")):
        assert [said in html for said in ("Hvad borgerne skriver", "Tak for", "Blev skalaen")] == [False] * 3
    assert "Tak for snakken" in page()


@pytest.mark.parametrize(("code", "name"), [("da", "Dansk"), ("ti", "Tigrinya"), ("xx", "Xx")])
def test_languages_have_danish_names(code: str, name: str) -> None:
    """One nobody knows is its code."""
    assert language_name(code) == name
