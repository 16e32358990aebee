"""The simulated provider's receipts: signed over the raw body, in every shape that real ones come in."""

import json
import threading
from pathlib import Path

import pytest

from survey.gateways import ForgedError, Report, UnreadableError, simulated

REFERENCE = "1-2-1"


def read(folder: Path, shape: str) -> list[list[Report]]:
    """What our reader makes of each post of `shape`."""
    reader = simulated.reader(folder)
    return [reader(post.headers, post.body, "") for post in simulated.posts(folder, REFERENCE, shape)]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("delivered", [("delivered", False, False, False)]),
        ("failed", [("failed", False, False, False)]),
        ("dead", [("failed", True, True, False)]),
        ("blocked", [("failed", True, False, True)]),
        ("late", [("delivered", False, False, False)]),
        ("contradiction", [("delivered", False, False, False), ("failed", False, False, False)]),
    ],
)
def test_a_receipt_is_read_as_what_it_says(tmp_path: Path, shape: str, expected: list[object]) -> None:
    """Each its own event, about our reference, with a reason when it failed."""
    reports = [report for [report] in read(tmp_path, shape)]
    assert [(one.state, one.permanent, one.dead, one.stops) for one in reports] == expected
    assert {one.reference for one in reports} == {REFERENCE}
    assert len({one.event_id for one in reports}) == len(reports)
    assert all(bool(one.reason) == (one.state == "failed") for one in reports)


def test_a_duplicate_is_the_same_event(tmp_path: Path) -> None:
    """Byte for byte."""
    first, second = simulated.posts(tmp_path, REFERENCE, "duplicate")
    assert first == second
    [one], [other] = read(tmp_path, "duplicate")
    assert one.state == other.state == "delivered"


def test_what_is_under_way_is_no_report(tmp_path: Path) -> None:
    """It comes after the word that settled the letter, and says nothing."""
    [[settled], under_way] = read(tmp_path, "out of order")
    assert (settled.state, under_way) == ("delivered", [])


def test_a_late_receipt_tells_of_long_ago(tmp_path: Path) -> None:
    """More than the three days after which nobody knows."""
    late, fresh = (simulated.posts(tmp_path, REFERENCE, shape)[0].body for shape in ("late", "delivered"))
    assert json.loads(fresh)["at"] - json.loads(late)["at"] >= simulated.LATE


def test_a_receipt_may_be_about_nobody(tmp_path: Path) -> None:
    """Rightly signed, with a reference that is not ours."""
    [[report]] = read(tmp_path, "unknown reference")
    assert report.reference != REFERENCE


@pytest.mark.parametrize(("shape", "status"), [("forged", 403), ("unsigned", 401)])
def test_a_receipt_without_the_right_signature_is_forged(tmp_path: Path, shape: str, status: int) -> None:
    """403 with a wrong one, 401 without."""
    with pytest.raises(ForgedError) as caught:
        read(tmp_path, shape)
    assert caught.value.status == status


def test_the_signature_covers_every_byte_and_one_folder(tmp_path: Path) -> None:
    """A changed body, and another simulator's receipt, are forged."""
    [post] = simulated.posts(tmp_path, REFERENCE, "delivered")
    for folder, body in [(tmp_path, post.body + b" "), (tmp_path / "other", post.body)]:
        with pytest.raises(ForgedError):
            simulated.reader(folder)(post.headers, body, "")


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"\xff", b"[]", b"7", b"null", b"{}", b"[" * 100_000),
        b'{"event_id": "e", "reference": "1-2-1", "status": "eaten"}',
        b'{"event_id": "e", "reference": "1-2-1", "status": ["delivered"]}',
        b'{"event_id": 7, "reference": "1-2-1", "status": "delivered"}',
        b'{"event_id": "", "reference": "1-2-1", "status": "delivered"}',
        b'{"event_id": "e", "reference": null, "status": "delivered"}',
    ],
)
def test_a_body_of_another_shape_is_unreadable(tmp_path: Path, body: bytes) -> None:
    """However rightly it is signed."""
    simulated.posts(tmp_path, REFERENCE, "delivered")
    signature = simulated.signed((tmp_path / "secret").read_bytes(), body)
    with pytest.raises(UnreadableError):
        simulated.reader(tmp_path)({simulated.SIGNATURE: signature}, body, "")


def test_nonsense_is_a_shape_too(tmp_path: Path) -> None:
    """What the page can deliver."""
    with pytest.raises(UnreadableError):
        read(tmp_path, "unreadable")


def test_the_first_of_many_makes_the_secret(tmp_path: Path) -> None:
    """Worker and web may both be first; all read the same one."""
    posts, start = list[simulated.Post](), threading.Barrier(8)

    def post() -> None:
        start.wait()
        posts.extend(simulated.posts(tmp_path / "new", REFERENCE, "delivered"))

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reader = simulated.reader(tmp_path / "new")
    assert [len(reader(one.headers, one.body, "")) for one in posts] == [1] * 8
