"""The words of a questionnaire: made plain, what is wrong with them, and what could be said better."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from survey import cpr, lix

MOST_STATEMENTS = 7
"""One page, under a minute."""
LONGEST_STATEMENT = 240
LONGEST_LABEL = 60
_JOINERS = "\u200c\u200d"
"""Invisible, but part of the spelling: Persian needs them."""
_FIRST_PERSON = re.compile(r"\b(?:jeg|mig|min|mit|mine|vi|os|vores)\b", re.IGNORECASE)
_NEGATION = re.compile(r"\b(?:ikke|aldrig|ingen|intet)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Finding:
    """What is wrong or could be better, in Danish, and in which field: "label-2", "statement-3", or "" for all."""

    field: str
    message: str


class WordingError(ValueError):
    """Words that cannot be published; `findings` say which and why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(" ".join(finding.message for finding in findings))
        self.findings = tuple(findings)


def tidy(text: str) -> str:
    """`text` on one line, composed, without invisible characters: nothing in it can turn its direction."""
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(_shown(each, unicodedata.category(each)) for each in composed).split())


def _shown(character: str, category: str) -> str:
    if category == "Cc":
        return " "
    return "" if category in ("Cf", "Cs", "Co") and character not in _JOINERS else character


def problems(labels: Sequence[str], statements: Sequence[str]) -> list[Finding]:
    """Why these words, in any language, cannot be what citizens are asked; empty when they can."""
    found: list[Finding] = []
    if len(labels) not in (4, 5):
        found.append(Finding("label-1", "Skalaen skal have 4 eller 5 svar, hvert med ord."))
    if not 1 <= len(statements) <= MOST_STATEMENTS:
        found.append(Finding("statement-1", f"Skriv mellem 1 og {MOST_STATEMENTS} udsagn."))
    found += _of("label", "Svar", labels, LONGEST_LABEL)
    found += _of("statement", "Udsagn", statements, LONGEST_STATEMENT)
    return found


def hints(statements: Sequence[str]) -> list[Finding]:
    """What could be said better in these Danish statements; nothing of it stands in the way."""
    found = [Finding(f"statement-{n}", f"Udsagn {n} {hint}") for n, hint in _hints(statements)]
    reading = lix.of(statements)
    if reading > lix.LIMIT:
        found.append(
            Finding(
                "", f"Lixtallet er {reading:.0f}. Over {lix.LIMIT} er svært at læse: brug korte sætninger og ord."
            )
        )
    return found


def _hints(statements: Iterable[str]) -> Iterator[tuple[int, str]]:
    for n, text in enumerate(statements, 1):
        if not _FIRST_PERSON.search(text):
            yield n, "er ikke sagt med borgerens stemme. Skriv fx »Jeg har fået …«."
        if text.endswith("?"):
            yield n, "er et spørgsmål. Skriv noget, man kan være enig eller uenig i."
        if negation := _NEGATION.search(text):
            yield n, f"siger »{negation[0]}«. Det er svært at være uenig i: sig det uden."
        for word in lix.very_long_words([text]):
            yield n, f"har et ord på over {lix.LONGEST_WORD} bogstaver: »{word}«. Findes der et kortere?"


def _of(field: str, name: str, words: Sequence[str], longest: int) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for n, text in enumerate(words, 1):
        same = first.setdefault(text.casefold(), n)
        if message := _wrong(text, name.lower(), longest, same if same < n else None):
            yield Finding(f"{field}-{n}", f"{name} {n} {message}")


def _wrong(text: str, name: str, longest: int, same: int | None) -> str:
    if not text:
        return "mangler."
    if len(text) > longest:
        return f"er på {len(text)} tegn. Forkort det til højst {longest}."
    if same:
        return f"er det samme som {name} {same}. Lad dem sige hver sit."
    if cpr.held_by(text):
        return "ligner et CPR-nummer. Slet det."
    return ""
