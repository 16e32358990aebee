"""LIX, how hard a Danish text is to read: words per sentence and the share of long words (Björnsson 1968)."""

import re
from collections.abc import Iterable

LONG_LETTERS = 6
"""A word with more letters than this is long."""
LIMIT = 35
"""Above this a questionnaire is harder than a plain text; our own limit."""
LONGEST_WORD = 15
"""A word with more letters than this is named: a weak reader stumbles over it."""

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*|\d+(?:[.,]\d+)*")
_END = re.compile(r"[.!?:]+(?:\s|$)")


def of(statements: Iterable[str]) -> float:
    """The LIX of `statements`, each of them a sentence or more: about 20 is a children's book, over 50 a law.

    0.0 without any word. Of a single sentence it says little: one word more or less moves it by several points.
    """
    sentences = [sentence for statement in statements for sentence in _sentences(statement)]
    words = [word for sentence in sentences for word in _words(sentence)]
    if not words:
        return 0.0
    long = sum(_letters(word) > LONG_LETTERS for word in words)
    return len(words) / len(sentences) + 100 * long / len(words)


def very_long_words(statements: Iterable[str]) -> list[str]:
    """The words with more than LONGEST_WORD letters, each once, as they stand first."""
    found = [word for statement in statements for word in _words(statement) if _letters(word) > LONGEST_WORD]
    return list({word.casefold(): word for word in reversed(found)}.values())[::-1]


def _sentences(statement: str) -> list[str]:
    return [each for each in _END.split(statement) if _words(each)]


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _letters(word: str) -> int:
    return sum(map(str.isalpha, word))
