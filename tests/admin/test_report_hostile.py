"""Names that are markup somewhere: in a report they are words, in every form."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from flask import Flask
from pypdf import PdfReader
from sqlalchemy.orm import Session

from admin import report_docx, report_html, report_pdf
from survey import municipalities, question_sets
from survey.models import Municipality
from survey.questionnaire import Statement
from survey.reports import Report
from tests.checking import check_html
from tests.reporting import DAY, Add, crowd, of_law, report

HOSTILE = (
    '#panic("x") $x^2$ *fed* _kursiv_ @ref <mærke> \\u{41} // nej',
    "<script>alert(1)</script> & </text></svg> ]]> <!--",
    '#import "@preview/x:1.0.0": y; #read("/etc/passwd"); {{ 7 * 7 }} {% raw %}',
    "= Ikke en overskrift\\ - ikke en liste `kode` ~ --- ...",
    "'; DROP TABLE team; -- %s %(n)s {0}",
)
UNPRINTABLE = ("\u202e bagvendt \u2066 \u200f שלום مرحبا", "😀 漢字 \ue000 ክምልስ", "Nul\x0bstyret\x1b tegn \ufffe")
Hostile = Callable[[tuple[str, ...]], Report]


@pytest.fixture
def hostile(session: Session, stevns: Municipality, add_batch: Add, now: datetime) -> Hostile:
    """`hostile(names)`: a report in which municipality, team and statements are called so."""

    def make(names: tuple[str, ...]) -> Report:
        content = question_sets.load("ydelse")
        statements = tuple(Statement(names[n % len(names)].replace("\x0b", "").strip()) for n in range(5))
        municipalities.publish(session, stevns.id, replace(content, statements=statements), now)
        add_batch(of_law(session, stevns, "LAS"), DAY, crowd(5, p4=30, p3=20, p2=10))
        made = report(session, stevns)
        groups = tuple(replace(group, name=names[0], hidden_teams=names) for group in made.groups)
        return replace(made, municipality=names[0], groups=groups)

    return make


def squeezed(text: str) -> str:
    """Without any white space: lines break where they like."""
    return re.sub(r"\s", "", text)


def test_markup_is_words_in_the_pdf(hostile: Hostile) -> None:
    """Typst reads names as data: each stands in the text as it was written."""
    made = report_pdf.write(hostile(HOSTILE))
    text = squeezed("".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages))
    assert [name for name in HOSTILE if squeezed(name) not in text] == []


def test_markup_is_words_in_the_docx(hostile: Hostile) -> None:
    """XML's letters are written as such, and come back the same."""
    paper = Document(BytesIO(report_docx.write(hostile(HOSTILE))))
    told = {cell.text for table in paper.tables for row in table.rows for cell in row.cells}
    assert [name for name in HOSTILE if name not in told] == []


def test_markup_is_words_in_the_html(app: Flask, hostile: Hostile) -> None:
    """Nothing runs, and the page is valid; the drawings are too."""
    with app.app_context():
        page = report_html.write(hostile(HOSTILE)).decode()
    check_html(page)
    assert "<script" not in page
    assert [name for name in HOSTILE if name not in unescape(page)] == []


def test_letters_without_a_font_break_nothing(app: Flask, hostile: Hostile) -> None:
    """Other scripts, signs of direction, emoji, control characters: every form is made, the PDF still tagged."""
    made = hostile(UNPRINTABLE)
    reader = PdfReader(BytesIO(report_pdf.write(made)))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "Sådan er tallene lavet" in reader.pages[-2].extract_text()
    assert len(Document(BytesIO(report_docx.write(made))).tables) > 3
    with app.app_context():
        assert report_html.write(made)
