"""What changed since last time: every sentence is reached, and its opposite."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from survey import changes, municipalities, question_sets
from survey.changes import Changes, with_n
from survey.models import Municipality, Team
from survey.results import Period
from survey.scoring import HIDDEN
from tests.reporting import BEFORE, DAY, PERIOD, Add, crowd, part, report, send

People = list[tuple[int, ...]]
Told = Callable[..., Changes]
LAST = "perioden før (8. januar – 1. maj 2021)"
LOW, HIGH = crowd(5, p4=10, p3=30, p2=20), crowd(5, p4=40, p3=18, p2=2)


@pytest.fixture
def told(session: Session, stevns: Municipality, team: Team, add_batch: Add) -> Told:
    """`told(before, now)` is what is said to have changed in Ydelse from one crowd to the other."""

    def tell(before: People, now: People, *, sent: tuple[tuple[int, int], ...] = ()) -> Changes:
        for people, day in ((before, BEFORE), (now, DAY)):
            if people:
                add_batch(team, day, people)
        for (answered, of), monday in zip(sent, (date(2021, 3, 1), date(2021, 5, 31)), strict=False):
            send(session, team, monday, answered, of)
        return part(report(session, stevns)).changes

    return tell


def text(found: Changes) -> str:
    """All that is said, spaces made plain."""
    return " ".join(found.sentences).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("before", "later", "words"),
    [
        (
            LOW,
            HIGH,
            f"Svarene ligger sikkert højere end i {LAST}: gennemsnittet er 3,63 (n = 60) og var",
        ),
        (HIGH, LOW, "Svarene ligger sikkert lavere end i perioden før"),
        (
            LOW,
            LOW,
            f"Ingen sikker forskel fra {LAST}: gennemsnittet er 2,83 (n = 60) og var 2,83 (n = 60).",
        ),
        (LOW, crowd(5, p4=3, p3=3, p2=3), "Gennemsnittet kan ikke sammenlignes med perioden før"),
    ],
)
def test_the_mean_is_higher_lower_the_same_or_not_to_be_compared(
    told: Told, before: People, later: People, words: str
) -> None:
    """By the ranks of persons' means, from ten people on."""
    assert text(told(before, later)).startswith(words)


def test_two_means_have_the_decimals_of_the_fewer(told: Told) -> None:
    """Sixty people have two, thirty one: both have one, rounded once from the exact mean, and n stands beside."""
    found = told(crowd(5, p4=10, p3=27, p2=23), crowd(5, p4=20, p3=10))
    assert "gennemsnittet er 3,7 (n = 30) og var 2,8 (n = 60)." in text(found)
    assert found.statements[0].before.text == "2,8"
    assert "(n = 30)" in with_n(found.statements[0].now).replace("\N{NO-BREAK SPACE}", " ")
    assert with_n(HIDDEN) == HIDDEN.text


def summed(people: dict[int, int]) -> People:
    """So many people whose five answers add up to each number."""
    each = [total for total, n in people.items() for _ in range(n)]
    return [tuple(total // 5 + (place < total % 5) for place in range(5)) for total in each]


@pytest.mark.parametrize(
    ("before", "later", "words"),
    [
        (
            {17: 95, 16: 5},
            {16: 30, 19: 10},
            "sikkert lavere end i {}: gennemsnittet er 3,4 (n = 40) og var 3,4 (n =",
        ),
        ({17: 95, 16: 5}, {16: 30, 19: 10}, "3,4 (n = 100), ens efter afrunding."),
        (
            {17: 95, 18: 5},
            {18: 30, 15: 10},
            "sikkert højere end i {}: gennemsnittet er 3,5 (n = 40) og var 3,4 (n =",
        ),
        ({17: 95, 18: 5}, {18: 30, 15: 10}, "og var 3,4 (n = 100). "),
        (
            {17: 100},
            {16: 30, 19: 15},
            "Ingen sikker forskel fra {}: gennemsnittet er 3,4 (n = 45) og var 3,4 (n =",
        ),
    ],
)
def test_what_is_surely_higher_or_lower_is_so_before_it_is_rounded(
    told: Told, before: dict[int, int], later: dict[int, int], words: str
) -> None:
    """3,35 is under 3,39 however both are printed, and it is said; the same mean twice is no difference."""
    assert words.format(LAST) in text(told(summed(before), summed(later)))


def test_means_that_overlap_little_may_still_not_differ(told: Told) -> None:
    """Twelve people a side: 3,0 and 3,3 are no sure difference, whatever they look like."""
    found = told(crowd(5, p4=4, p3=4, p2=4), crowd(5, p4=6, p3=4, p2=2))
    assert found.mean
    assert (found.mean.before.text, found.mean.now.text) == ("3,0", "3,3")
    assert found.mean.verdict == "ingen sikker forskel"


@pytest.mark.parametrize(("before", "later", "word"), [(LOW, HIGH, "højere"), (HIGH, LOW, "lavere")])
def test_a_statement_that_changed_is_named_and_the_others_are_not(
    told: Told, before: People, later: People, word: str
) -> None:
    """Only the fourth statement moved; Holm over the five."""

    def only_fourth(of: People) -> People:
        others = [(3, 3, 3), (4, 2, 3), (2, 4, 3)]
        return [(*others[n % 3], person[3], 3 + n % 2) for n, person in enumerate(of)]

    found = told(only_fourth(before), only_fourth(later))
    assert f"Sikkert {word}: »Jeg ved, hvad jeg skal gøre for, at min ansøgning kan behandles« (fra" in text(found)
    assert [change.verdict == word for change in found.statements] == [False, False, False, True, False]


@pytest.mark.parametrize(("before", "later", "word"), [(LOW, HIGH, "højere"), (HIGH, LOW, "lavere")])
def test_where_all_statements_changed_none_is_named(told: Told, before: People, later: People, word: str) -> None:
    """The table has them."""
    assert f"Hvert enkelt udsagn ligger sikkert {word}." in text(told(before, later))


def test_no_statement_changed(told: Told) -> None:
    """The same answers twice."""
    assert "Ingen sikker forskel i noget enkelt udsagn." in text(told(LOW, LOW))


def test_statements_too_few_answered_are_not_compared(told: Told) -> None:
    """Nine people: no statement is held against anything."""
    found = told(LOW, crowd(5, p4=3, p3=3, p2=3))
    assert "De enkelte udsagn kan ikke sammenlignes: der er for få svar." in text(found)
    assert {change.verdict for change in found.statements} == {"kan ikke sammenlignes"}


@pytest.mark.parametrize(
    ("before", "later", "crossed"), [(crowd(5, p3=200), crowd(5, p4=130, p2=70), True), (LOW, HIGH, False)]
)
def test_a_mean_up_and_a_share_down_are_both_said(
    told: Told, before: People, later: People, crossed: bool
) -> None:
    """From all 3 to two thirds 4 and one third 2 the mean rises surely, and the share of 3 or 4 falls."""
    assert ("Gennemsnit og andel af de to højeste svar peger hver sin vej" in text(told(before, later))) is crossed


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (((60, 200), (120, 200)), "maj 2021): 120/200 = 60,0 % mod 60/200 = 30,0 %."),
        (((60, 200), (120, 200)), "Svarprocenten er sikkert højere end i perioden før"),
        (((120, 200), (60, 200)), "Svarprocenten er sikkert lavere end i perioden før"),
        (
            ((100, 200), (110, 200)),
            "Ingen sikker forskel på svarprocenten: 110/200 = 55,0 % mod 100/200 = 50,0 %.",
        ),
    ],
)
def test_the_rate_is_told_three_ways(told: Told, sent: tuple[tuple[int, int], ...], words: str) -> None:
    """By Newcombe's interval of the difference."""
    assert words in text(told(LOW, LOW, sent=sent))


def test_a_rate_is_not_held_against_weeks_it_shares(
    session: Session, stevns: Municipality, team: Team, add_batch: Add
) -> None:
    """Weeks told together across the two periods count to the newer: alone the older has nothing left."""
    for day in (BEFORE, DAY):
        add_batch(team, day, LOW)
    for monday in (date(2021, 4, 19), date(2021, 5, 3)):
        send(session, team, monday, 2, 4)
    found = part(report(session, stevns)).changes
    assert "Svarprocenten kan ikke sammenlignes med perioden før" in text(found)
    assert text(found).endswith("Uge 16 til 18, 2021, er i begge svarprocenter, men i testen kun i den nye.")


@pytest.mark.parametrize(
    ("answered", "before", "later", "verdict"),
    [
        ((30, 85, 80), "115/200", "165/200", "højere"),
        ((80, 30, 30), "110/200", "60/200", "lavere"),
        ((30, 85, 15), "115/200", "100/200", "ingen sikker forskel"),
        ((80, 30, 70), "110/200", "100/200", "lavere"),
        ((80, 10, 85), "90/200", "95/200", "ingen sikker forskel"),
    ],
)
def test_a_week_across_both_periods_is_in_both_rates_and_counts_to_the_newer(
    answered: tuple[int, int, int],
    before: str,
    later: str,
    verdict: str,
    session: Session,
    stevns: Municipality,
    team: Team,
    add_batch: Add,
) -> None:
    """Last time's rate is what its own report prints, of three weeks two. Tested is the one it has alone.

    30 of 100 is surely less than 100 of 200; but 115 of 200 is printed, and that is more.
    """
    for day in (BEFORE, DAY):
        add_batch(team, day, LOW)
    mondays = date(2021, 3, 1), date(2021, 4, 26), date(2021, 5, 31)
    for monday, n in zip(mondays, answered, strict=True):
        send(session, team, monday, n, 100)
    found = part(report(session, stevns)).changes
    assert found.rate
    assert [found.rate.before.text.partition(" ")[0], found.rate.now.text.partition(" ")[0]] == [before, later]
    assert found.rate.verdict == verdict
    assert text(found).endswith(" Uge 17, 2021, er i begge svarprocenter, men i testen kun i den nye.")
    own = part(report(session, stevns, changes.previous(PERIOD))).rate
    assert own
    assert own.text == found.rate.before.text


def test_weeks_that_are_in_one_rate_alone_are_not_spoken_of(told: Told) -> None:
    """The sentence about both rates stands only where they share a week."""
    assert "begge svarprocenter" not in text(told(LOW, LOW, sent=((60, 200), (120, 200))))


def test_nothing_before_is_nothing_to_compare(told: Told) -> None:
    """The first period of a municipality."""
    found = told([], LOW)
    assert text(found) == f"Der er ingen svar fra {LAST}, der kan vises, og derfor intet at sammenligne med."
    assert (found.mean, found.statements, found.rate) == (None, (), None)


def test_a_changed_questionnaire_is_not_compared(
    session: Session, stevns: Municipality, team: Team, add_batch: Add, now: datetime
) -> None:
    """The old version's answers are another series."""
    add_batch(team, BEFORE, LOW)
    municipalities.publish(session, stevns.id, question_sets.load("ydelse"), now)
    add_batch(team, DAY, HIGH)
    sentences = part(report(session, stevns)).changes.sentences
    assert sentences == (
        "Spørgeskemaet er ændret siden perioden før (8. januar – 1. maj 2021), så tallene kan ikke sammenlignes.",
    )


@pytest.mark.parametrize(
    ("period", "before"),
    [
        (("2021-05-02", "2021-08-23"), ("2021-01-08", "2021-05-01")),
        (("2021-04-01", "2021-06-30"), ("2021-01-01", "2021-03-31")),
        (("2021-01-01", "2021-06-30"), ("2020-07-01", "2020-12-31")),
        (("2021-01-01", "2021-12-31"), ("2020-01-01", "2020-12-31")),
        (("0001-01-01", "9999-12-31"), ("0001-01-01", "0001-01-01")),
    ],
)
def test_what_is_before_is_as_long(period: tuple[str, str], before: tuple[str, str]) -> None:
    """Whole months before whole months, else as many days."""
    wanted, expected = (Period(*map(date.fromisoformat, each)) for each in (period, before))
    assert changes.previous(wanted) == expected
