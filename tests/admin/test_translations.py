"""A questionnaire's translations in the room: corrected, verified by who knows the language, taken off."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import translations
from survey.models import AccessLog, Municipality, Questionnaire, QuestionnaireVersion, Staff
from survey.translations import Kept, Place


@pytest.fixture
def place(session: Session, stevns: Municipality) -> Place:
    """Faxe's three statements in Arabic."""
    found = select(QuestionnaireVersion.id).join(Questionnaire).where(Questionnaire.code == "faxe")
    return Place(stevns.id, session.scalars(found).one(), "ar")


@pytest.fixture
def admin(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]
) -> FlaskClient:
    """The administrator's browser."""
    return enter(employ(session, stevns, "administrator"), stevns)


def path(place: Place, rest: str = "") -> str:
    """The address of the language's page, or of one of its doors."""
    return f"/spoergeskemaer/udgave/{place.version_id}/{place.language}{rest}"


def kept(session: Session, place: Place) -> Kept:
    """What stands there."""
    found = translations.one(session, place)
    assert found
    return found


def typed(found: Kept, **changed: str) -> dict[str, str]:
    """The form with what stands there, but for `changed` ("statement_2")."""
    form = {f"label-{n}": text for n, text in enumerate(found.words.labels, 1)}
    form |= {f"statement-{n}": text for n, text in enumerate(found.words.statements, 1)}
    return form | {name.replace("_", "-"): text for name, text in changed.items()}


def verify(admin: FlaskClient, place: Place) -> str:
    """Look at the page, confirm, and press: the page that answers."""
    seen = admin.get(path(place)).text.split('name="seen" value="')[1][:16]
    form = {"seen": seen, "knows": "1"}
    return admin.post(path(place, "/kontrolleret"), data=form, follow_redirects=True).text


def test_the_words_stand_beside_the_danish(admin: FlaskClient, place: Place) -> None:
    """From right to left, in their language, and marked as unverified."""
    page = admin.get(path(place)).text
    assert '<span class="unseen">På dansk: </span>Jeg følte mig hørt i samtalen' in page
    assert 'lang="ar" dir="rtl"' in page
    assert "ترضيني الخطة التي وضعناها</textarea>" in page
    assert ">Ikke kontrolleret<" in page


def test_a_correction_is_saved(admin: FlaskClient, session: Session, place: Place) -> None:
    """On one line, without what could turn the direction of the text."""
    form = typed(kept(session, place), statement_1=" كنت\u202e\r\nمسموعاً ")
    assert "Oversættelsen er gemt" in admin.post(path(place), data=form, follow_redirects=True).text
    assert kept(session, place).words.statements[0] == "كنت مسموعاً"
    logged = session.execute(select(AccessLog.action, AccessLog.subject)).one()
    assert tuple(logged) == ("change translation", f"version {place.version_id} ar")


def test_half_a_translation_is_refused(admin: FlaskClient, session: Session, place: Place) -> None:
    """422 says what is missing; what was typed stays in the form, what stood there in the table."""
    before = kept(session, place)
    form = typed(before, statement_1="", label_2="", statement_2="مسموع")
    answer = admin.post(path(place), data=form)
    assert answer.status_code == 422
    assert '<a href="#statement-1">Udsagn 1 mangler.</a>' in answer.text
    assert '<a href="#label-2">Svar 2 mangler.</a>' in answer.text
    assert "\nمسموع</textarea>" in answer.text
    assert kept(session, place) == before


def test_a_person_who_knows_the_language_verifies(admin: FlaskClient, session: Session, place: Place) -> None:
    """With their name; the page has no form any more, and a later correction is refused in words."""
    page = verify(admin, place)
    assert "Kontrolleret af Administrator" in page
    assert ">Gem<" not in page
    before = kept(session, place)
    assert before.verified_by == "Administrator"
    for rest, data in (("", typed(before, statement_1="x")), ("/fjern", {})):
        answer = admin.post(path(place, rest), data=data)
        assert answer.status_code == 409
        assert "Oversættelsen er kontrolleret af Administrator den" in answer.text
    assert kept(session, place) == before
    assert "Kontrolleret af Administrator" in admin.get(f"/spoergeskemaer/udgave/{place.version_id}").text


def test_a_second_mark_is_refused(admin: FlaskClient, session: Session, place: Place) -> None:
    """By whoever had the page open: the first name stays."""
    seen = admin.get(path(place)).text.split('name="seen" value="')[1][:16]
    verify(admin, place)
    answer = admin.post(path(place, "/kontrolleret"), data={"seen": seen, "knows": "1"})
    assert answer.status_code == 409


def test_who_does_not_know_the_language_verifies_nothing(
    admin: FlaskClient, session: Session, place: Place
) -> None:
    """The tick is missing: 422, and the page says what to do."""
    answer = admin.post(path(place, "/kontrolleret"), data={"seen": "x"})
    assert answer.status_code == 422
    assert "Sæt kryds ved, at du kan sproget" in answer.text
    assert kept(session, place).verified_at is None


def test_nobody_verifies_words_they_did_not_see(admin: FlaskClient, session: Session, place: Place) -> None:
    """Changed or gone meanwhile: they are asked to read again."""
    form = {"seen": "x", "knows": "1"}
    page = admin.post(path(place, "/kontrolleret"), data=form, follow_redirects=True).text
    assert "Oversættelsen er ændret, siden du så den." in page
    translations.forget(session, place)
    page = admin.post(path(place, "/kontrolleret"), data=form, follow_redirects=True).text
    assert "Oversættelsen er ændret, siden du så den." in page


def test_a_language_is_taken_off_and_suggested_again(admin: FlaskClient, session: Session, place: Place) -> None:
    """Danish is asked instead; the page has what is known in it, until somebody saves."""
    before = kept(session, place)
    for _ in range(2):
        page = admin.post(path(place, "/fjern"), follow_redirects=True).text
        assert "Borgere bliver ikke længere spurgt på arabisk, men på dansk." in page
    assert ">Findes ikke<" in page
    page = admin.get(path(place)).text
    assert "Det, vi kender fra andre udgaver, er fyldt ind." in page
    assert "ترضيني الخطة التي وضعناها</textarea>" in page
    assert "Gem oversættelsen først." in page
    admin.post(path(place), data=typed(before))
    assert kept(session, place) == before
    assert session.scalars(select(AccessLog.action).order_by(AccessLog.id)).all() == [
        "remove translation",
        "change translation",
    ]


def test_danish_is_the_version_itself(admin: FlaskClient, place: Place) -> None:
    """It has a page to record on, and nothing to translate, verify or remove."""
    danish = Place(place.municipality_id, place.version_id, "da")
    page = admin.get(path(danish)).text
    assert 'id="h-sounds"' in page
    assert 'id="h-words"' not in page
    for rest in ("", "/kontrolleret", "/fjern"):
        assert admin.post(path(danish, rest)).status_code == 404
    assert admin.get(path(Place(place.municipality_id, place.version_id, "xx"))).status_code == 404
