"""Sealing says nothing by its size, opening says nothing when it fails, and private keys are files with care."""

import stat
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from nacl.public import PrivateKey, PublicKey, SealedBox

from survey import keys
from survey.keys import READY, BallotContent, BallotError, KeyPlaceError, KeyStore

PAIR = PrivateKey(bytes(range(32)))
PUBLIC, PRIVATE = bytes(PAIR.public_key), bytes(PAIR)

CONTENT = BallotContent(
    team_id=7,
    law="LAS",
    version_id=2,
    day=date(2021, 5, 11),
    language="da",
    channel="sms",
    first=False,
    target_group="jobparate ledige",
    meeting_number="2-3",
    tag=None,
    answers=(4, 0, None, 1, 3),
    comment="Tak for mødet, Æbleø!",
)


@pytest.fixture
def store(places: list[Path]) -> KeyStore:
    """A new installation's two places, ready."""
    made = KeyStore(places)
    made.prepare()
    return made


def test_what_is_sealed_is_what_is_opened() -> None:
    """Every field comes back, Danish letters included."""
    assert keys.unseal(PRIVATE, keys.seal(PUBLIC, CONTENT)) == CONTENT


@pytest.mark.parametrize(
    ("comment", "target_group"), [("", None), ("💚" * 1000, "x" * 60), ("æ" * 1000, "ø" * 200), ("", "\0" * 200)]
)
def test_every_ballot_has_one_size(comment: str, target_group: str | None) -> None:
    """Neither a long comment, nor letters of four bytes, nor the longest target group shows from outside."""
    said = CONTENT._replace(comment=comment, target_group=target_group)
    sealed = keys.seal(PUBLIC, said)
    assert len(sealed) == keys.BALLOT_BYTES == 4608
    assert keys.unseal(PRIVATE, sealed) == said


@pytest.mark.parametrize(
    "change", [{"comment": "a" * 1001}, {"target_group": "æ" * 3000}, {"comment": "\ud800"}, {"tag": "\udfff"}]
)
def test_what_does_not_fit_is_refused_without_saying_what_it_was(change: dict[str, str]) -> None:
    """ValueError, and none of the content in its text."""
    with pytest.raises(ValueError, match=r"ballot|comment") as caught:
        keys.seal(PUBLIC, CONTENT._replace(**change))  # type: ignore[arg-type]  # any text field
    assert not any(value in str(caught.value) for value in change.values())


def test_a_ballot_changed_by_one_bit_cannot_be_opened() -> None:
    """Tampering is found, and the error carries nothing along."""
    sealed = bytearray(keys.seal(PUBLIC, CONTENT))
    sealed[1000] ^= 1
    with pytest.raises(BallotError, match="cannot be opened") as caught:
        keys.unseal(PRIVATE, bytes(sealed))
    assert caught.value.__context__ is caught.value.__cause__ is None


@pytest.mark.parametrize("header", [b"{", b"[]", b"{}", b'{"day": "2021-05-11", "answers": ["4"]}'])
def test_nonsense_that_was_sealed_properly_cannot_be_opened(header: bytes) -> None:
    """A well-sealed ballot of the wrong shape is an error without content too."""
    plain = len(header).to_bytes(2, "big") + b"\0\0" + header
    with pytest.raises(BallotError):
        keys.unseal(PRIVATE, SealedBox(PublicKey(PUBLIC)).encrypt(plain))


def test_a_ballots_content_prints_nothing() -> None:
    """No `repr` that could end in a log or an exception text."""
    assert "Æbleø" not in repr(CONTENT)


def test_a_pair_lies_in_both_places_for_its_owner_alone(store: KeyStore, places: list[Path]) -> None:
    """Files 0600 in folders 0700, the same in both, found by the key's id."""
    key_id, public = store.make(3)
    files = [place / "3" / f"{key_id}.key" for place in places]
    assert files[0].read_bytes() == files[1].read_bytes() == store.read(3, key_id, public)
    assert {0o600} == {stat.S_IMODE(file.stat().st_mode) for file in files}
    folders = [folder for place in places for folder in (place, place / "3")]
    assert {0o700} == {stat.S_IMODE(folder.stat().st_mode) for folder in folders}
    assert {key_id} == store.kept(3)


def test_an_open_folder_is_closed_to_others(places: list[Path]) -> None:
    """A key folder somebody made with the usual rights gets 0700 before a key lies in it."""
    places[0].mkdir(mode=0o755)
    KeyStore(places).prepare()
    assert stat.S_IMODE(places[0].stat().st_mode) == 0o700


def test_a_store_needs_a_place() -> None:
    """Without any place there is nowhere to keep a key."""
    with pytest.raises(ValueError, match="at least one"):
        KeyStore([])


def test_a_damaged_or_missing_copy_is_told_and_the_other_is_read(store: KeyStore, places: list[Path]) -> None:
    """`missing` names the place; `read` takes the whole copy; with none left the key is lost."""
    key_id, public = store.make(3)
    files = [place / "3" / f"{key_id}.key" for place in places]
    files[0].write_bytes(b"half")
    assert ([places[0]], True) == (store.missing(3, key_id, public), store.read(3, key_id, public) is not None)
    files[1].write_bytes(bytes(PrivateKey.generate()))
    assert (places, None) == (store.missing(3, key_id, public), store.read(3, key_id, public))


def test_destroying_overwrites_and_deletes_every_copy(store: KeyStore, places: list[Path]) -> None:
    """Whoever still holds the file open reads noise; a second time there is nothing left to do."""
    key_id, public = store.make(3)
    private = store.read(3, key_id, public)
    with (places[1] / "3" / f"{key_id}.key").open("rb") as still_open:
        assert store.destroy(3, key_id) == []
        assert still_open.read() != private
    assert (set(), []) == (store.kept(3), store.destroy(3, key_id))


def test_a_place_that_is_away_holds_back_new_keys_and_keeps_its_copies(
    store: KeyStore, places: list[Path]
) -> None:
    """An empty mount point is not mistaken for a destroyed copy, and takes no key."""
    key_id, _public = store.make(3)
    places[1].rename(places[1].with_name("elsewhere"))
    places[1].mkdir()
    with pytest.raises(KeyPlaceError, match="ikke til at nå"):
        store.make(3)
    assert [places[1]] == store.away() == store.destroy(3, key_id)


def test_a_place_that_is_away_is_not_made_anew_when_the_others_hold_no_key(
    store: KeyStore, places: list[Path]
) -> None:
    """Else its copies would pass for destroyed."""
    key_id, _public = store.make(3)
    places[1].rename(places[1].with_name("elsewhere"))
    store.destroy(3, key_id)
    store.prepare()
    with pytest.raises(KeyPlaceError):
        store.make(3)
    assert not places[1].exists()


def test_a_key_makes_no_place(places: list[Path]) -> None:
    """Only preparing does, and that is for a new installation alone."""
    with pytest.raises(KeyPlaceError, match="Er disken monteret"):
        KeyStore(places[:1]).make(3)
    assert not places[0].exists()


def test_preparing_that_was_cut_short_is_finished(places: list[Path]) -> None:
    """A mirror made ready before the program died is no reason to stop."""
    places[1].mkdir()
    (places[1] / READY).write_text("")
    store = KeyStore(places)
    store.prepare()
    assert store.away() == []


def test_a_copy_that_cannot_be_deleted_is_told(store: KeyStore, places: list[Path]) -> None:
    """Something in the way of the file, here a folder of its name, is no destroyed copy."""
    store.make(3)
    key_id = uuid4()
    (places[0] / "3" / f"{key_id}.key").mkdir()
    assert [places[0]] == store.destroy(3, key_id)


def test_a_place_that_cannot_be_looked_at_is_away(tmp_path: Path) -> None:
    """A file where the folder should be, or a name the disk refuses, counts as away, not as empty."""
    (tmp_path / "keys").write_text("")
    places = [tmp_path / "keys", tmp_path / ("k" * 300)]
    assert places == KeyStore(places).away()


def test_keys_lie_apart_from_the_database_and_from_each_other(tmp_path: Path) -> None:
    """A place above or in the data folder, or in the other place, is refused; neighbours are fine."""
    data = tmp_path / "state" / "pg"
    for places in ([tmp_path], [data / "keys"], [tmp_path / "a", tmp_path / "a" / "b"]):
        with pytest.raises(KeyPlaceError, match=r"må ikke ligge|hver for sig"):
            keys.check_places(places, data)
    keys.check_places([tmp_path / "state" / "keys", tmp_path / "mirror"], data)


def test_fragments_of_one_run_share_the_pair_they_are_sealed_with_and_nothing_else() -> None:
    """The same values twice: the same first 32 bytes, and all others drawn anew; another run has another pair."""
    seal = keys.fragment_sealer(PUBLIC)
    one, other = seal({"value": "x"}), seal({"value": "x"})
    assert len(one) == len(other) == keys.BALLOT_BYTES
    assert one[:32] == other[:32] != keys.fragment_sealer(PUBLIC)({"value": "x"})[:32]
    assert one[32:56] != other[32:56]
    assert one[56:] != other[56:]


def test_a_fragment_of_an_earlier_version_is_opened_too() -> None:
    """It is a sealed box, as ballots are."""
    plain = b"\0\x0d\0\0" + b'{"value":"x"}'
    sealed = SealedBox(PublicKey(PUBLIC)).encrypt(plain.ljust(keys.BALLOT_BYTES - keys.SEAL_BYTES, b"\0"))
    assert keys.fragment_opener(PRIVATE)(sealed) == {"value": "x"}


def test_a_fragment_has_an_end() -> None:
    """What does not fit is refused before it is sealed."""
    with pytest.raises(ValueError, match="at most"):
        keys.fragment_sealer(PUBLIC)({"value": "x" * keys.FRAGMENT_BYTES})
