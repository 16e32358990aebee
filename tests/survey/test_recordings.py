"""Statements read aloud: kept, found by language and position, replaced, removed."""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import audio_files, recordings
from survey.models import Municipality, Questionnaire, QuestionnaireVersion, Staff
from survey.recordings import Place, Sound
from tests.conftest import ROOT

FOLDER = ROOT / "tests" / "data" / "recordings"
TONE, OPUS = ((FOLDER / name).read_bytes() for name in ("tone.mp3", "tone.opus"))
SOUND = Sound(hashlib.sha256(TONE).hexdigest(), "audio/mpeg")


@pytest.fixture
def place(session: Session, stevns: Municipality) -> Place:
    """The first statement of Ydelse in Danish."""
    found = select(QuestionnaireVersion.id).join(Questionnaire).where(Questionnaire.code == "ydelse")
    return Place(stevns.id, session.scalars(found).one(), "da", 1)


@pytest.fixture
def person(session: Session, stevns: Municipality, employ: Callable[..., Staff]) -> Staff:
    """Who uploads."""
    return employ(session, stevns, "administrator")


def test_a_recording_is_found_in_one_statement(
    session: Session,
    place: Place,
    person: Staff,
    now: datetime,
    sql: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    """By language and position, with name and kind; the bytes stay where they are."""
    assert recordings.save(session, place, TONE, staff_id=person.id, now=now) == SOUND
    with sql() as statements:
        found = recordings.read(session, place.municipality_id, place.version_id)
    assert len(statements) == 1
    assert "content" not in statements[0]
    assert found == {("da", 1): SOUND}
    assert recordings.content(session, SOUND.name) == ("audio/mpeg", TONE)
    assert recordings.read(session, place.municipality_id + 1, place.version_id) == {}


def test_staff_see_who_uploaded_what(session: Session, place: Place, person: Staff, now: datetime) -> None:
    """Size in bytes, name and time."""
    recordings.save(session, place, TONE, staff_id=person.id, now=now)
    found = recordings.kept(session, place.municipality_id, place.version_id)
    assert found == {("da", 1): recordings.Kept(SOUND, len(TONE), now, person.name)}


def test_a_new_recording_takes_the_place_of_the_old(
    session: Session, place: Place, person: Staff, now: datetime
) -> None:
    """The old one is not served any more; the same one for two statements is."""
    recordings.save(session, place, TONE, staff_id=person.id, now=now)
    recordings.save(session, place, OPUS, staff_id=person.id, now=now)
    assert recordings.content(session, SOUND.name) is None
    second = Place(place.municipality_id, place.version_id, "en", 2)
    recordings.save(session, second, OPUS, staff_id=person.id, now=now)
    found = recordings.read(session, place.municipality_id, place.version_id)
    assert {(key, sound.kind) for key, sound in found.items()} == {
        (("da", 1), "audio/ogg"),
        (("en", 2), "audio/ogg"),
    }
    assert recordings.content(session, found["da", 1].name) == ("audio/ogg", OPUS)


def test_a_recording_is_removed(session: Session, place: Place, person: Staff, now: datetime) -> None:
    """Once; the second time there is nothing."""
    recordings.save(session, place, TONE, staff_id=person.id, now=now)
    where = (place.municipality_id, place.version_id, "da")
    assert recordings.remove(session, *where, [1, 2]) == [1]
    assert recordings.remove(session, *where, [1, 2]) == []
    assert recordings.content(session, SOUND.name) is None


def test_what_cannot_be_played_is_not_kept(session: Session, place: Place, person: Staff, now: datetime) -> None:
    """A file of another kind, and a statement that is not there."""
    with pytest.raises(audio_files.AudioFileError):
        recordings.save(session, place, (FOLDER / "tone.wav").read_bytes(), staff_id=person.id, now=now)
    sixth = Place(place.municipality_id, place.version_id, "da", 6)
    with pytest.raises(IntegrityError), session.begin_nested():
        recordings.save(session, sixth, TONE, staff_id=person.id, now=now)
    assert recordings.read(session, place.municipality_id, place.version_id) == {}
