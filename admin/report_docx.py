"""A report as DOCX that a municipality can edit: heading styles, real tables, charts as pictures with words."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from docx import Document
from docx.document import Document as Paper
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor
from docx.table import Table as Grid
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from admin import report_pages, report_pdf
from admin.report_blocks import Answers, Block, Box, Heading, Picture, Table, Words, writable
from survey.reports import Report

INK, SOFT, MAIN = RGBColor(0x17, 0x25, 0x2A), RGBColor(0x4D, 0x5C, 0x61), RGBColor(0x0B, 0x55, 0x63)
FONT = "Calibri"
WIDE, DRAWN = Cm(17), Cm(15.5)
NOTED, FRAMED = "Note i rapport", "Ramme i rapport"
SIZES = {"Normal": 10.5, "Title": 20, "Heading 1": 15, "Heading 2": 11.5, "Heading 3": 10.5, "Caption": 9.5}


def write(report: Report) -> bytes:
    """The report as DOCX; the same report gives the same bytes."""
    paper = Document()
    _set_up(paper, report)
    paper.add_paragraph(report.kind.name).runs[0].font.color.rgb = SOFT
    paper.add_paragraph(report_pages.TITLE, "Title")
    paper.add_paragraph(report_pages.under_title(report))
    blocks = report_pages.blocks(report)
    drawn = iter(report_pdf.pictures([each.chart for each in blocks if isinstance(each, Picture)]))
    for block in blocks:
        _write(paper, block, drawn)
    made = BytesIO()
    paper.save(made)
    return _dated(made.getvalue(), report)


def _write(paper: Paper, block: Block, drawn: Iterator[bytes]) -> None:
    match block:
        case Heading():
            heading = paper.add_paragraph(writable(block.text), f"Heading {block.level - 1}")
            heading.paragraph_format.page_break_before = block.new_page
        case Words():
            _words(paper, block)
        case Answers():
            for each in block.findings:
                _lead(paper.add_paragraph(), each.question, each.sentence)
        case Table():
            _table(paper, block)
        case Picture():
            _picture(paper, block, next(drawn))
        case Box():
            _box(paper, block)


# Setting up ----------------------------------------------------------------------------------------------


def _set_up(paper: Paper, report: Report) -> None:
    """A4, styles, language, properties and page numbers."""
    (section,) = paper.sections
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin, section.bottom_margin = Cm(1.8), Cm(2)
    for name, size in SIZES.items():
        _style(paper, name, size)
    paper.styles["Title"].element.pPr.remove_all("w:pBdr")
    _look(paper, NOTED, _element("shd", val="clear", color="auto", fill="E3EEF0"), together=False)
    _look(paper, FRAMED, _frame(), together=True)
    _say_danish(paper)
    about, made = paper.core_properties, report_pdf.moment(report.counted_on).replace(tzinfo=None)
    about.title, about.subject = (
        report_pages.TITLE,
        writable(f"{report.kind.name}. {report_pages.under_title(report)}"),
    )
    about.author = about.last_modified_by = writable(report.municipality)
    about.created = about.modified = made
    about.language, about.comments, about.revision = "da-DK", f"Lavet med Tilfreds {report.version}", 1
    _foot(section.footer.paragraphs[0], writable(about.subject))


def _style(paper: Paper, name: str, size: float) -> None:
    style: Any = paper.styles[name]
    style.font.name, style.font.size, style.font.italic = FONT, Pt(size), False
    style.font.bold = name != "Normal"
    style.font.color.rgb = MAIN if name in ("Title", "Heading 1") else INK
    fonts = style.element.rPr.rFonts
    for attribute in [each for each in fonts.attrib if "Theme" in each]:
        del fonts.attrib[attribute]
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), FONT)
    style.paragraph_format.space_after, style.paragraph_format.line_spacing = Pt(3), 1.0
    style.paragraph_format.space_before = Pt({"Heading 1": 12, "Heading 2": 10, "Heading 3": 8}.get(name, 0))
    style.paragraph_format.keep_with_next = name != "Normal"


def _look(paper: Paper, name: str, looks: Any, *, together: bool) -> None:
    """A paragraph style of ours: shaded, or framed; Word frames paragraphs of one style together."""
    style: Any = paper.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = paper.styles["Normal"]
    style.paragraph_format.keep_with_next, style.paragraph_format.keep_together = together, True
    style.paragraph_format.left_indent = style.paragraph_format.right_indent = Cm(0.2)
    properties = style.element.get_or_add_pPr()
    properties.insert_element_before(looks, "w:tabs", "w:spacing", "w:ind", "w:jc")


def _frame() -> Any:
    frame = _element("pBdr")
    for side in ("top", "left", "bottom", "right"):
        frame.append(_element(side, val="single", sz="6", space="6", color="0B5563"))
    return frame


def _say_danish(paper: Paper) -> None:
    for language in paper.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "da-DK")


def _foot(line: Paragraph, words: str) -> None:
    run = line.add_run(f"{words}. Side ")
    number = line.add_run()
    field = _element("instrText")
    field.text = "PAGE"
    for part in (_element("fldChar", fldCharType="begin"), field, _element("fldChar", fldCharType="end")):
        number._r.append(part)
    for each in (run, number):
        each.font.size, each.font.color.rgb = Pt(8), SOFT


# Words and pictures --------------------------------------------------------------------------------------


def _words(paper: Paper, block: Words) -> None:
    line = paper.add_paragraph(style=NOTED if block.look == "note" else None)
    _lead(line, f"{block.lead}." if block.lead else "", block.text)
    if block.look == "small":
        for run in line.runs:
            run.font.size, run.font.color.rgb = Pt(9), SOFT


def _lead(line: Paragraph, bold: str, words: str) -> None:
    if bold:
        line.add_run(writable(f"{bold} ") if words else writable(bold)).bold = True
    line.add_run(writable(words))


def _box(paper: Paper, block: Box) -> None:
    lines = [paper.add_paragraph(style=FRAMED) for _ in (block.title, *block.sentences)]
    _lead(lines[0], block.title, "")
    for line, sentence in zip(lines[1:], block.sentences, strict=True):
        _lead(line, "", sentence)
    lines[-1].paragraph_format.keep_with_next = False


def _picture(paper: Paper, block: Picture, png: bytes) -> None:
    line = paper.add_paragraph()
    line.paragraph_format.keep_with_next = True
    shape = line.add_run().add_picture(BytesIO(png), width=DRAWN)
    about = shape._inline.docPr
    about.set("descr", writable(block.chart.label))
    about.set("name", f"Diagram {about.get('id')}")
    caption = paper.add_paragraph(writable(block.caption), "Caption")
    caption.paragraph_format.keep_with_next = False
    for run in caption.runs:
        run.font.size, run.font.bold, run.font.color.rgb = Pt(9), False, SOFT


# Tables --------------------------------------------------------------------------------------------------


def _table(paper: Paper, block: Table) -> None:
    paper.add_paragraph(writable(block.caption), "Caption")
    grid = paper.add_table(1 + len(block.rows), len(block.head))
    grid.autofit = False
    _described(grid, block.caption)
    widths = [Emu(int(WIDE * share / sum(block.wide))) for share in block.wide]
    for each, wide in zip(grid.columns, widths, strict=True):
        each.width = wide  # the grid's, which LibreOffice goes by; Word goes by the cells'
    for place, (row, words) in enumerate(zip(grid.rows, (block.head, *block.rows), strict=True)):
        for column, (cell, text) in enumerate(zip(row.cells, words, strict=True)):
            cell.width = widths[column]
            _fill(cell, text, bold=place == 0, right=column > 0 and not block.words)
        _mark(row._tr, "cantSplit")
    _mark(grid.rows[0]._tr, "tblHeader")
    for cells in [row.cells for row in grid.rows][:-1] if len(block.rows) <= 12 else ():
        for cell in cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True
    _lines(grid)
    _air(paper)


def _air(paper: Paper) -> None:
    """Word joins tables that follow each other, so a little paragraph stands between."""
    line = paper.add_paragraph()
    line.paragraph_format.space_after, line.paragraph_format.line_spacing = Pt(0), Pt(6)


def _fill(cell: _Cell, words: str, *, bold: bool, right: bool) -> None:
    line = cell.paragraphs[0]
    run = line.add_run(writable(words))
    run.font.size, run.bold = Pt(8.5), bold
    line.paragraph_format.space_after = Pt(0)
    if right:
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _mark(row: Any, name: str) -> None:
    """Let a row have a property: repeated as header, or never split."""
    row.get_or_add_trPr().append(_element(name))


def _described(grid: Grid, words: str) -> None:
    grid._tbl.tblPr.append(_element("tblCaption", val=writable(words)))


def _lines(grid: Grid) -> None:
    """Thin lines between rows. The order of a table's properties is fixed: borders come before the layout."""
    borders = _element("tblBorders")
    for side in ("bottom", "insideH"):
        borders.append(_element(side, val="single", sz="4", space="0", color="D3DBDD"))
    after = ("w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook", "w:tblCaption")
    grid._tbl.tblPr.insert_element_before(borders, *after)


def _element(name: str, **attributes: str) -> Any:
    """An element of the document's XML."""
    made = OxmlElement(f"w:{name}")
    for attribute, value in attributes.items():
        made.set(qn(f"w:{attribute}"), value)
    return made


# The file ------------------------------------------------------------------------------------------------


def _dated(made: bytes, report: Report) -> bytes:
    """The same file with the data's day on every part, so that it does not depend on the clock."""
    day, again = report.counted_on, BytesIO()
    stamp = (max(day.year, 1980), day.month, day.day, 12, 0, 0)
    with zipfile.ZipFile(BytesIO(made)) as old, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            new.writestr(zipfile.ZipInfo(name, stamp), old.read(name), zipfile.ZIP_DEFLATED)
    return again.getvalue()
