"""`flask people`: the operator gives access, to the first administrator and to who works in two municipalities."""

import click
from email_validator import EmailNotValidError, validate_email
from flask.cli import AppGroup
from sqlalchemy import select

from admin import passwords, people, sessions
from admin.forms import ROLE_NAMES
from survey.commands import chosen_municipality
from survey.db import transaction
from survey.models import Staff, Team


def checked_email(_context: click.Context, _option: click.Parameter, value: str) -> str:
    """`value` as an e-mail address. Raises click.BadParameter."""
    try:
        return validate_email(value, check_deliverability=False).normalized
    except EmailNotValidError:
        raise click.BadParameter(f"{value!r} er ikke en e-mail som navn@kommune.dk") from None


group = AppGroup("people", help="Hvem der kan logge ind.")


@group.command("add")
@click.option("--email", required=True, callback=checked_email, help="Personens e-mail.")
@click.option("--name", required=True, help="Personens navn.")
@click.option("--role", type=click.Choice(list(ROLE_NAMES)), required=True, help="Rollen.")
@click.option("--team", help="Teamets navn; en sagsbehandler skal have et.")
@click.option("--municipality", help="Kommunens kortnavn, når der er flere.")
def add(email: str, name: str, role: str, team: str | None, municipality: str | None) -> None:
    """Giv en person en rolle; en ny persons første adgangskode vises én gang."""
    if (role == "caseworker" and not team) or (role == "administrator" and team):
        raise click.UsageError("En sagsbehandler har et --team, en administrator har intet.")
    with transaction() as session:
        place = chosen_municipality(session, municipality)
        team_id = None
        if team:
            named = (Team.municipality_id == place.id, Team.name == team)
            team_id = session.scalar(select(Team.id).where(*named))
            if team_id is None:
                raise click.UsageError(f"{place.name} har ikke et team, der hedder {team!r}.")
        _, password = people.add_person(
            session, municipality_id=place.id, email=email, name=name, role=role, team_id=team_id
        )
    click.echo(f"{email}: {role}, {place.name}, {f'adgangskode {password}' if password else 'kendt i forvejen'}")


@group.command("password")
@click.option("--email", required=True, help="Personens e-mail.")
def password(email: str) -> None:
    """Giv en person en ny adgangskode, der vises én gang; personen bliver logget ud overalt."""
    drawn = passwords.drawn()
    with transaction() as session:
        staff_id = session.scalar(select(Staff.id).where(Staff.email == email.strip().lower()))
        if staff_id is None:
            raise click.UsageError(f"Ingen har e-mailen {email}.")
        sessions.set_password(session, staff_id, passwords.hashed(drawn))
    click.echo(f"{email}: adgangskode {drawn}")
