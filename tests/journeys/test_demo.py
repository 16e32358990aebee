"""What a newcomer meets: the demo loads, its figures are the planned ones, and everything in it can be opened."""

import json
import os
import re
import shlex
import signal
import socket
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, make_url, select, text

from admin import demo, demo_voices, running
from survey import config, db, decisions, nightly, replay, workdays
from survey.config import Settings
from survey.demo import LAST_NAMES, STEVNS, Scenario, current
from survey.models import Municipality
from tests.checking import CheckedClient
from wsgi import create_app


@dataclass(frozen=True)
class Loaded:
    """A loaded demo: its settings, and the file that describes it."""

    settings: Settings
    marker: Path


@pytest.fixture(scope="module")
def loaded(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """The whole demo, loaded once."""
    state = tmp_path_factory.mktemp("var")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    url = make_url(server_url).set(database=running.DEMO_DATABASE).render_as_string(hide_password=False)
    environ = {"PORT": port, "TILFREDS_STATE_DIR": str(state), "TILFREDS_GATEWAY": "simulated"}
    chosen = config.load({**environ, "TILFREDS_DATABASE_URL": url, "TILFREDS_KEY_DIR": str(state / "keys")})
    here = Loaded(replace(chosen, state_dir=state / "demo"), state / "demo.json")
    running.prepare(here.settings, here.marker)
    let_go()
    yield here


@pytest.fixture
def connected(loaded: Loaded) -> Iterator[Loaded]:
    """The loaded demo, with this process working on its database."""
    db.connect(str(loaded.settings.database_url))
    yield loaded
    let_go()


def let_go() -> None:
    """Close the connections of whatever database this process works on."""
    engine = db.bound()
    assert isinstance(engine, Engine)
    engine.dispose()


def browser(here: Loaded, account: str = "") -> FlaskClient:
    """A browser on the demo, signed in as `account` of the demo."""
    app = create_app(here.settings)
    app.testing = True
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = CheckedClient
    client = app.test_client()
    if account:
        client.post("/log-ind", data={"email": f"{account}.eksempel.dk", "password": demo.PASSWORD})
    return client


def figures() -> list[tuple[object, ...]]:
    """Everything the dashboards are made of."""
    tables = ("batch", "batch_statement", "batch_person", "participation", "meeting_count", "unshown")
    with db.transaction() as session:
        return [
            tuple(row)
            for table in tables
            for row in session.execute(text(f"SELECT '{table}', t::text FROM {table} t ORDER BY 2"))  # noqa: S608 - our own table names
        ]


def test_every_meeting_of_the_files_has_one_reason(connected: Loaded) -> None:
    """Day by day the decisions add up to the files; asked before retention deletes what is a year old."""
    town = Scenario(STEVNS, seed=2021)
    days = sorted({visit.day for visit in town.visits})
    filed = Counter(
        datetime.strptime(line.split(";")[4], "%d-%m-%Y").date()  # noqa: DTZ007 - a day has no time zone
        for day in days
        for line in town.file(day).decode("utf-8-sig").splitlines()[1:]
    )
    with db.transaction() as session:
        ids = {row.slug: row.id for row in session.execute(select(Municipality.slug, Municipality.id))}
        stevns = decisions.per_day(session, ids["stevns"], days[0], days[-1])
        others = [decisions.per_day(session, ids[slug], days[0], date(2100, 1, 1)) for slug in ("faxe", "fjordby")]
    assert {day.day: sum(day.counts.values()) for day in stevns} == filed
    assert {day.day: day.meetings for day in stevns} == filed
    assert all(each and decisions.add_up(each) for each in others)
    assert {"invited", "cancelled", "hurtful_moment", "asked_recently"} <= decisions.in_all(stevns).keys()


def test_the_stevns_dashboard_shows_the_published_rates(connected: Loaded) -> None:
    """559 of 1043 and 53 of 167, and no citizen's name."""
    description = json.loads(connected.marker.read_text("utf-8"))
    path = description["dashboard_url"].removeprefix(description["url"])
    page = browser(connected, "leder@stevns").get(path).text.replace("\xa0", " ")
    assert "559/1043 = 53,6 %" in page
    assert "53/167 = 31,7 %" in page
    assert not [name for name in LAST_NAMES if name in page]


def test_the_stevns_dashboard_shows_who_answers_in_the_quarter_that_is_over(connected: Loaded) -> None:
    """Spring alone, by every dimension, in Danish and other languages; nothing of Ydelse, which is too small."""
    page = browser(connected, "leder@stevns").get("/tal?fra=2021-05-02&til=2021-08-23").text
    told = page.partition("Hvem svarer, og hvordan?")[2].partition("</section>")[0]
    assert re.findall(r"<summary>([^<]*)</summary>", told) == ["Opfølgning, 2. kvartal 2021"]
    captions = [caption.split(",")[0] for caption in re.findall(r"<caption[^>]*>([^<]*)</caption>", told)]
    assert captions == ["Sprog", "Kanal", "Svar efter", "Målgruppe", "Samtale nr."]
    for value in ("Dansk", "Øvrige og ukendt", "E-mail", "Påmindelse", "A-dagpenge", "1. samtale"):
        assert f'<th scope="row">{value}</th>' in told


def test_the_faxe_dashboard_shows_three_waves_by_share(connected: Loaded) -> None:
    """Every percentage with its numbers, and the share that was agreed judged by all three."""
    page = browser(connected, "leder@faxe").get("/tal").text.replace("\xa0", " ")
    waves = page.partition("<caption>Bølge for bølge, ")[2].partition("</table>")[0]
    assert re.findall(r"scope=\"row\">(\w+ 2021)", waves) == ["april 2021", "august 2021", "december 2021"]
    assert len(re.findall(r"<td>\d+/\d+ = \d+,\d %", waves)) == 6
    assert re.search(r"over 80 %: \d+/\d+ = \d+,\d % svarer 4 eller 5", page)


def test_three_municipalities_of_the_demo_are_compared(connected: Loaded) -> None:
    """On 1-4 in the spring; Faxe, alone on 1-5, is not, and the page says why."""
    page = browser(connected, "leder@stevns").get("/sammenligning").text
    compared, alone = (page.partition(f"Opfølgning, skala 1 til {top}</h2>")[2] for top in (4, 5))
    assert "Havneby Kommune ligger under det, tilfældet kan give." in compared
    assert "Her er der én i kvartalet" in alone.partition("</section>")[0]


def test_a_retention_run_today_changes_no_figure(connected: Loaded) -> None:
    """What the figures are made of outlives what they were counted from."""
    before = figures()
    nightly.tally_all(nightly.key_places(connected.settings), workdays.now())
    nightly.clean_all(workdays.now())
    replay.check_sums(1, {"LAB": (1043, 559), "LAS": (167, 53)})
    stevns = [row for row in before if "(1," in str(row[1])]
    assert stevns
    assert [row for row in figures() if "(1," in str(row[1])] == stevns


@pytest.mark.parametrize("role", ["sagsbehandler", "leder", "administrator"])
@pytest.mark.parametrize("town", ["stevns", "faxe", "fjordby"])
def test_everybody_can_sign_in(connected: Loaded, town: str, role: str) -> None:
    """Nine accounts, each with a room of its own."""
    answer = browser(connected, f"{role}@{town}").get("/", follow_redirects=True)
    assert answer.status_code == 200
    assert answer.request.path != "/log-ind"


def test_the_current_municipality_has_work_to_do(connected: Loaded) -> None:
    """Messages wait, links can be answered, callbacks are open."""
    with db.transaction() as session:
        waiting = session.scalar(text("SELECT count(*) FROM message WHERE state = 'waiting'"))
        callbacks = session.scalar(text("SELECT count(*) FROM callback_request WHERE state <> 'closed'"))
    links = json.loads(connected.marker.read_text("utf-8"))["citizen_links"]
    assert waiting
    assert callbacks
    assert [link["questionnaire"] for link in links] == ["Faxe", "Opfølgning", "Ydelse"]
    for link in links:
        assert browser(connected).get(link["url"].removeprefix(connected.settings.base_url)).status_code == 200


def test_the_current_municipality_shows_what_is_said_beside_the_points(connected: Loaded) -> None:
    """On site apart, what the answers are about, comments of a quarter, and whether the Danish scale was read."""
    page = browser(connected, "leder@fjordby").get("/tal").text
    assert "på skærm i venteværelset" in page
    assert re.search(r"<caption>Hvad handler svarene om\? [^<]*</caption>(?!.{0,200}For få svar)", page, re.DOTALL)
    assert re.search(r"<summary>Opfølgning, \d\. kvartal \d{4}: [1-9]\d kommentarer</summary>", page)
    assert [words for words in demo_voices.COMMENTS if words in page]
    assert '<th scope="row">Dansk</th>' in page.partition("Blev skalaen læst rigtigt?")[2]


def test_the_current_municipality_has_two_teams_side_by_side(connected: Loaded) -> None:
    """On one scale in one law group, each with its verdict beside the other."""
    page = browser(connected, "leder@fjordby").get("/tal").text
    table = page.partition("<caption>Team hver for sig")[2].partition("</table>")[0]
    assert re.findall(r">(Opfølgning[^<]*)</a>", table) == ["Opfølgning", "Opfølgning Havn"]
    assert re.findall(r"ingen sikker forskel|(?:over|under) de andre<", table)
    assert "En portion er et enkelt teams" in page
    assert "En portion er et enkelt teams" not in browser(connected, "leder@stevns").get("/tal").text


def test_the_current_municipality_speaks_other_languages_and_prints(connected: Loaded) -> None:
    """Open callbacks name their language, and slips wait to be printed."""
    with db.transaction() as session:
        spoken = session.scalars(text("SELECT language FROM callback_request WHERE state <> 'closed'")).all()
    assert set(demo_voices.CALLERS) <= set(spoken)
    page = browser(connected, "sagsbehandler@fjordby").get("/sedler").text
    assert re.search(r"</strong>: [1-9]\d* sed", page)


@pytest.mark.parametrize("today", [date(2026, 1, 5), date(2026, 4, 8), date(2026, 7, 12), date(2027, 1, 2)])
def test_enough_is_said_on_any_day(today: date) -> None:
    """However the last three weeks lie about a holiday or a quarter, ten comments fall in one quarter."""
    scenario = Scenario(current(today), seed=today.toordinal())
    demo_voices.give(scenario)
    quarters = {
        kind: Counter(
            workdays.quarter(visit.answer_day)
            for visit in scenario.visits
            if visit.answer_day and visit.answer_day < today - timedelta(days=2) and getattr(visit.beside, kind)
        )
        for kind in ("comment", "confirmation", "tag")
    }
    assert all(max(counted.values()) >= 10 for counted in quarters.values())
    assert len([visit for visit in scenario.visits if visit.on_paper]) == demo_voices.ON_PAPER


def test_it_is_served_until_interrupted(
    connected: Loaded, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second start loads nothing, prints where to look, answers, and stops on Ctrl-C."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    announce, seen = running.announce, []

    def look_and_interrupt(description: dict[str, object], path: str) -> None:
        announce(description, path)
        with pytest.raises(urllib.error.HTTPError, match="404") as refused:
            urllib.request.urlopen(f"{description['url']}/s/{'a' * 5000}")  # noqa: S310 - our own http address
        seen.append("Linket er ikke rigtigt" in refused.value.read().decode())
        refused.value.close()
        with urllib.request.urlopen(str(description["simulator_url"])) as answer:  # noqa: S310 - our own http address
            seen.append(answer.status)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(running, "announce", look_and_interrupt)
    let_go()
    running.prepare(connected.settings, connected.marker)
    running.serve_demo(connected.settings, connected.marker)
    for number, handler in handlers.items():
        signal.signal(number, handler)
    said = capfd.readouterr().out
    assert seen == [True, 200]
    assert "Indlæser" not in said
    assert f"Tilfreds kører på {connected.settings.base_url}" in said
    for name, value in json.loads(connected.marker.read_text("utf-8"))["environment"].items():
        assert f"export {name}={shlex.quote(value)}" in said
    assert said.rstrip().endswith("Stoppet.")


def test_the_demo_sees_that_its_database_is_gone(connected: Loaded) -> None:
    """What says that the demo is loaded lies in a folder, and the database somewhere else."""
    gone = make_url(str(connected.settings.database_url)).set(database="tilfreds_gone")
    there = [
        running.exists(replace(connected.settings, database_url=url.render_as_string(hide_password=False)))
        for url in (make_url(str(connected.settings.database_url)), gone)
    ]
    assert there == [True, False]
