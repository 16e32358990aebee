"""The questionnaires we ship, as data: one TOML file each."""

import tomllib
from importlib import resources

from survey.questionnaire import Questionnaire, Statement
from survey.scale import Scale

CODES = ("opfoelgning", "ydelse", "faxe")


def load(code: str) -> Questionnaire:
    """The shipped questionnaire with this code. Raises KeyError for one we do not ship."""
    if code not in CODES:
        raise KeyError(code)
    data = tomllib.loads(resources.files(__name__).joinpath(f"{code}.toml").read_text("utf-8"))
    return Questionnaire(
        code=code,
        name=data["name"],
        scale=Scale(tuple(data["labels"])),
        statements=tuple(Statement(**statement) for statement in data["statements"]),
    )
