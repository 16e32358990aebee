"""Exports as files: opened by other programs they hold the same digits, and no text in them is a formula."""

import csv
import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import openpyxl
import pyarrow
import pytest
from defusedxml.ElementTree import iterparse
from pyarrow import parquet

from survey import export_files
from survey.export_columns import COLUMNS, HEADINGS, Row, dictionary, values
from survey.export_files import About

DAY = date(2021, 5, 5)
ABOUT = About("stevns", DAY, DAY, DAY, "0.1.0")
ROW = Row(
    municipality="stevns",
    law="LAS",
    unit="team",
    team="=HYPERLINK(1)",
    questionnaire="Ydelse",
    version=1,
    series=2,
    scale=4,
    mode="remote",
    level="means",
    first_on=DAY,
    last_on=date(2021, 5, 9),
    told_on=DAY,
    final=True,
    statement=2,
    statement_text='Æblegrød; »ja«\nog "nej"',
    measure="mean",
    point=None,
    point_text="",
    value=3.25,
    text="3,25",
    figure_id="2800-328d-s620-gq",
)
ROWS = [
    ROW,
    replace(ROW, team="-1+1", measure="count", point=4, point_text="Helt enig", value=1043.0, text="1043"),
    replace(ROW, team="@SUM(A1)", level="weeks", told_on=None, final=False, measure="rate", value=0.536),
]
NAMES = [column.name for column in COLUMNS]


def written(kind: str, rows: list[Row] = ROWS) -> io.BytesIO:
    """The file of `rows`."""
    file = io.BytesIO()
    export_files.write(kind, file, iter(rows), ABOUT)
    file.seek(0)
    return file


def test_csv_is_read_with_a_decimal_comma() -> None:
    """Semicolons, a mark for Excel, Danish headings and numbers; text, quotes and line breaks are whole."""
    raw = written("csv").getvalue()
    heading, *lines = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";")
    assert raw.startswith(b"\xef\xbb\xbf")
    assert heading == [column.heading for column in COLUMNS]
    found = [dict(zip(NAMES, line, strict=True)) for line in lines]
    assert [line["value"] for line in found] == ["3,25", "1043", "0,536"]
    assert [line["final"] for line in found] == ["ja", "ja", "nej"]
    assert (found[0]["statement_text"], found[0]["first_on"]) == (ROW.statement_text, "2021-05-05")
    assert (found[0]["point"], found[2]["told_on"]) == ("", "")


def test_no_text_of_a_csv_is_a_formula() -> None:
    """What begins like one has an apostrophe before it; numbers have none."""
    lines = csv.reader(io.StringIO(written("csv").getvalue().decode("utf-8-sig"), newline=""), delimiter=";")
    fields = [field for line in list(lines)[1:] for field in line]
    assert "'=HYPERLINK(1)" in fields
    assert not [field for field in fields if field.startswith(export_files.FORMULA)]


def test_xlsx_is_read_with_numbers_and_days() -> None:
    """The same values, days as days; and a sheet with the dictionary."""
    book = openpyxl.load_workbook(written("xlsx"), read_only=True)
    heading, *lines = book["Tal"].iter_rows(values_only=True)
    assert list(heading) == [column.heading for column in COLUMNS]
    for line, row in zip(lines, ROWS, strict=True):
        found = dict(zip(NAMES, line, strict=True))
        assert (found["value"], found["team"], found["statement_text"]) == (
            row.value,
            row.team,
            row.statement_text,
        )
        assert str(found["last_on"])[:10] == str(row.last_on)
        assert (found["point"], found["final"], found["told_on"] is None) == (
            row.point,
            row.final,
            not row.told_on,
        )
    words = [tuple(cell or "" for cell in line) for line in book["Ordbog"].iter_rows(values_only=True)]
    assert words[: 1 + len(list(dictionary()))] == [HEADINGS, *dictionary()]


def test_no_cell_of_an_xlsx_is_a_formula() -> None:
    """Excel's own form of the sheet has no element for one, and every text says that it is a text."""
    with zipfile.ZipFile(written("xlsx")) as book, book.open("xl/worksheets/sheet1.xml") as sheet:
        tags = [(element.tag.partition("}")[2], element.get("t")) for _, element in iterparse(sheet)]
    assert not [tag for tag, _ in tags if tag == "f"]
    assert {kind for tag, kind in tags if tag == "c"} == {"inlineStr", "n", "b"}


def test_what_no_xml_may_hold_is_left_out_of_an_xlsx() -> None:
    """A control character in a name stops no export."""
    book = openpyxl.load_workbook(written("xlsx", [replace(ROW, team="A\x0bB")]), read_only=True)
    assert [line[3] for line in book["Tal"].iter_rows(min_row=2, values_only=True)] == ["AB"]


def test_json_holds_what_it_is_and_what_its_words_mean() -> None:
    """Whole numbers whole, days as ISO 8601, nothing as null."""
    found = json.loads(written("json").getvalue())
    assert found["about"] == {"municipality": "stevns", "first": "2021-05-05", "last": "2021-05-05",
                              "made_on": "2021-05-05", "program": "0.1.0"}  # fmt: skip
    assert [tuple(line.values()) for line in found["dictionary"]] == list(dictionary())
    assert [line["value"] for line in found["figures"]] == [3.25, 1043, 0.536]
    assert found["figures"][0] == {
        **vars(ROW),
        **{name: str(vars(ROW)[name]) for name in ("first_on", "last_on", "told_on")},
    }
    assert json.loads(written("json", []).getvalue())["figures"] == []


def test_parquet_is_typed_and_says_what_it_is() -> None:
    """Every value comes back as it was, more groups of rows than one included; the dictionary is in the file."""
    rows = [replace(ROW, statement=n % 11) for n in range(export_files.AT_ONCE + 5)]
    table = parquet.read_table(written("parquet", rows))
    assert [list(line.values()) for line in table.to_pylist()] == [values(row) for row in rows]
    assert table.schema.field("first_on").type == pyarrow.date32()
    assert json.loads(table.schema.metadata[b"tilfreds.dictionary"]) == [list(line) for line in dictionary()]
    assert parquet.read_table(written("parquet", [])).num_rows == 0


def test_a_sheet_that_is_full_has_another_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Excel takes about a million rows of a sheet."""
    monkeypatch.setattr(export_files, "MOST_OF_A_SHEET", 2)
    book = openpyxl.load_workbook(written("xlsx"), read_only=True)
    assert book.sheetnames == ["Tal", "Tal 2", "Ordbog"]
    assert [len(list(book[name].iter_rows())) for name in ("Tal", "Tal 2")] == [3, 2]


class Nowhere(io.RawIOBase):
    """A file that keeps nothing."""

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: Any) -> int:
        """Take it, and forget it."""
        return len(data)


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_ten_times_as_many_rows_take_no_more_memory(kind: str) -> None:
    """Less than ten bytes for each further row; one that is held takes hundreds."""

    def peak(n: int) -> int:
        made = (replace(ROW, statement_text=f"{number}") for number in range(n))
        tracemalloc.start()
        export_files.write(kind, Nowhere(), made, ABOUT)  # type: ignore[arg-type]  # it takes bytes
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(5000) - peak(500) < 10 * 4500


def test_rows_are_taken_one_by_one() -> None:
    """A writer holds the row it writes, not all of them: half-way only half have been asked for."""
    asked: list[int] = []

    def made() -> Iterator[Row]:
        for number in range(1000):
            asked.append(number)
            yield ROW

    file = Half()
    with pytest.raises(OSError, match="full"):
        export_files.write("csv", file, made(), ABOUT)  # type: ignore[arg-type]  # it takes bytes
    assert 0 < len(asked) < 1000


class Half(Nowhere):
    """A disk that is full after a while."""

    room = 50_000

    def write(self, data: Any) -> int:
        """Take it while there is room."""
        self.room -= len(data)
        if self.room < 0:
            raise OSError("full")
        return len(data)
