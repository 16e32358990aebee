"""The attacker on figures, for longer: `python -m tests.disclosure [units]` prints what he tried and found."""

import sys
from collections import Counter

from survey.cells import OPEN
from tests.survey.test_hidden_counts import KINDS, Tried, tried


def main(units: int) -> None:
    """Print how many sums he was given, how many counts he sought, and how wide each was left; all kinds."""
    told, found, kinds = 0, list[Tried](), list(KINDS.values())
    for seed in range(units):
        more, these = tried(seed, kinds[seed % len(kinds)])
        told, found = told + more, [*found, *these]
    anyway = [one for one in found if one.left < OPEN and not one.found]
    widths = Counter(min(one.left, 10) for one in found if one not in anyway)
    print(f"{units} made-up units, {told} sums told, {len(found)} hidden counts, two linear programmes each")
    for width, n in sorted(widths.items()):
        print(f"  open by {width}{' or more' if width == 10 else ''}: {n}")
    print(f"  as narrow as what may be told whatever it gives away: {len(anyway)}")
    print(f"  narrower than {OPEN} by anything else: {sum(n for width, n in widths.items() if width < OPEN)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
