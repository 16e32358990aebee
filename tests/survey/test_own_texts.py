"""Own texts: one in each place, kept whole by the table, loaded for many municipalities at once."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import municipalities, own_texts, texts
from survey.models import MessageText, Municipality, Questionnaire, Staff
from survey.own_texts import Place
from survey.texts import Own


@pytest.fixture
def writer(session: Session, stevns: Municipality, employ: Callable[..., Staff]) -> int:
    """Who writes the texts."""
    return employ(session, stevns, "administrator").id


@pytest.fixture
def place(stevns: Municipality) -> Place:
    """The Danish invitation by SMS of all questionnaires."""
    return Place(stevns.id, None, "invitation", "sms", "da")


def test_the_last_text_saved_in_a_place_stays(session: Session, place: Place, writer: int, now: datetime) -> None:
    """One row, also for all questionnaires."""
    for body in ("{sender} {link}", "{municipality} {link}"):
        own_texts.save(session, place, Own("", body), staff_id=writer, now=now)
    kept = own_texts.every(session, place.municipality_id)
    assert {where: each.text.body for where, each in kept.items()} == {place: "{municipality} {link}"}


def test_the_texts_of_a_claim_are_one_statement(
    session: Session,
    place: Place,
    writer: int,
    now: datetime,
    sql: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    """Whatever the number of municipalities; the questionnaire's own goes first, each gets its own."""
    faxe = municipalities.establish(session, slug="faxe", name="Faxe", phone="1", sms_sender="Faxe", now=now)
    asks = session.scalars(
        select(Questionnaire.id).where(Questionnaire.municipality_id == place.municipality_id)
    ).first()
    own_texts.save(session, place, Own("", "alle {link}"), staff_id=writer, now=now)
    own_texts.save(session, replace(place, questionnaire_id=asks), Own("", "en {link}"), staff_id=writer, now=now)
    own_texts.verify(
        session, replace(place, municipality_id=faxe.id), Own("", "faxe {link}"), staff_id=writer, now=now
    )
    with sql() as statements:
        found = texts.own(session, [place.municipality_id, faxe.id, faxe.id])
    assert len(statements) == 1
    at = ("invitation", "sms", "da")
    assert found.find(place.municipality_id, asks or 0, *at) == Own("", "en {link}")
    assert found.find(place.municipality_id, 0, *at) == Own("", "alle {link}")
    assert found.find(faxe.id, asks or 0, *at) == Own("", "faxe {link}", verified=True)
    assert found.find(faxe.id, 0, "reminder", "sms", "da") is None


@pytest.mark.parametrize(
    ("constraint", "changed"),
    [
        ("subject_of_emails", {"subject": "Emne"}),
        ("subject_of_emails", {"channel": "email"}),
        ("verifier_has_a_time", {"verified_at": datetime.fromisoformat("2021-05-11T10:00+00:00")}),
        ("kind_known", {"kind": "threat"}),
        ("channel_known", {"channel": "pigeon", "subject": "x"}),
        ("uq_message_text", {}),
        ("fk_message_text", {"questionnaire_id": 999_999}),
    ],
)
def test_an_impossible_text_is_refused(
    session: Session, place: Place, writer: int, now: datetime, constraint: str, changed: dict[str, object]
) -> None:
    """A subject belongs to an e-mail alone, a verifier has a time, a place has one text."""
    row: dict[str, object] = {"municipality_id": place.municipality_id, "kind": "invitation", "channel": "sms"}
    row |= {"language": "da", "subject": "", "body": "{link}", "changed_at": now, "changed_by": writer}
    session.execute(insert(MessageText).values(row))
    with pytest.raises(IntegrityError, match=constraint):
        session.execute(insert(MessageText).values(row | changed))
