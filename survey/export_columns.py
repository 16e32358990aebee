"""What an export holds: its columns, and what each level, measure and unit in it means. The data dictionary."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

FORMATS: Mapping[str, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
}
"""Every format, and how it names itself in an answer."""


@dataclass(frozen=True)
class Row:
    """One told number. The fields are the columns, in their order; COLUMNS says what each means."""

    municipality: str
    law: str
    unit: str
    team: str
    questionnaire: str
    version: int
    series: int
    scale: int
    mode: str
    level: str
    first_on: date
    last_on: date
    told_on: date | None
    final: bool
    statement: int
    statement_text: str
    measure: str
    point: int | None
    point_text: str
    value: float
    text: str
    dimension: str = ""
    part: str = ""
    figure_id: str = ""


@dataclass(frozen=True)
class Column:
    """A column: its name in JSON and Parquet, its heading in CSV and XLSX, its kind, and its meaning in Danish."""

    name: str
    heading: str
    kind: str
    meaning: str


COLUMNS = (
    Column("municipality", "kommune", "text", "Kommunens kortnavn."),
    Column("law", "lov", "text", "LAB (Opfølgning) eller LAS (Ydelse). De lægges aldrig sammen."),
    Column("unit", "enhed", "text", "Hvem tallet er af: team, resten eller lovgruppe (se enhederne nedenfor)."),
    Column("team", "team", "text", "Teamets navn; tomt for resten og for en hel lovgruppe."),
    Column("questionnaire", "skema", "text", "Spørgeskemaets navn."),
    Column(
        "version", "version", "whole", "Spørgeskemaets version; af weeks og period seriens nyeste; 0 af parts."
    ),
    Column(
        "series",
        "serie",
        "whole",
        "Seriens nyeste version. Versioner, hvis udsagn alle betyder det samme, er én serie, som på siden Tal. "
        "To serier lægges aldrig sammen. 0 af parts, som er af alle skemaer.",
    ),
    Column(
        "scale",
        "skala",
        "whole",
        "Skalaens øverste punkt: 4 for 1-4, 5 for 1-5; 0 af parts. Skalaer lægges aldrig sammen.",
    ),
    Column(
        "mode",
        "måde",
        "text",
        "remote: besvaret på eget udstyr. onsite: besvaret på en skærm i venteværelset. De lægges aldrig sammen.",
    ),
    Column(
        "level",
        "niveau",
        "text",
        "Hvad tallet hviler på: cell, means, spread, weeks, period eller parts (se niveauerne nedenfor).",
    ),
    Column(
        "first_on",
        "første dag",
        "day",
        "Den første svardag; af weeks den første mandag; af parts kvartalets første dag.",
    ),
    Column(
        "last_on",
        "sidste dag",
        "day",
        "Den sidste svardag; af weeks den sidste søndag; af parts kvartalets sidste dag. Perioden i en eksport "
        "vælger tal efter denne dag; af weeks og parts dem, den overlapper.",
    ),
    Column("told_on", "vist fra", "day", "Dagen, tallet første gang kunne vises; tomt af weeks og parts."),
    Column(
        "final", "endelig", "flag", "Om tallet aldrig ændrer sig mere. Det gør ingen af dem, når de først er vist."
    ),
    Column("statement", "udsagn", "whole", "Udsagnets nummer i skemaet; 0 for alle udsagn."),
    Column("statement_text", "udsagnets tekst", "text", "Udsagnet, som borgeren læste det på dansk."),
    Column("measure", "mål", "text", "Hvad der er talt eller regnet ud (se målene nedenfor)."),
    Column("point", "punkt", "whole", "Punktet på skalaen, når målet er count; ellers tomt."),
    Column("point_text", "punktets tekst", "text", "Punktet i ord."),
    Column(
        "value", "værdi", "number", "Tallet. Gennemsnit og svarprocent er afrundet, som de vises; 0,536 er 53,6 %."
    ),
    Column(
        "text", "vist som", "text", "Tallet, som det står på siden Tal, fx »mindst 3,9« eller »53/167 = 31,7 %«."
    ),
    Column("dimension", "delt op efter", "text", "Af parts: channel, target_group eller message. Ellers tomt."),
    Column(
        "part",
        "del",
        "text",
        "Af parts: kanalen, målgruppen, eller first (uden en accepteret påmindelse, af alle udsendte) og reminder "
        "(efter en). Tomt for øvrige og ukendt.",
    ),
    Column(
        "figure_id",
        "tallets id",
        "text",
        "Åbner tallet på /figures/<id>. Af resten kan det lukke: hvem der er i den, kan skifte, og så bliver den "
        "ikke regnet ud igen.",
    ),
)

UNITS = {
    "team": "Ét team, der er stort nok til at vises for sig.",
    "resten": (
        "Alle andre i lovgruppen, lagt sammen: team og resten giver lovgruppen. Af weeks også team, hvis uger "
        "ikke kan vises for sig."
    ),
    "lovgruppe": "Hele lovgruppen, for den, der kun må se den samlet; af period også for den, der ser alt.",
}
LEVELS = {
    "cell": "Hele portioner, hvis gennemsnit kan vises.",
    "means": "Portioner lagt sammen, til udsagnenes gennemsnit kan vises. Et udsagn, der ikke kan, mangler.",
    "spread": "Portioner lagt sammen, til et udsagns fordeling kan vises.",
    "weeks": "Uger lagt sammen, til svarprocenten kan vises. Efter den uge, spørgeskemaet blev sendt.",
    "period": (
        "Hele perioden, som siden Tal viser den: tallene af alle portioner, grupper af portioner og uger i den. "
        "Lægges aldrig sammen med de andre niveauer."
    ),
    "parts": (
        "Et afsluttet kvartals uger (efter mandagen) delt op efter kanal, målgruppe eller besked. Delene af en "
        "dimension giver hele kvartalet; dem af to dimensioner er de samme spørgeskemaer."
    ),
}
MEASURES = {
    "n": "Besvarelser.",
    "people": "Personer, der svarede på mindst ét udsagn.",
    "answers": (
        "Svar på skalaen. Mangler, hvor gennemsnittet kun vises som »mindst« eller »højst«, "
        "og af alle udsagn, hvor de ville røbe, hvor mange der svarede på et skjult udsagn."
    ),
    "mean": (
        "Gennemsnittet, som det vises: af færre end 50 personer med én decimal. Gennemsnit må ikke lægges sammen "
        "eller midles; en periodes står på niveauet period."
    ),
    "count": "Svar på et punkt af skalaen.",
    "dont_know": "»Ved ikke / ikke relevant«. Er i intet gennemsnit.",
    "sent": (
        "Sendte spørgeskemaer, en udbyder tog imod, eller som er i tvivl. Påmindelser tæller ikke, undtagen af "
        "delen reminder: dér er det dem, der fik en, eller alle udsendte, hvor det tal ikke kan vises."
    ),
    "delivered": "Leverede af de sendte; kun af parts.",
    "answered": "Besvarede af de sendte.",
    "rate": "Svarprocenten, som den vises: answered delt med sent.",
}
KINDS = {"text": "tekst", "whole": "helt tal", "number": "tal", "day": "dato", "flag": "ja/nej"}

HEADINGS = ("slags", "navn", "overskrift", "type", "betydning")
"""Of `dictionary`."""


def dictionary() -> Iterator[tuple[str, str, str, str, str]]:
    """The data dictionary: columns, then units, levels and measures, as rows under HEADINGS."""
    for column in COLUMNS:
        yield "kolonne", column.name, column.heading, KINDS[column.kind], column.meaning
    for kind, words in (("enhed", UNITS), ("niveau", LEVELS), ("mål", MEASURES)):
        for name, meaning in words.items():
            yield kind, name, "", "", meaning


def values(row: Row) -> list[Any]:
    """A row's values in the order of COLUMNS."""
    return [getattr(row, column.name) for column in COLUMNS]


if tuple(field.name for field in fields(Row)) != tuple(column.name for column in COLUMNS):
    raise AssertionError("every field of a row needs its column")  # pragma: no cover - the two stand in this file
