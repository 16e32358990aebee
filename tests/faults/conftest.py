"""A rig for each fault run, on a database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.rig import Rig, rigged


@pytest.fixture
def rig(database_url: str, tmp_path: Path) -> Iterator[Rig]:
    """An empty database, a provider and no worker yet."""
    with rigged(database_url, tmp_path) as rig:
        yield rig
