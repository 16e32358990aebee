"""Questionnaires kept ready in a process are the ones that hold now."""

import hashlib
from collections.abc import Callable
from datetime import datetime

from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey.models import Contact, Municipality, QuestionnaireVersion, Recording, Staff, Translation


def test_a_citizen_reads_the_questionnaire_in_their_own_language(
    session: Session, client: FlaskClient, token: str
) -> None:
    """Statements, labels and all around them; the Danish is nowhere."""
    session.execute(update(Contact).values(language="en"))
    page = client.get(f"/s/{token}").text
    assert '<html lang="en">' in page
    assert "Udsagn" not in page
    assert "Helt enig" not in page


def test_a_language_the_questionnaire_lacks_falls_back_whole(
    session: Session, client: FlaskClient, token: str
) -> None:
    """The page is Danish throughout, with one note in the language that was asked for."""
    session.query(Translation).filter_by(language="en").delete()
    session.execute(update(Contact).values(language="en"))
    page = client.get(f"/s/{token}").text
    assert '<html lang="da">' in page
    assert page.count('lang="en"') == 1, "the note alone; English is not offered"
    assert "Helt enig" in page


def test_a_corrected_translation_is_read_at_once(session: Session, client: FlaskClient, token: str) -> None:
    """Also by a process that has shown the page before."""
    session.execute(update(Contact).values(language="en"))
    client.get(f"/s/{token}")
    for translation in session.scalars(select(Translation).where(Translation.language == "en")):
        translation.statements = ["Corrected", *translation.statements[1:]]
    session.flush()
    assert "Corrected" in client.get(f"/s/{token}").text


def test_a_recording_is_heard_at_its_statement_alone(
    session: Session,
    client: FlaskClient,
    token: str,
    stevns: Municipality,
    employ: Callable[..., Staff],
    now: datetime,
) -> None:
    """In its own language, without being loaded before somebody presses play."""
    assert "<audio" not in client.get(f"/s/{token}").text
    version = session.scalars(select(QuestionnaireVersion).where(QuestionnaireVersion.statement_count == 5)).one()
    recording = Recording(municipality_id=stevns.id, version_id=version.id, position=2, language="da")
    recording.content, recording.kind = b"ID3 sound", "audio/mpeg"
    recording.name, recording.uploaded_at = hashlib.sha256(recording.content).hexdigest(), now
    recording.uploaded_by = employ(session, stevns, "administrator").id
    session.add(recording)
    session.flush()
    page = client.get(f"/s/{token}").text
    assert page.count("<audio") == page.count('preload="none"') == 1
    assert page.index("Udsagn 2 af 5") < page.index(f'src="/lyd/{recording.name}"') < page.index("Udsagn 3 af 5")
    assert "<audio" not in client.get(f"/s/{token}?sprog=en").text
