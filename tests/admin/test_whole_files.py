"""Files that commands write."""

from pathlib import Path

import click
import pytest

from admin.whole_files import whole_file


def test_what_stops_in_the_middle_leaves_what_was_there(tmp_path: Path) -> None:
    """Also where there was nothing; then the next try writes all of it."""
    for before in (None, b"sidste gang"):
        path = tmp_path / "tal.csv"
        if before:
            path.write_bytes(before)
        with pytest.raises(KeyboardInterrupt), whole_file(path, "") as file:
            file.write(b"halvt")
            raise KeyboardInterrupt
        assert (path.read_bytes() if path.exists() else None) == before
    with whole_file(path, "") as file:
        file.write(b"helt")
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {"tal.csv": b"helt"}


def test_what_cannot_be_written_is_said_with_the_remedy(tmp_path: Path) -> None:
    """A folder that is not there."""
    with (
        pytest.raises(click.UsageError, match=r"kan ikke skrives.*Vælg en anden"),
        whole_file(tmp_path / "ingen" / "fil.pdf", "Vælg en anden."),
    ):
        pass
