"""What we write to the citizen: shipped and own texts in nine languages, filled in for one message."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import placeholders
from survey.gsm import Segments, segments
from survey.models import MessageText

__all__ = [
    "Draft",
    "Own",
    "Segments",
    "Texts",
    "Writing",
    "Written",
    "own",
    "plain",
    "render",
    "segments",
    "shipped",
]

FOLDER = Path(__file__).parent.parent / "templates" / "messages"
LANGUAGES = ("da", "en", "uk", "ar", "pl", "tr", "so", "ti", "fa")
"""The languages of the shipped texts, ISO 639-1; whoever reads another one gets Danish."""
IN_ONE_SEGMENT = frozenset({"da", "en", "so"})
LONGEST_NAME, MOST_DIGITS = 60, 3
NUMBERS = ("nul", "en", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni", "ti", "elleve", "tolv")
FIRST_STRONG, LEFT_TO_RIGHT, ISOLATED = "\u2068", "\u2066", "\u2069"
_FILLERS = "\u115f\u1160\u3164\uffa0"
_PARAGRAPHS = (
    *("greeting", "{kind}", "answer{mode}", "why", "promise", "personal{mode}", "last{kind}"),
    *("contact", "decline", "goodbye"),
)
_ISOLATES = {"phone": LEFT_TO_RIGHT, "name": FIRST_STRONG, "municipality": FIRST_STRONG, "sender": FIRST_STRONG}


@dataclass(frozen=True)
class Own:
    """A text to fill in: `subject` is empty for SMS. `verified`: a person said that it is right."""

    subject: str
    body: str
    verified: bool = False


@dataclass(frozen=True)
class Texts:
    """Municipalities' own texts, by municipality, questionnaire (None: all), kind, channel, language."""

    by_key: Mapping[tuple[int, int | None, str, str, str], Own]

    def find(
        self, municipality_id: int, questionnaire_id: int, kind: str, channel: str, language: str
    ) -> Own | None:
        """The questionnaire's own text, else the municipality's, in `language`; None: the shipped one."""
        if not self.by_key:
            return None
        key = (kind, channel, written_in(language))
        special = self.by_key.get((municipality_id, questionnaire_id, *key))
        return special or self.by_key.get((municipality_id, None, *key))


@dataclass(frozen=True, repr=False, kw_only=True)
class Draft:
    """What many messages have in common: who asks, how many questions, in which words.

    `kind`, `channel`, `language` and `link_mode` choose the shipped text; `own` goes before it where it fits the
    mode. `place` is where a code is typed ("svar.stevns.dk/svar"), for "code_only". `smallest_group` is how many
    must have answered before anything is counted.
    """

    kind: str
    channel: str
    municipality: str
    phone: str
    questions: int
    smallest_group: int
    sender: str
    language: str = "da"
    own: Own | None = None
    link_mode: str = "link"
    place: str = ""
    days: int = 14

    @cached_property
    def text(self) -> Own:
        """The text to fill in. Raises KeyError for a kind or channel that has none."""
        if self.own and suits(self.own, self.link_mode):
            return self.own
        return shipped(self.kind, self.channel, written_in(self.language), self.link_mode)

    @cached_property
    def values(self) -> Mapping[str, str]:
        """What stands in the placeholders, but for the citizen's own."""
        danish = written_in(self.language) == "da"
        return {
            "municipality": plain(self.municipality),
            "sender": plain(self.sender),
            "phone": plain(self.phone),
            "questions": str(self.questions),
            "days": str(self.days),
            "smallest_group": in_words(self.smallest_group) if danish else str(self.smallest_group),
            "place": self.place,
        }


class Writing(NamedTuple):
    """A message to one citizen: the `draft`, and what is theirs alone.

    "link" and "code" need `link`, "code_only" needs `code`. `unsubscribe`: where to say no thanks, "" for SMS.
    """

    draft: Draft
    name: str
    link: str = ""
    code: str = ""
    unsubscribe: str = ""

    def __repr__(self) -> str:
        """Nothing of it: it holds a name and a link."""
        return "<Writing>"


@dataclass(frozen=True, repr=False)
class Written:
    """A finished text in `language`; `subject` is empty for SMS, `segments` None for e-mail."""

    subject: str
    body: str
    segments: Segments | None
    language: str


def own(session: Session, municipality_ids: Iterable[int]) -> Texts:
    """The own texts of these municipalities, in one statement; once a claim."""
    table = MessageText
    columns = (table.questionnaire_id, table.kind, table.channel, table.language)
    rows = session.execute(
        select(table.municipality_id, *columns, table.subject, table.body, table.verified_at).where(
            table.municipality_id.in_(sorted(set(municipality_ids)))
        )
    )
    return Texts(
        {
            (row.municipality_id, row.questionnaire_id, row.kind, row.channel, row.language): Own(
                row.subject, row.body, row.verified_at is not None
            )
            for row in rows
        }
    )


def render(writing: Writing) -> Written:
    """The finished text of `writing`.

    An SMS that takes more segments than its language may names the sender instead of the municipality,
    where that is shorter. An own text that does not fit the link mode gives way to the shipped one.
    """
    draft, language = writing.draft, written_in(writing.draft.language)
    values = {
        **draft.values,
        "name": greeted(writing.name),
        "link": writing.link,
        "code": writing.code,
        "unsubscribe": writing.unsubscribe,
    }
    if draft.channel == "email":
        subject = _one_line(placeholders.read(draft.text.subject).fill(values))
        around = _isolated(values) if direction(language) == "rtl" else values
        return Written(subject, placeholders.read(draft.text.body).fill(around) + "\n", None, language)
    template = placeholders.read(unformatted(draft.text.body))
    body = template.fill(values)
    counted = segments(body)
    if counted.count > most_segments(language) and "municipality" in template.holes:
        shorter = template.fill({**values, "municipality": values["sender"]})
        if segments(shorter).count < counted.count:
            body, counted = shorter, segments(shorter)
    return Written("", body, counted, language)


def suits(text: Own, link_mode: str) -> bool:
    """May `text` be sent: does its body lead to the questions this way, and is every placeholder known?"""
    known = placeholders.KNOWN.keys() >= set(placeholders.read(text.subject).holes)
    return known and placeholders.read(text.body).suits(link_mode)


def written_in(language: str) -> str:
    """The language a citizen with `language` is written to in: that, or Danish."""
    return language if language in LANGUAGES else "da"


def most_segments(language: str) -> int:
    """How many segments an SMS in `language` should take at most."""
    return 1 if language in IN_ONE_SEGMENT else 2


def direction(language: str) -> str:
    """Which way `language` is written: "ltr" or "rtl"."""
    return str(about(language)["direction"])


@cache
def shipped(kind: str, channel: str, language: str, link_mode: str = "link") -> Own:
    """The text that comes with the program. Raises KeyError for what does not exist."""
    words = about(language)
    mode = "_code" if link_mode == "code_only" else ""
    if channel == "sms":
        return Own("", words["sms"][kind + mode], words["verified"])
    parts = words["email"]
    last = "" if kind == "reminder" else "-"
    names = [name.format(kind=kind, mode=mode) for name in _PARAGRAPHS if name != "last{kind}" or not last]
    body = "\n\n".join(parts["last" if name.startswith("last") else name] for name in names)
    return Own(parts[f"subject_{kind}"], body, words["verified"])


@cache
def about(language: str) -> dict[str, Any]:
    """The file of `language`: its `name` in Danish, `direction`, `verified`, the words that tell, the texts."""
    return tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))


def in_words(n: int) -> str:
    """`n` (not negative) as Danish writes it in a text: a word up to twelve, digits from there."""
    return NUMBERS[n] if n < len(NUMBERS) else str(n)


def plain(name: str) -> str:
    """`name` as one harmless line: letters, digits, spaces and - ' & ( ) +, at most 60 characters.

    No line break, invisible character, colon, slash, at sign or full stop gets through: a name from a file can
    become neither a header nor a link nor markup, and cannot turn the direction of the text.
    """
    if len(name) <= LONGEST_NAME and _USUAL.fullmatch(name):
        return name
    composed = unicodedata.normalize("NFC", name)
    kept = "".join(character if _harmless(character) else " " for character in composed)
    return re.sub(" +", " ", kept)[:LONGEST_NAME].strip()


def greeted(name: str) -> str:
    """`name` as `plain` has it; empty for one with more than MOST_DIGITS digits: it may be a number to call."""
    if len(name) <= LONGEST_NAME and _NUMBERLESS.fullmatch(name):
        return name
    kept = plain(name)
    return kept if sum(unicodedata.category(each)[0] == "N" for each in kept) <= MOST_DIGITS else ""


# What an SMS cannot carry cheaply ------------------------------------------------------------------------

_PLAINER = {
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‘’‚‛‹›′ʼ", "'"),
    **dict.fromkeys("–—‐‑‒―−", "-"),
    **dict.fromkeys("\u00a0\u202f\u2007\u2009\u200a\u2002\u2003\t", " "),
    "…": "...",
    **dict.fromkeys(
        "\u00ad\u200b\u2060\ufeff\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", ""
    ),
}
_SAID = {
    '"': "Typografiske anførselstegn er lavet til almindelige",
    "'": "Typografiske apostroffer er lavet til almindelige",
    "-": "Tankestreger er lavet til bindestreger",
    " ": "Hårde og smalle mellemrum er lavet til almindelige",
    "...": "Tre prikker i ét tegn er lavet til tre punktummer",
    "": "Usynlige tegn er fjernet",
}
_USUAL = re.compile("[0-9A-Za-zÆØÅæøå'&()+-]+(?: [0-9A-Za-zÆØÅæøå'&()+-]+)*")
"""Most names: nothing in them is to be changed."""
_NUMBERLESS = re.compile(_USUAL.pattern.replace("0-9", ""))
_TABLE = str.maketrans(_PLAINER)


@lru_cache(maxsize=4096)
def unformatted(text: str) -> str:
    """`text` with plain quotes, hyphens, dots and spaces: what an SMS carries without paying for it."""
    return text.translate(_TABLE)


def notes(text: str) -> list[str]:
    """What `unformatted` changes in `text`, in Danish, one sentence each; empty when nothing."""
    counted = {each: sum(text.count(old) for old, new in _PLAINER.items() if new == each) for each in _SAID}
    return [f"{_SAID[each]} ({n} {'sted' if n == 1 else 'steder'})." for each, n in counted.items() if n]


def _harmless(character: str) -> bool:
    """Is it a letter, a mark, a number or an ordinary sign? Hangul fillers are letters that show nothing."""
    return (unicodedata.category(character)[0] in "LMN" and character not in _FILLERS) or character in "-'&()+"


def _isolated(values: Mapping[str, str]) -> dict[str, str]:
    """Between right-to-left words a name or a number keeps its own order; what is copied or tapped stays bare."""
    marked = {name: mark + values[name] + ISOLATED for name, mark in _ISOLATES.items() if values[name]}
    return {**values, **marked}


def _one_line(text: str) -> str:
    return " ".join(text.split())
