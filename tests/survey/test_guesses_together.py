"""Many guess at once on a real database, and whoever has a valid code still gets in."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from sqlalchemy import update

from survey import codes, db, guesses, workdays
from survey.guesses import Watch
from survey.models import Link

GUESSER, CITIZEN = "192.0.2.7", "198.51.100.9"
THREADS = 6


def test_a_crowd_of_guesses_keeps_no_valid_code_out(app: Flask, new_link: Callable[..., str]) -> None:
    """Elsewhere the code works at once; at the guesser's own address it may have to be sent again (503)."""
    code, watch = codes.draw(), Watch(app.config["CODE_KEY"])
    app.extensions["code_watch"] = watch
    new_link()
    with db.transaction() as session:
        session.execute(update(Link).values(token_hash=codes.code_hash(watch.key, code)))
    for _ in range(guesses.PER_SOURCE):
        watch.remember(GUESSER, workdays.now())

    def send(typed: str, address: str) -> int:
        sender = {"REMOTE_ADDR": address}
        return app.test_client().post("/svar", data={"code": typed}, environ_base=sender).status_code

    with ThreadPoolExecutor(THREADS) as pool:
        guessed = [pool.submit(send, codes.draw(), GUESSER) for _ in range(30)]
        assert [send(code, CITIZEN) for _ in range(3)] == [303, 303, 303]
        beside = send(code, GUESSER)
        assert beside in (303, 503)
    assert {answer.result() for answer in guessed} <= {429, 503}
    assert send(code, GUESSER) == 303
