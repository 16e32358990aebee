"""Which of our answers a case is held against, by the beginning of its name."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.reference_cases import figures, groups, time
from tests.reference_cases.cases import CASES, gaps

Answer = Callable[[Mapping[str, Any]], dict[str, Any]]

ANSWERS: dict[str, Answer] = {
    "wilson_": figures.wilson,
    "mean_": figures.mean,
    "pool_": figures.pool,
    "rates_": figures.rate_pair,
    "grim_": figures.grim,
    "behaviour_mixed_scales": figures.mixed_scales,
    "behaviour_small_groups": figures.small_groups,
    "rounding_": figures.rounding,
    "local_date_": figures.local_day,
    "trend_mk_": time.mann_kendall,
    "trend_ordinal_": time.ordinal,
    "iprime_": time.i_prime,
    "ewma_": time.ewma,
    "eprocess_": time.e_process,
    "two_groups_": groups.two_groups,
    "teams_kruskal": groups.teams,
    "statements_friedman_": groups.friedman,
    "statements_cronbach": groups.cronbach,
    "multiplicity_": groups.many,
    "progress_": groups.same_citizens,
    "cluster_": groups.same_citizen,
    "nonresponse_poststrat": groups.post_stratified,
    "nonresponse_bounds_": groups.bounds,
    "nonresponse_r_indicator": groups.evenness,
}


def wrong(name: str) -> list[str]:
    """What is not as it should be in the case of that name; a case nobody answers is wrong."""
    answers = [answer for beginning, answer in ANSWERS.items() if name.startswith(beginning)]
    if len(answers) != 1:
        return [f"{len(answers)} answers"]
    return list(gaps(CASES[name], answers[0](CASES[name]["input"])))
