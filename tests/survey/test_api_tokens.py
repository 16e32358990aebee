"""API tokens: shown once, kept as hashes, revoked for good; and what the table refuses."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import api_tokens, municipalities
from survey.api_tokens import Caller
from survey.models import ApiToken, Municipality


def test_a_token_names_its_municipality(session: Session, stevns: Municipality, now: datetime) -> None:
    """And nothing else does: not a part of it, not another, not its hash."""
    number, token = api_tokens.make(session, stevns.id, "Power BI", now)
    hashed = session.scalars(select(ApiToken.token_hash)).one()
    assert api_tokens.caller(session, token) == Caller(number, stevns.id)
    assert [api_tokens.caller(session, wrong) for wrong in ("", token[:-1], token + "x", hashed.hex())] == [
        None
    ] * 4
    assert len(token) >= 50


def test_the_token_itself_is_nowhere(session: Session, stevns: Municipality, now: datetime) -> None:
    """The row holds its SHA-256."""
    _, token = api_tokens.make(session, stevns.id, "Power BI", now)
    row = session.execute(text("SELECT api_token::text FROM api_token")).scalar_one()
    assert token not in row
    assert token.removeprefix("tilfreds_") not in row


def test_a_revoked_token_opens_nothing(session: Session, stevns: Municipality, now: datetime) -> None:
    """Once; a second time there is nothing to revoke, and another municipality never could."""
    number, token = api_tokens.make(session, stevns.id, "Power BI", now)
    faxe = municipalities.establish(
        session, slug="faxe", name="Faxe", phone="56 20 20 20", sms_sender="Faxe", now=now
    )
    assert not api_tokens.revoke(session, faxe.id, number, now)
    assert api_tokens.revoke(session, stevns.id, number, now)
    assert not api_tokens.revoke(session, stevns.id, number, now)
    assert api_tokens.caller(session, token) is None


def test_tokens_that_work_are_listed_first(session: Session, stevns: Municipality, now: datetime) -> None:
    """The newest of them on top; those of other municipalities not at all."""
    for hour, name in enumerate(("gammel", "tilbage", "ny")):
        api_tokens.make(session, stevns.id, name, now + timedelta(hours=hour))
    api_tokens.revoke(session, stevns.id, api_tokens.listed(session, stevns.id)[1].id, now + timedelta(days=1))
    assert [one.name for one in api_tokens.listed(session, stevns.id)] == ["ny", "gammel", "tilbage"]
    assert api_tokens.listed(session, stevns.id + 1) == []


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"token_hash": b"short"}, "ck_api_token_token_hash_size"),
        ({"name": " "}, "ck_api_token_name_said"),
        ({"name": "x" * 81}, "ck_api_token_name_said"),
        ({"revoked": -1}, "ck_api_token_revoked_after_made"),
        ({"made_by": 999_999}, "fk_api_token_made_by"),
        ({"token_hash": b"0" * 32}, "uq_api_token_token_hash"),
    ],
)
def test_the_table_refuses(
    wrong: dict[str, Any], constraint: str, session: Session, stevns: Municipality, now: datetime
) -> None:
    """A hash that is none, no name, revoked before it was made, made by nobody, and the same token twice."""
    first = {"municipality_id": stevns.id, "name": "x", "token_hash": b"0" * 32, "made_at": now}
    session.add(ApiToken(**first))
    session.flush()
    hours = wrong.pop("revoked", None)
    revoked = {} if hours is None else {"revoked_at": now + timedelta(hours=hours)}
    session.add(ApiToken(**(first | {"token_hash": b"1" * 32} | revoked | wrong)))
    with pytest.raises(IntegrityError, match=constraint):
        session.flush()
