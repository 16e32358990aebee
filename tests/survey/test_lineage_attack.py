"""What an attacker learns who has every page and file of a series of two versions, told whole and apart."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import combinations_with_replacement
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey import (
    blocks,
    exports,
    figures,
    lineages,
    passports,
    public_figures,
    reopening,
    results,
    scoring,
    workdays,
)
from survey.export_rows import Part
from survey.lineages import Lineages
from survey.models import Batch, Municipality, Participation, QuestionnaireVersion, Team
from survey.passports import Definition
from survey.results import CellView, Counts, Period
from survey.scoring import Figure
from tests.survey.test_figures_attack import DAY, OTHER, VERSION, batch, changed, groups, views
from tests.survey.test_lineages import follow
from tests.survey.test_turnout import MONDAY, NARROWEST, Told, found, municipality
from tests.survey.test_turnout import told as as_told
from tests.survey.told import another

pytestmark = pytest.mark.no_cover  # what so many rounds reach, quicker tests reach too

Add = Callable[..., Batch]
Cell = tuple[tuple[int, int], date]
"""A week of sending of a version and team."""


def week(number: int) -> date:
    """Its Monday."""
    return MONDAY + timedelta(7 * number)


@pytest.fixture
def two(session: Session, stevns: Municipality, team: Team, now: datetime) -> tuple[int, int]:
    """Two versions of Ydelse that mean the same."""
    first = session.scalars(
        select(QuestionnaireVersion.id).where(QuestionnaireVersion.questionnaire_id == team.questionnaire_id)
    ).one()
    return first, follow(session, stevns, now, 2)


def write(session: Session, version: int, team: int, monday: date, sent: int, answered: int) -> None:
    """A week of sending of one version."""
    place = session.get_one(QuestionnaireVersion, (session.info["place"], version)).municipality_id
    counted = {"invited": sent, "sent": sent, "unknown": 0, "delivered": sent, "answered": answered}
    key = {"municipality_id": place, "team_id": team, "version_id": version, "week": monday}
    session.add(Participation(**key, **counted))
    session.flush()


def spread(session: Session, team: Team, versions: tuple[int, int], seed: int) -> dict[Cell, tuple[int, int]]:
    """Random weeks of random teams (`test_turnout.municipality`), the later of the second version."""
    rng, (rows, small) = random.Random(seed), municipality(seed)
    session.info["place"] = team.municipality_id
    number = {
        one: another(session, team, f"T{one}", 2 if one in small else 3).id for one in {r.team_id for r in rows}
    }
    turn, cells = rng.randrange(4), dict[Cell, tuple[int, int]]()
    for row in rows:
        early = rng.randint(0, row.sent) if row.week == week(turn) else row.sent if row.week < week(turn) else 0
        yes = max(0, early + row.answered - row.sent) if early else 0
        yes = rng.randint(yes, min(early, row.answered))
        parts = ((versions[0], early, yes), (versions[1], row.sent - early, row.answered - yes))
        for version, sent, answered in parts:
            if sent:
                write(session, version, number[row.team_id], row.week, sent, answered)
                cells[(version, number[row.team_id]), row.week] = sent, answered
    return cells


# Everything published ------------------------------------------------------------------------------------


def dashboard(session: Session, place: int, period: Period) -> Iterator[tuple[int | None, date, date, Figure]]:
    """Team, first and last week, and rate of every line of the page and of the public one."""
    counts, _ = lineages.read(session, place, period)
    for team in (None, *(team for team in counts.teams if team.shown)):
        for series in figures.section(counts, "LAS", team).series:
            for block in series.turnout.weeks if series.turnout else ():
                yield team.id if team else None, block.first, block.last, block.rate
    for one in (one for group in public_figures.groups(counts) for one in group.told):
        if one.weeks and one.rate:
            yield None, *one.weeks, one.rate


def passport(
    session: Session, place: int, versions: Sequence[int], period: Period
) -> Iterator[tuple[int | None, date, date, Figure]]:
    """The same of an id of each version, whether a page printed it or somebody made it up."""
    teams = results.teams(session, place)
    for version in versions:
        for team in (None, *(team.id for team in teams if team.shown and team.law == "LAS")):
            for kind in ("rate", "mean"):
                of = Definition(kind, "LAS", team, version, "remote", 0, 0, period.first, period.last, period.last)
                opened = reopening.reopen(session, place, passports.read(passports.mint(of)), teams)
                for block in opened.sent.weeks if opened and opened.sent else ():
                    yield team, block.first, block.last, block.rate
                if opened and opened.sent and opened.sent.weeks:
                    yield team, opened.sent.weeks[0].first, opened.sent.weeks[-1].last, opened.sent.rate


def export(
    session: Session, place: int, period: Period
) -> Iterator[tuple[str, str, int, int, date, date, Figure]]:
    """Unit, team, version and series of each rate in the files of who sees all, and of who sees only the whole."""
    book = exports.book(session, place, period)
    for parts in (exports.parts(book.teams), [Part("LAS", whole=True)]):
        for row in exports.rows(session, book, parts):
            if row.measure == "rate":
                rate = Figure(row.text, None, row.value)
                last = row.last_on - timedelta(6)
                yield row.unit, row.team, row.version, row.series, row.first_on, last, rate


def told_rows(session: Session) -> dict[Cell, bool]:
    """The weeks that are told, and whether their team stands alone."""
    of = Participation
    rows = session.execute(select(of.version_id, of.team_id, of.week, of.alone).where(of.block_first.is_not(None)))
    return {((version, team), monday): bool(alone) for version, team, monday, alone in rows}


def everything(
    session: Session, place: int, versions: tuple[int, int], sizes: dict[Cell, int], seed: int
) -> set[Told]:
    """All of it on one day, of some periods, as what it says about the versions' weeks."""
    weeks = sorted({monday for _, monday in sizes})
    spans = list(combinations_with_replacement(weeks, 2))
    spans = [(weeks[0], weeks[-1]), *random.Random(seed).sample(spans, min(5, len(spans)))]
    names = {team.name: team.id for team in results.teams(session, place)}
    alone, pages = told_rows(session), set[Told]()

    def said(rate: Figure, mine: Iterable[Cell]) -> None:
        cells = frozenset(mine)
        pages.add(as_told(rate, cells, sum(sizes[cell] for cell in cells)))

    for first, last in spans:
        period = Period(first, last)
        shown = [*dashboard(session, place, period), *passport(session, place, versions, period)]
        for team, start, end, rate in shown:
            cells = [c for c in alone if start <= c[1] <= end]
            said(rate, (c for c in cells if team is None or (c[0][1] == team and alone[c])))
        for unit, name, version, series, start, end, rate in export(session, place, period):
            of = versions if series == version else (versions[version - 1],)
            mine = [c for c in alone if c[0][0] in of and start <= c[1] <= end]
            if unit == "team":
                mine = [c for c in mine if c[0][1] == names[name] and alone[c]]
            elif unit == "resten":
                mine = [c for c in mine if not alone[c]]
            said(rate, mine)
    return pages


def life(
    session: Session, place: int, versions: tuple[int, int], sizes: dict[Cell, int], seed: int
) -> Iterator[set[Told]]:
    """Everything, each time a third of the weeks has been closed."""
    weeks = sorted({monday for _, monday in sizes})
    for third in (1, 2, 3):
        last = weeks[max(0, len(weeks) * third // 3 - 1)]
        session.execute(update(Participation).where(Participation.week <= last).values(closed=True))
        blocks.tell(session, place, workdays.at(last + timedelta(7), time(3, 40)))
        yield everything(session, place, versions, sizes, seed)


def secrets(cells: dict[Cell, tuple[int, int]]) -> Iterator[tuple[frozenset[Cell], int, int]]:
    """What no page may print of a team's week, a week or a team; each with its sent and answered."""
    groups: dict[object, list[Cell]] = defaultdict(list)
    for cell in cells:
        for key in ((cell[0][1], cell[1]), cell[1], cell[0][1]):
            groups[key].append(cell)
    for same in groups.values():
        sent, answered = (sum(cells[cell][place] for cell in same) for place in (0, 1))
        if not scoring.exact_share(answered, sent):
            yield frozenset(same), sent, answered


# Of these each was found where files told one version and pages both.
@pytest.mark.parametrize("seed", [4, 5, 7, 9, 12, 14])
def test_no_small_count_of_a_series_can_be_found(
    seed: int, session: Session, stevns: Municipality, team: Team, two: tuple[int, int]
) -> None:
    """Dashboard, public page, exports and passports of every day leave each open by three, or by its size."""
    cells = spread(session, team, two, seed)
    sizes = {cell: sent for cell, (sent, _) in cells.items()}
    pages = {Told(frozenset(sizes), 0, sum(sizes.values()))}.union(*life(session, stevns.id, two, sizes, seed))
    for same, sent, answered in secrets(cells):
        least, most = found(same, pages, sizes)
        assert least <= answered <= most
        assert most - least >= min(NARROWEST, sent), (seed, sorted(same), least, most)


# Answers -------------------------------------------------------------------------------------------------


def sections(seen: Sequence[CellView], known: Lineages) -> list[Any]:
    """The pages of every first and last cell, with the versions as one series or apart; less the intervals."""
    first = SimpleNamespace(**vars(VERSION), texts=["?"] * 3)
    versions: list[Any] = [first, SimpleNamespace(**{**vars(first), "id": 2, "number": 2})]
    empty: dict[str, Any] = {key: [] for key in ("teams", "weeks", "meetings", "waiting", "unshown")}
    pages = list[Any]()
    for start, end in combinations_with_replacement(range(len(seen)), 2):
        period = Period(DAY, DAY + timedelta(99))
        counts = Counts(period=period, smallest=5, versions=versions, cells=seen[start : end + 1], **empty)
        section = figures.section(lineages.joined(counts, known), "LAS")
        pages += [replace(series, interval=None) for series in section.series]
    return pages


@pytest.mark.parametrize("seed", range(8))
def test_a_series_says_nothing_that_its_cells_do_not(seed: int) -> None:
    """Where hidden counts are others, but cells and groups tell the same, the series and each version do."""
    rng, seen = random.Random(seed), list[CellView]()
    for version in (1, 2):
        unit = replace(OTHER, version_id=version)
        seen += views(list(groups([batch(rng, DAY + timedelta(n), 3) for n in range(4)], unit)), unit)
    twins = [next(filter(None, (changed(view, rng) for _ in range(200))), view) for view in seen]
    assert any(view.spread is not None for view in seen) or twins != seen
    for known in (Lineages({}, {1: DAY, 2: DAY}), Lineages({1: 2, 2: 2}, {1: DAY, 2: DAY}, {2: 1})):
        assert sections(twins, known) == sections(seen, known)
