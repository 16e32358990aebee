"""A report as plain data: who is told what, wave by wave, and no more than the dashboard shows."""

import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import survey
from admin.passports import minting
from survey import (
    methods,
    models,
    municipalities,
    passports,
    question_sets,
    reopening,
    results,
    scoring,
    told,
)
from survey.models import Municipality, QuestionnaireVersion, Staff, Team
from survey.printed import Measured, telling
from survey.report_parts import Scope
from survey.reports import Report
from survey.results import Period, TeamView
from tests.conftest import ROOT
from tests.reporting import BEFORE, DAY, PERIOD, Add, crowd, faxe, of_law, part, report, send
from tests.survey.told import another

NOON = datetime(2021, 3, 1, 12, tzinfo=UTC)
YEAR = Period(date(2021, 1, 1), date(2021, 12, 31))
OLD = Period(date(2014, 1, 1), date(2014, 12, 31))


def plain(text: str) -> str:
    """Spaces made plain."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def opens(session: Session, place: Municipality, made: Report) -> None:
    """Every id of the report opens the printed digits."""
    teams = results.teams(session, place.id)
    for _group, printed in made.passports:
        opened = reopening.reopen(session, place.id, passports.read(printed.passport), teams)
        assert opened
        assert opened.figure.text == printed.text


def test_faxes_waves_stand_apart_with_both_numbers(session: Session, add_batch: Add, now: datetime) -> None:
    """Three waves: each with its days, its own n and rate, and k of n beside every share of 4 or 5."""
    place, _team = faxe(session, add_batch, now)
    found = part(report(session, place, YEAR), "LAB")
    assert found.top == "4 eller 5"
    assert [(wave.name, wave.first_on, wave.last_on, wave.n) for wave in found.waves] == [
        ("uge 15", date(2021, 4, 12), date(2021, 4, 21), 87),
        ("uge 33", date(2021, 8, 16), date(2021, 8, 25), 84),
        ("uge 49", date(2021, 12, 6), date(2021, 12, 15), 88),
    ]
    assert [plain(wave.rate.text) for wave in found.waves] == [
        "87/93 = 93,5 %",
        "84/92 = 91,3 %",
        "88/95 = 92,6 %",
    ]
    assert [plain(wave.shares[0].text) for wave in found.waves] == [
        "77/87 = 88,5 %",
        "74/84 = 88,1 %",
        "78/88 = 88,6 %",
    ]
    assert plain(found.lines[0].top_two.text) == "229/259 = 88,4 %"


def test_the_last_wave_is_held_against_the_one_before(session: Session, add_batch: Add, now: datetime) -> None:
    """Not the year against the year before; and where the report has one wave, against the one before it."""
    place, _team = faxe(session, add_batch, now)
    whole = part(report(session, place, YEAR), "LAB").changes
    assert (whole.now, whole.before) == ("bølgen uge 49", "bølgen uge 33")
    summer = Period(date(2021, 8, 1), date(2021, 9, 30))
    alone = part(report(session, place, summer), "LAB").changes
    assert (alone.now, alone.before) == ("bølgen uge 33", "bølgen uge 15")
    first = part(report(session, place, Period(date(2021, 4, 1), date(2021, 5, 31))), "LAB").changes
    assert first.before == "perioden før (1. februar – 31. marts 2021)"


@pytest.mark.parametrize(
    ("last", "verdict"), [((36, 34), "ingen sikker forskel"), ((50, 20), "højere"), ((10, 60), "lavere")]
)
def test_of_waves_the_report_says_what_the_dashboard_says(
    last: tuple[int, int], verdict: str, session: Session, add_batch: Add, now: datetime
) -> None:
    """p = 0,037 is sure by itself, whatever waves stand beside the two."""
    place, _team = faxe(session, add_batch, now, ((35, 35), (35, 35), last))
    found = part(report(session, place, YEAR), "LAB").changes
    assert found.mean
    assert found.mean.verdict == verdict
    assert ("sikkert" in found.sentences[0]) is (verdict != "ingen sikker forskel")


def test_a_wave_nobody_answered_is_no_wave_of_the_series(session: Session, add_batch: Add, now: datetime) -> None:
    """Of a new version there is only the last wave, and nothing to hold it against."""
    place, team = faxe(session, add_batch, now)
    municipalities.publish(session, place.id, question_sets.load("faxe"), now)
    add_batch(team, date(2021, 12, 17), crowd(3, p5=30, p4=20, p3=10))
    old, new = report(session, place, YEAR).groups[0].parts
    assert (len(old.waves), [wave.name for wave in new.waves]) == (3, ["uge 49"])
    assert new.changes.sentences == (
        "Spørgeskemaet er ændret siden bølgen uge 33, så tallene kan ikke sammenlignes.",
    )


def test_a_series_that_ended_has_no_answers_in_the_last_wave(
    session: Session, add_batch: Add, now: datetime
) -> None:
    """It says so instead of comparing what is over."""
    place, team = faxe(session, add_batch, now)
    add_batch(team, date(2021, 4, 24), crowd(3, p5=30, p4=20, p3=10), mode="onsite")
    _remote, onsite = report(session, place, YEAR).groups[0].parts
    assert onsite.changes.sentences == ("Der er ingen svar fra bølgen uge 49, der kan vises.",)
    assert onsite.title == "Skemaet Faxe, på skærm i venteværelset"


def test_two_versions_are_two_parts_with_a_break(
    session: Session, stevns: Municipality, team: Team, add_batch: Add, now: datetime
) -> None:
    """Each has its title, its note and its table; the break stands once."""
    add_batch(team, DAY, crowd(5, p4=30, p3=30))
    municipalities.publish(session, stevns.id, question_sets.load("ydelse"), now)
    add_batch(team, DAY + timedelta(9), crowd(5, p4=30, p3=30))
    group = report(session, stevns).groups[1]
    assert [each.title for each in group.parts] == ["Skemaet Ydelse, version 1", "Skemaet Ydelse, version 2"]
    assert "version 1 er besvaret til og med 1. juni 2021, version 2 fra 10. juni 2021" in group.breaks[0]


def test_what_the_dashboard_hides_the_report_hides(
    session: Session, stevns: Municipality, team: Team, add_batch: Add
) -> None:
    """Nine answers: a mean, but no distribution, no share of the top two and no interval, in words."""
    add_batch(team, DAY, crowd(5, p4=3, p3=3, p2=3))
    send(session, team, date(2021, 5, 31), 9, 11)
    found = part(report(session, stevns))
    assert found.mean.text == "3,0"
    assert {(line.mean.text, line.top_two.text, line.distribution) for line in found.lines} == {
        ("for få svar", "for få svar", ())
    }
    assert {(line.interval, line.n, line.dont_know.text) for line in found.lines} == {("", "", "for få svar")}


def test_a_team_has_its_own_report_and_a_small_one_only_its_groups(
    session: Session, stevns: Municipality, add_batch: Add
) -> None:
    """The small one is named in its law group; asked for alone it is refused."""
    team = of_law(session, stevns, "LAS")
    large, small = another(session, team, "Stor"), TeamView(team.id, team.name, "LAS", shown=False)
    add_batch(large, DAY, crowd(5, p4=30, p3=30))
    view = TeamView(large.id, large.name, "LAS", shown=True)
    mine, whole = report(session, stevns, scopes=[Scope("LAS", view), Scope("LAS", None, (small,))]).groups
    assert (mine.name, mine.is_team, whole.name, whole.hidden_teams) == ("Stor", True, "Ydelse", ("Ydelse",))
    with pytest.raises(ValueError, match="law group"):
        report(session, stevns, scopes=[Scope("LAS", small)])


def test_every_shown_figure_is_given_its_passport_and_no_hidden_one(
    session: Session, stevns: Municipality, team: Team, add_batch: Add
) -> None:
    """Mean, rate, of each statement mean, top two, four shares and "ved ikke", and one point: 2 + 5 · 7 + 1.

    Quoted are 2 + 5 · 2.
    """
    seen = list[Measured]()

    def mint(of: Measured) -> str:
        seen.append(of)
        return f"id-{len(seen)}"

    add_batch(team, DAY, crowd(5, p4=30, p3=20, p2=20, p1=10))
    send(session, team, date(2021, 5, 31), 80, 100)
    made = report(session, stevns, mint=mint)
    assert len(set(seen)) == 38
    (point,) = {of for of in seen if of.period != PERIOD}
    assert (point.figure, point.period) == ("mean", Period(DAY, DAY))
    assert {(of.law, of.team_id, of.mode) for of in seen} == {("LAS", None, "remote")}
    assert len({each.passport for _group, each in made.passports}) == 12
    assert report(session, stevns, Period(BEFORE, BEFORE), mint=mint).passports == ()


@pytest.mark.parametrize("kind", ["bilag", "kvartalsnotat"])
def test_a_passport_opens_the_same_digits(kind: str, session: Session, add_batch: Add, now: datetime) -> None:
    """Every id of Faxe's year with its waves, opened again from the counts alone."""
    place, _team = faxe(session, add_batch, now)
    made = report(session, place, YEAR, kind, mint=minting(told.newest(session, place.id)))
    opens(session, place, made)
    assert len(made.passports) == 2 + 3 * 2 + 3 * (3 + 3)


@pytest.mark.parametrize("first", [date(2014, 12, 31), date(2015, 1, 1), date(1999, 1, 1)])
def test_a_period_from_before_there_were_passports_has_the_same(
    first: date, session: Session, stevns: Municipality, team: Team, add_batch: Add
) -> None:
    """Its ids are of the days an id can name, before which there are no answers: each opens the printed digits."""
    add_batch(team, DAY, crowd(5, p4=30, p3=20, p2=10))
    send(session, team, date(2021, 5, 31), 80, 100)
    made = report(
        session, stevns, Period(first, date(2021, 12, 31)), mint=minting(told.newest(session, stevns.id))
    )
    assert part(made).mean.text == "3,33"
    assert len(made.passports) == 12
    opens(session, stevns, made)


def test_days_that_no_passport_can_name_have_none() -> None:
    """A figure of days that were over before ids begin is printed without one."""
    printed = telling(minting(DAY), Measured("mean", "LAS", None, 1, "remote", OLD, None))
    assert printed("Gennemsnit", scoring.Figure("3,3", 60, 3.3), of="mean").passport == ""


def test_a_version_that_means_the_same_is_one_series_with_the_old(
    session: Session, stevns: Municipality, team: Team, add_batch: Add, now: datetime
) -> None:
    """The report says so, and holds now against before across it; its ids open the same digits."""
    add_batch(team, BEFORE, crowd(5, p4=10, p3=30, p2=20))
    old = session.scalars(
        select(QuestionnaireVersion.id).where(QuestionnaireVersion.questionnaire_id == team.questionnaire_id)
    ).one()
    content = question_sets.load("ydelse")
    municipalities.publish(session, stevns.id, content, now, same=range(1, 6), continues=old)
    add_batch(team, DAY, crowd(5, p4=40, p3=18, p2=2))
    made = report(session, stevns, mint=minting(told.newest(session, stevns.id)))
    assert part(made).changes.sentences[0].startswith("Svarene ligger sikkert højere end i perioden før")
    assert made.groups[1].breaks[0].startswith("Version 1 og 2 af spørgeskemaet Ydelse er én række")
    assert len(made.passports) == 11
    opens(session, stevns, made)


def test_a_goal_of_their_own_is_the_one_that_is_judged(
    session: Session, stevns: Municipality, team: Team, add_batch: Add, employ: Callable[..., Staff]
) -> None:
    """A level of 3,5 from before the period: answer, box and chart go by it."""
    staff = employ(session, stevns, "manager")
    goal = {"law": "LAS", "points": 4, "kind": "level", "value": Decimal("3.5"), "valid_from": BEFORE}
    session.add(models.Goal(municipality_id=stevns.id, made_by=staff.id, made_at=NOON, **goal))
    session.flush()
    add_batch(team, DAY, crowd(5, p4=30, p3=40, p2=10))
    send(session, team, date(2021, 5, 31), 80, 100)
    found = part(report(session, stevns))
    assert found.series.target == 3.5
    assert "under 3,5" in found.found.level.sentence
    assert found.silent
    assert found.silent.sentences[1].endswith("til den anden side af 3,5.")


def test_what_the_silent_could_turn_is_said_once_in_the_same_words(
    session: Session, stevns: Municipality, team: Team, add_batch: Add
) -> None:
    """In short and in the box: one number, of what is printed alone."""
    add_batch(team, DAY, crowd(5, p4=30, p3=20, p2=10))
    send(session, team, date(2021, 5, 31), 60, 107)
    found = part(report(session, stevns))
    assert found.silent
    turned = "Ligger de i gennemsnit under 2,5, er gennemsnittet af alle under 3,0."
    assert found.silent.sentences[1] == turned
    assert found.found.silent.sentence.endswith(turned)


def test_a_report_is_of_its_data_and_not_of_the_day(session: Session, stevns: Municipality) -> None:
    """Without any figures it is of the day it is asked for; its version is the program's."""
    made = report(session, stevns)
    assert made.counted_on == date(2021, 9, 1)
    assert made.title == "Bilag til planen: borgernes svar efter samtaler"
    assert [group.parts for group in made.groups] == [(), ()]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert made.version == survey.VERSION == project["version"]


@pytest.mark.parametrize(("smallest", "words"), [(5, "færre end 5 "), (12, "færre end 12 ")])
def test_the_method_names_the_municipalitys_own_k(smallest: int, words: str) -> None:
    """And what needs more keeps its own number, until k is above it."""
    protection = dict(methods.definitions(smallest))["Beskyttelse"]
    assert words in protection
    assert f"Et punkt i et diagram kræver {max(smallest, 8)}, en fordeling {max(smallest, 10)}." in protection
