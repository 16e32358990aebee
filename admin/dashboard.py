"""The manager's room: figures of a period, by law group or team. Counts alone, never a citizen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import access, charts, figure_charts, passport_tables
from admin.access import CurrentStaff
from admin.figure_ids import Ids
from admin.side_names import (
    DIMENSION_NAMES,
    PART_NAMES,
    REASONS,
    TAG_NAMES,
    language_name,
    part_name,
    value_name,
)
from survey import (
    baselines,
    beside,
    cells,
    dimensions,
    figures,
    findings,
    funnels,
    goal_verdicts,
    goals,
    lineages,
    part_rates,
    promises,
    reasons,
    remarks,
    results,
    scoring,
    shares,
    sides,
    so_far,
    told,
    turnout,
    turnout_parts,
    wave_findings,
    wave_results,
    words,
    workdays,
)
from survey.access import MANAGER, open_to
from survey.baselines import Rebased
from survey.db import snapshot
from survey.figures import Section, Series, StatementResult
from survey.findings import Aims, Finding, Findings
from survey.goals import Goal
from survey.models import LONGEST_REASON
from survey.promises import Told, Wishes
from survey.results import LAW_NAMES, CellView, Counts, Period, TeamView
from survey.shares import Agreed
from survey.so_far import Unfinished
from survey.wave_results import Table

doors = Blueprint("dashboard", __name__)


@dataclass(frozen=True)
class Known:
    """What a page was read from: the period's counts, the cells of the period before, and wishes for calls.

    `goals` are all the municipality's, those between both groups only for who sees both; `waves` the last ones;
    `rebased` are notes by which an early warning began anew. Answers are told up to the day `as_of`;
    `under_way` is what of the period is over, None once all of it is; `is_newest` is True while it reaches the
    newest answers.
    """

    counts: Counts
    before: Sequence[CellView]
    wishes: Wishes
    goals: tuple[Goal, ...]
    waves: tuple[wave_results.Told, ...]
    rebased: tuple[Rebased, ...]
    as_of: date | None
    under_way: Unfinished | None
    is_newest: bool


@dataclass(frozen=True)
class Waves:
    """The waves of a series, and beside each line how many were sent, delivered and answered, () where hidden."""

    table: Table
    funnels: tuple[tuple[funnels.Step, ...], ...]


@dataclass(frozen=True)
class Room:
    """A section of the page; `hidden_teams` are the manager's that are shown only inside this law group.

    `found` answers the questions for each of the section's series, `calls` the one about calls for all of it,
    of what is told of those `asked` for;
    `places` are the teams' beside each other, by series; `waves` is None for a series without any, `agreed` where
    no distribution may be shown.
    """

    section: Section
    found: tuple[Findings, ...]
    places: tuple[Mapping[int, str], ...]
    waves: tuple[Waves | None, ...]
    agreed: tuple[Agreed | None, ...]
    calls: Finding
    asked: Told
    call_steps: tuple[funnels.Step, ...]
    funnel: funnels.Funnel
    hidden_teams: tuple[TeamView, ...] = ()


@dataclass(frozen=True)
class Seen:
    """What a manager's page is made of: the period with what was wrong with it, the figures, the rooms."""

    period: Period
    mistake: str
    known: Known
    team: TeamView | None
    rooms: Sequence[Room]


@dataclass(frozen=True)
class Refused:
    """A form of the page that was not taken: the `place` of its series, what was typed, and what is wrong."""

    place: tuple[object, ...]
    typed: str
    wrong: str


@doors.get("/tal")
@open_to(MANAGER)
def overview() -> ResponseReturnValue:
    """The figures the manager may see, for `?fra=…&til=…&team=…`; 400 with a message when a date is wrong."""
    with snapshot() as session:
        seen = see(session, access.signed_in(), request.args)
        return page(session, access.signed_in(), seen), 400 if seen.mistake else 200


def see(session: Session, staff: CurrentStaff, args: Mapping[str, str]) -> Seen:
    """What the manager may see of the period in the address. Raises 404 or 403 for a team that is not theirs."""
    today = workdays.day(workdays.now())
    usual = results.default_period(results.newest_day(session, staff.municipality_id), today)
    period, mistake = chosen_period(args, usual)
    known = _known(session, staff.municipality_id, period, today, whole=_is_whole(staff, args))
    team = chosen_team(staff, known.counts.teams, args.get("team", ""))
    return Seen(period, mistake, known, team, _rooms(staff, known, team))


def _is_whole(staff: CurrentStaff, args: Mapping[str, str]) -> bool:
    """What is of a whole law group is for who sees all of it, and on no team's page."""
    return staff.manager_teams is None and not args.get("team")


def page(session: Session, staff: CurrentStaff, seen: Seen, refused: Refused | None = None) -> str:
    """The page of what the manager may see; with a form that was not taken, if there is one."""
    period, counts = seen.period, seen.known.counts
    whole, few = _is_whole(staff, request.args), results.withheld(counts.teams)
    return render_template(
        "admin/dashboard.html",
        rooms=seen.rooms,
        refused=refused,
        may_begin_anew=partial(may_begin_anew, staff, seen.known),
        longest_reason=LONGEST_REASON,
        choices=[each for each in counts.teams if each.shown and staff.can_see_figures_of(each.id)],
        sees_all=staff.manager_teams is None,
        ids=Ids(period, seen.known.as_of, staff.municipality_id, workdays.day(workdays.now())),
        chosen=seen.team,
        period=period,
        mistake=seen.mistake,
        few=too_few(counts.smallest),
        covers=reasons.covers,
        how=passport_tables.how,
        fewest_of_point=in_words(max(counts.smallest, cells.SMALLEST_CELL)),
        fewest_of_distribution=in_words(max(counts.smallest, scoring.SMALLEST_DISTRIBUTION)),
        reasons=REASONS,
        remarks=remarks.read(session, staff.municipality_id, period, few) if whole else None,
        sides=sides.read(session, staff.municipality_id, period, few) if whole else (),
        part_rates=part_rates.read(session, staff.municipality_id, period, counts.smallest, few) if whole else (),
        part_names=PART_NAMES,
        part_name=part_name,
        part_sentence=lambda split: part_rates.sentence(split, part_name),
        fewest_of_part=in_words(turnout_parts.enough(counts.smallest)),
        fewest_of_quarter=dimensions.FEWEST,
        people_a_part=dimensions.PEOPLE_A_PART,
        dimension_names=DIMENSION_NAMES,
        value_name=value_name,
        tag_names=TAG_NAMES,
        language=language_name,
        laws=LAW_NAMES,
        charts=charts,
        over_time_chart=figure_charts.over_time,
        band=figure_charts.band,
        statement_chart=figure_charts.by_statement,
        funnel_chart=figure_charts.funnel,
        wave_chart=figure_charts.by_wave,
        wave_rate_chart=figure_charts.wave_rates,
        agreed_chart=figure_charts.agreed,
        split_chart=figure_charts.split,
        part_rate_chart=figure_charts.part_rate,
        mark=figure_charts.mark,
        extremes=extremes,
        untold=turnout.untold,
        listed=words.listed,
    )


def may_begin_anew(staff: CurrentStaff, known: Known, section: Section) -> bool:
    """A person who sees all of a series may let its early warning begin anew: a team's, or a whole law group's.

    Only now: not of a period after which there are answers.
    """
    if not known.is_newest:
        return False
    if section.team is None:
        return staff.manager_teams is None
    return staff.can_see_figures_of(section.team.id)


def _known(session: Session, municipality_id: int, period: Period, today: date, *, whole: bool) -> Known:
    counts, found = lineages.read(session, municipality_id, period)
    newest = told.newest_answer(session, municipality_id)
    return Known(
        counts,
        lineages.cells(results.cells(session, municipality_id, results.before(period)), found),
        promises.read(session, municipality_id, period.first, period.last),
        tuple(goal for goal in goals.of(session, municipality_id) if whole or goal.law),
        wave_results.read(session, municipality_id, period, found, today),
        baselines.read(session, municipality_id, found),
        told.newest(session, municipality_id),
        so_far.unfinished(period, today, newest),
        so_far.is_newest(period, newest),
    )


def too_few(smallest: int) -> str:
    """What stands for a number below k: "færre end fem"."""
    return f"færre end {in_words(smallest)}"


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
    if not results.is_near(Period(first, last)):
        return usual, f"{results.TOO_FAR} Skriv dem som 2021-05-02. Her vises den sædvanlige periode."
    return Period(first, last), ""


def _ends(period: Period) -> tuple[tuple[str, date], tuple[str, date]]:
    return ("fra", period.first), ("til", period.last)


def chosen_team(staff: CurrentStaff, teams: Sequence[TeamView], wanted: str) -> TeamView | None:
    """The team in the address; None for all the manager sees. Raises 404 or 403."""
    if not wanted:
        return None
    team = next((each for each in teams if str(each.id) == wanted), None)
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
    tables = [wave_results.table(known.waves, counts, section, series) for series in section.series]
    found = tuple(
        _found(known, section, series, table, others) for series, table in zip(section.series, tables, strict=True)
    )
    asked = promises.told(known.wishes, counts.teams, section.law, section.team, counts.smallest)
    return Room(
        section,
        found,
        tuple(beside.places(counts.cells, section, series) for series in section.series),
        tuple(_waves(known, section, *of) for of in zip(section.series, tables, strict=True)),
        tuple(
            shares.agreed(series, figures.cells_of(counts.cells, section, series), counts.smallest)
            for series in section.series
        ),
        findings.calls(asked),
        asked,
        funnels.calls(asked),
        funnels.steps(counts, section),
        hidden,
    )


def _waves(known: Known, section: Section, series: Series, table: Table | None) -> Waves | None:
    if table is None:
        return None
    told = (funnels.of_wave(known.counts, section, series, line.rate) for line in table.lines)
    return Waves(table, tuple(told))


def _found(
    known: Known, section: Section, series: Series, table: Table | None, others: Sequence[Section]
) -> Findings:
    counts = known.counts
    mine, before = (figures.cells_of(cells, section, series) for cells in (counts.cells, known.before))
    rebased = baselines.standing(known.rebased, section, series, counts.period.last)
    other = goal_verdicts.opposite(counts.cells, section.law, series, others)
    way = known.under_way, known.is_newest, wave_findings.change(table, mine)
    aims = Aims(section.law, known.goals, other, counts.smallest, rebased, *way)
    return findings.findings(counts.period, series, mine, before, aims)


def extremes(statements: Sequence[StatementResult]) -> tuple[StatementResult, StatementResult] | None:
    """The statements with the lowest and the highest published mean; None where they are the same."""
    shown = [(statement.mean.value, statement) for statement in statements if statement.mean.value is not None]
    if not shown:
        return None
    low, high = (pick(shown, key=lambda pair: pair[0]) for pick in (min, max))
    return (low[1], high[1]) if low[0] < high[0] else None
