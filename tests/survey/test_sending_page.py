"""docs/sending.md says what the program does."""

import re

from survey import dispatch, jobs, verdicts
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "sending.md").read_text("utf-8")


def test_every_job_is_in_the_table() -> None:
    """With its hour."""
    table = PAGE.partition("## Timed jobs")[2].partition("## ")[0]
    assert [job.name for job in jobs.JOBS] == re.findall(r"^\| (\w+) \| (?:every|\d)", table, re.MULTILINE)
    assert f"{jobs.TALLY_AT:%H:%M}" in table
    assert f"{jobs.RETENTION_AT:%H:%M}" in table


def test_the_numbers_are_the_programs() -> None:
    """The size of a batch and the pauses."""
    assert f"at least up to {dispatch.SMALLEST} messages and at most {dispatch.LARGEST}" in PAGE
    hours = [pause.total_seconds() / 3600 for pause in verdicts.PAUSES]
    assert f"after {hours[0] * 60:.0f} minutes, {hours[1]:.0f}, {hours[2]:.0f} and {hours[3]:.0f} hours" in PAGE
