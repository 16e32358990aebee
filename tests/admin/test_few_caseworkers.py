"""A law group of one or two caseworkers: no room tells its figures, since they would be theirs."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey import passports, telling
from survey.models import Cell, Municipality, QuestionnaireVersion, Staff, Team
from survey.passports import Definition
from tests.admin.test_dashboard import Add, SignIn, send, sign_in, words
from tests.survey.test_remarks import write as write_comments
from tests.survey.test_sides import write as write_sides
from tests.survey.told import give_caseworkers

__all__ = ["sign_in"]
DAY = date(2021, 5, 5)
MAY = "fra=2021-05-01&til=2021-05-31"
MEAN = "2,51"
Leave = Callable[[int], None]


@pytest.fixture
def leave(session: Session, stevns: Municipality, add_batch: Add) -> Leave:
    """Opfølgning with three caseworkers, figures, sides and comments: `leave(n)` lets n of them leave."""
    team = session.scalars(select(Team).where(Team.municipality_id == stevns.id, Team.law == "LAB")).one()
    add_batch(team, DAY, [(1,) * 7] * 20 + [(2,) * 7] * 19 + [(3,) * 7] * 21 + [(4,) * 7] * 20)
    send(session, team, date(2021, 5, 3), 90, 80)
    write_sides(session, stevns, "language", da=(239, "3.5"), ar=(12, "2.9"))
    stevns.asks_comment = True
    write_comments(session, stevns, 12)
    give_caseworkers(session, team, 3)

    def let(n: int) -> None:
        for number in range(n):
            gone = Staff.email.startswith(f"opfølgning{number}@")
            session.execute(update(Staff).where(gone).values(active=False))

    return let


@pytest.fixture
def manager(stevns: Municipality, sign_in: SignIn) -> FlaskClient:
    """A manager of all teams."""
    return sign_in(stevns)


def test_the_dashboard_says_why(manager: FlaskClient, leave: Leave) -> None:
    """Of three caseworkers everything stands there; of two nothing of it, and the sentence."""
    why = "Tallene for Opfølgning vises ikke. Gruppen har færre end tre aktive sagsbehandlere"
    before = words(manager.get(f"/tal?{MAY}").text)
    leave(1)
    after = words(manager.get(f"/tal?{MAY}").text)
    for said in (MEAN, "80/90", "Hvem svarer, og hvordan?", "LAB 11"):
        assert said in before
        assert said not in after
    assert (why in before, why in after) == (False, True)


def test_nor_does_everybody_see_it(manager: FlaskClient, leave: Leave) -> None:
    """The public page has the mean of three, and of two says why it has none."""
    page = "/det-gjorde-vi/stevns"
    why = "Vises ikke. Gruppen har færre end tre sagsbehandlere"
    before = words(manager.get(page).text)
    leave(2)
    after = words(manager.get(page).text)
    assert ("2,5 ud fra 80 besvarelser" in before, why in before) == (True, False)
    assert ("besvarelser Usikkerhed" in after, why in after) == (False, True)


def test_nor_does_a_report(manager: FlaskClient, leave: Leave) -> None:
    """It has one sentence in the group's place."""
    page, why = (
        f"/rapport?slags=bilag&{MAY}",
        "Tallene vises ikke: gruppen har færre end tre aktive sagsbehandlere",
    )
    before = words(manager.get(page).text)
    leave(1)
    after = words(manager.get(page).text)
    assert ("Udsagnene, Opfølgning" in before, why in before) == (True, False)
    assert ("Udsagnene, Opfølgning" in after, why in after) == (False, True)


def exported(client: FlaskClient) -> list[str]:
    """The law of every row of the export."""
    with client.get(f"/tal/eksport?{MAY}&format=csv", buffered=True) as answer:
        text = answer.data.decode("utf-8-sig")
    return [row["lov"] for row in csv.DictReader(io.StringIO(text), delimiter=";")]


def test_nor_does_an_export(manager: FlaskClient, leave: Leave) -> None:
    """Not one row."""
    assert "LAB" in exported(manager)
    leave(1)
    assert "LAB" not in exported(manager)


def test_an_old_id_says_why(session: Session, stevns: Municipality, manager: FlaskClient, leave: Leave) -> None:
    """The id opens again when a third is there."""
    version = session.scalars(
        select(QuestionnaireVersion.id).where(QuestionnaireVersion.statement_count == 7)
    ).one()
    of = Definition(
        "mean", "LAB", None, version, "remote", 0, 0, date(2021, 5, 1), date(2021, 5, 31), date(2021, 5, 31)
    )
    figure = f"/figures/{passports.mint(of)}"
    assert MEAN in words(manager.get(figure).text)
    leave(1)
    answer = manager.get(figure)
    assert answer.status_code == 404
    assert "færre end tre aktive sagsbehandlere" in answer.text
    assert MEAN not in answer.text


def test_new_answers_wait(session: Session, stevns: Municipality, leave: Leave, add_batch: Add) -> None:
    """What is answered meanwhile is told when there are three again, and not before."""
    team = session.scalars(select(Team).where(Team.municipality_id == stevns.id, Team.law == "LAB")).one()
    leave(1)
    add_batch(team, DAY + timedelta(1), [(2, 3, 2, 3, 2, 3, 2)] * 20)
    assert session.scalars(select(Cell.n)).all() == [80]
    session.execute(update(Staff).values(active=True))
    telling.form(session, stevns.id, datetime(2021, 5, 7, 12, tzinfo=UTC))
    assert sorted(session.scalars(select(Cell.n))) == [20, 80]


def test_it_is_so_when_all_have_left(manager: FlaskClient, leave: Leave) -> None:
    """Their accounts are closed, and the figures are still theirs."""
    assert MEAN in words(manager.get(f"/tal?{MAY}").text)
    leave(3)
    assert MEAN not in words(manager.get(f"/tal?{MAY}").text)
