"""Our answers to the cases about figures: shares, means, verdicts, numbers, and what is hidden."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from math import sqrt
from typing import Any

from survey import scoring, workdays
from survey.scoring import granularity, rates, target

Input = Mapping[str, Any]


def counts_of(scores: Sequence[int], points: int) -> list[int]:
    """How often each point of the scale occurs."""
    occurring = Counter(scores)
    return [occurring[point] for point in range(1, points + 1)]


def wilson(given: Input) -> dict[str, Any]:
    """A share with both its intervals."""
    k, n = given["k"], given["n"]
    return {"share": k / n, "ci95": scoring.wilson(k, n), "ci90": scoring.wilson(k, n, 0.9)}


def mean(given: Input) -> dict[str, Any]:
    """A mean with its display interval, its one-sided bounds, and its verdict against 3,0."""
    points = given["scale"][1]
    counts = counts_of(given["scores"], points)
    moments = scoring.moments(counts)
    interval = scoring.mean_interval(moments, points)
    lower, upper = scoring.mean_bounds(moments, points)
    outcome = target.judge(moments, points, 3.0).outcome
    bounds = {"lower95": lower, "upper95": upper}
    decision = {f"{kind}_{name}": bound for kind in ("exact", "beta_matched") for name, bound in bounds.items()}
    return {
        "n": moments.n,
        "mean": float(scoring.mean(counts)),
        "counts": counts,
        "sd_n_minus_1": sqrt(moments.variance),
        "display_interval": {"exact_ci95": interval, "beta_matched_ci95": interval},
        "decision_bound": decision | {"status_target_3.0": _plain(outcome)},
    }


def _plain(outcome: str) -> str:
    """The verdict in the cases' letters."""
    return outcome.replace(" endnu", "").replace("å", "aa").replace("ø", "oe")


def pool(given: Input) -> dict[str, Any]:
    """The mean of a period out of its days."""
    days = [day if isinstance(day, list) else [day] for day in given["days"]]
    return {"pooled": float(scoring.mean(scoring.pooled([counts_of(day, 4) for day in days])))}


def rate_pair(given: Input) -> dict[str, Any]:
    """Two shares and what tells them apart."""
    first, second = (tuple(given[name]) for name in "ab")
    difference = rates.rate_difference(first, second)
    return {
        "difference": float(difference.value),
        "newcombe_ci95": (difference.low, difference.high),
        "chi2_p": rates.chi_square_p(first, second),
        "fisher_p": rates.fisher_p(first, second),
    }


def grim(given: Input) -> dict[str, Any]:
    """Which n a printed percentage can be a share of."""
    fitting = granularity.denominators([given["percent"]], given["N_from"], given["N_to"])
    possible = granularity.numerator(given["percent"], 170) is not None
    return {"pairs_k_N": [(*ks, n) for n, ks in fitting], "N_170_possible": possible}


def mixed_scales(given: Input) -> dict[str, Any]:
    """What happens when two scales are put together."""
    try:
        scoring.pooled([counts_of(given[name]["scores"], given[name]["scale"][1]) for name in "ab"])
    except scoring.MixedScalesError as refused:
        assert "skalaerne 1-4 og 1-5" in str(refused)
        assert "hver for sig" in str(refused)
        return {"behaviour": "refuse with a message; show side by side"}
    return {}


def small_groups(given: Input) -> dict[str, Any]:
    """Which teams are hidden, alone and beside a total: those too small first."""
    names, sizes = list(given["answers_per_team"]), list(given["answers_per_team"].values())
    alone = [not scoring.published_mean(Fraction(3), n, 4).shown for n in sizes]
    both = sorted(zip(names, alone, scoring.protected(alone, sizes), strict=True), key=lambda row: not row[1])
    return {
        "hidden_if_no_total": [name for name, hidden, _beside in both if hidden],
        "hidden_if_total_shown": [name for name, _alone, hidden in both if hidden],
    }


def rounding(given: Input) -> dict[str, Any]:
    """Numbers as printed."""
    shown = [
        scoring.percent(Fraction(*pair)) if kind == "percent1" else scoring.number(Fraction(*pair), 2)
        for pair, kind in zip(given["fractions"], given["kinds"], strict=True)
    ]
    return {"text": shown}


def local_day(given: Input) -> dict[str, Any]:
    """Copenhagen days and ISO weeks of moments."""
    days = [workdays.day(datetime.fromisoformat(moment)) for moment in given["utc"]]
    weeks = [day.isocalendar() for day in days]
    return {"date": [str(day) for day in days], "iso_week": [f"{week.year}-W{week.week:02}" for week in weeks]}
