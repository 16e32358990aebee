"""Recordings in the room: uploaded, heard, replaced, removed, and refused in words."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from admin import demo
from survey import recordings, translations
from survey.models import AccessLog, Municipality, Questionnaire, QuestionnaireVersion, Recording, Staff
from tests.conftest import ROOT

FOLDER = ROOT / "tests" / "data" / "recordings"


@pytest.fixture
def version(session: Session, stevns: Municipality) -> int:
    """Faxe's three statements."""
    found = select(QuestionnaireVersion.id).join(Questionnaire).where(Questionnaire.code == "faxe")
    return session.scalars(found).one()


@pytest.fixture
def admin(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]
) -> FlaskClient:
    """The administrator's browser."""
    return enter(employ(session, stevns, "administrator"), stevns)


def upload(
    admin: FlaskClient, version: int, *names: str, language: str = "da", position: int = 1, content: bytes = b""
) -> TestResponse:
    """Send the files with these names, or `content`; written out, for the client leaves big ones open."""
    body = b""
    for name in names:
        body += f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        body += (content or (FOLDER / name).read_bytes()) + b"\r\n"
    path = f"/spoergeskemaer/udgave/{version}/{language}/lyd/{position}"
    kind = "multipart/form-data; boundary=x"
    return admin.post(path, data=body + b"--x--\r\n", content_type=kind, follow_redirects=True)


def test_a_recording_is_uploaded_and_heard(
    admin: FlaskClient, session: Session, stevns: Municipality, version: int
) -> None:
    """Whatever its name says; the page plays it, and it is written down who did it."""
    answer = upload(admin, version, "tone.opus", content=(FOLDER / "tone.mp3").read_bytes())
    (sound,) = recordings.read(session, stevns.id, version).values()
    assert (answer.status_code, sound.kind) == (200, "audio/mpeg")
    assert "Indtalingen af udsagn 1 er gemt." in answer.text
    assert f'<audio controls preload="none" src="/lyd/{sound.name}"' in answer.text
    assert "2 KB, Administrator" in answer.text
    assert "media-src 'self'" in answer.headers["Content-Security-Policy"]
    assert admin.get(f"/lyd/{sound.name}").data == (FOLDER / "tone.mp3").read_bytes()
    assert "1 af 3" in admin.get(f"/spoergeskemaer/udgave/{version}").text
    logged = session.execute(select(AccessLog.action, AccessLog.subject)).one()
    assert tuple(logged) == ("upload recording", f"version {version} da statement 1")


def test_a_recording_is_replaced_and_removed(
    admin: FlaskClient, session: Session, stevns: Municipality, version: int
) -> None:
    """A language's own, beside the Danish one."""
    upload(admin, version, "tone.mp3")
    upload(admin, version, "tone.mp3", language="ti")
    upload(admin, version, "tone.m4a", language="ti")
    kinds = {key: sound.kind for key, sound in recordings.read(session, stevns.id, version).items()}
    assert kinds == {("da", 1): "audio/mpeg", ("ti", 1): "audio/mp4"}
    path = f"/spoergeskemaer/udgave/{version}/ti/lyd/1/fjern"
    for _ in range(2):
        assert "Udsagn 1 er uden indtaling." in admin.post(path, follow_redirects=True).text
    assert list(recordings.read(session, stevns.id, version)) == [("da", 1)]
    actions = session.scalars(select(AccessLog.action).order_by(AccessLog.id)).all()
    assert actions == ["upload recording"] * 3 + ["remove recording"]


@pytest.mark.parametrize(
    ("names", "content", "message"),
    [
        ((), b"", "Vælg en fil."),
        (("tone.mp3", "tone.opus"), b"", "Vælg én fil ad gangen."),
        (("tone.wav",), b"", "Filen er WAV, som ikke alle telefoner kan afspille. Gem optagelsen som MP3"),
        (("film.mp4",), b"", "Filen er en video."),
        (("tone.mp3",), b"<script>" * 99, "Filen er ikke en lydfil."),
        (("tone.mp3",), b"x" * 3 * 1024**2, "Filen fylder 3,0 MB. Den må højst fylde 1 MB"),
    ],
)
def test_what_cannot_be_played_is_refused(
    admin: FlaskClient,
    session: Session,
    stevns: Municipality,
    version: int,
    names: tuple[str, ...],
    content: bytes,
    message: str,
) -> None:
    """422 with why and what to do, at the statement; what was there is still heard."""
    upload(admin, version, "tone.mp3", position=2)
    answer = upload(admin, version, *names, position=2, content=content)
    assert (answer.status_code, answer.text.count(message)) == (422, 2)
    assert '<a href="#file-2">' in answer.text
    assert list(recordings.read(session, stevns.id, version)) == [("da", 2)]


def test_the_demo_has_one_to_listen_to(
    admin: FlaskClient, session: Session, stevns: Municipality, now: datetime
) -> None:
    """The first statement of Opfølgning, by a machine's voice."""
    demo.read_aloud(stevns.id, now.date())
    (sound,) = session.scalars(select(Recording.name)).all()
    answer = admin.get(f"/lyd/{sound}")
    assert (answer.content_type, len(answer.data) < 20_000) == ("audio/mpeg", True)


def test_what_goes_with_a_language_is_counted_before_it_is_removed(admin: FlaskClient, version: int) -> None:
    """In a box that is opened first: the translation and its recordings, and that there is no way back."""
    place = f"/spoergeskemaer/udgave/{version}/ti"
    told = []
    for position in (1, 2):
        told.append(admin.get(place).text)
        upload(admin, version, "tone.mp3", language="ti", position=position)
    told.append(admin.get(place).text)
    words = (
        "slettet. Borgere",
        "og det gør den ene indtaling på tigrinya",
        "og det gør de 2 indtalinger på tigrinya",
    )
    assert [[each in page for each in words].index(True) for page in told] == [0, 1, 2]
    box = told[2].partition('<details class="apart">')[2].partition("</details>")[0]
    for each in (
        "<summary>Fjern tigrinya",
        "spurgt på dansk. Det kan ikke fortrydes.",
        "Ja, fjern tigrinya</button>",
    ):
        assert each in box


def test_far_too_much_is_cut_off(admin: FlaskClient, version: int) -> None:
    """413, in words that say what a recording may be."""
    answer = upload(admin, version, "tone.mp3", content=b"x" * (8 * 1024**2 + 1))
    assert (answer.status_code, "en indtaling 1 MB" in answer.text) == (413, True)


def test_only_what_citizens_are_asked_is_read_aloud(
    admin: FlaskClient, session: Session, stevns: Municipality, version: int
) -> None:
    """No statement four, no unknown language, and none that is not translated."""
    translations.forget(session, translations.Place(stevns.id, version, "so"))
    for language, position in (("da", 4), ("da", 0), ("xx", 1), ("so", 1)):
        assert upload(admin, version, "tone.mp3", language=language, position=position).status_code == 404
    assert upload(admin, 2**62, "tone.mp3").status_code == 404
    assert recordings.read(session, stevns.id, version) == {}


def test_a_corrected_statement_loses_its_recording(
    admin: FlaskClient, session: Session, stevns: Municipality, version: int
) -> None:
    """And the page says so, for it says something else now."""
    upload(admin, version, "tone.mp3", language="en", position=2)
    assert "bliver indtalingen af det fjernet" in admin.get(f"/spoergeskemaer/udgave/{version}/en").text
    words = translations.every(session, stevns.id, version)[version, "en"].words
    form = {f"label-{n}": text for n, text in enumerate(words.labels, 1)}
    form |= {f"statement-{n}": text for n, text in enumerate(("I felt heard", "I would try", "Good plan"), 1)}
    page = admin.post(f"/spoergeskemaer/udgave/{version}/en", data=form, follow_redirects=True).text
    assert "Indtalingen af udsagn 2 er fjernet, for teksten er en anden." in page
    assert recordings.read(session, stevns.id, version) == {}
