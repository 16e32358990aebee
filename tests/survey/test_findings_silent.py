"""What is said of those who did not answer: how many, and what would turn the mean of all."""

from datetime import date
from fractions import Fraction

import pytest

from survey import scoring
from survey.turnout import Turnout, Weeks
from tests.survey.test_findings import DAY, NBSP, evenly, said


def sent(k: int, n: int) -> Turnout:
    """k of n."""
    rate = scoring.published_share(k, n)
    return Turnout(rate, None, 0, (Weeks(DAY, DAY, n, rate),))


@pytest.mark.parametrize(
    ("mean", "words"),
    [
        (Fraction(34, 10), "Ligger de i gennemsnit under 2,"),
        (Fraction(26, 10), "Ligger de i gennemsnit over 3,"),
    ],
)
def test_the_silent_have_a_tipping_point(mean: Fraction, words: str) -> None:
    """What they would have to average to turn the verdict, from either side."""
    found = said([evenly(DAY, mean, 60)], turnout=sent(60, 112)).silent
    assert found.sentence.startswith(f"52 af 112 har ikke svaret; svarprocenten er 60/112 = 53,6{NBSP}%. {words}")


@pytest.mark.parametrize(
    ("mean", "sent_to", "words"),
    [
        (3.33, 107, "Ligger de i gennemsnit under 2,5, er gennemsnittet af alle under 3,0."),
        (2.67, 107, "Ligger de i gennemsnit over 3,5, er gennemsnittet af alle over 3,0."),
        (3.33, 70, "Kun hvis de så godt som alle valgte 1, var gennemsnittet af alle under 3,0."),
        (2.84, 70, "Kun hvis de så godt som alle valgte 4, var gennemsnittet af alle over 3,0."),
        (3.34, 70, "Deres svar kunne ikke flytte gennemsnittet af alle til den anden side af 3,0."),
    ],
)
def test_the_tipping_point_is_rounded_away_from_the_claim(mean: float, sent_to: int, words: str) -> None:
    """2,579 and 3,421: at 2,55 and 3,45 the mean of all is there already, at 2,59 and 3,41 it is not."""
    printed = scoring.Figure(f"{mean:.2f}".replace(".", ","), 60, mean)
    found = said([evenly(DAY, Fraction(34, 10), 60)], turnout=sent(60, sent_to), mean=printed).silent
    assert found.sentence.endswith(words)


def test_a_mean_that_shows_only_an_end_has_no_tipping_point() -> None:
    """Where it really lies is not printed, and so neither is what would turn it."""
    cells, end = [evenly(DAY, Fraction(34, 10), 60)], scoring.Figure("mindst 3,9", 60, 3.9)
    found = said(cells, turnout=sent(60, 112), mean=end).silent
    assert found.sentence == f"52 af 112 har ikke svaret; svarprocenten er 60/112 = 53,6{NBSP}%."


def test_few_silent_could_not_turn_it() -> None:
    """Nine of ten answered: whatever the rest said, the mean of all stays where it is."""
    found = said([evenly(DAY, Fraction(35, 10), 90)], turnout=sent(90, 100)).silent
    assert found.sentence.endswith("Deres svar kunne ikke flytte gennemsnittet af alle til den anden side af 3,0.")


def test_without_a_rate_nobody_is_called_silent() -> None:
    """Nothing was sent, no week is closed yet, or the answers were given on the spot."""
    cells = [evenly(DAY, Fraction(34, 10), 60)]
    assert said(cells).silent.sentence == "For få udsendte til at vise en svarprocent."
    opens = Turnout(scoring.WITHHELD, None, 0, (), open=(date(2021, 5, 3), date(2021, 5, 10)))
    assert said(cells, turnout=opens).silent.sentence == "Ingen uge er lukket endnu, tidligst 25. maj 2021."
    assert said(cells, mode="onsite").silent.sentence == "Svar på stedet har ingen svarprocent."
    none = said(cells, turnout=sent(60, 60)).silent
    assert none.sentence == f"0 af 60 har ikke svaret; svarprocenten er 60/60 = 100,0{NBSP}%."
