"""Our answers to the cases about groups, statements, people and the silent."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from survey import counts
from survey.scoring import clusters, comparisons, multiplicity, nonresponse, progress, reliability, statements
from survey.scoring.signed_ranks import exact_p, signed_rank

Input = Mapping[str, Any]


def scores_of(values: Sequence[Any]) -> dict[Fraction, int]:
    """How many had each score."""
    return {Fraction(str(value)): n for value, n in Counter(values).items()}


def complete_of(rows: Sequence[Sequence[float]]) -> counts.Complete:
    """What the tally would keep of `rows`; values with decimals in hundredths."""
    scale = 1 if all(value == int(value) for row in rows for value in row) else 100
    patterns = Counter[tuple[int | None, ...]](tuple(round(value * scale) for value in row) for row in rows)
    return counts.complete(dict(patterns), len(rows[0]), max(value or 0 for row in patterns for value in row))


def two_groups(given: Input) -> dict[str, Any]:
    """Two groups by ranks."""
    first, second = scores_of(given["a"]), scores_of(given["b"])
    ranks, spread = comparisons.mann_whitney(first, second), comparisons.brunner_munzel(first, second)
    assert spread is not None
    return {
        "U_a": ranks.u,
        "prob_a_better": ranks.better,
        "p_asymptotic_continuity": ranks.p,
        "p_asymptotic": ranks.p_uncorrected,
        "p_exact_with_ties": comparisons.permutation_p(first, second),
        "brunner_munzel": {
            "stat": spread.statistic,
            "df": spread.df,
            "p": spread.p,
            "prob_b_better": spread.better,
            "ci95": (spread.low, spread.high),
        },
    }


def teams(given: Input) -> dict[str, Any]:
    """Several groups at once."""
    found = comparisons.kruskal([scores_of(group) for group in given["groups"]])
    return {"H": found.h, "df": found.df, "p": found.p}


def friedman(given: Input) -> dict[str, Any]:
    """Statements against each other."""
    found = statements.friedman(complete_of(given["rows"]))
    return {"chi2": found.chi_square, "df": found.df, "p": found.p, "W": found.w, "kendall_w": found.w}


def cronbach(given: Input) -> dict[str, Any]:
    """Whether statements may be averaged."""
    found = reliability.cronbach(complete_of(given["rows"]))
    assert found is not None
    return {
        "raw": found.raw,
        "standardised": found.standardised,
        "feldt_ci95": (found.low, found.high),
        "alpha_if_dropped": found.if_dropped,
        "corrected_item_total": found.item_total,
    }


def many(given: Input) -> dict[str, Any]:
    """Adjusted p-values."""
    return {
        "holm": multiplicity.holm(given["p"]),
        "bh": multiplicity.benjamini_hochberg(given["p"]),
        "by": multiplicity.benjamini_yekutieli(given["p"]),
        "bonferroni": multiplicity.bonferroni(given["p"]),
    }


def same_citizens(given: Input) -> dict[str, Any]:
    """The same people twice."""
    differences = Counter(b - a for a, b in zip(given["first"], given["latest"], strict=True))
    found = progress.progress(differences)
    return {
        "improved": found.improved,
        "unchanged": found.unchanged,
        "worse": found.worse,
        "sign_test_p": found.sign_p,
        "wilcoxon_drop_zeros_p_asymptotic": signed_rank(differences, "drop").p,
        "wilcoxon_drop_zeros_p_exact_with_ties": exact_p(differences, "drop"),
        "pratt_p_asymptotic": found.ranks.p,
        "pratt_p_exact_with_ties": exact_p(differences),
        "mean_difference": found.difference,
    }


def same_citizen(given: Input) -> dict[str, Any]:
    """Answers of people who answer again."""
    of_person: dict[int, list[int]] = defaultdict(list)
    for person, score in zip(given["citizen"], given["score"], strict=True):
        of_person[person].append(score)
    persons = [scores_of(scores) for scores in of_person.values()]
    found = clusters.clustered(persons)
    return {
        "mean_per_answer": found.per_answer,
        "mean_of_citizen_means": found.per_person,
        "se_ignoring_clusters": found.naive,
        "se_cluster": found.linear,
        "se_cr2": found.cr2,
        "df_satterthwaite": found.df,
        "ci95_cr2": found.cr2_interval,
        "ci95_t_clusters_minus_1": found.interval,
        "gee_exchangeable_mean": clusters.exchangeable_mean(persons),
    }


def post_stratified(given: Input) -> dict[str, Any]:
    """A mean weighted by who was asked."""
    of_group: dict[str, list[int]] = defaultdict(list)
    for group, score in zip(given["group"], given["score"], strict=True):
        of_group[group].append(score)
    found = nonresponse.post_stratified([(scores_of(of_group[name]), n) for name, n in given["sent"].items()])
    assert found is not None
    return {
        "unweighted": found.raw,
        "weighted": found.weighted,
        "se_with_fpc": found.standard_error,
        "se_without_fpc": found.standard_error_open,
    }


def bounds(given: Input) -> dict[str, Any]:
    """What the silent could change."""
    rate, mean = Fraction(str(given["rate"])), Fraction(str(given["mean"]))
    worst, best = nonresponse.bounds(mean, rate, given["scale"][1])
    return {"worst": worst, "best": best, "tipping": nonresponse.tipping_point(mean, rate, given["target"])}


def evenness(given: Input) -> dict[str, Any]:
    """How even the response is."""
    found = nonresponse.evenness(list(zip(given["answered"], given["sent"], strict=True)))
    return {
        "response_rate": found.rate,
        "R_population_sd": found.r,
        "R_sample_sd": found.r_sample,
        "coefficient_of_variation": found.variation,
    }
