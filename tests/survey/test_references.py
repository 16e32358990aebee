"""Our names of attempts."""

import pytest

from survey import references


def test_what_is_written_can_be_read() -> None:
    """Municipality and message come back from the name of an attempt, however large."""
    largest = 10**18 - 1
    assert references.of(1, 2, 3) == "1-2-3"
    assert references.key_of(references.of(largest, largest, 9999)) == (largest, largest)


@pytest.mark.parametrize("strange", ["", "1-2", "1-2-3-4", "trial-1", "1-2-3\n", "-1-2-3", "1-2-12345", "٣-2-1"])
def test_what_others_write_is_nobodys(strange: str) -> None:
    """No message is guessed from a name of another shape."""
    assert references.key_of(strange) is None
