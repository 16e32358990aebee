"""The manager's room: figures of a period, by law group or team. Counts alone, never a citizen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import access, charts, figure_charts
from admin.access import CurrentStaff
from admin.side_names import DIMENSION_NAMES, language_name, value_name
from survey import (
    beside,
    cells,
    dimensions,
    figures,
    findings,
    funnels,
    goals,
    lineages,
    promises,
    remarks,
    reopening,
    results,
    scoring,
    sides,
    told,
    wave_results,
    workdays,
)
from survey.access import MANAGER, open_to
from survey.db import snapshot
from survey.figures import Section, Series, StatementResult
from survey.findings import Aims, Finding, Findings
from survey.goal_verdicts import Group
from survey.goals import Goal
from survey.models import TAGS
from survey.promises import Promises
from survey.results import LAW_NAMES, CellView, Counts, Period, TeamView

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
class Known:
    """What a page was read from: the period's counts, the cells of the period before, and promises by team.

    `goals` are all the municipality's, those between both groups only for who sees both; `waves` the last ones.
    """

    counts: Counts
    before: Sequence[CellView]
    promises: Mapping[int, Promises]
    goals: tuple[Goal, ...]
    waves: tuple[wave_results.Told, ...]


@dataclass(frozen=True)
class Room:
    """A section of the page; `hidden_teams` are the manager's that are shown only inside this law group.

    `found` answers the questions for each of the section's series, `calls` the one about calls for all of it;
    `places` are the teams' beside each other, by series; `waves` is None for a series without any.
    """

    section: Section
    found: tuple[Findings, ...]
    places: tuple[Mapping[int, str], ...]
    waves: tuple[wave_results.Table | None, ...]
    calls: Finding
    funnel: tuple[funnels.Step, ...]
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
        # What is of a whole law group is for who sees all of it, and on no team's page.
        whole = staff.manager_teams is None and not request.args.get("team")
        known = _known(session, staff.municipality_id, period, whole=whole)
        counts = known.counts
        said = remarks.read(session, staff.municipality_id, period) if whole else None
        as_of = told.newest(session, staff.municipality_id)
        beside = sides.read(session, staff.municipality_id, period) if whole else ()
    team = chosen_team(staff, counts, request.args.get("team", ""))
    page = render_template(
        "admin/dashboard.html",
        rooms=_rooms(staff, known, team),
        choices=[each for each in counts.teams if each.shown and staff.can_see_figures_of(each.id)],
        sees_all=staff.manager_teams is None,
        passport=partial(passport, period, as_of),
        chosen=team,
        period=period,
        mistake=mistake,
        few=f"færre end {in_words(counts.smallest)}",
        fewest_of_point=in_words(max(counts.smallest, cells.SMALLEST_CELL)),
        fewest_of_distribution=in_words(max(counts.smallest, scoring.SMALLEST_DISTRIBUTION)),
        reasons=REASONS,
        remarks=said,
        sides=beside,
        fewest_of_quarter=dimensions.FEWEST,
        people_a_part=dimensions.PEOPLE_A_PART,
        dimension_names=DIMENSION_NAMES,
        value_name=value_name,
        tag_names=[TAG_NAMES[tag] for tag in TAGS],
        language=language_name,
        laws=LAW_NAMES,
        charts=charts,
        over_time_chart=figure_charts.over_time,
        statement_chart=figure_charts.by_statement,
        funnel_chart=figure_charts.funnel,
        wave_chart=figure_charts.by_wave,
        mark=figure_charts.mark,
        extremes=extremes,
    )
    return page, 400 if mistake else 200


def _known(session: Session, municipality_id: int, period: Period, *, whole: bool) -> Known:
    counts, found = lineages.read(session, municipality_id, period)
    return Known(
        counts,
        lineages.cells(results.cells(session, municipality_id, results.before(period)), found),
        promises.read(session, municipality_id, period.first, period.last),
        tuple(goal for goal in goals.of(session, municipality_id) if whole or goal.law),
        wave_results.read(session, municipality_id, period, found),
    )


def passport(
    period: Period, as_of: date | None, section: Section, series: Series, kind: str = "mean", statement: int = 0
) -> str:
    """The id of a figure on the page; "" where it has none: nothing is told, or of several versions together."""
    if as_of is None or len(series.editions) > 1:
        return ""
    return reopening.of(section, series, period, as_of, kind, statement)


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


def chosen_team(staff: CurrentStaff, counts: Counts, wanted: str) -> TeamView | None:
    """The team in the address; None for all the manager sees. Raises 404 or 403."""
    if not wanted:
        return None
    team = next((each for each in counts.teams if str(each.id) == wanted), None)
    if team is None:
        access.not_here()
    if not staff.can_see_figures_of(team.id):
        access.refuse()
    return team


def _rooms(staff: CurrentStaff, known: Known, team: TeamView | None) -> list[Room]:
    """A section of the page for each of the manager's scopes; two whole law groups are told of each other."""
    scoped = [
        (_section(known, law, one, compare=not hidden), hidden)
        for law, one, hidden in scopes(staff, known.counts, team)
    ]
    whole = [section for section, hidden in scoped if section.team is None and not hidden]
    return [_room(known, section, hidden, whole if section in whole else ()) for section, hidden in scoped]


def scopes(
    staff: CurrentStaff, counts: Counts, team: TeamView | None
) -> list[tuple[str, TeamView | None, tuple[TeamView, ...]]]:
    """What the manager may see: law, team or None for the whole group, and too small teams told only inside it.

    A law group each for who sees all teams; else a team each, and too small teams in their law group.
    """
    laws = [law for law in LAW_NAMES if law in {each.law for each in counts.teams}]
    if team is None and staff.manager_teams is None:
        return [(law, None, ()) for law in laws]
    mine = [team] if team else [each for each in counts.teams if staff.can_see_figures_of(each.id)]
    found: list[tuple[str, TeamView | None, tuple[TeamView, ...]]]
    found = [(each.law, each, ()) for each in mine if each.shown]
    for law in laws:
        hidden = tuple(each for each in mine if each.law == law and not each.shown)
        if hidden:
            found.append((law, None, hidden))
    return found


def _section(known: Known, law: str, team: TeamView | None = None, *, compare: bool = True) -> Section:
    def level(points: int) -> float | None:
        return goals.level(known.goals, law, points, known.counts.period.last)

    return figures.section(known.counts, law, team, compare=compare, level=level)


def _room(
    known: Known, section: Section, hidden: tuple[TeamView, ...] = (), others: Sequence[Section] = ()
) -> Room:
    counts = known.counts
    found = tuple(
        findings.findings(
            counts.period,
            series,
            figures.cells_of(counts.cells, section, series),
            figures.cells_of(known.before, section, series),
            Aims(section.law, known.goals, _opposite(counts, section, series, others), counts.smallest),
        )
        for series in section.series
    )
    teams = {team.id for team in counts.teams if team.law == section.law and section.team in (None, team)}
    asked = Promises()
    for team_id in teams & known.promises.keys():
        asked = asked.plus(known.promises[team_id])
    calls = findings.calls(asked, counts.smallest)
    places = tuple(beside.places(counts.cells, section, series) for series in section.series)
    waves = tuple(wave_results.table(known.waves, counts, section, series) for series in section.series)
    return Room(section, found, places, waves, calls, funnels.steps(counts, section), hidden)


def _opposite(counts: Counts, section: Section, series: Series, others: Sequence[Section]) -> Group | None:
    """The other law group's largest series on the same scale and answered the same way; None without one."""
    fit = [
        (other, each)
        for other in others
        if other.law != section.law
        for each in other.series
        if (len(each.labels), each.mode) == (len(series.labels), series.mode)
    ]
    if not fit:
        return None
    other, largest = max(fit, key=lambda pair: pair[1].respondents)
    return Group(other.law, largest, figures.cells_of(counts.cells, other, largest))


def extremes(statements: Sequence[StatementResult]) -> tuple[StatementResult, StatementResult] | None:
    """The statements with the lowest and the highest published mean; None where they are the same."""
    shown = [(statement.mean.value, statement) for statement in statements if statement.mean.value is not None]
    if not shown:
        return None
    low, high = (pick(shown, key=lambda pair: pair[0]) for pick in (min, max))
    return (low[1], high[1]) if low[0] < high[0] else None
