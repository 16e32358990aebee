"""Shares read back from what is printed: k of n, and how many chose one of the two highest points."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from survey import goals, scoring
from survey import top_two as highest
from survey.figures import Series, StatementResult
from survey.results import CellView
from survey.scoring import Figure, danish
from survey.scoring.shares import Share, share_difference, share_interval

Ends = tuple[float, float]
SURE = 0.95


@dataclass(frozen=True)
class Told:
    """A share as it is printed, with its 95 % interval in fractions of 1, None where it shows no number."""

    name: str
    figure: Figure
    ends: Ends | None

    @property
    def interval(self) -> str:
        """ "68,6 % til 89,4 %"; "" without one."""
        return " til ".join(scoring.percent(Fraction(end)) for end in self.ends) if self.ends else ""


@dataclass(frozen=True)
class Agreed:
    """How many chose one of the two highest points: of each statement, and of all; and a sentence about it."""

    rows: tuple[Told, ...]
    whole: Told
    sentence: str

    @property
    def every(self) -> tuple[Told, ...]:
        """The statements, and all of them together last."""
        return *self.rows, self.whole


def top_two(result: StatementResult) -> Figure:
    """The share that chose one of the two highest points, a sum of printed shares; hidden where they are."""
    if result.distribution is None:
        return scoring.WITHHELD if result.mean.shown else scoring.HIDDEN
    told = [scoring.k_of_n(share) for share in result.distribution[-2:]]
    if not all(told):
        return scoring.WITHHELD
    return scoring.published_share(sum(k for k, _ in filter(None, told)), max(n for _, n in filter(None, told)))


def told(name: str, figure: Figure) -> Told:
    """A printed share with Wilson's interval of the two numbers it is printed with."""
    found = scoring.k_of_n(figure)
    return Told(name, figure, scoring.wilson(*found) if found else None)


def agreed(series: Series, cells: Iterable[CellView], smallest: int) -> Agreed | None:
    """The two highest points of a series made of `cells`; None where no distribution may be shown.

    Of all statements together several answers are one person's, so the interval is of as many as they are worth.
    """
    rows = tuple(told(each.text, top_two(each)) for each in series.statements)
    found = highest.of(cells, smallest)
    figure = found.figure if found else scoring.HIDDEN
    ends = share_interval(found.share) if found and scoring.k_of_n(figure) else None
    if not any(each.shown for each in (figure, *(row.figure for row in rows))):
        return None
    whole = Told("Alle udsagn", figure, ends)
    points = len(series.labels)
    return Agreed(rows, whole, _sentence(rows, whole, goals.highest(points)))


def _sentence(rows: Sequence[Told], whole: Told, points: str) -> str:
    """What is chosen in all, and where the printed shares are lowest and highest if that is no chance."""
    sure = f" (usikkerhed {whole.interval})" if whole.interval else ""
    of_all = f"{whole.figure.text} af svarene er {points}{sure}."
    if not whole.figure.shown:
        of_all = f"Hvor mange af alle svar der er {points}, kan ikke vises endnu."
    known = [(Share(*found), row) for row in rows if (found := scoring.k_of_n(row.figure))]
    if len(known) < 2:
        return of_all
    low, high = (pick(share.value for share, _ in known) for pick in (min, max))
    if not _differ([share for share, _ in known]):
        return f"{of_all} Forskellen på udsagnene er ikke større, end tilfældet kan give."
    few, many = (
        danish.listed([f"»{row.name}« ({row.figure.text})" for share, row in known if share.value == end])
        for end in (low, high)
    )
    return f"{of_all} Færrest ved {few}, flest ved {many}."


def _differ(known: Sequence[Share]) -> bool:
    """Whether the lowest and the highest share differ, as the two furthest of so many (Bonferroni, Newcombe 1998).

    The same people answer both, which makes the difference surer than this says.
    """
    low, high = (pick(known, key=lambda share: share.value) for pick in (min, max))
    pairs = len(known) * (len(known) - 1) // 2
    return share_difference(high, low, 1 - (1 - SURE) / pairs).low > 0
