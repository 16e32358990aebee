"""Mistakes a gateway could hold, made on purpose in a copy of its source, and the check that goes red."""

import itertools
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from tests.providers.provider import FIXTURES

PACKAGE = "survey.gateways."
_NUMBERS = itertools.count()


@dataclass(frozen=True)
class Mutation:
    """In a copy of `module`, used by the gateway `kind`, `old` becomes `new`; `check` is one that goes red."""

    kind: str
    mistake: str
    old: str
    new: str
    check: str
    module: str = ""


@contextmanager
def mutated(mutation: Mutation) -> Iterator[ModuleType]:
    """The gateway's module with the mistake in it."""
    module = mutation.module or mutation.kind
    source = source_of(module).replace(mutation.old, mutation.new)
    with loaded(module, source) as wrong:
        if module == mutation.kind:
            yield wrong
            return
        through = source_of(mutation.kind).replace(f"{PACKAGE}{module} import", f"{wrong.__name__} import")
        with loaded(mutation.kind, through) as made:
            yield made


def source_of(module: str) -> str:
    """The source of the module `module` among the gateways."""
    found = find_spec(PACKAGE + module)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).read_text("utf-8")


@contextmanager
def loaded(module: str, source: str) -> Iterator[ModuleType]:
    """`source` as a module of its own, known by a new name while the block runs."""
    made = ModuleType(f"mutated_{module}_{next(_NUMBERS)}")
    sys.modules[made.__name__] = made
    try:
        exec(compile(source, f"<{made.__name__}>", "exec"), made.__dict__)  # noqa: S102 - our own source
        yield made
    finally:
        del sys.modules[made.__name__]


MUTATIONS = tuple(
    Mutation(*row) for row in tomllib.loads((FIXTURES / "mutations.toml").read_text("utf-8"))["mutations"]
)
