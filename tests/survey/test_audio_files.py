"""A recording is what its bytes are, whatever it is called."""

import pytest

from survey import audio_files
from survey.audio_files import AudioFileError
from tests.conftest import ROOT

FOLDER = ROOT / "tests" / "data" / "recordings"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("tone.mp3", "audio/mpeg"),
        ("tagged.mp3", "audio/mpeg"),
        ("tone.opus", "audio/ogg"),
        ("tone.m4a", "audio/mp4"),
    ],
)
def test_what_every_phone_plays_is_taken(name: str, kind: str) -> None:
    """MP3 with and without a tag, Ogg Opus, M4A with AAC."""
    assert audio_files.kind((FOLDER / name).read_bytes()) == kind


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("tone.wav", "Filen er WAV, som ikke alle telefoner kan afspille. Gem optagelsen som MP3, M4A (AAC)"),
        ("tone.webm", "Filen er WebM"),
        ("raw.aac", "Filen er rå AAC"),
        ("tone.ogg", "Filen er Ogg, men ikke Ogg Opus"),
        ("alac.m4a", "Filen er MP4, men lyden i den er ikke AAC"),
        ("film.mp4", "Filen er en video. Gem lyden alene"),
    ],
)
def test_what_some_phones_do_not_play_is_refused_by_its_name(name: str, why: str) -> None:
    """With what to do instead."""
    with pytest.raises(AudioFileError) as refused:
        audio_files.kind((FOLDER / name).read_bytes())
    assert str(refused.value).startswith(why)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "Filen er tom eller afbrudt"),
        (b"ID3\x03" + b"\x00" * 100, "Filen er tom eller afbrudt"),
        (b"<html>" + b" " * 400, "Filen er ikke en lydfil"),
        (b"\xff" * 400, "Filen er ikke en lydfil"),
        (b"fLaC" + b"\x00" * 400, "Filen er FLAC"),
        (b"ID3\x03\x00\x00\x7f\x7f\x7f\x7f" + b"x" * 400, "Filen er ikke en lydfil"),
        (b"ID3\x03\x00\x00\x00\x00\x00\x0a" + b"\x00" * 10 + b"<script>" + b"x" * 400, "Filen er ikke en lydfil"),
    ],
)
def test_what_is_no_sound_is_refused(content: bytes, why: str) -> None:
    """Neither a page nor a tag without sound behind it."""
    with pytest.raises(AudioFileError) as refused:
        audio_files.kind(content)
    assert str(refused.value).startswith(why)


def test_a_recording_is_one_megabyte_at_most() -> None:
    """The message says how large it is, with a decimal comma."""
    start = (FOLDER / "tone.mp3").read_bytes()
    assert audio_files.kind(start.ljust(audio_files.MOST_BYTES, b"\x00")) == "audio/mpeg"
    with pytest.raises(AudioFileError, match=r"Filen fylder 1,5 MB. Den må højst fylde 1 MB"):
        audio_files.kind(start.ljust(3 * 1024**2 // 2, b"\x00"))
