"""A report's words that rest on counts, not on tests: the note, what the silent could change, and breaks."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby, pairwise

from survey import findings, scoring, turnout, workdays
from survey.figures import Section, Series
from survey.results import Period
from survey.scoring import danish, nonresponse
from survey.turnout import Turnout
from survey.workdays import long_date


@dataclass(frozen=True)
class Silent:
    """What those who did not answer could change: the least and the most the mean of all could be, and in words.

    `lowest` and `highest` are "" where the response rate or the mean is not told exactly; `sentences` say why.
    """

    lowest: str
    highest: str
    sentences: tuple[str, ...]


def days(first: date, last: date) -> str:
    """ "2. maj – 23. august 2021", "3. – 9. maj 2021"; with the first year where it is another."""
    if first == last:
        return long_date(last)
    if first.year != last.year:
        return f"{long_date(first)} – {long_date(last)}"
    month = "" if first.month == last.month else f" {workdays.MONTHS[first.month - 1]}"
    return f"{first.day}.{month} – {long_date(last)}"


# The note ------------------------------------------------------------------------------------------------


def note(series: Series, period: Period) -> str:
    """The sentence below a municipality's own charts: how many were sent, the response rate, and the days.

    Where the weeks of the rate reach outside the days, or some are not told yet, they are named in one more.
    """
    return f"{_base(series)} {_span(period)}{_outside(series, period)}{_left_out(series)}"


def weeks(series: Series) -> str:
    """The weeks that the response rate is of: "uge 18 til 34, 2021"; "" where none are told."""
    told = series.turnout.weeks if series.turnout else ()
    return turnout.weeks_named(told[0].first, told[-1].last) if told else ""


def _outside(series: Series, period: Period) -> str:
    told = series.turnout.weeks if series.turnout else ()
    if not told or (period.first <= told[0].first and told[-1].last + timedelta(days=6) <= period.last):
        return ""
    return f" De udsendte er fra {weeks(series)}."


def _left_out(series: Series) -> str:
    """That some weeks are not told yet, beside the rate of those that are."""
    said = turnout.untold(series.turnout) if series.turnout and series.turnout.weeks else ""
    return f" {said}" if said else ""


def _base(series: Series) -> str:
    if series.mode == "onsite":
        if not series.n:
            return "Der er for få besvarelser på en skærm i venteværelset til at vise, hvor mange."
        n = scoring.count(series.n)
        return f"Målingen er dannet på basis af {n} besvarelser på en skærm i venteværelset."
    rate = series.turnout.rate if series.turnout else scoring.HIDDEN
    told = scoring.k_of_n(rate)
    if told:
        k, n = map(scoring.count, told)
        percent = rate.text.rpartition("= ")[2].partition(danish.NO_BREAK)[0]
        return (
            f"Målingen er dannet på basis af {n} udsendte spørgeskemaer "
            f"med en svarprocent på {percent} ({k} af {n})."
        )
    if rate.shown and rate.n:
        end = rate.text.partition(danish.NO_BREAK)[0]
        n = scoring.count(rate.n)
        return f"Målingen er dannet på basis af {n} udsendte spørgeskemaer med en svarprocent på {end}."
    few = "Der er udsendt for få spørgeskemaer i perioden til at vise, hvor mange der har svaret."
    if rate == scoring.WITHHELD:
        few = "Hvor mange af de udsendte spørgeskemaer der er besvaret, kan ikke vises."
    return turnout.none_told(series.turnout) or few


def _span(period: Period) -> str:
    first, last = long_date(period.first), long_date(period.last)
    if period.first.year == period.last.year:
        first, last = (each.rpartition(" ")[0] for each in (first, last))
    return f"Perioden går fra {first} til {last}."


# The silent ----------------------------------------------------------------------------------------------


UNSAID = "hvad de, der ikke svarede, kunne ændre"


def silent(series: Series) -> Silent | None:
    """What the silent could change in the mean; None where nobody was sent anything."""
    if series.mode == "onsite" or series.turnout is None:
        return None
    told = scoring.k_of_n(series.turnout.rate)
    if not told:
        return Silent("", "", (_unbounded(series.turnout),))
    if not series.mean.shown:
        return Silent("", "", (f"Gennemsnittet kan ikke vises, så det kan ikke siges, {UNSAID}.",))
    if scoring.capped(series.mean):
        return Silent("", "", (f"For få har svaret til at sige, {UNSAID}.",))
    k, n = told
    if k == n:
        return Silent("", "", ("Alle har svaret.",))
    return _bounded(series, k, n)


def _unbounded(part: Turnout) -> str:
    """Why nothing is said of the silent where the response rate is not told exactly."""
    if waits := turnout.none_told(part):
        return f"{waits} Til da kan det ikke siges, {UNSAID}."
    if part.rate.shown:
        return f"Svarprocenten vises kun som {part.rate.text}, så det kan ikke siges, {UNSAID}."
    if part.rate == scoring.WITHHELD:
        return f"Svarprocenten kan ikke vises, så det kan ikke siges, {UNSAID}."
    return f"For få er udsendt til at sige, {UNSAID}."


def _bounded(series: Series, k: int, n: int) -> Silent:
    points, mean, rate = len(series.labels), _printed(series), Fraction(k, n)
    low, high = nonresponse.bounds(mean, rate, points)
    places = _places(series)
    lowest, highest = danish.number(low, places), danish.number(high, places)
    first = (
        f"{scoring.count(n - k)} af {scoring.count(n)} har ikke svaret. Havde de alle valgt 1 "
        f"(»{series.labels[0].lower()}«), var gennemsnittet af alle {lowest}; havde de alle valgt {points} "
        f"(»{series.labels[-1].lower()}«), {highest}."
    )
    turned = () if series.target is None else (findings.tipping(series, rate),)
    return Silent(lowest, highest, (first, *turned))


def _places(series: Series) -> int:
    """As many decimals as the mean is printed with."""
    return len(series.mean.text.partition(",")[2])


def _printed(series: Series) -> Fraction:
    return Fraction(series.mean.value or 0).limit_denominator(100)


def _joined(series: Series) -> str:
    numbers = [str(each.number) for each in series.editions]
    return (
        f"Version {', '.join(numbers[:-1])} og {numbers[-1]} af spørgeskemaet {series.name} er én række, "
        f"fordi hvert udsagn betyder det samme; den nyeste er fra {long_date(series.editions[-1].on)}."
    )


# Breaks --------------------------------------------------------------------------------------------------


def breaks(section: Section) -> tuple[str, ...]:
    """A sentence for each new version answered in the period: a series of its own, or one with the old."""
    told = [series for series in section.series if series.points]
    told.sort(key=lambda each: (each.name, each.mode, each.number))
    found = []
    for (name, mode), same in groupby(told, key=lambda each: (each.name, each.mode)):
        for old, new in pairwise(same):
            where = " på skærmen i venteværelset" if mode == "onsite" else ""
            found.append(
                f"Spørgeskemaet {name} er ændret{where}: version {old.number} er besvaret til og med "
                f"{long_date(old.points[-1].last_on)}, "
                f"version {new.number} fra {long_date(new.points[0].first_on)}. De to "
                "vises hver for sig og lægges aldrig sammen."
            )
    found += [_joined(series) for series in told if len(series.editions) > 1]
    return tuple(found)
