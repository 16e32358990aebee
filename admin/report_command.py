"""`flask report`: a report as a file, for whoever runs the program."""

from datetime import datetime
from functools import partial
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from admin import passports
from admin.reports import FORMS, file_name, of_all, written
from admin.whole_files import whole_file
from survey import report_periods, reports, results, spells, table_passports, told, workdays
from survey.commands import chosen_municipality
from survey.db import snapshot
from survey.reports import KINDS, Report
from survey.results import Counts, Period, TeamView

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command("report")
@click.option("--municipality", help="Kommunens kortnavn, når der er flere.")
@click.option("--kind", type=click.Choice(list(KINDS)), default="bilag", help="Hvad rapporten er til.")
@click.option("--from", "first", type=DAY, help="Første dag; ellers begynder den sædvanlige periode.")
@click.option("--to", "last", type=DAY, help="Sidste dag; ellers slutter den sædvanlige periode.")
@click.option("--team", help="Et teams navn; ellers hver gruppe for sig.")
@click.option("--format", "form", type=click.Choice(list(FORMS)), default="pdf", help="Filens slags.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Filen; ellers et navn med perioden.")
@with_appcontext
def report_command(
    municipality: str | None,
    kind: str,
    first: datetime | None,
    last: datetime | None,
    team: str | None,
    form: str,
    out: Path | None,
) -> None:
    """Skriv en rapport om en periode som PDF, DOCX eller HTML."""
    with snapshot() as session:
        report = _report(session, municipality, kind, (first, last), team)
    place = out or Path(file_name(report, form))
    content = written(report, form)
    with whole_file(place, "Vælg en anden med --out.") as file:
        file.write(content)
    click.echo(f"{report.kind.name} for {report.municipality} er skrevet til {place}")


def _report(
    session: Session,
    slug: str | None,
    kind: str,
    ends: tuple[datetime | None, datetime | None],
    team: str | None,
) -> Report:
    place, today = chosen_municipality(session, slug), workdays.day(workdays.now())
    usual = report_periods.read(session, place.id, kind, today)
    first, last = (end.date() if end else None for end in ends)
    period = Period(first or usual.first, last or usual.last)
    if period.first > period.last:
        raise click.UsageError("--from ligger efter --to. Byt dem om.")
    if not results.is_near(period):
        raise click.UsageError(f"{results.TOO_FAR} Ret --from og --to.")
    known = spells.read(session, place.id, period, today)
    scopes = of_all(known.whole.counts, _team(known.whole.counts, team) if team else None)
    mint = passports.minting(told.newest(session, place.id))
    steps_id = partial(table_passports.of_steps, place.id)
    return reports.build(known, scopes, KINDS[kind], place.name, place.slug, mint, steps_id)


def _team(counts: Counts, name: str) -> TeamView:
    found = next((each for each in counts.teams if each.name == name), None)
    if found is None:
        listed = ", ".join(each.name for each in counts.teams)
        raise click.UsageError(f"Der er ikke et team, der hedder {name!r}. Vælg et af: {listed}.")
    return found
