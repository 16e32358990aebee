"""The `flask` commands: doors for whoever runs the program."""

import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial, wraps
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from survey import (
    accounts,
    config,
    decisions,
    dispatch,
    jobs,
    logs,
    meeting_files,
    meetings,
    nightly,
    processes,
    text_examples,
    workdays,
)
from survey.config import Settings
from survey.db import transaction
from survey.jobs import Work
from survey.models import GatewayState, Municipality, Stop
from survey.nightly import counted
from survey.retention import Cleaned

LONGEST_STOP = dispatch.RESCUES + 45
"""Seconds after which a worker asked to stop ends whatever hangs: a rescue, and one call to a provider."""
MISSING_TABLES = ("42P01", "42703")
"""PostgreSQL's codes for a table and for a column that is not there."""


def running() -> bool:
    """Is this process a `flask` command other than `flask run`, and so no web process?"""
    return os.environ.get("FLASK_RUN_FROM_CLI") == "true" and "run" not in sys.argv


def plainly(command: click.Command) -> click.Command:
    """`command`, saying in a sentence what is wrong with the database instead of showing how it was asked."""
    for each in command.commands.values() if isinstance(command, click.Group) else ():
        plainly(each)
    callback = command.callback
    if callback is None or isinstance(command, click.Group):
        return command

    @wraps(callback)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return callback(*args, **kwargs)
        except ProgrammingError as error:
            if getattr(error.orig, "sqlstate", None) not in MISSING_TABLES:
                raise
            raise click.ClickException("Tabellerne mangler. Kør flask init, eller flask migrate.") from None
        except OperationalError:
            raise click.ClickException(
                "Databasen svarer ikke. Kører den, og er TILFREDS_DATABASE_URL rigtig?"
            ) from None

    command.callback = run
    return command


def settings() -> Settings:
    """The settings of the running program."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def chosen_municipality(session: Session, slug: str | None) -> Municipality:
    """The municipality named by `slug`, or the only one. Raises click.UsageError that lists them."""
    found = session.scalars(select(Municipality).order_by(Municipality.slug)).all()
    match = [municipality for municipality in found if slug in (None, municipality.slug)]
    if len(match) != 1:
        listed = ", ".join(municipality.slug for municipality in found) or "ingen endnu: kør flask init"
        unknown = f"Der er ingen kommune {slug!r}. " if slug else ""
        raise click.UsageError(f"{unknown}Vælg kommune med --municipality ({listed})")
    return match[0]


def moment(text: str) -> datetime:
    """The moment (UTC) written in ISO 8601; without an offset it is Copenhagen time. Raises click.BadParameter."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} er ikke en tid som 2021-08-23T08:00") from None
    return workdays.at(read.date(), read.time()) if read.tzinfo is None else read.astimezone(UTC)


# Meetings in ---------------------------------------------------------------------------------------------

meetings_group = AppGroup("meetings", help="Samtaler ind.")


@meetings_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--now", "at", help="Indlæs som om klokken var dette, fx 2021-08-23T08:00.")
@click.option("--municipality", help="Kommunens kortnavn, når der er flere.")
@click.option("--dry-run", is_flag=True, help="Vis, hvad der ville ske, uden at gemme noget.")
def import_meetings(file: Path, at: str | None, municipality: str | None, dry_run: bool) -> None:
    """Indlæs samtaler fra FILE (CSV eller XLSX)."""
    now = moment(at) if at else workdays.now()
    key = config.secret(settings().fingerprint_key_file)
    try:
        meeting_files.check_size(file.stat().st_size)
        sheet = meeting_files.read(file.read_bytes(), file.name)
    except meeting_files.FileError as error:
        raise click.ClickException(str(error)) from None
    with transaction() as session:
        into = chosen_municipality(session, municipality)
        report = meetings.record(
            session,
            into.id,
            sheet,
            file_name=file.name,
            fingerprint_key=key,
            now=now,
            dry_run=dry_run,
        )
    click.echo(f"{file.name} til {into.name}, {workdays.local(now):%d-%m-%Y %H:%M}")
    click.echo("\n".join(import_report(report, dry_run=dry_run)))


def import_report(report: meetings.Report, *, dry_run: bool) -> list[str]:
    """The lines of a report in Danish: what became of the rows, and every refused row with its remedy."""
    total = sum(report.counts.values())
    lines = [f"{report.rows_read} rækker læst"]
    lines += [f"{n:>8}  {meetings.outcome_words[outcome]}" for outcome, n in report.counts.items()]
    lines += [f"{total:>8}  i alt, {'som læst' if total == report.rows_read else 'IKKE som læst'}"]
    if report.ignored_columns:
        lines += [f"Ukendte kolonner, der ikke bruges: {', '.join(report.ignored_columns)}"]
    if report.refused:
        lines += ["Afviste rækker:"]
        lines += [
            f"  Linje {line}, {column}: »{value}«. {remedy}" for line, column, value, remedy in report.refused
        ]
    if dry_run:
        return [*lines, "Prøvekørsel: intet er gemt."]
    return lines if report.changed else [*lines, "Filen bragte intet nyt: intet er ændret."]


@meetings_group.command("decisions")
@click.option("--municipality", help="Kommunens kortnavn, når der er flere.")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d", "%d-%m-%Y"]), help="Første dag, fx 2021-05-03.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d", "%d-%m-%Y"]), help="Sidste dag, ellers i dag.")
def meeting_decisions(municipality: str | None, first: datetime | None, last: datetime | None) -> None:
    """Vis, hvad der blev af hver samtale, dag for dag. Slutter med 1, når summen ikke passer."""
    until = last.date() if last else workdays.day(workdays.now())
    since = first.date() if first else until - timedelta(days=decisions.PERIOD_DAYS - 1)
    with transaction() as session:
        of = chosen_municipality(session, municipality)
        days = decisions.per_day(session, of.id, since, until)
    click.echo(f"{of.name}, samtaler fra {since:%d-%m-%Y} til {until:%d-%m-%Y}")
    click.echo("\n".join(decision_table(days)))
    check_sum(days)


def check_sum(days: list[decisions.Day]) -> None:
    """Raise click's Exit(1) when there are meetings without a decision: whoever runs it at night hears of it."""
    if not decisions.add_up(days):
        raise click.exceptions.Exit(1)


def decision_table(days: list[decisions.Day]) -> list[str]:
    """A line per day with its meetings and how many ended in each decision, in Danish; the sum with its check."""
    totals = decisions.in_all(days)
    words = {decision: meetings.decision_words[decision] for decision in totals}
    lines = [f"{'dag':<12}{'samtaler':>8}" + "".join(f"  {word}" for word in words.values())]
    for day in days:
        cells = "".join(f"  {day.counts.get(decision, 0):>{len(word)}}" for decision, word in words.items())
        lines.append(f"{day.day:%d-%m-%Y}  {day.meetings:>8}{cells}{'' if day.adds_up else '  IKKE SOM MØDT'}")
    met, decided = sum(day.meetings for day in days), sum(totals.values())
    sums = "".join(f"  {totals[decision]:>{len(word)}}" for decision, word in words.items())
    check = "som mødt" if decisions.add_up(days) else "IKKE SOM MØDT: der er samtaler uden beslutning"
    return [*lines, f"{'i alt':<12}{met:>8}{sums}", f"{decided} beslutninger i alt om {met} samtaler, {check}"]


# Texts ---------------------------------------------------------------------------------------------------

texts_group = AppGroup("texts", help="Beskedernes tekster.")


@texts_group.command("segments")
@click.option("--price", default="0.307", help="Kroner for et segment.")
def texts_segments(price: str) -> None:
    """Vis, hvor mange segmenter standardteksterne fylder med det længste domæne, og hvad de koster."""
    try:
        segment_price = Decimal(price.replace(",", "."))
    except InvalidOperation:
        raise click.BadParameter(f"{price!r} er ikke en pris som 0,307", param_hint="--price") from None
    for line in text_examples.table_lines(segment_price):
        click.echo(line)


# Messages out --------------------------------------------------------------------------------------------


@click.command("work")
@click.option("--once", is_flag=True, help="Gør alt, hvad der er tid til, og slut.")
@click.option("--now", "at", help="Som om klokken var dette, fx 2021-08-23T10:00; kun med --once.")
@with_appcontext
def work_command(once: bool, at: str | None) -> None:
    """Send beskeder og påmindelser, og kør nattens arbejde, til der bliver bedt om at stoppe."""
    if at and not once:
        raise click.UsageError("--now kræver --once")
    clock = partial(moment, at) if at else workdays.now
    accounts.check_readers(accounts.load(settings()))
    work = jobs.work_of(settings(), click.echo, clock)
    stop_on_signal(work)
    if not work.gateways:
        click.echo(jobs.NO_GATEWAY)
    if not once and not jobs.has_keys(work):
        click.echo(jobs.NO_KEYS)
    if not once:
        logs.start()
    with suppress(DBAPIError):  # a worker may start before its database
        for line in unknown_slugs(work):
            click.echo(line)
    dispatch.settle()
    (jobs.once if once else jobs.run)(work)
    if once:
        for line in stopped_lines(work):
            click.echo(line)


def unknown_slugs(work: Work) -> list[str]:
    """A line for every short name in the file of gateways that no municipality has, with those there are."""
    with transaction() as session:
        slugs = session.scalars(select(Municipality.slug).order_by(Municipality.slug)).all()
    return [
        f"{carrier.name}: der er ingen kommune {slug!r} ({', '.join(slugs) or 'ingen endnu: kør flask init'})."
        for carrier in work.carriers
        for slug in sorted((carrier.municipalities or frozenset()).difference(slugs))
    ]


def stopped_lines(work: Work) -> list[str]:
    """A line for every gateway that stands still, by itself or for a municipality, with the reason."""
    names = [gateway.name for gateway in work.gateways]
    itself = select(GatewayState.name, GatewayState.reason).where(
        GatewayState.name.in_(names), GatewayState.stopped_at.is_not(None)
    )
    here = select(Stop.gateway, Municipality.slug, Stop.reason).join(Municipality).where(Stop.gateway.in_(names))
    with transaction() as session:
        by_itself: Sequence[Any] = session.execute(itself.order_by(GatewayState.name)).all()
        for_one: Sequence[Any] = session.execute(here.order_by(Stop.gateway, Municipality.slug)).all()
    return [f"Standset: {name}: {reason}" for name, reason in by_itself] + [
        f"Standset: {name} for {slug}: {reason or 'af en administrator'}" for name, slug, reason in for_one
    ]


def stop_on_signal(work: Work) -> None:
    """Let SIGINT and SIGTERM end `work`.

    A handler may interrupt anything, itself and the very waiting for `stopping` included, so it must take no lock:
    it puts into a queue that allows it, and a thread does the rest. Who asks again need not be heard.
    """
    asked: SimpleQueue[int] = SimpleQueue()

    def handle(number: int, _frame: object) -> None:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)
        asked.put(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handle)
    Thread(target=stop, args=(work, asked.get), daemon=True).start()


def stop(
    work: Work,
    asked: Callable[[], object],
    patience: float = LONGEST_STOP,
    end: Callable[[int], object] = os._exit,
) -> None:
    """Once `asked` returns stop `work`; `end` the process when it is still there after `patience` seconds.

    Such an end is like a crash: what was claimed is in doubt, nothing is sent twice.
    """
    asked()
    work.stopping.set()
    time.sleep(patience)
    logs.event("stopped while something hung", level=logging.ERROR)
    end(1)


# The night -----------------------------------------------------------------------------------------------


@click.command("tally")
@click.option("--now", "at", help="Tæl op som om klokken var dette, fx 2021-08-23T03:40.")
@click.option("--municipality", help="Kun kommunen med dette kortnavn.")
@with_appcontext
def tally_command(at: str | None, municipality: str | None) -> None:
    """Tæl forseglede besvarelser op, og slet de brugte nøgler. Slutter med 1, når der er alarmer."""
    now = moment(at) if at else workdays.now()
    places = nightly.key_places(settings())
    processes.settle()
    reports = nightly.tally_all(places, now, _only(municipality))
    for report in reports:
        click.echo(tally_line(report))
        for alarm in report.alarms:
            click.echo(f"  ALARM: {alarm}", err=True)
    if any(report.alarms for report in reports):
        raise click.exceptions.Exit(1)


def tally_line(report: nightly.Report) -> str:
    """What the tally did in one municipality, in Danish."""
    done = report.tallied
    return (
        f"{report.municipality}: {counted(done.answers, 'besvarelse', 'besvarelser')} talt op "
        f"i {counted(done.batches, 'portion', 'portioner')}, "
        f"{'nogle' if done.waiting else 'ingen'} venter, {done.unshown} for få til at vise, "
        f"{counted(report.keys_destroyed, 'nøgle', 'nøgler')} slettet, "
        f"{counted(len(report.alarms), 'alarm', 'alarmer')}"
    )


@click.command("retention")
@click.option("--now", "at", help="Slet som om klokken var dette, fx 2021-08-23T03:40.")
@click.option("--municipality", help="Kun kommunen med dette kortnavn.")
@with_appcontext
def retention_command(at: str | None, municipality: str | None) -> None:
    """Luk uger, hvis svarfrist er gået, og slet det, der er gemt længe nok."""
    now = moment(at) if at else workdays.now()
    for name, cleaned in nightly.clean_all(now, _only(municipality)):
        click.echo(cleaned_line(name, cleaned))


def cleaned_line(municipality: str, done: Cleaned) -> str:
    """What retention did in one municipality, in Danish."""
    return (
        f"{municipality}: {counted(done.weeks, 'uge', 'uger')} lukket "
        f"med {counted(done.invitations, 'invitation', 'invitationer')}, "
        f"slettet: {counted(done.meetings, 'samtale', 'samtaler')}, "
        f"{counted(done.callbacks, 'ønske', 'ønsker')} om opkald, "
        f"{counted(done.imports, 'indlæsning', 'indlæsninger')}"
    )


def _only(slug: str | None) -> int | None:
    with transaction() as session:
        return chosen_municipality(session, slug).id if slug else None
