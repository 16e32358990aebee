"""Recordings as files: what kind their bytes are, whatever the name says, and what to do about another kind."""

import re

MOST_BYTES = 1024**2
LONG_ENOUGH = 256
"""Fewer bytes hold nothing anybody could hear."""
REMEDY = "Gem optagelsen som MP3, M4A (AAC) eller Ogg Opus, og vælg den fil."
OTHERS = {
    b"fLaC": "FLAC",
    b"\x1aE\xdf\xa3": "WebM",
    b"#!AMR": "AMR",
    b"caff": "CAF",
    b"FORM": "AIFF",
    b"0&\xb2u": "WMA",
    b"MThd": "MIDI",
}
"""How files of kinds that not every browser plays begin, and what they are called."""
_SOUND, _VIDEO = re.compile(rb"hdlr.{8}soun", re.DOTALL), re.compile(rb"hdlr.{8}vide", re.DOTALL)


class AudioFileError(ValueError):
    """A file that cannot be played to citizens; the message says in Danish why, and what to do."""


def kind(content: bytes) -> str:
    """The content type of a recording: "audio/mpeg", "audio/ogg" or "audio/mp4".

    Raises AudioFileError for one that is too large, and for anything but MP3, Ogg Opus and M4A with AAC.
    """
    if len(content) > MOST_BYTES:
        megabytes = f"{len(content) / 1024**2:.1f}".replace(".", ",")
        raise AudioFileError(
            f"Filen fylder {megabytes} MB. Den må højst fylde 1 MB: optag ét udsagn ad gangen, eller gem i lavere "
            "kvalitet, fx MP3 med 64 kbit/s."
        )
    if len(content) < LONG_ENOUGH:
        raise AudioFileError(f"Filen er tom eller afbrudt. {REMEDY}")
    if content[:4] == b"OggS":
        return _ogg(content)
    if content[4:8] == b"ftyp":
        return _mp4(content)
    if _is_mp3(content):
        return "audio/mpeg"
    named = _named(content)
    if not named:
        raise AudioFileError(f"Filen er ikke en lydfil. {REMEDY}")
    raise AudioFileError(f"Filen er {named}, som ikke alle telefoner kan afspille. {REMEDY}")


def _ogg(content: bytes) -> str:
    # The first page holds the codec's name after a header of 27 bytes and a table of segments.
    if content[27 + content[26] :].startswith(b"OpusHead"):
        return "audio/ogg"
    raise AudioFileError(f"Filen er Ogg, men ikke Ogg Opus, og kan ikke afspilles alle steder. {REMEDY}")


def _mp4(content: bytes) -> str:
    if _VIDEO.search(content):
        raise AudioFileError("Filen er en video. Gem lyden alene som MP3, M4A (AAC) eller Ogg Opus.")
    if not _SOUND.search(content) or b"mp4a" not in content:
        raise AudioFileError(
            f"Filen er MP4, men lyden i den er ikke AAC og kan ikke afspilles alle steder. {REMEDY}"
        )
    return "audio/mp4"


def _is_mp3(content: bytes) -> bool:
    """Does it begin with a frame of MPEG layer III, behind a tag of title and artist if there is one?"""
    start = 0
    if content[:3] == b"ID3":
        # Four bytes of seven bits each say how long the tag is, its own header of ten bytes not counted.
        start = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(content[6:10], (21, 14, 7, 0), strict=True))
    frame = content[start:].lstrip(b"\x00")[:4]
    if len(frame) < 4:
        return False
    synchronised = frame[0] == 0xFF and frame[1] & 0xE0 == 0xE0
    version, layer = frame[1] >> 3 & 3, frame[1] >> 1 & 3
    bit_rate, sample_rate = frame[2] >> 4, frame[2] >> 2 & 3
    return synchronised and version != 1 and layer == 1 and bit_rate not in (0, 15) and sample_rate != 3


def _named(content: bytes) -> str:
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "WAV"
    if content[0] == 0xFF and content[1] & 0xF6 == 0xF0:
        return "rå AAC"
    return next((name for start, name in OTHERS.items() if content.startswith(start)), "")
