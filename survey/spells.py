"""What a report is read from: a period's counts, its waves apart, and what each is held against."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from survey import (
    baselines,
    changes,
    goals,
    lineages,
    notes,
    promises,
    results,
    samplings,
    so_far,
    told,
    wave_results,
    waves,
)
from survey.baselines import Rebased
from survey.goals import Goal
from survey.promises import Wishes
from survey.results import CellView, Counts, Period
from survey.so_far import Unfinished
from survey.wave_results import Told
from survey.waves import Wave


@dataclass(frozen=True)
class Spell:
    """A period, or a wave (`wave`): its name, what a sentence calls it, and what may be told of it."""

    name: str
    said: str
    counts: Counts
    wave: Told | None = None

    @property
    def is_over(self) -> bool:
        """False for a wave that goes on after the period: it is compared with nothing."""
        return self.wave is None or self.wave.is_over


@dataclass(frozen=True)
class Known:
    """What a report is made of: the period, cells before it, wishes for calls, and what is held against what.

    Versions that mean the same are one. `waves` are those in the period, in order. Where there are any, `now` is
    the last one that is over and `before` the one before, else the period and the one before. `compared` are the
    waves as the dashboard holds them against each other, `rebased` the notes by which early warnings began anew.
    `under_way` is what of the period is over, None once all of it is; `is_newest` is True while it reaches the
    newest answers.
    """

    counted_on: date
    whole: Spell
    ground: Sequence[CellView]
    wishes: Wishes
    goals: tuple[Goal, ...]
    rebased: tuple[Rebased, ...]
    under_way: Unfinished | None
    is_newest: bool
    compared: tuple[Told, ...]
    waves: tuple[Spell, ...]
    now: Spell
    before: Spell

    @property
    def unfinished(self) -> str:
        """What a sentence calls the wave that the period ends before it is over; "" where it has none."""
        return next((spell.said for spell in self.waves if not spell.is_over), "")


def read(session: Session, municipality_id: int, period: Period, today: date) -> Known:
    """All a report needs of one municipality and period; the number of statements grows with its waves alone."""
    found = lineages.of(session, municipality_id)

    def spell(said: str, of: Period) -> Spell:
        return Spell("perioden", said, lineages.counts(session, municipality_id, of, found))

    whole = spell("perioden", period)
    compared = wave_results.read(session, municipality_id, period, found, today)
    held = _held(session, municipality_id)
    every = [_of_wave(whole.counts, told) for told in compared if told.wave in held]
    inside = tuple(each for each in every if each.counts.period.first >= period.first)
    last = changes.previous(period)
    newest = told.newest_answer(session, municipality_id)
    now, before = _pair(every, inside, whole)
    return Known(
        counted_on=results.newest_day(session, municipality_id) or today,
        whole=whole,
        ground=lineages.cells(results.cells(session, municipality_id, results.before(period)), found),
        wishes=promises.read(session, municipality_id, period.first, period.last),
        goals=goals.of(session, municipality_id),
        compared=compared,
        rebased=baselines.read(session, municipality_id, found),
        under_way=so_far.unfinished(period, today, newest),
        is_newest=so_far.is_newest(period, newest),
        waves=inside,
        now=now,
        before=before or spell(f"perioden før ({notes.days(last.first, last.last)})", last),
    )


def _pair(every: Sequence[Spell], inside: Sequence[Spell], whole: Spell) -> tuple[Spell, Spell | None]:
    """What is held against what: the last two waves that are over, as on the dashboard; None is the period before.

    The first of the two is a wave that is not over where no wave is: then nothing is compared.
    """
    if not inside:
        return whole, None
    over = [each for each in every if each.is_over]
    if len(over) > 1:
        return over[-1], over[-2]
    return (over[-1] if over and over[-1] in inside else inside[-1]), None


def _of_wave(whole: Counts, told: Told) -> Spell:
    """A wave as the dashboard's table has it: the cells and groups that lie wholly in its days."""
    counts = replace(whole, period=told.days, cells=told.cells, meetings=[], waiting=[], unshown=[])
    name = told.wave.name if told.is_over else f"{told.wave.name}, ikke slut"
    return Spell(name, f"bølgen {told.wave.name}", counts, told)


def _held(session: Session, municipality_id: int) -> list[Wave]:
    """The waves that were held: those of days when the municipality asked in waves."""
    history = samplings.of(session, municipality_id)
    return [
        wave for wave in waves.of(session, municipality_id) if samplings.on(history, wave.first_on).kind == "waves"
    ]
