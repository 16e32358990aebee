"""One contract for all gateways: what each makes of every shape of answer and receipt, over real HTTP and SMTP."""

import pytest

from tests.providers.contract import READS, SENDS, received, sent
from tests.providers.kinds import KINDS

SENDING = [(kind, shape) for kind in KINDS for shape in SENDS[kind]]
READING = [(kind, shape) for kind in KINDS for shape in READS[kind]]


@pytest.mark.parametrize(("kind", "shape"), SENDING)
def test_a_letter_that_meets_a_shape(kind: str, shape: str) -> None:
    """The outcome is the contract's, and what the provider has agrees with it."""
    with KINDS[kind].rig(None) as rig:
        assert SENDS[kind][shape] == sent(rig, shape)


@pytest.mark.parametrize(("kind", "shape"), READING)
def test_a_receipt_in_a_shape(kind: str, shape: str) -> None:
    """The report is the contract's; what is forged, unreadable or not settled makes none."""
    with KINDS[kind].rig(None) as rig:
        assert READS[kind][shape] == received(rig, shape)
