"""Charts to draw in tests: few points, many, none, waves, breaks, hidden figures, long words."""

from dataclasses import replace
from datetime import date, timedelta
from math import sqrt
from random import Random

from admin import charts
from admin.charts import Break, Chart, Comparison, DateLine, Funnel, Limits, Part, Place, Point, Statement, Step
from admin.charts.shares import ShareRow, Shares

MONDAY = date(2021, 5, 3)
FOUR = ("Helt uenig", "Uenig", "Enig", "Helt enig")
FIVE = ("Nej, overhovedet ikke", "Nej, ikke rigtigt", "Både og", "Ja, for det meste", "Ja, helt enig")
TEXTS = (
    "Jeg har fået den nødvendige information, så min sag kan behandles videre",
    "Jeg har fået svar på mine spørgsmål",
    "Jeg havde mulighed for at fortælle, hvad jeg synes er vigtigt for mig",
    "Min sagsbehandler er god til at se muligheder for mig",
    "Jeg ved, hvad jeg skal gøre for, at min ansøgning kan behandles, og hvem jeg kan spørge, hvis jeg er i tvivl",
)


def comma(value: float, places: int = 1) -> str:
    """A number as Danes write it."""
    return f"{value:.{places}f}".replace(".", ",")


def point(
    day: int,
    value: float | None = 3.4,
    n: int = 9,
    *,
    before: int = 0,
    swing: float = 0,
    alarm: bool = False,
    name: str = "",
) -> Point:
    """`n` answers up to `day` days after Monday 3 May 2021, gathered since `before` days earlier."""
    last = MONDAY + timedelta(day)
    text = "for få svar" if value is None else comma(value)
    low, high = (swing - 1.9 / sqrt(n), min(4.0, swing + 1.9 / sqrt(n))) if swing else (None, None)
    return Point(last - timedelta(before), last, n, value, text, low, high, alarm, name)


def few() -> DateLine:
    """Ydelse: six points in a summer, one of them a warning, one hidden."""
    values = ((6, 3.5, 8), (20, 3.2, 9), (41, 3.6, 11), (62, 2.6, 8), (79, None, 5), (104, 3.4, 12))
    points = tuple(
        point(day, value, n, before=6, swing=0 if value is None else 3.12, alarm=value == 2.6)
        for day, value, n in values
    )
    return DateLine("Gennemsnit ift. dato, Ydelse", 4, points, 3.0, centre=3.1, centre_text="gennemsnit 3,12")


def many() -> DateLine:
    """Opfølgning: 75 points in a summer, and a statement changed half-way."""
    random = Random(7)
    days = [day for day in range(105) if day % 7 < 5]
    points = tuple(
        point(day, round(random.gauss(3.4, 0.2), 1), random.randint(5, 14), before=day % 3, swing=3.42)
        for day in days
    )
    breaks = (Break(MONDAY + timedelta(56), "udsagn 5 er nyt"),)
    return DateLine(
        "Gennemsnit ift. dato, Opfølgning",
        4,
        points,
        3.0,
        centre=3.4,
        centre_text="gennemsnit 3,42",
        breaks=breaks,
    )


def year() -> DateLine:
    """A year of weeks over New Year, with two changes close to each other."""
    random = Random(3)
    points = tuple(
        point(7 * week + 4, round(random.gauss(3.2, 0.15), 2), 20 + week % 17, before=4, swing=3.02)
        for week in range(52)
    )
    breaks = (
        Break(MONDAY + timedelta(200), "nyt spørgeskema, version 2"),
        Break(MONDAY + timedelta(214), "udsagn 3 er ændret"),
    )
    return DateLine("Et år", 4, points, 3.0, centre=3.02, centre_text="gennemsnit 3,02", breaks=breaks)


def crowd() -> DateLine:
    """Two teams through a year: 260 points, two on most days."""
    random = Random(5)
    points = tuple(
        point(7 * week + day, round(random.gauss(3.3, 0.25), 1), random.randint(5, 9), before=1)
        for week in range(52)
        for day in (0, 1, 1, 3, 4)
    )
    return DateLine("To team", 4, points, 3.0)


def waves() -> DateLine:
    """Faxe: three waves a year on the 1-5 scale, without a target."""
    names = ("Forår 2021", "Efterår 2021", "Vinter 2021/22", "Forår 2022", "Efterår 2022")
    points = tuple(
        point(140 * number, value, 61 + number, before=20, name=name)
        for number, (name, value) in enumerate(zip(names, (4.1, 4.3, 4.2, 4.6, 4.4), strict=True))
    )
    return DateLine("Bølger, Faxe", 5, points, point_text="gennemsnit af en bølge")


def single() -> DateLine:
    """One batch of three days."""
    return DateLine("Et punkt", 4, (point(1, 3.6, 7, before=2),), 3.0)


def none() -> DateLine:
    """A period without answers."""
    return DateLine("Ingen", 4, (), 3.0, period=(MONDAY, MONDAY + timedelta(100)))


def parts(counts: tuple[int, ...]) -> tuple[Part, ...]:
    """Shares of counts, each with its count for the bar."""
    n = sum(counts)
    return tuple(Part(k / n, f"{k}/{n} = {comma(100 * k / n)} %", str(k)) for k in counts)


def statement(text: str, counts: tuple[int, ...]) -> Statement:
    """A statement with all its figures."""
    n = sum(counts)
    mean = sum(value * k for value, k in enumerate(counts, 1)) / n
    half = 1.6 / sqrt(n)
    low, high = max(1.0, mean - half), min(float(len(counts)), mean + half)
    interval = f"{comma(low)} til {comma(high)}"
    return Statement(text, parts(counts), round(mean, 2), comma(mean, 2), n, low, high, interval)


def four() -> charts.StatementBars:
    """Five statements on 1-4: one has no distribution, one no mean either."""
    counts = ((2, 4, 18, 29), (1, 3, 20, 29), (1, 5, 15, 32))
    statements = [statement(text, each) for text, each in zip(TEXTS, counts, strict=False)]
    statements.append(Statement(TEXTS[3], None, 3.4, "3,4", 14))
    statements.append(Statement("Mødet begyndte til tiden", None, None, "for få svar", None, unshown="vises ikke"))
    statements.append(statement(TEXTS[4], (9, 14, 16, 14)))
    lowest_first = sorted(statements, key=lambda each: (each.mean is None, each.mean or 0))
    return charts.StatementBars("Udsagn, Ydelse", FOUR, tuple(lowest_first), 3.0)


def five() -> charts.StatementBars:
    """Three statements on 1-5, whose middle lies on both sides."""
    counts = ((1, 1, 0, 25, 34), (2, 3, 8, 27, 21), (10, 12, 9, 20, 10))
    statements = tuple(statement(text, each) for text, each in zip(TEXTS, counts, strict=False))
    return charts.StatementBars("Udsagn, Faxe", FIVE, statements)


def funnel() -> Funnel:
    """From 1043 meetings to 559 answers; one step is hidden."""
    return Funnel(
        "Fra samtale til svar",
        (
            Step("Samtaler", 1310, "1310"),
            Step("Må spørges", 1120, "1120", "85,5 % af samtalerne"),
            Step("Har mobil eller e-mail", 1101, "1101", "98,3 % af dem, der må spørges"),
            Step("Udsendt", 1043, "1043", "94,7 % af dem med mobil eller e-mail"),
            Step("Kommet frem", None, "kvittering kendes ikke"),
            Step("Besvaret", 559, "559", "53,6 % af de udsendte"),
        ),
    )


def limits(common: float, most: int, fewest: int = 60) -> tuple[Limits, ...]:
    """Normal limits around a share."""
    found = []
    for n in range(fewest, most + 40, 5):
        one = sqrt(common * (1 - common) / n)
        ends = (common - 1.96 * one, common + 1.96 * one, common - 3.09 * one, common + 3.09 * one)
        found.append(Limits(n, *(min(1.0, max(0.0, end)) for end in ends)))
    return tuple(found)


def comparison() -> Comparison:
    """Eight municipalities, one outside, two close to each other."""
    places = (
        Place("Stevns", 612, 0.842, "515/612 = 84,2 %"),
        Place("Faxe", 87, 0.79, "69/87 = 79,3 %"),
        Place("Køge", 540, 0.81, "437/540 = 80,9 %"),
        Place("Dragør", 64, 0.89, "57/64 = 89,1 %"),
        Place("Tårnby", 402, 0.735, "295/402 = 73,4 %", outside=True),
        Place("Ishøj", 210, 0.83, "174/210 = 82,9 %"),
        Place("Greve", 205, 0.825, "169/205 = 82,4 %"),
        Place("Vordingborg", 330, 0.80, "264/330 = 80,0 %"),
    )
    return Comparison(
        "Andel enige efter antal svar", places, limits(0.81, 640), 0.81, "fælles andel 81,0 %", "andel enige"
    )


def agreed() -> Shares:
    """Five statements, one of them hidden, and one share that shows only an end."""
    found = [share(words, k, 53) for words, k in zip(TEXTS, (43, 51, 9, 26), strict=False)]
    rest = ShareRow(TEXTS[4], None, "vises ikke"), ShareRow("Alle udsagn", 0.9, "mindst 90 %")
    return Shares("Svarer 3 eller 4, Ydelse", (*found, *rest), "svarer 3 eller 4")


def share(name: str, k: int, n: int) -> ShareRow:
    """k of n with an interval about as wide as it would be."""
    low, high = max(0.0, k / n - 1 / sqrt(n)), min(1.0, k / n + 1 / sqrt(n))
    words = [f"{comma(100 * each)} %" for each in (k / n, low, high)]
    return ShareRow(name, k / n, f"{k}/{n} = {words[0]}", low, high, f"{words[1]} til {words[2]}")


def every() -> dict[str, Chart]:
    """All of them by name."""
    found = (few, many, year, crowd, waves, single, none, four, five, funnel, comparison, agreed)
    return {each.__name__: each() for each in found}


def chance(random: Random) -> Chart:
    """A chart nobody thought of, of any kind."""
    return random.choice((_line, _bars, _steps, _places, _shares))(random)


def _name(random: Random, longest: int) -> str:
    return " ".join("abcdefghijklmn"[: random.randint(1, 14)] for _ in range(random.randint(1, longest)))


def _line(random: Random) -> DateLine:
    top, days = random.choice((4, 5)), sorted(random.randint(0, 700) for _ in range(random.randint(0, 60)))
    points = []
    for day in days:
        value = random.choice((None, 1.0, float(top), round(random.uniform(1, top), 1)))
        named = _name(random, 3) if len(days) < 9 else ""
        one = point(
            day,
            value,
            random.randint(5, 400),
            before=random.randint(0, 20),
            alarm=random.random() < 0.2,
            name=named,
        )
        points.append(
            replace(one, low=random.uniform(0, 2), high=random.uniform(2, 6)) if random.random() < 0.5 else one
        )
    breaks = tuple(
        Break(MONDAY + timedelta(random.randint(0, 700)), _name(random, 6)) for _ in range(random.randint(0, 4))
    )
    target, centre = (random.choice((None, round(random.uniform(1, top), 2))) for _ in range(2))
    return DateLine(
        "Tilfældig", top, tuple(points), target, centre=centre, centre_text="gennemsnit 3,33", breaks=breaks
    )


def _shares(random: Random) -> Shares:
    shown = [share(_name(random, 30), random.randint(0, n), n) for n in random.sample(range(5, 99_999), 7)]
    looks = [random.choice((each, replace(each, low=None), replace(each, value=None))) for each in shown]
    return Shares("Tilfældig", tuple(looks[: random.randint(0, 7)]))


def _bars(random: Random) -> charts.StatementBars:
    scale = random.choice((FOUR, FIVE))
    counts = [tuple(random.choice((0, 0, 1, 5, 80)) for _ in scale) for _ in range(random.randint(0, 9))]
    shown = [statement(_name(random, 20), each) if sum(each) else _hidden(random) for each in counts]
    return charts.StatementBars("Tilfældig", scale, tuple(shown), random.choice((None, 3.0)))


def _hidden(random: Random) -> Statement:
    return Statement(
        _name(random, 20), None, *random.choice(((None, "for få svar", None), (3.9, "mindst 3,9", 7)))
    )


def _steps(random: Random) -> Funnel:
    left, steps = random.randint(0, 20_000), []
    for _ in range(random.randint(0, 7)):
        left = random.randint(0, left)
        share = random.choice(("", f"{_name(random, 4)} af de udsendte"))
        steps.append(
            Step(_name(random, 3), left, str(left), share) if random.random() < 0.8 else Step("x", None, "for få")
        )
    return Funnel("Tilfældig", tuple(steps))


def _places(random: Random) -> Comparison:
    common = random.choice((0.02, 0.5, 0.81, 0.99))
    values = [min(1, max(0, random.gauss(common, 0.1))) for _ in range(random.randint(0, 28))]
    places = tuple(
        Place(_name(random, 2), random.randint(5, 900), value, "k/n", outside=random.random() < 0.2)
        for value in values
    )
    return Comparison("Tilfældig", places, limits(common, 900, fewest=5), common, "fælles andel")
