"""Exports as files: CSV, XLSX, JSON and Parquet, written row by row, each with its data dictionary."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from survey.export_columns import COLUMNS, HEADINGS, Column, Row, dictionary, values

AT_ONCE = 2000
"""Rows of one group of a Parquet file, and so the most that are in memory."""
IN_MEMORY = 1024**2
"""Bytes of a file that are kept in memory; a larger one lies on the disk until it is sent."""
MOST_OF_A_SHEET = 1_000_000
"""Rows of one sheet: Excel takes 1 048 576."""
NAMES = ("kind", "name", "heading", "type", "meaning")
"""Of the dictionary in JSON, as HEADINGS."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a text begins that a spreadsheet might take for a formula."""
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""What no XML may hold."""


@dataclass(frozen=True)
class About:
    """What an export says of itself."""

    municipality: str
    first: date
    last: date
    made_on: date
    program: str


def write(kind: str, file: IO[bytes], rows: Iterable[Row], about: About) -> None:
    """Write `rows` to `file` in one of `export_columns.FORMATS`, holding few of them at a time."""
    WRITERS[kind](file, rows, about)


def made(kind: str, rows: Iterable[Row], about: About) -> IO[bytes]:
    """The file that `write` writes, at its beginning; whoever sends it closes it.

    It is whole before it is sent: a slow reader must not keep a connection to the database.
    """
    file = cast("IO[bytes]", SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115 - it outlives this function
    write(kind, file, rows, about)
    file.seek(0)
    return file


def write_dictionary(file: IO[bytes]) -> None:
    """The data dictionary as CSV, to lie beside an export in CSV."""
    _write_csv(file, [HEADINGS, *dictionary()])


# CSV -----------------------------------------------------------------------------------------------------


def _csv(file: IO[bytes], rows: Iterable[Row], _about: About) -> None:
    def lines() -> Iterator[list[str]]:
        yield [column.heading for column in COLUMNS]
        for row in rows:
            yield [_danish(value) for value in values(row)]

    _write_csv(file, lines())


def _write_csv(file: IO[bytes], lines: Iterable[Iterable[str]]) -> None:
    # The mark at the beginning tells Excel that it is UTF-8.
    text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(lines)
    text.detach()


def _danish(value: Any) -> str:
    """A value as a Danish spreadsheet reads it: decimal comma, ja/nej, and a text that is no formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, int | float):
        return str(_number(value)).replace(".", ",")
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _number(value: float) -> int | float:
    """Whole numbers without a decimal point."""
    return int(value) if float(value).is_integer() else value


# XLSX ----------------------------------------------------------------------------------------------------


def _xlsx(file: IO[bytes], rows: Iterable[Row], about: About) -> None:
    from openpyxl import Workbook  # half a second: only who exports pays for it

    book = Workbook(write_only=True)
    left, part = iter(rows), 1
    while True:
        sheet = book.create_sheet("Tal" if part == 1 else f"Tal {part}")
        sheet.freeze_panes = "A2"
        sheet.append([_cell(sheet, column.heading) for column in COLUMNS])
        written = 0
        for row in islice(left, MOST_OF_A_SHEET):
            sheet.append([_cell(sheet, value) for value in values(row)])
            written += 1
        if written < MOST_OF_A_SHEET:
            break
        part += 1
    sheet = book.create_sheet("Ordbog")
    for line in (HEADINGS, *dictionary(), *_told_about(about)):
        sheet.append([_cell(sheet, text) for text in line])
    book.save(file)


def _cell(sheet: Any, value: Any) -> Any:
    if value == "":
        return None
    if isinstance(value, str):
        value = UNWRITABLE.sub("", value)
    if isinstance(value, str) and value.startswith("="):
        from openpyxl.cell import WriteOnlyCell

        cell = WriteOnlyCell(sheet, value)
        cell.data_type = "s"  # else it would be a formula
        return cell
    return _number(value) if type(value) is float else value


def _told_about(about: About) -> Iterator[tuple[str, ...]]:
    yield "eksport", "kommune", "", "", about.municipality
    yield "eksport", "periode", "", "", f"{about.first} til {about.last}"
    yield "eksport", "lavet", "", "", f"{about.made_on} af Tilfreds {about.program}"


# JSON ----------------------------------------------------------------------------------------------------


def _json(file: IO[bytes], rows: Iterable[Row], about: About) -> None:
    text = io.TextIOWrapper(file, "utf-8", newline="\n", write_through=True)
    text.write(f'{{"about": {_dumped(vars(about))},\n"dictionary": [\n')
    text.writelines(_listed(dict(zip(NAMES, line, strict=True)) for line in dictionary()))
    text.write('],\n"figures": [\n')
    text.writelines(_listed(vars(row) for row in rows))
    text.write("]}\n")
    text.detach()


def _listed(items: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    comma = ""
    for item in items:
        yield f"{comma}{_dumped(item)}\n"
        comma = ","


def _dumped(item: Mapping[str, Any]) -> str:
    plain = {name: _number(value) if type(value) is float else value for name, value in item.items()}
    return json.dumps(plain, ensure_ascii=False, default=str)


# Parquet -------------------------------------------------------------------------------------------------


def _parquet(file: IO[bytes], rows: Iterable[Row], about: About) -> None:
    import pyarrow as pa  # large: only who asks for Parquet pays for it
    from pyarrow import parquet

    kinds = {
        "text": pa.string(),
        "whole": pa.int32(),
        "number": pa.float64(),
        "day": pa.date32(),
        "flag": pa.bool_(),
    }

    def field(column: Column) -> Any:
        return pa.field(column.name, kinds[column.kind], metadata={"meaning": column.meaning})

    words = json.dumps(list(dictionary()), ensure_ascii=False)
    told = {"tilfreds.dictionary": words, "tilfreds.about": _dumped(vars(about))}
    schema = pa.schema([field(column) for column in COLUMNS], metadata=told)
    left = iter(rows)
    with parquet.ParquetWriter(file, schema) as writer:
        while lot := [values(row) for row in islice(left, AT_ONCE)]:
            arrays = [
                pa.array(column, one.type) for column, one in zip(zip(*lot, strict=True), schema, strict=True)
            ]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))


WRITERS: Mapping[str, Callable[[IO[bytes], Iterable[Row], About], None]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "json": _json,
    "parquet": _parquet,
}
