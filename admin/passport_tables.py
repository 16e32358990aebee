"""A table opened by its id, in words: what it is, how it is counted, and what its lines are called."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from admin.comparison import NAMES
from admin.side_names import DIMENSION_NAMES, PART_NAMES, REASONS, language_name, part_name, value_name
from survey.comparison import MEASURES
from survey.dimensions import DIMENSIONS
from survey.passports import Table
from survey.results import LAW_NAMES
from survey.table_passports import PARTS, Opened

MUNICIPAL = ("confirmed", "compared")
"""Kinds that are of no law group alone."""
WHOLE = ("side", "parts", *MUNICIPAL)
"""Kinds for those alone who see every team, as on their pages."""


@dataclass(frozen=True)
class Words:
    """What a kind of table is called, how it is counted, and the headings of its columns."""

    name: str
    how: str
    heads: tuple[str, ...]


WORDS: Mapping[str, Words] = {
    "steps": Words(
        "Fra samtale til svar",
        "Samtaler tælles efter den uge, de blev afgjort; sendte, leverede og besvarede efter den uge, "
        "spørgeskemaet blev sendt. Trinene er af de uger, hvis svarprocent kan vises.",
        ("Trin", "Antal", "Andel"),
    ),
    "calls": Words(
        "Fra ønske til opkald",
        "Ønsker om opkald i hele kvartaler, efter den uge, borgeren bad om det. De tælles om hver nat i 60 dage "
        "og står fast derefter. Trukne ønsker tæller ikke. Et kvartal med for få ønsker tæller ikke med.",
        ("Trin", "Antal", "Andel"),
    ),
    "reasons": Words(
        "Samtaler uden spørgeskema",
        "Samtaler tælles efter mandagen i den uge, de blev afgjort. "
        "Et kvartal med {few} af en grund tæller ikke med i den.",
        ("Grund", "Samtaler"),
    ),
    "side": Words(
        "Hvem svarer, og hvordan?",
        "Hele lovgruppens besvarelser i et afsluttet kvartal, delt efter én oplysning. Tallene er skrevet én "
        "gang, seks uger efter kvartalet, og ændrer sig ikke.",
        ("Værdi", "Antal", "Andel", "Gennemsnit"),
    ),
    "parts": Words(
        "Hvem svarer ikke?",
        "Hele lovgruppens spørgeskemaer, sendt i ét kvartals uger, delt efter én oplysning. Tallene er skrevet én "
        "gang, da kvartalets sidste uge var lukket, og ændrer sig ikke.",
        ("Værdi", "Udsendt", "Leveret", "Besvaret", "Svarprocent", "95 % usikkerhed"),
    ),
    "confirmed": Words(
        "Blev skalaen læst rigtigt?",
        "Af dem, der valgte samme ende af skalaen hele vejen igennem og blev spurgt, om det var meningen: "
        "hvor mange ændrede deres svar. Hele kommunen, ét sprog og kvartal.",
        ("Sprog", "Ændrede svaret", "Spurgte"),
    ),
    "compared": Words(
        "Sammenligning",
        "Hvad kommunen havde fortalt om kvartalet 28 dage efter dets sidste dag. Det fælles tal er de kommuners, "
        "der er med i sammenligningen.",
        ("Kommune", "Andel", "Besvarelser (n)", "95 % usikkerhed"),
    ),
}


def title(of: Table) -> str:
    """What the table is of beside its kind: the dimension, the share and the scale; "" of the others."""
    if of.kind == "side":
        return DIMENSION_NAMES[DIMENSIONS[of.by]]
    if of.kind == "parts":
        return PART_NAMES[PARTS[of.by]]
    if of.kind == "compared":
        points, measure = divmod(of.by, len(MEASURES))
        return f"{NAMES[MEASURES[measure]]}, skala 1 til {points}"
    return ""


def name(opened: Opened) -> str:
    """Whose it is: a team, a law group, or the municipality."""
    if opened.table.kind == "confirmed":
        return "Hele kommunen"
    return opened.team.name if opened.team else LAW_NAMES[opened.table.law]


def how(kind: str, few: str) -> str:
    """How a kind of table is counted; `few` is what stands for numbers too small to tell."""
    return WORDS[kind].how.format(few=few)


def lines(opened: Opened, few: str) -> list[tuple[str, tuple[str, ...]]]:
    """The lines with their names in Danish, and `few` where a reason has too few to number."""
    of = opened.table
    names: Mapping[str, Callable[[str], str]] = {
        "reasons": REASONS.__getitem__,
        "side": lambda value: value_name(DIMENSIONS[of.by], value),
        "parts": lambda value: part_name(PARTS[of.by], value),
        "confirmed": language_name,
        "compared": lambda municipality: municipality or "De sammenlignede tilsammen",
    }
    called = names.get(of.kind, str)
    untold = few if of.kind == "reasons" else ""
    return [(called(line.name), tuple(number or untold for number in line.numbers)) for line in opened.lines]
