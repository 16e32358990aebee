"""A raised k: where it hides a mean, no page and no file says of how many it is, or judges it."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey import passports
from survey.models import Batch, Municipality, Questionnaire, Team
from survey.passports import Definition
from tests.admin.test_dashboard import SignIn, sign_in, team_of, words

__all__ = ["sign_in"]

BEFORE, DAY = date(2021, 3, 1), date(2021, 6, 1)
HIGH = [(5, 5, 4), (4, 5, 5), (5, 4, 4), (4, 4, 3)] * 4
LOW = [(3, 2, 3), (2, 3, 3), (3, 3, 2), (4, 3, 2)] * 4
DAYS = "fra=2021-05-02&til=2021-08-23"
SAID = re.compile(r"n = \d|\b(16|64|128) besvarelser|>(16|64|128)<")
"""Of how many: in words, in a title of a chart, in a cell of a table."""


@pytest.fixture
def team(session: Session, stevns: Municipality, add_batch: Callable[..., Batch]) -> Team:
    """Sixty-four content before the period and sixty-four less content in it, on 1-5: no goal judges them."""
    found = team_of(session, stevns)
    faxe = Questionnaire.code == "faxe", Questionnaire.municipality_id == stevns.id
    found.questionnaire_id = session.scalars(select(Questionnaire.id).where(*faxe)).one()
    session.flush()
    for first, people in ((BEFORE, HIGH), (DAY, LOW)):
        for week in range(4):
            add_batch(found, first + timedelta(7 * week), people)
    return found


def raised(session: Session, place: Municipality, k: int = 129) -> None:
    """From now on a figure takes `k` people."""
    session.execute(update(Municipality).where(Municipality.id == place.id).values(smallest_group=k))


@pytest.mark.parametrize("door", [f"/tal?{DAYS}", f"/rapport?{DAYS}", "/tal", "/det-gjorde-vi/stevns"])
def test_no_page_says_of_how_many(
    door: str, session: Session, stevns: Municipality, team: Team, sign_in: SignIn
) -> None:
    """Dashboard, report with its charts and tables, and the page for everybody; while k is five all of them do."""
    client = sign_in(stevns)
    assert SAID.search(client.get(door).text)
    raised(session, stevns)
    assert not SAID.search(client.get(door).text)


@pytest.mark.parametrize("door", ["/tal", "/rapport"])
def test_no_page_judges_what_it_does_not_show(
    door: str, session: Session, stevns: Municipality, team: Team, sign_in: SignIn
) -> None:
    """The fall that is warned of while k is five; not where the period's sixty-four are too few for a mean."""
    client = sign_in(stevns)
    warned = "Er noget ændret? Advarsel: svarene er faldet siden året før perioden."
    assert warned in words(client.get(f"{door}?{DAYS}").text)
    raised(session, stevns, 65)
    text = words(client.get(f"{door}?{DAYS}").text)
    assert "Advarsel" not in text
    assert "Er noget ændret? For få svar til at sige det: gennemsnittet kan ikke vises endnu." in text


def test_no_export_has_a_number(session: Session, stevns: Municipality, team: Team, sign_in: SignIn) -> None:
    """No row but the one that names the columns."""
    client = sign_in(stevns)

    def rows() -> int:
        return len(client.get(f"/tal/eksport?{DAYS}&format=csv", buffered=True).text.splitlines())

    assert rows() > 20
    raised(session, stevns)
    assert rows() == 1


def id_of(session: Session, team: Team, kind: str) -> str:
    """The id of what the team's questionnaire got in the summer."""
    version = next(row.version_id for row in session.scalars(select(Batch).where(Batch.team_id == team.id)))
    days = date(2021, 5, 2), date(2021, 8, 23), date(2021, 8, 23)
    return passports.mint(Definition(kind, team.law, None, version, "remote", 0, 0, *days))


@pytest.mark.parametrize("kind", ["mean", "n"])
def test_a_passport_keeps_its_portions_to_itself(
    kind: str, session: Session, stevns: Municipality, team: Team, sign_in: SignIn
) -> None:
    """Of a hidden figure none stands there; of a shown one, those that are too few now have no number."""
    client, figure = sign_in(stevns), id_of(session, team, kind)

    def page() -> str:
        return client.get(f"/figures/{figure}").text

    assert ">16<" in page()
    raised(session, stevns, 20)
    assert "4 portioner, 64 besvarelser" in words(page())
    assert ">16<" not in page()
    raised(session, stevns)
    assert not SAID.search(page())
    assert "portioner, 64" not in words(page())
