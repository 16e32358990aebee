"""What the tables of translations and recordings never hold, tried."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import municipalities
from survey.models import Municipality, Questionnaire, QuestionnaireVersion, Recording, Staff, Translation


@pytest.fixture
def version(session: Session, stevns: Municipality) -> int:
    """The published version of Faxe's questionnaire: three statements, five points, no translation."""
    found = select(QuestionnaireVersion.id).join(Questionnaire).where(Questionnaire.code == "faxe")
    version = session.scalars(found).one()
    session.execute(delete(Translation).where(Translation.version_id == version))
    return version


@pytest.fixture
def person(session: Session, stevns: Municipality, employ: Callable[..., Staff]) -> Staff:
    """Somebody."""
    return employ(session, stevns, "administrator")


def translation(stevns: Municipality, version: int, **other: Any) -> dict[str, Any]:
    """A row that may be there, but for what `other` says."""
    row = {
        "municipality_id": stevns.id,
        "version_id": version,
        "language": "en",
        "points": 5,
        "statement_count": 3,
    }
    return row | {"labels": list("abcde"), "statements": list("xyz")} | other


def recording(stevns: Municipality, version: int, person: Staff, now: datetime, **other: Any) -> dict[str, Any]:
    """A row that may be there, but for what `other` says."""
    content = other.get("content", b"sound")
    row = {"municipality_id": stevns.id, "version_id": version, "position": 1, "language": "da"}
    row |= {"kind": "audio/mpeg", "name": hashlib.sha256(content).hexdigest(), "content": content}
    return row | {"uploaded_at": now, "uploaded_by": person.id} | other


@pytest.mark.parametrize(
    ("other", "constraint"),
    [
        ({"language": "da"}, "ck_translation_language_foreign"),
        ({"language": "EN"}, "ck_translation_language_foreign"),
        ({"language": "eng"}, "ck_translation_language_foreign"),
        ({"labels": list("abcd")}, "ck_translation_every_point_labelled"),
        ({"statements": list("xy")}, "ck_translation_every_statement"),
        ({"labels": ["a", "", "c", "d", "e"]}, "ck_translation_nothing_blank"),
        ({"labels": ["a", None, "c", "d", "e"]}, "ck_translation_nothing_blank"),
        ({"statements": ["x", "y", ""]}, "ck_translation_nothing_blank"),
        ({"statements": ["x", "y", None]}, "ck_translation_nothing_blank"),
        ({"points": 4, "labels": list("abcd")}, "fk_translation_version_id_points_statement_count"),
        ({"statement_count": 2, "statements": list("xy")}, "fk_translation_version_id_points_statement_count"),
        ({"verified_at": datetime(2021, 5, 11)}, "ck_translation_verified_by_somebody"),  # noqa: DTZ001 - never stored
        ({"verified_by": 1}, "ck_translation_verified_by_somebody"),
    ],
)
def test_a_translation_fits_its_version(
    session: Session, stevns: Municipality, version: int, other: dict[str, Any], constraint: str
) -> None:
    """In another language than Danish, whole, with both or neither of who and when."""
    with pytest.raises(IntegrityError, match=constraint), session.begin_nested():
        session.execute(insert(Translation).values(translation(stevns, version, **other)))
    session.execute(insert(Translation).values(translation(stevns, version)))


def test_a_verified_translation_never_changes(
    session: Session, stevns: Municipality, version: int, person: Staff, now: datetime
) -> None:
    """Neither words nor mark, and it is not deleted, whatever program tries."""
    session.execute(insert(Translation).values(translation(stevns, version)))
    here = Translation.version_id == version
    session.execute(update(Translation).where(here).values(statements=list("uvw")))
    session.execute(update(Translation).where(here).values(verified_at=now, verified_by=person.id))
    for tried in (
        update(Translation).where(here).values(statements=list("xyz")),
        update(Translation).where(here).values(verified_at=None, verified_by=None),
        delete(Translation).where(here),
    ):
        with pytest.raises(IntegrityError, match="never changes"), session.begin_nested():
            session.execute(tried)


@pytest.mark.parametrize(
    ("other", "constraint"),
    [
        ({"position": 4}, "fk_recording_version_id_position"),
        ({"position": 0}, "fk_recording_version_id_position"),
        ({"language": "Da"}, "ck_recording_language_plain"),
        ({"content": b""}, "ck_recording_content_small"),
        ({"content": b"x" * (1024**2 + 1)}, "ck_recording_content_small"),
        ({"name": "0" * 64}, "ck_recording_name_of_the_content"),
        ({"kind": "text/html"}, "ck_recording_kind_known"),
    ],
)
def test_a_recording_is_small_and_of_a_statement(
    session: Session,
    stevns: Municipality,
    version: int,
    person: Staff,
    now: datetime,
    other: dict[str, Any],
    constraint: str,
) -> None:
    """Of a kind that is played and named by what it holds, or it is not stored."""
    with pytest.raises(IntegrityError, match=constraint), session.begin_nested():
        session.execute(insert(Recording).values(recording(stevns, version, person, now, **other)))
    session.execute(insert(Recording).values(recording(stevns, version, person, now)))


def test_a_recording_stays_in_its_municipality(
    session: Session, stevns: Municipality, version: int, person: Staff, now: datetime
) -> None:
    """It cannot point at another one's version; nor can a translation."""
    faxe = municipalities.establish(session, slug="faxe", name="Faxe", phone="1", sms_sender="Faxe", now=now)
    for table, row in (
        (Recording, recording(faxe, version, person, now)),
        (Translation, translation(faxe, version)),
    ):
        with pytest.raises(IntegrityError, match="fk_"), session.begin_nested():
            session.execute(insert(table).values(row))
