"""What a worker's jobs leave in the log: counts and the kind of error, never more."""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime

import pytest
from apscheduler.triggers.interval import IntervalTrigger

from survey import dispatch, jobs
from survey.config import Settings
from survey.jobs import Timed, Work


@pytest.fixture
def work(settings: Settings, now: datetime) -> Work:
    """A worker without gateways."""
    return Work(settings, (), print, lambda: now)


def job(run: Callable[[Work], object]) -> Timed:
    """A job that does `run` at every tick."""
    return Timed("j", IntervalTrigger(seconds=1), None, run)


def logged(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    """The fields of what was logged, but how long it took."""
    return [{k: v for k, v in r.__dict__["fields"].items() if k != "seconds"} for r in caplog.records]


@pytest.mark.parametrize(
    ("result", "fields"),
    [
        (0, []),
        (3, [{"job": "j", "n": 3}]),
        (
            Counter({"sent": 2, f"{dispatch.SKIPPED} besvaret": 1}),
            [{"job": "j", "sent": 2, "refused": 0, "unknown": 0, "waiting": 0, "skipped": 1}],
        ),
    ],
    ids=str,
)
def test_what_a_job_did_is_logged_as_counts(
    work: Work, caplog: pytest.LogCaptureFixture, result: object, fields: list[dict[str, object]]
) -> None:
    """A job that found nothing to do says nothing."""
    caplog.set_level(logging.INFO, "tilfreds")
    jobs.tick(job(lambda _work: result), work)
    assert logged(caplog) == fields


def test_a_job_that_fails_is_logged_without_what_it_said(work: Work, caplog: pytest.LogCaptureFixture) -> None:
    """The words of an error may hold a number; its kind does not."""

    def fail(_work: Work) -> None:
        raise RuntimeError("+4520123456")

    with pytest.raises(RuntimeError):
        jobs.tick(job(fail), work)
    assert logged(caplog) == [{"job": "j", "error": "RuntimeError"}]
