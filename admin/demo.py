"""The demo's municipalities with their staff: loaded once, described in `demo.json`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import demo_look, demo_voices, people
from survey import (
    config,
    goals,
    invitations,
    municipalities,
    neighbours,
    published,
    recordings,
    replay,
    samplings,
    translations,
    workdays,
)
from survey.access import ADMINISTRATOR, MANAGER
from survey.config import Settings
from survey.db import transaction
from survey.demo import FAXE, HAVNEBY, SKOVBY, STEVNS, Scenario, Series, current, newest
from survey.gateways.simulated import Simulated, mailbox
from survey.models import Assignment, Team
from survey.sending_rules import Rule
from survey.waves import Wave

PASSWORD = "tilfreds-demo"  # noqa: S105 - printed for everybody who runs the demo
ROLES = {"caseworker": "sagsbehandler", "manager": "leder", "administrator": "administrator"}
"""Each role's account: the part of its e-mail address before the @."""
ENDS = timedelta(days=45)
"""So long after a series' last day its last week of sending is closed."""
STEVNS_PERIOD = (date(2021, 5, 2), date(2021, 8, 23))


@dataclass(frozen=True)
class Town:
    """A municipality of the demo and its teams (name → law, questionnaire)."""

    slug: str
    name: str
    phone: str
    sms_sender: str
    manager: str
    teams: dict[str, tuple[str, str]]


STEVNS_TOWN = Town(
    slug="stevns",
    name="Stevns Kommune",
    phone="56 57 57 57",
    sms_sender="Stevns",
    manager="Lone Lund",
    teams=dict(municipalities.DEFAULT_TEAMS),
)
FAXE_TOWN = Town(
    slug="faxe",
    name="Faxe Kommune",
    phone="56 20 30 00",
    sms_sender="Faxe",
    manager="Lis Lang",
    teams={"Jobcenter Faxe": ("LAB", "faxe")},
)
FJORDBY_TOWN = Town(
    slug="fjordby",
    name="Fjordby Kommune",
    phone="70 20 30 40",
    sms_sender="Fjordby",
    manager="Lars Lykke",
    teams={
        **municipalities.DEFAULT_TEAMS,
        "Unge": ("LAB", "faxe"),
        "Opfølgning Havn": municipalities.DEFAULT_TEAMS["Opfølgning"],
    },
)
FOLLOW_UP = {"Opfølgning": municipalities.DEFAULT_TEAMS["Opfølgning"]}
NEIGHBOURS = (
    (
        Town("skovby", "Skovby Kommune", "70 20 30 50", "Skovby", "Signe Skov", FOLLOW_UP),
        Scenario(SKOVBY, seed=50),
    ),
    (
        Town("havneby", "Havneby Kommune", "70 20 30 60", "Havneby", "Hans Havn", FOLLOW_UP),
        Scenario(HAVNEBY, seed=60),
    ),
)
"""Two that are there to be compared with."""


def load(settings: Settings, key_places: Sequence[Path], now: datetime) -> None:
    """Make the municipalities and live them up to `now`. Raises RuntimeError when a sum is not planned."""
    scenario = Scenario(STEVNS, seed=2021)
    demo_voices.have_languages(scenario)
    stevns = found(STEVNS_TOWN, scenario, settings, key_places, STEVNS_PERIOD[0])
    stevns.live(days(STEVNS_PERIOD[0], STEVNS_PERIOD[1]), nights_after=nights(STEVNS_PERIOD[1]))
    replay.check_sums(stevns.municipality_id, {"LAB": (1043, 559), "LAS": (167, 53)})

    faxe = found(FAXE_TOWN, Scenario(FAXE, seed=320), settings, key_places, FAXE[0].first)
    ask_in_waves(faxe.municipality_id, FAXE)
    aim(faxe.municipality_id, FAXE[0].first)
    for wave in FAXE:
        faxe.live(days(wave.first, wave.last), nights_after=nights(wave.last))
    replay.check_sums(faxe.municipality_id, {"LAB": (280, 259)})

    live_fjordby(settings, key_places, now)
    live_neighbours(settings, key_places)
    with transaction() as session:
        for town in municipalities.listed(session):
            neighbours.join(session, town.id, now)


def live_neighbours(settings: Settings, key_places: Sequence[Path]) -> None:
    """Those whose spring of 2021 can be compared with Stevns'."""
    for town, scenario in NEIGHBOURS:
        series = scenario.series[0]
        here = found(town, scenario, settings, key_places, series.first)
        here.live(days(series.first, series.last), nights_after=nights(series.last))
        replay.check_sums(here.municipality_id, {"LAB": (series.invited, series.answered)})


def live_fjordby(settings: Settings, key_places: Sequence[Path], now: datetime) -> None:
    """The municipality that uses all there is, in the middle of its work at `now`."""
    today = workdays.day(now)
    scenario = Scenario(current(today), seed=today.toordinal())
    first, yesterday = scenario.series[0].first, today - timedelta(days=1)
    demo_voices.give(scenario)
    scenario.turns = demo_voices.at_the_screen(scenario, first, yesterday)
    fjordby = found(FJORDBY_TOWN, scenario, settings, key_places, first)
    with transaction() as session:
        demo_look.choose(session, fjordby.municipality_id)
    read_aloud(fjordby.municipality_id, first)
    fjordby.base_url = settings.base_url
    fjordby.postbox.inner = Simulated(settings.simulator_dir)
    fjordby.live(days(first, yesterday))
    fjordby.night(today)
    with transaction() as session:
        demo_look.present(session, fjordby.municipality_id, now)
    # The newest file comes when no more is sent today, so that there are messages waiting to look at.
    fjordby.scenario = Scenario([newest(today)], seed=today.toordinal())
    closed = now if not workdays.in_send_window(now) else workdays.at(today, time(18, 30))
    fjordby.take_in(fjordby.scenario.visits[0].day, closed)


def read_aloud(municipality_id: int, first: date) -> None:
    """Let a machine's voice (espeak-ng) say the first statement of Opfølgning in Danish, uploaded on `first`."""
    with transaction() as session:
        versions = published.versions(session, municipality_id)
        version = next(each for each in versions if each.content.code == "opfoelgning")
        administrator = (
            select(Assignment.staff_id)
            .where(Assignment.municipality_id == municipality_id, Assignment.role == ADMINISTRATOR)
            .limit(1)
        )
        recordings.save(
            session,
            recordings.Place(municipality_id, version.id, "da", 1),
            Path(__file__).with_name("demo_statement.mp3").read_bytes(),
            staff_id=session.scalars(administrator).one(),
            now=workdays.at(first, replay.MORNING),
        )


def ask_in_waves(municipality_id: int, series: Sequence[Series]) -> None:
    """Let everybody be asked in the days of each series, and nobody outside them."""
    asked = [Wave(each.wave, each.first, each.last_sending or each.last, 100) for each in series]
    with transaction() as session:
        rule = Rule(sampling="waves")
        # A week before, so that it holds on the first day.
        chosen = workdays.at(series[0].first - timedelta(days=7), time(8))
        samplings.change(session, municipality_id, rule, asked, staff_id=None, now=chosen)


def aim(municipality_id: int, first: date) -> None:
    """Let four of five answers be 4 or 5 from `first` on."""
    with transaction() as session:
        manager = select(Assignment.staff_id).where(
            Assignment.municipality_id == municipality_id, Assignment.role == MANAGER
        )
        goal = goals.Goal(goals.BY_ITSELF, "LAB", 5, "share", Fraction(4, 5), first)
        staff_id = session.scalars(manager).one()
        goals.make(session, municipality_id, goal, staff_id=staff_id, now=workdays.at(first, replay.MORNING))


def found(
    town: Town, scenario: Scenario, settings: Settings, key_places: Sequence[Path], first: date
) -> replay.Life:
    """Establish `town` with its staff the day before `first`."""
    with transaction() as session:
        row = municipalities.establish(
            session,
            slug=town.slug,
            name=town.name,
            phone=town.phone,
            sms_sender=town.sms_sender,
            teams=town.teams,
            now=workdays.at(first - timedelta(days=1), replay.MORNING),
        )
        caseworkers = staff(session, town, row.id)
    return replay.Life(
        municipality_id=row.id,
        scenario=scenario,
        key_places=key_places,
        fingerprint_key=config.make_secret(settings.fingerprint_key_file),
        code_key=config.make_secret(settings.code_key_file),
        caseworkers=caseworkers,
        postbox=replay.Postbox(),
    )


def staff(session: Session, town: Town, municipality_id: int) -> list[int]:
    """A manager, an administrator, and three caseworkers who belong to every team; the caseworkers' ids."""
    teams = session.scalars(select(Team.id).where(Team.municipality_id == municipality_id)).all()

    def add(account: str, name: str, role: str, team_id: int | None = None) -> int:
        staff_id, _ = people.add_person(
            session,
            municipality_id=municipality_id,
            email=f"{account}@{town.slug}.eksempel.dk",
            name=name,
            role=role,
            team_id=team_id,
            password=PASSWORD,
        )
        return staff_id

    add("leder", town.manager, "manager")
    add("administrator", "Adam Ager", "administrator")
    names = {"sagsbehandler": "Sanne Sø", "sagsbehandler2": "Stig Skov", "sagsbehandler3": "Signe Strand"}
    return [add(account, name, "caseworker", team) for account, name in names.items() for team in teams]


def days(first: date, last: date) -> list[date]:
    """Every day from `first` to `last`, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def nights(last: date) -> list[date]:
    """The nights after a series' last day in which anything happens.

    The first tallies what is left, the second gathers what that cut off, the last closes the weeks.
    """
    return [last + timedelta(days=1), last + timedelta(days=2), last + ENDS]


def describe(settings: Settings, now: datetime) -> dict[str, Any]:
    """What `demo.json` holds: addresses, sign-ins, links that can be answered, and what commands on it need."""
    base = settings.base_url
    first, last = STEVNS_PERIOD
    return {
        "url": base,
        "sign_in_url": f"{base}/log-ind",
        "dashboard_url": f"{base}/tal?fra={first}&til={last}",
        "callbacks_url": f"{base}/opkald",
        "simulator_url": f"{base}/simulator",
        "sign_ins": [
            {
                "role": role,
                "municipality": town.name,
                "email": f"{account}@{town.slug}.eksempel.dk",
                "password": PASSWORD,
            }
            for town in (STEVNS_TOWN, FAXE_TOWN, FJORDBY_TOWN)
            for role, account in ROLES.items()
        ],
        "citizen_links": links(settings, now),
        "environment": {
            "TILFREDS_DATABASE_URL": str(settings.database_url),
            "TILFREDS_STATE_DIR": str(settings.state_dir),
            "TILFREDS_KEY_DIR": str(settings.key_dir),
        },
    }


def links(settings: Settings, now: datetime) -> list[dict[str, str]]:
    """For each questionnaire the newest link in the mailbox that nobody has answered yet."""
    found: dict[str, str] = {}
    with transaction() as session:
        for delivered in mailbox(settings.simulator_dir):
            token = replay.token_in(delivered.letter.body)
            asked = invitations.find(session, token)
            if asked is None or asked.answered or asked.expired(now):
                continue
            name = translations.whole(session, asked.municipality_id, asked.version_id).by_language["da"].name
            found.setdefault(name, f"{settings.base_url}/s/{token}")
            if len(found) == len(set(FJORDBY_TOWN.teams.values())):
                break
    return [{"questionnaire": name, "url": url} for name, url in sorted(found.items())]


def move_letters(simulator_dir: Path, old: str, new: str) -> None:
    """Let the links in the mailbox lead to `new`, when the demo is served elsewhere than last time."""
    for letter in simulator_dir.glob("*.json") if old != new else ():
        letter.write_text(letter.read_text("utf-8").replace(f"{old}/s/", f"{new}/s/"), "utf-8")
