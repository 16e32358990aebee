"""Rules: a choice of whom to ask is told with its Monday, and a host is one municipality's alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import municipalities, workdays
from survey.config import Settings
from survey.models import Municipality, Staff
from tests.admin.test_rules import EFFECT, GOOD


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Those of every test, with domains that the operator allows."""
    return replace(settings, hosts=("svar.stevns.dk", "svar.faxe.dk"))


@pytest.fixture
def admin(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]
) -> FlaskClient:
    """The administrator's browser."""
    return enter(employ(session, stevns, "administrator"), stevns)


def test_a_host_is_one_municipalitys_alone(
    admin: FlaskClient, session: Session, stevns: Municipality, now: datetime
) -> None:
    """Faxe's is neither offered nor taken, and the table refuses it; its own stays though no longer allowed."""
    faxe = municipalities.establish(session, slug="faxe", name="Faxe", phone="1", sms_sender="Faxe", now=now)
    faxe.host, stevns.host = "svar.faxe.dk", "was.stevns.dk"
    session.flush()
    page = admin.get("/regler").text
    assert ('value="svar.faxe.dk"' in page, 'value="was.stevns.dk"' in page) == (False, True)
    assert admin.post(EFFECT, data=GOOD | {"host": "svar.faxe.dk"}).status_code == 422
    stevns.host = faxe.host
    with pytest.raises(IntegrityError, match="uq_municipality_host"):
        session.flush()


def test_a_choice_of_whom_to_ask_is_told_with_its_monday(admin: FlaskClient) -> None:
    """Before it is saved, when it is, and in the history with what held before."""
    monday = f"{workdays.monday(workdays.day(workdays.now())) + timedelta(days=7):%d-%m-%Y}"
    assert f"for samtaler holdt fra mandag den {monday}" in admin.get(EFFECT, query_string=GOOD).text
    assert "Hvem, uge for uge" not in admin.get("/regler").text
    page = admin.post(EFFECT, data=GOOD, follow_redirects=True).text
    assert f"for samtaler holdt fra mandag den {monday}" in page
    history = page.partition("Hvem, uge for uge")[2].partition("</section>")[0]
    assert [words in history for words in (f"Fra {monday}", "25 %", "Før det")] == [True] * 3
