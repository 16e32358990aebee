"""The looks of a chart in light colours, for a drawing that stands alone; a page has them from dashboard.css.

Brown for the low end of a scale, blue-green for the high end: apart for the colour-blind, and in greyscale the
ends are dark and what lies next to the middle is pale. A test holds this table and the style sheet together.
"""

CARD, INK, SOFT, LINE, EDGE = "#ffffff", "#17252a", "#4d5c61", "#d3dbdd", "#75868c"
MAIN, TINT, BAD = "#0b5563", "#e3eef0", "#9b1c1c"
LOW2, LOW1, HIGH1, HIGH2 = "#6e3b0a", "#b5813f", "#5897a8", "#0b5563"

FONT = "Noto Sans, Segoe UI, Roboto, Helvetica, Arial, DejaVu Sans, sans-serif"
TEXT = {"fill": INK, "font-size": "12"}
"""What every text has where its look says nothing else."""


def _stroked(colour: str, width: float, **more: str) -> dict[str, str]:
    found = {"fill": "none", "stroke": colour, "stroke-width": str(width)}
    return found | {name.replace("_", "-"): value for name, value in more.items()}


def _filled(colour: str, edge: str = CARD, width: float = 1) -> dict[str, str]:
    return {"fill": colour, "stroke": edge, "stroke-width": str(width)}


LOOKS = {
    # Around the figures
    "grid": _stroked(LINE, 1),
    "axis": _stroked(EDGE, 1),
    "notch": _stroked(EDGE, 1),
    "target": _stroked(INK, 1.5, stroke_dasharray="6 4"),
    "centre": _stroked(MAIN, 1.5),
    "break": _stroked(SOFT, 1.5, stroke_dasharray="2 3"),
    "limit": _stroked(EDGE, 1.5),
    "bound": _stroked(EDGE, 1.5, stroke_dasharray="4 3"),
    "zero": _stroked(INK, 1),
    # The figures
    "band": {"fill": TINT},
    "rim": _stroked(EDGE, 0.75),
    "trace": _stroked(EDGE, 1),
    "span": _stroked(MAIN, 2),
    "dot": _filled(MAIN),
    "alarm": _filled(BAD),
    "ring": _stroked(BAD, 2),
    "unshown": _filled(CARD, EDGE, 1.5),
    "interval": _stroked(MAIN, 2),
    "low2": _filled(LOW2),
    "low1": _filled(LOW1),
    "middle": _filled(CARD, EDGE, 1.5),
    "high1": _filled(HIGH1),
    "high2": _filled(HIGH2),
    "step": _filled(MAIN),
    "fall": {"fill": TINT},
    # Words
    "key": {},
    "none": {"fill": SOFT, "font-size": "14"},
    "mark": {"fill": SOFT},
    "aim": {"font-weight": "600"},
    "said": {"font-size": "13"},
    "name": {"stroke": CARD, "stroke-width": "3", "paint-order": "stroke"},
    "figure": {"font-size": "13", "font-weight": "700"},
    "count": {"font-size": "11", "fill": SOFT, "stroke": CARD, "stroke-width": "3", "paint-order": "stroke"},
    "on-deep": {"font-size": "11", "font-weight": "600", "fill": "#ffffff"},
    "on-pale": {"font-size": "11", "font-weight": "600", "fill": INK},
    # Marks of a verdict
    "good": _filled(MAIN, MAIN, 1),
    "poor": _filled(LOW2, LOW2, 1),
    "open": _stroked(SOFT, 2),
    "half": {"fill": SOFT},
    "rise": _stroked(MAIN, 2.5, stroke_linecap="round", stroke_linejoin="round"),
    "sink": _stroked(LOW2, 2.5, stroke_linecap="round", stroke_linejoin="round"),
    "still": _stroked(SOFT, 2.5, stroke_linecap="round", stroke_linejoin="round"),
}
