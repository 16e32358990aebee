"""A row a journey, and the table they make."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

ROWS: pytest.StashKey[list["Row"]] = pytest.StashKey()


@dataclass
class Row:
    """How far one journey came: `passed` of `steps`, and the words of the step it is at."""

    engine: str
    scripts: str
    passed: int = 0
    steps: int = 0
    at: str = "start the browser"
    version: str = ""
    seconds: float = 0


@pytest.fixture
def row(request: pytest.FixtureRequest) -> Iterator[Row]:
    """The row of this journey."""
    name, scripts = request.node.callspec.params["engine"], request.node.callspec.params["scripts"]
    made = Row(name, "on" if scripts else "off")
    request.config.stash.setdefault(ROWS, []).append(made)
    begun = time.monotonic()
    yield made
    made.seconds = time.monotonic() - begun


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table."""
    rows = config.stash.get(ROWS, [])
    if not rows:
        return
    terminalreporter.section("the citizen's journey")
    line = "{:<12} {:<14} {:>7}  {:>6}  {:>7}  {}"
    terminalreporter.write_line(line.format("engine", "version", "scripts", "steps", "seconds", ""))
    for each in rows:
        steps = f"{each.passed}/{each.steps}"
        failed = "" if each.passed == each.steps and each.steps else f"FAILED at: {each.at}"
        seconds = f"{each.seconds:.1f}"
        terminalreporter.write_line(
            line.format(each.engine, each.version, each.scripts, steps, seconds, failed).rstrip()
        )
