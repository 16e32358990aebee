"""A version in other languages than Danish: read, corrected while nobody has verified it, verified, carried on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from survey import published, recordings, vocabulary, wording
from survey.models import QuestionnaireVersion, Staff, Translation
from survey.questionnaire import Questionnaire
from survey.questionnaire import Statement as Line
from survey.recordings import Sound
from survey.scale import Scale
from survey.vocabulary import Words

_KEY = ("municipality_id", "version_id", "language")


@dataclass(frozen=True)
class Place:
    """Which version in which language."""

    municipality_id: int
    version_id: int
    language: str


@dataclass(frozen=True)
class Kept:
    """A translation as it is stored; `verified_at` and `verified_by` are None until somebody has verified it."""

    words: Words
    verified_at: datetime | None
    verified_by: str | None


class VerifiedError(Exception):
    """A verified translation never changes; `kept` says whose word that is."""

    def __init__(self, kept: Kept) -> None:
        super().__init__("A verified translation never changes")
        self.kept = kept


class ChangedError(Exception):
    """Somebody changed or removed the translation since it was read."""


@dataclass(frozen=True)
class Whole:
    """A version by language, Danish first, and what is read aloud of it, by language and position."""

    by_language: Mapping[str, Questionnaire]
    sounds: Mapping[tuple[str, int], Sound]


def whole(session: Session | Connection, municipality_id: int, version_id: int) -> Whole:
    """All that a citizen's page shows of a published version, in one statement.

    The Danish content never changes; the rest may, and then the version's `dress` does. Raises LookupError for a
    version that is none.
    """
    row = session.execute(_WHOLE, {"municipality": municipality_id, "version": version_id}).first()
    if row is None:
        raise LookupError("no such version")
    written = [{"language": "da", "labels": row.labels, "statements": row.texts}, *(row.translations or ())]
    by_language = {
        each["language"]: Questionnaire(
            code=row.code,
            name=row.name,
            scale=Scale(tuple(each["labels"])),
            statements=tuple(map(Line, each["statements"], row.offers)),
        )
        for each in written
    }
    sounds = {(one["language"], one["position"]): Sound(one["name"], one["kind"]) for one in row.sounds or ()}
    return Whole(by_language, sounds)


def read(session: Session | Connection, municipality_id: int, version_id: int) -> dict[str, Questionnaire]:
    """A version's content by language, Danish left out; empty when it is in Danish alone."""
    found = whole(session, municipality_id, version_id).by_language
    return {language: content for language, content in found.items() if language != "da"}


def every(session: Session, municipality_id: int, version_id: int | None = None) -> dict[tuple[int, str], Kept]:
    """The municipality's translations, or a version's, by version and language, in one statement."""
    wanted = Translation.municipality_id == municipality_id
    if version_id is not None:
        wanted &= Translation.version_id == version_id
    return _kept(session, wanted)


def one(session: Session, place: Place) -> Kept | None:
    """The translation of exactly this place."""
    return _kept(session, _at(place)).get((place.version_id, place.language))


def save(session: Session, place: Place, words: Words) -> list[int]:
    """Let these words stand at `place`, unverified. Recordings of what was said otherwise before are removed.

    The positions of the removed recordings. Raises wording.WordingError naming everything that is missing or
    wrong, and VerifiedError.
    """
    points, count = _size(session, place)
    if findings := _misfits(points, count, words):
        raise wording.WordingError(findings)
    before = one(session, place)
    new = {"labels": list(words.labels), "statements": list(words.statements)}
    sized = {"points": points, "statement_count": count}
    # Verified between the reading above and here: then the condition holds the row, and nothing comes back.
    stored = session.execute(
        insert(Translation)
        .values(vars(place) | sized | new)
        .on_conflict_do_update(index_elements=_KEY, set_=new, where=Translation.verified_at.is_(None))
        .returning(Translation.language)
    ).first()
    if stored is None:
        raise VerifiedError(_found(session, place))
    was = before.words.statements if before else words.statements
    changed = [n for n, (old, text) in enumerate(zip(was, words.statements, strict=True), 1) if old != text]
    return recordings.remove(session, place.municipality_id, place.version_id, place.language, changed)


def verify(session: Session, place: Place, seen: Words, *, staff_id: int, now: datetime) -> None:
    """Note that a person who knows the language has read `seen` and says it is right: it never changes again.

    Raises VerifiedError when somebody was first, and ChangedError when other words stand there now.
    """
    marked = session.execute(
        update(Translation)
        .where(
            _at(place),
            Translation.verified_at.is_(None),
            Translation.labels == list(seen.labels),
            Translation.statements == list(seen.statements),
        )
        .values(verified_at=now, verified_by=staff_id)
        .returning(Translation.language)
    ).first()
    if marked is None:
        raise VerifiedError(kept) if (kept := one(session, place)) and kept.verified_at else ChangedError


def forget(session: Session, place: Place) -> bool:
    """Ask in Danish again instead of in this language; False when there was nothing to forget.

    Its recordings go too. Raises VerifiedError.
    """
    gone = session.execute(
        delete(Translation).where(_at(place), Translation.verified_at.is_(None)).returning(Translation.points)
    ).first()
    if gone:
        recordings.remove(session, place.municipality_id, place.version_id, place.language, range(1, 11))
    elif kept := one(session, place):
        raise VerifiedError(kept)
    return gone is not None


def suggestion(session: Session, municipality_id: int, danish: Questionnaire, language: str) -> Words:
    """What is known of `danish` in this language from other versions and the shipped ones; "" where nothing is."""
    return vocabulary.known(session, municipality_id).words(danish, language)


def languages(session: Session, municipality_id: int, version_id: int | None) -> list[str]:
    """The languages of a version, in the usual order; None: those of a questionnaire we ship."""
    if version_id is None:
        return list(vocabulary.FOREIGN)
    found = {language for _, language in every(session, municipality_id, version_id)}
    return [language for language in vocabulary.FOREIGN if language in found]


def following(
    session: Session, municipality_id: int, version_id: int | None, danish: Questionnaire
) -> dict[str, Words]:
    """By language: the words that go on from this version to the content after it.

    A language of which one text is unknown does not go on; its citizens are asked in Danish.
    """
    known = vocabulary.known(session, municipality_id)
    wanted = languages(session, municipality_id, version_id)
    told = {language: known.words(danish, language) for language in wanted}
    return {language: words for language, words in told.items() if words.complete}


def carry(session: Session, municipality_id: int, version_id: int, words: Mapping[str, Words]) -> None:
    """Give a version these translations, unverified, beside those it has."""
    if not words:
        return
    points, count = _size(session, Place(municipality_id, version_id, ""))
    rows = [
        {
            "municipality_id": municipality_id,
            "version_id": version_id,
            "language": language,
            "points": points,
            "statement_count": count,
            "labels": list(each.labels),
            "statements": list(each.statements),
        }
        for language, each in words.items()
    ]
    session.execute(insert(Translation).values(rows).on_conflict_do_nothing())


def fill(session: Session) -> int:
    """Give every published version without any translation the ones that are known; to how many versions.

    For databases from before there were translations.
    """
    told = {(row.municipality_id, row.version_id) for row in session.execute(_TRANSLATED)}
    filled = 0
    for version in published.versions(session):
        if (version.municipality_id, version.id) not in told:
            words = following(session, version.municipality_id, None, version.content)
            carry(session, version.municipality_id, version.id, words)
            filled += bool(words)
    return filled


def _misfits(points: int, count: int, words: Words) -> list[wording.Finding]:
    """What is wrong with the words; too few or too many of them is a form tampered with."""
    if (len(words.labels), len(words.statements)) != (points, count):
        return [wording.Finding("", f"Der skal være {points} svar og {count} udsagn.")]
    return wording.problems(words.labels, words.statements)


def _size(session: Session, place: Place) -> tuple[int, int]:
    """Points and statements of the version."""
    key = (place.municipality_id, place.version_id)
    row = session.get_one(QuestionnaireVersion, key)
    return row.points, row.statement_count


def _at(place: Place) -> ColumnElement[bool]:
    return and_(*(getattr(Translation, name) == getattr(place, name) for name in _KEY))


def _found(session: Session, place: Place) -> Kept:
    return _kept(session, _at(place))[place.version_id, place.language]


def _kept(session: Session, wanted: ColumnElement[bool]) -> dict[tuple[int, str], Kept]:
    rows = session.execute(
        select(
            *(Translation.version_id, Translation.language, Translation.labels, Translation.statements),
            *(Translation.verified_at, Staff.name.label("by")),
        )
        .outerjoin(Staff, Staff.id == Translation.verified_by)
        .where(wanted)
    )
    return {
        (row.version_id, row.language): Kept(
            Words(tuple(row.labels), tuple(row.statements)), row.verified_at, row.by
        )
        for row in rows
    }


_WHOLE = text("""
    SELECT q.code, q.name, v.labels,
        (SELECT array_agg(s.text ORDER BY s.position) FROM statement s
            WHERE s.municipality_id = v.municipality_id AND s.version_id = v.id) AS texts,
        (SELECT array_agg(s.offers_callback ORDER BY s.position) FROM statement s
            WHERE s.municipality_id = v.municipality_id AND s.version_id = v.id) AS offers,
        (SELECT json_agg(json_build_object('language', t.language, 'labels', t.labels, 'statements', t.statements)
                ORDER BY array_position(CAST(:order AS text[]), t.language)) FROM translation t
            WHERE t.municipality_id = v.municipality_id AND t.version_id = v.id) AS translations,
        (SELECT json_agg(json_build_object('language', r.language, 'position', r.position, 'name', r.name,
                'kind', r.kind)) FROM recording r
            WHERE r.municipality_id = v.municipality_id AND r.version_id = v.id) AS sounds
    FROM questionnaire_version v
    JOIN questionnaire q ON q.municipality_id = v.municipality_id AND q.id = v.questionnaire_id
    WHERE v.municipality_id = :municipality AND v.id = :version
""").bindparams(order=list(vocabulary.FOREIGN))
_TRANSLATED = select(Translation.municipality_id, Translation.version_id).distinct()
