"""SMTP against a real server on this machine: connections, and the outcome of every answer."""

import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from survey.gateways import Outcome, smtp
from survey.gateways.smtp import Smtp
from tests.survey.mailing import LETTER, VERP, Postmaster, plainly, scripted, serving


def test_many_mails_share_one_connection() -> None:
    """Three letters, one session."""
    postmaster = Postmaster()
    with serving(postmaster) as port, plainly(port) as gateway:
        outcomes = {gateway.send(replace(LETTER, reference=f"1-{n}-1")).word for n in range(3)}
    assert (outcomes, len(postmaster.mails), len(postmaster.sessions)) == ({"accepted"}, 3, 1)


def test_threads_send_at_once_on_a_connection_each() -> None:
    """Forty letters by four threads: each arrives once, on four connections at most."""
    postmaster = Postmaster()
    letters = [replace(LETTER, reference=f"1-{n}-1") for n in range(40)]
    with serving(postmaster) as port, plainly(port) as gateway, ThreadPoolExecutor(gateway.at_once) as pool:
        assert {"accepted"} == {outcome.word for outcome in pool.map(gateway.send, letters)}
    assert sorted(mail["Message-ID"] for mail in postmaster.mails) == sorted(
        f"<{letter.reference}@svar.stevns.dk>" for letter in letters
    )
    assert len(postmaster.sessions) <= 4


@pytest.mark.parametrize("groups", [True, False])
@pytest.mark.parametrize(
    ("expected", "answers"),
    [
        (
            Outcome("refused", "SMTP 550 5.1.1", permanent=True, dead=True),
            {"rcpt": "550 5.1.1 anne@borger.dk unknown"},
        ),
        (
            Outcome("refused", "SMTP 550 5.1.10", permanent=True, dead=True),
            {"rcpt": "550 5.1.10 RecipientNotFound"},
        ),
        (Outcome("refused", "SMTP 550", permanent=True, dead=True), {"rcpt": "550 anne@borger.dk unknown"}),
        (Outcome("refused", "SMTP 552 5.2.2", permanent=True), {"rcpt": "552 5.2.2 full"}),
        (Outcome("refused", "SMTP 554 5.7.1", by_policy=True), {"rcpt": "554 5.7.1 relay access denied"}),
        (Outcome("refused", "SMTP 451 4.7.1"), {"rcpt": "451 4.7.1 greylisted"}),
        (Outcome("refused", "SMTP 530 5.7.0", stops=True), {"rcpt": "530 5.7.0 authentication required"}),
        (Outcome("refused", "SMTP 553 5.7.1", stops=True), {"mail": "553 5.7.1 sender not allowed"}),
        (Outcome("refused", "SMTP 451 4.3.0"), {"mail": "451 4.3.0 later"}),
        (Outcome("refused", "SMTP 421 4.3.2"), {"mail": "421 4.3.2 closing"}),
        (Outcome("refused", "SMTP 554 5.6.0", permanent=True), {"data": "554 5.6.0 rejected"}),
        (Outcome("refused", "SMTP 550", permanent=True), {"data": "550 content rejected"}),
        (Outcome("refused", "SMTP 452 4.3.1"), {"data": "452 4.3.1 full"}),
        (Outcome("unknown", "uforståeligt svar"), {"data": "354 go on"}),
    ],
)
def test_an_answer_of_the_server_has_one_meaning_and_the_next_mail_goes_through(
    groups: bool, expected: Outcome, answers: dict[str, str]
) -> None:
    """The reason is code and status alone, and names nobody; with and without PIPELINING."""
    postmaster = Postmaster(groups=groups, **answers)
    with serving(postmaster) as port, plainly(port) as gateway:
        assert expected == gateway.send(LETTER)
        assert gateway.send(LETTER).word == "accepted"
    assert len(postmaster.mails) == 1


def test_the_fifth_refusal_by_policy_in_a_row_stops_the_gateway() -> None:
    """One may be about its recipient; a mail that is taken on starts the count again."""
    postmaster, stops = Postmaster(), []
    with serving(postmaster) as port, plainly(port) as gateway:
        for refused in (True, True, False, *[True] * 6):
            postmaster.answers = {"rcpt": "554 5.7.1 relay access denied"} if refused else {}
            stops.append(gateway.send(LETTER).stops)
    assert stops == [False] * 7 + [True, False]


def test_the_servers_own_name_of_a_mail_is_kept() -> None:
    """For looking it up in the relay's log."""
    with serving(Postmaster(data="250 2.0.0 Ok: queued as 4Zr1xQ2bHz")) as port, plainly(port) as gateway:
        assert Outcome("accepted", provider_id="4Zr1xQ2bHz") == gateway.send(LETTER)


def test_a_connection_cut_after_the_text_leaves_doubt() -> None:
    """Nobody can tell; the next letter gets a new connection."""
    postmaster = Postmaster(data="drop")
    with serving(postmaster) as port, plainly(port) as gateway:
        assert gateway.send(LETTER).word == "unknown"
        assert gateway.send(LETTER).word == "accepted"


@pytest.mark.parametrize(
    ("expected", "answers"),
    [
        ("ingen forbindelse", [b"554 5.3.2 no"]),
        ("ingen forbindelse", [b"220 x", None]),
        ("ingen forbindelse", [b"220 x", b"250 x", None]),
        ("ingen forbindelse", [b"220 x", b"250 x", b"250 ok", b"250 ok", None]),
        ("SMTP 451 4.3.0", [b"220 x", b"250 x", b"250 ok", b"250 ok", b"451 4.3.0 no", b"250 ok", b"221 x"]),
    ],
)
def test_whatever_goes_wrong_before_the_text_is_a_refusal_for_now(
    expected: str, answers: list[bytes | None]
) -> None:
    """At the banner, at hello, at the envelope and at DATA: surely not sent."""
    with scripted(*answers) as (port, _), plainly(port) as gateway:
        outcome = gateway.send(LETTER)
    assert (outcome.word, outcome.permanent, outcome.stops) == ("refused", False, False)
    assert outcome.detail.startswith(expected)


def test_no_server_is_a_refusal_for_now() -> None:
    """Connection refused: surely not sent."""
    with serving(Postmaster()) as port:
        pass
    with plainly(port) as gateway:
        expected = Outcome("refused", "ingen forbindelse (ConnectionRefusedError)", unreached=True)
        assert expected == gateway.send(LETTER)


def test_a_silent_server_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """After our patience, and as no connection."""
    monkeypatch.setattr(smtp, "PATIENCE", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent, plainly(silent.getsockname()[1]) as gateway:
        expected = Outcome("refused", "ingen forbindelse (SMTPServerDisconnected)", unreached=True)
        assert expected == gateway.send(LETTER)


def test_a_bounce_is_asked_to_hold_no_text_where_the_server_can() -> None:
    """RET=HDRS, NOTIFY=FAILURE and the signed reference as envelope id (RFC 3461)."""
    able = b"250-x\r\n250 DSN"
    for verp, envid in ((VERP, f" ENVID={VERP.signed('1-2-1')}".encode()), (None, b"")):
        told_no = [b"220 x", able, b"250 ok", b"550 5.1.1 no", b"250 ok", b"221 x"]
        with scripted(*told_no) as (port, told), plainly(port, verp=verp) as gateway:
            gateway.send(LETTER)
        assert told[1].endswith(b"> RET=HDRS" + envid + b"\r\n")
        assert told[2].endswith(b"<anne@borger.dk> NOTIFY=FAILURE\r\n")


def _cut(gateway: Smtp) -> None:
    (connection, _) = gateway._idle[0]
    connection.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]  # it is connected


def test_a_kept_connection_the_server_has_closed_is_opened_anew() -> None:
    """After a restart of the server the next letter goes through."""
    postmaster = Postmaster()
    with serving(postmaster) as port, plainly(port) as gateway:
        for _ in range(2):
            assert gateway.send(LETTER).word == "accepted"
            _cut(gateway)  # the second time: a goodbye nobody hears
    assert len(postmaster.sessions) == 2


@pytest.mark.parametrize("answer", [None, b"503 what?", b"421 closing"])
def test_a_connection_that_cannot_be_made_ready_is_let_go_of(answer: bytes | None) -> None:
    """A refusal, then silence or no yes to RSET: the outcome stands, and nothing is kept."""
    answers = [b"220 x", b"250 x", b"250 ok", b"550 5.1.1 no", answer]
    with scripted(*answers) as (port, _), plainly(port) as gateway:
        assert gateway.send(LETTER).dead is True
        assert list(gateway._idle) == []


def test_a_connection_idle_for_long_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new one is opened instead of waiting for an answer that may never come."""
    monkeypatch.setattr(smtp, "IDLE", 0)
    postmaster = Postmaster()
    with serving(postmaster) as port, plainly(port) as gateway:
        assert [gateway.send(LETTER).word for _ in range(2)] == ["accepted", "accepted"]
    assert len(postmaster.sessions) == 2


@pytest.mark.parametrize("answer", ["421 4.4.2 timed out", "451 4.3.0 try later"])
def test_a_server_that_says_goodbye_on_a_kept_connection_is_called_again(answer: str) -> None:
    """421 means that it closes; another answer is about the letter, and only the next one goes through."""
    postmaster = Postmaster(again=answer)
    with serving(postmaster) as port, plainly(port) as gateway:
        outcomes = [gateway.send(LETTER).word for _ in range(3)]
    assert outcomes == ["accepted", "accepted" if answer.startswith("421") else "refused", "accepted"]
    assert len(postmaster.sessions) == 2


def test_closing_without_a_connection_is_nothing() -> None:
    """A gateway never used has nothing to let go of."""
    Smtp("localhost", 25, "svar@x.dk").close()


@pytest.mark.parametrize(
    ("wrong", "options"),
    [
        ("only for a server on this machine", {"tls": "none"}),
        ("an address of ours", {"reply_to": "Svar <svar@x.dk>"}),
        ("an address of ours", {"unsubscribe_mailto": "afmeld@x.dk\r\nBcc: x@y.dk"}),
        ("bounces can only be read", {"mailbox": object()}),
    ],
)
def test_an_account_that_makes_no_sense_is_refused(wrong: str, options: dict[str, Any]) -> None:
    """When it is made, not when the first mail is sent."""
    with pytest.raises(ValueError, match=wrong):
        Smtp("mail.x.dk", 25, "svar@x.dk", **options)
