"""Meeting files: the bytes of a CSV or XLSX file in, rows of cells out. Knows neither database nor rules."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import PurePath
from typing import IO, Any
from xml.parsers import expat

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 50 * 1024 * 1024
MAX_RATIO = 100
MAX_PART = 20 * 1024 * 1024
"""Bytes of one part of a workbook, unpacked; a sheet may fill the whole."""
MAX_STRINGS = 1_000_000
MAX_ELEMENTS = 4_000_000
"""Of XML in one part. The shortest is four bytes, and the library takes microseconds and 100 bytes for each."""
MAX_ROWS = 200_000
MAX_COLUMNS = 100
EXCEL_ROWS = 1_048_576
FILE_TYPES = (".csv", ".txt", ".tsv", ".xlsx")

COLUMNS: dict[str, tuple[str, ...]] = {
    "meeting_id": ("SamtaleID", "Samtale-ID", "Samtalenummer", "Hændelses-ID", "Meeting ID", "Event ID"),
    "kind": ("Samtaletype", "Type", "Hændelsestype", "Meeting type", "Event type", "Kind"),
    "team": ("Team", "Gruppe", "Enhed", "Group", "Unit"),
    "law": ("Lov", "Lovgrundlag", "Law"),
    "date": ("Dato", "Samtaledato", "Afholdt dato", "Date", "Held at", "Held on"),
    "time": ("Tid", "Tidspunkt", "Klokkeslæt", "Time"),
    "status": ("Status", "Samtalestatus", "State"),
    "caseworker": ("Sagsbehandler", "Sagsbehandler-ID", "Medarbejder", "Caseworker", "Caseworker ID"),
    "contact_form": ("Kontaktform", "Samtaleform", "Contact form"),
    "citizen_id": ("BorgerID", "Borger-ID", "Borgernøgle", "Citizen ID", "Citizen key"),
    "name": ("Navn", "Borgernavn", "Name", "Citizen name"),
    "mobile": ("Mobil", "Mobilnummer", "Mobiltelefon", "Telefon", "Mobile", "Phone"),
    "email": ("E-mail", "Mail", "E-mailadresse", "Email address"),
    "language": ("Sprog", "Language"),
    "target_group": ("Målgruppe", "Target group"),
    "protected": ("Adressebeskyttelse", "Adressebeskyttet", "Navne- og adressebeskyttelse", "Protected address"),
    "opted_out": ("Fravalgt", "Fravalg", "Opted out", "Opt out"),
    "hold": ("Hensyn", "Særligt hensyn", "Særlige hensyn", "Hold-off", "Consideration"),
}
"""Canonical column → the header names it is known by, the usual one first. Case and punctuation do not matter."""

REQUIRED = ("meeting_id", "team", "date", "status")


class FileError(Exception):
    """The file as a whole cannot be taken in. The message is Danish and says what to do; it shows no cell."""


@dataclass(frozen=True)
class Sheet:
    """A file's rows. `columns` leads from a canonical column to its place in `headers` and in every row's cells.

    A row is (line in the file, cells); cells are stripped of spaces, and a short row of a CSV file stays short.
    """

    headers: tuple[str, ...]
    columns: dict[str, int]
    rows: list[tuple[int, list[str]]]

    @property
    def ignored(self) -> tuple[str, ...]:
        """Headers we do not know; their columns are not used."""
        known = set(self.columns.values())
        return tuple(header for place, header in enumerate(self.headers) if header and place not in known)


Numbered = Iterator[tuple[int, list[str]]]


def read(data: bytes, name: str) -> Sheet:
    """The rows of the file `data`, called `name`. Raises FileError when the file as a whole is unusable."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in FILE_TYPES:
        raise FileError(f"Filtypen {suffix[:10] or 'uden endelse'} kan ikke læses. Gem filen som CSV eller XLSX.")
    check_size(len(data))
    if data[:4] == b"PK\x03\x04":
        return _sheet(_workbook_rows(data), pad=True)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise FileError("Filen er et gammelt eller låst Excel-ark. Gem den som .xlsx uden adgangskode.")
    if suffix == ".xlsx":
        raise FileError("Filen hedder .xlsx, men er ikke et Excel-ark. Gem den igen fra Excel som .xlsx.")
    text = _decode(data)
    return _sheet(_text_rows(text, _delimiter(text)), pad=False)


def check_size(size: int) -> None:
    """Raise FileError for a file of `size` bytes that is empty or too large; may be asked before reading it."""
    if size == 0:
        raise FileError("Filen er tom. Hent udtrækket igen.")
    if size > MAX_BYTES:
        raise FileError(
            f"Filen fylder over {MAX_BYTES // 1024**2} MB. Del den i mindre filer, hver med sin overskriftsrække."
        )


# CSV -----------------------------------------------------------------------------------------------------

_GARBLED = re.compile("Ã[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|(?<=\\w)[†›](?=\\w)")
"""UTF-8 read as cp1252 ("Ã¦"), or a DOS code page read as cp1252 ("S›ren")."""


def _decode(data: bytes) -> str:
    # Measured in the field: BOM, then strict UTF-8, then cp1252 tells all ordinary files apart; guessers do not.
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise FileError("Filen er gemt som UTF-16 (Unicode-tekst). Gem den som »CSV UTF-8« i Excel.")
    if b"\0" in data:
        line = _line_of(data, data.index(b"\0"))
        raise FileError(
            f"Linje {line} indeholder NUL-tegn, så filen er ikke en tekstfil. Gem den som CSV eller XLSX."
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _decode_windows(data)
    # The letters are rare, and looking for them one by one is 30 times as fast as the pattern.
    garbled = _GARBLED.search(text) if any(letter in text for letter in "Ã†›") else None
    if garbled:
        line = _line_of(text.encode(), len(text[: garbled.start()].encode()))
        raise FileError(f"Linje {line} har ødelagte bogstaver (æ, ø eller å). Gem filen igen som »CSV UTF-8«.")
    return text


def _decode_windows(data: bytes) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as error:
        line = _line_of(data, error.start)
        raise FileError(
            f"Linje {line} har et tegn, der hverken er UTF-8 eller Windows-tekst. Gem filen som »CSV UTF-8«."
        ) from None


def _line_of(data: bytes, place: int) -> int:
    return len(re.findall(rb"\r\n|\r|\n", data[:place])) + 1


def _delimiter(text: str) -> str:
    first = text[:10_000].lstrip("\r\n \t;,").partition("\n")[0].partition("\r")[0]
    return max(";,\t", key=lambda mark: len(_recognise(next(csv.reader([first], delimiter=mark), []))))


def _text_rows(text: str, delimiter: str) -> Numbered:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error:
        # An open quotation mark would swallow the rows after it: better no file than half of one.
        raise FileError(
            f"Linje {line} kan ikke læses: et felt er for langt, eller et anførselstegn mangler. Ret linjen."
        ) from None


# XLSX ----------------------------------------------------------------------------------------------------


_BROKEN = "Excel-arket er beskadiget og kan ikke læses. Gem det igen fra Excel som .xlsx."
_TOO_MUCH = "Excel-arket fylder for meget pakket ud. Gem kun arket med samtaler som ny .xlsx-fil."


def _workbook_rows(data: bytes) -> Numbered:
    _check_archive(data)
    # Late import: openpyxl brings NumPy, and only files of this kind need it.
    from openpyxl import DEFUSEDXML, load_workbook

    if not DEFUSEDXML:
        raise RuntimeError("openpyxl must read XML with defusedxml")
    try:
        workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheet = workbook.worksheets[0]
        sheet.reset_dimensions()
        roles: dict[int, str] = {}
        for line, values in _within_a_sheet(sheet.iter_rows(values_only=True)):
            cells = [_cell(value, roles.get(place, ""), workbook.epoch) for place, value in enumerate(values)]
            roles = roles or {place: column for column, place in _recognise(cells).items()}
            yield line, cells
    except (FileError, GeneratorExit):
        raise
    except Exception:  # noqa: BLE001 - whatever a broken workbook makes the library raise, the file is at fault
        raise FileError(_BROKEN) from None


def _within_a_sheet(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[int, tuple[Any, ...]]]:
    # A row may claim any number, and the library would count up to it.
    for line, values in enumerate(rows, 1):
        if line > EXCEL_ROWS:
            raise FileError(f"Excel-arket har rækker efter nr. {EXCEL_ROWS}. Gem kun rækkerne med samtaler.")
        yield line, values


def _check_archive(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_parts(archive.infolist(), len(data))
            for part in archive.infolist():
                with archive.open(part) as content:
                    _check_elements(content)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError):
        raise FileError(_BROKEN) from None


def _check_parts(parts: list[zipfile.ZipInfo], packed: int) -> None:
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise FileError("Filen er et zip-arkiv, ikke et Excel-ark. Pak den ud, eller gem den som .xlsx.")
    if any(name.startswith("xl/externalLinks/") or name.endswith("vbaProject.bin") for name in names):
        raise FileError(
            "Excel-arket har makroer eller henter fra andre filer. Gem det som .xlsx med rene værdier."
        )
    unpacked = sum(part.file_size for part in parts)
    largest = max(part.file_size for part in parts if not part.filename.startswith("xl/worksheets/"))
    if unpacked > min(MAX_UNPACKED, MAX_RATIO * packed) or largest > MAX_PART:
        raise FileError(_TOO_MUCH)


def _check_elements(content: IO[bytes]) -> None:
    """Count the elements of one part, before the library makes an object of each. Raises FileError.

    What they are called counts, not the part: a workbook may call its parts as it likes.
    """
    counted = {"": 0, "si": 0, "since row": 0}

    def started(name: str, _attributes: object) -> None:
        local = name.rpartition(":")[2]
        counted[""] += 1
        counted["since row"] = 0 if local == "row" else counted["since row"] + 1
        counted["si"] += local == "si"
        if counted[""] > MAX_ELEMENTS or max(counted["si"], counted["since row"]) > MAX_STRINGS:
            raise FileError(_TOO_MUCH)

    parser = expat.ParserCreate()
    parser.StartElementHandler = started
    parser.EntityDeclHandler = _refuse_entity
    try:
        parser.ParseFile(content)
    except expat.ExpatError:
        return  # no XML, or broken: where this parser stops, the library's stops too


def _refuse_entity(*_declared: object) -> None:
    raise FileError(_BROKEN)


def _cell(value: Any, role: str, epoch: datetime) -> str:
    """The text of one cell: dates as dd-mm-yyyy, times as HH:MM, numbers without a decimal point where whole."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "Ja" if value else "Nej"
    if isinstance(value, int | float):
        return _number(value, role, epoch)
    if isinstance(value, timedelta):
        return f"{epoch + value:%H:%M}" if timedelta() <= value < timedelta(days=1) else str(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, datetime) and (role == "time" or value.time() != time()):
        return f"{value:%H:%M}" if role == "time" else f"{value:%d-%m-%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d-%m-%Y}"
    return "="  # an array formula or the like: treated as the formula it is


def _number(value: float, role: str, epoch: datetime) -> str:
    from openpyxl.utils.datetime import from_excel

    # A date or time whose cell has lost its format is a number of days since 1900 (or 1904).
    if (role == "date" and 20_000 <= value < 80_000) or (role == "time" and 0 <= value < 1):
        return _cell(from_excel(value, epoch), role, epoch)
    return str(int(value)) if value == int(value) else str(value)


# Rows ----------------------------------------------------------------------------------------------------


def _plain(header: str) -> str:
    return re.sub(r"[\W_]+", "", header.casefold())


_COLUMN_OF = {_plain(alias): column for column, aliases in COLUMNS.items() for alias in aliases}
_HEADER_WORDS = frozenset(
    word for aliases in COLUMNS.values() for alias in aliases for word in (alias, alias.lower(), alias.upper())
)


def _recognise(cells: Iterable[str]) -> dict[str, int]:
    """Canonical column → its first place among `cells` taken as headers."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        column = _COLUMN_OF.get(_plain(cell))
        if column:
            found.setdefault(column, place)
    return found


def _sheet(lines: Numbered, *, pad: bool) -> Sheet:
    """The first row with anything in it is the header. Raises FileError; rows without content are left out."""
    headers: tuple[str, ...] = ()
    columns: dict[str, int] = {}
    rows: list[tuple[int, list[str]]] = []
    for line, raw in lines:
        if len(raw) > MAX_COLUMNS:
            raise FileError(
                f"Linje {line} har {len(raw)} felter; højst {MAX_COLUMNS} kan læses. Slet de overflødige."
            )
        cells = [cell.strip(" \u00a0\ufeff") for cell in raw]
        if not any(cells):
            continue
        if not headers:
            headers = tuple(cells)
            columns = _header(cells)
            continue
        if _repeats_header(cells):
            raise FileError(f"Linje {line} er endnu en overskriftsrække: to filer i én. Indlæs dem hver for sig.")
        if pad:
            cells = cells[: len(headers)] + [""] * (len(headers) - len(cells)) + _filled(cells[len(headers) :])
        rows.append((line, cells))
        if len(rows) > MAX_ROWS:
            raise FileError(f"Filen har over {MAX_ROWS:,} rækker. Del den i mindre filer.".replace(",", "."))
    if not headers:
        raise FileError("Filen er tom. Hent udtrækket igen.")
    return Sheet(headers, columns, rows)


def _filled(cells: list[str]) -> list[str]:
    return cells if any(cells) else []


def _repeats_header(cells: list[str]) -> bool:
    # The cheap question first: most rows share no word with any header.
    return not _HEADER_WORDS.isdisjoint(cells) and len(set(REQUIRED) & _recognise(cells).keys()) >= 3


def _header(cells: list[str]) -> dict[str, int]:
    columns = _recognise(cells)
    for column in REQUIRED:
        if column not in columns:
            names = " eller ".join(f"»{name}«" for name in COLUMNS[column][:2])
            raise FileError(f"Kolonnen {names} mangler i første række. Tilføj den, og indlæs filen igen.")
    if not {"mobile", "email"} & columns.keys():
        raise FileError("Filen har hverken kolonnen »Mobil« eller »E-mail«. Tilføj mindst én af dem.")
    places = [place for place, cell in enumerate(cells) if _plain(cell) in _COLUMN_OF]
    twice = [cells[place] for place in places if place not in columns.values()]
    if twice:
        raise FileError(f"Kolonnen »{twice[0]}« står der to gange. Slet den ene, eller giv den et andet navn.")
    return columns
