"""The administrator's page for one language of a version: its words, who verified them, what is read aloud."""

import hashlib
import json
from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import access, questionnaires
from survey import audio_files, recordings, texts, translations, vocabulary, wording, workdays
from survey.access import ADMINISTRATOR, open_to
from survey.db import transaction
from survey.published import Version
from survey.translations import Kept, Place
from survey.vocabulary import Words
from survey.wording import Finding

doors = Blueprint("translations", __name__)

ONE = "/spoergeskemaer/udgave/<int:version_id>/<language>"
MEANWHILE = "Oversættelsen er ændret, siden du så den. Læs den igen."
KNOWS = Finding("knows", "Sæt kryds ved, at du kan sproget, eller lad en anden kontrollere oversættelsen.")


@doors.get(ONE)
@open_to(ADMINISTRATOR)
def one(version_id: int, language: str) -> ResponseReturnValue:
    """The words in this language beside the Danish; what is known of it where there are none yet."""
    with transaction() as session:
        version = asked(session, version_id, language)
        return page(session, version, language)


@doors.post(ONE)
@open_to(ADMINISTRATOR)
def save(version_id: int, language: str) -> ResponseReturnValue:
    """Let citizens be asked in these words; 422 for half a translation, 409 for a verified one."""
    with transaction() as session:
        version, staff, now = _foreign(session, version_id, language), access.signed_in(), workdays.now()
        words = _typed(version)
        try:
            silenced = translations.save(session, _place(version, language), words)
        except wording.WordingError as error:
            return page(session, version, language, words=words, findings=error.findings), 422
        except translations.VerifiedError as error:
            return _refused(error.kept)
        access.log_access(session, staff, "change translation", _subject(version, language), now)
    told = [f"Indtalingen af udsagn {n} er fjernet, for teksten er en anden." for n in silenced]
    flash(" ".join(["Oversættelsen er gemt og bruges, næste gang siden hentes.", *told]))
    return redirect(address(version_id, language), 303)


@doors.post(f"{ONE}/kontrolleret")
@open_to(ADMINISTRATOR)
def verify(version_id: int, language: str) -> ResponseReturnValue:
    """Note that the signed-in person, who says they know the language, finds the words they saw right."""
    with transaction() as session:
        version, staff, now = _foreign(session, version_id, language), access.signed_in(), workdays.now()
        place = _place(version, language)
        kept = translations.one(session, place)
        if request.form.get("knows") != "1":
            return page(session, version, language, findings=[KNOWS]), 422
        if kept is None or request.form.get("seen") != fingerprint(kept.words):
            return _again(version_id, language)
        try:
            translations.verify(session, place, kept.words, staff_id=staff.id, now=now)
        except translations.VerifiedError as error:
            return _refused(error.kept)
        except translations.ChangedError:
            return _again(version_id, language)
        access.log_access(session, staff, "verify translation", _subject(version, language), now)
    flash("Det er noteret, at du har kontrolleret oversættelsen. Den ligger fast fra nu af.")
    return redirect(address(version_id, language), 303)


@doors.post(f"{ONE}/fjern")
@open_to(ADMINISTRATOR)
def forget(version_id: int, language: str) -> ResponseReturnValue:
    """Ask in Danish instead; 409 for a verified translation."""
    with transaction() as session:
        version, staff, now = _foreign(session, version_id, language), access.signed_in(), workdays.now()
        try:
            gone = translations.forget(session, _place(version, language))
        except translations.VerifiedError as error:
            return _refused(error.kept)
        if gone:
            access.log_access(session, staff, "remove translation", _subject(version, language), now)
    flash(f"Borgere bliver ikke længere spurgt på {texts.about(language)['name']}, men på dansk.")
    return redirect(url_for("questionnaires.one", version_id=version_id), 303)


def page(
    session: Session,
    version: Version,
    language: str,
    *,
    words: Words | None = None,
    findings: Sequence[Finding] = (),
) -> str:
    """The page of one language; `words` are what was typed, `findings` what is wrong with what was sent."""
    kept = translations.one(session, _place(version, language))
    known = kept.words if kept else _suggested(session, version, language)
    return render_template(
        "admin/translation.html",
        version=version,
        language=language,
        language_name=texts.about(language)["name"],
        direction=texts.direction(language),
        kept=kept,
        words=words or known,
        findings=findings,
        wrong={finding.field: finding.message for finding in findings},
        seen=fingerprint(kept.words) if kept else "",
        spoken=kept is not None or language == "da",
        sounds={
            position: sound
            for (told, position), sound in recordings.kept(session, version.municipality_id, version.id).items()
            if told == language
        },
        longest={"label": wording.LONGEST_LABEL, "statement": wording.LONGEST_STATEMENT},
        most_bytes=audio_files.MOST_BYTES,
        local=workdays.local,
    )


def asked(session: Session, version_id: int, language: str) -> Version:
    """The version, when it may be asked in this language, Danish too; 404 otherwise."""
    if language not in texts.LANGUAGES:
        access.not_here()
    return questionnaires.found(session, version_id)


def address(version_id: int, language: str) -> str:
    """Where the page of this language is."""
    return url_for("translations.one", version_id=version_id, language=language)


def fingerprint(words: Words) -> str:
    """Which words somebody saw: 16 hexadecimal digits."""
    told = json.dumps([words.labels, words.statements])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _suggested(session: Session, version: Version, language: str) -> Words:
    content = version.content
    if language == "da":
        return Words(content.scale.labels, tuple(statement.text for statement in content.statements))
    return translations.suggestion(session, version.municipality_id, content, language)


def _foreign(session: Session, version_id: int, language: str) -> Version:
    """As `asked`, without Danish: that is the version itself."""
    return asked(session, version_id, language) if language in vocabulary.FOREIGN else access.not_here()


def _typed(version: Version) -> Words:
    def told(field: str, n: int) -> tuple[str, ...]:
        return tuple(wording.tidy(request.form.get(f"{field}-{each}", "")) for each in range(1, n + 1))

    return Words(told("label", version.content.scale.top), told("statement", len(version.content.statements)))


def _place(version: Version, language: str) -> Place:
    return Place(version.municipality_id, version.id, language)


def _subject(version: Version, language: str) -> str:
    return f"version {version.id} {language}"


def _again(version_id: int, language: str) -> ResponseReturnValue:
    flash(MEANWHILE)
    return redirect(address(version_id, language), 303)


def _refused(kept: Kept) -> ResponseReturnValue:
    on = f"{workdays.local(kept.verified_at):%d-%m-%Y}" if kept.verified_at else ""
    words = (
        f"Oversættelsen er kontrolleret af {kept.verified_by} den {on} og ligger fast, så alle er spurgt med de "
        "samme ord. Intet er ændret. Skal den rettes, så udgiv en ny udgave af spørgeskemaet."
    )
    return render_template("admin/message.html", heading="Oversættelsen ligger fast", text=words), 409
