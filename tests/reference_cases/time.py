"""Our answers to the cases about time: trends, charts, early warning, and the always-valid status."""

from collections.abc import Mapping
from fractions import Fraction
from math import log
from typing import Any

from survey.scoring import control_limits, early_warning, evidence, scores
from survey.scoring.ordinal import cumulative_logit
from survey.scoring.trends import kendall, theil_sen

Input = Mapping[str, Any]


def mann_kendall(given: Input) -> dict[str, Any]:
    """A series against its order, or against its places."""
    values = [Fraction(str(value)) for value in given["y"]]
    places = [Fraction(str(place)) for place in given.get("x", range(len(values)))]
    found = kendall([(place, {value: 1}) for place, value in zip(places, values, strict=True)])
    slope = theil_sen(list(zip(places, values, strict=True)))
    assert slope is not None
    return {
        "S": found.s,
        "tau_b": found.tau_b,
        "z": found.z,
        "p": found.p,
        "p_without_continuity": found.p_uncorrected,
        "theil_sen": slope.value,
    }


def ordinal(given: Input) -> dict[str, Any]:
    """A table of counts, period by period."""
    found = cumulative_logit(given["table"])
    assert found is not None
    ranks = kendall([(place, scores.of_counts(row)) for place, row in enumerate(given["table"])])
    return {
        "beta": found.beta,
        "se": found.standard_error,
        "z": found.z,
        "p": found.p,
        "thresholds": found.thresholds,
        "loglik": found.log_likelihood,
        "kendall_p_no_continuity": ranks.p_uncorrected,
    }


def i_prime(given: Input) -> dict[str, Any]:
    """Limits that follow n."""
    limits = control_limits.i_prime(given["mean"], given["n"])
    nearer = control_limits.i_prime(given["mean"], given["n"], sigmas=2)
    return {
        "centre": limits.centre,
        "lower": limits.lower,
        "upper": limits.upper,
        "lower_2sigma": nearer.lower,
        "upper_2sigma": nearer.upper,
        "signal": limits.outside(given["mean"]),
    }


def ewma(given: Input) -> dict[str, Any]:
    """Questionnaires one by one, as batches of one."""
    assert given["lambda"] == early_warning.SMOOTHING
    against = early_warning.Baseline(50, Fraction(str(given["base_mean"])), given["base_sd"], limit=3.8, seed=1)
    found = early_warning.watch(against, [{Fraction(str(x)): 1} for x in given["x"]])
    return {
        "ewma": [step.level for step in found.steps],
        "statistic": [step.statistic for step in found.steps],
        "lower_limit_L3.8_on_scale": [step.lowest for step in found.steps],
        "signal": found.alarm is not None,
    }


def e_process(given: Input) -> dict[str, Any]:
    """Evidence after each questionnaire, as batches of one."""
    batches = [{Fraction(str(x)): 1} for x in given["x"]]
    found = evidence.evidence(batches, 4, 3.0)
    first = next(n for n, each in enumerate(found, 1) if each.over >= log(evidence.ENOUGH))
    claim = evidence.claim(batches, 4, 3.0)
    assert claim == evidence.Claim("over mål", first - 1, first)
    return {
        "logE_above": [each.over for each in found],
        "logE_below": [each.under for each in found],
        "first_answer_with_claim_above": first,
    }
