"""`flask report`: the operator's way to a file."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from survey import municipalities
from survey.models import Municipality
from tests.reporting import DAY, Add, crowd, of_law
from tests.survey.told import another

Run = Callable[..., Result]
SUMMER = ("--from", "2021-05-02", "--to", "2021-08-23")


@pytest.fixture
def run(app: Flask, stevns: Municipality, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run("--kind", …)` is `flask report --kind …` in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return lambda *words: app.test_cli_runner().invoke(args=["report", *words])


def test_a_file_is_written_where_it_is_asked_for(run: Run, tmp_path: Path) -> None:
    """And the command says where."""
    done = run("--municipality", "stevns", "--kind", "bilag", *SUMMER, "--format", "pdf", "--out", "fil.pdf")
    assert done.output == "Bilag til planen for Stevns Kommune er skrevet til fil.pdf\n"
    assert (tmp_path / "fil.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(("form", "begins"), [("pdf", b"%PDF-"), ("docx", b"PK"), ("html", b"<!doctype html>")])
def test_without_a_name_the_file_is_named_by_its_period(
    form: str, begins: bytes, run: Run, tmp_path: Path
) -> None:
    """As the page names it."""
    assert run(*SUMMER, "--format", form).exit_code == 0
    assert (tmp_path / f"tilfreds-stevns-2021-05-02-2021-08-23.{form}").read_bytes().startswith(begins)


def test_one_team_can_have_its_own(
    session: Session, stevns: Municipality, run: Run, tmp_path: Path, add_batch: Add
) -> None:
    """A too small one is told inside its law group, and one more with it, so that neither can be worked out."""
    team = of_law(session, stevns, "LAS")
    for name, caseworkers in (("Stor", 9), ("Mellem", 3), ("Lille", 1)):
        add_batch(another(session, team, name, caseworkers), DAY, crowd(5, p4=30, p3=20, p2=10))
    for name, says in (("Stor", "Udsagnene, Stor"), ("Lille", "Tallene for Lille vises kun samlet")):
        assert run(*SUMMER, "--team", name, "--format", "html", "--out", "en.html").exit_code == 0
        assert says in (tmp_path / "en.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--from", "2021-05-02", "--to", "2021-05-01"), "--from ligger efter --to. Byt dem om."),
        (("--from", "0001-01-01", "--to", "9999-12-31"), "En af datoerne ligger uden for 2000-2099. Ret --from"),
        (("--team", "Ukendt"), "Der er ikke et team, der hedder 'Ukendt'. Vælg et af: Opfølgning, Ydelse."),
        (("--municipality", "køge"), "Der er ingen kommune 'køge'."),
        (("--out", "ingen/mappe/fil.pdf"), "Filen ingen/mappe/fil.pdf kan ikke skrives"),
        (("--kind", "vrøvl"), "Invalid value for '--kind'"),
        (("--from", "i går"), "Invalid value for '--from'"),
    ],
)
def test_what_is_wrong_is_said(words: tuple[str, ...], message: str, run: Run) -> None:
    """And nothing is written."""
    done = run(*words)
    assert (done.exit_code, message in done.output) == (2, True)


def test_of_two_municipalities_one_is_named(run: Run, session: Session, now: datetime) -> None:
    """Otherwise the command lists them."""
    municipalities.establish(session, slug="faxe", name="Faxe Kommune", phone="1", sms_sender="Faxe", now=now)
    assert "Vælg kommune med --municipality (faxe, stevns)" in run(*SUMMER).output
