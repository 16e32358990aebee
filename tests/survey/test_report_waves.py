"""A report's waves are the dashboard's: the same cells, the same weeks, and ids that open them."""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy.orm import Session

from admin.passports import minting
from survey import figures, passports, spells, told, wave_results
from survey.models import Batch
from survey.results import Period
from tests.reporting import crowd, faxe, part, report
from tests.survey.test_reports import YEAR, opens, plain

Add = Callable[..., Batch]


def test_a_wave_is_in_the_report_what_it_is_on_the_dashboard(
    session: Session, add_batch: Add, now: datetime
) -> None:
    """Also where a cell began before the wave, or ended after its 28 days: it is in neither."""
    place, team = faxe(session, add_batch, now)
    add_batch(team, date(2021, 8, 17), crowd(3, p5=30, p4=20, p3=10), first=date(2021, 8, 2))
    add_batch(team, date(2021, 10, 20), crowd(3, p5=30, p4=20, p3=10), first=date(2021, 8, 20))
    known = spells.read(session, place.id, YEAR, date(2022, 1, 9))
    section = figures.section(known.whole.counts, "LAB", compare=False)
    table = wave_results.table(known.compared, known.whole.counts, section, section.series[0])
    assert table
    mine = part(report(session, place, YEAR), "LAB").waves
    assert [(wave.name, wave.n, wave.mean.text, wave.share.text, wave.rate.text) for wave in mine] == [
        (line.name, line.n, line.mean.text, line.share.text, line.rate.rate.text)
        for line in table.lines
        if line.rate
    ]
    assert [wave.against for wave in mine] == [line.against for line in table.lines]
    assert [wave.against is None for wave in mine] == [True, False, False]
    assert [wave.n for wave in mine] == [87, 84, 88]
    assert sum(wave.n for wave in mine) + 120 == section.series[0].respondents


def test_the_ids_of_a_wave_leave_out_what_lies_across_its_ends(
    session: Session, add_batch: Add, now: datetime
) -> None:
    """They say so, and open the printed digits; of the same days without it the mean is another."""
    place, team = faxe(session, add_batch, now)
    add_batch(team, date(2021, 8, 17), crowd(3, p5=6, p4=20, p3=30), first=date(2021, 8, 2))
    made = report(session, place, YEAR, mint=minting(told.newest(session, place.id)))
    opens(session, place, made)
    mean = part(made, "LAB").waves[1].mean
    of = passports.read(mean.passport)
    assert (of.inside, of.first, of.series) == (True, date(2021, 8, 16), False)
    known = figures.section(spells.read(session, place.id, Period(of.first, of.last), of.last).whole.counts, "LAB")
    assert known.series[0].mean.text != mean.text


def test_a_wave_no_week_of_which_is_told_has_no_rate(session: Session, add_batch: Add, now: datetime) -> None:
    """A dash, as in the dashboard's table, and not "for få svar"."""
    place, team = faxe(session, add_batch, now)
    add_batch(team, date(2021, 8, 24), crowd(3, p5=30, p4=20, p3=10), mode="onsite")
    _remote, onsite = report(session, place, YEAR).groups[0].parts
    assert [plain(wave.rate.text) for wave in onsite.waves] == ["–"]


def test_a_wave_the_period_cuts_is_compared_in_no_report(session: Session, add_batch: Add, now: datetime) -> None:
    """Its column says so, and what changed is of the last two whole waves; of none nothing is said."""
    place, team = faxe(session, add_batch, now)
    add_batch(team, date(2021, 12, 20), crowd(3, p5=30, p4=20, p3=10))
    found = part(report(session, place, Period(date(2021, 1, 1), date(2021, 12, 19))), "LAB")
    assert [wave.name for wave in found.waves] == ["uge 15", "uge 33", "uge 49, ikke slut"]
    assert (found.changes.now, found.changes.before) == ("bølgen uge 33", "bølgen uge 15")
    cut = " er ikke slut i perioden. Den sammenlignes ikke, og dens tal, også svarprocenten, er ikke hele bølgens."
    assert found.changes.sentences[0] == "Her holdes bølgen uge 33 op mod bølgen uge 15."
    assert found.changes.sentences[-1] == f"Bølgen uge 49{cut}"
    first = part(report(session, place, Period(date(2021, 4, 1), date(2021, 4, 20))), "LAB").changes
    assert (first.sentences, first.mean) == ((f"Bølgen uge 15{cut}",), None)
