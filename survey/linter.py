"""What a text must not say, and what it must: words that reveal the case, placeholders, addresses, length."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from survey import gsm, placeholders, text_examples, texts

LONGEST = {"subject": 120, "sms": 1000, "email": 8000}
"""The most characters of a subject, an SMS and an e-mail."""
SHORTENERS = frozenset(
    {"bit.ly", "tinyurl.com", "t.co", "goo.gl", "ow.ly", "is.gd", "kortlink.dk", "rebrand.ly", "cutt.ly"}
    | {"shorturl.at", "tiny.cc", "rb.gy", "buff.ly", "t.ly", "s.id"}
)
IN_SUBJECTS = frozenset({"municipality", "sender", "name", "days"})
ONLY_IN_EMAILS = frozenset({"unsubscribe"})
COPIED = ("link", "place", "code", "unsubscribe")
UNIVERSAL = 6
"""A Danish or English word is looked for in other languages too when it is at least so many letters long."""

_BRACES = re.compile(r"\{([^{}]*)\}")
_ADDRESS = re.compile(
    r"https?://[^\s]*|(?<![\w.-])(?:[\w-]+\.)+(?:[a-z]{2}|com|net|org|info|link|app|page|click|online|site|xyz)(?![\w-])[^\s]*",
    re.IGNORECASE,
)
_SAME = str.maketrans({"ı": "i", "ي": "ی", "ك": "ک", "ـ": None})


@dataclass(frozen=True)
class Finding:
    """What is wrong in `field` ("subject" or "body"), in Danish with word, place and remedy.

    A `warning` is for the editor to weigh; anything else must be put right before the text can be saved.
    """

    field: str
    message: str
    warning: bool = False


def lint(
    text: str, language: str, channel: str, field: str, *, link_mode: str = "link", hosts: Sequence[str] = ()
) -> list[Finding]:
    """Everything to say about a text that is to be a `field` of a message; empty when it may be sent.

    `hosts` are the municipality's own; addresses below their domains are not foreign.
    """
    problems = [*_shape(text, channel, field), *_holes(text, channel, field, link_mode)]
    if field == "body":
        problems += [*_ways(text, link_mode), *_around(text), *_who(text, channel)]
    if channel == "sms" or field == "subject":
        problems += telling(text, language)
    problems += _addresses(text, hosts)
    warnings = _length(text, language, link_mode) if channel == "sms" and not problems else ()
    return [Finding(field, each) for each in problems] + [Finding(field, each, warning=True) for each in warnings]


def telling(text: str, language: str) -> list[str]:
    """The words of `text` that reveal what the citizen came for, each once, as sentences with place and remedy."""
    words = _without_holes(text)
    folded, places = _folded(words)
    found: dict[str, tuple[int, str]] = {}
    for match in _telling(language).finditer(folded):
        start, word = _whole_word(words, places[match.start()], places[match.end() - 1])
        found.setdefault(word.casefold(), (start, word))
    return [
        f"»{word}« ({_place(text, start)}) kan afsløre, hvad samtalen handlede om. "
        f"Andre kan se beskeden på en låst skærm: skriv fx »samtale« i stedet, eller lad ordet gå ud."
        for start, word in found.values()
    ]


def allowed(channel: str, field: str, link_mode: str) -> frozenset[str]:
    """The placeholders that may stand in a `field`."""
    if field == "subject":
        return IN_SUBJECTS
    others = {name for ways in placeholders.WAYS.values() for name in ways} - set(placeholders.WAYS[link_mode])
    return frozenset(placeholders.KNOWN) - others - (frozenset() if channel == "email" else ONLY_IN_EMAILS)


def _shape(text: str, channel: str, field: str) -> Iterator[str]:
    most = LONGEST["subject" if field == "subject" else channel]
    if not text.strip():
        yield "Skriv et emne." if field == "subject" else "Skriv en tekst."
    if len(text) > most:
        yield f"Teksten er på {len(text)} tegn. Forkort den til højst {most}."
    if field == "subject" and len(text.strip().splitlines()) > 1:
        yield "Emnet har flere linjer. Skriv det på én linje."


def _holes(text: str, channel: str, field: str, link_mode: str) -> Iterator[str]:
    may = allowed(channel, field, link_mode)
    listed = ", ".join(f"{{{name}}}" for name in placeholders.KNOWN if name in may)
    for match in _BRACES.finditer(text):
        name, place = match[1], _place(text, match.start())
        if name not in placeholders.KNOWN:
            yield f"Pladsholderen {match[0]} ({place}) findes ikke. Brug en af disse: {listed}."
        elif name not in may:
            yield f"{match[0]} ({place}) kan ikke stå her. Brug en af disse: {listed}."
    for match in re.finditer("[{}]", _without_holes(text)):
        yield f"Tegnet {match[0]} ({_place(text, match.start())}) hører til en pladsholder som {{link}}. Slet det."


def _ways(text: str, link_mode: str) -> Iterator[str]:
    why = {
        "link": "ellers kan borgeren ikke komme til spørgsmålene",
        "place": "kommunen sender uden link, så borgeren skal se, hvor koden skrives",
        "code": "kommunen sender uden link, så borgeren skal se sin kode",
    }
    for name in placeholders.WAYS[link_mode]:
        n = text.count(f"{{{name}}}")
        if n == 0:
            yield f"{{{name}}} mangler: {why[name]}. Sæt {{{name}}} ind."
        elif n > 1:
            yield f"{{{name}}} står {n} gange. Lad den stå én gang."


def _around(text: str) -> Iterator[str]:
    for match in re.finditer(r"(\S?)\{(" + "|".join(COPIED) + r")\}(\S?)", text):
        if match[1] or match[3]:
            yield (
                f"Sæt mellemrum eller linjeskift omkring {{{match[2]}}} ({_place(text, match.start())}), "
                f"ellers bliver »{match[1] or match[3]}« en del af det, borgeren trykker på eller skriver af."
            )


def _who(text: str, channel: str) -> Iterator[str]:
    if "{municipality}" not in text and "{sender}" not in text:
        yield "Skriv {municipality} eller {sender}, så borgeren kan se, hvem der spørger."
    if channel == "email" and "{unsubscribe}" not in text:
        yield "{unsubscribe} mangler: borgeren skal kunne sige nej tak. Sæt {unsubscribe} på en linje for sig."


def _addresses(text: str, hosts: Sequence[str]) -> Iterator[str]:
    own = {".".join(host.lower().split(".")[-2:]) for host in hosts}
    for match in _ADDRESS.finditer(_without_holes(text)):
        address, place = match[0].rstrip(".,;:!?)"), _place(text, match.start())
        host = re.sub(r"^https?://|[/:?#].*$", "", address, flags=re.IGNORECASE).lower()
        host = host.removeprefix("www.")
        if host in SHORTENERS:
            yield f"»{address}« ({place}) er et forkortet link, som filtre stopper. Brug {{link}} i stedet."
        elif ".".join(host.split(".")[-2:]) not in own:
            yield (
                f"»{address}« ({place}) ligner en adresse, der ikke er kommunens. Slet den, "
                f"og sæt mellemrum efter punktum, hvis det ikke er en adresse."
            )


def _length(text: str, language: str, link_mode: str) -> Iterator[str]:
    body = texts.unformatted(text)
    written = text_examples.example("invitation", "sms", language, link_mode=link_mode, own=texts.Own("", body))
    most, n = texts.most_segments(language), gsm.segments(written.body).count
    if n > most:
        yield (
            f"Beskeden fylder {n} segmenter med det længste domæne, og hvert segment koster. "
            f"Forkort den, så den fylder højst {most}."
        )
    if "{name}" in text:
        yield (
            "{name} kan være et langt navn eller have bogstaver uden for SMS-alfabetet. "
            "Så fylder beskeden flere segmenter end vist."
        )
    odd = gsm.outside(body)
    if odd and language in texts.IN_ONE_SEGMENT:
        first = next(character for character in text if character in odd)
        yield (
            f"»{first}« ({_place(text, text.index(first))}) findes ikke i SMS-alfabetet og gør hver SMS "
            f"kortere: 70 tegn i stedet for 160. Skriv det på en anden måde."
        )


def _without_holes(text: str) -> str:
    """`text` with a space for every character of a placeholder, so that places stay what they are."""
    return _BRACES.sub(lambda match: " " * len(match[0]), text)


@cache
def _telling(language: str) -> re.Pattern[str]:
    own = list(texts.about(language)["telling"])
    shared = [word for other in ("da", "en") for word in texts.about(other)["telling"]]
    words = own + [word for word in shared if sum(map(str.isalpha, word)) >= UNIVERSAL]
    # The longest first, so that a compound is found whole.
    return re.compile("|".join(_pattern(word) for word in sorted(set(words), key=len, reverse=True)))


def _pattern(word: str) -> str:
    folded = unicodedata.normalize("NFKD", word.casefold()).translate(_SAME)
    bare = "".join(character for character in folded if not unicodedata.combining(character))
    return bare.replace("|", r"\b").replace(" ", " ?")


def _folded(text: str) -> tuple[str, list[int]]:
    """`text` without accents, case and marks, one space for whatever is no letter; where each character was."""
    characters: list[str] = []
    places: list[int] = []
    for at, character in enumerate(text):
        for each in unicodedata.normalize("NFKD", character.casefold()).translate(_SAME):
            if unicodedata.category(each) in ("Mn", "Cf"):
                continue
            characters.append(each if each.isalnum() else " ")
            places.append(at)
    return "".join(characters), places


def _whole_word(text: str, start: int, end: int) -> tuple[int, str]:
    while start > 0 and _in_word(text[start - 1]):
        start -= 1
    end += 1
    while end < len(text) and _in_word(text[end]):
        end += 1
    return start, text[start:end]


def _in_word(character: str) -> bool:
    return character.isalnum() or character in "-\u00ad"


def _place(text: str, at: int) -> str:
    before = text[:at]
    line, column = before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1
    return f"linje {line}, tegn {column}"
