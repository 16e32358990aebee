"""What the citizen's pages say is translated whole, and what is compiled is what is written."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from survey import languages
from tests.conftest import ROOT

FOREIGN = [code for code in languages.NAMES if code != "da"]
SCRIPTS = {"uk": "[а-яіїєґ]", "ar": "[ا-ي]", "fa": "[ا-ی]", "ti": "[ሀ-፼]"}
INVISIBLE = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def read(path: Path, language: str | None = None) -> Catalog:
    """The catalogue written at `path`."""
    with path.open("rb") as file:
        return read_po(file, locale=language)


def written(language: str) -> Catalog:
    """The translations into `language`."""
    return read(languages.FOLDER / language / "LC_MESSAGES" / "messages.po", language)


def messages(catalogue: Catalog) -> Iterator[Message]:
    """Every message but the header."""
    return (message for message in catalogue if message.id)


def forms(text: object) -> tuple[str, ...]:
    """The plural forms of an id or a translation; one for a plain text."""
    return tuple(text) if isinstance(text, tuple | list) else (str(text),)


def test_the_template_holds_what_the_pages_say(tmp_path: Path) -> None:
    """`make catalogues` would add nothing and take nothing away."""
    found = tmp_path / "found.pot"
    options = ["--mapping-file=pyproject.toml", "--keywords=later", f"--output-file={found}"]
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", *options]
    subprocess.run([*command, "survey", "templates/survey"], cwd=ROOT, check=True)
    ids = [
        {forms(each.id) for each in messages(read(path))} for path in (found, languages.FOLDER / "messages.pot")
    ]
    assert ids[0] == ids[1], "run make catalogues and translate what is new"


@pytest.mark.parametrize("language", FOREIGN)
def test_every_sentence_is_translated(language: str) -> None:
    """No page is half translated: every message of the template has every form of the language."""
    template, catalogue = read(languages.FOLDER / "messages.pot"), written(language)
    assert {forms(each.id) for each in messages(catalogue)} == {forms(each.id) for each in messages(template)}
    for message in messages(catalogue):
        plural = isinstance(message.id, tuple)
        assert len(forms(message.string)) == (catalogue.num_plurals if plural else 1), message.id
        assert all(forms(message.string)), message.id
        assert not message.fuzzy, message.id


@pytest.mark.parametrize("language", FOREIGN)
def test_every_translation_fills_in_the_same(language: str) -> None:
    """The placeholders of the Danish, in every form; no invisible signs; the language's own script."""
    for message in messages(written(language)):
        wanted = set(re.findall(r"%\(\w+\)[sd]", forms(message.id)[-1]))
        for form in forms(message.string):
            assert set(re.findall(r"%\(\w+\)[sd]", form)) | {"%(num)d"} == wanted | {"%(num)d"}, message.id
            assert "%" not in re.sub(r"%\(\w+\)[sd]", "", form), message.id
            assert not INVISIBLE.search(form), message.id
    said = " ".join(form for message in messages(written(language)) for form in forms(message.string))
    assert len(re.findall(SCRIPTS.get(language, "[a-z]"), said)) > len(said) / 3


@pytest.mark.parametrize("language", FOREIGN)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    """The file the program reads is made of the one people edit."""
    with (languages.FOLDER / language / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        compiled = {forms(each.id): forms(each.string) for each in messages(read_mo(file))}
    assert compiled == {forms(each.id): forms(each.string) for each in messages(written(language))}
