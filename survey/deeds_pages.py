"""The page for everybody: what citizens said, in figures, and what was done about it. No sign-in, nothing kept."""

from dataclasses import dataclass

from flask import Blueprint, Response, abort, make_response, render_template
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import (
    cells,
    deeds,
    goals,
    languages,
    lineages,
    municipalities,
    public_figures,
    results,
    scoring,
    told,
    turnout,
    workdays,
)
from survey.access import EVERYONE, open_to
from survey.db import snapshot
from survey.models import Municipality
from survey.pages import HEADERS as SHARED
from survey.pages import http_problem
from survey.public_figures import Group
from survey.results import Period, TeamView

pages = Blueprint("deeds", __name__)

HEADERS = {name: value for name, value in SHARED.items() if name != "X-Robots-Tag"} | {"Cache-Control": "no-cache"}
"""Those of the citizen's pages, but anybody may find it, and what is withdrawn is in nobody's cache."""


@dataclass(frozen=True)
class Town:
    """A municipality as the citizen's pages name it."""

    municipality_id: int
    slug: str
    municipality: str
    phone: str
    look: str | None
    statement_url: str | None
    smallest_group: int


@pages.after_request
def guard(response: Response) -> Response:
    """Nothing is framed, sent on or run."""
    if "Content-Security-Policy" not in response.headers:
        response.headers.update(HEADERS)
    return response


@pages.get("/det-gjorde-vi/<slug>")
@open_to(EVERYONE)
def whole(slug: str) -> Response:
    """A municipality's figures by law group and everything done; 404 for one nobody knows."""
    with snapshot() as session:
        town = _town(session, slug)
        period, counts = _counts(session, town)
        as_of = told.newest(session, town.municipality_id)
        groups = public_figures.groups(counts, goals.of(session, town.municipality_id), as_of)
        done = deeds.public(session, town.municipality_id)
    return _page(town, groups, done, period, counts.teams)


@pages.get("/det-gjorde-vi/<slug>/<int:team_id>")
@open_to(EVERYONE)
def of_team(slug: str, team_id: int) -> Response:
    """A team's figures and what was done; 404 for one that is not there, or too small to be shown apart."""
    with snapshot() as session:
        town = _town(session, slug)
        period, counts = _counts(session, town)
        team = next((each for each in counts.teams if each.id == team_id and each.shown), None)
        if team is None:
            abort(404)
        as_of = told.newest(session, town.municipality_id)
        groups = [public_figures.of_team(counts, team, goals.of(session, town.municipality_id), as_of)]
        done = deeds.public(session, town.municipality_id, team.id)
    return _page(town, groups, done, period, counts.teams, team)


def _town(session: Session, slug: str) -> Town:
    of = Municipality
    columns = (of.id, of.slug, of.name, of.phone, of.look, of.statement_url, of.smallest_group)
    known = municipalities.SLUG.fullmatch(slug)
    row = session.execute(select(*columns).where(of.slug == slug)).first() if known else None
    return Town(*row) if row else abort(404)


def _counts(session: Session, town: Town) -> tuple[Period, results.Counts]:
    newest = results.newest_day(session, town.municipality_id)
    period = results.default_period(newest, workdays.day(workdays.now()))
    return period, lineages.read(session, town.municipality_id, period)[0]


def _page(
    town: Town,
    groups: list[Group],
    done: list[deeds.Told],
    period: Period,
    teams: tuple[TeamView, ...],
    team: TeamView | None = None,
) -> Response:
    languages.settle("", ("da",))  # figures and deeds are in Danish; who reads another language is told so
    page = render_template(
        "survey/deeds.html",
        asked=town,
        groups=groups,
        deeds=done,
        period=period,
        teams=[each for each in teams if each.shown],
        team=team,
        weeks_named=turnout.weeks_named,
        precise_from=scoring.PRECISE_FROM,
        fewest_of_mean=max(town.smallest_group, cells.SMALLEST_CELL),
    )
    return make_response(page)


for _status in (404, 405):
    pages.register_error_handler(_status, http_problem)
