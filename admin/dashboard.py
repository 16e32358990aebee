"""The manager's room: figures of a period, by law group or team. Counts alone, never a citizen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from admin import access, charts
from admin.access import CurrentStaff
from admin.side_names import DIMENSION_NAMES, language_name, value_name
from survey import cells, dimensions, figures, remarks, results, scoring, sides, workdays
from survey.access import MANAGER, open_to
from survey.db import snapshot
from survey.figures import Section, StatementResult
from survey.models import TAGS
from survey.results import LAW_NAMES, Counts, Period, TeamView

doors = Blueprint("dashboard", __name__)

REASONS = {
    "cancelled": "Samtalen var aflyst",
    "not_attended": "Borgeren mødte ikke op",
    "in_the_future": "Samtalen er ikke holdt endnu",
    "too_old": "Samtalen lå for langt tilbage",
    "no_channel": "Hverken mobilnummer eller e-mail",
    "opted_out": "Borgeren har frabedt sig at blive spurgt",
    "protected_address": "Borgeren har beskyttet adresse",
    "hurtful_moment": "Borgeren står i et svært øjeblik",
    "paused": "Borgeren har en pause",
    "dead_address": "Ingen mobil eller e-mail, der virker",
    "outside_wave": "Samtalen lå uden for målingens dage",
    "not_sampled": "Borgeren er ikke udtrukket",
    "asked_recently": "Borgeren er spurgt for nylig",
}


TAG_NAMES = {"meeting": "Mødet", "law": "Loven", "both": "Begge dele"}


@dataclass(frozen=True)
class Room:
    """A section of the page; `hidden_teams` are the manager's that are shown only inside this law group."""

    section: Section
    hidden_teams: tuple[TeamView, ...] = ()


@doors.get("/tal")
@open_to(MANAGER)
def overview() -> ResponseReturnValue:
    """The figures the manager may see, for `?fra=…&til=…&team=…`; 400 with a message when a date is wrong."""
    staff = access.signed_in()
    today = workdays.day(workdays.now())
    with snapshot() as session:
        usual = results.default_period(results.newest_day(session, staff.municipality_id), today)
        period, mistake = chosen_period(request.args, usual)
        counts = results.read(session, staff.municipality_id, period)
        # What is of a whole law group is for who sees all of it, and on no team's page.
        whole = staff.manager_teams is None and not request.args.get("team")
        said = remarks.read(session, staff.municipality_id, period) if whole else None
        beside = sides.read(session, staff.municipality_id, period) if whole else ()
    team = _chosen_team(staff, counts, request.args.get("team", ""))
    page = render_template(
        "admin/dashboard.html",
        rooms=_rooms(staff, counts, team),
        choices=[each for each in counts.teams if each.shown and staff.can_see_figures_of(each.id)],
        sees_all=staff.manager_teams is None,
        chosen=team,
        period=period,
        mistake=mistake,
        fewest=in_words(counts.smallest),
        few=f"færre end {in_words(counts.smallest)}",
        fewest_of_point=in_words(max(counts.smallest, cells.SMALLEST_CELL)),
        fewest_of_distribution=in_words(max(counts.smallest, scoring.SMALLEST_DISTRIBUTION)),
        reasons=REASONS,
        remarks=said,
        sides=beside,
        fewest_of_quarter=dimensions.FEWEST,
        dimension_names=DIMENSION_NAMES,
        value_name=value_name,
        tag_names=[TAG_NAMES[tag] for tag in TAGS],
        language=language_name,
        laws=LAW_NAMES,
        charts=charts,
        extremes=extremes,
    )
    return page, 400 if mistake else 200


def in_words(smallest: int) -> str:
    """How many answers a figure needs: "fem", "ti" or the number."""
    return {5: "fem", 8: "otte", 10: "ti"}.get(smallest, str(smallest))


def chosen_period(args: Mapping[str, str], usual: Period) -> tuple[Period, str]:
    """The period in the address, else `usual`; with what was wrong, in Danish, or ""."""
    try:
        first, last = (date.fromisoformat(args.get(name) or str(usual_day)) for name, usual_day in _ends(usual))
    except ValueError:
        return usual, "En af datoerne findes ikke. Skriv dem som 2021-05-02. Her vises den sædvanlige periode."
    if first > last:
        return usual, "Fra-datoen ligger efter til-datoen. Her vises den sædvanlige periode."
    return Period(first, last), ""


def _ends(period: Period) -> tuple[tuple[str, date], tuple[str, date]]:
    return ("fra", period.first), ("til", period.last)


def _chosen_team(staff: CurrentStaff, counts: Counts, wanted: str) -> TeamView | None:
    """The team in the address; None for all the manager sees. Raises 404 or 403."""
    if not wanted:
        return None
    team = next((each for each in counts.teams if str(each.id) == wanted), None)
    if team is None:
        access.not_here()
    if not staff.can_see_figures_of(team.id):
        access.refuse()
    return team


def _rooms(staff: CurrentStaff, counts: Counts, team: TeamView | None) -> list[Room]:
    """One section a law group for who sees all teams; else one a team, and too small teams in their law group."""
    laws = [law for law in LAW_NAMES if law in {each.law for each in counts.teams}]
    if team is None and staff.manager_teams is None:
        return [Room(figures.section(counts, law)) for law in laws]
    mine = [team] if team else [each for each in counts.teams if staff.can_see_figures_of(each.id)]
    rooms = [Room(figures.section(counts, each.law, each)) for each in mine if each.shown]
    for law in laws:
        hidden = tuple(each for each in mine if each.law == law and not each.shown)
        if hidden:
            rooms.append(Room(figures.section(counts, law, compare=False), hidden))
    return rooms


def extremes(statements: Sequence[StatementResult]) -> tuple[StatementResult, StatementResult] | None:
    """The statements with the lowest and the highest published mean; None where they are the same."""
    shown = [(statement.mean.value, statement) for statement in statements if statement.mean.value is not None]
    if not shown:
        return None
    low, high = (pick(shown, key=lambda pair: pair[0]) for pick in (min, max))
    return (low[1], high[1]) if low[0] < high[0] else None
