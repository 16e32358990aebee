"""Reading a chart's SVG in tests: its elements with their places, what its words cover, its looks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from admin.charts import boxes, letters
from admin.charts.boxes import Box
from admin.charts.palette import LOOKS
from admin.charts.paper import NARROW, WIDE, Size

ADDRESS = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Element:
    """An element of a drawing, with how far its group is moved, and whether it is a sample in the key."""

    node: ET.Element
    right: float
    down: float
    in_key: bool

    @property
    def tag(self) -> str:
        """Without the name space."""
        return self.node.tag.removeprefix(ADDRESS)

    @property
    def looks(self) -> list[str]:
        """Its classes."""
        return self.node.get("class", "").split()

    @property
    def words(self) -> str:
        """What is written in it."""
        return "".join(self.node.itertext())

    def at(self, name: str) -> float:
        """A coordinate as it is on the drawing."""
        value = float(self.node.get(name, "0"))
        moved = {"x": self.right, "cx": self.right, "x1": self.right, "x2": self.right}
        return value + moved.get(name, self.down if name in ("y", "cy", "y1", "y2") else 0)


def drawings(markup: str) -> list[ET.Element]:
    """The wide and the narrow drawing of a page's chart. Raises ParseError for what is no XML."""
    return list(ET.fromstring(markup))  # noqa: S314 - our own drawing


def drawing(markup: str, size: Size = WIDE) -> ET.Element:
    """One of them."""
    return drawings(markup)[(WIDE, NARROW).index(size)]


def elements(node: ET.Element, right: float = 0, down: float = 0, in_key: bool = False) -> Iterator[Element]:
    """All elements below `node`."""
    moved = re.fullmatch(r"translate\((\S+) (\S+)\)", node.get("transform", ""))
    if moved:
        right, down = right + float(moved[1]), down + float(moved[2])
    in_key = in_key or node.get("class") == "key"
    for child in node:
        yield Element(child, right, down, in_key)
        yield from elements(child, right, down, in_key)


def of_look(node: ET.Element, look: str) -> list[Element]:
    """The figures that look so, without the key's samples of them."""
    return [each for each in elements(node) if look in each.looks and not each.in_key]


def titles(node: ET.Element) -> list[str]:
    """All titles, in order."""
    return [each.words for each in elements(node) if each.tag == "title"]


def labels(node: ET.Element) -> list[tuple[str, Box]]:
    """Every text of the drawing and what it covers."""
    found = [each for each in elements(node) if each.tag == "text"]
    return [(each.words, _covered(each)) for each in found]


def _covered(element: Element) -> Box:
    spans = list(element.node)
    size, bold = _font(element.looks)
    x, y = element.at("x"), element.at("y")
    box = boxes.of_text(x, y, element.node.text or "", size, element.node.get("text-anchor", ""), bold=bold)
    wide = sum(
        float(span.get("dx", "0"))
        + letters.width(span.text or "", *_font([*element.looks, span.get("class", "")])[:1])
        for span in spans
    )
    return Box(box.left, box.top, box.right + wide, box.bottom)


def _font(looks: list[str]) -> tuple[float, bool]:
    """Size and weight of the last look that says so."""
    size, bold = 12.0, False
    for look in looks:
        size = float(LOOKS[look].get("font-size", size))
        bold = bold or "font-weight" in LOOKS[look]
    return size, bold


def extent(node: ET.Element) -> list[Box]:
    """What every mark and every text covers; paths by their corners."""
    found = [box for _, box in labels(node)]
    for each in elements(node):
        if each.tag == "circle":
            found.append(boxes.around(each.at("cx"), each.at("cy"), each.at("r")))
        if each.tag == "rect":
            x, y = each.at("x"), each.at("y")
            found.append(Box(x, y, x + each.at("width"), y + each.at("height")))
        if each.tag == "line":
            across, down = sorted((each.at("x1"), each.at("x2"))), sorted((each.at("y1"), each.at("y2")))
            found.append(Box(across[0], down[0], across[1], down[1]))
        if each.tag in ("polyline", "polygon"):
            pairs = [tuple(map(float, pair.split(","))) for pair in each.node.get("points", "").split()]
            found += [boxes.around(x + each.right, y + each.down, 0) for x, y in pairs]
    return found
