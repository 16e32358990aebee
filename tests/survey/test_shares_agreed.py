"""The two highest points: of each statement and of all, each with both numbers, its interval, and one sentence."""

from collections.abc import Sequence

from survey import scoring, shares
from survey.shares import Agreed
from tests.survey.test_findings import DAY, cell, series_of

NBSP = "\N{NO-BREAK SPACE}"


def agreed(people: Sequence[tuple[int, ...]]) -> Agreed | None:
    """What a cell of these people says."""
    cells = [cell(DAY, people)]
    return shares.agreed(series_of(cells), cells, 5)


def test_each_statement_and_all_have_both_numbers() -> None:
    """Wilson of what is printed; of all statements the answers are worth fewer, for each person gave two."""
    found = agreed([(4, 3)] * 30 + [(3, 2)] * 20 + [(2, 2)] * 10)
    assert found is not None
    assert [(row.name, row.figure.text) for row in found.every] == [
        ("udsagn 1", f"50/60 = 83,3{NBSP}%"),
        ("udsagn 2", f"30/60 = 50,0{NBSP}%"),
        ("Alle udsagn", f"80/120 = 66,7{NBSP}%"),
    ]
    assert [row.ends for row in found.rows] == [scoring.wilson(50, 60), scoring.wilson(30, 60)]
    assert found.whole.ends is not None
    low, high = scoring.wilson(80, 120)
    assert found.whole.ends[0] < low < high < found.whole.ends[1]


def test_the_sentence_names_the_lowest_and_the_highest() -> None:
    """Of printed shares; where all are alike it names none."""
    found = agreed([(4, 3)] * 30 + [(3, 2)] * 30)
    assert found is not None
    assert found.sentence.startswith(f"90/120 = 75,0{NBSP}% af svarene er 3 eller 4 (usikkerhed ")
    assert found.sentence.endswith(
        f"Færrest ved »udsagn 2« (30/60 = 50,0{NBSP}%), flest ved »udsagn 1« (60/60 = 100,0{NBSP}%)."
    )
    alike = agreed([(4, 3)] * 30 + [(2, 1)] * 30)
    assert alike is not None
    assert alike.sentence.endswith("Forskellen på udsagnene er ikke større, end tilfældet kan give.")


def test_those_that_share_an_end_are_all_named() -> None:
    """Two statements with the same lowest share, beside one that is higher beyond chance."""
    found = agreed([(4, 2, 3)] * 30 + [(3, 3, 2)] * 20 + [(3, 1, 1)] * 10)
    assert found is not None
    assert found.sentence.endswith(
        f"Færrest ved »udsagn 2« (20/60 = 33,3{NBSP}%), flest ved »udsagn 1« (60/60 = 100,0{NBSP}%)."
    )
    found = agreed([(4, 2, 2)] * 40 + [(3, 3, 3)] * 20)
    assert found is not None
    assert found.sentence.endswith(
        f"Færrest ved »udsagn 2« (20/60 = 33,3{NBSP}%) og »udsagn 3« (20/60 = 33,3{NBSP}%), "
        f"flest ved »udsagn 1« (60/60 = 100,0{NBSP}%)."
    )


def test_a_difference_that_may_be_chance_names_none() -> None:
    """60 and 61 of 100 are no difference; of many statements the furthest two must lie further apart."""
    found = agreed([(4, 4)] * 60 + [(2, 4)] * 1 + [(2, 2)] * 39)
    assert found is not None
    assert "Færrest" not in found.sentence
    two, seven = ((4,) * n + (2,) for n in (1, 6))
    between = [agreed([one] * 15 + [(4,) * len(one)] * 30 + [(1,) * len(one)] * 15) for one in (two, seven)]
    assert ["Færrest" in each.sentence for each in between if each] == [True, False]


def test_what_may_not_be_told_is_words() -> None:
    """Too few answers to one statement; too few people for anything, and then there is no picture."""
    assert agreed([(4, 3)] * 4) is None
    few = agreed([(4, 0), (3, 0), (1, 0), (2, 0)] * 15)
    assert few is not None
    assert [(row.figure.text, row.ends is None) for row in few.rows] == [
        (f"30/60 = 50,0{NBSP}%", False),
        ("for få svar", True),
    ]
