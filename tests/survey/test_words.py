"""Words for states, channels, kinds and link modes."""

import pytest
from sqlalchemy.schema import CreateTable

from survey import words
from survey.db import Base
from survey.message_states import STATES
from survey.models import CHANNELS, KINDS, LINK_MODES


def test_everything_the_tables_hold_has_its_word() -> None:
    """And nothing else has one."""
    assert set(words.STATES) == set(STATES)
    assert (set(words.KINDS), set(words.CHANNELS)) == (set(KINDS), set(CHANNELS))
    assert set(words.LINK_MODES) == set(LINK_MODES)
    assert all(f"'{state}'" in str(CreateTable(Base.metadata.tables["trial_message"])) for state in words.TRIALS)


def test_a_word_first_in_a_line_has_a_capital() -> None:
    """Names keep theirs."""
    assert [words.first(word) for word in ("SMS", "e-mail", "påmindelse", "")] == [
        "SMS",
        "E-mail",
        "Påmindelse",
        "",
    ]


@pytest.mark.parametrize(
    ("names", "said"), [([], ""), (["A"], "A"), (["A", "B"], "A og B"), (["A", "B", "C"], "A, B og C")]
)
def test_names_are_listed_as_they_are_said(names: list[str], said: str) -> None:
    """One "og", before the last."""
    assert words.listed(names) == said
