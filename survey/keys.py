"""The ballot box's keys: seal an answer, open it, and keep the private halves as files outside the database."""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from types import NoneType
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from nacl.exceptions import CryptoError
from nacl.public import Box, PrivateKey, PublicKey, SealedBox

BALLOT_BYTES = 4608
"""Size of every sealed ballot, so that length tells nothing."""

COMMENT_CHARACTERS = 1000
SEAL_BYTES = 48
LENGTHS = 4
CONTENT_BYTES = BALLOT_BYTES - SEAL_BYTES - LENGTHS
"""Room for the comment in UTF-8 (at most 4000 bytes) and the rest as JSON (some 230 and the target group)."""

FRAGMENT_BYTES = BALLOT_BYTES - PublicKey.SIZE - Box.NONCE_SIZE - 16 - LENGTHS
"""Room for a fragment's values as JSON: beside a ballot's seal it carries a nonce."""

READY = "tilfreds-keys"
"""A file that says a key place is really there, and not the empty mount point of a disk that is away."""


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_from_json = json.JSONDecoder().decode


class BallotError(Exception):
    """A ballot that cannot be opened or makes no sense. Never says what is in it."""


class KeyPlaceError(Exception):
    """A key place is away or lies where it must not; the message names the folder, in Danish."""


class BallotContent(NamedTuple):
    """One answer before it is sealed. Its `repr` is empty: what it holds must never reach a log or an exception.

    `answers` by position: 1… on the scale, 0 for "ved ikke", None for left blank. `day` is the Copenhagen day
    of answering, `language` the page's. `channel` is "sms", "email", "paper" or "screen", `mode` "remote" or
    "onsite". `first` is False after a reminder, `meeting_number` is "1", "2-3", "4+" or, on site, "unknown".
    `tag` is what the answer is about ("meeting", "law", "both") where the citizen says so. `confirmation` is
    "kept" or "changed" by who was asked whether one end of the scale throughout was meant.
    """

    team_id: int
    law: str
    version_id: int
    day: date
    language: str
    channel: str
    first: bool
    target_group: str | None
    meeting_number: str
    tag: str | None
    answers: tuple[int | None, ...]
    mode: str = "remote"
    confirmation: str | None = None
    comment: str = ""

    def __repr__(self) -> str:
        return "BallotContent()"


def seal(public_key: bytes, content: BallotContent) -> bytes:
    """`content` sealed to `public_key`: always BALLOT_BYTES long.

    Raises ValueError when the comment is over 1000 characters or all together over CONTENT_BYTES.
    """
    header, comment = _header(content), _encoded(content.comment)
    if len(content.comment) > COMMENT_CHARACTERS:
        raise ValueError(f"A comment has at most {COMMENT_CHARACTERS} characters")
    if len(header) + len(comment) > CONTENT_BYTES:
        raise ValueError(f"A ballot has at most {CONTENT_BYTES} bytes")
    return SealedBox(PublicKey(public_key)).encrypt(_padded(CONTENT_BYTES, header, comment))


def unseal(private_key: bytes, sealed: bytes) -> BallotContent:
    """The content of `sealed`. Raises BallotError, which says nothing of the content."""
    return ballot_opener(private_key)(sealed)


def ballot_opener(private_key: bytes) -> Callable[[bytes], BallotContent]:
    """What opens one sealed ballot after another, and raises BallotError, which says nothing of the content."""
    box = SealedBox(PrivateKey(private_key))

    def unseal(sealed: bytes) -> BallotContent:
        try:
            content = _content(*_parts(box.decrypt(sealed)))
        except (CryptoError, ValueError, KeyError, TypeError):
            content = None
        # Raised out here: an exception raised while another is handled would carry what was opened with it.
        if content is None:
            raise BallotError("A ballot cannot be opened")
        return content

    return unseal


def fragment_sealer(public_key: bytes) -> Callable[[Mapping[str, str]], bytes]:
    """What seals the values of one fragment after another to `public_key`: each as long as a ballot.

    Raises ValueError when they are over FRAGMENT_BYTES. The pair a sealed box would make for each is made once
    and forgotten with what is returned: all that one run seals is alike in its first 32 bytes, as in its key's id.
    """
    own = PrivateKey.generate()
    box, head = Box(own, PublicKey(public_key)), bytes(own.public_key)

    def seal(values: Mapping[str, str]) -> bytes:
        plain = _encoded(_json(values))
        if len(plain) > FRAGMENT_BYTES:
            raise ValueError(f"A fragment has at most {FRAGMENT_BYTES} bytes")
        return head + box.encrypt(_padded(FRAGMENT_BYTES, plain))

    return seal


def fragment_opener(private_key: bytes) -> Callable[[bytes], dict[str, str]]:
    """What opens the values, all of them text, in one sealed fragment after another.

    Raises BallotError, which says nothing of them.
    """
    private = PrivateKey(private_key)

    @lru_cache(maxsize=8)
    def box(head: bytes) -> Box:
        return Box(private, PublicKey(head))

    def plain(sealed: bytes) -> bytes:
        with suppress(CryptoError):
            return box(sealed[: PublicKey.SIZE]).decrypt(sealed[PublicKey.SIZE :])
        # Fragments of earlier versions are sealed boxes.
        return SealedBox(private).decrypt(sealed)

    def unseal(sealed: bytes) -> dict[str, str]:
        values = None
        with suppress(CryptoError, ValueError):
            values = json.loads(_parts(plain(sealed))[0])
        if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
            raise BallotError("A fragment cannot be opened")
        return values

    return unseal


def _padded(room: int, first: bytes, second: bytes = b"") -> bytes:
    """One or two parts behind their two lengths, with `room` for both."""
    lengths = len(first).to_bytes(2, "big") + len(second).to_bytes(2, "big")
    return (lengths + first + second).ljust(LENGTHS + room, b"\0")


def _parts(plain: bytes) -> tuple[bytes, bytes]:
    end = LENGTHS + int.from_bytes(plain[:2], "big")
    return plain[LENGTHS:end], plain[end : end + int.from_bytes(plain[2:LENGTHS], "big")]


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ValueError("A ballot holds text that is not Unicode") from None


def _header(content: BallotContent) -> bytes:
    values = {**content._asdict(), "day": content.day.isoformat()}
    del values["comment"]
    return _encoded(_json(values))


def _content(header: bytes, comment: bytes) -> BallotContent:
    values: dict[str, Any] = _from_json(header.decode())
    values["day"] = date.fromisoformat(values["day"])
    values["answers"] = tuple(values["answers"])
    if not {*map(type, values["answers"])} <= {int, NoneType}:
        raise ValueError
    return BallotContent(**values, comment=comment.decode())


# The files -----------------------------------------------------------------------------------------------


class KeyStore:
    """Private keys as files `<place>/<municipality id>/<key id>.key`, the same in one or two places."""

    def __init__(self, places: Sequence[Path]) -> None:
        if not places:
            raise ValueError("A key store needs at least one place")
        self.places = tuple(Path(place) for place in places)

    def prepare(self) -> None:
        """Make the places ready. For a new installation only: where there was a key, a place can only be away."""
        used = any(True for place in self.places for _folder in place.glob("[0-9]*"))
        if not used and self.places[0] in self.away():
            # The first place comes last: once it is ready, one that is not can only be away.
            for place in reversed(self.away()):
                _make_folder(place)
                _write(place / READY, b"")

    def away(self) -> list[Path]:
        """The places that cannot be reached now."""
        return [place for place in self.places if not _ready(place)]

    def make(self, municipality_id: int) -> tuple[UUID, bytes]:
        """A new pair: (key id, public half), after the private half is durable in all places.

        Raises KeyPlaceError when a place is away, or OSError when one takes no file; what was written by then is
        never used.
        """
        for place in self.away():
            raise KeyPlaceError(
                f"Nøglemappen {place} er ikke til at nå. Er disken monteret? "
                f"Er mappen ny, så læg en tom fil med navnet {READY} i den."
            )
        key_id, private = uuid4(), PrivateKey.generate()
        for place in self.places:
            _make_folder(place / str(municipality_id))
            _write(_file(place, municipality_id, key_id), bytes(private))
        return key_id, bytes(private.public_key)

    def read(self, municipality_id: int, key_id: UUID, public_key: bytes) -> bytes | None:
        """The private half of `public_key` from the first place that has it whole; None when it is lost."""
        copies = self._copies(municipality_id, key_id, public_key)
        return next((private for _place, private in copies if private is not None), None)

    def missing(self, municipality_id: int, key_id: UUID, public_key: bytes) -> list[Path]:
        """The places without a whole copy of the private half, those that cannot be reached included."""
        copies = self._copies(municipality_id, key_id, public_key)
        return [place for place, private in copies if private is None]

    def destroy(self, municipality_id: int, key_id: UUID) -> list[Path]:
        """Overwrite and delete every copy that can be reached. The places where a copy may be left."""
        return [place for place in self.places if not _destroyed(place, _file(place, municipality_id, key_id))]

    def kept(self, municipality_id: int) -> set[UUID]:
        """The ids of all keys of the municipality that have a file in some place."""
        files = (file for place in self.places for file in (place / str(municipality_id)).glob("*.key"))
        return {UUID(file.stem) for file in files}

    def _copies(
        self, municipality_id: int, key_id: UUID, public_key: bytes
    ) -> Iterator[tuple[Path, bytes | None]]:
        for place in self.places:
            private = _read(_file(place, municipality_id, key_id))
            whole = private is not None and bytes(PrivateKey(private).public_key) == public_key
            yield place, private if whole else None


def check_places(places: Sequence[Path], data_dir: Path | None) -> None:
    """Raise KeyPlaceError when a place lies above or in the database's `data_dir` (if known) or another place."""
    resolved = [place.resolve() for place in places]
    for place in resolved:
        if data_dir and _overlap(place, data_dir.resolve()):
            raise KeyPlaceError(f"Nøglemappen {place} må ikke ligge over eller i databasens mappe {data_dir}.")
    for first, second in pairwise(resolved):
        if _overlap(first, second):
            raise KeyPlaceError(f"Nøglemapperne {first} og {second} skal ligge hver for sig.")


def _overlap(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)


def _file(place: Path, municipality_id: int, key_id: UUID) -> Path:
    return place / str(municipality_id) / f"{key_id}.key"


def _ready(place: Path) -> bool:
    try:
        return (place / READY).is_file()
    except OSError:
        return False


def _make_folder(folder: Path) -> None:
    """Make `folder` (0700) durable in its parent; one that is there is closed to others."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    _sync_folder(folder.parent)


def _write(file: Path, content: bytes) -> None:
    """A new file (0600), durable together with its name."""
    _to_disk(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), lambda handle: os.write(handle, content))
    _sync_folder(file.parent)


def _read(file: Path) -> bytes | None:
    try:
        private = file.read_bytes()
    except OSError:
        return None
    return private if len(private) == PrivateKey.SIZE else None


def _destroyed(place: Path, file: Path) -> bool:
    """Whether no copy is left at `place`. A file that is not there counts only where the place itself is."""
    try:
        noise = os.urandom(PrivateKey.SIZE)
        _to_disk(os.open(file, os.O_WRONLY), lambda handle: os.write(handle, noise))
        file.unlink()
        _sync_folder(file.parent)
    except FileNotFoundError:
        return _ready(place)
    except OSError:
        return False
    return True


def _to_disk(handle: int, write: Callable[[int], object]) -> None:
    try:
        write(handle)
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    _to_disk(os.open(folder, os.O_RDONLY | os.O_DIRECTORY), lambda _handle: None)
