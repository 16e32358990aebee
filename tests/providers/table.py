"""The contract as a page: gateways × shapes, receipts, and the mistakes that turn it red."""

from collections.abc import Iterator, Mapping

from tests.providers.contract import READS, SENDS
from tests.providers.mutations import MUTATIONS


def page() -> Iterator[str]:
    """The lines of docs/reference/gateway-contract.md."""
    yield "# The contract of the gateways"
    yield ""
    yield "One suite, every gateway, over real HTTP and SMTP on loopback (`tests/providers`, built from the"
    yield "requests and receipts in `tests/data/gateways`, each with its source). A cell is what the gateway makes"
    yield "of the shape. It is also held against what the provider took on: *accepted* once, *refused* never,"
    yield "*in doubt* at most once."
    yield ""
    yield "## Letters"
    yield ""
    yield from _table(SENDS)
    yield ""
    yield "*gateway stops*: the account is meant. *lane stops*: this municipality's link, sender or content is,"
    yield "and only what it sends by this gateway stops. Either way a letter that was refused counts as not tried."
    yield "*wait*: what the provider asks for. Half an answer, garbage and huge come after it has taken the"
    yield "letter on."
    yield ""
    yield "## Receipts"
    yield ""
    yield from _table({kind: shapes for kind, shapes in READS.items() if shapes})
    yield ""
    yield "Bounces of mail have tests of their own (`tests/survey/test_bounces.py`)."
    yield ""
    yield "## Mistakes that turn it red"
    yield ""
    yield "Each is made in a copy of the gateway's source, and the named check fails for it"
    yield "(`tests/survey/test_gateway_mutations.py`)."
    yield ""
    yield "| gateway | mistake | check that goes red |"
    yield "|---|---|---|"
    for mutation in MUTATIONS:
        yield f"| {mutation.kind} | {mutation.mistake} | {mutation.check} |"


def _table(cells: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Shapes down, kinds across."""
    shapes = dict.fromkeys(shape for column in cells.values() for shape in column)
    yield f"| shape | {' | '.join(cells)} |"
    yield "|---" * (len(cells) + 1) + "|"
    for shape in shapes:
        yield f"| {shape} | {' | '.join(column.get(shape, '–') for column in cells.values())} |"


if __name__ == "__main__":
    print("\n".join(page()))  # noqa: T201 - printing is what it is for
