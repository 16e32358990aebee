"""What charts are laid out with: days in Danish, marks of an axis, the width of words, room for labels."""

from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest

from admin.charts import axes, boxes, days, letters
from admin.charts.boxes import Box


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2021, 5, 2), date(2021, 5, 2), "2. maj 2021"),
        (date(2021, 5, 2), date(2021, 5, 9), "2. – 9. maj 2021"),
        (date(2021, 4, 28), date(2021, 5, 3), "28. april – 3. maj 2021"),
        (date(2020, 12, 28), date(2021, 1, 3), "28. december 2020 – 3. januar 2021"),
    ],
)
def test_days_are_danish(first: date, last: date, text: str) -> None:
    """Month and year are not repeated."""
    assert days(first, last) == text


def names(first: date, last: date, room: float) -> list[str]:
    """The marks' names, with the year where it begins."""
    return [f"{tick.name} {tick.year}".strip() for tick in axes.ticks(first, last, room=room)]


def test_a_week_is_marked_by_days() -> None:
    """Every day, or every second where there is less room."""
    first, last = date(2021, 5, 3), date(2021, 5, 9)
    assert names(first, last, 500) == ["3. maj 2021", "4. maj", "5. maj", "6. maj", "7. maj", "8. maj", "9. maj"]
    assert names(first, last, 200) == ["3. maj 2021", "5. maj", "7. maj", "9. maj"]


def test_a_season_is_marked_by_mondays() -> None:
    """Every Monday, or every second; the first day of the season is none."""
    first, last = date(2021, 5, 5), date(2021, 6, 6)
    assert names(first, last, 400) == ["10. maj 2021", "17. maj", "24. maj", "31. maj"]
    assert names(first, last, 200) == ["10. maj 2021", "24. maj"]


@pytest.mark.parametrize("reach", range(11, 141))
def test_until_twenty_weeks_all_marks_are_mondays_where_they_have_room(reach: int) -> None:
    """Whatever weekday it begins on."""
    first = date(2021, 5, 3) + timedelta(reach % 7)
    marks = axes.ticks(first, first + timedelta(reach), room=10_000)
    assert {tick.on.weekday() for tick in marks} <= {0}
    assert all((b.on - a.on).days == 7 for a, b in pairwise(marks))


def test_a_year_is_marked_by_months_that_count_from_january() -> None:
    """Every, every second, third, sixth month; then Januaries."""
    first, last = date(2021, 5, 5), date(2022, 5, 4)
    assert ",".join(names(first, last, 620)) == "jun 2021,jul,aug,sep,okt,nov,dec,jan 2022,feb,mar,apr,maj"
    assert names(first, last, 300) == ["jul 2021", "sep", "nov", "jan 2022", "mar", "maj"]
    assert names(first, last, 160) == ["jul 2021", "okt", "jan 2022", "apr"]
    assert names(first, date(2031, 5, 4), 620)[:2] == ["jan 2022", "jan 2023"]


def test_the_longest_axis_there_is_has_marks() -> None:
    """From the first day of the calendar to its last, with next to no room."""
    assert len(axes.ticks(date.min, date.max, room=1)) <= 1
    assert axes.ticks(date.min, date.max, room=400)[0].on.year == 1000


@pytest.mark.parametrize("seed", range(30))
def test_marks_are_never_closer_than_their_words(seed: int) -> None:
    """On either drawing, whatever the span."""
    random = Random(seed)
    first = date(2020, 1, 1) + timedelta(random.randint(0, 900))
    reach, room = random.choice((random.randint(6, 40), random.randint(6, 4000))), random.choice((290.0, 560.0))
    marks = axes.ticks(first, first + timedelta(reach), room=room)
    assert marks
    assert all((b.on - a.on).days * room / reach >= 36 for a, b in pairwise(marks))


def test_round_numbers_mark_a_count() -> None:
    """0 and steps of 1, 2 or 5 times a power of ten; never a part of a person."""
    assert axes.round_steps(640, at_most=11) == [0, 100, 200, 300, 400, 500, 600]
    assert axes.round_steps(640, at_most=4) == [0, 200, 400, 600]
    assert axes.round_steps(3, at_most=11) == [0, 1, 2, 3]
    assert axes.round_steps(0, at_most=5) == [0]


def test_what_lies_beyond_an_axis_lies_at_its_end() -> None:
    """So nothing is drawn outside the frame."""
    axis = axes.Axis(1, 4, 100, 0)
    assert [axis.at(value) for value in (0, 1, 2.5, 4, 9)] == [100, 100, 50, 0, 0]


def test_words_are_wrapped_shortened_and_cut() -> None:
    """At spaces; a word wider than the line with a hyphen; what is left over ends in dots."""
    assert letters.wrapped("et to tre fire", 50, 12, at_most=3) == ["et to tre", "fire"]
    cut = letters.wrapped("Beskæftigelsesindsats", 60, 12, at_most=9)
    assert "".join(line.removesuffix("-") for line in cut) == "Beskæftigelsesindsats"
    assert all(letters.width(line, 12) <= 60 for line in cut)
    assert letters.wrapped("et to tre fire fem", 50, 12, at_most=1) == ["et to t…"]
    assert letters.wrapped("", 50, 12, at_most=3) == []
    assert letters.shortened("Vordingborg", 5, 12) == "…"


@pytest.mark.parametrize("seed", range(20))
def test_labels_are_pushed_apart_no_further_than_they_must(seed: int) -> None:
    """At least the gap, in the order wanted, inside their ends; those with room stay where they are."""
    random = Random(seed)
    wanted = [random.uniform(0, 200) for _ in range(random.randint(1, 8))]
    found = boxes.apart(wanted, 15, 0, 200)
    in_order = [place for _, place in sorted(zip(wanted, found, strict=True))]
    assert all(b - a >= 15 - 1e-9 for a, b in pairwise(in_order))
    assert in_order[0] >= 0
    assert in_order[-1] <= 200 + 1e-9
    assert boxes.apart([10, 100], 15, 0, 200) == [10, 100]


def test_labels_without_room_for_all_begin_at_the_first_place() -> None:
    """Three in the room of one."""
    assert boxes.apart([5, 5, 5], 15, 0, 10) == [0, 15, 30]


def test_boxes_meet_where_they_overlap() -> None:
    """Touching is not meeting."""
    one = Box(0, 0, 10, 10)
    assert one.meets(Box(9, 9, 20, 20))
    assert not one.meets(Box(10, 0, 20, 10))
    assert Box(1, 1, 9, 9).within(one)
    assert not Box(1, 1, 11, 9).within(one)


def test_centred_labels_find_the_first_row_with_room() -> None:
    """Beside those before; None where no row has any."""
    assert boxes.placed([0, 5, 50, 8], [20, 20, 20, 20], rows=2) == [0, 1, 0, None]
