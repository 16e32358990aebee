"""QR codes: what the drawing holds, and what is said of it."""

import re

import html5lib
import segno

from survey import qr

ADDRESS = "https://svar.stevns.dk/s/7KXM4PQ9R"


def modules(drawn: str, border: int) -> list[list[int]]:
    """The black modules of a drawing, read back from its path of horizontal strokes."""
    size = int(re.findall(r'viewBox="0 0 (\d+) ', drawn)[0])
    found = [[0] * size for _ in range(size)]
    column, row = 0, 0
    for step, first, second in re.findall(
        r"([Mmh])(-?[\d.]+)(?: ?(-?[\d.]+))?", re.findall(r'd="(M\d[^"]+)"', drawn)[-1]
    ):
        if step == "h":
            found[row][column : column + int(first)] = [1] * int(first)
            column += int(first)
        else:
            column = int(first) + (0 if step == "M" else column)
            row = int(float(second)) + (0 if step == "M" else row)
    return [line[border : size - border] for line in found[border : size - border]]


def test_the_drawing_is_the_code_of_the_address() -> None:
    """Module by module what the encoder says, with a quiet zone of four."""
    expected = [list(line) for line in segno.make(ADDRESS, error="m", micro=False).matrix]
    assert expected == modules(qr.svg(ADDRESS, "x"), 4)


def test_it_is_a_picture_with_words_for_who_cannot_see_it() -> None:
    """A label that stays a label whatever is in it, no style of its own, black on white in the dark too."""
    drawn = qr.svg(ADDRESS, 'Kode "<b>"')
    picture = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parseFragment(drawn)[0]
    assert (picture.get("role"), picture.get("aria-label")) == ("img", 'Kode "<b>"')
    assert "style=" not in drawn
    assert 'fill="#fff"' in drawn
