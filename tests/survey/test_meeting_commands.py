"""`flask meetings import` says what became of every row."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.models import Meeting, MeetingImport, Municipality

DATA = Path(__file__).parent.parent / "data"
FAULTY = str(DATA / "samtaler_cp1252.csv")
NOW = ("--now", "2021-08-23T08:00")


def run(app: Flask, *arguments: str) -> str:
    """What the command prints, errors included."""
    return app.test_cli_runner().invoke(args=["meetings", "import", *arguments]).output


def test_the_report_accounts_for_every_row(session: Session, stevns: Municipality, app: Flask) -> None:
    """Rows read, a line per outcome, the sum, and each refused row with line, column, value and remedy."""
    printed = run(app, FAULTY, *NOW)
    assert "samtaler_cp1252.csv til Stevns Kommune, 23-08-2021 08:00" in printed
    assert "1213 rækker læst" in printed
    assert "     126  inviteret\n" in printed
    assert "      59  ikke inviteret: aflyst\n" in printed
    assert "       9  afvist\n" in printed
    assert "    1213  i alt, som læst" in printed
    assert "Linje 1203, Dato: »31-02-2021«. Datoen findes ikke." in printed
    assert "Linje 1212, BorgerID: »••••••-••••«. Feltet ligner et CPR-nummer." in printed
    assert "010180" not in printed


def test_again_it_says_that_nothing_changed(session: Session, stevns: Municipality, app: Flask) -> None:
    """The second import of a file is not logged either."""
    run(app, FAULTY, *NOW)
    printed = run(app, FAULTY, *NOW)
    assert "intet er ændret" in printed
    assert "    1204  ikke inviteret: dublet, samtalen kendes allerede" in printed
    assert session.scalar(select(func.count()).select_from(MeetingImport)) == 1


def test_a_dry_run_saves_nothing(session: Session, stevns: Municipality, app: Flask) -> None:
    """It shows the same report, and says that it is one."""
    printed = run(app, FAULTY, *NOW, "--dry-run")
    assert "Prøvekørsel: intet er gemt." in printed
    assert "     126  inviteret\n" in printed
    assert session.scalar(select(func.count()).select_from(Meeting)) == 0


def test_columns_that_are_not_used_are_named(
    session: Session, stevns: Municipality, app: Flask, tmp_path: Path
) -> None:
    """So that a misspelt column is noticed; without --now the time is now."""
    file = tmp_path / "samtaler.csv"
    file.write_text("SamtaleID;Team;Dato;Status;Mobil;Fravlgt\nS1;Ydelse;20-08-2021;Afholdt;20123456;Nej")
    printed = run(app, str(file))
    assert "Ukendte kolonner, der ikke bruges: Fravlgt" in printed
    assert "       1  ikke inviteret: over 14 dage gammel\n" in printed


def test_a_time_with_an_offset_is_that_moment(session: Session, stevns: Municipality, app: Flask) -> None:
    """Six o'clock UTC is eight in Copenhagen in August."""
    assert "23-08-2021 08:00" in run(app, FAULTY, "--now", "2021-08-23T06:00+00:00", "--dry-run")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["findes-ikke.csv"], "does not exist"),
        ([__file__], "Filtypen .py kan ikke læses. Gem filen som CSV eller XLSX."),
        ([FAULTY, "--now", "i går"], "er ikke en tid som 2021-08-23T08:00"),
        ([FAULTY, "--municipality", "faxe"], "Vælg kommune med --municipality (stevns)"),
    ],
)
def test_what_cannot_be_done_is_said(
    session: Session, stevns: Municipality, app: Flask, arguments: list[str], message: str
) -> None:
    """A missing file, a wrong type, a time that is none, a municipality that does not exist."""
    result = app.test_cli_runner().invoke(args=["meetings", "import", *arguments])
    assert message in result.output
    assert result.exit_code != 0


def test_a_file_of_fifty_megabytes_is_refused_unread(
    session: Session, stevns: Municipality, app: Flask, tmp_path: Path
) -> None:
    """Its size is asked first."""
    file = tmp_path / "samtaler.csv"
    with file.open("wb") as sparse:
        sparse.truncate(50_000_000)
    assert "Filen fylder over 20 MB" in run(app, str(file))
