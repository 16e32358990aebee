"""Who may open which door: every view says it itself, and a view that says nothing stays shut."""

from collections.abc import Callable
from typing import TypeVar

View = TypeVar("View", bound=Callable[..., object])

EVERYONE = "everyone"
SIGNED_IN = "signed_in"
CASEWORKER = "caseworker"
MANAGER = "manager"
ADMINISTRATOR = "administrator"
TOKEN = "api_token"  # noqa: S105 - who may enter, not a secret
"""A machine with a bearer token: the gate lets it pass, the view itself looks at the token."""
KNOWN = frozenset({EVERYONE, SIGNED_IN, CASEWORKER, MANAGER, ADMINISTRATOR, TOKEN})


def open_to(*who: str) -> Callable[[View], View]:
    """Declare who may open this view: EVERYONE, SIGNED_IN, TOKEN, or one or more roles."""
    if not who or not KNOWN.issuperset(who):
        raise ValueError(f"open_to() knows {sorted(KNOWN)}")

    def declare(view: View) -> View:
        view.open_to = frozenset(who)  # type: ignore[attr-defined]  # a mark on the function itself
        return view

    return declare


def declared(view: Callable[..., object]) -> frozenset[str]:
    """Who may open `view`; nobody when it declares nothing."""
    return getattr(view, "open_to", frozenset())
