"""How wide words are in a chart, near enough to lay them out on the server: wrapped, shortened, kept apart.

The widths are those of DejaVu Sans, rounded up: the widest of the fonts a system shows as its own.
"""

_EMS = {
    0.28: "ijl'",
    0.32: " \xa0,.·",
    0.36: "fIJ/:;-",
    0.41: "tr()!",
    0.53: "sz?–",
    0.57: "cL",
    0.6: "vxykFP",
    0.62: "aeoøåTY«»",
    0.64: "bdghnpquSE0123456789",
    0.7: "ABCKRVXZÅ",
    0.79: "DGHNUOQØ&",
    0.84: "w=+−<>",
    0.98: "mæMWÆ%",
}
_EM = {letter: em for em, letters in _EMS.items() for letter in letters}
_OTHER = 1.0
BOLD = 1.12


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
