"""The ids of a series of several versions: of all up to the newest there was then, of one, and of weeks."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey import figures, lineages, passports, reopening, results, told
from survey.models import Batch, Municipality, Participation, QuestionnaireVersion, Team
from survey.results import Period
from tests.survey.test_exports import exported
from tests.survey.test_lineages import follow
from tests.survey.test_reopening import DAY, YEAR, Printed, _printed, again, people, reopened
from tests.survey.told import sent, tell

Add = Callable[..., Batch]
NIGHTS = 12


@pytest.fixture
def series(session: Session, stevns: Municipality, team: Team, add_batch: Add, now: datetime) -> Team:
    """Ydelse with six nights and weeks of a first version, and six of a second that means the same."""
    add, rng = add_batch, random.Random(5)
    for night in range(NIGHTS):
        if night == NIGHTS // 2:
            follow(session, stevns, now, 2)
        add(team, DAY + timedelta(night), people(rng, 20))
    first, later = sorted(
        session.scalars(
            select(QuestionnaireVersion.id).where(QuestionnaireVersion.questionnaire_id == team.questionnaire_id)
        )
    )
    for week in range(6):
        sent(session, team, DAY + timedelta(7 * week), 30, 9)
        if week > 2:
            session.execute(
                update(Participation)
                .where(Participation.week == DAY + timedelta(7 * week))
                .values(version_id=later)
            )
    tell(session, team)
    assert first < later
    return team


def printed(session: Session, municipality: Municipality, period: Period = YEAR) -> Printed:
    """Everything the dashboard prints of the law group, by its ids."""
    counts, _ = lineages.read(session, municipality.id, period)
    as_of = told.newest(session, municipality.id)
    assert as_of is not None
    section = figures.section(counts, "LAS")
    found: Printed = {}
    for one in section.series:
        found |= dict(_printed(section, one, period, as_of))
    return found


def test_every_figure_of_a_series_has_an_id_that_opens_it(
    session: Session, stevns: Municipality, series: Team
) -> None:
    """Mean, base, rate, statements, shares: all of them, and the page says of which versions."""
    ids = printed(session, stevns)
    assert "" not in ids
    assert again(session, stevns, ids) == ids
    assert {reopened(session, stevns, text).versions for text in ids} == {"1–2"}
    assert {passports.read(text).kind for text in ids} == set(passports.KINDS)


def test_a_third_version_changes_no_figure_of_the_two(
    session: Session, stevns: Municipality, series: Team, add_batch: Add, now: datetime
) -> None:
    """It is told under other ids; the old ones open the digits they were printed with."""
    before = printed(session, stevns)
    sent_before = {text for text in before if passports.read(text).kind == "rate"}
    follow(session, stevns, now + timedelta(days=1), 3)
    for night in range(NIGHTS, NIGHTS + 4):
        add_batch(series, DAY + timedelta(night), people(random.Random(night), 40), first=DAY)
    after = printed(session, stevns)
    assert again(session, stevns, before) == before
    assert set(after) & set(before) <= sent_before
    assert again(session, stevns, after) == after


def test_an_exported_number_of_one_version_is_of_it_alone(
    session: Session, stevns: Municipality, series: Team
) -> None:
    """Cells of the first keep their version and its ids; weeks are the series', under its newest."""
    rows = exported(session, stevns)
    assert {row.series for row in rows} == {2}
    assert {row.version for row in rows if row.level == "cell"} == {1, 2}
    assert {row.version for row in rows if row.level in ("weeks", "period")} == {2}
    for row in rows:
        if row.figure_id and row.measure in ("mean", "rate"):
            found = reopened(session, stevns, row.figure_id)
            assert found.figure.text == row.text
            whole = row.measure == "rate" or row.level == "period"
            assert found.versions == ("1–2" if whole else str(row.version))


def test_weeks_of_an_old_id_are_those_of_the_whole_series(
    session: Session, stevns: Municipality, series: Team
) -> None:
    """An id of the first version's rate, from before there was a second, opens the series' weeks of its days."""
    rate = next(text for text in printed(session, stevns) if passports.read(text).kind == "rate")
    of = passports.read(rate)
    (older, newer) = lineages.of(session, stevns.id).line(of.version_id)
    for version in (older, newer):
        old = passports.Definition(**{**vars(of), "version_id": version})
        found = reopening.reopen(session, stevns.id, old, results.teams(session, stevns.id))
        assert found is not None
        assert (found.figure, found.versions) == (reopened(session, stevns, rate).figure, "1–2")


def test_a_figure_of_one_version_says_that_its_weeks_are_of_more(
    session: Session, stevns: Municipality, series: Team
) -> None:
    """Beside the mean of version 1 stands what was sent of both."""
    row = next(row for row in exported(session, stevns) if row.version == 1 and row.measure == "mean")
    found = reopened(session, stevns, row.figure_id)
    assert (found.versions, found.sent_versions) == ("1", "1–2")


def test_a_version_of_its_own_meaning_keeps_its_own_ids(
    session: Session, stevns: Municipality, series: Team, add_batch: Add, now: datetime
) -> None:
    """It begins a series, whose ids have no flag."""
    follow(session, stevns, now + timedelta(days=1), 1, same=False)
    add_batch(series, date(2021, 6, 2), people(random.Random(1), 60))
    ids = printed(session, stevns, Period(date(2021, 6, 2), date(2021, 6, 3)))
    own = {text: digits for text, digits in ids.items() if reopened(session, stevns, text).versions == "3"}
    assert own
    assert not any(passports.read(text).series for text in own)
    assert again(session, stevns, own) == own
