"""The administrator's doors for recordings: a statement of a version read aloud in one language."""

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import access, translations
from survey import audio_files, recordings, workdays
from survey import translations as kept_translations
from survey.access import ADMINISTRATOR, open_to
from survey.audio_files import AudioFileError
from survey.db import transaction
from survey.published import Version
from survey.recordings import Place
from survey.wording import Finding

doors = Blueprint("recordings", __name__)

ONE = f"{translations.ONE}/lyd/<int:position>"
MOST_BYTES = 8 * audio_files.MOST_BYTES
"""What is read of an upload: enough to say how much too large a file is, and of which kind."""


@doors.post(ONE)
@open_to(ADMINISTRATOR)
@access.takes_bytes(MOST_BYTES)
def upload(version_id: int, language: str, position: int) -> ResponseReturnValue:
    """Let citizens hear this file for the statement, instead of what was; 422 for one they could not play."""
    staff, now = access.signed_in(), workdays.now()
    with transaction() as session:
        version = _spoken(session, version_id, language, position)
        try:
            place = Place(staff.municipality_id, version_id, language, position)
            recordings.save(session, place, _file(), staff_id=staff.id, now=now)
        except AudioFileError as error:
            finding = Finding(f"file-{position}", str(error))
            return translations.page(session, version, language, findings=[finding]), 422
        access.log_access(session, staff, "upload recording", _subject(place), now)
    flash(f"Indtalingen af udsagn {position} er gemt. Hør den igennem.")
    return redirect(f"{translations.address(version_id, language)}#lyd-{position}", 303)


@doors.post(f"{ONE}/fjern")
@open_to(ADMINISTRATOR)
def remove(version_id: int, language: str, position: int) -> ResponseReturnValue:
    """Let the statement be heard no more."""
    staff, now = access.signed_in(), workdays.now()
    with transaction() as session:
        _spoken(session, version_id, language, position)
        if recordings.remove(session, staff.municipality_id, version_id, language, [position]):
            place = Place(staff.municipality_id, version_id, language, position)
            access.log_access(session, staff, "remove recording", _subject(place), now)
    flash(f"Udsagn {position} er uden indtaling.")
    return redirect(f"{translations.address(version_id, language)}#lyd-{position}", 303)


def _spoken(session: Session, version_id: int, language: str, position: int) -> Version:
    """The version, when citizens are asked this statement in this language; 404 otherwise."""
    version = translations.asked(session, version_id, language)
    place = kept_translations.Place(version.municipality_id, version.id, language)
    said = language == "da" or kept_translations.one(session, place) is not None
    return version if said and 1 <= position <= len(version.content.statements) else access.not_here()


def _file() -> bytes:
    files = [file for file in request.files.getlist("file") if file.filename]
    if len(files) != 1:
        raise AudioFileError("Vælg én fil ad gangen." if files else "Vælg en fil.")
    content: bytes = files[0].read()
    return content


def _subject(place: Place) -> str:
    return f"version {place.version_id} {place.language} statement {place.position}"
