"""What the manager's room calls things, and what it says each figure covers."""

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.side_names import REASONS
from survey.export_columns import FORMATS
from survey.models import DECISIONS, Municipality, QuestionnaireVersion, Staff
from survey.scoring import HIDDEN, WITHHELD, Figure
from tests.admin.test_dashboard import DAY, Add, grown, send, team_of, words

Page = Callable[..., str]
MEAN = Figure("3,2", 12, 3.2)


@pytest.fixture
def page(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]
) -> Page:
    """The room as a manager of all teams gets it: `page(query)`."""
    client = enter(employ(session, stevns, "manager"), stevns)
    return lambda query="": client.get(f"/tal{query}").text


def test_two_questionnaires_need_no_version(
    session: Session, stevns: Municipality, page: Page, add_batch: Add
) -> None:
    """A team on Faxe's questionnaire in the same law group: both named, neither with a version."""
    like = team_of(session, stevns)
    other = grown(session, like, "Unge")
    wanted = select(QuestionnaireVersion).where(
        QuestionnaireVersion.municipality_id == stevns.id, QuestionnaireVersion.points == 5
    )
    other.questionnaire_id = session.scalars(wanted).one().questionnaire_id
    session.flush()
    add_batch(like, DAY, [(3,) * 7] * 8)
    add_batch(other, DAY, [(3,) * 3] * 8)
    text = words(page())
    assert "Skemaet Opfølgning " in text
    assert "Opfølgning: skemaet " in text
    assert "version" not in text


def test_the_law_stands_beside_a_team_only_where_it_says_more(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], page: Page
) -> None:
    """ "Ydelse" is not "Ydelse (Ydelse)", but Unge belongs to Opfølgning."""
    grown(session, team_of(session, stevns), "Unge")
    ydelse = team_of(session, stevns, "LAS")
    grown(session, ydelse, "Borgerservice")
    for number in range(3):
        employ(session, stevns, "caseworker", "Ydelse", email=f"y{number}@x.dk")
    text = page()
    assert ">Ydelse</option>" in text
    assert ">Unge (Opfølgning)</option>" in text


def test_every_format_and_the_dictionary_can_be_fetched(
    session: Session, stevns: Municipality, page: Page, add_batch: Add
) -> None:
    """For the period on the page; all but the spreadsheet under "Andre formater"."""
    add_batch(team_of(session, stevns), DAY, [(3,) * 7] * 8)
    text = page("?fra=2021-05-01&til=2021-05-31")
    for kind in FORMATS:
        assert f'href="/tal/eksport?fra=2021-05-01&amp;til=2021-05-31&amp;format={kind}"' in text
    assert text.index("Andre formater") < text.index('href="/tal/eksport/ordbog"')


def test_every_reason_has_words() -> None:
    """For each decision but the one to ask."""
    assert {*REASONS, "invited"} == set(DECISIONS)


def test_each_figure_says_what_it_covers(
    session: Session, stevns: Municipality, page: Page, add_batch: Add
) -> None:
    """The rate its weeks of sending, the mean its batches; weeks across New Year carry their years."""
    team = team_of(session, stevns)
    add_batch(team, DAY, [(3,) * 7] * 9)
    send(session, team, date(2021, 5, 3), 20, 10)
    assert "n = 9 besvarelser, 63 svar, i portioner, der sluttede i perioden" in words(page())
    assert "Uge 18, efter afsendelse" in words(page())
    send(session, team, date(2021, 5, 10), 20, 10)
    assert "Ugerne 18–19, efter afsendelse" in words(page("?til=2021-05-30"))
    send(session, team, date(2020, 12, 14), 20, 10)
    assert "Ugerne 51, 2020 – 18, 2021, efter" in words(page("?til=2021-05-05"))


@pytest.mark.parametrize(
    ("people", "place"),
    [([(2,) * 7, (3,) * 7] * 6, "ingen sikker forskel"), ([(2,) * 7, (1,) * 7] * 6, "under de andre")],
)
def test_a_team_stands_beside_the_others(
    session: Session, stevns: Municipality, page: Page, add_batch: Add, people: list[tuple[int, ...]], place: str
) -> None:
    """In words, each team against the rest, and in the order of names."""
    like = team_of(session, stevns)
    usual = [(2,) * 7, (3,) * 7, (3,) * 7, (2,) * 7] * 4
    for name, answers in (("A", usual), ("B", usual), ("C", people)):
        add_batch(grown(session, like, name), DAY, answers)
    told = words(page()).partition("Ved siden af de andre")[2].partition("Svarprocent")[0]
    assert place in told.partition(" C ")[2]
    assert told.index(" A ") < told.index(" B ") < told.index(" C ")


@pytest.mark.parametrize(
    ("means", "sentence"),
    [
        ([HIDDEN, HIDDEN], "Udsagnenes gennemsnit kan ikke vises endnu: de kunne røbe, hvad nogle få har svaret."),
        ([WITHHELD, MEAN], "Kun ét udsagns gennemsnit kan vises."),
        ([MEAN], "Skemaet har ét udsagn."),
        ([MEAN, MEAN], "Udsagnene ligger lige højt: 3,2."),
        ([MEAN, MEAN, WITHHELD], "De udsagn, der kan vises, ligger lige højt: 3,2."),
    ],
)
def test_why_no_statement_is_highest_is_said_of_each_case(app: Flask, means: list[Figure], sentence: str) -> None:
    """Nothing shown, one shown, one asked, or all alike: each has a sentence of its own."""
    statements = [SimpleNamespace(mean=mean) for mean in means]
    with app.test_request_context():
        said = app.jinja_env.get_template("admin/figures.html").module.alike(statements)  # type: ignore[attr-defined]  # a macro of the template
    assert said == sentence
