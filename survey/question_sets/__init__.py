"""The questionnaires we ship, as data: one TOML file each, with translations that nobody has verified."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from survey.questionnaire import Questionnaire, Statement
from survey.scale import Scale

CODES = ("opfoelgning", "ydelse", "faxe")


@cache
def load(code: str) -> Questionnaire:
    """The shipped questionnaire with this code, in Danish. Raises KeyError for one we do not ship."""
    data = _file(code)
    return Questionnaire(
        code=code,
        name=data["name"],
        scale=Scale(tuple(data["labels"])),
        statements=tuple(Statement(**statement) for statement in data["statements"]),
    )


@cache
def translations(code: str) -> dict[str, Questionnaire]:
    """By language: the shipped questionnaire with labels and statements in it, unverified, Danish left out.

    The name stays Danish: staff read it. Raises KeyError for a questionnaire we do not ship.
    """
    danish = load(code)
    return {
        language: danish.worded(words["labels"], words["statements"])
        for language, words in _file(code)["translations"].items()
    }


def _file(code: str) -> dict[str, Any]:
    if code not in CODES:
        raise KeyError(code)
    return tomllib.loads(resources.files(__name__).joinpath(f"{code}.toml").read_text("utf-8"))
