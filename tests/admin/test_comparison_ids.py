"""The ids of the shared comparison: open to whoever takes part, and honest about who took part then."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey import neighbours, nightly, passports
from survey.models import Municipality, Staff
from tests.admin.test_comparison import PAGE, rows, three, words
from tests.survey.neighbouring import Write, answered, team, town

SAME = "det er de samme cifre som dem, id'et blev skrevet ved"
OTHER = "andre kommuner er med nu, eller grænserne for, hvad der må vises, er ændret"
SignIn = Callable[..., FlaskClient]
__all__ = ["three"]


@pytest.fixture
def sign_in(employ: Callable[..., Staff], enter: Callable[..., FlaskClient], session: Session) -> SignIn:
    """`sign_in(municipality, role, number)` gives the browser of somebody new."""

    def sign(of: Municipality, role: str = "manager", number: int = 0, team: str | None = None) -> FlaskClient:
        return enter(employ(session, of, role, team, email=f"{of.slug}{role}{number}@x.dk"), of)

    return sign


def shown(client: FlaskClient) -> dict[str, list[str]]:
    """The ids on the page, and the cells of each one's row."""
    return {row[-1]: row for table in rows(client.get(PAGE).text) for row in table}


def opened(client: FlaskClient, text: str) -> str:
    """The words an id opens."""
    page = client.get(f"/figures/{text}")
    assert page.status_code == 200
    return words(page.text).replace("\N{NO-BREAK SPACE}", " ").replace("&nbsp;", " ")


def test_every_share_has_an_id_that_opens_its_digits(
    session: Session, stevns: Municipality, three: list[Municipality], sign_in: SignIn, write_batch: Write
) -> None:
    """Each municipality's and the common one, with n and interval; for a neighbour too, and after retention."""
    found = shown(sign_in(stevns))
    assert len(found) == 8
    assert {passports.either(text).kind for text in found} == {"compared"}
    answered(session, write_batch, team(session, three[0]), 1.5, first=datetime(2021, 8, 2, tzinfo=UTC).date())
    for year in (2022, 2031):
        nightly.clean_all(datetime(year, 6, 1, 2, tzinfo=UTC))
    session.expire_all()
    neighbour = sign_in(three[1])
    for text, (_, share, n, _, interval, *_) in found.items():
        said = opened(neighbour, text)
        plain = [part.replace("\N{NO-BREAK SPACE}", " ").replace("&nbsp;", " ") for part in (share, n, interval)]
        assert [part for part in plain if part not in said] == []
        assert SAME in said


def test_who_leaves_is_in_no_table_any_more(
    session: Session, stevns: Municipality, three: list[Municipality], sign_in: SignIn, write_batch: Write
) -> None:
    """Its id opens nothing; the common share says that others take part; a neighbour's digits stay."""
    answered(session, write_batch, team(session, town(session, "Ærø Kommune")), 3.0)
    client = sign_in(stevns)
    found = shown(client)
    neighbours.leave(session, three[2].id)
    session.flush()
    for text, row in found.items():
        if row[0].startswith("Køge"):
            assert client.get(f"/figures/{text}").status_code == 404
        elif row[0].startswith("De sammenlignede"):
            assert (OTHER in opened(client, text), SAME in opened(client, text)) == (True, False)
        else:
            assert (OTHER in opened(client, text), SAME in opened(client, text)) == (False, True)


def test_who_takes_no_part_opens_nothing(
    session: Session, stevns: Municipality, three: list[Municipality], sign_in: SignIn
) -> None:
    """Nor a manager of one team, in a municipality that does."""
    text = next(iter(shown(sign_in(stevns))))
    outside = sign_in(town(session, "Vejle Kommune", joins=False))
    one_team = sign_in(stevns, number=1, team="Ydelse")
    for client in (outside, one_team):
        page = client.get(f"/figures/{text}")
        assert (page.status_code, "ikke noget tal" in words(page.text)) == (404, True)


def test_an_administrator_reads_the_id_without_a_way_to_its_page(
    stevns: Municipality, three: list[Municipality], sign_in: SignIn
) -> None:
    """The page of an id is a manager's."""
    managers, administrators = (sign_in(stevns, role).get(PAGE).text for role in ("manager", "administrator"))
    ids = set(re.findall(r'href="/figures/([^"]+)"', managers))
    assert ids
    assert "/figures/" not in administrators
    assert all(text in administrators for text in ids)
