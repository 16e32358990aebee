"""Versions that mean the same are one series; others never meet."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import figures, lineages, municipalities, question_sets, questionnaires, results, scoring
from survey.figures import Series
from survey.lineages import Edition
from survey.models import Batch, Municipality, QuestionnaireVersion, Team
from survey.models import Statement as StatementRow
from survey.questionnaire import Questionnaire, Statement
from survey.results import Period
from tests.conftest import ROOT
from tests.survey.test_questionnaires import draft, newest
from tests.survey.told import sent, tell

DAY = date(2021, 5, 5)
MAY = Period(date(2021, 5, 1), date(2021, 5, 31))
Add = Callable[..., Batch]
REWORDED = Statement("Jeg fik at vide, hvad der nu skal ske")


@pytest.fixture
def team(session: Session, stevns: Municipality) -> Team:
    """Stevns' team Ydelse: five statements on 1-4."""
    return session.scalars(select(Team).where(Team.law == "LAS", Team.municipality_id == stevns.id)).one()


def follow(session: Session, stevns: Municipality, now: datetime, *places: int, same: bool = True) -> int:
    """Publish a version of Ydelse with the statements at `places` reworded, and marked as `same` or not."""
    before = newest(session, stevns)
    lines = [
        replace(REWORDED, text=f"{REWORDED.text} ({before.number}.{place})") if place in places else line
        for place, line in enumerate(before.content.statements, 1)
    ]
    new = draft(before, statements=tuple(lines), same=frozenset(places if same else ()))
    return questionnaires.succeed(session, before, new, now)


def series(session: Session, team: Team) -> tuple[Series, ...]:
    """The series of Ydelse in May."""
    counts, _ = lineages.read(session, team.municipality_id, MAY)
    return figures.section(counts, "LAS").series


def test_reworded_and_of_the_same_meaning_is_one_series(
    session: Session, stevns: Municipality, team: Team, add_batch: Add, now: datetime
) -> None:
    """The cells of both versions are summed under the newest's words, and the day of the new one is told."""
    add_batch(team, DAY, [(2,) * 5] * 10)
    later = follow(session, stevns, now, 2, 4)
    add_batch(team, DAY + timedelta(9), [(3,) * 5] * 20)
    (found,) = series(session, team)
    assert (found.version_id, found.number, found.mean.text, found.respondents) == (later, 2, "2,7", 30)
    assert found.editions == (Edition(1, date(2021, 5, 11)), Edition(2, date(2021, 5, 11), (2, 4)))
    assert found.statements[1].text == "Jeg fik at vide, hvad der nu skal ske (1.2)"
    assert [point.mean.text for point in found.points] == ["2,0", "3,0"]


def test_a_sum_of_versions_is_a_sum_of_cells(
    session: Session, stevns: Municipality, team: Team, add_batch: Add, now: datetime
) -> None:
    """What is told of the series is what its cells tell, version by version, and nothing between them."""
    add_batch(team, DAY, [(1, 2, 3, 4, 2), (2, 3, 4, 1, 3)] * 10)
    follow(session, stevns, now, 1)
    add_batch(team, DAY + timedelta(9), [(4, 3, 2, 1, 4), (3, 2, 1, 4, 3)] * 15)
    (found,) = series(session, team)
    apart = results.read(session, stevns.id, MAY).cells
    every = figures.together(cell.counted for cell in apart)
    assert every is not None
    assert found.exact == scoring.mean(scoring.pooled(every.chosen))
    assert len(found.points) == len(apart) == 2


def test_one_statement_of_another_meaning_begins_a_new_series(
    session: Session, stevns: Municipality, team: Team, add_batch: Add, now: datetime
) -> None:
    """Also where all others are the same; each says which versions it is of."""
    add_batch(team, DAY, [(2,) * 5] * 10)
    follow(session, stevns, now, 2, same=False)
    add_batch(team, DAY, [(3,) * 5] * 10)
    assert [(each.mean.text, [edition.number for edition in each.editions]) for each in series(session, team)] == [
        ("2,0", [1]),
        ("3,0", [2]),
    ]


def test_a_series_goes_on_over_several_versions(
    session: Session, stevns: Municipality, team: Team, add_batch: Add, now: datetime
) -> None:
    """Until one means something else: the third and fourth are one, the first and second another."""
    for number, (places, same) in enumerate((((), True), ((1,), True), ((2,), False), ((3,), True))):
        if number:
            follow(session, stevns, now + timedelta(days=number), *places, same=same)
        add_batch(team, DAY + timedelta(number), [(2,) * 5] * 10)
    found = [([edition.number for edition in each.editions], each.respondents) for each in series(session, team)]
    assert found == [([1, 2], 20), ([3, 4], 20)]


def test_both_versions_response_rates_are_one(
    session: Session, stevns: Municipality, team: Team, now: datetime
) -> None:
    """A week in which both were sent is one week."""
    sent(session, team, date(2021, 5, 3), 100, 40, unknown=3)
    later = follow(session, stevns, now, 1)
    session.execute(
        text(
            "INSERT INTO participation "
            "(municipality_id, team_id, version_id, week, invited, sent, unknown, delivered, answered, closed) "
            "SELECT municipality_id, team_id, :later, week, 60, 60, 2, 58, 20, true FROM participation"
        ),
        {"later": later},
    )
    tell(session, team)
    (found,) = series(session, team)
    assert found.turnout is not None
    assert found.turnout.rate.text == "60/160 = 37,5\N{NO-BREAK SPACE}%"
    assert ([weeks.sent for weeks in found.turnout.weeks], found.turnout.unknown) == ([160], 5)


def test_weeks_and_cells_are_read_in_one_way() -> None:
    """Nobody but `lineages` reads a page's counts, and only who counts or reads whole series knows the table."""
    sources = {
        path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
        for folder in ("survey", "admin")
        for path in (ROOT / folder).rglob("*.py")
    }
    assert [name for name, text in sources.items() if re.search(r"\bresults\.(read|weeks)\(", text)] == [
        "survey/lineages.py"
    ]
    knowing = {
        name for name, text in sources.items() if re.search(r"import [^)\n]*(\([^)]*)?\bParticipation\b", text)
    }
    assert knowing - {name for name in knowing if name.startswith("survey/models/")} == {
        "survey/blocks.py",
        "survey/neighbours.py",  # whether anything was sent at all
        "survey/participation.py",
        "survey/replay.py",
        "survey/results.py",
        "survey/untold.py",  # the newest day anything is of
    }


def published(session: Session, stevns: Municipality, content: Questionnaire, now: datetime, same: int) -> None:
    """Publish `content` as if it continued the series of the version in use, with the first `same` marked."""
    before = newest(session, stevns)
    marked = range(1, same + 1)
    municipalities.publish(session, stevns.id, content, now, same=marked, continues=before.id)


@pytest.mark.parametrize("code", ["opfoelgning", "faxe"])
def test_another_scale_or_number_of_statements_is_never_continued(
    session: Session, stevns: Municipality, now: datetime, code: str
) -> None:
    """A foreign key holds both to be the same."""
    content = replace(question_sets.load(code), code="ydelse")
    with pytest.raises(IntegrityError, match="fk_questionnaire_version_continues_id"), session.begin_nested():
        published(session, stevns, content, now, 9)


def test_the_table_asks_for_every_mark_and_the_same_words_for_the_answers(
    session: Session, stevns: Municipality, now: datetime
) -> None:
    """Four of five marked, other labels, or another questionnaire's version: nothing is published."""
    content = question_sets.load("ydelse")
    labels = replace(content.scale, labels=("A", "B", "C", "D"))
    other = replace(content, code="anden", name="Anden")
    for changed, same in ((content, 4), (replace(content, scale=labels), 5), (other, 5)):
        with (
            pytest.raises(IntegrityError, match="A version continues a series only where"),
            session.begin_nested(),
        ):
            published(session, stevns, changed, now, same)


def test_what_continues_what_never_changes(session: Session, stevns: Municipality, now: datetime) -> None:
    """Nor does a mark; a version continues an earlier one, and is continued once."""
    first = newest(session, stevns).id
    later = follow(session, stevns, now, 1)
    version = update(QuestionnaireVersion).where(QuestionnaireVersion.id == later)
    for change in (version.values(continues_id=None), update(StatementRow).values(same_meaning=False)):
        with pytest.raises(IntegrityError, match="never changes"), session.begin_nested():
            session.execute(change)
    row: dict[str, Any] = {
        "municipality_id": stevns.id,
        "questionnaire_id": newest(session, stevns).questionnaire_id,
        "points": 4,
    }
    row |= {"statement_count": 5, "labels": ["1", "2", "3", "4"], "number": 9}
    with pytest.raises(IntegrityError, match="uq_questionnaire_version_continues_id"), session.begin_nested():
        session.add(QuestionnaireVersion(**row, continues_id=first))
        session.flush()
    with pytest.raises(IntegrityError, match="continues_an_earlier"), session.begin_nested():
        session.add(QuestionnaireVersion(**row, id=10**9, continues_id=10**9))
        session.flush()
