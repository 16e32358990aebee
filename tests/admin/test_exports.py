"""The manager's door out: which file, of whom, and what a mistake is answered with."""

import csv
import io
import json
from collections.abc import Callable

import openpyxl
import pytest
from flask.testing import FlaskClient
from pyarrow import parquet
from sqlalchemy.orm import Session

from survey.export_columns import FORMATS
from survey.models import Batch, Municipality, Team
from tests.admin.test_dashboard import SignIn, sign_in
from tests.admin.test_passports import teams

Add = Callable[..., Batch]
MAY = "fra=2021-05-01&til=2021-05-31"
__all__ = ["sign_in", "teams"]


def units(client: FlaskClient, query: str = MAY) -> set[tuple[str, str]]:
    """Of whom the export tells."""
    with client.get(f"/tal/eksport?format=json&{query}") as answer:
        assert answer.status_code == 200
        return {(row["unit"], row["team"]) for row in json.loads(answer.data)["figures"]}


def test_every_format_has_the_same_digits(stevns: Municipality, teams: dict[str, Team], sign_in: SignIn) -> None:
    """Four files of one period, each opened by a library of its own, and each named after what it holds."""
    files: dict[str, bytes] = {}
    for kind, mimetype in FORMATS.items():
        answer = sign_in(stevns).get(f"/tal/eksport?{MAY}&format={kind}", buffered=True)
        assert answer.mimetype == mimetype
        name = f"filename=tilfreds-stevns-2021-05-01-2021-05-31.{kind}"
        assert answer.headers["Content-Disposition"] == f"attachment; {name}"
        files[kind] = answer.data
    lines = csv.DictReader(io.StringIO(files["csv"].decode("utf-8-sig"), newline=""), delimiter=";")
    of_csv = [(line["mål"], float(line["værdi"].replace(",", ".")), line["tallets id"]) for line in lines]
    sheet = openpyxl.load_workbook(io.BytesIO(files["xlsx"]), read_only=True)["Tal"]
    heading, *rest = sheet.iter_rows(values_only=True)
    places = [heading.index(name) for name in ("mål", "værdi", "tallets id")]
    of_xlsx = [
        tuple((*line, "", "", "")[place] or "" if place == places[2] else line[place] for place in places)
        for line in rest
    ]
    listed = [json.loads(files["json"])["figures"], parquet.read_table(io.BytesIO(files["parquet"])).to_pylist()]
    of_others = [[(row["measure"], row["value"], row["figure_id"]) for row in rows] for rows in listed]
    assert len(of_csv) > 100
    assert of_others == [of_csv, of_csv]
    assert of_xlsx == of_csv


def test_a_manager_gets_the_figures_of_the_own_teams(
    stevns: Municipality, teams: dict[str, Team], sign_in: SignIn
) -> None:
    """As on the dashboard: all with the rest, one shown team, and the whole group for a too small one."""
    everyone = sign_in(stevns)
    assert units(everyone) == {("team", "A"), ("team", "B"), ("team", "C"), ("resten", ""), ("lovgruppe", "")}
    assert units(everyone, f"{MAY}&team={teams['B'].id}") == {("team", "B")}
    assert units(sign_in(stevns, team=teams["A"])) == {("team", "A")}
    assert units(sign_in(stevns, team=teams["D"])) == {("lovgruppe", "")}


def test_another_team_is_refused(stevns: Municipality, teams: dict[str, Team], sign_in: SignIn) -> None:
    """403 for one that is not the manager's, 404 for none."""
    client = sign_in(stevns, team=teams["A"])
    assert client.get(f"/tal/eksport?team={teams['B'].id}").status_code == 403
    assert client.get("/tal/eksport?team=999999").status_code == 404


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("format=pdf", "csv, xlsx, json, parquet"),
        ("fra=i+går", "En af datoerne findes ikke. Skriv dem som 2021-05-02."),
        ("fra=2021-05-02&til=2021-05-01", "Fra-datoen ligger efter til-datoen."),
        ("fra=0021-05-02", "En af datoerne ligger uden for 2000-2099. Skriv dem som 2021-05-02."),
    ],
)
def test_a_mistake_is_no_file(query: str, said: str, stevns: Municipality, sign_in: SignIn) -> None:
    """400, and what is wrong."""
    answer = sign_in(stevns).get(f"/tal/eksport?{query}")
    assert answer.status_code == 400
    assert said in answer.text


def test_the_usual_period_is_the_dashboards(
    session: Session, stevns: Municipality, teams: dict[str, Team], sign_in: SignIn
) -> None:
    """Four quarters up to the newest figures; CSV where no format is asked for."""
    answer = sign_in(stevns).get("/tal/eksport", buffered=True)
    assert "tilfreds-stevns-2020-07-01-2021-05-07.csv" in answer.headers["Content-Disposition"]


def test_the_dictionary_is_a_file_of_its_own(stevns: Municipality, sign_in: SignIn) -> None:
    """Beside the CSV, which has no room for it."""
    text = sign_in(stevns).get("/tal/eksport/ordbog", buffered=True).data.decode("utf-8-sig")
    kinds = {line["slags"] for line in csv.DictReader(io.StringIO(text, newline=""), delimiter=";")}
    assert kinds == {"kolonne", "enhed", "niveau", "mål"}
