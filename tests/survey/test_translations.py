"""A version's translations: read in one statement, corrected, verified, carried on, or not there at all."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey import municipalities, question_sets, recordings, translations, wording
from survey.models import Municipality, Questionnaire, QuestionnaireVersion, Staff, Translation
from survey.translations import Place
from survey.vocabulary import Words
from tests.conftest import ROOT

TONE = (ROOT / "tests" / "data" / "recordings" / "tone.mp3").read_bytes()
OTHERS = ("en", "uk", "ar", "pl", "tr", "so", "ti", "fa")


@pytest.fixture
def version(session: Session, stevns: Municipality) -> int:
    """The published version of Ydelse: five statements."""
    found = select(QuestionnaireVersion.id).join(Questionnaire).where(Questionnaire.code == "ydelse")
    return session.scalars(found).one()


@pytest.fixture
def english(stevns: Municipality, version: int) -> Place:
    """It in English."""
    return Place(stevns.id, version, "en")


@pytest.fixture
def person(session: Session, stevns: Municipality, employ: Callable[..., Staff]) -> Staff:
    """Who can English."""
    return employ(session, stevns, "administrator")


def words(session: Session, place: Place) -> Words:
    """What stands at `place`."""
    kept = translations.one(session, place)
    assert kept
    return kept.words


def changed(before: Words, position: int, text: str) -> Words:
    """`before` with another statement at `position`."""
    lines = list(before.statements)
    lines[position - 1] = text
    return Words(before.labels, tuple(lines))


def test_a_new_municipality_asks_in_nine_languages(
    session: Session, stevns: Municipality, version: int, sql: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    """What is shipped, in one statement and the usual order, Danish first."""
    with sql() as statements:
        found = translations.whole(session, stevns.id, version).by_language
    assert len(statements) == 1
    assert found == {"da": question_sets.load("ydelse"), **question_sets.translations("ydelse")}
    assert tuple(found) == ("da", *OTHERS)


def test_nothing_is_read_of_another_municipality(session: Session, stevns: Municipality, version: int) -> None:
    """The tenant is in the key."""
    with pytest.raises(LookupError):
        translations.whole(session, stevns.id + 1, version)
    assert translations.every(session, stevns.id + 1) == {}


def test_nobody_has_verified_what_is_shipped(session: Session, stevns: Municipality, version: int) -> None:
    """Every row says so."""
    kept = translations.every(session, stevns.id, version)
    assert {language for _, language in kept} == set(OTHERS)
    assert {each.verified_at for each in kept.values()} == {None}


def test_a_correction_counts_at_once(session: Session, english: Place) -> None:
    """And only in that language of that version."""
    new = changed(words(session, english), 5, "I was met with respect")
    assert translations.save(session, english, new) == []
    found = translations.read(session, english.municipality_id, english.version_id)
    assert found["en"].statements[4].text == "I was met with respect"
    assert found["uk"] == question_sets.translations("ydelse")["uk"]


def test_a_correction_takes_away_what_was_read_aloud(
    session: Session, english: Place, person: Staff, now: datetime
) -> None:
    """Of the statement that says something else now; the others stay."""
    for position in (4, 5):
        place = recordings.Place(english.municipality_id, english.version_id, "en", position)
        recordings.save(session, place, TONE, staff_id=person.id, now=now)
    new = changed(words(session, english), 5, "I was met with respect")
    assert translations.save(session, english, new) == [5]
    assert list(recordings.read(session, english.municipality_id, english.version_id)) == [("en", 4)]


@pytest.mark.parametrize(
    ("new", "fields"),
    [
        (Words(("a", "", "c", "d"), ("1", "2", "", "4", "5")), ["label-2", "statement-3"]),
        (Words(("a", "b", "c", "a"), ("1", "2", "3", "4", "5")), ["label-4"]),
        (Words(("a", "b", "c", "d", "e"), ("1", "2", "3", "4", "5")), [""]),
        (Words(("a", "b", "c", "d"), ("1", "2")), [""]),
    ],
)
def test_a_translation_is_whole_or_nothing(
    session: Session, english: Place, new: Words, fields: list[str]
) -> None:
    """Everything that is missing is named, and what stood there stands."""
    before = words(session, english)
    with pytest.raises(wording.WordingError) as refused:
        translations.save(session, english, new)
    assert [finding.field for finding in refused.value.findings] == fields
    assert words(session, english) == before


def test_a_person_who_knows_the_language_verifies(
    session: Session, english: Place, person: Staff, now: datetime
) -> None:
    """With name and time; from then on nobody changes or removes it."""
    seen = words(session, english)
    translations.verify(session, english, seen, staff_id=person.id, now=now)
    kept = translations.one(session, english)
    assert kept == translations.Kept(seen, now, person.name)
    with pytest.raises(translations.VerifiedError) as refused:
        translations.save(session, english, changed(seen, 1, "Other words"))
    assert refused.value.kept == kept
    with pytest.raises(translations.VerifiedError):
        translations.forget(session, english)
    with pytest.raises(translations.VerifiedError):
        translations.verify(session, english, seen, staff_id=person.id, now=now)
    assert translations.one(session, english) == kept


def test_nobody_verifies_what_they_did_not_see(
    session: Session, english: Place, person: Staff, now: datetime
) -> None:
    """Corrected or removed meanwhile: nothing is noted."""
    seen = words(session, english)
    translations.save(session, english, changed(seen, 1, "Other words"))
    with pytest.raises(translations.ChangedError):
        translations.verify(session, english, seen, staff_id=person.id, now=now)
    translations.forget(session, english)
    with pytest.raises(translations.ChangedError):
        translations.verify(session, english, seen, staff_id=person.id, now=now)


def test_a_language_is_taken_off_and_put_back(
    session: Session, english: Place, person: Staff, now: datetime
) -> None:
    """Its recordings go with it; what is known of it is suggested when somebody writes it again."""
    seen, place = words(session, english), recordings.Place(english.municipality_id, english.version_id, "en", 1)
    recordings.save(session, place, TONE, staff_id=person.id, now=now)
    assert translations.forget(session, english)
    assert not translations.forget(session, english)
    assert "en" not in translations.read(session, english.municipality_id, english.version_id)
    assert recordings.read(session, english.municipality_id, english.version_id) == {}
    danish = question_sets.load("ydelse")
    assert translations.suggestion(session, english.municipality_id, danish, "en") == seen
    translations.save(session, english, seen)
    assert words(session, english) == seen


def test_what_was_corrected_is_suggested_before_what_is_shipped(session: Session, english: Place) -> None:
    """And what nobody has said in a language is left blank."""
    translations.save(session, english, changed(words(session, english), 1, "I know enough"))
    danish = question_sets.load("ydelse").worded(
        ("Nej", "Lidt", "Næsten", "Ja"),
        ("Jeg har fået den information, jeg skal bruge", "Noget nyt", "a", "b", "Jeg er blevet mødt med respekt"),
    )
    told = translations.suggestion(session, english.municipality_id, danish, "en")
    assert told.labels == ("", "", "", "")
    assert told.statements == ("I know enough", "", "", "", "I have been treated with respect")
    assert not told.complete


def test_older_databases_are_given_what_is_shipped(session: Session, stevns: Municipality, version: int) -> None:
    """Every version without any translation whose words are known; once, and never beside one that is there."""
    session.execute(delete(Translation).where(Translation.version_id == version))
    assert translations.fill(session) == 1
    assert translations.read(session, stevns.id, version) == question_sets.translations("ydelse")
    translations.forget(session, Place(stevns.id, version, "en"))
    assert translations.fill(session) == 0


def test_a_version_of_ones_own_is_not_given_anything(
    session: Session, stevns: Municipality, version: int, now: datetime
) -> None:
    """Half known is Danish."""
    own = question_sets.load("ydelse").worded(("Nej", "Lidt", "Næsten", "Ja"), list("abcde"))
    _, newest = municipalities.publish(session, stevns.id, own, now)
    assert translations.fill(session) == 0
    assert translations.read(session, stevns.id, newest) == {}
