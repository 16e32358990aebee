"""Structured logs: JSON lines of what happened, with no room for a person."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from survey import logs


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """What is logged while the test runs."""
    written, log = io.StringIO(), logging.getLogger("tilfreds")
    log.handlers.clear()  # a worker in a test before this one may have started its own
    logs.start(written)
    logs.start()
    yield written
    log.handlers.clear()
    log.propagate = True


def test_an_event_is_one_json_object_a_line(stream: io.StringIO) -> None:
    """With its level and its fields; started twice it writes once."""
    logs.event("batch", gateway="sms", sent=3)
    logs.event("stopped", level=logging.WARNING, gateway="sms", reason="kredit")
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert (first["event"], first["level"], first["gateway"], first["sent"]) == ("batch", "info", "sms", 3)
    assert (second["level"], second["reason"]) == ("warning", "kredit")


def test_a_line_has_no_field_for_a_person(stream: io.StringIO) -> None:
    """Nobody can log a number by mistake."""
    with pytest.raises(ValueError, match="mobile"):
        logs.event("batch", mobile="+4520123456")
    assert stream.getvalue() == ""
