"""The states of a message and every way from one to the next: the one table that code, tests and docs read."""

from dataclasses import dataclass

STATES = ("waiting", "claimed", "sent", "delivered", "failed", "refused", "unknown", "skipped")
FINAL = ("delivered", "failed", "refused", "skipped")
"""Nothing leads out of these: a late report, or a late note, changes nothing."""


@dataclass(frozen=True)
class Transition:
    """`event` turns a message that is `before` into `after`; `by` says in a few words who does it."""

    event: str
    before: tuple[str, ...]
    after: str
    by: str


TRANSITIONS = (
    Transition("claim", ("waiting",), "claimed", "a worker takes it in hand"),
    Transition("print", ("waiting",), "sent", "staff print the slip of a citizen with neither mobile nor e-mail"),
    Transition("skip", ("waiting",), "skipped", "it must not be sent after all; the reason is kept"),
    Transition("accept", ("claimed", "unknown"), "sent", "the gateway has taken it on"),
    Transition("refuse", ("claimed", "unknown"), "refused", "surely not taken on, and never will be"),
    Transition("put off", ("claimed", "unknown"), "waiting", "refused for now, or not tried"),
    Transition("lose", ("claimed",), "unknown", "no answer, or the worker died"),
    Transition("fall over", ("claimed", "sent", "unknown"), "waiting", "cannot arrive by SMS: by e-mail, once"),
    Transition(
        "deliver",
        ("claimed", "sent", "unknown", "waiting"),
        "delivered",
        "a receipt says that it arrived, be it late: what waits has left before",
    ),
    Transition("fail", ("claimed", "sent", "unknown"), "failed", "a receipt says that it did not arrive"),
    Transition("fall silent", ("sent",), "unknown", "no receipt within three days where receipts are due"),
    Transition("send again", ("unknown",), "waiting", "an administrator decides"),
    Transition("count as sent", ("unknown",), "sent", "an administrator decides"),
    Transition("give up", ("unknown",), "failed", "an administrator decides"),
)


def before(event: str) -> tuple[str, ...]:
    """The states in which `event` may happen. Raises KeyError for an event that is not in the table."""
    return _BY_EVENT[event].before


def after(event: str) -> str:
    """The state `event` leads to. Raises KeyError for an event that is not in the table."""
    return _BY_EVENT[event].after


_BY_EVENT = {transition.event: transition for transition in TRANSITIONS}
