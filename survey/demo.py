"""The demo: five municipalities from one seeded generator, replayed day by day through the use cases.

Nothing is written past the rules: meetings come in as files, messages leave through the outbox, citizens answer
with the link they were sent, and every night is tallied. Only the clock is handed in.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from survey import question_sets, workdays
from survey.responses import NOTHING, Beside

HEADER = (
    "SamtaleID;Samtaletype;Team;Lov;Dato;Tid;Status;Sagsbehandler;Kontaktform;BorgerID;Navn;Mobil;E-mail;"
    "Sprog;Målgruppe;Adressebeskyttelse;Fravalgt;Hensyn"
)
FIRST_NAMES = (
    "Anne",
    "Birthe",
    "Carsten",
    "Dorthe",
    "Erik",
    "Fatma",
    "Grethe",
    "Hassan",
    "Inger",
    "Jørgen",
    "Lars",
    "Mette",
)
LAST_NAMES = (
    "Andersen",
    "Bæk",
    "Christensen",
    "Demir",
    "Eriksen",
    "Friis",
    "Gregersen",
    "Holm",
    "Iversen",
    "Jensen",
    "Kjær",
)
NAMES = {1: FIRST_NAMES, 7: LAST_NAMES}
TARGET_GROUPS = ("Kontanthjælp", "Sygedagpenge", "A-dagpenge", "Uddannelseshjælp", "Ressourceforløb")
HOLDS = ("Sanktion", "Partshøring", "Sygdom", "Dødsfald", "Flyttet")
TIMES = ("08:30", "09:15", "10:00", "11:45", "12:30", "13:00")
DELAYS = (0, 0, 0, 0, 1, 1, 2, 3, 3, 4, 5, 6)
"""Days from sending to answer; from three on it is the reminder that is answered."""

MEANS = {
    "opfoelgning": (3.5, 3.5, 3.4, 3.4, 3.3, 3.4, 3.2),
    "ydelse": (3.3, 3.3, 3.4, 2.5, 3.5),
    "faxe": (4.6, 4.1, 4.4),
}
LAST_DAY_ANSWERS = 6
"""So many answer on a series' last day: more than k, so that the last tally leaves nobody waiting."""


@dataclass
class Visit:
    """One held meeting whose citizen is invited, and what the citizen will do with the link.

    `on_paper`: there is neither mobile nor e-mail.
    """

    day: date
    clock: str
    series: "Series"
    citizen: int
    answers: tuple[int | None, ...] | None = None
    answer_day: date | None = None
    wants_call: bool = False
    language: str = "da"
    beside: Beside = NOTHING
    on_paper: bool = False

    @property
    def address(self) -> str:
        """Where the link goes: a mobile, or for every seventh citizen an e-mail address."""
        return f"borger{self.citizen}@eksempel.dk" if self.citizen % 7 == 0 else f"+45{self.citizen}"


@dataclass(frozen=True)
class Turn:
    """One citizen who answers on the screen in the waiting room of `team`."""

    day: date
    team: str
    answers: tuple[int | None, ...]


@dataclass(frozen=True)
class Series:
    """So many invited and so many answering in one team from `first` to `last`, both days included.

    `lift` is how much more (or less) content its citizens are, in points.
    """

    team: str
    law: str
    code: str
    kind: str
    first: date
    last: date
    invited: int
    answered: int
    citizens_from: int
    calls: int = 0
    last_sending: date | None = None
    everyone_tallied: bool = True
    wave: str = ""
    lift: float = 0.0

    def days(self) -> list[date]:
        """The working days on which meetings are held and messages sent."""
        end = self.last_sending or self.last
        span = (self.first + timedelta(days=n) for n in range((end - self.first).days + 1))
        return [day for day in span if workdays.is_workday(day)]


@dataclass
class Scenario:
    """A municipality's series and the seed that fixes everything about them; `turns` are no part of a series."""

    series: Sequence[Series]
    seed: int
    visits: list[Visit] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)

    def __post_init__(self) -> None:
        rng = random.Random(self.seed)  # noqa: S311 - a demo that is the same everywhere, not a secret
        for series in self.series:
            self.visits += plan(series, rng)
        self.visits.sort(key=lambda visit: (visit.day, visit.clock, visit.citizen))

    def held_on(self, day: date) -> list[Visit]:
        """The visits of one day."""
        return [visit for visit in self.visits if visit.day == day]

    def answering_on(self, day: date) -> list[Visit]:
        """The visits whose citizens answer on `day`."""
        return [visit for visit in self.visits if visit.answer_day == day]

    def file(self, day: date) -> bytes:
        """The day's file from the case system: the visits, and meetings nobody is invited after."""
        rng = random.Random(f"{self.seed} {day}")  # noqa: S311 - the same everywhere, not a secret
        rows = [row(visit, "Afholdt", rng) for visit in self.held_on(day)]
        rows += [extra(visit, rng) for visit in self.held_on(day) if rng.random() < 0.16]
        rows += [again(visit, rng) for visit in self.held_on(day) if rng.random() < 0.03]
        rows += [row(visit, "Afholdt", rng) for visit in self.after_waves(day)]
        return "\r\n".join([HEADER, *rows, ""]).encode("utf-8-sig")

    def after_waves(self, day: date) -> Iterator[Visit]:
        """Meetings held on the Monday after a wave, three of each: nobody is asked about them."""
        for series in self.series:
            if series.wave and series.last_sending and day == series.last_sending + timedelta(days=3):
                for n in range(3):
                    yield Visit(day, "10:00", series, series.citizens_from + 5_000 + n)


def plan(series: Series, rng: random.Random) -> Iterator[Visit]:
    """Every visit of `series`: spread over its days, exactly `answered` of them with answers."""
    days = series.days()
    # A citizen comes back after two months at the earliest, past the frequency rule.
    people = series.invited * 2 // 3 if days[-1] - days[0] > timedelta(days=90) else series.invited
    visits = [
        Visit(
            day=days[n * len(days) // series.invited],
            clock=rng.choice(TIMES),
            series=series,
            citizen=series.citizens_from + n % people,
        )
        for n in range(series.invited)
    ]
    content = question_sets.load(series.code)
    for visit in rng.sample(visits, series.answered):
        visit.answers = opinion([mean + series.lift for mean in MEANS[series.code]], content.scale.top, rng)
        visit.answer_day = min(visit.day + timedelta(days=rng.choice(DELAYS)), series.last)
    if series.everyone_tallied:
        crowd_last_day(series, visits)
    callers = [visit for visit in visits if visit.answers and content.callback_topics(visit.answers)]
    for visit in rng.sample(callers, min(series.calls, len(callers))):
        visit.wants_call = True
    yield from visits


def crowd_last_day(series: Series, visits: Iterable[Visit]) -> None:
    """Let the latest answers come on the last day, so that they are tallied together."""
    late = sorted(
        (visit for visit in visits if visit.answer_day and series.last - visit.day < timedelta(days=13)),
        key=lambda visit: (visit.answer_day, visit.day),
    )
    for visit in late[-LAST_DAY_ANSWERS:]:
        visit.answer_day = series.last


def opinion(means: Sequence[float], top: int, rng: random.Random) -> tuple[int | None, ...]:
    """One citizen's answers: a general mood, and a little of their own for each statement."""
    mood = rng.gauss(0, 0.55)
    answers: list[int | None] = []
    for mean in means:
        point = max(1, min(top, round(mean + mood + rng.gauss(0, 0.45))))
        chance = rng.random()
        answers.append(0 if chance < 0.03 else None if chance < 0.04 else point)
    return tuple(answers)


def row(visit: Visit, status: str, rng: random.Random, **fields: str) -> str:
    """One line of a case system's file; `fields` replaces single values."""
    by_email = visit.citizen % 7 == 0
    values = {
        "id": f"{visit.series.law}{visit.day:%Y}-{visit.citizen}-{visit.day:%j}",
        "caseworker": f"SB{visit.citizen % 9 + 1:02}",
        "form": rng.choice(("Personligt", "Personligt", "Telefon", "Video")),
        "name": " ".join(names[visit.citizen // step % len(names)] for step, names in NAMES.items()),
        "mobile": "" if by_email or visit.on_paper else str(visit.citizen),
        "email": visit.address if by_email and not visit.on_paper else "",
        "group": TARGET_GROUPS[visit.citizen % 5],
        "protected": "Nej",
        "opted_out": "Nej",
        "hold": "",
    } | fields
    return ";".join(
        (
            values["id"],
            visit.series.kind,
            visit.series.team,
            visit.series.law,
            f"{visit.day:%d-%m-%Y}",
            visit.clock,
            status,
            values["caseworker"],
            values["form"],
            f"B{visit.citizen}",
            values["name"],
            values["mobile"],
            values["email"],
            visit.language,
            values["group"],
            values["protected"],
            values["opted_out"],
            values["hold"],
        )
    )


def extra(visit: Visit, rng: random.Random) -> str:
    """A meeting beside `visit` after which nobody is asked, each for its own reason."""
    kinds: tuple[tuple[str, Mapping[str, str]], ...] = (
        ("Aflyst", {}),
        ("Aflyst", {}),
        ("Udeblevet", {}),
        ("Afholdt", {"opted_out": "Ja"}),
        ("Afholdt", {"protected": "Ja"}),
        ("Afholdt", {"mobile": "", "email": ""}),
        *(("Afholdt", {"hold": hold}) for hold in HOLDS),
    )
    status, fields = rng.choice(kinds)
    other = Visit(visit.day, visit.clock, visit.series, visit.citizen + 5_000_000)
    return row(other, status, rng, **fields)


def again(visit: Visit, rng: random.Random) -> str:
    """A second meeting on the day of `visit` with the same citizen, who is asked about the other one alone."""
    earlier = f"{visit.series.law}{visit.day:%Y}-{visit.citizen}-{visit.day:%j}-2"
    return row(replace(visit, clock="07:45"), "Afholdt", rng, id=earlier)


STEVNS = (
    Series(
        team="Opfølgning",
        law="LAB",
        code="opfoelgning",
        kind="Opfølgningssamtale",
        first=date(2021, 5, 3),
        last=date(2021, 8, 23),
        last_sending=date(2021, 8, 20),
        invited=1043,
        answered=559,
        citizens_from=20_100_000,
        calls=24,
    ),
    Series(
        team="Ydelse",
        law="LAS",
        code="ydelse",
        kind="Ansøgning om ydelse",
        first=date(2021, 5, 6),
        last=date(2021, 8, 19),
        invited=167,
        answered=53,
        citizens_from=22_100_000,
        calls=9,
    ),
)


def faxe_wave(first: date, invited: int, answered: int, citizens_from: int) -> Series:
    """One of the three waves a year: a week of meetings, answered within two weeks."""
    return Series(
        team="Jobcenter Faxe",
        law="LAB",
        code="faxe",
        kind="Jobsamtale",
        first=first,
        last=first + timedelta(days=14),
        last_sending=first + timedelta(days=4),
        invited=invited,
        answered=answered,
        citizens_from=citizens_from,
        calls=3,
        wave=f"{workdays.MONTHS[first.month - 1]} {first.year}",
    )


FAXE = (
    faxe_wave(date(2021, 4, 12), 93, 87, 23_100_000),
    faxe_wave(date(2021, 8, 16), 92, 84, 23_200_000),
    faxe_wave(date(2021, 12, 6), 95, 88, 23_300_000),
)


def neighbour(invited: int, answered: int, citizens_from: int, lift: float) -> Series:
    """Three weeks of follow-up in a municipality that is there to be compared with."""
    return Series(
        team="Opfølgning",
        law="LAB",
        code="opfoelgning",
        kind="Opfølgningssamtale",
        first=date(2021, 5, 3),
        last=date(2021, 5, 25),
        last_sending=date(2021, 5, 19),
        invited=invited,
        answered=answered,
        citizens_from=citizens_from,
        lift=lift,
    )


SKOVBY = (neighbour(150, 96, 25_100_000, 0.0),)
HAVNEBY = (neighbour(170, 104, 25_200_000, -0.5),)


def current(today: date) -> tuple[Series, ...]:
    """A small municipality in the middle of its work: the last three weeks up to `today`."""
    first = today - timedelta(days=21)

    def series(team: str, law: str, code: str, invited: int, answered: int, citizens_from: int) -> Series:
        return Series(
            team=team,
            law=law,
            code=code,
            kind="Samtale",
            first=first,
            last=today - timedelta(days=1),
            invited=invited,
            answered=answered,
            citizens_from=citizens_from,
            calls=3,
            everyone_tallied=False,
        )

    return (
        series("Opfølgning", "LAB", "opfoelgning", 100, 60, 24_100_000),
        series("Ydelse", "LAS", "ydelse", 50, 24, 24_200_000),
        series("Unge", "LAB", "faxe", 36, 24, 24_300_000),
        series("Opfølgning Havn", "LAB", "opfoelgning", 60, 40, 24_500_000),
    )


def newest(today: date) -> Series:
    """The last meetings before `today`, whose file has only just come: nobody is asked about them yet."""
    day = next(day for n in range(1, 15) if workdays.is_workday(day := today - timedelta(days=n)))
    return Series(
        team="Opfølgning",
        law="LAB",
        code="opfoelgning",
        kind="Samtale",
        first=day,
        last=day,
        invited=6,
        answered=0,
        citizens_from=24_400_000,
        everyone_tallied=False,
    )
