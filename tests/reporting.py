"""What tests of reports are made of: crowds that answer, weeks of sending, waves, and the report of them."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import municipalities, reports, samplings, spells, telling
from survey.models import Batch, Municipality, Participation, QuestionnaireVersion, Team
from survey.printed import Mint, no_passport
from survey.report_parts import Part, Scope
from survey.reports import KINDS, Report
from survey.results import LAW_NAMES, Period
from survey.sending_rules import Rule
from survey.waves import Wave
from tests.survey.told import tell

Add = Callable[..., Batch]
PERIOD = Period(date(2021, 5, 2), date(2021, 8, 23))
DAY = date(2021, 6, 1)
BEFORE = date(2021, 3, 1)


def crowd(statements: int, **answered: int) -> list[tuple[int, ...]]:
    """So many people of each kind: `crowd(5, p4=10, p3=20)` are ten who chose 4 throughout and twenty 3."""
    return [(int(point[1:]),) * statements for point, n in answered.items() for _ in range(n)]


def send(session: Session, team: Team, monday: date, answered: int, sent: int) -> None:
    """A week of sending, of the team's newest version, closed and told."""
    of = QuestionnaireVersion
    wanted = select(of.id).where(of.questionnaire_id == team.questionnaire_id).order_by(of.number.desc())
    numbers = {"invited": sent, "sent": sent, "unknown": 0, "delivered": sent, "answered": answered}
    key = {
        "municipality_id": team.municipality_id,
        "team_id": team.id,
        "version_id": session.scalar(wanted.limit(1)),
    }
    session.add(Participation(**key, **numbers, week=monday, closed=True))
    session.flush()
    tell(session, team)


def of_law(session: Session, place: Municipality, law: str) -> Team:
    """The municipality's first team under `law`."""
    wanted = select(Team).where(Team.municipality_id == place.id, Team.law == law).order_by(Team.id)
    return session.scalars(wanted.limit(1)).one()


def report(
    session: Session,
    place: Municipality,
    period: Period = PERIOD,
    kind: str = "bilag",
    scopes: Sequence[Scope] = (),
    mint: Mint = no_passport,
) -> Report:
    """The report of `scopes`, else of every law group."""
    # So late the wave that ends on 7 January is over.
    today = max(date(2021, 9, 1), period.last + timedelta(9))
    known = spells.read(session, place.id, period, today)
    laws = {team.law for team in known.whole.counts.teams}
    every = scopes or [Scope(law) for law in LAW_NAMES if law in laws]
    return reports.build(known, every, KINDS[kind], place.name, place.slug, mint)


def part(of: Report, law: str = "LAS") -> Part:
    """The one part of a law group."""
    (found,) = next(group for group in of.groups if group.law == law).parts
    return found


def faxe(
    session: Session,
    add_batch: Add,
    now: datetime,
    top: Sequence[tuple[int, int]] = ((50, 37), (40, 44), (60, 28)),
) -> tuple[Municipality, Team]:
    """Faxe with its three waves of 2021, on 1-5: about 90 sent each time.

    `top` are how many of each wave chose 5 and 4, of whom ten then chose 3.
    """
    place = municipalities.establish(
        session,
        slug="faxe",
        name="Faxe Kommune",
        phone="56 20 30 00",
        sms_sender="Faxe",
        now=now,
        teams={"Jobcenter Faxe": ("LAB", "faxe")},
    )
    team = of_law(session, place, "LAB")
    sendings = (date(2021, 4, 12), 93), (date(2021, 8, 16), 92), (date(2021, 12, 6), 95)
    weeks = [(*sending, *chosen) for sending, chosen in zip(sendings, top, strict=True)]
    held = [Wave(f"uge {first:%V}", first, first + timedelta(4), 100) for first, *_ in weeks]
    chosen = datetime(2021, 4, 1, 12, tzinfo=now.tzinfo)
    samplings.change(session, place.id, Rule(sampling="waves"), held, staff_id=None, now=chosen)
    for first, sent, fives, fours in weeks:
        people = crowd(3, p5=fives - 5, p4=fours - 5, p3=10)
        add_batch(team, first + timedelta(9), people, first=first)
        send(session, team, first, len(people), sent)
    telling.form(session, place.id, datetime(2022, 1, 10, 3, tzinfo=now.tzinfo))  # the last wave is over
    return place, team
