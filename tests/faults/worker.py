"""`flask work` for a fault run: with gateways of little patience, or ticking on a clock that is moved.

`python -m tests.faults.worker --patience 0.6 --once --now …` is the command itself, but gives up on an answer
sooner. With `--moved SECONDS` it ticks until SIGTERM like `flask work` on a clock that is so far behind.
"""

import argparse
import signal
import sys
from dataclasses import replace
from datetime import timedelta

import click
from apscheduler.triggers.interval import IntervalTrigger
from flask.cli import main as flask

from survey import config, db, jobs, workdays
from survey.gateways.web import Client

OFTEN = ("send", "receipts")


def main() -> None:
    """Do as the arguments say."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--patience", type=float)
    parser.add_argument("--moved", type=float)
    parser.add_argument("--every", type=int, default=15)
    given, rest = parser.parse_known_args()
    if given.patience:
        defaults = Client.__init__.__kwdefaults__
        assert defaults
        defaults["patience"] = given.patience
    if given.moved is None:
        sys.argv = ["flask", "--app", "wsgi", "work", *rest]
        flask()
    else:
        tick(timedelta(seconds=given.moved), given.every)


def tick(moved: timedelta, seconds: int) -> None:
    """The worker's own loop on a moved clock; what it does every 15 seconds it does every `seconds`."""
    settings = config.load()
    assert settings.database_url
    db.connect(settings.database_url)
    work = jobs.work_of(settings, click.echo, lambda: workdays.now() - moved)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: work.stopping.set())
    often = IntervalTrigger(seconds=seconds)
    moved_jobs = (replace(timed, trigger=often) if timed.name in OFTEN else timed for timed in jobs.JOBS)
    vars(jobs)["JOBS"] = tuple(moved_jobs)
    jobs.run(work)


if __name__ == "__main__":
    main()
