"""The contract is worth something: mistakes made on purpose in the gateways turn it red."""

import pytest

from tests.providers.contract import ACCEPTED, RAISED, SENDS, checks, verdict
from tests.providers.kinds import KINDS
from tests.providers.mutations import MUTATIONS, Mutation, mutated, source_of


def named(mutation: Mutation) -> str:
    """The name of a test."""
    return f"{mutation.kind}: {mutation.mistake}"


@pytest.mark.parametrize("mutation", MUTATIONS, ids=named)
def test_a_mistake_turns_the_contract_red(mutation: Mutation) -> None:
    """The check that is named finds something else than the contract says; no crash is as good as that."""
    assert mutation.old in source_of(mutation.module or mutation.kind)
    assert mutation.check in checks(mutation.kind)
    with mutated(mutation) as module:
        expected, found = verdict(KINDS[mutation.kind], mutation.check, module)
    assert expected != found
    assert not found.startswith(RAISED)


@pytest.mark.parametrize("kind", KINDS)
def test_every_gateway_has_mistakes_made_on_purpose(kind: str) -> None:
    """At least four for each, and at least one about what counts as success."""
    mine = [mutation.check.partition(": ") for mutation in MUTATIONS if mutation.kind == kind]
    assert len(mine) >= 4
    assert ACCEPTED in [SENDS[kind][shape] for part, _, shape in mine if part == "sending"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_unchanged_copy_keeps_the_contract(kind: str) -> None:
    """It is the mistake that turns it red, not the copying."""
    with mutated(Mutation(kind, "none", "", "", "")) as module:
        expected, found = verdict(KINDS[kind], "sending: ok", module)
    assert (expected, found) == (SENDS[kind]["ok"], "accepted")
