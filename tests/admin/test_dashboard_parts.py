"""Who does not answer, by channel, target group and message: page, files and interface say the same."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from pyarrow import parquet
from sqlalchemy.orm import Session

from admin.side_names import MESSAGES, PART_NAMES
from survey import api_tokens, nightly, passports
from survey.dimensions import SENT_BY
from survey.models import Municipality, Staff
from tests.admin.test_dashboard import grown, team_of, words
from tests.survey import parting
from tests.survey.parting import APRIL, MAY, OVER, TWO, close

TITLE = "Hvem svarer ikke? Svarprocenter efter"
PERIOD = "?fra=2021-04-01&til=2021-06-30"


@pytest.fixture
def settled(session: Session, stevns: Municipality) -> Municipality:
    """Stevns with a spring of Ydelse of which everything is told, and one of Opfølgning with too few."""
    close(session, team_of(session, stevns, "LAS"), APRIL, TWO, (58, 12))
    close(session, team_of(session, stevns, "LAB"), MAY, {("sms", "A"): (18, 8)})
    parting.settle(session, stevns.id, OVER)
    return stevns


@pytest.fixture
def client(
    session: Session, settled: Municipality, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]
) -> FlaskClient:
    """A manager of all teams."""
    return enter(employ(session, settled, "manager"), settled)


def test_a_settled_quarter_stands_there_in_words_tables_and_pictures(client: FlaskClient) -> None:
    """Each denominator is named, the test's sentence stands below the picture, and what is not shown is said."""
    html = client.get(f"/tal{PERIOD}").text
    text = words(html)
    assert TITLE in text
    assert "Ydelse, 2. kvartal 2021 Kanal" in text
    assert "SMS 70 70 31 44,3 % (33,2 % til 55,9 %) E-mail 50 50 23 46,0 % (33,0 % til 59,6 %)" in text
    assert "Ingen sikker forskel: SMS (31/70 = 44,3 %) og E-mail (23/50 = 46,0 %) kan ikke skelnes." in text
    assert "Uden påmindelse 120 120 42 35,0 %" in text
    assert "Efter en påmindelse 58 58 12 20,7 %" in text
    assert (
        "42/120 = 35,0 % af de udsendte blev besvaret uden en påmindelse, 12/58 = 20,7 % af dem, der fik en"
        in text
    )
    assert "»Uden påmindelse« er af alle udsendte, »Efter en påmindelse« af dem, der fik en" in text
    assert "Kan ikke vises delt op: Opfølgning, 2. kvartal 2021." in text
    assert "I hver linje har mindst ti svaret og mindst ti ladet være" in text
    assert html.count('aria-label="Svarprocent efter kanal, Ydelse, 2. kvartal 2021. De samme tal står i tab') == 2


def test_each_table_has_an_id_that_opens_it_for_good(
    session: Session, settled: Municipality, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]
) -> None:
    """On the page and in a file, before and after ten years of cleaning; another quarter's opens nothing."""
    manager = employ(session, settled, "manager")
    client = enter(manager, settled)
    file = json.loads(client.get(f"/tal/eksport{PERIOD}&format=json", buffered=True).data)["figures"]
    ids = {row["figure_id"] for row in file if row["level"] == "parts"}
    assert len(ids) == len(SENT_BY)
    page = client.get(f"/tal{PERIOD}").text
    assert all(f'href="/figures/{text}"' in page for text in ids)
    before = {text: words(client.get(f"/figures/{text}").text) for text in ids}
    assert any("E-mail 50 50 23 23/50 = 46,0 % 33,0 % til 59,6 %" in text for text in before.values())
    assert all("det er de samme cifre som dem, id'et blev skrevet ved" in text for text in before.values())
    nightly.clean_all(datetime(2031, 6, 1, 2, tzinfo=UTC))
    session.expire_all()
    client = enter(manager, settled)
    assert {text: words(client.get(f"/figures/{text}").text) for text in ids} == before
    of = passports.either(min(ids))
    assert isinstance(of, passports.Table)
    later = replace(of, first=date(2021, 7, 1), last=date(2021, 9, 30))
    assert client.get(f"/figures/{passports.mint(later)}").status_code == 404


def test_what_may_not_be_shown_by_a_raised_k_is_named(
    session: Session, settled: Municipality, client: FlaskClient
) -> None:
    """With thirteen, too few answered after a reminder; with twelve the reminded are told still."""
    settled.smallest_group = 13
    session.flush()
    text = words(client.get(f"/tal{PERIOD}").text)
    assert "Kvartalet kan ikke vises delt op efter: besked." in text
    assert "I hver linje har mindst 13 svaret" in text


def test_where_the_reminded_are_too_many_to_tell_both_are_of_all(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]
) -> None:
    """Nobody who was silent was spared a reminder: how many had one would tell that."""
    close(session, team_of(session, stevns, "LAS"), APRIL, TWO, (78, 12))
    parting.settle(session, stevns.id, OVER)
    text = words(enter(employ(session, stevns, "manager"), stevns).get(f"/tal{PERIOD}").text)
    assert "Begge linjer er af alle udsendte: hvor mange der fik en påmindelse, kan ikke vises." in text
    assert "Efter en påmindelse 120 120 12 10,0 %" in text


def test_the_quarter_is_for_who_sees_the_whole_municipality(
    session: Session,
    settled: Municipality,
    employ: Callable[..., Staff],
    enter: Callable[..., FlaskClient],
    client: FlaskClient,
) -> None:
    """Neither a manager of one team nor a team's own page or file has it."""
    mine = grown(session, team_of(session, settled, "LAS"), "Jobklar")
    other = enter(employ(session, settled, "manager", "Jobklar", email="j@x.dk"), settled)
    for visitor, query in ((other, PERIOD), (client, f"{PERIOD}&team={mine.id}")):
        assert "Hvem svarer ikke? Svarprocenter" not in words(visitor.get(f"/tal{query}").text)
        assert "parts" not in visitor.get(f"/tal/eksport{query}&format=csv", buffered=True).text


def test_page_files_and_interface_have_the_same_digits(
    session: Session, settled: Municipality, client: FlaskClient, now: datetime
) -> None:
    """CSV, XLSX, JSON, Parquet and /api/v1/figures: every part with its numbers, as the page prints them."""
    token = api_tokens.make(session, settled.id, "Power BI", now)[1]
    ask = {
        kind: client.get(f"/tal/eksport{PERIOD}&format={kind}", buffered=True).data
        for kind in ("csv", "xlsx", "json", "parquet")
    }
    answer = client.get(f"/api/v1/figures{PERIOD}", headers={"Authorization": f"Bearer {token}"}, buffered=True)
    found = [
        {(row["dimension"], row["part"], row["measure"]): row["value"] for row in rows if row["level"] == "parts"}
        for rows in (
            json.loads(ask["json"])["figures"],
            json.loads(answer.data)["figures"],
            parquet.read_table(io.BytesIO(ask["parquet"])).to_pylist(),
            in_english(openpyxl.load_workbook(io.BytesIO(ask["xlsx"]))["Tal"].iter_rows(values_only=True)),
            in_english(csv.reader(io.StringIO(ask["csv"].decode("utf-8-sig")), delimiter=";")),
        )
    ]
    assert found[0]["channel", "email", "answered"] == 23
    assert found[0]["message", "reminder", "sent"] == 58
    assert found[0]["channel", "sms", "rate"] == 0.443
    assert len(found[0]) == 24
    assert found[1:4] == [found[0]] * 3
    assert {key: float(str(value).replace(",", ".")) for key, value in found[4].items()} == found[0]
    text = words(client.get(f"/tal{PERIOD}").text)
    for (*_, measure), value in found[0].items():
        said = f"{value:.1%}".replace(".", ",").replace("%", " %") if measure == "rate" else str(value)
        assert f" {said} " in text


def in_english(rows: Iterator[Sequence[Any]]) -> list[dict[str, Any]]:
    """Rows under their Danish headings, by the names they have in JSON; an empty cell is no text."""
    names = {"niveau": "level", "delt op efter": "dimension", "del": "part", "mål": "measure", "værdi": "value"}
    heading = [names.get(head) for head in next(rows)]
    return [
        {name: "" if cell is None else cell for name, cell in zip(heading, line, strict=True) if name}
        for line in rows
    ]


def test_every_dimension_and_message_has_a_danish_name() -> None:
    """In the order they are shown."""
    assert tuple(PART_NAMES) == tuple(SENT_BY)
    assert tuple(MESSAGES) == SENT_BY["message"]
