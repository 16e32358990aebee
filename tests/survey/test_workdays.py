"""Days are Copenhagen days; the send window and deadlines know Danish closing days."""

from datetime import UTC, date, datetime, time

import pytest

from survey import workdays


def moment(text: str) -> datetime:
    """A moment written in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("utc", "expected"),
    [("2021-05-10T22:30", date(2021, 5, 11)), ("2021-12-31T22:59", date(2021, 12, 31))],
)
def test_a_day_is_a_copenhagen_day(utc: str, expected: date) -> None:
    """Half past midnight in Copenhagen belongs to the new day."""
    assert workdays.day(moment(utc)) == expected


def test_a_moment_without_a_time_zone_is_refused() -> None:
    """Guessing a zone would move answers to another day."""
    with pytest.raises(ValueError, match="time zone"):
        workdays.day(datetime(2021, 5, 11))  # noqa: DTZ001 - a naive moment is what is tested


@pytest.mark.parametrize(
    ("utc", "expected"),
    [
        ("2021-05-11T08:00", "2021-05-11T08:00"),  # Tuesday 10.00: at once
        ("2021-05-11T06:59", "2021-05-11T07:00"),  # 8.59: opens at 9.00
        ("2021-05-11T16:00", "2021-05-12T07:00"),  # 18.00: next morning
        ("2021-05-12T16:30", "2021-05-14T07:00"),  # eve of Ascension Day
        ("2021-12-23T20:00", "2021-12-27T08:00"),  # Christmas, then a week-end
        ("2026-03-27T18:00", "2026-03-30T07:00"),  # over the change to summer time
        ("2026-10-23T18:00", "2026-10-26T08:00"),  # and back
    ],
)
def test_a_message_waits_for_the_next_open_window(utc: str, expected: str) -> None:
    """Working days 9-18 on the wall clock, whatever the season."""
    assert workdays.next_send_time(moment(utc)) == moment(expected)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (date(2021, 5, 10), date(2021, 5, 12)),
        (date(2021, 5, 11), date(2021, 5, 14)),  # over Ascension Day
        (date(2021, 6, 4), date(2021, 6, 8)),  # Constitution Day on a Saturday
        (date(2024, 12, 23), date(2024, 12, 30)),  # 24-26 and a week-end
        (date(2023, 5, 4), date(2023, 5, 9)),  # General Prayer Day, held for the last time
        (date(2024, 4, 25), date(2024, 4, 29)),  # and gone the year after
    ],
)
def test_two_working_days_skip_danish_closing_days(start: date, expected: date) -> None:
    """The callback deadline."""
    assert workdays.add_workdays(start, 2) == expected


def test_the_week_starts_on_monday() -> None:
    """1 January 2027 is in the week of 28 December 2026."""
    assert workdays.monday(date(2027, 1, 1)) == date(2026, 12, 28)


def test_quarters_are_counted_and_named() -> None:
    """Those that days lie in; by year, in order."""
    assert workdays.quarters(date(2021, 6, 30), date(2021, 7, 1)) == 2
    assert workdays.quarters(date(2020, 12, 31), date(2022, 1, 1)) == 6
    every = [date(2020, 10, 1), date(2021, 1, 1), date(2021, 4, 1), date(2021, 10, 1)]
    assert workdays.quarters_named(every) == "4. kvartal 2020 og 1., 2. og 4. kvartal 2021"
    assert workdays.quarters_named(every[:1]) == "4. kvartal 2020"
    assert workdays.quarters_named([]) == ""


def test_a_clock_time_that_comes_twice_means_the_first() -> None:
    """On the autumn night 2.30 is read as summer time."""
    assert workdays.at(date(2026, 10, 25), time(2, 30)) == moment("2026-10-25T00:30")
