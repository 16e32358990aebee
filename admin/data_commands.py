"""`flask export` and `flask api-keys`: the figures out of the program, for whoever runs it."""

from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from admin.exports import filename
from admin.whole_files import make_folder, whole_file
from survey import VERSION, api_tokens, export_files, exports, results, workdays
from survey.commands import chosen_municipality
from survey.db import snapshot, transaction
from survey.export_columns import FORMATS
from survey.export_files import About
from survey.results import Period

DAY = click.DateTime(["%Y-%m-%d", "%d-%m-%Y"])
REMEDY = "Vælg en mappe med --folder, der kan skrives i."


@click.command("export")
@click.option("--municipality", help="Kommunens kortnavn, når der er flere.")
@click.option("--from", "first", type=DAY, help="Første dag, fx 2021-05-03; ellers den sædvanlige periodes.")
@click.option("--to", "last", type=DAY, help="Sidste dag; ellers den nyeste med tal.")
@click.option("--format", "kind", type=click.Choice(list(FORMATS)), default="csv", help="Filens slags.")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=".", help="Hvor filen lægges.")
@with_appcontext
def export_command(
    municipality: str | None, first: datetime | None, last: datetime | None, kind: str, folder: Path
) -> None:
    """Skriv alle tal, der må vises, til en fil; ved siden af CSV lægges en ordbog."""
    today = workdays.day(workdays.now())
    ends = [end.date() for end in (first, last) if end]
    if not all(results.is_near(Period(end, end)) for end in ends):
        raise click.UsageError(f"{results.TOO_FAR} Ret --from og --to.")
    with snapshot() as session:
        of = chosen_municipality(session, municipality)
        usual = results.default_period(results.newest_day(session, of.id), today)
        period = Period(first.date() if first else usual.first, last.date() if last else usual.last)
        if period.first > period.last:
            raise click.UsageError("--from ligger efter --to. Giv begge, eller byt dem om.")
        book = exports.book(session, of.id, period)
        make_folder(folder, REMEDY)
        path = folder / filename(of.slug, period, kind)
        about = About(of.slug, period.first, period.last, today, VERSION)
        with whole_file(path, REMEDY) as file:
            export_files.write(kind, file, exports.rows(session, book, exports.parts(book.teams)), about)
    click.echo(f"{path}: {of.name}, {period.first:%d-%m-%Y} til {period.last:%d-%m-%Y}")
    if kind == "csv":
        words = path.with_suffix(".ordbog.csv")
        with whole_file(words, REMEDY) as file:
            export_files.write_dictionary(file)
        click.echo(f"{words}: hvad kolonnerne betyder")


group = AppGroup("api-keys", help="Nøgler, som programmer henter tal med.")


@group.command("add")
@click.option("--name", required=True, help="Hvad nøglen bruges til, fx Power BI.")
@click.option("--municipality", help="Kommunens kortnavn, når der er flere.")
def add(name: str, municipality: str | None) -> None:
    """Lav en nøgle, der vises én gang."""
    name = " ".join(name.split())
    if not 0 < len(name) <= api_tokens.LONGEST_NAME:
        raise click.BadParameter(f"Skriv 1 til {api_tokens.LONGEST_NAME} tegn.", param_hint="--name")
    with transaction() as session:
        of = chosen_municipality(session, municipality)
        number, token = api_tokens.make(session, of.id, name, workdays.now())
    click.echo(f"{of.slug}: nøgle {number} til {name}: {token}")


@group.command("list")
@click.option("--municipality", help="Kommunens kortnavn, når der er flere.")
def list_all(municipality: str | None) -> None:
    """Vis nøglerne: nummer, hvad de bruges til, hvornår de er lavet, og om de virker."""
    with transaction() as session:
        of = chosen_municipality(session, municipality)
        for key in api_tokens.listed(session, of.id):
            state = f"trukket tilbage {workdays.day(key.revoked_at):%d-%m-%Y}" if key.revoked_at else "virker"
            click.echo(f"{key.id}: {key.name}, lavet {workdays.day(key.made_at):%d-%m-%Y}, {state}")


@group.command("revoke")
@click.argument("number", type=int)
@click.option("--municipality", help="Kommunens kortnavn, når der er flere.")
def revoke(number: int, municipality: str | None) -> None:
    """Træk nøglen med dette nummer tilbage."""
    with transaction() as session:
        of = chosen_municipality(session, municipality)
        if not 0 < number < 2**63 or not api_tokens.revoke(session, of.id, number, workdays.now()):
            raise click.UsageError(f"{of.name} har ingen nøgle {number}, der virker.")
    click.echo(f"{of.slug}: nøgle {number} virker ikke mere.")
