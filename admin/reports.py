"""The manager's room for reports: a period as one page, and the same as PDF, DOCX or HTML to hand on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib import import_module
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.wrappers import Response

from admin import access, dashboard, figure_charts, passports, report_html, report_pages
from admin.access import CurrentStaff
from admin.turns import in_turn
from survey import report_periods, reports, spells, table_passports, told, workdays
from survey.access import MANAGER, open_to
from survey.db import snapshot
from survey.models import Municipality
from survey.report_parts import Scope
from survey.reports import KINDS, Kind, Report
from survey.results import LAW_NAMES, Counts, Period, TeamView
from survey.spells import Known

doors = Blueprint("reports", __name__)

FORMS: Mapping[str, tuple[str, str]] = {
    "pdf": ("admin.report_pdf", "application/pdf"),
    "docx": ("admin.report_docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "html": ("admin.report_html", "text/html; charset=utf-8"),
}
"""The module that writes each form, and the form's media type."""


@dataclass(frozen=True)
class Wish:
    """What the address asks for; `mistake` says in Danish what was wrong with it, or is ""."""

    kind: Kind
    period: Period
    team: TeamView | None
    mistake: str


@doors.get("/rapport")
@open_to(MANAGER)
def overview() -> ResponseReturnValue:
    """The report of `?slags=…&fra=…&til=…&team=…` as a page; 400 with a message when a date is wrong."""
    staff = access.signed_in()
    wish, known, report = _asked(staff)
    page = render_template(
        "admin/report.html",
        report=report,
        blocks=report_pages.blocks(report),
        title=report_pages.TITLE,
        under=report_pages.under_title(report),
        draw=report_html.on_page,
        mark=figure_charts.mark,
        wish=wish,
        kinds=KINDS.values(),
        choices=[each for each in known.whole.counts.teams if each.shown and staff.can_see_figures_of(each.id)],
        sees_all=staff.manager_teams is None,
        laws=LAW_NAMES,
        address=_address(wish),
    )
    return page, 400 if wish.mistake else 200


@doors.get("/rapport.<any(pdf, docx, html):form>")
@open_to(MANAGER)
@in_turn
def file(form: str) -> ResponseReturnValue:
    """The same report as a file; a wrong date leads to the page, which says what is wrong."""
    wish, _known, report = _asked(access.signed_in())
    if wish.mistake:
        return redirect(f"{url_for('reports.overview')}?{urlencode(request.args)}", 303)
    answer = Response(written(report, form), mimetype=FORMS[form][1])
    answer.headers.set("Content-Disposition", "attachment", filename=file_name(report, form))
    return answer


def written(report: Report, form: str) -> bytes:
    """The report in one of FORMS."""
    # Typst and lxml are heavy, and no citizen's page needs them.
    write: Callable[[Report], bytes] = import_module(FORMS[form][0]).write
    return write(report)


def file_name(report: Report, form: str) -> str:
    """ "tilfreds-stevns-2021-05-02-2021-08-23.pdf"."""
    return f"tilfreds-{report.slug}-{report.period.first}-{report.period.last}.{form}"


def _asked(staff: CurrentStaff) -> tuple[Wish, Known, Report]:
    """What the address asks for, read in one snapshot. Raises 404 or 403 for a team that is not the manager's."""
    today = workdays.day(workdays.now())
    kind, unknown = _chosen_kind(request.args.get("slags", ""))
    with snapshot() as session:
        usual = report_periods.read(session, staff.municipality_id, kind.code, today)
        period, mistake = dashboard.chosen_period(request.args, usual)
        known = spells.read(session, staff.municipality_id, period, today)
        mint = passports.minting(told.newest(session, staff.municipality_id))
        slug = session.scalars(select(Municipality.slug).where(Municipality.id == staff.municipality_id)).one()
    team = dashboard.chosen_team(staff, known.whole.counts.teams, request.args.get("team", ""))
    allowed = [Scope(*scope) for scope in dashboard.scopes(staff, known.whole.counts, team)]
    steps_id = partial(table_passports.of_steps, staff.municipality_id)
    report = reports.build(known, allowed, kind, staff.municipality_name, slug, mint, steps_id)
    return Wish(kind, period, team, unknown or mistake), known, report


def _chosen_kind(wanted: str) -> tuple[Kind, str]:
    """The kind of report in the address, else the annex; with what was wrong with it, in Danish, or ""."""
    usual = KINDS["bilag"]
    if not wanted or wanted in KINDS:
        return KINDS[wanted or usual.code], ""
    choices = ", ".join(f"{each.code} ({each.name})" for each in KINDS.values())
    return usual, f"Den slags rapport findes ikke. Vælg en af: {choices}. Her vises {usual.code}."


def _address(wish: Wish) -> dict[str, str | date]:
    """What leads to this report again."""
    team = {"team": str(wish.team.id)} if wish.team else {}
    return {"slags": wish.kind.code, "fra": wish.period.first, "til": wish.period.last, **team}


def of_all(counts: Counts, team: TeamView | None = None) -> list[Scope]:
    """What an operator may print: every law group, or one team; a too small one inside its law group."""
    if team:
        return [Scope(team.law, team) if team.shown else Scope(team.law, None, (team,))]
    return [Scope(law) for law in LAW_NAMES if law in {each.law for each in counts.teams}]
