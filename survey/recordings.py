"""Statements read aloud: a recording per statement and language of a version, kept by what its bytes are."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from survey import audio_files
from survey.models import Recording, Staff


@dataclass(frozen=True)
class Place:
    """Which statement of which version, in which language ("da" too)."""

    municipality_id: int
    version_id: int
    language: str
    position: int


@dataclass(frozen=True)
class Sound:
    """What a page needs to play one: `/lyd/<name>`, and its content type."""

    name: str
    kind: str


@dataclass(frozen=True)
class Kept:
    """A recording as the staff see it: its sound, its size in bytes, who uploaded it and when."""

    sound: Sound
    size: int
    uploaded_at: datetime
    uploaded_by: str


def read(session: Session | Connection, municipality_id: int, version_id: int) -> dict[tuple[str, int], Sound]:
    """The recordings of a version by language and position, in one statement; empty when there are none."""
    rows = session.execute(_SOUNDS, {"municipality": municipality_id, "version": version_id})
    return {(row.language, row.position): Sound(row.name, row.kind) for row in rows}


def content(session: Session | Connection, name: str) -> tuple[str, bytes] | None:
    """The content type and the bytes of the recording with this name; None when there is none."""
    row = session.execute(_CONTENT, {"name": name}).first()
    return (row.kind, row.content) if row else None


def kept(session: Session, municipality_id: int, version_id: int) -> dict[tuple[str, int], Kept]:
    """As `read`, with size, who and when."""
    rows = session.execute(
        select(
            *(Recording.language, Recording.position, Recording.name, Recording.kind, Recording.uploaded_at),
            func.octet_length(Recording.content).label("size"),
            Staff.name.label("by"),
        )
        .join(Staff, Staff.id == Recording.uploaded_by)
        .where(Recording.municipality_id == municipality_id, Recording.version_id == version_id)
    )
    return {
        (row.language, row.position): Kept(Sound(row.name, row.kind), row.size, row.uploaded_at, row.by)
        for row in rows
    }


def save(session: Session, place: Place, recorded: bytes, *, staff_id: int, now: datetime) -> Sound:
    """Let `recorded` be heard at `place` from now on, instead of what was.

    Raises audio_files.AudioFileError for what cannot be played, and IntegrityError where there is no statement.
    """
    sound = Sound(hashlib.sha256(recorded).hexdigest(), audio_files.kind(recorded))
    new = {
        "name": sound.name,
        "kind": sound.kind,
        "content": recorded,
        "uploaded_at": now,
        "uploaded_by": staff_id,
    }
    # Two administrators may upload at once: the later one stays.
    session.execute(
        insert(Recording)
        .values(vars(place) | new)
        .on_conflict_do_update(index_elements=["municipality_id", "version_id", "position", "language"], set_=new)
    )
    return sound


def remove(
    session: Session, municipality_id: int, version_id: int, language: str, positions: Collection[int]
) -> list[int]:
    """Let these be heard no more; the positions where there was a recording, in order."""
    gone = session.scalars(
        delete(Recording)
        .where(_of(municipality_id, version_id, language), Recording.position.in_(positions))
        .returning(Recording.position)
    )
    return sorted(gone)


def carry(session: Session, municipality_id: int, from_version: int, to_version: int) -> int:
    """Copy every recording whose words stand in both versions; how many. Call it when the words are in place."""
    copied = session.execute(
        _CARRY, {"municipality": municipality_id, "old_version": from_version, "new_version": to_version}
    )
    return len(copied.all())


def _of(municipality_id: int, version_id: int, language: str) -> ColumnElement[bool]:
    return and_(
        Recording.municipality_id == municipality_id,
        Recording.version_id == version_id,
        Recording.language == language,
    )


# Tables instead of classes, and built once: the citizen's page asks.
_table = Recording.__table__.c
_SOUNDS = select(_table.language, _table.position, _table.name, _table.kind).where(
    _table.municipality_id == bindparam("municipality"), _table.version_id == bindparam("version")
)
_CONTENT = select(_table.kind, _table.content).where(_table.name == bindparam("name")).limit(1)

_CARRY = text("""
WITH words (version_id, language, position, said) AS (
    SELECT version_id, 'da', position, text FROM statement
    WHERE municipality_id = :municipality AND version_id IN (:old_version, :new_version)
    UNION ALL
    SELECT version_id, language, said.position, said.text
    FROM translation, unnest(statements) WITH ORDINALITY AS said (text, position)
    WHERE municipality_id = :municipality AND version_id IN (:old_version, :new_version)
)
INSERT INTO recording (
    municipality_id, version_id, position, language, kind, name, content, uploaded_at, uploaded_by
)
SELECT recording.municipality_id, later.version_id, later.position, recording.language,
    recording.kind, recording.name, recording.content, recording.uploaded_at, recording.uploaded_by
FROM recording
JOIN words AS earlier USING (version_id, language, position)
JOIN words AS later ON later.version_id = :new_version AND later.language = recording.language
    AND later.said = earlier.said
WHERE recording.municipality_id = :municipality AND recording.version_id = :old_version
ON CONFLICT DO NOTHING
RETURNING position
""")
