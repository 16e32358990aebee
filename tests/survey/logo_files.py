"""Files that are logos, and files that look like one."""

import struct
import zlib

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 60"'
SQUARE = f'{HEAD}><path d="M0 0h60v60H0z" fill="#7a003c"/></svg>'.encode()


def chunk(kind: bytes, body: bytes) -> bytes:
    """A PNG's chunk with its check sum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def a_png(width: int = 60, height: int = 40, *more: bytes) -> bytes:
    """A grey PNG of that size, with `more` chunks before its end."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\x80" * width) * height)
    chunks = (chunk(b"IHDR", header), chunk(b"IDAT", pixels), *more, chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def svg(inside: str = "", attributes: str = "", before: str = "") -> bytes:
    """An SVG with this in it."""
    return f"{before}{HEAD} {attributes}>{inside}</svg>".encode()
