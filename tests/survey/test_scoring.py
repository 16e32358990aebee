"""Figures from counts, checked against worked examples and against independent programs."""

import json
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from survey import scoring

CASES: dict[str, dict[str, Any]] = {
    case["id"]: case
    for case in json.loads((Path(__file__).parent.parent / "data" / "statistics_reference.json").read_text())[
        "cases"
    ]
}
NBSP = "\N{NO-BREAK SPACE}"


def counts_of(case: dict[str, Any]) -> list[int]:
    """How often each point of the scale occurs in the case's scores."""
    occurring = Counter(case["input"]["scores"])
    return [occurring[point] for point in range(1, case["input"]["scale"][1] + 1)]


def cases(prefix: str) -> list[str]:
    """The reference cases whose name begins with `prefix`."""
    return [name for name in CASES if name.startswith(prefix)]


@pytest.mark.parametrize("name", cases("wilson"))
def test_wilson_agrees_with_r_and_published_tables(name: str) -> None:
    """Both levels of every reference case, and never the interval of width nought."""
    case = CASES[name]
    k, n = case["input"]["k"], case["input"]["n"]
    near = {"abs": case["tolerance"]["abs"]}
    assert scoring.wilson(k, n) == pytest.approx(case["expected"]["ci95"], **near)
    if "ci90" in case["expected"]:
        assert scoring.wilson(k, n, 0.9) == pytest.approx(case["expected"]["ci90"], **near)
    for wrong in case.get("known_wrong_answers", {}).values():
        assert scoring.wilson(k, n) != pytest.approx(wrong, **near)


@pytest.mark.parametrize("name", cases("mean_m"))
def test_the_interval_of_a_mean_agrees_with_exact_inversion(name: str) -> None:
    """The Beta-matched interval is the recorded one, within 0,02 of the exact, and none of the wrong ones."""
    case = CASES[name]
    counts, tolerance = counts_of(case), case["tolerance"]
    expected = case["expected"]["display_interval"]
    interval = scoring.mean_interval(scoring.moments(counts), case["input"]["scale"][1])
    assert counts == case["expected"]["counts"]
    assert float(scoring.mean(counts)) == pytest.approx(case["expected"]["mean"], abs=tolerance["mean"])
    assert interval == pytest.approx(expected["beta_matched_ci95"], abs=tolerance["beta_matched"])
    assert interval == pytest.approx(expected["exact_ci95"], abs=tolerance["beta_vs_exact"])
    for key, wrong in case.get("known_wrong_answers", {}).items():
        if key != "why" and "nan" not in wrong:
            assert interval != pytest.approx(wrong, abs=0.01)


def test_a_period_is_the_mean_of_answers_never_of_daily_means() -> None:
    """Five days, twelve answers: 2,92, not 3,68."""
    case = CASES["pool_not_mean_of_means"]
    days = [[day] if isinstance(day, int) else day for day in case["input"]["days"]]
    counts = scoring.pooled([[day.count(point) for point in (1, 2, 3, 4)] for day in days])
    assert float(scoring.mean(counts)) == pytest.approx(case["expected"]["pooled"], abs=1e-9)
    assert float(scoring.mean(counts)) != pytest.approx(case["known_wrong_answers"]["mean_of_daily_means"])


def test_numbers_are_danish_and_rounded_half_up() -> None:
    """6,25 % is 6,3 % and 3,125 is 3,13, with a no-break space before the sign."""
    case = CASES["rounding_half_up"]
    shown = [
        scoring.percent(Fraction(*pair)) if kind == "percent1" else scoring.number(Fraction(*pair), 2)
        for pair, kind in zip(case["input"]["fractions"], case["input"]["kinds"], strict=True)
    ]
    assert [text.replace(" ", NBSP) for text in case["expected"]["text"]] == shown


def test_counts_have_no_separator_below_ten_thousand() -> None:
    """1043 is written as municipalities write it."""
    assert [scoring.count(n) for n in (1043, 9999, 12345)] == ["1043", "9999", "12.345"]


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
