"""Bounces: what each kind of delivery status notification says about the mail it returns."""

from dataclasses import replace
from pathlib import Path

import pytest

from survey.gateways import Report
from survey.gateways.bounces import LARGEST, Bounces, Verp, reports
from survey.gateways.mailboxes import Maildir
from survey.gateways.smtp import Smtp
from tests.survey.mailing import VERP

SAMPLES = Path(__file__).parent.parent / "data" / "dsn"


def sample(name: str, reference: str = "1-2-1", verp: Verp = VERP) -> bytes:
    """The bounce `name` of the mail with `reference`."""
    text = (SAMPLES / f"{name}.eml").read_text("utf-8")
    return text.replace("@VERP@", verp.sender(reference)).replace("@SIGNED@", verp.signed(reference)).encode()


def said(raw: bytes) -> Report | None:
    """The one report of a bounce that can be read."""
    found = reports(raw, VERP)
    assert found is not None
    return found[0] if found else None


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    """An empty maildir."""
    for part in ("cur", "new", "tmp"):
        (tmp_path / part).mkdir()
    return tmp_path


def put(maildir: Path, name: str, raw: bytes) -> None:
    """Deliver `raw` to `maildir`."""
    (maildir / "new" / name).write_bytes(raw)


def names(folder: Path) -> list[str]:
    """What lies in a folder, in order."""
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize(
    ("reason", "name"),
    [
        ("adressen findes ikke (5.1.1)", "postfix_unknown"),
        ("domænet findes ikke (5.1.2)", "postfix_no_domain"),
        ("adressen findes ikke (5.1.10)", "exchange_unknown"),
        ("adressen findes ikke (5.1.1)", "gmail_unknown"),
        ("adressen findes ikke (5.1.1)", "exim_unknown"),
    ],
)
def test_a_mailbox_that_does_not_exist_is_dead(reason: str, name: str) -> None:
    """Whoever writes the bounce, and where only the diagnostic says it exactly."""
    report = said(sample(name))
    assert report is not None
    assert ("1-2-1", "failed", True, True, reason) == (
        report.reference,
        report.state,
        report.permanent,
        report.dead,
        report.reason,
    )


@pytest.mark.parametrize(
    ("permanent", "reason", "name"),
    [
        (True, "postkassen er fuld (5.2.2)", "postfix_full"),
        (True, "afvist af modtagerens regler for mail (5.7.1)", "exchange_policy"),
        (False, "blev ikke afleveret i tide (4.4.1)", "postfix_expired"),
    ],
)
def test_another_failure_leaves_the_address_alive(*, permanent: bool, reason: str, name: str) -> None:
    """It did not arrive, and 4.x means that it might have another day; nobody's account is stopped."""
    report = said(sample(name))
    assert report is not None
    assert (permanent, False, False, reason) == (report.permanent, report.dead, report.stops, report.reason)


def test_delivered_is_the_only_good_news() -> None:
    """Relayed is out of sight, delayed is under way: no report."""
    report = said(sample("postfix_delivered"))
    assert report is not None
    assert report.state == "delivered"
    assert [said(sample("postfix_relayed")), said(sample("postfix_delayed"))] == [None, None]


def test_a_bounce_read_twice_is_one_event() -> None:
    """Same event id for the same bounce, another for another mail or another bounce; it holds no address."""
    ids = [
        report.event_id
        for raw in (
            sample("postfix_unknown"),
            sample("postfix_unknown"),
            sample("gmail_unknown"),
            sample("postfix_unknown", "1-3-1"),
            sample("postfix_unknown").replace(b"Message-Id", b"X-Was"),
        )
        if (report := said(raw))
    ]
    assert (ids[0] == ids[1], len(set(ids))) == (True, 4)
    assert not any("@" in event_id for event_id in ids)


def test_the_envelope_id_is_enough() -> None:
    """A bounce that reached the mailbox by another address is told by the id we gave the envelope."""
    raw = sample("postfix_unknown").replace(VERP.sender("1-2-1").encode(), b"retur@svar.stevns.dk")
    assert said(raw) == said(sample("postfix_unknown"))


@pytest.mark.parametrize("name", ["out_of_office", "from_a_person", "complaint"])
def test_what_is_no_bounce_is_left_aside(name: str) -> None:
    """Automatic answers, people's answers, complaints."""
    assert reports(sample(name), VERP) is None


def test_a_forged_bounce_maps_to_nothing() -> None:
    """Another secret, a reference without its check, a check of another reference: left aside."""
    forger = replace(VERP, secret=bytes(32))
    assert reports(sample("postfix_unknown", verp=forger), VERP) is None
    genuine = VERP.signed("1-2-1").encode()
    for forged in (b"1-2-1", b"1-2-1-aaaaaaaa", genuine.replace(b"1-2-1", b"1-3-1")):
        assert reports(sample("postfix_unknown").replace(genuine, forged), VERP) is None


def test_a_bounce_of_two_mails_maps_to_neither() -> None:
    """One mail, one reference: whoever mixes them up is not believed."""
    raw = sample("postfix_unknown").replace(VERP.signed("1-2-1").encode(), VERP.signed("1-3-1").encode(), 1)
    assert reports(raw, VERP) is None


def test_case_does_not_matter_on_the_way_back() -> None:
    """Some mail systems write addresses in capitals."""
    raw = sample("gmail_unknown").replace(VERP.sender("1-2-1").encode(), VERP.sender("1-2-1").upper().encode())
    assert said(raw) == said(sample("gmail_unknown"))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff" * 500,
        sample("postfix_unknown").replace(b"message/delivery-status", b"text/plain"),
        sample("postfix_unknown").replace(b"Content-Type: multipart/report", b"Content-Type: multipart/mixed"),
        sample("postfix_unknown").partition(b"Final-Recipient")[0],
        b'Content-Type: multipart/report; boundary="x"\n\n--x\nContent-Type: message/delivery-status\n\n',
        b'Content-Type: multipart/report; boundary="x"\n\nnothing\n',
        b"".join(b'Content-Type: multipart/report; boundary="%d"\n\n--%d\n' % (n, n) for n in range(2000)),
    ],
)
def test_whatever_cannot_be_read_is_left_aside(raw: bytes) -> None:
    """Nothing a stranger sends can raise."""
    assert reports(raw, VERP) is None


def test_a_bounce_cut_anywhere_never_raises() -> None:
    """Every tenth byte is where a transfer may have broken; nothing but the truth or nothing is read."""
    raw = sample("postfix_unknown")
    found = [reports(raw[:end], VERP) for end in range(0, len(raw), 10)]
    assert {"1-2-1"} == {report.reference for each in found for report in each or []}


def test_one_of_several_mailboxes_that_got_it_is_enough() -> None:
    """An address that is passed on to two: delivered where it arrived at one, dead only where all are."""
    raw = sample("postfix_unknown")
    block = raw[raw.index(b"Final-Recipient") : raw.index(b"--5C1A2", raw.index(b"Final-Recipient"))]
    arrived = block.replace(b"Action: failed", b"Action: delivered")
    full = block.replace(b"Status: 5.1.1", b"Status: 5.2.2")
    both = [said(raw.replace(block, block + other)) for other in (arrived, full)]
    assert [(report.state, report.dead) for report in both if report] == [("delivered", False), ("failed", False)]


def test_a_status_nobody_gave_is_read_from_the_servers_words() -> None:
    """No Status at all: the diagnostic's; neither: no report."""
    without = sample("postfix_unknown").replace(b"Status: 5.1.1\n", b"")
    report = said(without)
    assert report is not None
    assert report.dead is True
    assert said(without.replace(b"5.1.1", b"")) is None


def test_a_bounce_stays_until_its_report_is_stored(maildir: Path) -> None:
    """A worker that dies after reading reads it again; only `stored` files it, and nothing is deleted."""
    put(maildir, "1", sample("postfix_unknown"))
    first = Bounces(Maildir(maildir), VERP).poll()
    bounces = Bounces(Maildir(maildir), VERP)
    assert first == bounces.poll() != []
    assert names(maildir / "new") == ["1"]
    bounces.stored()
    assert (names(maildir / "new"), names(maildir / ".read" / "cur"), bounces.poll()) == ([], ["1"], [])


def test_what_is_no_bounce_is_moved_aside_at_once(maildir: Path) -> None:
    """It is never looked at again, and never in the way of what is; neither is a mail too large to read."""
    put(maildir, "1", sample("out_of_office"))
    put(maildir, "2", sample("postfix_unknown") + b" " * LARGEST)
    put(maildir, "3", sample("postfix_delayed"))
    bounces = Bounces(Maildir(maildir), VERP)
    assert bounces.poll() == []
    bounces.stored()
    assert names(maildir / ".aside" / "cur") == ["1", "2"]
    assert names(maildir / ".read" / "cur") == ["3"]


def test_a_mail_moved_by_somebody_else_is_passed_over(maildir: Path) -> None:
    """Two workers, or a person with a mail program."""
    put(maildir, "1", sample("postfix_unknown"))
    (maildir / "new" / "0").symlink_to(maildir / "gone")
    bounces = Bounces(Maildir(maildir), VERP)
    assert len(bounces.poll()) == 1
    (maildir / "new" / "1").unlink()
    bounces.stored()
    assert names(maildir / ".read" / "cur") == []


def test_the_gateway_reads_its_bounces(maildir: Path) -> None:
    """`poll` and `stored` of the gateway are the mailbox's; without one there is nothing to say."""
    put(maildir, "1", sample("gmail_unknown"))
    gateway = Smtp("localhost", 25, "svar@svar.stevns.dk", verp=VERP, mailbox=Maildir(maildir))
    assert [report.reference for report in gateway.poll()] == ["1-2-1"]
    gateway.stored()
    deaf = Smtp("localhost", 25, "svar@svar.stevns.dk")
    deaf.stored()
    assert [] == gateway.poll() == deaf.poll()


def test_a_maildir_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """A wrong path is found out, not taken for an empty mailbox."""
    with pytest.raises(OSError, match="new"):
        Maildir(tmp_path).read(1)


@pytest.mark.parametrize(
    ("address", "secret"), [("retur@x.dk", b"short"), ("much-too-long@x.dk", bytes(32)), ("x", bytes(32))]
)
def test_a_signature_without_address_or_secret_is_refused(address: str, secret: bytes) -> None:
    """With the longest reference the local part would not fit in 64 characters."""
    with pytest.raises(ValueError, match="for bounces"):
        Verp(address, secret)
    longest = Verp("retur-bounce@x.dk", bytes(32)).sender(f"{10**17}-{10**17}-9999").partition("@")[0]
    assert len(longest) <= 64
