"""The manager's room by language, channel, message, target group and meeting: quarters that are over."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.side_names import DIMENSION_NAMES, VALUE_NAMES, value_name
from survey.dimensions import DIMENSIONS, WORDS
from survey.models import Municipality, QuestionnaireVersion, SideMean, Staff
from tests.admin.test_dashboard import DAY, Add, grown, team_of, words

SPRING = date(2021, 4, 1)
TITLE = "Hvem svarer, og hvordan?"
Page = Callable[..., str]


@pytest.fixture
def page(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]
) -> Page:
    """The room as a manager of all teams gets it: `page(query)`."""
    client = enter(employ(session, stevns, "manager"), stevns)
    return lambda query="": client.get(f"/tal{query}").text


def write(
    session: Session, place: Municipality, dimension: str, told: dict[str, tuple[int, str]], statements: int = 7
) -> None:
    """What was told of a dimension of Opfølgning in spring 2021: value → n and mean."""
    of = QuestionnaireVersion
    version = session.scalars(
        select(of.id).where(of.municipality_id == place.id, of.statement_count == statements)
    ).one()
    key = {"municipality_id": place.id, "law": "LAB", "version_id": version, "quarter": SPRING}
    for value, (n, mean) in told.items():
        session.add(SideMean(**key, dimension=dimension, value=value, n=n, mean=Decimal(mean)))
    session.flush()


def test_a_quarter_that_is_over_stands_there_by_its_dimensions(
    session: Session, stevns: Municipality, page: Page, add_batch: Add
) -> None:
    """In Danish, with n and one decimal; what is missing is named, and nobody is followed."""
    add_batch(team_of(session, stevns), DAY, [(3,) * 7] * 12)
    assert TITLE not in page()
    write(session, stevns, "language", {"da": (228, "3.5"), "ar": (14, "3.1"), "": (10, "2.9")})
    write(session, stevns, "first", {"first": (230, "3.4"), "reminder": (22, "3.3")})
    write(session, stevns, "target_group", {"<Jobparat>": (240, "3.4"), "": (12, "3.3")})
    write(session, stevns, "meeting_number", {"1": (150, "3.2"), "2-3": (80, "3.4"), "4+": (22, "3.6")})
    text = words(page())
    assert TITLE in text
    assert "Opfølgning, 2. kvartal 2021" in text
    tables = text.replace(" Værdi Antal Af 252 Gennemsnit ", ": ")
    assert "Sprog: Dansk 228 90,5 % 3,5 Arabisk 14 5,6 % 3,1 Øvrige og ukendt 10 4,0 % 2,9" in tables
    assert "Svar efter: Første besked 230 91,3 % 3,4 Påmindelse 22 8,7 % 3,3" in tables
    assert "Målgruppe: &lt;Jobparat&gt; 240 95,2 % 3,4" in tables
    assert (
        "Samtale nr.: 1. samtale 150 59,5 % 3,2 2. eller 3. samtale 80 31,7 % 3,4 4. samtale eller senere 22"
        in tables
    )
    assert "Kvartalet kan ikke vises delt op efter: kanal." in text
    assert "Ingen følges som person" in text
    assert "færre end 250 besvarelser og værdier med færre end ti vises ikke" in text
    assert "højst har én linje for hver 75 besvarelser" in text
    assert "de kan ikke sættes sammen" in text


def test_each_dimension_is_a_picture_with_a_sentence(
    session: Session, stevns: Municipality, page: Page, add_batch: Add
) -> None:
    """First message against reminder by both numbers and means; of the others which is most."""
    add_batch(team_of(session, stevns), DAY, [(3,) * 7] * 12)
    write(session, stevns, "channel", {"sms": (118, "3.5"), "email": (32, "3.1"), "": (100, "3.0")})
    write(session, stevns, "first", {"first": (190, "3.4"), "reminder": (60, "3.3")})
    write(session, stevns, "meeting_number", {"1": (110, "3.2"), "2-3": (110, "3.4"), "4+": (30, "3.6")})
    html = page()
    assert 'aria-label="Svar efter, Opfølgning, 2. kvartal 2021. De samme tal står i tabellen."' in html
    text = words(html)
    assert "190/250 = 76,0 % af besvarelserne kom efter den første besked (gennemsnit 3,4)," in text
    assert "60/250 = 24,0 % af besvarelserne kom efter påmindelsen (gennemsnit 3,3)." in text
    assert "Flest: SMS (118/250 = 47,2 %)." in text
    assert "Flest: 1. samtale og 2. eller 3. samtale (hver 110/250 = 44,0 %)." in text
    assert "Andelene er af besvarelserne, ikke af de udsendte." in text


def test_where_few_answered_the_reminder_it_is_among_the_rest(
    session: Session, stevns: Municipality, page: Page, add_batch: Add
) -> None:
    """The sentence tells of the first message alone."""
    add_batch(team_of(session, stevns), DAY, [(3,) * 7] * 12)
    write(session, stevns, "first", {"first": (230, "3.4"), "": (22, "3.3")})
    text = words(page())
    assert "230/252 = 91,3 % af besvarelserne kom efter den første besked (gennemsnit 3,4)." in text
    assert "efter påmindelsen" not in text


def test_two_questionnaires_of_a_quarter_are_named(
    session: Session, stevns: Municipality, page: Page, add_batch: Add
) -> None:
    """Each with its own scale."""
    add_batch(team_of(session, stevns), DAY, [(3,) * 7] * 12)
    write(session, stevns, "channel", {"sms": (238, "3.5"), "email": (12, "3.1")})
    write(session, stevns, "channel", {"paper": (250, "4.5")}, statements=3)
    text = words(page())
    assert "2. kvartal 2021: skemaet Opfølgning, version 1" in text
    assert "Gennemsnit på skalaen 1 til 5" in text


def test_sides_are_for_who_sees_the_whole_municipality(
    session: Session,
    stevns: Municipality,
    employ: Callable[..., Staff],
    enter: Callable[..., FlaskClient],
    page: Page,
    add_batch: Add,
) -> None:
    """Neither a manager of one team nor a team's own page has them."""
    mine = grown(session, team_of(session, stevns), "Jobklar")
    add_batch(mine, DAY, [(3,) * 7] * 12)
    write(session, stevns, "language", {"da": (250, "3.5")})
    client = enter(employ(session, stevns, "manager", "Jobklar", email="j@x.dk"), stevns)
    for html in (client.get("/tal").text, page(f"?team={mine.id}")):
        assert TITLE not in html
    assert TITLE in page()


def test_every_dimension_and_word_has_a_danish_name() -> None:
    """And what the import or the browser names keeps its own."""
    assert tuple(DIMENSION_NAMES) == DIMENSIONS
    assert {name: tuple(VALUE_NAMES[name]) for name in VALUE_NAMES} == {
        name: known for name, known in WORDS.items() if known
    }
    assert [value_name(*each) for each in (("language", "xx"), ("target_group", "Jobparat"), ("first", ""))] == [
        "Xx",
        "Jobparat",
        "Øvrige og ukendt",
    ]
