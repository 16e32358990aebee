"""What an attacker learns from one page's statements, by linear programming over random questionnaires."""

import random
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from math import ceil, floor
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from survey import figures
from survey.figures import Series
from survey.results import Counts, Period
from survey.scoring import Figure

DAY = date(2021, 5, 5)
POINTS, STATEMENTS = 4, 5
Row = tuple[dict[tuple[int, int], float], float, float]
"""A sum over (statement, point), its least and its greatest value."""


def answered(seed: int) -> list[list[int]]:
    """Five to thirty people's answers on 1-4, 0 for "ved ikke"; in some runs nearly all of one mind."""
    rng = random.Random(seed)
    moods = [rng.choice(((1, 1, 1, 1), (0, 0, 1, 9), (0, 0, 0, 1), (9, 1, 0, 0))) for _ in range(STATEMENTS)]
    silent = [rng.choice((0, 0, 0.1, 0.5)) for _ in range(STATEMENTS)]
    return [
        [
            0 if rng.random() < silent[number] else rng.choices((1, 2, 3, 4), moods[number])[0]
            for number in range(5)
        ]
        for _ in range(rng.randint(5, 30))
    ]


def page(people: list[list[int]]) -> Series | None:
    """The dashboard's figures when `people` are one batch."""
    of: dict[str, Any] = {"law": "LAS", "team_id": 1, "version_id": 1, "mode": "remote"}
    columns = list(zip(*people, strict=True))
    points = [{f"n{point}": column.count(point) for point in (1, 2, 3, 4, 5)} for column in columns]
    together = {key: sum(each[key] for each in points) for key in points[0]}
    persons = [[answer for answer in person if answer] for person in people if any(person)]
    batch = SimpleNamespace(**of, first_on=DAY, last_on=DAY, n=len(people), people=len(persons), **together)
    statements = [
        SimpleNamespace(**of, position=number, text=str(number), dont_know=column.count(0), **each)
        for number, (column, each) in enumerate(zip(columns, points, strict=True))
    ]
    rows = [
        SimpleNamespace(**of, answered=len(one), n=1, total=sum(one), squares=sum(one) ** 2) for one in persons
    ]
    version = SimpleNamespace(id=1, name="Ydelse", number=1, points=POINTS, labels=["1", "2", "3", "4"])
    read: dict[str, Any] = {"versions": [version], "batches": [batch], "statements": statements, "people": rows}
    empty: dict[str, Any] = {key: [] for key in ("tags", "weeks", "meetings", "waiting", "unshown")}
    counts = Counts(period=Period(DAY, DAY), smallest=5, teams=(), **read, **empty)
    (series,) = figures.section(counts, "LAS").series
    return series if series.mean.shown else None


def scores(figure: Figure, cells: list[tuple[int, int]], n: int | None) -> Iterator[Row]:
    """What a printed mean of all `cells` says: the sum of the scores when `n` is printed too."""
    if figure.value is None or n is None:
        return
    value = Fraction(figure.value).limit_denominator(100)
    half = Fraction(1, 2 * 10 ** len(figure.text.partition(",")[2]))
    low = value if figure.text.startswith("mindst") else 1 if figure.text.startswith("højst") else value - half
    high = (
        POINTS if figure.text.startswith("mindst") else value if figure.text.startswith("højst") else value + half
    )
    yield {cell: cell[1] for cell in cells}, float(low * n), float(high * n)


def printed(series: Series) -> Iterator[Row]:
    """Everything the page says about the counts: n, means, distributions, the totals and the rules."""
    every = [(statement.position, point) for statement in series.statements for point in range(1, POINTS + 1)]
    if series.answers is not None:
        yield dict.fromkeys(every, 1.0), series.answers, series.answers
    yield from scores(series.mean, every, series.answers)
    for statement in series.statements:
        cells = [cell for cell in every if cell[0] == statement.position]
        n = statement.mean.n
        low, high = (n, n) if n else (0, 4) if statement.mean.text == "for få svar" else (5, series.respondents)
        yield dict.fromkeys(cells, 1.0), low, high
        yield from scores(statement.mean, cells, n)
        for cell, share in zip(cells, statement.distribution or (), strict=False):
            k = float(share.text.split("/")[0])
            yield {cell: 1.0}, k, k


def spans(series: Series, sums: list[dict[tuple[int, int], float]]) -> Iterator[int]:
    """How many whole numbers beside the least each of `sums` can be without contradicting the page."""
    every = [(number, point) for number in range(STATEMENTS) for point in range(1, POINTS + 1)]
    rows = list(printed(series))
    known = np.array([[row.get(cell, 0) for cell in every] for row, _, _ in rows])
    limits = [high + 1e-7 for _, _, high in rows] + [1e-7 - low for _, low, _ in rows]
    for aim in ([each.get(cell, 0) for cell in every] for each in sums):
        ends = [
            linprog(np.array(aim) * sign, A_ub=np.vstack([known, -known]), b_ub=limits, bounds=(0, None))
            for sign in (1, -1)
        ]
        assert all(end.status == 0 for end in ends)
        yield floor(-ends[1].fun + 1e-5) - ceil(ends[0].fun - 1e-5)


@pytest.mark.parametrize("seeds", [range(start, start + 15) for start in range(0, 60, 15)])
def test_no_page_gives_a_hidden_count_exactly(seeds: range) -> None:
    """Neither how many chose a point where no distribution is shown, nor how many answered a hidden statement."""
    for seed in seeds:
        series = page(answered(seed))
        hidden: list[dict[tuple[int, int], float]] = []
        for statement in series.statements if series else ():
            cells = [(statement.position, point) for point in range(1, POINTS + 1)]
            hidden += [{cell: 1.0} for cell in cells if statement.distribution is None]
            hidden += [dict.fromkeys(cells, 1.0)] if statement.mean.text == "for få svar" else []
        assert not series or all(span >= 1 for span in spans(series, hidden)), seed


def test_dont_know_is_not_told_beside_a_hidden_n() -> None:
    """Twelve of fifteen said "ved ikke": their share would tell that three answered."""
    people = [[2, 3, 2, 3, 2]] * 2 + [[3, 2, 2, 2, 3]] + [[2, 3, 2, 3, 0], [3, 2, 3, 2, 0]] * 6
    series = page(people)
    assert series is not None
    assert (series.statements[4].mean.text, series.statements[4].dont_know.text) == ("for få svar", "for få svar")
