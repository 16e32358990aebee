"""Statistics on counts: figures that may be shown, verdicts, trends, comparisons. Pure functions with sources.

Means are in points of the scale, shares are fractions of 1. What may leave obeys `disclosure`. The judgements lie
in modules by subject (docs/statistics.md); whoever shows one asks `disclosure` first whether its figure is shown.
"""

from survey.scoring.danish import NO_BREAK, count, number, percent, rounded, signed
from survey.scoring.disclosure import (
    HIDDEN,
    NOT_SHOWN,
    PRECISE_FROM,
    SMALLEST_DISTRIBUTION,
    SMALLEST_GROUP,
    TOO_FEW,
    WITHHELD,
    Figure,
    capped,
    decimals,
    exact_distribution,
    exact_share,
    one_decimal,
    part_ranges,
    protected,
    published_count,
    published_distribution,
    published_interval,
    published_mean,
    published_share,
    published_wilson,
    stays_open,
    withheld,
)
from survey.scoring.estimates import mean_bounds, mean_interval, wilson
from survey.scoring.scores import MixedScalesError, Moments, answers, mean, moments, pooled, total
from survey.scoring.tables import table_stays_open

__all__ = [
    "HIDDEN",
    "NOT_SHOWN",
    "NO_BREAK",
    "PRECISE_FROM",
    "SMALLEST_DISTRIBUTION",
    "SMALLEST_GROUP",
    "TOO_FEW",
    "WITHHELD",
    "Figure",
    "MixedScalesError",
    "Moments",
    "answers",
    "capped",
    "count",
    "decimals",
    "exact_distribution",
    "exact_share",
    "mean",
    "mean_bounds",
    "mean_interval",
    "moments",
    "number",
    "one_decimal",
    "part_ranges",
    "percent",
    "pooled",
    "protected",
    "published_count",
    "published_distribution",
    "published_interval",
    "published_mean",
    "published_share",
    "published_wilson",
    "rounded",
    "signed",
    "stays_open",
    "table_stays_open",
    "total",
    "wilson",
    "withheld",
]
