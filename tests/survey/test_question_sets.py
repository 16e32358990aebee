"""The shipped translations: complete, distinct, in their own script, and not Danish."""

import re
import unicodedata

import pytest

from survey import question_sets, texts, wording

EVERY = [(code, language) for code in question_sets.CODES for language in texts.LANGUAGES if language != "da"]
SCRIPTS = {"ar": "ARABIC", "fa": "ARABIC", "ti": "ETHIOPIC", "uk": "CYRILLIC"}
PERSIAN, ARABIC = "پچژگک‌ی", "كيةىإأ"
"""Letters that only one of the two writes."""


def said(code: str, language: str) -> list[str]:
    """Every label and statement of a shipped questionnaire in a language."""
    content = question_sets.translations(code)[language]
    return [*content.scale.labels, *(statement.text for statement in content.statements)]


@pytest.mark.parametrize("code", question_sets.CODES)
def test_every_questionnaire_speaks_every_language(code: str) -> None:
    """The eight besides Danish, in the usual order; what offers a call still does."""
    assert list(question_sets.translations(code)) == list(texts.LANGUAGES[1:])
    danish = [statement.offers_callback for statement in question_sets.load(code).statements]
    for told in question_sets.translations(code).values():
        assert [statement.offers_callback for statement in told.statements] == danish


@pytest.mark.parametrize(("code", "language"), EVERY)
def test_every_translation_is_whole_and_plain(code: str, language: str) -> None:
    """No blank, no two alike, short enough, nothing that `tidy` would change."""
    content = question_sets.translations(code)[language]
    assert wording.problems(content.scale.labels, [line.text for line in content.statements]) == []
    assert [wording.tidy(text) for text in said(code, language)] == said(code, language)


@pytest.mark.parametrize(("code", "language"), EVERY)
def test_every_translation_is_in_its_script(code: str, language: str) -> None:
    """Each letter, and no other's punctuation."""
    script = SCRIPTS.get(language, "LATIN")
    for text in said(code, language):
        letters = {unicodedata.name(each).split()[0] for each in text if each.isalpha()}
        assert letters == {script}, text
        if language in ("ar", "fa"):
            assert not set(text) & set(",;?"), text
        if language == "ti":
            assert not set(text) & set(",.;"), text


def test_arabic_and_farsi_are_told_apart() -> None:
    """Neither writes the other's letters."""
    assert not set("".join(said("opfoelgning", "fa"))) & set(ARABIC)
    assert not set("".join(said("opfoelgning", "ar"))) & set(PERSIAN)


@pytest.mark.parametrize(("code", "language"), EVERY)
def test_no_danish_is_left_over(code: str, language: str) -> None:
    """Neither a text nor a letter or a small word of it."""
    content = question_sets.load(code)
    danish = {*content.scale.labels, *(statement.text for statement in content.statements)}
    assert not danish & set(said(code, language))
    for text in said(code, language):
        assert not re.search(r"[æøå]|\b(?:jeg|og|ikke|på|har|fået|helt|uenig)\b", text, re.IGNORECASE), text


def test_the_same_danish_is_said_the_same_way() -> None:
    """Whole scales and single statements, whatever the questionnaire: what one team learns holds for another's."""
    for language in texts.LANGUAGES[1:]:
        told: dict[object, object] = {}
        for code in question_sets.CODES:
            danish, foreign = question_sets.load(code), question_sets.translations(code)[language]
            assert told.setdefault(danish.scale, foreign.scale) == foreign.scale
            for ours, theirs in zip(danish.statements, foreign.statements, strict=True):
                assert told.setdefault(ours.text, theirs.text) == theirs.text


def test_other_words_must_be_as_many() -> None:
    """One label per point, one text per statement."""
    danish = question_sets.load("ydelse")
    with pytest.raises(ValueError, match="4 labels expected"):
        danish.worded(("a", "b", "c", "d", "e"), ["x"] * 5)
    with pytest.raises(ValueError, match="shorter"):
        danish.worded(("a", "b", "c", "d"), ["x"] * 4)
    with pytest.raises(KeyError):
        question_sets.translations("../config")
