"""Figures from counts by worked examples; tests/reference_cases holds them against independent programs."""

from fractions import Fraction

import pytest

from survey import scoring

NBSP = "\N{NO-BREAK SPACE}"


def test_counts_have_no_separator_below_ten_thousand() -> None:
    """1043 is written as municipalities write it."""
    assert [scoring.count(n) for n in (1043, 9999, 12345)] == ["1043", "9999", "12.345"]


def test_a_change_carries_its_sign() -> None:
    """A minus, not a hyphen, half away from nought; nought has no sign."""
    shown = [scoring.signed(Fraction(value, 1000), 2) for value in (125, -125, 4, -4)]
    assert shown == ["+0,13", "−0,13", "0,00", "0,00"]


def test_two_scales_are_refused_in_words() -> None:
    """Answers on 1-4 and 1-5 are never put together."""
    with pytest.raises(scoring.MixedScalesError, match="skalaerne 1-4 og 1-5 kan ikke lægges sammen"):
        scoring.pooled([[1, 2, 3, 4], [1, 2, 3, 4, 5]])


def test_stevns_response_rates_read_as_published() -> None:
    """Both numbers beside both percentages."""
    assert scoring.published_share(559, 1043).text == f"559/1043 = 53,6{NBSP}%"
    assert scoring.published_share(53, 167).text == f"53/167 = 31,7{NBSP}%"
    assert scoring.published_wilson(53, 167) == (f"25,2{NBSP}%", f"39,1{NBSP}%")


@pytest.mark.parametrize(
    ("value", "people", "text", "plotted"),
    [
        (Fraction(4), 4, "for få svar", None),
        (Fraction(16, 5), 5, "3,2", 3.2),
        (Fraction(17, 5), 5, "mindst 3,4", 3.4),
        (Fraction(4), 7, "mindst 3,5", 3.5),
        (Fraction(37, 10), 10, "mindst 3,7", 3.7),
        (Fraction(4), 30, "mindst 3,9", 3.9),
        (Fraction(389, 100), 49, "3,9", 3.9),
        (Fraction(1), 12, "højst 1,3", 1.3),
        (Fraction(4), 50, "4,00", 4.0),
        (Fraction(341, 100), 49, "3,4", 3.4),
        (Fraction(341, 100), 50, "3,41", 3.41),
    ],
)
def test_a_mean_shows_no_more_than_its_number_of_people_allows(
    value: Fraction, people: int, text: str, plotted: float | None
) -> None:
    """Hidden below five, one decimal and no ends below fifty; what a chart plots is what is printed."""
    figure = scoring.published_mean(value, people, 4)
    assert (text, plotted) == (figure.text, figure.value)
    assert figure.n == (people if figure.shown else None)


@pytest.mark.parametrize(
    ("k", "n", "text", "plotted"),
    [
        (3, 4, "for få svar", None),
        (3, 5, f"3/5 = 60,0{NBSP}%", 0.6),
        (12, 12, f"mindst 90{NBSP}%", 0.9),
        (9, 10, f"9/10 = 90,0{NBSP}%", 0.9),
        (0, 12, f"højst 10{NBSP}%", 0.1),
        (0, 10, "vises ikke", None),
        (9, 9, "vises ikke", None),
        (50, 50, f"50/50 = 100,0{NBSP}%", 1.0),
    ],
)
def test_a_share_shows_no_more_than_its_number_of_people_allows(
    k: int, n: int, text: str, plotted: float | None
) -> None:
    """Hidden below five; no numerator above 90 % or below 10 % under fifty people, and up to ten nothing there."""
    figure = scoring.published_share(k, n)
    assert (text, plotted) == (figure.text, figure.value)
    assert scoring.exact_share(k, n) is not scoring.capped(figure)


def test_k_can_be_raised() -> None:
    """A municipality with k = 8 hides what rests on seven people."""
    assert scoring.published_mean(Fraction(3), 7, 4, smallest=8) == scoring.HIDDEN
    assert scoring.published_share(4, 7, smallest=8) == scoring.HIDDEN


def test_a_distribution_needs_ten_answers() -> None:
    """Nine answers show none; ten show each point with numerator and denominator."""
    assert scoring.published_distribution([2, 2, 2, 3]) is None
    shown = scoring.published_distribution([2, 2, 3, 3])
    assert shown is not None
    assert [f"2/10 = 20,0{NBSP}%"] * 2 + [f"3/10 = 30,0{NBSP}%"] * 2 == [share.text for share in shown]


def test_one_rare_answer_hides_a_small_distribution() -> None:
    """One dissatisfied among twenty could be found from the other three shares; among fifty it is shown."""
    assert scoring.published_distribution([1, 5, 7, 7]) is None
    assert scoring.published_distribution([1, 15, 17, 17]) is not None


def test_intervals_follow_the_figure_they_belong_to() -> None:
    """No interval beside what is hidden or capped, nor a mean's below ten people."""
    five = scoring.moments([0, 1, 1, 3])
    ten = scoring.moments([0, 2, 2, 6])
    shown = scoring.published_mean(Fraction(17, 5), 10, 4)
    assert scoring.published_interval(five, shown, 4) is None
    assert scoring.published_interval(ten, scoring.HIDDEN, 4) is None
    assert scoring.published_interval(ten, shown, 4) == ("2,8", "3,7")
    assert scoring.published_wilson(12, 12) is None


def test_one_hidden_part_takes_a_second_with_it() -> None:
    """Teams of 14, 9 and 3 answers: the 9 are hidden too, or subtraction would find the 3."""
    assert scoring.protected([False, False, True], [14, 9, 3]) == [False, True, True]
    assert scoring.protected([False, False], [14, 9]) == [False, False]
    assert scoring.protected([True], [3]) == [True]


@pytest.mark.parametrize(
    ("part", "k", "n", "open_"),
    [(9, 3, 20, True), (9, 2, 20, False), (2, 2, 20, True), (8, 18, 20, False), (19, 10, 20, False)],
)
def test_a_part_stays_open_by_three_or_by_all_of_it(part: int, k: int, n: int, open_: bool) -> None:
    """3 of 20 leave 0 to 3 in nine of them; 18 of 20 leave only 6 to 8 in eight."""
    assert scoring.stays_open(part, k, n) is open_


def test_two_capped_means_take_a_third_with_them() -> None:
    """Two statements everybody liked: their scores are the total's less the others', so one more is withheld."""
    parts = [[0, 0, 0, 7], [0, 0, 0, 7], [0, 3, 2, 2], [2, 2, 2, 1]]
    means = [scoring.published_mean(scoring.mean(part), scoring.answers(part), 4) for part in parts]
    shown = [mean.text for mean in scoring.withheld(means, parts)]
    assert shown == ["mindst 3,5", "mindst 3,5", "vises ikke", "2,3"]


def test_nothing_clear_left_withholds_what_is_capped() -> None:
    """All liked everything: "mindst" twice beside the total would say that nobody chose less."""
    means = [scoring.published_mean(Fraction(4), 7, 4)] * 2
    assert scoring.withheld(means, [[0, 0, 0, 7]] * 2) == [scoring.WITHHELD] * 2
