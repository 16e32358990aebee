"""`flask people`: the operator gives access, to the first administrator and to who works in two municipalities."""

import click
from flask.cli import AppGroup
from sqlalchemy import select

from admin import passwords, people
from admin.forms import ROLE_NAMES
from admin.login import set_password
from survey.commands import chosen_municipality
from survey.db import transaction
from survey.models import Staff, Team

group = AppGroup("people", help="Who may sign in.")


@group.command("add")
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", type=click.Choice(list(ROLE_NAMES)), required=True)
@click.option("--team", help="The team's name; a caseworker must have one.")
@click.option("--municipality", help="Its short name; not needed where there is only one.")
def add(email: str, name: str, role: str, team: str | None, municipality: str | None) -> None:
    """Give a person a role; a new person's first password is printed once."""
    if (role == "caseworker" and not team) or (role == "administrator" and team):
        raise click.UsageError("A caseworker has a --team, an administrator has none.")
    with transaction() as session:
        place = chosen_municipality(session, municipality)
        team_id = None
        if team:
            named = (Team.municipality_id == place.id, Team.name == team)
            team_id = session.scalar(select(Team.id).where(*named))
            if team_id is None:
                raise click.UsageError(f"{place.name} has no team {team!r}.")
        _, password = people.add_person(
            session, municipality_id=place.id, email=email, name=name, role=role, team_id=team_id
        )
    click.echo(f"{email}: {role}, {place.name}" + (f", adgangskode {password}" if password else ""))


@group.command("password")
@click.option("--email", required=True)
def password(email: str) -> None:
    """Give a person a new password, printed once; every session of theirs ends."""
    drawn = passwords.drawn()
    with transaction() as session:
        staff_id = session.scalar(select(Staff.id).where(Staff.email == email.strip().lower()))
        if staff_id is None:
            raise click.UsageError(f"Nobody has the e-mail {email}.")
        set_password(session, staff_id, passwords.hashed(drawn))
    click.echo(f"{email}: adgangskode {drawn}")
