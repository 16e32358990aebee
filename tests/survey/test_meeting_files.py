"""Meeting files become rows, or are refused as a whole with a remedy."""

import io
import random
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula

from survey import meeting_files
from survey.meeting_files import FileError, read

DATA = Path(__file__).parent.parent / "data"
HEADER = "SamtaleID;Team;Dato;Tid;Status;Navn;Mobil"
ROW = "S1;Opfølgning;20-08-2021;10:00;Afholdt;Åse Sørensen;20123456"
MIDNIGHT = datetime.fromisoformat("2021-08-20")
HALF_PAST_NINE = datetime.fromisoformat("2021-08-20T09:30")


def workbook(*rows: tuple[object, ...]) -> bytes:
    """An XLSX file with these rows on its first sheet, and another sheet that does not matter."""
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    book.create_sheet("Andet").append(("SamtaleID", "noget andet"))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The XLSX file `data` with the part `name` added, or in place of its own."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "rows"),
    [("samtaler_cp1252.csv", 1213), ("samtaler_excel_utf8bom.csv", 1200), ("samtaler.xlsx", 1200)],
)
def test_the_sample_files_are_read_whole(name: str, rows: int) -> None:
    """Every row but the empty ones at the end, every column known, and Danish letters right."""
    sheet = read((DATA / name).read_bytes(), name)
    assert rows == len(sheet.rows)
    assert sheet.ignored == ()
    assert set(meeting_files.COLUMNS) - {"hold"} == set(sheet.columns)
    assert {"Opfølgning", "Ydelse"} <= {cells[2] for _, cells in sheet.rows}


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_any_delimiter_line_end_and_encoding_gives_the_same_row(
    delimiter: str, newline: str, encoding: str
) -> None:
    """Semicolon, comma or tab; CRLF, LF or CR; UTF-8 with and without BOM, or cp1252."""
    text = newline.join([HEADER, ROW, ";;;;;;", "", ""]).replace(";", delimiter)
    sheet = read(text.encode(encoding), "samtaler.csv")
    assert [(2, ROW.split(";"))] == sheet.rows


def test_english_headers_in_any_case_and_order_are_known() -> None:
    """Case, spaces and punctuation in a header do not matter; unknown columns are named."""
    header = "status,Shoe size,DATE,meeting_id,Group,e mail,Citizen-ID"
    sheet = read(f"{header}\nheld,42,2021-08-20,S1,Ydelse,a@b.dk,B1".encode(), "meetings.txt")
    assert sheet.ignored == ("Shoe size",)
    assert sheet.columns == {"status": 0, "date": 2, "meeting_id": 3, "team": 4, "email": 5, "citizen_id": 6}


def test_a_quoted_field_keeps_delimiters_and_lines_are_counted_as_the_file_has_them() -> None:
    """A line break inside quotation marks does not shift the line numbers after it."""
    text = f'\n{HEADER}\nS1;Opfølgning;20-08-2021;;Afholdt;"Hansen; Bo\nJr";20123456\n\n{ROW}'
    rows = read(text.encode(), "samtaler.csv").rows
    assert [(line, cells[5]) for line, cells in rows] == [(3, "Hansen; Bo\nJr"), (6, "Åse Sørensen")]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("samtaler.pdf", b"%PDF-1.7", "Filtypen .pdf"),
        ("samtaler", b"x", "Filtypen uden endelse"),
        ("samtaler.csv", b"", "Filen er tom"),
        ("samtaler.csv", b"\r\n;;;\r\n", "Filen er tom"),
        ("samtaler.csv", b"x" * (meeting_files.MAX_BYTES + 1), "over 20 MB"),
        ("samtaler.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 gammelt", "gammelt eller låst Excel-ark"),
        ("samtaler.xlsx", HEADER.encode(), "ikke et Excel-ark"),
        ("samtaler.csv", HEADER.encode("utf-16"), "UTF-16"),
        ("samtaler.csv", f"{HEADER}\nS1;Op\0;".encode(), "Linje 2 indeholder NUL-tegn"),
        ("samtaler.csv", f"{HEADER}\nS1;".encode() + b"\x81", "Linje 2 har et tegn"),
        ("samtaler.csv", f"{HEADER}\nS1;".encode() + "Ã¦\xff".encode("latin-1"), "Linje 2 har ødelagte bogstaver"),
        ("samtaler.csv", f"{HEADER}\r\n\r\nS1;SÃ¸ren".encode(), "Linje 3 har ødelagte bogstaver"),
        ("samtaler.csv", HEADER.encode() + "\nS1;Opfølgning".encode("cp850"), "Linje 2 har ødelagte bogstaver"),
        ("samtaler.csv", b"SamtaleID;Team;Status;Mobil\n", "Kolonnen »Dato« eller »Samtaledato« mangler"),
        ("samtaler.csv", b"SamtaleID;Team;Dato;Status;Navn\n", "hverken kolonnen »Mobil« eller »E-mail«"),
        ("samtaler.csv", f"{HEADER};Telefon\n".encode(), "Kolonnen »Telefon« står der to gange"),
        ("samtaler.csv", f"{HEADER}\n{ROW}\n{HEADER}\n{ROW}".encode(), "Linje 3 er endnu en overskriftsrække"),
        ("samtaler.csv", f"{HEADER}\n{ROW}\n\ufeff{HEADER}".encode(), "Linje 3 er endnu en overskriftsrække"),
        ("samtaler.csv", f"{HEADER}\n{ROW}{';x' * 293}".encode(), "Linje 2 har 300 felter"),
        ("samtaler.csv", f'{HEADER}\n{ROW}\nS2;"Opfølgning;20'.encode(), "Linje 3 kan ikke læses"),
        ("samtaler.csv", f"{HEADER}\n{'x' * 200_000};".encode(), "Linje 2 kan ikke læses"),
    ],
)
def test_an_unusable_file_is_refused_with_a_remedy(name: str, data: bytes, message: str) -> None:
    """Wrong type, empty, too large, NUL bytes, broken letters, missing or doubled columns, two files in one."""
    with pytest.raises(FileError, match=message):
        read(data, name)


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file over the limit is refused before it is held in memory whole."""
    monkeypatch.setattr(meeting_files, "MAX_ROWS", 1200)
    with pytest.raises(FileError, match=r"over 1\.200 rækker"):
        read((DATA / "samtaler_cp1252.csv").read_bytes(), "samtaler.csv")


def test_cells_of_a_workbook_become_the_text_a_person_sees() -> None:
    """Dates, times, numbers and serial numbers without format, truth values; short rows are filled up."""
    data = workbook(
        ("SamtaleID", "Team", "Dato", "Tid", "Status", "Fravalgt", "Mobil"),
        (17, "Ydelse", MIDNIGHT, time(13, 5), "Afholdt", True, 20123456.0),
        (
            1.5,
            "Ydelse",
            HALF_PAST_NINE,
            HALF_PAST_NINE,
            "Afholdt",
            False,
            "",
            "x",
        ),
        ("S3", "Ydelse", 44428, 0.5, "Afholdt", None, "=1+1"),
        (),
        ("S4", "Ydelse", date(2021, 8, 20), timedelta(hours=8), "Afholdt"),
    )
    rows = read(data, "samtaler.xlsx").rows
    assert [line for line, _ in rows] == [2, 3, 4, 6]
    assert rows[0][1] == ["17", "Ydelse", "20-08-2021", "13:05", "Afholdt", "Ja", "20123456"]
    assert rows[1][1] == ["1.5", "Ydelse", "20-08-2021 09:30", "09:30", "Afholdt", "Nej", "", "x"]
    assert rows[2][1] == ["S3", "Ydelse", "20-08-2021", "12:00", "Afholdt", "", "=1+1"]
    assert rows[3][1] == ["S4", "Ydelse", "20-08-2021", "08:00", "Afholdt", "", ""]


def test_durations_and_array_formulas_are_not_taken_for_times_or_text() -> None:
    """25 hours is shown as it is, and an array formula as the formula it is."""
    formula = ArrayFormula("B2", "=A1:A2")
    data = workbook(
        ("SamtaleID", "Team", "Dato", "Tid", "Status", "Mobil"), ("S1", formula, 5, timedelta(hours=25), "x", "1")
    )
    assert read(data, "samtaler.xlsx").rows[0][1] == ["S1", "=", "5", "1 day, 1:00:00", "x", "1"]


EXPLOSION = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "lol"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>"""
THEFT = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>"""


@pytest.mark.parametrize(
    ("part", "content", "message"),
    [
        ("xl/vbaProject.bin", b"macro", "makroer"),
        ("xl/externalLinks/externalLink1.xml", b"<a/>", "makroer eller henter fra andre filer"),
        ("xl/media/image1.png", bytes(30_000_000), "fylder for meget"),
        ("xl/worksheets/sheet1.xml", EXPLOSION, "beskadiget"),
        ("xl/worksheets/sheet1.xml", THEFT, "beskadiget"),
        ("xl/workbook.xml", b"<nothing/>", "beskadiget"),
        ("xl/worksheets/sheet1.xml", b"<worksheet", "beskadiget"),
    ],
)
def test_a_hostile_workbook_is_refused(part: str, content: bytes, message: str) -> None:
    """Macros, links to other files, bombs, entities and broken XML never get further than a message."""
    data = with_part(workbook(("SamtaleID",)), part, content)
    with pytest.raises(FileError, match=message):
        read(data, "samtaler.xlsx")


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("part", "head", "element", "count"),
    [
        ("xl/sharedStrings.xml", b"<sst>", b"<si/>", 1_000_001),
        ("xl/worksheets/strings.xml", b"<sst>", b"<row/><si/>", 1_000_001),
        ("xl/strings.bin", b'<x:sst xmlns:x="y">', b"<x:si/>", 1_000_001),
        (SHEET, b"<worksheet><sheetData><row>", b"<c/>", 1_000_001),
        (SHEET, b"<worksheet><sheetData>", b"<row><c/></row>", 2_000_000),
        ("xl/theme/theme1.xml", b"<a>", b" " * 1024, 20 * 1024),
    ],
)
def test_a_workbook_of_millions_of_empty_elements_is_refused_unread(
    part: str, head: bytes, element: bytes, count: int
) -> None:
    """Small when packed and when unpacked, but each would become an object; whatever the part is called."""
    noise = ("xl/media/noise.png", random.Random(1).randbytes(400_000))  # so that the ratio does not tell
    data = with_part(with_part(workbook(("SamtaleID",)), part, head + element * count), *noise)
    with pytest.raises(FileError, match="fylder for meget"):
        read(data, "samtaler.xlsx")


def test_a_workbook_whose_packing_is_broken_is_refused() -> None:
    """The list of its parts can be read, but not what is in them."""
    data = bytearray(workbook(("SamtaleID",)))
    data[60:90] = bytes(30)
    with pytest.raises(FileError, match="beskadiget"):
        read(bytes(data), "samtaler.xlsx")


@pytest.mark.parametrize(("data", "message"), [(b"PK\x03\x04 not a zip", "beskadiget"), (None, "zip-arkiv")])
def test_a_zip_that_is_no_workbook_is_refused(data: bytes | None, message: str) -> None:
    """A broken archive, and one with something else in it."""
    if data is None:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("../samtaler.csv", HEADER)
        data = file.getvalue()
    with pytest.raises(FileError, match=message):
        read(data, "samtaler.xlsx")


def test_a_workbook_row_with_300_cells_is_refused() -> None:
    """Columns are limited in a workbook as in a text file."""
    with pytest.raises(FileError, match="Linje 1 har 300 felter"):
        read(workbook(("x",) * 300), "samtaler.xlsx")


FAR_AWAY = b"""<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<sheetData><row r="999999999999"><c r="A999999999999"><v>1</v></c></row></sheetData></worksheet>"""


def test_a_row_that_claims_an_impossible_number_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The empty rows before it are not counted for ever."""
    monkeypatch.setattr(meeting_files, "EXCEL_ROWS", 1000)
    with pytest.raises(FileError, match=r"rækker efter nr\. 1000"):
        read(with_part(workbook(("SamtaleID",)), "xl/worksheets/sheet1.xml", FAR_AWAY), "samtaler.xlsx")


def test_workbooks_are_never_read_without_the_hardened_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should defusedxml be missing, reading stops instead of going on without it."""
    monkeypatch.setattr(openpyxl, "DEFUSEDXML", False)
    with pytest.raises(RuntimeError, match="defusedxml"):
        read(workbook(("SamtaleID",)), "samtaler.xlsx")
