"""Setting up and starting the program: `flask init`, `flask serve`, `flask demo`."""

import json
import os
import shlex
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
from click.core import ParameterSource
from flask.cli import with_appcontext
from sqlalchemy import Connection, create_engine, make_url, select, text

from admin import demo, people
from admin.commands import checked_email
from admin.forms import ROLE_NAMES
from survey import (
    accounts,
    config,
    db,
    embedded,
    metrics,
    municipalities,
    nightly,
    phones,
    processes,
    translations,
    workdays,
)
from survey.access import ADMINISTRATOR
from survey.commands import settings
from survey.config import Settings
from survey.db import transaction
from survey.models import Municipality

DEMO_DATABASE = "tilfreds_demo"


def checked_phone(_context: click.Context, _option: click.Parameter, value: str) -> str:
    """`value`, which a citizen must be able to call. Raises click.BadParameter."""
    if phones.number(value) is None:
        raise click.BadParameter(f"{value!r} er ikke et telefonnummer som 56 57 57 57")
    return value


def check_sender(sender: str) -> None:
    """Raise click.BadParameter for what an SMS cannot come from."""
    if wrong := municipalities.wrong_sender(sender):
        raise click.BadParameter(wrong, param_hint="--sms-sender")


@click.command("init")
@click.option("--name", default="Min Kommune", help="Kommunens navn.")
@click.option("--slug", help="Kortnavn i kommandoer; ellers navnets første ord.")
@click.option("--phone", default="70 00 00 00", callback=checked_phone, help="Nummeret, borgere kan ringe til.")
@click.option("--sms-sender", help="Højst 11 bogstaver a-z og cifre; ellers navnets første ord.")
@click.option(
    "--administrator", default="administrator@eksempel.dk", callback=checked_email, help="Administratorens e-mail."
)
@with_appcontext
def init_command(name: str, slug: str | None, phone: str, sms_sender: str | None, administrator: str) -> None:
    """Opret tabeller, en kommune med spørgeskemaer og team, og dens første administrator."""
    sender, slug = sms_sender or municipalities.sender_of(name), slug or municipalities.slug_of(name)
    check_sender(sender)
    if not municipalities.SLUG.fullmatch(slug):
        raise click.BadParameter(
            f"{slug!r} skal være små bogstaver a-z, cifre og bindestreger", param_hint="--slug"
        )
    chosen, now = settings(), workdays.now()
    places = nightly.key_places(chosen)
    with transaction() as session:
        db.migrate(session.connection())
        found = session.scalars(select(Municipality.slug)).all()
        check_new(found, slug)
        if not found:
            config.make_secret(chosen.fingerprint_key_file)
        # A second municipality must not get a key of its own by a wrong path: everybody would be asked anew.
        config.secret(chosen.fingerprint_key_file)
        municipality = municipalities.establish(
            session, slug=slug, name=name, phone=phone, sms_sender=sender, now=now
        )
        _, password = people.add_person(
            session, municipality_id=municipality.id, email=administrator, name="Administrator", role=ADMINISTRATOR
        )
    nightly.ensure_open_key(places, municipality.id, now)
    click.echo(f"{name} ({slug}) er klar: skemaerne Opfølgning, Ydelse og Faxe, teamene Opfølgning og Ydelse.")
    click.echo(f"Borgere henvises til {phone}, og SMS kommer fra {sender}.")
    click.echo(f"Log ind som {administrator}" + (f" med adgangskoden {password}" if password else ""))


def check_new(found: Sequence[str], slug: str) -> None:
    """Raise click.UsageError for a short name in use, and for a second municipality that nobody named."""
    if slug in found:
        raise click.UsageError(f"Der er allerede en kommune {slug!r}. Giv den nye et andet --slug.")
    context = click.get_current_context()
    if found and context.get_parameter_source("name") == ParameterSource.DEFAULT:
        raise click.UsageError(
            f"Der er allerede {', '.join(found)}. Giv den nye --name, --phone og --administrator."
        )


@click.command("migrate")
@with_appcontext
def migrate_command() -> None:
    """Opdatér tabellerne til denne udgave af programmet."""
    with transaction() as session:
        db.migrate(session.connection())
        filled = translations.fill(session)
    click.echo("Tabellerne er opdateret.")
    if filled:
        click.echo(f"Udgaver, der har fået de medfølgende oversættelser (ikke kontrolleret): {filled}.")


@click.command("serve")
@with_appcontext
def serve_command() -> None:
    """Vis siderne på TILFREDS_HOST:PORT, indtil programmet stoppes."""
    chosen = settings()
    if chosen.key_dir:
        raise click.UsageError("Fjern TILFREDS_KEY_DIR: en webproces kender kun offentlige nøgler.")
    accounts.check_readers(accounts.load(chosen))
    metrics.check(chosen)
    processes.check_port(chosen)
    url = chosen.database_url or embedded.url(chosen.state_dir)
    environ = {"TILFREDS_DATABASE_URL": url, "TILFREDS_STATE_DIR": str(chosen.state_dir)}
    with processes.Together() as together:
        together.start(processes.web(chosen), {**environ, **processes.NO_COMMAND})
        click.echo(f"Tilfreds kører på http://{chosen.host}:{chosen.port}  (stop med Ctrl-C)")
        together.wait()


@click.command("demo")
@with_appcontext
def demo_command() -> None:
    """Indlæs tre opdigtede kommuner, og vis dem med udsendelse og simulator, indtil programmet stoppes."""
    chosen = settings()
    if chosen.database_url:
        raise click.UsageError("Demoen har sin egen database: fjern TILFREDS_DATABASE_URL.")
    if not chosen.on_loopback:
        raise click.UsageError("Demoen kan kun nås fra denne maskine: fjern TILFREDS_HOST.")
    processes.check_port(chosen)
    here = demo_settings(chosen)
    marker = chosen.state_dir / "demo.json"
    prepare(here, marker)
    serve_demo(here, marker)


def demo_settings(chosen: Settings) -> Settings:
    """The demo's own database, state, mailbox and keys, apart from any real ones."""
    server = make_url(embedded.url(chosen.state_dir))
    state = chosen.state_dir / "demo"
    return replace(
        chosen,
        database_url=server.set(database=DEMO_DATABASE).render_as_string(hide_password=False),
        state_dir=state,
        gateways=("simulated",),
        simulator_dir=state / "simulator",
        key_dir=state / "keys",
        key_mirror=None,
        fingerprint_key_file=state / "fingerprint-key",
        secret_key_file=state / "secret-key",
        code_key_file=state / "code-key",
    )


def prepare(here: Settings, marker: Path) -> None:
    """Connect to the demo's database; load it when it is missing, half loaded or of another day. Describe it."""
    loaded = here.state_dir / "loaded.json"
    last = json.loads(loaded.read_text("utf-8")) if loaded.exists() else {}
    now = workdays.now()
    today = f"{workdays.day(now):%d-%m-%Y}"
    day = last.get("day")
    if day != today or not exists(here):
        click.echo(f"Demoen er fra {day} og indlæses igen …" if day else "Indlæser kommunerne …")
        start_over(here)
        db.connect(str(here.database_url))
        demo.load(here, nightly.key_places(here), now)
    else:
        db.connect(str(here.database_url))
        demo.move_letters(here.simulator_dir, last["url"], here.base_url)
    loaded.write_text(json.dumps({"day": today, "url": here.base_url}), "utf-8")
    marker.write_text(json.dumps(demo.describe(here, now), ensure_ascii=False, indent=2), "utf-8")


@contextmanager
def administration(here: Settings) -> Iterator[Connection]:
    """A connection to the server's own database, for what cannot be done from within the demo's."""
    url = make_url(str(here.database_url)).set(database="postgres")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def exists(here: Settings) -> bool:
    """Is the demo's database still there? Its folder may have been removed without it, and the other way round."""
    named = text("SELECT count(*) FROM pg_database WHERE datname = :name")
    with administration(here) as connection:
        return bool(connection.scalar(named, {"name": make_url(str(here.database_url)).database}))


def start_over(here: Settings) -> None:
    """An empty, migrated demo database and an empty demo folder."""
    shutil.rmtree(here.state_dir, ignore_errors=True)
    here.state_dir.mkdir(parents=True)
    with administration(here) as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {DEMO_DATABASE} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {DEMO_DATABASE}"))
    engine = create_engine(str(here.database_url))
    with engine.begin() as connection:
        db.migrate(connection)
    engine.dispose()


def serve_demo(here: Settings, marker: Path) -> None:
    """Web and worker as processes of their own until interrupted; only the worker knows the keys."""
    # Every setting is given, or one of the shell's own would reach the demo's processes.
    environ = dict.fromkeys(config.SETTINGS, "") | {
        "TILFREDS_DATABASE_URL": str(here.database_url),
        "TILFREDS_STATE_DIR": str(here.state_dir),
        "TILFREDS_GATEWAY": "simulated",
        "TILFREDS_BASE_URL": here.base_url,
        "TILFREDS_HOST": here.host,
        "PORT": str(here.port),
    }
    with processes.Together() as together:
        together.start(processes.web(here), {**environ, **processes.NO_COMMAND})
        secrets = {"TILFREDS_KEY_DIR": str(here.key_dir)}
        together.start(processes.worker(), {**environ, **secrets}, log=here.state_dir / "worker.log")
        together.wait_for(f"{here.base_url}/healthz")
        announce(json.loads(marker.read_text("utf-8")), os.path.relpath(marker))
        together.wait()
    click.echo("Stoppet.")


def announce(description: dict[str, object], path: str) -> None:
    """Print what a newcomer needs: addresses, sign-ins, and one link to answer."""
    click.echo(f"\nTilfreds kører på {description['url']}  (stop med Ctrl-C; alt dette står også i {path})\n")
    lines = {"Tal": "dashboard_url", "Opkald": "callbacks_url", "Simulator (beskeder)": "simulator_url"}
    for label, key in lines.items():
        click.echo(f"  {label:22}{description[key]}")
    for link in description["citizen_links"]:  # type: ignore[attr-defined]  # made by demo.describe
        click.echo(f"  {'Svar som borger':22}{link['url']}  ({link['questionnaire']})")
    click.echo(f"\n  Log ind på {description['sign_in_url']}  (adgangskode til alle: {demo.PASSWORD})")
    for sign_in in description["sign_ins"]:  # type: ignore[attr-defined]  # made by demo.describe
        role = ROLE_NAMES[sign_in["role"]].lower()
        click.echo(f"  {sign_in['municipality']:18}{role:16}{sign_in['email']}")
    click.echo(
        "\n  Demoen har sin egen database. Kommandoer virker på den, mens den kører, i en anden terminal med:\n"
    )
    for name, value in description["environment"].items():  # type: ignore[attr-defined]  # made by demo.describe
        click.echo(f"  export {name}={shlex.quote(value)}")
    click.echo("  .venv/bin/flask report --municipality stevns\n")
