"""Bulk: statements over many rows at once. Their parameters, and plans that go by index."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import uuid4

from sqlalchemy import Select, TextClause, text
from sqlalchemy.orm import Session

_BY_INDEX = {
    "plan_cache_mode": "force_generic_plan",
    "join_collapse_limit": "4",
    "jit": "off",
    "enable_seqscan": "off",
    "enable_sort": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}


def by_index(**others: str) -> TextClause:
    """The statement that has plans go by index from the rows given on, and sets `others`, in this transaction.

    Planning takes longer than claiming: the plan is made once a connection, almost in the order in which the
    statement is written, whatever is known of the tables' sizes so far.
    """
    each = (f"set_config('{name}', '{value}', true)" for name, value in {**_BY_INDEX, **others}.items())
    return text(f"SELECT {', '.join(each)}")


def streamed(session: Session, statement: Select[*tuple[Any, ...]], ahead: int) -> Iterator[tuple[Any, ...]]:
    """The rows of `statement`, `ahead` of them in memory, as the database holds them: bytes as text take twice."""
    driver: Any = session.connection().connection
    compiled = statement.compile(session.get_bind(), compile_kwargs={"render_postcompile": True})
    with driver.cursor(name=f"streamed_{uuid4().hex}", binary=True) as cursor:
        cursor.execute(str(compiled), compiled.params)
        while rows := cursor.fetchmany(ahead):
            yield from rows


def listed(rows: Sequence[Any], **columns: str) -> dict[str, list[Any]]:
    """Parameters of a statement over some rows: each an array of the rows' attribute."""
    return {parameter: [getattr(row, column) for row in rows] for parameter, column in columns.items()}


def in_columns(rows: Sequence[Any], columns: Mapping[str, str]) -> dict[str, str]:
    """Parameters of a statement over many rows, for `table`: an array takes ten times as long. Bytes as hex."""
    return {name: json.dumps(list(map(attrgetter(name), rows)), default=_in_json) for name in columns}


def table(columns: Mapping[str, str]) -> str:
    """SQL: the rows of `in_columns` as a table. `columns`: name → SQL type, in words of our own."""
    read = ", ".join(f"json_array_elements_text(CAST(:{name} AS json))" for name in columns)
    cast = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in columns.items())
    return f"(SELECT {cast} FROM ROWS FROM ({read}) AS given({', '.join(columns)}))"  # noqa: S608 - our own words


def _in_json(value: bytes | datetime) -> str:
    return value.hex() if isinstance(value, bytes) else value.isoformat()
