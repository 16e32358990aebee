"""What the citizens of the demo's own municipality say beside their answers, in which languages, and on site."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import cycle

from survey import question_sets, workdays
from survey.demo import MEANS, Scenario, Turn, Visit, opinion
from survey.questionnaire import Questionnaire

LANGUAGES = {"da": 82, "ar": 5, "uk": 4, "pl": 3, "en": 2, "so": 2, "tr": 1, "fa": 1}
"""What a hundred citizens of the job centre read."""
CALLERS = ("ar", "uk")
"""What the last who answered read: they want a call, so that caseworkers meet their languages."""
SAID = ("meeting", "both", "law", None, "meeting", "both", None, "meeting", "law", "both", None)
"""What answers are about: more than two of three citizens say it."""
COUNTED = timedelta(days=2)
"""Answers so long before the last ones are counted by now, where their team has enough."""
ON_PAPER = 4
"""So many of those who were not asked before have neither mobile nor e-mail."""
KEPT, CHANGED = 20, 5
"""So many meant the end of the scale they had chosen throughout, and so many changed their answers."""
SCREEN_TEAM, SCREEN_TURNS = "Ydelse", 20
"""The team with a screen in its waiting room, and how many answered there."""
COMMENTS = (
    "Jeg blev mødt venligt, og vi nåede det hele.",
    "Det var rart, at samtalen begyndte til tiden.",
    "Jeg ville gerne have haft lidt mere tid til at tale om min uddannelse.",
    "God samtale, men brevet bagefter var svært at forstå.",
    "Min sagsbehandler havde læst min sag på forhånd. Det betød meget.",
    "Jeg ved stadig ikke helt, hvad der sker nu.",
    "Der var for lang ventetid på telefonen, inden jeg fik en tid.",
    "Vi fandt en praktikplads sammen, og jeg glæder mig til at begynde.",
    "Det er tredje gang, jeg får en ny sagsbehandler, og jeg må fortælle det samme forfra.",
    "Jeg følte, at der blev lyttet.",
    "Planen passer ikke til, at jeg har ondt i ryggen.",
    "Tak for hjælpen med at skrive mit CV.",
    "Det kunne godt have været et telefonmøde, for der er langt med bus.",
    "Reglerne er svære at finde rundt i, men jeg fik dem forklaret roligt.",
    "Jeg havde håbet på et kursus, men det kunne ikke lade sig gøre.",
    "Der blev talt meget hurtigt, og jeg nåede ikke at spørge.",
    "Jeg kom derfra med en liste over, hvad jeg selv skal gøre. Det var godt.",
    "Lokalet var lille, og man kunne høre dem ved siden af.",
    "Jeg synes, det er mærkeligt, at jeg skal komme så tit, når jeg snart er rask.",
    "Alt var fint.",
    "Det hjalp, at jeg måtte have min søster med.",
    "Jeg mangler svar på, om jeg må tage et fritidsjob.",
    "Fin samtale, men jeg hører først noget om tre uger.",
    "Det var tydeligt, at vi arbejder hen mod det samme mål.",
    "Jeg blev i tvivl om, hvad jeg havde sagt ja til.",
    "Hjemmesiden virkede ikke på min telefon, men receptionen hjalp mig.",
    "Jeg fik ros for det, jeg selv havde fundet ud af.",
    "Samtalen handlede mest om regler og ikke ret meget om mig.",
    "Det er godt, at I spørger.",
    "Jeg har fået mere mod på at søge job igen.",
)


def give(scenario: Scenario) -> None:
    """Let the citizens of `scenario` have languages, and say what goes with their answers; a few are on paper."""
    rng = random.Random(f"{scenario.seed} voices")  # noqa: S311 - a demo that is the same everywhere, not a secret
    speak(scenario.visits, rng)
    put_on_paper(scenario.visits)
    answered = [visit for visit in scenario.visits if visit.answers]
    call(answered)
    tag(answered, rng)
    danish = [visit for visit in of_one_quarter(answered) if visit.language == "da"]
    confirm(danish, rng)
    comment([visit for visit in danish if visit.series.law == "LAB"], rng)


def have_languages(scenario: Scenario) -> None:
    """Let the citizens of `scenario` read different languages, and say nothing else."""
    speak(scenario.visits, random.Random(f"{scenario.seed} languages"))  # noqa: S311 - the same everywhere, not a secret


def speak(visits: Sequence[Visit], rng: random.Random) -> None:
    """Draw a language for everybody."""
    for visit in visits:
        visit.language = rng.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]


def call(answered: Sequence[Visit]) -> None:
    """Let the last who have something to talk about want a call, each in a language that is not Danish."""
    newest = sorted(answered, key=lambda visit: (str(visit.answer_day), visit.citizen), reverse=True)
    callers = (visit for visit in newest if content(visit).callback_topics(visit.answers or ()))
    for language, visit in zip(CALLERS, callers, strict=False):
        visit.language, visit.wants_call = language, True


def of_one_quarter(answered: Sequence[Visit]) -> list[Visit]:
    """Of those whom the nights have counted, the ones of the quarter with most: ten of a quarter are shown."""
    days = [visit.answer_day for visit in answered if visit.answer_day]
    counted = [day for day in days if max(days) - day >= COUNTED]
    [(most, _)] = Counter(map(workdays.quarter, counted)).most_common(1)
    return [
        visit for visit in answered if visit.answer_day in counted and workdays.quarter(visit.answer_day) == most
    ]


def content(visit: Visit) -> Questionnaire:
    """What `visit` was asked."""
    return question_sets.load(visit.series.code)


def put_on_paper(visits: Sequence[Visit]) -> None:
    """Take mobile and e-mail from some who do not answer, so late that nobody has printed their slips yet."""
    latest = max(visit.day for visit in visits)
    silent = [visit for visit in visits if not visit.answers and latest - visit.day >= timedelta(days=2)]
    for visit in silent[-ON_PAPER:]:
        visit.on_paper = True


def tag(answered: Sequence[Visit], rng: random.Random) -> None:
    """Let most say what their answer is about."""
    for visit, said in zip(rng.sample(answered, len(answered)), cycle(SAID), strict=False):
        visit.beside = replace(visit.beside, tag=said)


def confirm(answered: Sequence[Visit], rng: random.Random) -> None:
    """Ask some whether one end of the scale was meant: the most content, who meant it, and some who did not."""
    calm = [visit for visit in answered if not visit.wants_call]
    by_mood = sorted(calm, key=nearness, reverse=True)
    for visit in by_mood[:KEPT]:
        top = content(visit).scale.top
        visit.answers = tuple(answer and top for answer in visit.answers or ())
        visit.beside = replace(visit.beside, confirmation="kept")
    mixed = [visit for visit in by_mood[KEPT:] if not content(visit).scale.end(visit.answers or ())]
    for visit in rng.sample(mixed, CHANGED):
        visit.beside = replace(visit.beside, confirmation="changed")


def nearness(visit: Visit) -> float:
    """How near the top of the scale the answers of `visit` are, on average: at most 1."""
    chosen = [answer for answer in visit.answers or () if answer]
    return sum(chosen) / (len(chosen) or 1) / content(visit).scale.top


def comment(answered: Sequence[Visit], rng: random.Random) -> None:
    """Let so many write something, each another sentence."""
    writing = rng.sample(answered, min(len(COMMENTS), len(answered)))
    for visit, words in zip(writing, COMMENTS, strict=False):
        visit.beside = replace(visit.beside, comment=words)


def at_the_screen(scenario: Scenario, first: date, last: date) -> list[Turn]:
    """Who answers in the waiting room from `first` to `last`: kinder than those who answer at home."""
    rng = random.Random(f"{scenario.seed} screen")  # noqa: S311 - a demo that is the same everywhere, not a secret
    span = (first + timedelta(days=n) for n in range((last - first).days + 1))
    open_days = [day for day in span if workdays.is_workday(day)]
    code = next(series.code for series in scenario.series if series.team == SCREEN_TEAM)
    kinder = [mean + 0.5 for mean in MEANS[code]]
    top = question_sets.load(code).scale.top
    return [
        Turn(open_days[n * len(open_days) // SCREEN_TURNS], SCREEN_TEAM, opinion(kinder, top, rng))
        for n in range(SCREEN_TURNS)
    ]
