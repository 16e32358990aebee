"""The administrator's room for questionnaires: what is asked, by whom, in which languages; the next version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import access
from survey import lix, published, questionnaires, recordings, texts, translations, vocabulary, wording, workdays
from survey.access import ADMINISTRATOR, open_to
from survey.db import transaction
from survey.languages import NAMES, VERIFIED
from survey.published import Version
from survey.questionnaire import Statement
from survey.questionnaires import Draft, Sheet
from survey.translations import Kept
from survey.wording import Finding

doors = Blueprint("questionnaires", __name__)

NEXT = "/spoergeskemaer/<int:questionnaire_id>/ny"
MOST_POINTS = 5


@dataclass(frozen=True)
class Language:
    """One language of a version: its Danish name, its translation (None: Danish is asked), how many recordings."""

    language: str
    name: str
    kept: Kept | None
    recordings: int


@doors.get("/spoergeskemaer")
@open_to(ADMINISTRATOR)
def overview() -> ResponseReturnValue:
    """Every questionnaire with its teams, its versions and how many languages each has."""
    here = access.signed_in().municipality_id
    with transaction() as session:
        sheets, kept = questionnaires.sheets(session, here), translations.every(session, here)
    told = {
        version.id: [each for (version_id, _), each in kept.items() if version_id == version.id]
        for sheet in sheets
        for version in sheet.versions
    }
    unread = [texts.about(language)["name"] for language in NAMES if language not in VERIFIED]
    return render_template(
        "admin/questionnaires.html", sheets=sheets, told=told, unread=unread, local=workdays.local
    )


@doors.get("/spoergeskemaer/udgave/<int:version_id>")
@open_to(ADMINISTRATOR)
def one(version_id: int) -> ResponseReturnValue:
    """One version: scale, statements, how hard they are to read, languages; 404 for another municipality's."""
    with transaction() as session:
        version = found(session, version_id)
        languages = _languages(session, version)
    lines = [statement.text for statement in version.content.statements]
    return render_template(
        "admin/questionnaire.html",
        version=version,
        languages=languages,
        lix=lix,
        readings=[lix.of([line]) for line in lines],
        reading=lix.of(lines),
        hints=wording.hints(lines),
        local=workdays.local,
    )


@doors.get(NEXT)
@open_to(ADMINISTRATOR)
def begin(questionnaire_id: int) -> ResponseReturnValue:
    """The form of the next version, with the newest one in it."""
    with transaction() as session:
        sheet = _sheet(session, questionnaire_id)
    before = sheet.versions[0]
    return _form(sheet, before, Draft(before.content.scale.labels, before.content.statements))


@doors.post(NEXT)
@open_to(ADMINISTRATOR)
def follow(questionnaire_id: int) -> ResponseReturnValue:
    """Show what the next version would be and what follows from it; publish it when `do` is "publish"."""
    with transaction() as session:
        sheet, draft = _sheet(session, questionnaire_id), _drafted()
        before = sheet.versions[0]
        if request.form.get("based_on") != str(before.id):
            return _stale(sheet)
        findings = questionnaires.problems(draft, before)
        if findings or request.form.get("do") == "edit":
            return _form(sheet, before, draft, findings), 422 if findings else 200
        if request.form.get("do") != "publish":
            return _effect(session, sheet, before, draft)
        staff, now = access.signed_in(), workdays.now()
        try:
            version_id = questionnaires.succeed(session, before, draft, now)
        except questionnaires.StaleError:
            return _stale(sheet)
        access.log_access(session, staff, "publish questionnaire version", f"version {version_id}", now)
    flash(f"Udgave {before.number + 1} er udgivet. Samtaler, der importeres fra nu af, bliver spurgt med den.")
    return redirect(url_for("questionnaires.one", version_id=version_id), 303)


def found(session: Session, version_id: int) -> Version:
    """The version with this number in the signed-in person's municipality. Ends the request with 404 without."""
    if version_id >= 2**63:
        access.not_here()
    versions_found = published.versions(session, access.signed_in().municipality_id, version_id)
    return versions_found[0] if versions_found else access.not_here()


def decimal(value: float) -> str:
    """A LIX as it is written: "28,7"."""
    return f"{value:.1f}".replace(".", ",")


doors.add_app_template_filter(decimal, "lix_decimal")


def _sheet(session: Session, questionnaire_id: int) -> Sheet:
    here = access.signed_in().municipality_id
    matching = [
        sheet for sheet in questionnaires.sheets(session, here) if sheet.id == questionnaire_id and sheet.versions
    ]
    return matching[0] if matching else access.not_here()


def _languages(session: Session, version: Version) -> list[Language]:
    key = (version.municipality_id, version.id)
    kept, sounds = translations.every(session, *key), recordings.read(session, *key)
    return [
        Language(
            language,
            str(texts.about(language)["name"]),
            kept.get((version.id, language)),
            sum(spoken == language for spoken, _ in sounds),
        )
        for language in ("da", *vocabulary.FOREIGN)
    ]


def _drafted() -> Draft:
    """What was typed. A statement left blank is left out, and a fifth point left blank too.

    Those after one left out move up, and are no longer where they could mean the same.
    """
    labels = [wording.tidy(request.form.get(f"label-{n}", "")) for n in range(1, MOST_POINTS + 1)]
    lines = [
        (n, Statement(text, request.form.get(f"offers-{n}") == "1"))
        for n in range(1, wording.MOST_STATEMENTS + 1)
        if (text := wording.tidy(request.form.get(f"statement-{n}", "")))
    ]
    same = frozenset(
        place for place, (n, _) in enumerate(lines, 1) if n == place and request.form.get(f"same-{n}") == "1"
    )
    return Draft(tuple(labels if labels[-1] else labels[:-1]), tuple(line for _, line in lines), same)


def _form(sheet: Sheet, before: Version, draft: Draft, findings: Sequence[Finding] = ()) -> str:
    blank = Statement("")
    return render_template(
        "admin/questionnaire_form.html",
        sheet=sheet,
        before=before,
        labels=[*draft.labels, *[""] * (MOST_POINTS - len(draft.labels))],
        same=draft.same,
        statements=[*draft.statements, *[blank] * (wording.MOST_STATEMENTS - len(draft.statements))],
        findings=findings,
        wrong={finding.field: finding.message for finding in findings},
        longest=wording.LONGEST_STATEMENT,
        longest_label=wording.LONGEST_LABEL,
    )


def _effect(session: Session, sheet: Sheet, before: Version, draft: Draft) -> str:
    lines = [statement.text for statement in draft.statements]
    going, staying = _following(session, before, draft)
    return render_template(
        "admin/questionnaire_effect.html",
        sheet=sheet,
        before=before,
        draft=draft,
        new=set(lines) - {statement.text for statement in before.content.statements},
        same=draft.means_the_same(before),
        because=questionnaires.new_series_because(draft, before),
        reading=lix.of(lines),
        lix=lix,
        hints=wording.hints(lines),
        going=going,
        staying=staying,
        hidden=_hidden(before, draft),
    )


def _following(session: Session, before: Version, draft: Draft) -> tuple[list[str], list[str]]:
    """The Danish names of the languages that follow, and of those that fall back to Danish."""
    key = (before.municipality_id, before.id)
    going: Mapping[str, object] = translations.following(session, *key, draft.after(before))
    names = {each: str(texts.about(each)["name"]) for each in translations.languages(session, *key)}
    return [names[each] for each in going], [name for each, name in names.items() if each not in going]


def _hidden(before: Version, draft: Draft) -> list[tuple[str, str]]:
    """The draft as fields of a form."""
    fields = [("based_on", str(before.id))]
    fields += [(f"label-{n}", label) for n, label in enumerate(draft.labels, 1)]
    fields += [(f"statement-{n}", statement.text) for n, statement in enumerate(draft.statements, 1)]
    fields += [(f"same-{n}", "1") for n in sorted(draft.same)]
    return fields + [(f"offers-{n}", "1") for n, line in enumerate(draft.statements, 1) if line.offers_callback]


def _stale(sheet: Sheet) -> ResponseReturnValue:
    words = (
        f"Der er udgivet en nyere udgave af {sheet.name}, siden du begyndte. Intet er udgivet af det, du skrev. "
        "Læs den nye udgave under Spørgeskemaer, og begynd derfra."
    )
    return render_template("admin/message.html", heading="En anden var først", text=words), 409
