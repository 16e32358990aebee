"""Pages that let a citizen trust us: what is kept, the accessibility statement, a link at the wrong address."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey import pages
from survey.models import Municipality

Counting = Callable[[], AbstractContextManager[list[str]]]


def test_what_is_kept_is_one_tap_from_the_first_statement(
    session: Session, client: FlaskClient, stevns: Municipality, token: str
) -> None:
    """The notice names who is responsible, how to reach the data officer, and how to complain."""
    stevns.data_officer = "dpo@stevns.dk"
    session.flush()
    page = client.get(f"/s/{token}").text
    assert page.index(f'href="/s/{token}/privatliv"') < page.index("Udsagn 1 af 5")
    notice = client.get(f"/s/{token}/privatliv").text
    for told in ("artikel 6, stk. 1, litra e", "12 måneder", "dpo@stevns.dk", "Datatilsynet", stevns.phone):
        assert told in notice


def test_the_notice_is_there_without_a_link_too(
    session: Session, client: FlaskClient, stevns: Municipality
) -> None:
    """It lists who may be responsible, unless they are too many to read."""
    assert stevns.phone in client.get("/privatliv").text
    for number in range(pages.TOWNS_READABLE):
        session.add(Municipality(slug=f"by{number}", name=f"By {number}", phone="12345678", sms_sender="By"))
    session.flush()
    assert "Den kommune, der har skrevet til dig" in client.get("/privatliv").text


def test_was_leads_to_the_only_statement(
    session: Session, client: FlaskClient, stevns: Municipality, token: str
) -> None:
    """By a redirect, and from the foot of every page by a link."""
    assert "ikke lagt sin erklæring her" in client.get("/was").text
    stevns.statement_url = "https://was.digst.dk/stevns-dk"
    session.flush()
    found = client.get("/was")
    assert (found.status_code, found.headers["Location"]) == (302, "https://was.digst.dk/stevns-dk")
    assert 'href="https://was.digst.dk/stevns-dk"' in client.get(f"/s/{token}").text


def test_was_leads_to_the_statement_of_the_host(
    session: Session, client: FlaskClient, stevns: Municipality
) -> None:
    """Two municipalities: at a host of its own, one; elsewhere, a list."""
    stevns.statement_url, stevns.host = "https://was.digst.dk/stevns-dk", "svar.stevns.dk"
    faxe = Municipality(slug="faxe", name="Faxe Kommune", phone="56203000", sms_sender="Faxe")
    faxe.statement_url = "https://was.digst.dk/faxe-dk"
    session.add(faxe)
    session.flush()
    listed = client.get("/was").text
    assert "Stevns Kommune" in listed
    assert "Faxe Kommune" in listed
    found = client.get("/was", headers={"Host": "svar.stevns.dk"})
    assert found.headers["Location"] == "https://was.digst.dk/stevns-dk"


@pytest.mark.parametrize(("host", "status"), [("svar.stevns.dk", 200), ("svar.faxe.dk", 404), ("localhost", 200)])
def test_a_link_at_another_municipalitys_address_is_led_home(
    session: Session, app: Flask, client: FlaskClient, stevns: Municipality, token: str, host: str, status: int
) -> None:
    """It is not answered there: the address is how the citizen knows whom they answer."""
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], hosts=("svar.stevns.dk", "svar.faxe.dk"))
    stevns.host = "svar.stevns.dk"
    session.flush()
    page = client.get(f"/s/{token}", headers={"Host": host})
    assert page.status_code == status
    assert (f'href="https://svar.stevns.dk/s/{token}"' in page.text) == (status == 404)


@pytest.mark.parametrize("path", ["/s/{}", "/s/{}/opkald", "/s/{}/afmeld", "/s/{}/privatliv", "/svar", "/was"])
def test_no_page_is_for_previews(client: FlaskClient, token: str, path: str) -> None:
    """No Open Graph, no Twitter card, no script, no image, nothing of a third party."""
    page = client.get(path.format(token)).text
    for sign in ("og:", "twitter:", "<script", "<img", "http://", "//cdn"):
        assert sign not in page


def test_a_page_takes_two_statements_at_most(client: FlaskClient, token: str, sql: Counting) -> None:
    """The side pages, too, ask no more than once for the link and once for what they show."""
    for path in ("opkald", "afmeld", "privatliv", "opkald/fortryd"):
        client.get(f"/s/{token}/{path}")
        with sql() as statements:
            client.get(f"/s/{token}/{path}")
        assert len(statements) <= 2, path


def test_is_it_genuine_leads_back_to_the_questionnaire(
    session: Session, client: FlaskClient, stevns: Municipality, token: str
) -> None:
    """Opened from a link it tells of the municipality that asks first, and how to go on."""
    session.add(Municipality(slug="aa", name="Aabenraa Kommune", phone="73767676", sms_sender="Aabenraa"))
    session.flush()
    page = client.get(f"/s/{token}/aegte").text
    assert page.index("Stevns Kommune: <a") < page.index("Andre kommuner") < page.index("Aabenraa Kommune: <a")
    assert f'href="/s/{token}">Tilbage til spørgeskemaet' in page


def test_who_may_read_a_comment_is_said_where_one_is_asked_for(
    session: Session, client: FlaskClient, stevns: Municipality, token: str
) -> None:
    """Before it is sent and in the notice; elsewhere nothing is said of comments."""
    told = "kommunens ledere læse"
    assert told not in client.get(f"/s/{token}").text
    assert "egne ord" not in client.get(f"/s/{token}/privatliv").text
    stevns.asks_comment = True
    session.flush()
    assert told in client.get(f"/s/{token}").text
    assert "bliver slettet et år efter kvartalet" in client.get(f"/s/{token}/privatliv").text
