"""Questionnaires: read, their next version drafted, seen and published; nothing half done."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import municipalities, published, translations
from survey.models import AccessLog, Municipality, Questionnaire, QuestionnaireVersion, Staff
from survey.published import Version


@pytest.fixture
def admin(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]
) -> FlaskClient:
    """The administrator's browser."""
    return enter(employ(session, stevns, "administrator"), stevns)


def newest(session: Session, stevns: Municipality) -> Version:
    """The version of Ydelse that is in use."""
    found = published.versions(session, stevns.id)
    return next(each for each in found if each.content.code == "ydelse" and not each.closed_at)


def typed(before: Version, **changed: str) -> dict[str, str]:
    """The form of the next version as it is sent, with `changed` fields ("statement_2")."""
    form = {"based_on": str(before.id), "do": "show"}
    form |= {f"label-{n}": label for n, label in enumerate(before.content.scale.labels, 1)}
    form |= {f"statement-{n}": line.text for n, line in enumerate(before.content.statements, 1)}
    form |= {f"offers-{n}": "1" for n, line in enumerate(before.content.statements, 1) if line.offers_callback}
    return form | {name.replace("_", "-") if name != "based_on" else name: text for name, text in changed.items()}


def send(admin: FlaskClient, before: Version, **changed: str) -> tuple[int, str]:
    """Send the form: status and page."""
    path = f"/spoergeskemaer/{before.questionnaire_id}/ny"
    answer = admin.post(path, data=typed(before, **changed), follow_redirects=True)
    return answer.status_code, answer.text


def test_the_overview_shows_who_asks_what(admin: FlaskClient) -> None:
    """Teams, the version in use, and that eight languages are there and nobody has verified them."""
    page = admin.get("/spoergeskemaer").text
    assert "Bruges af Ydelse." in page
    assert "Bruges ikke af noget team." in page
    assert page.count("Dansk og 8 sprog mere, 0 kontrolleret") == 3
    assert page.count(">I brug<") == 3
    assert "engelsk, ukrainsk, arabisk" in page, "the pages around it are told of, too"


def test_a_version_shows_how_hard_it_is(admin: FlaskClient, session: Session, stevns: Municipality) -> None:
    """LIX of the whole and of each statement, and that the latter says little."""
    page = admin.get(f"/spoergeskemaer/udgave/{newest(session, stevns).id}").text
    assert '<td class="n">28,7</td>' in page
    assert "<strong>26,6</strong>" in page
    assert "Let nok: højst 35" in page
    assert "Lix for et enkelt udsagn svinger meget." in page
    assert page.count("Ikke kontrolleret<") == 8
    assert "Helt uenig · Delvist uenig · Delvist enig · Helt enig" in page


def test_the_form_begins_with_the_newest(admin: FlaskClient, session: Session, stevns: Municipality) -> None:
    """Its statements, labels and offers; room for seven statements and a fifth label."""
    before = newest(session, stevns)
    page = admin.get(f"/spoergeskemaer/{before.questionnaire_id}/ny").text
    assert "\nJeg er blevet mødt med respekt</textarea>" in page
    assert page.count("<textarea") == 7
    assert page.count(" checked") == 1
    assert page.count(">Samme betydning<") == 5, "of those there are"
    assert "Svar 5 (kan stå tomt)" in page


def test_the_effect_is_seen_before_anything_is_published(
    admin: FlaskClient, session: Session, stevns: Municipality
) -> None:
    """What is asked, what follows, what could be said better; nothing is stored."""
    before = newest(session, stevns)
    status, page = send(admin, before, statement_2="Sagsbehandlingen fungerede ikke")
    assert status == 200
    assert "Intet er udgivet endnu." in page
    assert 'Sagsbehandlingen fungerede ikke <span class="tag">Nyt</span>' in page
    assert "Links, der er sendt, og samtaler, der allerede er importeret, beholder udgave 1." in page
    assert "En ny serie begynder i tallene." in page
    assert "engelsk, ukrainsk, arabisk, polsk, tyrkisk, somali, tigrinya, farsi" in page
    assert "Ingen oversættelser følger med." in page
    assert "»Sagsbehandlingen«" in page
    assert "er ikke sagt med borgerens stemme" in page
    assert newest(session, stevns) == before


def test_a_version_is_published(admin: FlaskClient, session: Session, stevns: Municipality) -> None:
    """By one more press, with what was shown; the old one is closed, and it is written down who did it."""
    before = newest(session, stevns)
    known = {"statement_5": "", "statement_1": "Jeg følte mig hørt i samtalen", "offers_1": "1"}
    _, page = send(admin, before, **known)
    assert "Disse oversættelser følger med, ikke kontrolleret: engelsk" in page
    status, page = send(admin, before, do="publish", **known)
    assert (status, "Udgave 2 er udgivet." in page) == (200, True)
    after = newest(session, stevns)
    assert after.number == 2
    assert [line.offers_callback for line in after.content.statements] == [True, False, False, True]
    assert len(translations.read(session, stevns.id, after.id)) == 8
    logged = session.execute(select(AccessLog.action, AccessLog.subject)).one()
    assert tuple(logged) == ("publish questionnaire version", f"version {after.id}")
    page = admin.get(f"/spoergeskemaer/udgave/{before.id}").text
    assert "Links, der er sendt, bruger den stadig." in page
    assert "/ny" not in page


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({}, "Intet er ændret i forhold til den nuværende udgave."),
        ({f"statement_{n}": "" for n in range(1, 6)}, "Skriv mellem 1 og 7 udsagn."),
        ({"statement_6": "jeg er blevet mødt MED respekt"}, "Udsagn 6 er det samme som udsagn 5."),
        ({"statement_1": "x" * 241}, "Udsagn 1 er på 241 tegn."),
        ({"statement_1": "Jeg hedder 010190-1234"}, "Udsagn 1 ligner et CPR-nummer. Slet det."),
        ({"label_2": ""}, "Svar 2 mangler."),
        ({"label_5": "Helt enig"}, "Svar 5 er det samme som svar 4."),
    ],
)
@pytest.mark.parametrize("do", ["show", "publish"])
def test_a_wrong_draft_is_told_and_kept_in_the_form(
    admin: FlaskClient, session: Session, stevns: Municipality, changed: dict[str, str], message: str, do: str
) -> None:
    """422, and nothing is published, whichever button sent it."""
    before = newest(session, stevns)
    status, page = send(admin, before, do=do, **changed)
    assert (status, message in page) == (422, True)
    assert newest(session, stevns) == before


def test_the_draft_is_not_lost_on_the_way_back(admin: FlaskClient, session: Session, stevns: Municipality) -> None:
    """ "Ret" shows the form as it was left."""
    status, page = send(
        admin, newest(session, stevns), do="edit", statement_6="Jeg blev hørt", label_5="Enig & glad"
    )
    assert status == 200
    assert "\nJeg blev hørt</textarea>" in page
    assert 'value="Enig &amp; glad"' in page


def test_a_scale_of_another_length_has_another_target(
    admin: FlaskClient, session: Session, stevns: Municipality
) -> None:
    """The page says so before it is published."""
    _, page = send(admin, newest(session, stevns), label_5="Mere end enig")
    assert "Skalaen får 5 svar i stedet for 4. Mål for skala 1-4 gælder ikke for den." in page


@pytest.mark.parametrize("do", ["show", "publish"])
def test_who_comes_second_is_told(admin: FlaskClient, session: Session, stevns: Municipality, do: str) -> None:
    """Somebody published meanwhile: 409, and their version stands."""
    before = newest(session, stevns)
    send(admin, before, do="publish", statement_5="")
    status, page = send(admin, before, do=do, statement_4="")
    assert (status, "En anden var først" in page) == (409, True)
    assert newest(session, stevns).number == 2


def test_another_municipality_is_not_reached(
    admin: FlaskClient, session: Session, stevns: Municipality, now: datetime
) -> None:
    """Neither its questionnaires nor its versions; nor what does not exist."""
    faxe = municipalities.establish(session, slug="faxe", name="Faxe", phone="1", sms_sender="Faxe", now=now)
    theirs = newest(session, faxe)
    for path in (
        f"udgave/{theirs.id}",
        f"udgave/{2**63}",
        f"udgave/{theirs.id}/en",
        f"{theirs.questionnaire_id}/ny",
    ):
        assert admin.get(f"/spoergeskemaer/{path}").status_code == 404
    assert send(admin, theirs, do="publish", statement_5="")[0] == 404
    assert newest(session, faxe) == theirs


def test_a_questionnaire_without_a_version_is_listed_alone(
    admin: FlaskClient, session: Session, stevns: Municipality
) -> None:
    """It has nothing to copy."""
    empty = Questionnaire(municipality_id=stevns.id, code="tom", name="Tom")
    session.add(empty)
    session.flush()
    assert ">Tom<" in admin.get("/spoergeskemaer").text
    assert admin.get(f"/spoergeskemaer/{empty.id}/ny").status_code == 404


def test_a_reworded_statement_can_be_marked(admin: FlaskClient, session: Session, stevns: Municipality) -> None:
    """The page says that the figures go on before it is published, the mark survives "Ret", and it is stored."""
    before = newest(session, stevns)
    changed = {"statement_2": "Jeg fik svar på det, jeg spurgte om", "same_2": "1"}
    _, page = send(admin, before, **changed)
    assert "Omskrevet, samme betydning" in page
    assert "Rækken fortsætter i tallene, fordi alle udsagn betyder det samme." in page
    _, form = send(admin, before, do="edit", **changed)
    assert 'id="same-2" name="same-2" value="1" checked' in form
    send(admin, before, do="publish", **changed)
    kept = session.get_one(QuestionnaireVersion, (stevns.id, newest(session, stevns).id))
    assert kept.continues_id == before.id


def test_without_a_mark_the_page_says_why_a_new_series_begins(
    admin: FlaskClient, session: Session, stevns: Municipality
) -> None:
    """A mark beside a statement that moved up is not one any more."""
    before = newest(session, stevns)
    _, page = send(admin, before, statement_2="Jeg fik svar på det, jeg spurgte om")
    assert "Det er, fordi udsagn 2 ikke er mærket »Samme betydning«." in page
    _, page = send(admin, before, statement_2="", statement_3="Jeg kom til orde", same_3="1", same_4="1")
    assert "Det er, fordi der er 4 udsagn i stedet for 5." in page
    assert 'name="same-' not in page
    status, page = send(admin, before, statement_6="Jeg kom til orde", same_6="1")
    assert (status, "Udsagn 6 er nyt: der var intet udsagn 6 før." in page) == (422, True)
