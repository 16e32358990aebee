"""How far known sums leave hidden counts open: who answered by team and week, and by channel and target group."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from survey.scoring.disclosure import NARROWEST, exact_share

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    Vector = NDArray[float64]

Places = Sequence[int]
"""Numbers of hidden counts."""
Known = tuple[Places, int]
"""Hidden counts and what they add up to."""
LOOKS = 24
"""Made-up worlds that are looked at before any count is asked about by itself: most are open in them already."""
NEAR = 1e-6


@dataclass(frozen=True)
class Hidden:
    """Counts nobody is told, each from 0 to its own `most`, and what is told of them.

    `blocks` have every count in exactly one of them; `parts` are other sums of the same counts.
    """

    most: Sequence[int]
    blocks: Sequence[Known]
    parts: Sequence[Known]

    def stay_open(self, asked: Sequence[Places], smallest: int) -> bool:
        """Whether each of these sums can be any of four numbers: that is, a span of three.

        Or as far as `blocks` alone leave it open, or all it can be; or, however narrow, what is a share of
        `smallest` or more that may be printed. False where no counts have these sums.
        """
        import numpy as np  # only the night's work asks

        sums = _table(asked, len(self.most))
        seen: list[Vector] = []
        for aim in np.random.default_rng(1).standard_normal((LOOKS, len(self.most))):
            world = self._world(aim)
            if world is None:
                return False
            seen.append(sums @ world)
        low, high = np.min(seen, 0), np.max(seen, 0)
        return all(
            high[row] - low[row] > needed - NEAR or self._is_open(sums[[row]].toarray()[0], needed, smallest)
            for row, needed in enumerate(map(self._needed, asked))
        )

    def _is_open(self, aim: "Vector", needed: int, smallest: int) -> bool:
        worlds = (self._world(aim), self._world(-aim))
        least, most = (float(aim @ world) for world in worlds if world is not None)
        low, high, size = ceil(least - NEAR), floor(most + NEAR), int(aim @ self.most)
        return high - low >= needed or all(exact_share(end, size, smallest=smallest) for end in (low, high))

    def _needed(self, places: Places) -> int:
        """The span that `blocks` leave a sum, at most three."""
        mine = set(places)
        least = most = 0
        for block, total in self.blocks:
            inside = sum(self.most[place] for place in block if place in mine)
            outside = sum(self.most[place] for place in block) - inside
            least, most = least + max(0, total - outside), most + min(inside, total)
        return min(NARROWEST, most - least)

    def _world(self, aim: "Vector") -> "Vector | None":
        """Counts with all the known sums, and the least along `aim`; None where there are none."""
        from scipy.optimize import linprog  # costs a second

        found = linprog(aim, bounds=[(0, most) for most in self.most], **self._equations)
        return found.x if found.status == 0 else None

    @cached_property
    def _equations(self) -> dict[str, Any]:
        known = (*self.blocks, *self.parts)
        return {
            "A_eq": _table([places for places, _ in known], len(self.most)),
            "b_eq": [total for _, total in known],
        }


def _table(sums: Sequence[Places], width: int) -> Any:
    """A row for each sum, with 1 at its places."""
    from scipy.sparse import csr_array

    at = [(row, place) for row, places in enumerate(sums) for place in places]
    rows, columns = ([pair[side] for pair in at] for side in (0, 1))
    return csr_array(([1.0] * len(at), (rows, columns)), shape=(len(sums), width))
