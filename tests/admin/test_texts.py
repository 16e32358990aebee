"""Messages: seen in every language, changed with a preview, verified by a person, given up again."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import municipalities, sending_rules, text_examples, texts
from survey.models import AccessLog, MessageText, Municipality, Questionnaire, Staff

SMS = "/tekster/invitation/sms/da"
GOOD = "{municipality}: Sig din mening her: {link}"


@pytest.fixture
def person(session: Session, stevns: Municipality, employ: Callable[..., Staff]) -> Staff:
    """The administrator."""
    return employ(session, stevns, "administrator")


@pytest.fixture
def admin(stevns: Municipality, person: Staff, enter: Callable[..., FlaskClient]) -> FlaskClient:
    """Their browser."""
    return enter(person, stevns)


@pytest.fixture
def ydelse(session: Session, stevns: Municipality) -> int:
    """A questionnaire of the municipality."""
    return session.scalars(select(Questionnaire.id).where(Questionnaire.code == "ydelse")).one()


def save(admin: FlaskClient, path: str = SMS, body: str = GOOD, subject: str = "") -> str:
    """Save a text and look at the page that comes."""
    data = {"body": body, "subject": subject, "do": "save"}
    return admin.post(path, data=data, follow_redirects=True).text


def kept(session: Session) -> list[MessageText]:
    """The own texts in the database now."""
    session.expire_all()
    return list(session.scalars(select(MessageText).order_by(MessageText.id)))


def logged(session: Session) -> list[tuple[str, str]]:
    """What the access log says, oldest first."""
    rows = session.execute(select(AccessLog.action, AccessLog.subject).order_by(AccessLog.id))
    return [(row.action, row.subject) for row in rows]


def test_the_overview_shows_each_language_with_segments_and_price(admin: FlaskClient) -> None:
    """Nine languages four times; the Danish checked, the others not; price with a decimal comma."""
    page = admin.get("/tekster").text
    assert [page.count(f">{name}</a>") for name in ("Dansk", "Arabisk", "Farsi")] == [4, 4, 4]
    assert page.count("Ikke kontrolleret<") == 8 * 4
    assert "307,00 kr." in page
    assert "614,00 kr." in page


def test_a_text_is_shown_with_the_own_and_the_longest_host(admin: FlaskClient) -> None:
    """Rendered with the municipality's sender and name, and with a host of 43 characters."""
    page = admin.get("/tekster/invitation/sms/ar").text
    assert text_examples.LONGEST_HOST in page
    assert "Med kommunens eget domæne" in page
    assert "UCS-2" in page
    assert 'dir="rtl"' in page


def test_what_is_shown_is_not_saved(admin: FlaskClient, session: Session) -> None:
    """ "Vis" renders what was typed, names what an SMS cannot carry, and stores nothing."""
    page = admin.post(SMS, data={"body": "{municipality} – “Hej” ☺ {link}", "do": "show"}).text
    assert "Tankestreger er lavet til bindestreger (1 sted)." in page
    assert "Uden for SMS-alfabetet: <strong>☺</strong>" in page
    assert "(ikke gemt)" in page
    assert kept(session) == []


def test_a_text_is_saved_and_used(admin: FlaskClient, session: Session, stevns: Municipality) -> None:
    """Plainer than typed; found for the outbox, and written down who did it."""
    page = save(admin, body="{municipality}: Sig\xa0din mening…\r\n{link}  \r\n")
    assert "Teksten er gemt" in page
    assert "Hårde og smalle mellemrum er lavet til almindelige (1 sted)." in page
    own = texts.own(session, [stevns.id]).find(stevns.id, 1, "invitation", "sms", "da")
    assert own == texts.Own("", "{municipality}: Sig din mening...\n{link}", verified=True), "written in Danish"
    assert logged(session) == [("change message text", "invitation sms da, all questionnaires")]
    assert ">Egen<" in admin.get("/tekster").text


def test_a_text_with_a_mistake_is_kept_in_the_form_alone(admin: FlaskClient, session: Session) -> None:
    """422 with word, place and remedy; the input stays, the table does not change."""
    answer = admin.post(SMS, data={"body": "{municipality}: Jobcenteret {navn}", "do": "save"})
    assert answer.status_code == 422
    assert "»Jobcenteret« (linje 1, tegn 17)" in answer.text
    assert "{municipality}: Jobcenteret {navn}</textarea>" in answer.text
    assert "Ret teksten, så kan den vises." in answer.text
    assert kept(session) == []


def test_an_email_has_a_subject(admin: FlaskClient, session: Session) -> None:
    """Saved with it; refused without."""
    path, body = "/tekster/paamindelse/email/en", "{municipality}\n\n{link}\n\n{unsubscribe}"
    assert "Emne: Skriv et emne." in save(admin, path, body)
    assert "Teksten er gemt" in save(admin, path, body, "How did it go?")
    assert [(text.kind, text.subject) for text in kept(session)] == [("reminder", "How did it go?")]


def test_a_questionnaire_has_a_text_of_its_own(admin: FlaskClient, session: Session, ydelse: int) -> None:
    """It goes before the municipality's, which the page of the questionnaire says it uses until then."""
    save(admin)
    assert "for alle spørgeskemaer" in admin.get(f"{SMS}?skema={ydelse}").text
    assert "Egen (alle spørgeskemaer)" in admin.get(f"/tekster?skema={ydelse}").text
    save(admin, f"{SMS}?skema={ydelse}", GOOD + " ")
    save(admin, f"{SMS}?skema={ydelse}", "{sender}: {link}")
    assert [text.questionnaire_id for text in kept(session)] == [None, ydelse]
    assert logged(session)[-1] == ("change message text", f"invitation sms da, questionnaire {ydelse}")


def test_a_person_verifies_what_they_saw(admin: FlaskClient, session: Session, person: Staff) -> None:
    """A shipped text becomes the own one, with name and time; a change takes the mark away."""
    path = "/tekster/invitation/sms/uk"
    seen = admin.get(path).text.split('name="seen" value="')[1][:16]
    page = admin.post(f"{path}/kontrolleret", data={"seen": seen}, follow_redirects=True).text
    assert f"Kontrolleret af {person.name}" in page
    assert [(text.verified_by, text.body) for text in kept(session)] == [
        (person.id, texts.shipped("invitation", "sms", "uk").body)
    ]
    assert f"Kontrolleret af {person.name}" in admin.get("/tekster").text
    save(admin, path, kept(session)[0].body)
    assert kept(session)[0].verified_by == person.id
    save(admin, path, "{municipality}: Як пройшла зустріч? {link}")
    assert kept(session)[0].verified_by is None
    assert ("verify message text", "invitation sms uk, all questionnaires") in logged(session)


def test_nobody_verifies_a_text_they_did_not_see(admin: FlaskClient, session: Session) -> None:
    """Somebody else changed it meanwhile: nothing is noted."""
    page = admin.post(f"{SMS}/kontrolleret", data={"seen": "x"}, follow_redirects=True).text
    assert "Teksten er ændret, siden du så den." in page
    assert kept(session) == []


def test_the_shipped_text_comes_back(admin: FlaskClient, session: Session) -> None:
    """Once; a second time there is nothing to give up, and nothing is logged."""
    save(admin)
    for _ in range(2):
        assert "Standardteksten bruges igen." in admin.post(f"{SMS}/standard", follow_redirects=True).text
    assert kept(session) == []
    assert [action for action, _ in logged(session)] == ["change message text", "use shipped text"]


def test_an_own_text_that_does_not_fit_the_link_mode_is_said(
    admin: FlaskClient, session: Session, stevns: Municipality, now: datetime
) -> None:
    """The municipality turned to codes without links: the shipped text is sent, and both pages say so."""
    save(admin)
    rule = sending_rules.Rule(link_mode="code_only")
    sending_rules.save(session, stevns.id, rule, staff_id=None, now=now)
    assert "Egen passer ikke" in admin.get("/tekster").text
    page = admin.get(SMS).text
    assert "Standardteksten sendes, indtil teksten er rettet." in page
    assert "{place} mangler" in page


def test_the_municipalitys_own_host_is_not_foreign(
    admin: FlaskClient, session: Session, stevns: Municipality
) -> None:
    """Its web page may be named; another may not."""
    stevns.host = "svar.stevns.dk"
    session.flush()
    assert "Teksten er gemt" in save(admin, body=GOOD + "\nwww.stevns.dk")
    assert "ligner en adresse" in save(admin, body=GOOD + "\nwww.evil.dk")


@pytest.mark.parametrize("path", ["/tekster/invitation/sms/xx", "/tekster/invitation/fax/da", f"{SMS}?skema=x"])
def test_what_does_not_exist_is_not_found(admin: FlaskClient, path: str) -> None:
    """Another language, channel or questionnaire."""
    assert admin.get(path).status_code == 404


def test_another_municipality_is_not_reached(
    admin: FlaskClient, session: Session, now: datetime, app: Flask
) -> None:
    """Neither its questionnaires nor its texts."""
    faxe = municipalities.establish(session, slug="faxe", name="Faxe", phone="1", sms_sender="Faxe", now=now)
    theirs = session.scalars(select(Questionnaire.id).where(Questionnaire.municipality_id == faxe.id)).first()
    assert admin.get(f"/tekster?skema={theirs}").status_code == 404
    save(admin)
    assert texts.own(session, [faxe.id]).find(faxe.id, 1, "invitation", "sms", "da") is None


def test_a_sender_that_reveals_the_case_is_said(
    admin: FlaskClient, session: Session, stevns: Municipality
) -> None:
    """The name that a message comes from stands on the locked screen too."""
    assert "Afsendernavnet" not in admin.get("/tekster").text
    stevns.sms_sender = "Jobcenter"
    session.flush()
    assert "Afsendernavnet eller kommunens navn: »Jobcenter«" in admin.get("/tekster").text
