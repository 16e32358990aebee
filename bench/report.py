"""A report as PDF and DOCX against the manager's dashboard. Goal: five times that, and what rendering takes."""

import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from flask import Flask
from flask.testing import FlaskClient

from admin import passports, reports
from bench._queue import database, settle
from bench._took import Took, backends, took
from bench.dashboard import LAST, fill, manager, page
from survey import config, processes, report_periods, spells, told
from survey.db import snapshot
from survey.reports import KINDS, Report, build
from wsgi import create_app

RESPONSES = 100_000
FILES = ("pdf", "docx")
ROUNDS = 7
GOAL = 5.0


def main() -> None:
    """Measure and print: each round asks for the dashboard and both files, and only writes both."""
    with database(), tempfile.TemporaryDirectory(prefix="bench-") as folder:
        app = create_app(config.load({"TILFREDS_STATE_DIR": folder, "TILFREDS_DATABASE_URL": "postgresql:///-"}))
        place = fill(RESPONSES)
        settle()
        processes.settle()  # as a web process does
        work = all_work(app, place)
        for each in work.values():
            each()
        pids = backends()
        rounds = [{name: took(each, pids) for name, each in work.items()} for _ in range(ROUNDS)]
    report(rounds)


def all_work(app: Flask, place: int) -> Mapping[str, Callable[[], object]]:
    """What is measured: the page, each file as a manager asks for it, and how long it is only written."""
    client, made = manager(app, place), report_of(place)
    asked = {form: partial(file, client, form) for form in FILES}
    rendered = {f"{form} alone": partial(reports.written, made, form) for form in FILES}
    return {"page": partial(page, client), **asked, **rendered}


def file(client: FlaskClient, form: str) -> None:
    """A file of the usual report."""
    answer = client.get(f"/rapport.{form}")
    assert answer.status_code == 200
    assert len(answer.data) > 10_000


def report_of(place: int) -> Report:
    """The report that the file is made of."""
    with snapshot() as session:
        known = spells.read(session, place, report_periods.read(session, place, "bilag", LAST), LAST)
        mint = passports.minting(told.newest(session, place))
    return build(known, reports.of_all(known.whole.counts), KINDS["bilag"], "X", "x", mint)


def report(rounds: Sequence[Mapping[str, Took]]) -> None:
    """Print medians by the clock, and processor time: on a busy machine that is nearer to the truth."""
    clock = {name: statistics.median(each[name].clock for each in rounds) * 1000 for name in rounds[0]}
    mean = {name: statistics.mean(each[name].processor for each in rounds) * 1000 for name in rounds[0]}
    print(
        f"{RESPONSES} responses, {ROUNDS} rounds; dashboard {clock['page']:.0f} ms, processor {mean['page']:.0f}"
    )
    for form in FILES:
        alone = f"{form} alone"
        print(
            f"  {form}: {clock[form]:.0f} ms, processor {mean[form]:.0f}; "
            f"of which rendering {clock[alone]:.0f} ms, processor {mean[alone]:.0f}"
        )
    for name, of in (("clock", clock), ("processor", mean)):
        ratio = sum(of[form] - of[f"{form} alone"] for form in FILES) / of["page"]
        verdict = "reached" if ratio <= GOAL else "MISSED"
        print(f"  both without rendering to the dashboard, by the {name}: {ratio:.2f}, goal {GOAL}: {verdict}")


if __name__ == "__main__":
    main()
