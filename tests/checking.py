"""What tests hold pages and statements against."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import html5lib
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.db import Base


class CheckedClient(FlaskClient):
    """A test client that fails on invalid HTML, a missing `lang` or title, and repeated ids."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Make a request and check the page that answers."""
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.data and response.status_code not in (301, 302, 303):
            check_html(response.text)
        return response


def check_html(page: str) -> None:
    """Fail unless `page` is valid HTML with `lang`, a title and unique ids."""
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    assert tree.get("lang"), "the page has no lang"
    title = tree.find("head/title")
    assert title is not None, "the page has no title"
    assert (title.text or "").strip(), "the title is empty"
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert sorted(set(ids)) == sorted(ids), f"repeated ids: {sorted(i for i in ids if ids.count(i) > 1)}"


@contextmanager
def counting_statements() -> Iterator[list[str]]:
    """The SQL statements this process sends while the block runs."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def rows_in(session: Session, table: type[Base]) -> int | None:
    """How many rows `table` has."""
    return session.scalar(select(func.count()).select_from(table))
