"""What became of every meeting, day by day: the decisions add up to the meetings."""

from datetime import UTC, date, datetime
from pathlib import Path

import click
import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey import commands, decisions, meeting_files, meetings, municipalities
from survey.decisions import Day
from survey.models import Meeting, Municipality

FILE = Path(__file__).parent.parent / "data" / "samtaler_cp1252.csv"
MONDAY = datetime(2021, 8, 23, 6, 0, tzinfo=UTC)
EVER = (date(2000, 1, 1), date(2099, 12, 31))


@pytest.fixture
def taken_in(session: Session, stevns: Municipality) -> Municipality:
    """Stevns after the sample file of 1213 rows."""
    sheet = meeting_files.read(FILE.read_bytes(), FILE.name)
    meetings.record(session, stevns.id, sheet, file_name=FILE.name, fingerprint_key=b"k" * 32, now=MONDAY)
    return stevns


def test_every_day_adds_up_to_its_meetings(session: Session, taken_in: Municipality) -> None:
    """Over all days it is every meeting there is, each with one decision."""
    days = decisions.per_day(session, taken_in.id, *EVER)
    assert decisions.add_up(days)
    assert session.scalar(select(func.count()).select_from(Meeting)) == sum(day.meetings for day in days)
    assert dict(list(decisions.in_all(days).items())[:2]) == {"invited": 126, "cancelled": 59}
    assert [day.day for day in days] == sorted((day.day for day in days), reverse=True)


def test_only_the_municipality_and_the_days_asked_for_are_counted(
    session: Session, taken_in: Municipality
) -> None:
    """Both ends are included; another municipality has none."""
    faxe = municipalities.establish(session, slug="faxe", name="Faxe", phone="1", sms_sender="F", now=MONDAY)
    newest = decisions.per_day(session, taken_in.id, *EVER)[0].day
    assert [newest] == [day.day for day in decisions.per_day(session, taken_in.id, newest, newest)]
    assert decisions.per_day(session, faxe.id, *EVER) == []


def test_the_command_prints_a_line_per_day_and_the_sum(
    session: Session, taken_in: Municipality, app: Flask
) -> None:
    """With the words of the decisions, and that it adds up."""
    arguments = ["meetings", "decisions", "--from", "2021-08-16", "--to", "20-08-2021"]
    result = app.test_cli_runner().invoke(args=arguments)
    met = sum(
        day.meetings for day in decisions.per_day(session, taken_in.id, date(2021, 8, 16), date(2021, 8, 20))
    )
    assert result.output.startswith("Stevns Kommune, samtaler fra 16-08-2021 til 20-08-2021\ndag ")
    assert "  inviteret  aflyst  udeblevet" in result.output
    assert f"{met} beslutninger i alt om {met} samtaler, som mødt\n" in result.output
    assert result.exit_code == 0


def test_without_days_the_command_shows_the_last_month(
    session: Session, taken_in: Municipality, app: Flask
) -> None:
    """Meetings of 2021 are not among them."""
    result = app.test_cli_runner().invoke(args=["meetings", "decisions"])
    assert "0 beslutninger i alt om 0 samtaler, som mødt" in result.output


def test_a_sum_that_does_not_fit_is_shouted() -> None:
    """On the line of its day, and at the end."""
    wrong = Day(date(2021, 5, 3), 3, {"invited": 2})
    lines = commands.decision_table([wrong, Day(date(2021, 5, 2), 1, {"invited": 1})])
    assert lines[1].endswith("IKKE SOM MØDT")
    assert not lines[2].endswith("MØDT")
    assert lines[-1] == "3 beslutninger i alt om 4 samtaler, IKKE SOM MØDT: der er samtaler uden beslutning"


def test_the_command_ends_with_one_when_the_sum_does_not_fit() -> None:
    """So that whoever runs it at night hears of it; and with nothing when it does."""
    with pytest.raises(click.exceptions.Exit):
        commands.check_sum([Day(date(2021, 5, 3), 3, {"invited": 2})])
    commands.check_sum([Day(date(2021, 5, 3), 2, {"invited": 2})])
