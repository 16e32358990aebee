"""The night's work, step by step, each step in a transaction of its own: keys, tally, participation, retention."""

import resource
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import (
    ballot_box,
    blocks,
    embedded,
    fragments,
    keys,
    participation,
    promises,
    retention,
    tally,
    telling,
    turnout_parts,
    workdays,
)
from survey.ballot_box import KeyInUse
from survey.config import SettingError, Settings
from survey.db import transaction
from survey.keys import KeyPlaceError, KeyStore
from survey.models import Municipality
from survey.retention import Cleaned
from survey.silence import TallyError
from survey.tally import Tallied


@dataclass
class Report:
    """What a tally did in one municipality. `alarms` are sentences in Danish for whoever runs the program."""

    municipality: str
    tallied: Tallied = field(default_factory=Tallied)
    keys_destroyed: int = 0
    alarms: list[str] = field(default_factory=list)


def counted(n: int, one: str, many: str) -> str:
    """`n` with its noun: "1 nøgle", "2 nøgler"."""
    return f"{n} {one if n == 1 else many}"


def key_places(settings: Settings) -> tuple[Path, ...]:
    """The folders of the private keys. Raises SettingError when they are not named or lie where they must not."""
    if settings.key_dir is None and settings.database_url:
        raise SettingError("TILFREDS_KEY_DIR skal nævne mappen med de private nøgler")
    places = [settings.key_dir or settings.state_dir / "keys"]
    if settings.key_mirror:
        places.append(settings.key_mirror)
    try:
        # Of a database on a server we cannot know the folder; the other places are compared in any case.
        keys.check_places(places, None if settings.database_url else embedded.data_dir(settings.state_dir))
    except KeyPlaceError as error:
        raise SettingError(str(error)) from None
    return tuple(places)


def tally_all(places: Sequence[Path], now: datetime, municipality_id: int | None = None) -> list[Report]:
    """Tally every municipality, or one. What goes wrong in one is an alarm and does not stop the others."""
    # A core dump of this process would hold private keys and opened answers.
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    store = KeyStore(places)
    return [_tally(store, number, name, now) for number, name in _municipalities(municipality_id)]


def clean_all(now: datetime, municipality_id: int | None = None) -> list[tuple[str, Cleaned]]:
    """Retention of every municipality, or of one, and of what belongs to none: what was cleaned where."""
    with transaction() as session:
        retention.sweep(session, now)
    return [(name, _clean(number, now)) for number, name in _municipalities(municipality_id)]


def ensure_open_key(places: Sequence[Path], municipality_id: int, now: datetime) -> None:
    """Make the municipality's first key, so that its answers can be sealed. Nothing happens when one is open."""
    with transaction() as session:
        ballot_box.alone(session, municipality_id)
        if not ballot_box.has_open_key(session, municipality_id):
            _open_new(session, KeyStore(places), municipality_id, now)


def _municipalities(municipality_id: int | None) -> list[tuple[int, str]]:
    chosen = select(Municipality.id, Municipality.slug).order_by(Municipality.slug)
    if municipality_id is not None:
        chosen = chosen.where(Municipality.id == municipality_id)
    with transaction() as session:
        return [(row.id, row.slug) for row in session.execute(chosen)]


def _tally(store: KeyStore, municipality_id: int, name: str, now: datetime) -> Report:
    report = Report(name)
    # A run that was killed is finished first: it may have left keys whose ballots are tallied.
    _destroy_spent(store, municipality_id, now, report)
    try:
        _open_next(store, municipality_id, now)
    except (KeyPlaceError, OSError) as error:
        report.alarms.append(f"Ingen ny nøgle i nat: {error}")
    try:
        report.tallied = _count(store, municipality_id, now)
    except TallyError as error:
        report.alarms.append(str(error))
    try:
        _gather(store, municipality_id, now)
    except TallyError as error:
        report.alarms.append(str(error))
    left = _destroy_spent(store, municipality_id, now, report)
    with transaction() as session:
        participation.snapshot_participation(session, municipality_id, now)
    with transaction() as session:
        telling.tonight(session, municipality_id, now)
    with transaction() as session:
        promises.count(session, municipality_id, now)
    report.alarms += [f"Nøglen {key_id} er brugt, men ikke slettet i {_listed(left[key_id])}." for key_id in left]
    report.alarms += _missing(store, municipality_id)
    return report


def _open_next(store: KeyStore, municipality_id: int, now: datetime) -> None:
    """Rotate when there is something to open. The pair is durable in all places before its public half is used."""
    with transaction() as session:
        # The lock comes before the files: two runs at once would otherwise both open a key.
        ballot_box.alone(session, municipality_id)
        today = workdays.day(now)
        if ballot_box.has_open_key(session, municipality_id) and ballot_box.rests(session, municipality_id, today):
            return
        _open_new(session, store, municipality_id, now)


def _open_new(session: Session, store: KeyStore, municipality_id: int, now: datetime) -> None:
    # Where there was a key, an empty folder is a disk that is away: made anew, it would pass for the keys' place.
    if ballot_box.had_no_key(session):
        store.prepare()
    ballot_box.open_next(session, municipality_id, *store.make(municipality_id), now)


def _count(store: KeyStore, municipality_id: int, now: datetime) -> Tallied:
    privates = _privates(store, municipality_id, lambda key: key.ballots)
    if not privates:
        return Tallied()
    with transaction() as session:
        return tally.count(session, municipality_id, privates, now)


def _gather(store: KeyStore, municipality_id: int, now: datetime) -> None:
    """Look at the fragments, apart from the answers: those cut off just now lie sealed to the open key."""
    privates = _privates(store, municipality_id, lambda key: key.fragments)
    if privates:
        with transaction() as session:
            fragments.gather(session, municipality_id, privates, now)


def _privates(store: KeyStore, municipality_id: int, hanging: Callable[[KeyInUse], int]) -> dict[UUID, bytes]:
    """The private halves of the closed keys with something to open, by id.

    What hangs on a lost key stays where it is; the others are not kept waiting for it.
    """
    with transaction() as session:
        in_use = ballot_box.keys_in_use(session, municipality_id)
    closed = {key_id: key.public_key for key_id, key in in_use.items() if key.state == "closed" and hanging(key)}
    found = {key_id: store.read(municipality_id, key_id, public) for key_id, public in closed.items()}
    return {key_id: private for key_id, private in found.items() if private is not None}


def _destroy_spent(store: KeyStore, municipality_id: int, now: datetime, report: Report) -> dict[UUID, list[Path]]:
    """Destroy the closed keys nothing hangs on. Those with a copy out of reach stay closed: where it may be."""
    with transaction() as session:
        spent = ballot_box.spent_keys(session, municipality_id)
    left = {key_id: store.destroy(municipality_id, key_id) for key_id in spent}
    gone = [key_id for key_id, places in left.items() if not places]
    with transaction() as session:
        report.keys_destroyed += ballot_box.mark_destroyed(session, municipality_id, gone, now)
    return {key_id: places for key_id, places in left.items() if places}


def _missing(store: KeyStore, municipality_id: int) -> list[str]:
    """Alarms about keys still needed that are lost, or of which a copy is missing."""
    with transaction() as session:
        before = ballot_box.keys_in_use(session, municipality_id)
    missing = {key_id: store.missing(municipality_id, key_id, key.public_key) for key_id, key in before.items()}
    # Asked again after looking: another tally may have finished a key, and destroyed it rightly.
    with transaction() as session:
        needed = ballot_box.keys_in_use(session, municipality_id)
    alarms = []
    for key_id, key in needed.items():
        gone = [] if key.spent else missing.get(key_id, [])
        if len(gone) == len(store.places):
            alarms.append(f"Nøglen {key_id} er væk: {_lost(key)} kan ikke åbnes.")
        elif gone:
            alarms.append(f"Nøglen {key_id} mangler i {_listed(gone)}. Kopiér den dertil.")
    return alarms


def _lost(key: KeyInUse) -> str:
    ballots = counted(key.ballots, "besvarelse", "besvarelser")
    return f"{ballots} og {key.fragments} tillæg" if key.fragments else ballots


def _clean(municipality_id: int, now: datetime) -> Cleaned:
    with transaction() as session:
        weeks, invitations = retention.close_weeks(session, municipality_id, now)
    with transaction() as session:
        blocks.tell(session, municipality_id, now)
    with transaction() as session:
        retention.reduce_meetings(session, municipality_id, now)
    with transaction() as session:
        deleted = retention.delete_old(session, municipality_id, now)
    with transaction() as session:
        turnout_parts.settle(session, municipality_id, now)
    return replace(deleted, weeks=weeks, invitations=invitations)


def _listed(places: Collection[Path]) -> str:
    return " og ".join(str(place) for place in places)
