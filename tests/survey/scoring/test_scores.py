"""Scores out of counts: of answers and of people, exact."""

from collections import Counter
from datetime import date
from fractions import Fraction
from statistics import mean, variance

from scipy.stats import rankdata

from survey import counts
from survey.counts import Patterns
from survey.scoring import scores
from tests.survey.rows import rows, scored


def test_a_person_counts_once_whatever_they_answered() -> None:
    """Who answered three statements weighs as much as who answered five; who answered none has no score."""
    patterns: Patterns = {(4, 4, 4, None, 0): 1, (2, 2, 2, 2, 3): 2, (0, 0, 0, 0, None): 1}
    found = scores.of_people(counts.per_person(patterns))
    assert found == {Fraction(4): 1, Fraction(11, 5): 2}


def test_moments_are_those_of_the_rows() -> None:
    """Mean and variance of the persons' means, exact, out of the histogram the tally keeps."""
    answers = rows(1, 60)
    means = [Fraction(sum(row), 5) for row in answers]
    found = scores.moments_of(scores.of_people(counts.per_person(Counter[tuple[int | None, ...]](answers))))
    assert (found.n, found.mean, found.variance) == (60, mean(means), variance(means))


def test_batches_together_are_all_their_people() -> None:
    """Two batches, one of whom has a score in common."""
    whole = scores.together([{Fraction(3): 4}, {Fraction(3): 1, Fraction(4): 2}])
    assert whole == {Fraction(3): 5, Fraction(4): 2}
    assert (scores.size(whole), scores.tied(whole)) == (7, 120 + 6)


def test_mid_ranks_are_those_of_the_rows() -> None:
    """Twice SciPy's mid-ranks."""
    values = [row[0] for row in rows(2, 40)]
    ranks = scores.doubled_ranks(scored(values))
    assert [ranks[Fraction(value)] for value in values] == (2 * rankdata(values)).tolist()


def test_counts_of_a_statement_are_scores_too() -> None:
    """A point nobody chose is no score."""
    assert scores.of_counts([0, 2, 0, 1]) == {Fraction(2): 2, Fraction(4): 1}


def test_people_of_many_batches_are_summed_before_their_means_are_made() -> None:
    """2 of 1 and 4 of 2 are one mean: exactly the scores, order apart, that each batch's own would sum to."""
    batches = [{(1, 2): 3, (2, 4): 1, (0, 0): 7}, {(3, 7): 2, (4, 8): 5}, {(3, 7): 1}]
    assert scores.of_all_people(batches) == scores.together(map(scores.of_people, batches))
    assert scores.of_all_people(batches) == {Fraction(2): 9, Fraction(7, 3): 3}


def test_the_scores_of_a_day_are_those_of_all_its_batches() -> None:
    """Days in order, each once."""
    first, second = date(2021, 5, 3), date(2021, 5, 4)
    found = scores.by_day([(second, {(1, 3): 1}), (first, {(1, 2): 1}), (second, {(2, 6): 4})])
    assert found == [(first, {Fraction(2): 1}), (second, {Fraction(3): 5})]
