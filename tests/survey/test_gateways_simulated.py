"""The simulated provider: a mailbox of whole files, and rules per number for every way to fail."""

import json
import threading
from pathlib import Path

import pytest

from survey.gateways import Letter, Outcome, simulated
from survey.gateways.simulated import RULES, Simulated

NUMBER = "+4520123456"


def letter(reference: str = "1-2-1", to: str = NUMBER) -> Letter:
    """An SMS with a link."""
    return Letter(reference, "sms", to, "Stevns", "", "Hvordan gik din samtale? https://svar.x.dk/s/abc")


def test_an_accepted_letter_is_a_file_named_by_its_reference(tmp_path: Path) -> None:
    """Nothing else is left in the folder."""
    folder = tmp_path / "new" / "mailbox"
    gateway = Simulated(folder)
    assert Outcome("accepted", provider_id="1-2-1") == gateway.send(letter())
    gateway.close()
    assert [path.name for path in folder.iterdir()] == ["1-2-1.json"]
    assert json.loads((folder / "1-2-1.json").read_text("utf-8"))["body"] == letter().body


def test_the_mailbox_is_its_owners_alone(tmp_path: Path) -> None:
    """Folder 0700, files 0600, whatever the process would give; a folder that was open to others is closed."""
    folder = tmp_path / "mailbox"
    folder.mkdir(mode=0o755)
    Simulated(folder).send(letter())
    simulated.set_rule(folder, NUMBER, "refuse")
    simulated.posts(folder, "1-2-1", "delivered")
    paths = [folder, folder / "1-2-1.json", folder / "rules", folder / "secret"]
    assert [path.stat().st_mode & 0o777 for path in paths] == [0o700, 0o600, 0o600, 0o600]


def test_the_mailbox_is_read_newest_first(tmp_path: Path) -> None:
    """Every letter comes back as it was."""
    gateway = Simulated(tmp_path)
    for number in (1, 2, 3):
        gateway.send(letter(f"1-{number}-1"))
    assert [found.letter for found in simulated.mailbox(tmp_path)] == [letter(f"1-{n}-1") for n in (3, 2, 1)]


def test_a_letter_sent_twice_is_seen_twice(tmp_path: Path) -> None:
    """The mailbox never hides a double."""
    gateway = Simulated(tmp_path)
    for _ in range(3):
        gateway.send(letter())
    assert sorted(found.name for found in simulated.mailbox(tmp_path)) == ["1-2-1", "1-2-1~2", "1-2-1~3"]


def test_letters_sent_at_the_same_time_all_arrive(tmp_path: Path) -> None:
    """`at_once` threads with the same reference: a file each."""
    gateway = Simulated(tmp_path)
    threads = [threading.Thread(target=gateway.send, args=(letter(),)) for _ in range(gateway.at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert gateway.at_once == len(simulated.mailbox(tmp_path))


# What each rule leads to: word, permanent, dead, stops, and whether the letter arrives.
EXPECTED = {
    "refuse": ("refused", True, True, False, 0),
    "refuse for now": ("refused", False, False, False, 0),
    "no connection": ("refused", False, False, False, 0),
    "busy": ("refused", False, False, False, 0),
    "error": ("unknown", False, False, False, 0),
    "slow": ("unknown", False, False, False, 1),
    "dropped": ("unknown", False, False, False, 1),
    "partly": ("refused", True, False, False, 0),
    "invalid": ("refused", True, True, False, 0),
    "other code": ("refused", True, False, False, 0),
    "no credit": ("refused", False, False, True, 0),
    "not approved": ("refused", False, False, True, 0),
}


@pytest.mark.parametrize("rule", EXPECTED)
def test_a_number_can_fail_in_every_way_a_provider_does(tmp_path: Path, rule: str) -> None:
    """Each says in Danish what happened; other numbers are not touched."""
    gateway = Simulated(tmp_path)
    simulated.set_rule(tmp_path, NUMBER, rule)
    found = gateway.send(letter())
    arrived = len(simulated.mailbox(tmp_path))
    assert EXPECTED[rule] == (found.word, found.permanent, found.dead, found.stops, arrived)
    assert found.detail
    assert (found.retry_after is not None) == (rule == "busy")
    assert gateway.send(letter(to="+4520000000")).word == "accepted"


def test_a_silent_number_leaves_doubt_and_sometimes_a_letter(tmp_path: Path) -> None:
    """Always unknown; some are delivered all the same, the same ones every time."""
    assert {"silent"} == RULES.keys() - EXPECTED.keys()
    simulated.set_rule(tmp_path, NUMBER, "silent")
    gateway = Simulated(tmp_path)
    outcomes = {gateway.send(letter(f"1-{number}-1")).word for number in range(40)}
    assert outcomes == {"unknown"}
    assert 0 < len(simulated.mailbox(tmp_path)) < 40


def test_an_account_of_the_simulator_has_its_own_name_and_pace(tmp_path: Path) -> None:
    """As any other provider's; a slow number keeps us waiting for as long as it is told to."""
    gateway = Simulated(tmp_path, "reserve", slow=0.001, at_once=9, rate=2.5)
    simulated.set_rule(tmp_path, NUMBER, "slow")
    assert gateway.send(letter()).word == "unknown"
    assert (gateway.name, gateway.at_once, gateway.rate, gateway.reports) == ("reserve", 9, 2.5, True)


def test_a_rule_can_be_removed_and_must_be_known(tmp_path: Path) -> None:
    """Rules live in a file; a word that is none is refused."""
    simulated.set_rule(tmp_path / "new", NUMBER, "silent")
    assert simulated.rules(tmp_path / "new") == {NUMBER: "silent"}
    simulated.set_rule(tmp_path / "new", NUMBER, None)
    assert simulated.rules(tmp_path / "new") == {}
    with pytest.raises(ValueError, match="a rule is one of"):
        simulated.set_rule(tmp_path, NUMBER, "explode")


def test_a_letter_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    """A folder that is gone makes `deliver` raise; the outbox counts that as unknown."""
    gateway = Simulated(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(FileNotFoundError):
        gateway.send(letter())
