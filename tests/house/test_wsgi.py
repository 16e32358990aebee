"""The composition root: what starts, what refuses to, and what is behind a proxy."""

import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click
import pytest
from click.testing import Result
from flask import Flask, request
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from admin import running
from survey import commands, db, embedded, municipalities
from survey.config import SettingError, Settings
from survey.models import Municipality
from tests.conftest import ROOT
from wsgi import create_app


@pytest.fixture
def environ(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`environ(NAME=value)` sets the environment of a program on the test's database."""

    def put(**values: str) -> None:
        every = {"TILFREDS_DATABASE_URL": database_url, "TILFREDS_STATE_DIR": str(tmp_path), **values}
        for name, value in every.items():
            monkeypatch.setenv(name, value)

    return put


def test_a_web_process_refuses_to_start_with_the_private_keys(environ: Callable[..., None]) -> None:
    """It knows public keys only, so that breaking into it opens no answer."""
    environ(TILFREDS_KEY_DIR="/somewhere")
    with pytest.raises(SettingError, match="TILFREDS_KEY_DIR"):
        create_app()


def test_a_command_starts_with_the_private_keys(
    environ: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker and the tally are commands; the development server is not."""
    environ(TILFREDS_KEY_DIR="/somewhere", FLASK_RUN_FROM_CLI="true")
    monkeypatch.setattr(sys, "argv", ["flask", "--app", "wsgi", "work"])
    assert create_app().config["SETTINGS"].key_dir == Path("/somewhere")
    monkeypatch.setattr(sys, "argv", ["flask", "--app", "wsgi", "run"])
    with pytest.raises(SettingError):
        create_app()


def test_serving_refuses_the_private_keys_too(settings: Settings) -> None:
    """`flask serve` is a command, but what it starts is not."""
    app = create_app(replace(settings, key_dir=Path("/somewhere")))
    assert "Fjern TILFREDS_KEY_DIR" in app.test_cli_runner().invoke(args=["serve"]).output


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "192.0.2.7")])
def test_the_word_of_a_proxy_is_taken_when_there_is_one(settings: Settings, proxies: int, address: str) -> None:
    """Without the setting anybody could write any address."""
    app = create_app(replace(settings, proxies=proxies))
    seen = []
    app.before_request(lambda: seen.append(request.remote_addr))
    app.test_client().get("/static/citizen.css", headers={"X-Forwarded-For": "192.0.2.7"}).close()
    assert seen == [address]


def test_health_is_the_database_in_reach(app: Flask, session: Session) -> None:
    """200 and a word."""
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def initialised(settings: Settings, url: str, *arguments: str) -> Result:
    """`flask init` on the database `url`."""
    engine = db.connect(url)
    app = create_app(replace(settings, database_url=url, key_dir=settings.state_dir / "keys"))
    result = app.test_cli_runner().invoke(args=["init", *arguments])
    engine.dispose()
    return result


@pytest.fixture
def empty_database(administration: Engine, server_url: str) -> Iterator[str]:
    """A database without tables."""
    name = f"empty_{secrets.token_hex(6)}"
    with administration.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    with administration.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def test_init_makes_everything_a_municipality_needs(settings: Settings, empty_database: str) -> None:
    """From an empty database: tables, questionnaires, teams, an administrator with a password, keys."""
    settings.fingerprint_key_file.unlink()
    result = initialised(settings, empty_database, "--name", "Stevns Kommune", "--administrator", "adam@stevns.dk")
    assert result.exit_code == 0, result.output
    assert "Log ind som adam@stevns.dk med adgangskoden " in result.output
    engine = create_engine(empty_database)
    with engine.connect() as connection:
        made = connection.execute(text("SELECT slug, sms_sender FROM municipality")).all()
        keys = connection.scalar(text("SELECT count(*) FROM ballot_key WHERE state = 'open'"))
    engine.dispose()
    assert ([tuple(row) for row in made], keys) == ([("stevns", "Stevns")], 1)
    assert len(settings.fingerprint_key_file.read_bytes()) == 32


def test_a_second_municipality_never_gets_a_fingerprint_key_of_its_own(
    settings: Settings, database_url: str
) -> None:
    """A wrong path would make every citizen look new."""
    assert initialised(settings, database_url, "--name", "Dragør Kommune").exit_code == 0
    settings.fingerprint_key_file.unlink()
    result = initialised(settings, database_url, "--name", "Tårnby Kommune")
    assert "findes ikke" in result.output
    assert not settings.fingerprint_key_file.exists()


def test_a_second_municipality_keeps_the_administrators_password(settings: Settings, database_url: str) -> None:
    """One person may hold roles in two municipalities."""
    initialised(settings, database_url, "--name", "Dragør Kommune")
    result = initialised(settings, database_url, "--name", "Tårnby Kommune")
    assert result.exit_code == 0, result.output
    assert result.output.rstrip().endswith("Log ind som administrator@eksempel.dk")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--phone", "abc"], "telefonnummer"),
        (["--administrator", "nix"], "e-mail"),
        (["--name", "Faxe", "--sms-sender", "Altforlangtnavn"], "1-11 bogstaver"),
        (["--name", "Faxe", "--sms-sender", "Fåxe"], "1-11 bogstaver"),
        (["--name", "Faxe", "--sms-sender", "Jobcenter"], "kan afsløre"),
        (["--name", "Факсе", "--sms-sender", "Faxe"], "skal være små bogstaver"),
        (["--name", "Stevns Kommune"], "allerede en kommune 'stevns'"),
        ([], "Giv den nye --name"),
    ],
)
def test_init_says_what_is_wrong(
    settings: Settings, database_url: str, arguments: list[str], message: str
) -> None:
    """In Danish, with the remedy, and nothing is made."""
    assert initialised(settings, database_url, "--name", "Stevns Kommune").exit_code == 0
    result = initialised(settings, database_url, *arguments)
    assert result.exit_code == 2
    assert message in result.output


def test_a_municipality_is_listed_and_corrected(app: Flask, session: Session, stevns: Municipality) -> None:
    """What `flask init` was told wrongly; the rest stays."""
    run = app.test_cli_runner().invoke
    changed = run(args=["municipality", "change", "--slug", "stevns", "--sms-sender", "StevnsK"])
    assert changed.output == "stevns: Stevns Kommune, 56 57 57 57, SMS fra StevnsK, fælles domæne\n"
    run(args=["municipality", "change", "--name", "Stevns By", "--phone", "70 10 20 30"])
    assert (
        run(args=["municipality", "list"]).output
        == "stevns: Stevns By, 70 10 20 30, SMS fra StevnsK, fælles domæne\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Giv det, der skal rettes"),
        (["--sms-sender", "Jobcenter"], "kan afsløre"),
        (["--phone", "1"], "telefon"),
    ],
)
def test_a_correction_must_be_right_too(
    app: Flask, session: Session, stevns: Municipality, arguments: list[str], message: str
) -> None:
    """As at `flask init`."""
    result = app.test_cli_runner().invoke(args=["municipality", "change", *arguments])
    assert (result.exit_code, message in result.output) == (2, True)


@pytest.mark.parametrize(
    ("database", "message"),
    [(None, "Tabellerne mangler. Kør flask init"), ("postgresql://nobody@127.0.0.1:1/x", "Databasen svarer ikke")],
)
def test_a_command_says_what_is_wrong_with_the_database(
    settings: Settings, empty_database: str, database: str | None, message: str
) -> None:
    """One sentence, not a page of Python."""
    engine = db.connect(database or empty_database)
    result = create_app(settings).test_cli_runner().invoke(args=["work", "--once"])
    engine.dispose()
    assert result.exit_code == 1
    assert message in result.output


def test_any_other_fault_of_the_database_is_shown_whole() -> None:
    """It is ours, and must not be hidden."""
    command = click.Command("x", callback=lambda: (_ for _ in ()).throw(ProgrammingError("", {}, Exception())))
    with pytest.raises(ProgrammingError):
        commands.plainly(command).callback()  # type: ignore[misc]  # it has one


def test_health_needs_the_tables(app: Flask, empty_database: str) -> None:
    """503 and what to do."""
    engine = db.connect(empty_database)
    answer = app.test_client().get("/healthz")
    engine.dispose()
    assert (answer.status_code, answer.text) == (503, "Databasen er ikke klar: kør flask migrate\n")


def test_serving_says_when_the_port_is_taken(settings: Settings) -> None:
    """Before anything is started."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        app = create_app(replace(settings, port=taken.getsockname()[1]))
        result = app.test_cli_runner().invoke(args=["serve"])
    assert "er optaget. Vælg en anden" in result.output


def test_migrate_brings_an_old_database_up(settings: Settings, database_url: str) -> None:
    """And says so."""
    engine = db.connect(database_url)
    app = create_app(settings)
    result = app.test_cli_runner().invoke(args=["migrate"])
    engine.dispose()
    assert result.output == "Tabellerne er opdateret.\n"


def test_migrate_gives_older_versions_their_translations(
    settings: Settings, database_url: str, now: datetime
) -> None:
    """Each that has none; once."""
    engine = db.connect(database_url)
    with db.transaction() as session:
        municipalities.establish(session, slug="s", name="S", phone="1", sms_sender="S", now=now)
        session.execute(text("DELETE FROM translation"))
    app = create_app(settings)
    first, second = (app.test_cli_runner().invoke(args=["migrate"]).output for _ in range(2))
    engine.dispose()
    assert first.endswith("oversættelser (ikke kontrolleret): 3.\n")
    assert second == "Tabellerne er opdateret.\n"


@pytest.mark.parametrize(
    ("changed", "message"),
    [({}, "TILFREDS_DATABASE_URL"), ({"database_url": None, "host": "192.0.2.1"}, "TILFREDS_HOST")],
)
def test_the_demo_touches_nothing_real(settings: Settings, changed: dict[str, object], message: str) -> None:
    """Neither a real database nor a real network."""
    app = create_app(replace(settings, **changed))  # type: ignore[arg-type]  # the fields fit
    result = app.test_cli_runner().invoke(args=["demo"])
    assert result.exit_code == 2
    assert message in result.output


def test_the_demo_keeps_its_things_apart(
    settings: Settings, server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own database, keys and mailbox."""
    monkeypatch.setattr(embedded, "url", lambda _state: server_url)
    here = running.demo_settings(settings)
    assert make_url(str(here.database_url)).database == running.DEMO_DATABASE
    places = (here.key_dir, here.simulator_dir, here.code_key_file)
    assert places == tuple(settings.state_dir / "demo" / name for name in ("keys", "simulator", "code-key"))


def test_the_program_can_be_listed_without_a_database() -> None:
    """`flask --help` names every command of ours."""
    environ = {**os.environ, "TILFREDS_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}
    result = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "--help"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
    )
    for command in ("demo", "init", "meetings", "migrate", "people", "retention", "serve", "tally", "work"):
        assert f"  {command}" in result.stdout


@pytest.mark.parametrize("command", ["serve", "work"])
def test_nothing_starts_with_a_secret_that_is_none(settings: Settings, tmp_path: Path, command: str) -> None:
    """The one the provider signs with, before anything is served or sent: file, section, key and remedy."""
    path = tmp_path / "sending.toml"
    path.write_text('[gateway.sms]\nkind = "gatewayapi"\ntoken_file = "x"\nwebhook_secret_file = "kort"\n')
    (tmp_path / "kort").write_text("x" * 32)
    app = create_app(replace(settings, gateways=(), sending_file=path))
    (tmp_path / "kort").write_text("kort")
    told = app.test_cli_runner().invoke(args=[command])
    assert told.exit_code == 1
    assert f"{path}: [gateway.sms] webhook_secret_file {tmp_path / 'kort'} er for kort" in told.output
