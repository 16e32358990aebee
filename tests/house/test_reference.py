"""The reference pages are made from the program; run with TILFREDS_WRITE_REFERENCE=1 to write them anew."""

import os
import re
from collections.abc import Iterator

import click
import pytest
from flask import Flask

from survey import access, config, export_columns, message_states, sending_rules, text_examples
from survey.text_examples import LONGEST_MUNICIPALITY
from tests.conftest import ROOT
from tests.providers import table

REFERENCE = ROOT / "docs" / "reference"


def settings_page(_app: Flask) -> Iterator[str]:
    """Every setting with default and meaning."""
    yield "# Settings"
    yield ""
    yield "From the environment. A wrong value stops the program and is named."
    yield ""
    yield "| setting | default | meaning |"
    yield "|---|---|---|"
    for name, (default, meaning) in config.SETTINGS.items():
        yield f"| `{name}` | {default} | {meaning} |"


def commands_page(app: Flask) -> Iterator[str]:
    """Every command with its options."""
    yield "# Commands"
    for path, command in walk(app.cli, ()):
        context = click.Context(command)
        arguments = [one.make_metavar(context) for one in command.params if isinstance(one, click.Argument)]
        yield ""
        yield f"## `flask {' '.join([*path, *arguments])}`"
        yield ""
        yield " ".join((command.help or "").split())
        options = [option for option in command.params if isinstance(option, click.Option)]
        if options:
            yield ""
        for option in options:
            default = f" (ellers {option.default})" if isinstance(option.default, str) else ""
            yield f"- `{'`, `'.join(option.opts)}` {option.help or ''}{default}".rstrip()


def routes_page(app: Flask) -> Iterator[str]:
    """Every route with who may open it."""
    yield "# Routes"
    yield ""
    yield "Who may open what. A route that declares nothing stays shut."
    yield ""
    yield "| route | methods | open to |"
    yield "|---|---|---|"
    for rule in sorted(app.url_map.iter_rules(), key=str):
        who = access.declared(app.view_functions[rule.endpoint])
        methods = ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        yield f"| `{rule}` | {methods} | {', '.join(sorted(who)) or 'everyone (static files)'} |"


def segments_page(_app: Flask) -> Iterator[str]:
    """Every shipped SMS at its longest, with price."""
    yield "# Segments"
    yield ""
    price = sending_rules.DEFAULT.segment_price
    yield f"The shipped SMS texts with a host of {config.LONGEST_HOST} characters, a sender of 11 and the name"
    yield f"{LONGEST_MUNICIPALITY} (where it does not fit, the sender), at {price} DKK a segment."
    yield "`flask texts segments` prints it."
    yield ""
    yield from text_examples.table_lines(price)


def states_page(_app: Flask) -> Iterator[str]:
    """Every state of a message and every way to the next."""
    yield "# Message states"
    yield ""
    yield "From `survey/message_states.py`. Nothing leads out of a final state."
    yield ""
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield "    [*] --> waiting"
    steps = [(state, each) for each in message_states.TRANSITIONS for state in each.before]
    for state, each in steps:
        yield f"    {state} --> {each.after}: {each.event}"
    for state in message_states.FINAL:
        yield f"    {state} --> [*]"
    yield "```"
    yield ""
    yield "| event | from | to | by |"
    yield "|---|---|---|---|"
    for each in message_states.TRANSITIONS:
        yield f"| {each.event} | {', '.join(f'`{state}`' for state in each.before)} | `{each.after}` | {each.by} |"


def export_page(_app: Flask) -> Iterator[str]:
    """The data dictionary of every export."""
    yield "# Export"
    yield ""
    yield "A row is one told number. In JSON and Parquet columns have their names, in CSV and XLSX their headings."
    yield "[How exports are made](../exports.md)."
    yield ""
    yield "| column | heading | kind | meaning |"
    yield "|---|---|---|---|"
    for one in export_columns.COLUMNS:
        yield f"| `{one.name}` | {one.heading} | {export_columns.KINDS[one.kind]} | {one.meaning} |"
    words = {"unit": export_columns.UNITS, "level": export_columns.LEVELS, "measure": export_columns.MEASURES}
    for name, meanings in words.items():
        yield ""
        yield f"| {name} | meaning |"
        yield "|---|---|"
        yield from (f"| `{value}` | {meaning} |" for value, meaning in meanings.items())


def walk(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below `group` that is ours."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from walk(command, (*path, name))
        elif name not in ("run", "shell", "routes"):
            yield (*path, name), command


PAGES = {
    "settings": settings_page,
    "commands": commands_page,
    "routes": routes_page,
    "gateway-contract": lambda _app: table.page(),
    "segments": segments_page,
    "message-states": states_page,
    "export": export_page,
}


@pytest.mark.parametrize("name", PAGES)
def test_the_reference_pages_are_true(name: str, app: Flask) -> None:
    """Each page is what the program says of itself."""
    path = REFERENCE / f"{name}.md"
    expected = "\n".join(PAGES[name](app)) + "\n"
    if os.environ.get("TILFREDS_WRITE_REFERENCE") == "1":
        path.write_text(expected, "utf-8")
    assert path.read_text("utf-8") == expected


def test_every_setting_that_is_read_is_documented() -> None:
    """No setting is read that the list does not name, and none is listed that nobody reads."""
    source = (ROOT / "survey" / "config.py").read_text("utf-8")
    read = set(re.findall(r'(?:environ\.get\(|environ, )"([A-Z_]+)"', source))
    assert read == set(config.SETTINGS)
