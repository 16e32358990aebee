"""The statistics give what independent programs give, and none of the answers careless methods give."""

import pytest

from tests.reference_cases.cases import CASES, gaps
from tests.reference_cases.checks import ANSWERS, wrong


@pytest.mark.parametrize("name", CASES)
def test_a_reference_case_is_met(name: str) -> None:
    """Every expected value within its tolerance, and no recorded wrong answer."""
    assert wrong(name) == []


def test_every_answer_has_its_case() -> None:
    """No case is dropped unseen: each beginning of a name is in use, and the file says how many cases it holds."""
    assert all(any(name.startswith(beginning) for name in CASES) for beginning in ANSWERS)
    assert len(CASES) == 40


def test_a_wrong_answer_is_noticed() -> None:
    """The table of exact Mann-Whitney without ties, a missing value, and one outside its tolerance."""
    case = {"expected": {"p": 0.1, "u": 3}, "tolerance": {"abs": 1e-6}, "known_wrong_answers": {"untied": 0.2}}
    assert list(gaps(case, {"p": 0.2})) == ["p: 0.2 for 0.1", "u: nothing found", "untied: the wrong answer 0.2"]
