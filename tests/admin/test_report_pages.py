"""How a report is laid out: which blocks stand where, for waves, two versions, a small team, and nothing."""

from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from admin import charts, report_pages
from admin.passports import minting
from admin.report_blocks import Answers, Block, Box, Heading, Picture, Table, Words
from survey import municipalities, passports, question_sets, telling, told
from survey.models import Municipality, Waiting
from survey.report_parts import Scope
from survey.reports import Report
from survey.results import Period, TeamView
from tests.reporting import BEFORE, DAY, Add, crowd, faxe, of_law, report, send

YEAR = Period(date(2021, 1, 1), date(2021, 12, 31))


def tables(of: Report) -> dict[str, Table]:
    """By caption."""
    return {each.caption: each for each in report_pages.blocks(of) if isinstance(each, Table)}


def headings(blocks: list[Block]) -> list[tuple[int, str]]:
    """Level and words."""
    return [(each.level, each.text) for each in blocks if isinstance(each, Heading)]


def test_a_wave_is_a_column_and_a_point(session: Session, add_batch: Add, now: datetime) -> None:
    """Three columns with both numbers in every share; three named points; the distribution behind the method."""
    place, _team = faxe(session, add_batch, now)
    made = report(session, place, YEAR, "halvaarsstatus")
    waves = tables(made)["Bølgerne hver for sig, Opfølgning; ved udsagnene andelen, der svarer 4 eller 5"]
    assert waves.head == ("Tal", "Uge 15", "Uge 33", "Uge 49")
    assert [row[0] for row in waves.rows][:7] == [
        "Svardage",
        "Besvarelser",
        "Svarprocent",
        "Gennemsnit, skala 1 til 5",
        "Gennemsnit mod bølgen før",
        "Alle udsagn",
        "Alle udsagn mod bølgen før",
    ]
    shares = (waves.rows[2], waves.rows[5], *waves.rows[7:])
    assert all("/" in share and "%" in share for row in shares for share in row[1:])
    assert (waves.rows[4][1], waves.rows[6][1]) == ("–", "–"), "the first wave is held against none"
    (line, _bars) = (each.chart for each in report_pages.blocks(made) if isinstance(each, Picture))
    assert isinstance(line, charts.DateLine)
    assert [point.name for point in line.points] == ["Uge 15", "Uge 33", "Uge 49"]
    assert list(tables(made))[-2:] == [
        "Hvordan svarene fordeler sig, Opfølgning",
        "Gennemsnit ift. dato, Opfølgning",
    ]


@pytest.mark.parametrize(
    ("last", "mean", "share"),
    [
        (
            crowd(3, p5=41, p4=10, p3=19),
            "Ingen sikker forskel (+0,02)",
            "Ingen sikker forskel: +1,4 procentpoint (−",
        ),
        (crowd(3, p5=65, p3=5), "Højere (+0,57)", "Højere: +21,4 procentpoint (+"),
        (crowd(3, p5=10, p4=10, p3=50), "Lavere (−0,86)", "Lavere: −42,9 procentpoint (−"),
        (crowd(3, p5=45, p4=4), "Højere", "For få svar"),
    ],
)
def test_a_waves_column_says_what_it_is_against_the_wave_before(
    last: list[tuple[int, ...]], mean: str, share: str, session: Session, add_batch: Add, now: datetime
) -> None:
    """Mean and share over all statements by their own tests; no number beside "mindst 4,9" or a share not told.

    In the first of the three waves nobody answered on a screen.
    """
    place, team = faxe(session, add_batch, now)
    for day, people in ((date(2021, 8, 17), crowd(3, p5=40, p4=10, p3=20)), (date(2021, 12, 7), last)):
        add_batch(team, day, people, mode="onsite")
    telling.form(session, place.id, datetime(2022, 1, 11, 3, tzinfo=now.tzinfo))
    caption = "Bølgerne hver for sig, Opfølgning, Skemaet Faxe, på skærm i venteværelset; ved udsagnene andelen, "
    rows = {row[0]: row[1:] for row in tables(report(session, place, YEAR))[f"{caption}der svarer 4 eller 5"].rows}
    assert rows["Gennemsnit mod bølgen før"] == ("For få svar", mean)
    assert rows["Alle udsagn"][0] == "150/210 = 71,4\N{NO-BREAK SPACE}%"
    first, second = rows["Alle udsagn mod bølgen før"]
    assert (first, second[: len(share)]) == ("For få svar", share)


def test_the_weeks_stand_beside_the_rate_and_over_the_steps(
    session: Session, add_batch: Add, now: datetime
) -> None:
    """First and last week of what was sent, in the key figures and in the table from meeting to answer."""
    place, _team = faxe(session, add_batch, now)
    made = tables(report(session, place, YEAR))
    assert made["Nøgletal, Opfølgning"].rows[1][0] == "Svarprocent, uge 15 til 49, 2021"
    steps = made["Fra samtale til svar, Opfølgning, uge 15 til 49, 2021"]
    assert steps.rows[-1] == ("Besvaret", "259", "259/280 = 92,5\N{NO-BREAK SPACE}% af de udsendte")


def test_on_1_to_5_the_share_stands_beside_the_mean_then_and_now(
    session: Session, add_batch: Add, now: datetime
) -> None:
    """Both with both numbers, of all statements together too."""
    place, _team = faxe(session, add_batch, now)
    changed = tables(report(session, place, YEAR))["Bølgen uge 49 holdt op mod bølgen uge 33, Opfølgning"]
    assert changed.head == ("Tal", "Sidst", "Nu", "4 eller 5 sidst", "4 eller 5 nu", "Forskel")
    told = [[cell.partition(" ")[0] for cell in row[3:5]] for row in changed.rows[:2]]
    assert told == [["222/252", "234/264"], ["74/84", "78/88"]]


def test_two_versions_have_headings_and_the_calls_stand_once(
    session: Session, stevns: Municipality, add_batch: Add, now: datetime
) -> None:
    """What is inside a questionnaire is one level deeper; the answer about calls is of the group."""
    team = of_law(session, stevns, "LAS")
    add_batch(team, DAY, crowd(5, p4=30, p3=30))
    municipalities.publish(session, stevns.id, question_sets.load("ydelse"), now)
    add_batch(team, date(2021, 6, 20), crowd(5, p4=30, p3=30))
    blocks = report_pages.blocks(report(session, stevns))
    assert (3, "Skemaet Ydelse, version 2") in headings(blocks)
    assert headings(blocks).count((4, "Kort fortalt")) == 2
    answers = [each for each in blocks if isinstance(each, Answers)]
    assert [len(each.findings) for each in answers] == [4, 5]
    assert any(isinstance(each, Words) and "version 2 fra 20. juni 2021" in each.text for each in blocks)


def test_a_report_of_nothing_says_so(session: Session, stevns: Municipality) -> None:
    """No tables but that of the method, and no numbers behind."""
    made = report(session, stevns)
    assert (
        sum(each == Words("Der er ingen svar i perioden, der kan vises.") for each in report_pages.blocks(made))
        == 2
    )
    assert list(tables(made)) == ["Test bag ordene"]


def test_answers_too_few_for_statements_are_said(session: Session, stevns: Municipality, add_batch: Add) -> None:
    """A mean of all and no chart of statements; on a screen no response rate and no box."""
    add_batch(of_law(session, stevns, "LAS"), DAY, crowd(5, p4=3, p3=3, p2=3), mode="onsite")
    made = report(session, stevns)
    blocks = report_pages.blocks(made)
    assert Words("Der er endnu for få svar til at vise de enkelte udsagn.") in blocks
    assert not any(isinstance(each, Box) for each in blocks)
    (keys,) = (table for caption, table in tables(made).items() if caption.startswith("Nøgletal"))
    assert [row[0] for row in keys.rows] == ["Gennemsnit, skala 1 til 4"]


def test_the_widest_uncertainty_there_can_be_is_named(
    session: Session, stevns: Municipality, add_batch: Add
) -> None:
    """Of twelve, and not of sixty whose distributions are told."""
    add_batch(of_law(session, stevns, "LAS"), DAY, crowd(5, p4=4, p3=4, p2=4))
    add_batch(of_law(session, stevns, "LAB"), DAY, crowd(7, p4=20, p3=20, p2=20))
    made = tables(report(session, stevns))
    widths = [made[f"Nøgletal, {name}"].rows[0][2] for name in ("Ydelse", "Opfølgning")]
    assert widths == ["2,2 til 3,6 (størst mulig)", "2,78 til 3,19"]


def test_questionnaires_sent_and_not_yet_answered_have_no_points(session: Session, stevns: Municipality) -> None:
    """The chart says that there is nothing to show."""
    send(session, of_law(session, stevns, "LAS"), date(2021, 5, 31), 20, 60)
    made = report(session, stevns)
    (picture,) = (each for each in report_pages.blocks(made) if isinstance(each, Picture))
    assert picture.chart.label == "Gennemsnit ift. dato for Ydelse. Der er ingen punkter at vise."
    assert "Nøgletal, Ydelse" in tables(made)


def test_what_waits_now_is_nothing_in_a_period_long_ago(
    session: Session, stevns: Municipality, add_batch: Add
) -> None:
    """One line, as on the page."""
    batch = add_batch(of_law(session, stevns, "LAS"), DAY, crowd(5, p4=30, p3=30))
    key = {"municipality_id": stevns.id, "team_id": batch.team_id, "version_id": batch.version_id}
    session.add(Waiting(**key, mode="remote", tallied_on=DAY))
    session.flush()
    (group,) = report(session, stevns, Period(BEFORE, BEFORE), scopes=[Scope("LAS")]).groups
    assert group.parts == ()


def test_what_is_told_only_inside_the_group_is_named(
    session: Session, stevns: Municipality, add_batch: Add
) -> None:
    """The manager reads why their team has no figures of its own."""
    team = of_law(session, stevns, "LAS")
    add_batch(team, DAY, crowd(5, p4=30, p3=30))
    small = TeamView(team.id, "Lille", "LAS", shown=False)
    blocks = report_pages.blocks(report(session, stevns, scopes=[Scope("LAS", None, (small,))]))
    told = "Tallene for Lille vises kun samlet med resten af gruppen, fordi små team kunne kendes."
    assert Words(told) in blocks


def test_the_band_of_chance_is_explained_where_there_is_one(
    session: Session, stevns: Municipality, add_batch: Add
) -> None:
    """Fifty answers before the period are a baseline; the rate then stands in the table of changes."""
    team = of_law(session, stevns, "LAS")
    for day, monday in ((BEFORE, BEFORE), (DAY, date(2021, 5, 31))):
        add_batch(team, day, crowd(5, p4=30, p3=20, p2=10))
        send(session, team, monday, 60, 100)
    made = report(session, stevns)
    (line, _bars) = (each for each in report_pages.blocks(made) if isinstance(each, Picture))
    assert "Det blege bånd viser" in line.caption
    changed = tables(made)["Perioden holdt op mod perioden før (8. januar – 1. maj 2021), Ydelse"]
    assert (changed.head, changed.rows[-1][0]) == (("Tal", "Sidst", "Nu", "Forskel"), "Svarprocent")


def test_ids_are_a_table_at_the_end(session: Session, stevns: Municipality, add_batch: Add) -> None:
    """Each quoted figure with its group, what it is and its id; a short note has no such table."""
    add_batch(of_law(session, stevns, "LAS"), DAY, crowd(5, p4=30, p3=20, p2=10))
    last = tables(report(session, stevns, mint=minting(told.newest(session, stevns.id))))["Tallenes id"]
    assert last.rows[0][:2] == ("Ydelse: Gennemsnit", "3,33")
    assert passports.read(last.rows[0][2]).kind == "mean"
    assert "Tallenes id" not in tables(
        report(session, stevns, kind="kvartalsnotat", mint=minting(told.newest(session, stevns.id)))
    )
