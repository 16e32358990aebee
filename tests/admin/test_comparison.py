"""The shared comparison through its page: who sees it, what it tells, and what it never does."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import figures, lineages, neighbours
from survey.models import AccessLog, Municipality, Staff
from survey.passports import RULE
from survey.results import Period
from tests.admin.test_dashboard import team_of
from tests.survey.neighbouring import Write, answered, team, town
from tests.survey.told import give_caseworkers

PAGE = "/sammenligning?kvartal=2021-2"
Employ = Callable[..., Staff]
Enter = Callable[..., FlaskClient]


@pytest.fixture
def three(session: Session, stevns: Municipality, write_batch: Write) -> list[Municipality]:
    """Stevns and Faxe alike with 240 answers each on 1-4, and Køge below them with 80; all three take part."""
    towns = [town(session, f"{name} Kommune") for name in ("Stevns", "Faxe", "Køge")]
    for each, centre, n in zip(towns, (3.3, 3.32, 2.8), (240, 240, 80), strict=True):
        answered(session, write_batch, team(session, each), centre, n)
    return towns


@pytest.fixture
def manager(session: Session, stevns: Municipality, employ: Employ, enter: Enter) -> FlaskClient:
    """The browser of a manager of all teams of Stevns."""
    return enter(employ(session, stevns, "manager"), stevns)


def words(page: str) -> str:
    """The page's text without markup, spaces made one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def rows(page: str) -> list[list[list[str]]]:
    """The tables of the page: their rows' cells, as text."""
    tables = re.findall(r"<tbody>(.*?)</tbody>", page, re.DOTALL)
    cells = r"<t[hd][^>]*>(.*?)</t[hd]>"
    return [
        [
            [words(each).strip() for each in re.findall(cells, row, re.DOTALL)]
            for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
        ]
        for table in tables
    ]


def test_three_municipalities_are_compared(manager: FlaskClient, three: list[Municipality]) -> None:
    """By name, with k/n, n, uncertainty and a verdict: two as chance allows, one below what it can give."""
    page = manager.get("/sammenligning")
    top_two, maximum = rows(page.text)
    for table in (top_two, maximum):
        assert [row[0] for row in table[:3]] == ["Faxe Kommune", "Køge Kommune", "Stevns Kommune jer"]
        assert [row[3] for row in table[:3]] == [
            "inden for det, tilfældet kan give",
            "under det, tilfældet kan give",
            "inden for det, tilfældet kan give",
        ]
    assert [row[2] for row in maximum] == ["240", "80", "240", "560"]
    assert all(re.fullmatch(r"\d+/\d+ = \d\d,\d %", row[1]) for row in top_two[:3])
    assert words(page.text).count("Køge Kommune ligger under det, tilfældet kan give.") == 2
    assert "1. april – 30. juni 2021. Med er, hvad der var talt op og kunne vises til og med 28. juli" in page.text
    assert "Her er fældet 6 domme." in page.text
    assert f"regel {RULE} for, hvad der må vises" in page.text


def test_the_order_is_that_of_names_whatever_the_figures(
    manager: FlaskClient, three: list[Municipality], session: Session, write_batch: Write
) -> None:
    """Danish names: Aa and Å last; no word of a rank, and the chart names them without an order too."""
    for name, centre in (("Aarby Kommune", 3.6), ("Ærø Kommune", 2.9), ("Assens Kommune", 3.0)):
        answered(session, write_batch, team(session, town(session, name)), centre)
    page = manager.get("/sammenligning").text
    named = [row[0].split()[0] for row in rows(page)[0][:-1]]
    assert named == ["Assens", "Faxe", "Køge", "Stevns", "Ærø", "Aarby"]
    assert "Kommunerne står efter navn, ikke efter tal." in page
    assert not re.search(r"nr\. \d|placering|bedst\b(?!\.)|dårligst|toppen", words(page))


def test_what_is_told_of_another_is_what_it_is_shown_itself(
    manager: FlaskClient, three: list[Municipality], session: Session
) -> None:
    """The attacker's look: every digit is made of whole cells, the same as on the municipality's own page."""
    top_two, maximum = rows(manager.get(PAGE).text)
    quarter = Period(date(2021, 4, 1), date(2021, 6, 30))
    for each in three:
        counts, _lineages = lineages.read(session, each.id, quarter)
        (series,) = figures.section(counts, "LAB").series
        whole = [cell for cell in counts.cells if cell.spread and len(cell.spread) == 7]
        chosen = [row for cell in whole for row in cell.counted.chosen]
        k, n = sum(sum(row[-2:]) for row in chosen), sum(map(sum, chosen))
        mine = next(row for row in top_two if row[0].startswith(each.name))
        assert mine[1].startswith(f"{k}/{n} = ")
        mine = next(row for row in maximum if row[0].startswith(each.name))
        assert series.mean.value is not None
        assert mine[1] == f"{(series.mean.value - 1) / 3 * 100:.1f} %".replace(".", ",")
        assert int(mine[2]) == series.respondents == sum(cell.counted.n for cell in counts.cells if cell.mean)


def test_no_mean_of_a_scale_leaves_its_municipality(
    manager: FlaskClient, three: list[Municipality], session: Session
) -> None:
    """Neither Faxe's nor Køge's mean stands on the page, nor their teams and statements."""
    page = manager.get(PAGE).text
    for each in three:
        counts, _lineages = lineages.read(session, each.id, Period(date(2021, 4, 1), date(2021, 6, 30)))
        (series,) = figures.section(counts, "LAB").series
        assert series.mean.text not in words(page)
        assert all(statement.text not in page for statement in series.statements)


def test_two_are_not_compared(
    manager: FlaskClient, stevns: Municipality, session: Session, write_batch: Write
) -> None:
    """With Stevns and Faxe alone nothing of either is shown: what is common would give each the other."""
    for name in ("Stevns Kommune", "Faxe Kommune"):
        answered(session, write_batch, team(session, town(session, name)), 3.3)
    page = manager.get(PAGE)
    told = "En sammenligning kræver mindst tre kommuner med tal, der kan vises. Her er der to i kvartalet"
    assert page.status_code == 200
    assert words(page.text).count(told) == 1
    assert rows(page.text) == []
    assert "840" not in page.text
    assert "Kommuner, der spurgte på denne skala: Faxe Kommune, Stevns Kommune." in page.text


def test_a_third_that_may_not_be_shown_does_not_make_three(
    manager: FlaskClient, three: list[Municipality], session: Session
) -> None:
    """Køge raises its k above all its answers: it is not shown, so nobody is."""
    three[2].smallest_group = 200
    session.flush()
    page = manager.get(PAGE).text
    assert words(page).count("Her er der to i kvartalet") == 1
    assert rows(page) == []


def test_too_few_are_named_and_nothing_more(
    manager: FlaskClient, three: list[Municipality], session: Session, write_batch: Write
) -> None:
    """A fourth with nine answers stands with its name and "for få svar", in no common figure and no chart."""
    answered(session, write_batch, team(session, town(session, "Ishøj Kommune")), 2.5, 9)
    page = manager.get(PAGE).text
    for table in rows(page):
        mine = next(row for row in table if row[0] == "Ishøj Kommune")
        assert mine[1:4] == ["for få svar", "–", "sammenlignes ikke"]
    assert rows(page)[1][-1][2] == "560"
    assert "Ishøj Kommune:" not in page


def test_scales_and_law_groups_have_each_their_own_axis(
    manager: FlaskClient, three: list[Municipality], session: Session, write_batch: Write
) -> None:
    """Every chart is of one law and one scale; on 1-5 two are too few, also beside three on 1-4."""
    for each in three[:2]:
        on_five = team(session, each, code="faxe")
        for one in (team_of(session, each), on_five):
            give_caseworkers(session, one, 3)
        answered(session, write_batch, on_five, 4.2, points=5, width=3)
        answered(session, write_batch, team(session, each, "LAS"), 3.0, width=5)
    answered(session, write_batch, team(session, three[2], "LAS"), 3.0, width=5)
    page = manager.get(PAGE).text
    headings = re.findall(r'<h2 id="tavle-\d">([^<]*)</h2>', page)
    assert headings == ["Opfølgning, skala 1 til 4", "Opfølgning, skala 1 til 5", "Ydelse, skala 1 til 4"]
    labels = re.findall(r'<svg[^>]*aria-label="([^"]*)"', page)
    assert sorted({label.partition(", ")[2] for label in labels}) == [
        "Opfølgning, skala 1 til 4",
        "Ydelse, skala 1 til 4",
    ]
    assert "De bliver hverken lagt sammen eller tegnet på samme akse." in page


# Who sees it ---------------------------------------------------------------------------------------------


def test_who_does_not_take_part_sees_nothing(
    session: Session, three: list[Municipality], write_batch: Write, employ: Employ, enter: Enter
) -> None:
    """Neither names nor figures nor quarters, whatever the role; only what it is and where to choose."""
    outside = town(session, "Greve Kommune", joins=False)
    answered(session, write_batch, team(session, outside), 3.3)
    for role in ("manager", "administrator"):
        page = enter(employ(session, outside, role), outside).get(PAGE)
        assert page.status_code == 200
        assert "Kun de kommuner, der selv viser deres tal, ser de andres." in page.text
        assert not re.search(r"Faxe|Køge|840|2021", words(page.text))
        assert ('href="/kommunen#sammenligning"' in page.text) == (role == "administrator")
        assert 'href="/sammenligning"' not in page.text


def test_nobody_sees_who_does_not_take_part(
    manager: FlaskClient, three: list[Municipality], session: Session, write_batch: Write
) -> None:
    """Its answers move nothing either."""
    before = manager.get(PAGE).text
    answered(session, write_batch, team(session, town(session, "Greve Kommune", joins=False)), 2.0)
    assert rows(manager.get(PAGE).text) == rows(before)


def test_only_who_sees_the_whole_municipality_may_compare(
    session: Session, stevns: Municipality, three: list[Municipality], employ: Employ, enter: Enter
) -> None:
    """A caseworker and a manager of one team get 403; an administrator gets the page."""
    told = {}
    for role, of in (("caseworker", "Ydelse"), ("manager", "Ydelse"), ("administrator", None)):
        client = enter(employ(session, stevns, role, of), stevns)
        told[role] = client.get(PAGE).status_code
        linked = 'href="/sammenligning"' in client.get("/adgangskode").text
        assert linked == (role == "administrator")
    assert told == {"caseworker": 403, "manager": 403, "administrator": 200}


# Saying yes and no ---------------------------------------------------------------------------------------


def test_an_administrator_says_yes_and_no(
    session: Session, stevns: Municipality, employ: Employ, enter: Enter
) -> None:
    """What others will see stands before the choice; it holds at once, and is logged once each way."""
    client = enter(employ(session, stevns, "administrator"), stevns)
    before = words(client.get("/kommunen").text)
    for said in ("Hvad de andre ser:", "Hvem der ser det:", "kan ikke tages tilbage", "I er ikke med."):
        assert said in before
    joined = client.post("/kommunen/sammenligning", data={"do": "join"}, follow_redirects=True)
    assert "I er med i sammenligningen fra nu af." in joined.text
    assert "I er med, siden" in joined.text
    assert [each.id for each in neighbours.taking_part(session)] == [stevns.id]
    again = client.post("/kommunen/sammenligning", data={"do": "join"}, follow_redirects=True)
    assert "Der var intet at ændre." in again.text
    left = client.post("/kommunen/sammenligning", data={"do": "leave"}, follow_redirects=True)
    assert "jeres tal er væk fra siden" in left.text
    assert neighbours.taking_part(session) == []
    logged = session.scalars(select(AccessLog.action).order_by(AccessLog.at)).all()
    assert logged == ["join comparison", "leave comparison"]


def test_who_leaves_is_gone_from_the_next_page(
    manager: FlaskClient, three: list[Municipality], session: Session
) -> None:
    """Its name too; and two are left, who are not compared."""
    assert "Køge" in manager.get(PAGE).text
    neighbours.leave(session, three[2].id)
    page = manager.get(PAGE).text
    assert "Køge" not in page
    assert rows(page) == []


# The quarter ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("2021-5", "skal skrives som 2021-2"),
        ("x' OR 1", "skal skrives som 2021-2"),
        ("2019-1", "ingen tal at vise"),
    ],
)
def test_a_wrong_quarter_is_told(manager: FlaskClient, three: list[Municipality], wanted: str, said: str) -> None:
    """With the usual one instead, and status 400."""
    page = manager.get("/sammenligning", query_string={"kvartal": wanted})
    assert page.status_code == 400
    assert said in page.text
    assert len(rows(page.text)) == 2


def test_the_usual_quarter_is_one_that_can_be_compared(
    manager: FlaskClient, three: list[Municipality], session: Session, write_batch: Write
) -> None:
    """Not the newest, in which Stevns alone has answers; that one is there to be chosen."""
    answered(session, write_batch, team(session, three[0]), 3.3, first=date(2021, 8, 2))
    usual = manager.get("/sammenligning").text
    assert '<option value="2021-2" selected>2. kvartal 2021</option>' in usual
    assert '<option value="2021-3">3. kvartal 2021</option>' in usual
    newest = words(manager.get("/sammenligning?kvartal=2021-3").text)
    assert "Her er der én i kvartalet" in newest
    assert "Her er ingen dom fældet." in newest


def test_before_any_quarter_is_closed_the_page_says_so(
    manager: FlaskClient, session: Session, stevns: Municipality
) -> None:
    """With who takes part."""
    town(session, "Stevns Kommune")
    page = words(manager.get("/sammenligning").text)
    assert "Med er Stevns Kommune." in page
    assert "Ingen af dem har endnu tal fra et lukket kvartal." in page
