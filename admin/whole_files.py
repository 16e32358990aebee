"""Files a command writes: whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click


def make_folder(path: Path, remedy: str) -> None:
    """Make the folder `path`, and those above it, where they are missing. Raises UsageError like `whole_file`."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.UsageError(f"Mappen {path} kan ikke laves: {error.strerror}. {remedy}") from None


@contextmanager
def whole_file(path: Path, remedy: str) -> Iterator[BinaryIO]:
    """What is written in the block is at `path` when all of it is there; until then what was there before stays.

    Raises UsageError, which ends with `remedy`, where it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise click.UsageError(f"Filen {path} kan ikke skrives: {error.strerror}. {remedy}") from None
