"""A report as PDF, DOCX and HTML, each opened with another program: the same digits, tagged, in Danish."""

import re
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from flask import Flask
from pypdf import PdfReader
from sqlalchemy.orm import Session

from admin import report_docx, report_html, report_pages, report_pdf
from admin.report_blocks import Picture, Table
from survey.models import Municipality
from survey.reports import Report
from tests.checking import check_html
from tests.reporting import BEFORE, DAY, Add, crowd, of_law, report, send

NOTE = "Målingen er dannet på basis af 1043 udsendte spørgeskemaer med en svarprocent på 53,6 (559 af 1043)."
Stevns = Callable[..., Report]


@pytest.fixture
def stevns_report(session: Session, stevns: Municipality, add_batch: Add) -> Stevns:
    """Stevns' summer, with a spring before it to be held against."""

    def make(kind: str = "bilag") -> Report:
        team, small = of_law(session, stevns, "LAB"), of_law(session, stevns, "LAS")
        add_batch(team, BEFORE, crowd(7, p4=20, p3=50, p2=30))
        for n in range(4):
            people = crowd(7, p4=50 + n, p3=40, p2=10 - n)
            add_batch(team, date(2021, 5 + n, 20), people, first=date(2021, 5 + n, 3))
        send(session, team, date(2021, 5, 3), 559, 1043)
        add_batch(small, DAY, crowd(5, p4=20, p3=20, p2=13))
        send(session, small, date(2021, 5, 10), 53, 167)
        return report(session, stevns, kind=kind)

    return make


def words(text: str) -> str:
    """All white space made one space, and hyphens at the ends of lines undone."""
    return re.sub(r"\s+", " ", text)


def pdf_words(made: bytes) -> str:
    """The text of all pages."""
    return words(" ".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages))


def cells(of: Report) -> set[str]:
    """Every figure in the report's tables, spaces made one."""
    tables = [each for each in report_pages.blocks(of) if isinstance(each, Table)]
    return {words(cell) for table in tables for row in table.rows for cell in row[1:] if re.search(r"\d", cell)}


def test_the_pdf_is_tagged_danish_and_says_the_same(stevns_report: Stevns) -> None:
    """Every digit of every table can be read in it; a screen reader finds structure, language and title."""
    made = stevns_report()
    file = report_pdf.write(made)
    reader, text = PdfReader(BytesIO(file)), pdf_words(file)
    root: Any = reader.trailer["/Root"]
    assert NOTE in text
    assert "Perioden går fra 2. maj til 23. august." in text
    assert {each for each in cells(made) if each not in text} == set()
    assert root["/Lang"] == "da-DK"
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == ("Borgernes svar efter samtaler", "Stevns Kommune")
    assert reader.metadata.creation_date == datetime(2021, 8, 20, 12, tzinfo=UTC)


def tags(node: Any, found: list[Any]) -> list[Any]:
    """Every element of the structure tree below `node`."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for each in node:
            tags(each, found)
    elif isinstance(node, dict):
        found.append(node)
        tags(node.get("/K"), found)
    return found


def test_the_pdf_has_headings_header_cells_and_alternatives(stevns_report: Stevns) -> None:
    """A heading per group, a row of header cells per table, and what every chart shows in words."""
    made = stevns_report()
    reader = PdfReader(BytesIO(report_pdf.write(made)))
    root: Any = reader.trailer["/Root"]
    every = tags(root["/StructTreeRoot"]["/K"], [])
    kinds = [each.get("/S") for each in every]
    alternatives = [str(each["/Alt"]) for each in every if "/Alt" in each]
    blocks = report_pages.blocks(made)
    assert kinds.count("/H2") == 4
    assert kinds.count("/TH") == sum(len(each.head) for each in blocks if isinstance(each, Table))
    assert alternatives == [each.chart.label for each in blocks if isinstance(each, Picture)]
    assert alternatives[0].startswith(
        "Gennemsnit ift. dato for Opfølgning. 4 punkter fra 3. maj – 20. august 2021"
    )


@pytest.mark.parametrize("write", [report_pdf.write, report_docx.write])
def test_the_same_data_give_the_same_bytes(stevns_report: Stevns, write: Callable[[Report], bytes]) -> None:
    """Nothing of the clock lies in a file."""
    made = stevns_report()
    assert write(made) == write(made)


def test_the_docx_has_the_same_tables_and_can_be_edited(stevns_report: Stevns) -> None:
    """Opened again: heading styles, every table cell by cell, header rows that repeat, pictures with words."""
    made = stevns_report()
    paper = Document(BytesIO(report_docx.write(made)))
    tables = [each for each in report_pages.blocks(made) if isinstance(each, Table)]
    assert NOTE in " ".join(line.text for line in paper.paragraphs)
    for table, grid in zip(tables, paper.tables, strict=True):
        assert [tuple(cell.text for cell in row.cells) for row in grid.rows] == [table.head, *table.rows]
        assert grid.rows[0]._tr.xpath("w:trPr/w:tblHeader")
    headings = [line.text for line in paper.paragraphs if line.style and line.style.name == "Heading 1"]
    assert headings == ["Opfølgning", "Ydelse", "Sådan er tallene lavet", "Flere tal"]
    shown = [shape._inline.docPr.get("descr") for shape in paper.inline_shapes]
    assert shown == [each.chart.label for each in report_pages.blocks(made) if isinstance(each, Picture)]
    assert paper.core_properties.created == datetime(2021, 8, 20, 12, tzinfo=UTC)
    assert {each.get(qn("w:val")) for each in paper.styles.element.iter(qn("w:lang"))} == {"da-DK"}


def test_the_docx_has_the_datas_day_on_every_part(stevns_report: Stevns) -> None:
    """And its charts as PNG, sharp enough to print."""
    with zipfile.ZipFile(BytesIO(report_docx.write(stevns_report()))) as file:
        assert {each.date_time[:3] for each in file.infolist()} == {(2021, 8, 20)}
        pictures = [file.read(name) for name in file.namelist() if name.endswith(".png")]
    assert {picture[1:4] for picture in pictures} == {b"PNG"}
    assert len(pictures) == 4
    assert min(int.from_bytes(picture[16:20]) for picture in pictures) > 1300


def test_the_html_file_needs_nothing_beside_it(app: Flask, stevns_report: Stevns) -> None:
    """Valid, with every figure, and no address of anything in it."""
    made = stevns_report()
    with app.app_context():
        page = report_html.write(made).decode()
    check_html(page)
    text = words(re.sub(r"<[^>]+>", " ", page))
    assert NOTE in text
    assert {each for each in cells(made) if each not in text} == set()
    assert not re.search(r"(?:src|href)=|url\(|@import", page)


def test_a_note_to_the_council_is_shorter(stevns_report: Stevns) -> None:
    """No distribution of every point behind the charts, no page of numbers; the statements are there."""
    made = stevns_report("kvartalsnotat")
    captions = [each.caption for each in report_pages.blocks(made) if isinstance(each, Table)]
    assert "Udsagnene, Opfølgning" in captions
    assert not any(caption.startswith(("Fra samtale", "Gennemsnit ift.")) for caption in captions)


def test_charts_are_drawn_without_a_font_of_the_machine() -> None:
    """Noto Sans lies beside the program; a report of nothing has no pictures."""
    assert "Noto Sans" in report_pdf._fonts().families()
    assert report_pdf.pictures([]) == []
