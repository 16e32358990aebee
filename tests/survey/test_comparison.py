"""Shares beside each other: what is printed of a mean, what is compared, and what is refused."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from survey import comparison, figures, scoring
from survey.cells import Counted
from survey.comparison import Contribution, Measured
from survey.results import CellView, Counts, Period

DAY = date(2021, 5, 5)
NBSP = "\N{NO-BREAK SPACE}"
People = Sequence[Sequence[int]]
MIXED = [(4, 3, 4), (3, 3, 2), (4, 4, 3), (2, 3, 1), (3, 2, 4)]
"""Five citizens whose mean is 3,0: two thirds of the maximum, eleven of fifteen on the two highest points."""


def contribution(
    name: str,
    people: People,
    points: int = 4,
    *,
    versions: Sequence[int] = (1,),
    law: str = "LAB",
    k: int = 5,
    spread: bool = True,
) -> Contribution:
    """What `people` of one municipality told, all of it in one cell for each of `versions`; of the largest.

    Without `spread` no distribution is told of it.
    """
    width = len(people[0])
    statements = tuple(
        (0, *(column.count(point) for point in range(1, points + 1))) for column in zip(*people, strict=True)
    )
    persons = Counter((width, sum(person)) for person in people)
    every = tuple(range(1, width + 1))
    cells = [
        CellView(
            None,
            law,
            version,
            "remote",
            Counted(DAY, DAY, 1, len(people), statements, persons, {}, (0, 0, 0)),
            mean=True,
            means=every,
            spread=every if spread else None,
            tags=False,
        )
        for version in versions
    ]
    rows: Any = [
        SimpleNamespace(
            id=version, name="Skema", number=version, points=points, labels=["x"] * points, texts=["y"] * width
        )
        for version in versions
    ]
    counts = Counts(Period(DAY, DAY), k, (), rows, cells, (), (), (), ())
    section = figures.section(counts, law, compare=False)
    (found,) = comparison.told(1, name, section, cells, k)
    return found


def three(people: People, points: int = 4) -> list[Contribution]:
    """Three municipalities with the same answers."""
    return [contribution(name, people, points) for name in ("A", "B", "C")]


def texts(found: Measured) -> list[str]:
    """The figures as they are printed."""
    return [line.text for line in found.lines]


@pytest.mark.parametrize(("times", "text"), [(4, f"67{NBSP}%"), (20, f"66,7{NBSP}%")])
def test_a_mean_is_moved_to_per_cent(times: int, text: str) -> None:
    """3,0 on 1-4 is two thirds of the maximum; in whole per cent below fifty people, who have one decimal."""
    found = comparison.measured("maximum", three(MIXED * times))
    assert texts(found) == [text] * 3
    assert found.n == 15 * times
    assert {line.outcome for line in found.lines} == {"within"}


def test_on_five_points_it_is_another_share() -> None:
    """3,0 on 1-5 is half of the maximum."""
    assert texts(comparison.measured("maximum", three(MIXED * 20, points=5))) == [f"50,0{NBSP}%"] * 3


def test_the_two_highest_points_have_numerator_and_denominator() -> None:
    """11 of 15 answers from each five citizens; together three times that."""
    found = comparison.measured("top_two", three(MIXED * 20))
    assert texts(found) == [f"220/300 = 73,3{NBSP}%"] * 3
    assert found.common_text == f"660/900 = 73,3{NBSP}%"
    assert found.lines[0].interval is not None


def test_a_figure_that_shows_only_an_end_is_told_but_not_compared() -> None:
    """Twenty nearly all at the top: "mindst", no verdict, no part in what is common, no interval."""
    ends = [
        contribution("Høj", [(4, 4, 4)] * 19 + [(4, 4, 3)]),
        contribution("Lav", [(1, 1, 1)] * 19 + [(1, 1, 2)]),
    ]
    found = comparison.measured("maximum", [*three(MIXED * 4), *ends])
    assert texts(found)[3:] == [f"mindst 96{NBSP}%", f"højst 4{NBSP}%"]
    assert [(line.outcome, line.interval) for line in found.lines[3:]] == [(None, None)] * 2
    assert (found.compared, found.n) == (3, 60)


def test_nor_is_a_share_that_shows_only_an_end() -> None:
    """Nineteen of twenty answers to a lone statement: "mindst 90 %"."""
    found = comparison.measured("top_two", [*three([(4,), (1,)] * 6), contribution("Høj", [(4,)] * 19 + [(1,)])])
    assert texts(found)[3] == f"mindst 90{NBSP}%"
    assert found.lines[3].outcome is None
    assert found.common_text == f"18/36 = 50,0{NBSP}%"


def test_who_may_not_be_shown_is_named_with_too_few_answers() -> None:
    """Nine people, k of thirty, and one that asked without an answer that could be told."""
    hidden = [
        contribution("Ni", MIXED + MIXED[:4]),
        contribution("Forsigtig", MIXED * 4, k=30),
        Contribution(9, "Tom", "LAB", 4, 5),
    ]
    for kind in comparison.MEASURES:
        found = comparison.measured(kind, [*three(MIXED * 4), *hidden])
        told = [(line.text, line.n, line.value, line.outcome) for line in found.lines[3:]]
        assert told == [("for få svar", None, None, None)] * 3


@pytest.mark.parametrize("kind", comparison.MEASURES)
def test_fewer_than_three_are_nothing_but_a_number(kind: comparison.Kind) -> None:
    """No line, no common figure, no limits."""
    assert comparison.measured(kind, three(MIXED * 4)[:2]) == Measured(kind, 2)


def test_the_limits_tell_nothing_of_people_whose_distribution_is_not_told() -> None:
    """Two worlds with the same lines: in one a third of twelve people is far below, in the other all are alike.

    Where their distributions, and those of fifty, are told, the limits follow.
    """
    alike = [(4, 4, 2), (4, 2, 4), (2, 4, 4)] * 4
    apart = [(4, 4, 4)] * 8 + [(2, 2, 2)] * 4

    def seen(people: People, *, spread: bool) -> Measured:
        mine = [contribution(name, MIXED * 3, spread=spread) for name in "AB"]
        return comparison.measured("maximum", [*mine, contribution("C", people, spread=spread)])

    assert seen(alike, spread=False) == seen(apart, spread=False) == seen(apart, spread=True)
    told = [seen(people * 5, spread=True) for people in (alike, apart)]
    assert told[0].limits != told[1].limits


def test_two_scales_are_refused() -> None:
    """Whoever calls: not in one measure, and boards keep them apart."""
    both = [*three(MIXED * 4), contribution("D", MIXED * 4, points=5)]
    with pytest.raises(scoring.MixedScalesError):
        comparison.measured("top_two", both)
    assert [(board.law, board.points, board.asked) for board in comparison.boards(both)] == [
        ("LAB", 4, ("A", "B", "C")),
        ("LAB", 5, ("D",)),
    ]


def test_boards_are_of_one_law_group_and_by_name() -> None:
    """Opfølgning before Ydelse; Danish letters last."""
    mine = [contribution(name, MIXED * 4, law=law) for law in ("LAS", "LAB") for name in ("Ærø", "Aarhus", "Køge")]
    boards = comparison.boards(mine)
    assert [board.law for board in boards] == ["LAB", "LAS"]
    assert [line.municipality for line in boards[0].measures[0].lines] == ["Køge", "Ærø", "Aarhus"]


def test_of_several_versions_the_largest_and_newest_is_taken_alone() -> None:
    """They are never added together."""
    found = contribution("A", MIXED * 4, versions=(1, 2))
    assert found.group is not None
    assert (found.group.series.version_id, found.group.series.respondents) == (2, 20)
    assert found.questionnaire == "Skema, 3 udsagn"


def test_one_far_off_is_outside_and_the_side_is_told() -> None:
    """With two large ones that agree; by what is printed."""
    low = contribution("Lav", [tuple(max(1, point - 1) for point in person) for person in MIXED] * 12)
    for kind in comparison.MEASURES:
        found = comparison.measured(kind, [*three(MIXED * 60), low])
        assert [line.outcome for line in found.lines] == ["within"] * 3 + ["under"]
