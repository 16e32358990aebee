"""Worked cases of independent programs, tests/data/statistics_reference.json, and holding our answers to them."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.conftest import ROOT

Case = dict[str, Any]
Found = Mapping[str, Any]

CASES: dict[str, Case] = {
    case["id"]: case
    for case in json.loads((ROOT / "tests" / "data" / "statistics_reference.json").read_text())["cases"]
}

RECORDED = {
    "prior_weight_per_category",
    "posterior_mean",
    "posterior_sd",
    "exact_prob_mean_above_3",
    "t_ci95_for_comparison_only",
    "t_one_sided_lower95_for_comparison_only",
    "bootstrap_exact_percentile95",
    "bootstrap_exact_bca95_ties_half",
    "linear_by_linear_p",
}
"""What a case records on the way to its answer, or of other methods to compare with: we do not offer these."""


def gaps(case: Case, found: Found) -> Iterator[str]:
    """What is not as expected: values outside their tolerance, missing ones, and wrong answers that came back."""
    yield from _gaps(case["expected"], found, case["tolerance"])
    leaves = list(_leaves(found))
    for name, wrong in case.get("known_wrong_answers", {}).items():
        if name != "why" and any(_near(value, wrong, 1e-6) for value in leaves):
            yield f"{name}: the wrong answer {wrong}"


def _gaps(expected: Found, found: Found, tolerance: Mapping[str, float]) -> Iterator[str]:
    for key, value in expected.items():
        if key in RECORDED:
            continue
        if key not in found:
            yield f"{key}: nothing found"
        elif isinstance(value, dict):
            yield from _gaps(value, found[key], tolerance)
        elif not _near(found[key], value, _allowed(key, tolerance)):
            yield f"{key}: {found[key]} for {value}"


def _allowed(key: str, tolerance: Mapping[str, float]) -> float:
    if "boschloo" in key or "barnard" in key:
        return tolerance["boschloo_barnard"]
    if "abs" in tolerance:
        return tolerance["abs"]
    if "beta_matched" in key:
        return tolerance["beta_matched"]
    return tolerance["beta_vs_exact"] if "exact" in key else tolerance["mean"]


def _near(value: Any, expected: Any, allowed: float) -> bool:
    if isinstance(expected, list | tuple):
        alike = isinstance(value, Sequence) and not isinstance(value, str) and len(value) == len(expected)
        return alike and all(_near(one, other, allowed) for one, other in zip(value, expected, strict=True))
    if isinstance(expected, int | float) and not isinstance(expected, bool):
        number = isinstance(value, int | float) or hasattr(value, "numerator")
        return number and math.isclose(value, expected, rel_tol=0, abs_tol=allowed)
    return bool(value == expected)


def _leaves(found: Found) -> Iterator[Any]:
    for value in found.values():
        if isinstance(value, dict):
            yield from _leaves(value)
        else:
            yield value
