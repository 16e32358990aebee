"""The manager's door out: every figure of a period as a file, of the same teams as on the dashboard."""

import io
from collections.abc import Sequence

from flask import Blueprint, render_template, request, send_file
from flask.typing import ResponseReturnValue

from admin import access
from admin.access import CurrentStaff
from admin.dashboard import chosen_period, chosen_team
from admin.turns import in_turn
from survey import VERSION, export_files, exports, results, workdays
from survey.access import MANAGER, open_to
from survey.db import snapshot
from survey.export_columns import FORMATS
from survey.export_files import About
from survey.export_rows import Part
from survey.results import LAW_NAMES, Period, TeamView

doors = Blueprint("exports", __name__)

UNKNOWN = f"Eksport findes som {', '.join(FORMATS)}. Skriv fx ?format=csv."


@doors.get("/tal/eksport")
@open_to(MANAGER)
@in_turn
def export() -> ResponseReturnValue:
    """The figures the manager may see, for `?fra=…&til=…&team=…&format=csv`; 400 with a message for a mistake."""
    staff, today = access.signed_in(), workdays.day(workdays.now())
    kind = request.args.get("format", "csv")
    if kind not in FORMATS:
        return _mistake(UNKNOWN)
    with snapshot() as session:
        usual = results.default_period(results.newest_day(session, staff.municipality_id), today)
        period, mistake = chosen_period(request.args, usual)
        if mistake:
            return _mistake(mistake.partition(" Her vises")[0])
        book = exports.book(session, staff.municipality_id, period)
        mine = visible(staff, book.teams, chosen_team(staff, book.teams, request.args.get("team", "")))
        about = About(book.slug, period.first, period.last, today, VERSION)
        file = export_files.made(kind, exports.rows(session, book, mine), about)
    return send_file(file, FORMATS[kind], as_attachment=True, download_name=filename(book.slug, period, kind))


@doors.get("/tal/eksport/ordbog")
@open_to(MANAGER)
def dictionary() -> ResponseReturnValue:
    """The data dictionary of every export, as CSV."""
    file = io.BytesIO()
    export_files.write_dictionary(file)
    file.seek(0)
    return send_file(file, FORMATS["csv"], as_attachment=True, download_name="tilfreds-ordbog.csv")


def filename(slug: str, period: Period, kind: str) -> str:
    """What an export is saved as."""
    return f"tilfreds-{slug}-{period.first}-{period.last}.{kind}"


def visible(staff: CurrentStaff, teams: Sequence[TeamView], team: TeamView | None) -> list[Part]:
    """Of whom this person may see figures: all, or their teams; a too small team's whole law group."""
    if team is None and staff.manager_teams is None:
        return exports.parts(teams)
    mine = [team] if team else [each for each in teams if staff.can_see_figures_of(each.id)]
    hidden = {each.law for each in mine if not each.shown}
    return [
        *(Part(each.law, each) for each in mine if each.shown),
        *(Part(law, whole=True) for law in LAW_NAMES if law in hidden),
    ]


def _mistake(text: str) -> ResponseReturnValue:
    return render_template("admin/message.html", heading="Der er ingen eksport", text=text), 400
