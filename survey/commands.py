"""The `flask` commands: doors for whoever runs the program."""

import click
from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.config import Settings
from survey.models import Municipality


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
        raise click.UsageError(f"Vælg kommune med --municipality ({listed})")
    return match[0]
