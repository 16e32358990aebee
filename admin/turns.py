"""Files of figures are made one at a time in a process, so that pages are not held up."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import render_template
from flask.typing import ResponseReturnValue

from survey.guesses import BusyError, Turnstile

P = ParamSpec("P")
making = Turnstile(1, 2, seconds=20)
"""Two more may wait, so many seconds."""
WAIT = 10
"""Seconds after which another try may do better."""
HEADING = "Der laves en anden fil lige nu"
TEXT = "Vent lidt, og hent filen igen. Der laves én fil ad gangen, så siderne ikke bliver langsomme for andre."


def in_turn(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Answer 503 with a page that says so where too many files are being made; stands below `open_to`."""

    @wraps(view)
    def shown(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        try:
            with making.turn():
                return view(*args, **kwargs)
        except BusyError:
            page = render_template("admin/message.html", heading=HEADING, text=TEXT)
            return page, 503, {"Retry-After": str(WAIT)}

    return shown
