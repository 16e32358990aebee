"""A report's words that rest on counts: the note, what the silent could change, breaks."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from survey import notes, scoring
from survey.figures import Point, Section, Series
from survey.results import Period
from survey.scoring import HIDDEN, Figure
from survey.turnout import Turnout, Weeks
from tests.survey.told import NBSP

PERIOD = Period(date(2021, 5, 2), date(2021, 8, 23))
OPEN = Turnout(scoring.WITHHELD, None, 0, (), open=(date(2021, 8, 16),))
WAITING = Turnout(scoring.WITHHELD, None, 0, (), waiting=(date(2021, 8, 16),))
ALONE = Turnout(scoring.WITHHELD, None, 0, ())
"""Of a team that stands alone in no told week."""


def series(mean: str = "3,31", sent: tuple[int, int] = (559, 1043), **changes: Any) -> Series:
    """A series of a questionnaire on 1-4 with such a mean, and so many answered of so many sent."""
    made = Series(
        version_id=1,
        name="Opfølgning",
        number=1,
        mode="remote",
        labels=("Helt uenig", "Delvist uenig", "Delvist enig", "Helt enig"),
        target=3.0,
        respondents=sent[0],
        answers=None,
        mean=Figure(mean, sent[0], float(mean.removeprefix("mindst ").replace(",", "."))),
        exact=None,
        interval=None,
        points=(),
        means=None,
        spread=None,
        statements=(),
        asked_tag=False,
        tags=None,
        turnout=Turnout(scoring.published_share(*sent), None, 0, ()),
        waiting_since=None,
        unshown=0,
        teams=(),
    )
    return replace(made, **changes)


def said(of: Series) -> str:
    """What the box about the silent says, spaces made plain."""
    found = notes.silent(of)
    assert found
    return " ".join(found.sentences)


def test_the_note_is_stevns_own_sentence() -> None:
    """Word for word, with a decimal comma and both numbers, and the days without a year."""
    assert notes.note(series(), PERIOD) == (
        "Målingen er dannet på basis af 1043 udsendte spørgeskemaer med en svarprocent på 53,6 (559 af 1043). "
        "Perioden går fra 2. maj til 23. august."
    )


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2021, 5, 3), date(2021, 8, 16), "Perioden går fra 2. maj til 23. august."),
        (date(2021, 4, 26), date(2021, 8, 16), "23. august. De udsendte er fra uge 17 til 33, 2021."),
        (date(2021, 5, 3), date(2021, 8, 23), "23. august. De udsendte er fra uge 18 til 34, 2021."),
        (date(2020, 12, 21), date(2021, 5, 3), "De udsendte er fra uge 52, 2020, til uge 18, 2021."),
    ],
)
def test_weeks_that_reach_outside_the_days_are_named(first: date, last: date, words: str) -> None:
    """The rate is of whole weeks, some of which may lie before the period or after it."""
    blocks = tuple(Weeks(monday, monday, 500, scoring.published_share(250, 500)) for monday in (first, last))
    found = series(turnout=Turnout(scoring.published_share(559, 1043), None, 0, blocks))
    assert notes.note(found, PERIOD).endswith(words)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (True, "23. august. 1 uge (uge 33, 2021) er ikke lukket endnu, tidligst 7. september 2021."),
        (False, "Ingen uge er lukket endnu, tidligst 7. september 2021. Perioden går fra 2. maj til 23. august."),
    ],
)
def test_weeks_that_are_not_told_yet_are_named(told: bool, said: str) -> None:
    """Beside the rate of those that are, and in place of it where none is."""
    rate = scoring.published_share(559, 1043) if told else scoring.WITHHELD
    weeks = (Weeks(date(2021, 5, 3), date(2021, 8, 9), 1043, rate),) if told else ()
    found = series(turnout=Turnout(rate, None, 0, weeks, open=(date(2021, 8, 16),)))
    assert notes.note(found, PERIOD).endswith(said)


def test_two_days_of_a_week_are_not_the_week() -> None:
    """What was sent in all of week 18 is not said to be of its first two days."""
    rate = scoring.published_share(30, 67)
    found = series(turnout=Turnout(rate, None, 0, (Weeks(date(2021, 5, 3), date(2021, 5, 3), 67, rate),)))
    assert notes.note(found, Period(date(2021, 5, 3), date(2021, 5, 4))).endswith(
        "Perioden går fra 3. maj til 4. maj. De udsendte er fra uge 18, 2021."
    )


def test_the_note_of_two_years_names_them() -> None:
    """A winter's days have their years."""
    winter = Period(date(2021, 11, 1), date(2022, 2, 28))
    assert notes.note(series(), winter).endswith("Perioden går fra 1. november 2021 til 28. februar 2022.")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sent": (44, 46)}, "af 46 udsendte spørgeskemaer med en svarprocent på mindst 90. "),
        ({"sent": (2, 4)}, "Der er udsendt for få spørgeskemaer i perioden til at vise"),
        ({"turnout": None}, "Der er udsendt for få spørgeskemaer"),
        ({"turnout": ALONE}, "Hvor mange af de udsendte spørgeskemaer der er besvaret, kan ikke vises. Perioden"),
        ({"mode": "onsite", "turnout": None}, "559 besvarelser på en skærm i venteværelset. "),
    ],
)
def test_the_note_says_no_more_than_may_be_shown(changes: dict[str, Any], words: str) -> None:
    """A rate near an end is only that end; a hidden one has no number; on a screen nothing was sent."""
    assert words in notes.note(series(**changes), PERIOD)


def test_the_note_of_a_screen_says_of_how_many_only_beside_a_mean() -> None:
    """Where k hides the mean, how many they are is hidden too."""
    on_screen = series(mode="onsite", turnout=None)
    assert "559 besvarelser på en skærm" in notes.note(on_screen, PERIOD)
    hidden = notes.note(replace(on_screen, mean=HIDDEN), PERIOD)
    assert hidden.startswith("Der er for få besvarelser på en skærm i venteværelset til at vise, hvor mange.")
    assert "559" not in hidden


@pytest.mark.parametrize(
    ("mean", "sent", "words"),
    [
        ("3,31", (559, 1043), "Ligger de i gennemsnit under 2,6, er gennemsnittet af alle under 3,0."),
        ("2,60", (559, 1043), "Ligger de i gennemsnit over 3,5, er gennemsnittet af alle over 3,0."),
        ("3,60", (950, 1000), "Deres svar kunne ikke flytte gennemsnittet af alle til den anden side af 3,0."),
        ("2,40", (950, 1000), "Deres svar kunne ikke flytte gennemsnittet af alle til den anden side af 3,0."),
        ("3,4", (24, 35), "Ligger de i gennemsnit under 2,0, er gennemsnittet af alle under 3,0."),
        ("2,6", (24, 35), "Så længe de i gennemsnit ligger under 3,7, er gennemsnittet af alle under 3,0."),
        ("3,3", (42, 49), "Så længe de i gennemsnit ligger over 1,5, er gennemsnittet af alle over 3,0."),
        ("3,33", (60, 70), "Kun hvis de så godt som alle valgte 1, var gennemsnittet af alle under 3,0."),
    ],
)
def test_the_silent_are_told_four_ways(mean: str, sent: tuple[int, int], words: str) -> None:
    """They could turn the verdict either way, or could not; true of every mean that is printed as this one.

    24 of 35 answered, at 3,45 at most: with 11 at 2,0 the mean of all is 2,994, with 11 at 2,1 it may be 3,026.
    """
    assert said(series(mean, sent)).endswith(words)


def test_the_ends_are_what_all_silent_at_one_end_would_give() -> None:
    """(559 · 3,31 + 484 · 1) / 1043 and the same with 4: Manski's bounds."""
    found = notes.silent(series())
    assert found
    assert (found.lowest, found.highest) == ("2,24", "3,63")
    assert "484 af 1043 har ikke svaret. Havde de alle valgt 1 (»helt uenig«)" in said(series())


def test_a_scale_without_a_target_has_only_the_ends() -> None:
    """On 1-5 nothing is said of a target."""
    assert len(notes.silent(series(target=None)).sentences) == 1  # type: ignore[union-attr]  # it has a rate


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sent": (2, 4)}, "For få er udsendt til at sige, hvad de, der ikke svarede, kunne ændre."),
        (
            {"turnout": OPEN},
            "Ingen uge er lukket endnu, tidligst 7. september 2021. Til da kan det ikke siges, hvad",
        ),
        ({"turnout": WAITING}, "venter på flere uger, før den kan vises. Til da kan det ikke siges, hvad de, der"),
        ({"sent": (44, 46)}, "Svarprocenten vises kun som mindst 90 %, så det kan ikke siges, hvad de, der"),
        ({"turnout": ALONE}, "Svarprocenten kan ikke vises, så det kan ikke siges, hvad de, der ikke svarede"),
        ({"mean": "mindst 3,9"}, "For få har svaret"),
        ({"sent": (60, 60)}, "Alle har svaret."),
    ],
)
def test_nothing_is_bounded_by_what_is_hidden(changes: dict[str, Any], words: str) -> None:
    """Without an exact rate and mean there are no ends, and the real reason is said."""
    assert words in said(series(**changes)).replace(NBSP, " ")
    assert notes.silent(series(**changes)).lowest == ""  # type: ignore[union-attr]  # it was sent


def test_a_mean_that_is_not_shown_is_the_reason() -> None:
    """9 of 46 answered, and the mean is of no cell of the period: they may be enough, and are not called few."""
    found = said(replace(series(sent=(9, 46)), mean=HIDDEN))
    assert found == "Gennemsnittet kan ikke vises, så det kan ikke siges, hvad de, der ikke svarede, kunne ændre."


def test_on_a_screen_nobody_is_silent() -> None:
    """Nothing was sent, so there is no box."""
    assert notes.silent(series(mode="onsite", turnout=None)) is None


def test_a_new_version_is_a_break_and_another_questionnaire_is_none() -> None:
    """The old version's last day and the new one's first stand in the sentence."""
    first, second = (
        Point(first, last, 20, Figure("3,3", 20, 3.3), last, last)
        for month in (5, 6)
        for first, last in ((date(2021, month, 3), date(2021, month, 9)),)
    )
    old, new = series(points=(first,)), series(points=(second,), number=2, version_id=2)
    (sentence,) = notes.breaks(Section("LAB", None, (new, old)))
    assert "version 1 er besvaret til og med 9. maj 2021, version 2 fra 3. juni 2021." in sentence
    other = replace(new, name="Faxe", number=1)
    assert notes.breaks(Section("LAB", None, (old, other))) == ()
    on_site = tuple(replace(each, mode="onsite") for each in (old, new))
    assert "er ændret på skærmen i venteværelset" in notes.breaks(Section("LAB", None, on_site))[0]


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2021, 5, 2), date(2021, 5, 2), "2. maj 2021"),
        (date(2021, 5, 2), date(2021, 5, 9), "2. – 9. maj 2021"),
        (date(2021, 5, 2), date(2021, 8, 23), "2. maj – 23. august 2021"),
        (date(2020, 12, 28), date(2021, 1, 3), "28. december 2020 – 3. januar 2021"),
    ],
)
def test_days_say_what_differs(first: date, last: date, words: str) -> None:
    """Month and year are said once where they are the same."""
    assert notes.days(first, last) == words


def test_numbers_are_danish() -> None:
    """Ten thousand and more have a point, and are read back with it."""
    many = notes.note(series(sent=(5_590, 10_430)), PERIOD)
    assert "10.430 udsendte" in many
    assert NBSP not in many
