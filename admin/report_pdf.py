"""A report as PDF, by Typst: tagged, in Danish, with real tables; and charts as PNG where they must be pictures.

Words go in as data that the template reads, never as markup.
"""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from admin import charts, figure_charts, report_pages
from admin.report_blocks import Answers, Block, Box, Heading, Picture, Table, Words, writable
from survey.findings import Finding
from survey.reports import Report

ROOT = Path(__file__).parent.parent
TEMPLATE = ROOT / "templates" / "reports" / "report.typ"
FONTS = ROOT / "static" / "vendor"
PICTURES = b"""
#set page(width: auto, height: auto, margin: 0pt)
#set text(font: "Noto Sans")
#for svg in json(bytes(sys.inputs.svgs)) { page(image(bytes(svg), format: "svg", width: 480pt)) }
"""
SHARP = 200
"""Pixels per inch of a chart as PNG."""


def write(report: Report) -> bytes:
    """The report as PDF/UA-1; where its fonts lack a letter of some name, as a tagged PDF without that promise."""
    import typst  # heavy, and no citizen's page needs it

    given: dict[str, Any] = {
        "font_paths": _fonts(),
        "ignore_system_fonts": True,
        "sys_inputs": {"report": json.dumps(_data(report))},
        "timestamp": moment(report.counted_on),
    }
    made: bytes
    try:
        made = typst.compile(str(TEMPLATE), **given, pdf_standards="ua-1")
    except typst.TypstError:
        made = typst.compile(str(TEMPLATE), **given)
    return made


def pictures(drawn: Sequence[charts.Chart]) -> list[bytes]:
    """Each chart as PNG, 1333 pixels wide."""
    import typst  # heavy, and no citizen's page needs it

    if not drawn:
        return []
    svgs = json.dumps([_svg(chart) for chart in drawn])
    made = typst.compile(
        PICTURES,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"svgs": svgs},
        format="png",
        ppi=SHARP,
    )
    return made if isinstance(made, list) else [made]


def moment(day: date) -> datetime:
    """The time a file says it was made at: noon of the data's day, so that the same data give the same file."""
    return datetime.combine(day, time(12), UTC)


@cache
def _fonts() -> Any:
    import typst  # heavy, and no citizen's page needs it

    return typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)])


def _data(report: Report) -> dict[str, Any]:
    under = report_pages.under_title(report)
    return {
        "kind": report.kind.name,
        "title": report_pages.TITLE,
        "author": report.municipality,
        "under": under,
        "foot": f"{report.kind.name}. {under}",
        "blocks": [_block(each) for each in report_pages.blocks(report)],
    }


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading() | Words() | Table() | Box():
            return {"block": type(block).__name__.lower(), **vars(block)}
        case Answers():
            return {"block": "answers", "findings": [_finding(each) for each in block.findings]}
        case Picture():
            return {
                "block": "picture",
                "svg": _svg(block.chart),
                "alt": block.chart.label,
                "caption": block.caption,
            }


def _svg(chart: charts.Chart) -> str:
    return writable(charts.standalone(chart))


def _finding(finding: Finding) -> dict[str, str]:
    verdict = figure_charts.MARKS.get(finding.sign)
    mark = charts.standalone_glyph(verdict) if verdict else ""
    return {"question": finding.question, "sentence": finding.sentence, "mark": mark}
