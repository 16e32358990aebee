"""How wide words are in a chart, near enough to lay them out on the server: wrapped, shortened, kept apart.

The widths are those of Noto Sans, rounded up; the reader's own system font differs by a few per cent.
"""

_EMS = {
    0.27: "ijl.,:;·!'  ",
    0.34: "IfJ-()",
    0.38: "t/",
    0.43: "r?",
    0.49: "cszLx",
    0.53: "vykFPE«»–",
    0.57: "ae0123456789=T",
    0.62: "bdghnopquøåSXYKA",
    0.66: "BCRVZÅ",
    0.75: "DGHNUQOØ",
    0.83: "w%",
    0.94: "mæMWÆ",
}
_EM = {letter: em for em, letters in _EMS.items() for letter in letters}
_OTHER = 0.75
BOLD = 1.08


def width(words: str, size: float, *, bold: bool = False) -> float:
    """How wide `words` are in a font of `size`, both in the chart's units."""
    return sum(_EM.get(letter, _OTHER) for letter in words) * size * (BOLD if bold else 1)


def wrapped(words: str, room: float, size: float, *, at_most: int) -> list[str]:
    """`words` in lines no wider than `room`; what is left after `at_most` lines ends in "…". [] for no words."""
    lines: list[str] = []
    for word in words.split():
        for part in _cut(word, room, size):
            if lines and width(f"{lines[-1]} {part}", size) <= room:
                lines[-1] += f" {part}"
            else:
                lines.append(part)
    if len(lines) <= at_most:
        return lines
    return [*lines[: at_most - 1], shortened(f"{lines[at_most - 1]} {lines[at_most]}", room, size)]


def shortened(words: str, room: float, size: float) -> str:
    """`words`, or as many letters of them as have room, and "…"."""
    if width(words, size) <= room:
        return words
    while words and width(f"{words}…", size) > room:
        words = words[:-1]
    return f"{words.rstrip(' ,.;:')}…"


def _cut(word: str, room: float, size: float) -> list[str]:
    """A word wider than a line, in pieces with hyphens."""
    pieces: list[str] = []
    while width(word, size) > room:
        fits = next(n for n in range(len(word) - 1, 0, -1) if n == 1 or width(f"{word[:n]}-", size) <= room)
        pieces.append(f"{word[:fits]}-")
        word = word[fits:]
    return [*pieces, word]
