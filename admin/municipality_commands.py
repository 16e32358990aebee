"""`flask municipality`: which municipalities there are, and what citizens are told of them."""

import click
from flask.cli import AppGroup

from admin.running import check_sender, checked_phone
from survey import municipalities
from survey.commands import chosen_municipality
from survey.db import transaction
from survey.models import Municipality

group = AppGroup("municipality", help="Kommunerne, og hvad borgere får at vide om dem.")


@group.command("list")
def list_all() -> None:
    """Vis hver kommune: kortnavn, navn, telefon, SMS-afsender og domæne i links."""
    with transaction() as session:
        for municipality in municipalities.listed(session):
            click.echo(line(municipality))


def line(of: Municipality) -> str:
    """What there is to say about one municipality."""
    return f"{of.slug}: {of.name}, {of.phone}, SMS fra {of.sms_sender}, {of.host or 'fælles domæne'}"


@group.command("change")
@click.option("--slug", help="Kommunens kortnavn, når der er flere.")
@click.option("--name", help="Det nye navn.")
@click.option(
    "--phone",
    callback=lambda context, option, value: value and checked_phone(context, option, value),
    help="Det nye nummer, borgere kan ringe til.",
)
@click.option("--sms-sender", help="Den nye SMS-afsender: højst 11 bogstaver a-z og cifre.")
def change(slug: str | None, name: str | None, phone: str | None, sms_sender: str | None) -> None:
    """Ret navn, telefon eller SMS-afsender. Det gælder straks, også beskeder, der venter."""
    given = {key: value for key, value in (("name", name), ("phone", phone), ("sms_sender", sms_sender)) if value}
    if not given:
        raise click.UsageError("Giv det, der skal rettes: --name, --phone eller --sms-sender.")
    if sms_sender:
        check_sender(sms_sender)
    with transaction() as session:
        municipality = chosen_municipality(session, slug)
        for key, value in given.items():
            setattr(municipality, key, value)
        session.flush()
        click.echo(line(municipality))
