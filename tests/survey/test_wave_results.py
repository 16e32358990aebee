"""Wave by wave: which cells belong, what is told of them, and when two waves surely differ."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from survey import figures, lineages, published, questionnaires, scoring, telling, wave_results, waves
from survey.figures import Section, Series
from survey.models import Batch, CellGroup, Municipality, Questionnaire, Team
from survey.results import Counts, Period
from survey.wave_results import Table
from survey.waves import Wave
from tests.survey.told import another, sent, tell

Add = Callable[..., Batch]
DAYS = (date(2021, 4, 6), date(2021, 9, 6), date(2021, 11, 8))
YEAR = Period(date(2021, 1, 1), date(2021, 12, 31))
TODAY = date(2022, 2, 1)
NBSP = "\N{NO-BREAK SPACE}"
PLAIN = [(3, 4, 4), (4, 4, 5), (5, 4, 2), (4, 5, 3), (2, 3, 3)]
"""Five citizens' answers to three statements on 1-5, of which 9 of 15 are 4 or 5."""
LOW = [(1, 2, 2), (2, 2, 3), (3, 2, 1), (2, 3, 4), (1, 2, 2)]


@pytest.fixture
def team(session: Session, stevns: Municipality) -> Team:
    """A team that asks in waves."""
    return asking_in_waves(session, stevns)


def asking_in_waves(session: Session, stevns: Municipality) -> Team:
    """A team that asks Faxe's questionnaire, three statements on 1-5, in three waves of a fortnight."""
    names = zip(("April", "September", "November"), DAYS, strict=True)
    waves.save(session, stevns.id, [Wave(name, first, first + timedelta(13), 100) for name, first in names])
    of_faxe = select(Questionnaire.id).where(
        Questionnaire.code == "faxe", Questionnaire.municipality_id == stevns.id
    )
    found = session.scalars(select(Team).where(Team.law == "LAB", Team.municipality_id == stevns.id)).one()
    found.questionnaire_id = session.scalars(of_faxe).one()
    session.flush()
    return found


def told(
    session: Session, team: Team, period: Period = YEAR, mode: str = "remote", today: date = TODAY
) -> Table | None:
    """The waves of the law group's series; None where it has none."""
    section, series, counts, read = _read(session, team, period, today)
    mine = [each for each in series if each.mode == mode]
    return wave_results.table(read, counts, section, mine[0]) if mine else None


def _read(
    session: Session, team: Team, period: Period, today: date = TODAY
) -> tuple[Section, Sequence[Series], Counts, tuple[wave_results.Told, ...]]:
    counts, found = lineages.read(session, team.municipality_id, period)
    section = figures.section(counts, team.law)
    return section, section.series, counts, wave_results.read(session, team.municipality_id, period, found, today)


def over(session: Session, team: Team) -> None:
    """The night after the last wave's answers are in."""
    telling.form(session, team.municipality_id, datetime(2021, 12, 31, 3, tzinfo=UTC))


def test_each_wave_has_its_own_figures(session: Session, team: Team, add_batch: Add) -> None:
    """n, mean, the share of 4 and 5 with both numbers, and the days that were answered on."""
    add_batch(team, DAYS[0] + timedelta(20), PLAIN * 12, first=DAYS[0])
    add_batch(team, DAYS[1] + timedelta(5), PLAIN * 20, first=DAYS[1] + timedelta(2))
    over(session, team)
    found = told(session, team)
    assert found is not None
    assert [(line.name, line.n, line.mean.text, line.share.text) for line in found.lines] == [
        ("April", 60, "3,67", f"108/180 = 60,0{NBSP}%"),
        ("September", 100, "3,67", f"180/300 = 60,0{NBSP}%"),
        ("November", 0, "for få svar", "for få svar"),
    ]
    assert (found.lines[0].first_on, found.lines[0].last_on) == (DAYS[0], DAYS[0] + timedelta(20))
    assert found.lines[2].first_on is None


@pytest.mark.parametrize(
    ("first", "last", "belongs"),
    [(0, 13 + 28, True), (-1, 13, False), (0, 13 + 29, False), (13, 20, True)],
)
def test_a_cell_belongs_where_all_its_days_lie(
    session: Session, team: Team, add_batch: Add, first: int, last: int, belongs: bool
) -> None:
    """From the first day until 28 days after the last; a day before or after, and it is in no wave."""
    add_batch(team, DAYS[0] + timedelta(last), PLAIN * 12, first=DAYS[0] + timedelta(first))
    add_batch(team, DAYS[1], PLAIN * 12)
    found = told(session, team)
    assert found is not None
    assert found.lines[0].n == (60 if belongs else 0)


def test_the_next_waves_answers_are_its_own(
    session: Session, stevns: Municipality, team: Team, add_batch: Add
) -> None:
    """Where two waves are nearer than 28 days the first ends when the second begins; no cell counts twice."""
    near = [Wave("A", DAYS[0], DAYS[0] + timedelta(4), 100), Wave("B", DAYS[0] + timedelta(14), DAYS[1], 100)]
    waves.save(session, stevns.id, near)
    add_batch(team, DAYS[0] + timedelta(13), PLAIN * 12, first=DAYS[0])
    add_batch(team, DAYS[0] + timedelta(15), PLAIN * 4, first=DAYS[0] + timedelta(14))
    found = told(session, team)
    assert found is not None
    assert [line.n for line in found.lines] == [60, 20]


def test_a_distribution_that_reaches_into_another_wave_is_in_neither(
    session: Session, team: Team, add_batch: Add
) -> None:
    """The share rests on whole groups of cells; the mean still has all its cells."""
    add_batch(team, DAYS[0], PLAIN * 12)
    add_batch(team, DAYS[0] + timedelta(3), PLAIN * 12)
    over(session, team)
    found = told(session, team)
    assert found is not None
    assert found.lines[0].share.n == 360
    session.execute(text("ALTER TABLE cell_group DISABLE TRIGGER keep_told"))
    spread = update(CellGroup).where(CellGroup.grade == "spread")
    session.execute(spread.values(first_on=DAYS[0] - timedelta(40)))
    found = told(session, team)
    assert found is not None
    assert (found.lines[0].n, found.lines[0].share.text) == (120, "for få svar")


def test_distributions_come_when_a_wave_is_over(session: Session, team: Team, add_batch: Add) -> None:
    """All of it in one: also what was answered last, too little to be told by itself."""
    for day, people in ((0, PLAIN * 12), (10, PLAIN * 2 + [(5, 5, 5)] * 2)):
        add_batch(team, DAYS[0] + timedelta(day), people)
    running = told(session, team)
    assert running is not None
    assert (running.lines[0].n, running.lines[0].share.text) == (72, "for få svar")
    telling.form(session, team.municipality_id, datetime(2021, 5, 17, 3, tzinfo=UTC))
    assert told(session, team) == running
    telling.form(session, team.municipality_id, datetime(2021, 5, 18, 3, tzinfo=UTC))
    found = told(session, team)
    assert found is not None
    assert found.lines[0].share.text == f"132/216 = 61,1{NBSP}%"


def test_what_a_wave_cannot_tell_goes_on_with_what_comes(session: Session, team: Team, add_batch: Add) -> None:
    """A statement at the top of the scale is not told of twelve; between the waves it is, with others."""
    add_batch(team, DAYS[0], [(5, 4, 3), (5, 2, 3)] * 6)
    over(session, team)
    groups = select(CellGroup.first_on, CellGroup.last_on).where(CellGroup.grade == "means")
    assert session.execute(groups).all() == []
    between = DAYS[0] + timedelta(80)
    add_batch(team, between, PLAIN * 12)
    assert session.execute(groups).all() == [(DAYS[0], between)]


@pytest.mark.parametrize(
    ("later", "word", "sentence"),
    [
        (LOW, "lavere", "September ligger sikkert lavere end April: 2,13 (n = 100) mod 3,67 (n = 60)."),
        (
            PLAIN,
            "ingen sikker forskel",
            "Ingen sikker forskel på September og April: 3,67 (n = 100) mod 3,67 (n = 60).",
        ),
        (
            [(5, 5, 4)] * 5,
            "højere",
            "September ligger sikkert højere end April: 4,67 (n = 100) mod 3,67 (n = 60).",
        ),
    ],
)
def test_the_last_wave_is_held_up_against_the_one_before(
    session: Session,
    stevns: Municipality,
    team: Team,
    add_batch: Add,
    later: list[tuple[int, ...]],
    word: str,
    sentence: str,
) -> None:
    """Lower, higher, or no sure difference; mean and share each by their own test."""
    add_batch(team, DAYS[0], PLAIN * 12)
    add_batch(team, DAYS[1], later * 20)
    over(session, team)
    found = told(session, team, Period(YEAR.first, DAYS[2] - timedelta(1)))
    assert found is not None
    against = found.lines[1].against
    assert found.sentence == sentence
    assert against is not None
    assert (against.word, against.share_word) == (word, word)


def test_differences_are_of_what_is_printed(session: Session, team: Team, add_batch: Add) -> None:
    """Of the means, with the fewer decimals; of the shares in percentage points with an interval, once told."""
    for day, people in zip(DAYS, (PLAIN * 12, LOW * 20, PLAIN * 6), strict=True):
        add_batch(team, day, people)
    found = told(session, team)
    assert found is not None
    first, second = (line.against for line in found.lines[1:])
    assert first is not None
    assert second is not None
    assert (first.mean, first.share_word) == ("−1,54", "lavere")
    assert first.share.startswith("−53,3 procentpoint (−")
    assert (second.mean, second.share_word, second.share) == ("+1,6", "for få svar", "")


def test_few_answers_are_held_up_against_nothing(session: Session, team: Team, add_batch: Add) -> None:
    """Ten in each wave are the least; the first wave has none before it."""
    add_batch(team, DAYS[0], PLAIN * 12)
    first = told(session, team, Period(YEAR.first, DAYS[1] - timedelta(1)))
    assert first is not None
    assert first.sentence == "Det er den første bølge: der er ingen at holde den op imod."
    add_batch(team, DAYS[1], [(2, 3, 3), (4, 3, 3)] * 4)
    found = told(session, team, Period(YEAR.first, DAYS[2] - timedelta(1)))
    assert found is not None
    few = "For få svar til at holde September op imod April"
    assert found.sentence == f"{few}: det kræver 10 besvarelser i hver, hvis gennemsnit kan vises."


def test_the_rate_is_of_weeks_that_lie_in_the_wave(session: Session, team: Team, add_batch: Add) -> None:
    """A block of weeks that reaches over to another wave is in neither; a wave without weeks has no rate."""
    add_batch(team, DAYS[0], PLAIN * 12)
    sent(session, team, date(2021, 4, 5), 61, 57)
    sent(session, team, date(2021, 4, 12), 30, 29)
    sent(session, team, date(2021, 9, 6), 40, 20)
    tell(session, team)
    found = told(session, team)
    assert found is not None
    rates = [line.rate.rate.text if line.rate else None for line in found.lines]
    assert rates == [f"57/61 = 93,4{NBSP}%", None, None]


def test_the_screen_has_no_rate(session: Session, team: Team, add_batch: Add) -> None:
    """Answers on the spot are a series of their own."""
    add_batch(team, DAYS[0], PLAIN * 12, mode="onsite")
    sent(session, team, date(2021, 4, 5), 61, 57)
    found = told(session, team, mode="onsite")
    assert found is not None
    assert (found.lines[0].n, found.lines[0].rate) == (60, None)
    assert told(session, team) is None


def test_a_team_has_its_own_waves(session: Session, team: Team, add_batch: Add) -> None:
    """Its cells and its rate alone."""
    mine, other = another(session, team, "A"), another(session, team, "B")
    for each, people in ((mine, PLAIN * 12), (other, LOW * 12)):
        add_batch(each, DAYS[0], people)
        sent(session, each, date(2021, 4, 5), 80, 60)
    tell(session, team)
    counts, found = lineages.read(session, team.municipality_id, YEAR)
    (view,) = [each for each in counts.teams if each.name == "A"]
    section = figures.section(counts, "LAB", view)
    read = wave_results.read(session, team.municipality_id, YEAR, found, TODAY)
    table = wave_results.table(read, counts, section, section.series[0])
    assert table is not None
    assert (table.lines[0].n, table.lines[0].mean.text) == (60, "3,67")
    assert table.lines[0].rate is not None
    assert table.lines[0].rate.rate.text == f"60/80 = 75,0{NBSP}%"


def test_only_the_last_six_begun_are_read(session: Session, stevns: Municipality, team: Team) -> None:
    """Those that begin after the period are not there yet; without waves there is nothing to read."""
    many = [Wave(str(n), DAYS[0] + timedelta(60 * n), DAYS[0] + timedelta(60 * n), 100) for n in range(9)]
    waves.save(session, stevns.id, [*many, Wave("sidst", date(9999, 12, 20), date.max, 100)])
    read = _read(session, team, Period(date(2021, 1, 1), DAYS[0] + timedelta(60 * 7)))[3]
    assert [each.wave.name for each in read] == ["2", "3", "4", "5", "6", "7"]
    assert _read(session, team, Period(date.min, date.max))[3][-1].until == date.max
    waves.save(session, stevns.id, [])
    assert _read(session, team, YEAR)[3] == ()


def test_a_reworded_version_is_in_the_same_wave(
    session: Session, stevns: Municipality, team: Team, add_batch: Add
) -> None:
    """The cells of both are the wave's."""
    add_batch(team, DAYS[0], PLAIN * 6)
    before = next(each for each in published.versions(session, stevns.id) if each.content.code == "faxe")
    lines = tuple(type(line)(f"{line.text} nu", line.offers_callback) for line in before.content.statements)
    new = questionnaires.Draft(before.content.scale.labels, lines, frozenset({1, 2, 3}))
    questionnaires.succeed(session, before, new, datetime(2021, 4, 8, tzinfo=UTC))
    add_batch(team, DAYS[0] + timedelta(7), PLAIN * 6)
    found = told(session, team)
    assert found is not None
    assert found.lines[0].n == 60
    assert scoring.capped(found.lines[1].mean)
