"""What side dimensions and their values are called, why nobody is asked, and what answers are about."""

from babel import Locale

from survey.dimensions import REST
from survey.models import TAGS

DIMENSION_NAMES = {
    "language": "Sprog",
    "channel": "Kanal",
    "first": "Svar efter",
    "target_group": "Målgruppe",
    "meeting_number": "Samtale nr.",
}
VALUE_NAMES = {
    "channel": {"sms": "SMS", "email": "E-mail", "paper": "Papir"},
    "first": {"first": "Første besked", "reminder": "Påmindelse"},
    "meeting_number": {"1": "1. samtale", "2-3": "2. eller 3. samtale", "4+": "4. samtale eller senere"},
}
REASONS = {
    "cancelled": "Samtalen var aflyst",
    "not_attended": "Borgeren mødte ikke op",
    "in_the_future": "Samtalen er ikke holdt endnu",
    "too_old": "Samtalen lå for langt tilbage",
    "no_channel": "Hverken mobilnummer eller e-mail",
    "opted_out": "Borgeren har frabedt sig at blive spurgt",
    "protected_address": "Borgeren har beskyttet adresse",
    "hurtful_moment": "Borgeren står i et svært øjeblik",
    "paused": "Borgeren har en pause",
    "dead_address": "Ingen mobil eller e-mail, der virker",
    "outside_wave": "Samtalen lå uden for bølgens dage",
    "not_sampled": "Borgeren er ikke udtrukket",
    "asked_recently": "Borgeren er spurgt for nylig",
}
TAG_NAMES = tuple({"meeting": "Mødet", "law": "Loven", "both": "Begge dele"}[tag] for tag in TAGS)
"""In the order of TAGS."""
PART_NAMES = {"channel": "Kanal", "target_group": "Målgruppe", "message": "Besked"}
"""What is counted of everybody asked."""
MESSAGES = {"first": "Uden påmindelse", "reminder": "Efter en påmindelse"}


def part_name(dimension: str, value: str) -> str:
    """A value of one of PART_NAMES as it is read."""
    return MESSAGES[value] if dimension == "message" else value_name(dimension, value)


def value_name(dimension: str, value: str) -> str:
    """A value as it is read: a target group as the import names it."""
    if value == REST:
        return "Øvrige og ukendt"
    if dimension == "language":
        return language_name(value)
    return VALUE_NAMES.get(dimension, {}).get(value, value)


def language_name(code: str) -> str:
    """A language's name in Danish: "Arabisk"; its code when it has none."""
    return str(Locale("da").languages.get(code, code)).capitalize()
