"""SMTP in groups of commands (PIPELINING, RFC 2920): every answer counted, no mail lost or doubled."""

import pytest

from survey.gateways import Outcome
from tests.survey.mailing import LETTER, Postmaster, plainly, scripted, serving

BANNER, GROUPS, ALONE, OK, GO, BYE = (
    b"220 x",
    b"250-x\r\n250 PIPELINING",
    b"250 x",
    b"250 ok",
    b"354 go on",
    b"221 x",
)
TAKEN = (OK, OK, GO, OK)
"""The answers to a letter that is taken on."""
DEAD = Outcome("refused", "SMTP 550 5.1.1", permanent=True, dead=True)
NO_SENDER = Outcome("refused", "SMTP 553 5.7.1", stops=True)


def test_sender_recipient_and_data_leave_together() -> None:
    """A server that says nothing before it has read all three, and then everything at once, gets the letter."""
    together = b"\r\n".join([OK, OK, GO])
    with scripted(BANNER, GROUPS, b"", b"", together, OK, BYE) as (port, told), plainly(port) as gateway:
        assert gateway.send(LETTER).word == "accepted"
    sender, recipient = b"MAIL FROM:<svar@svar.stevns.dk>\r\n", b"RCPT TO:<anne@borger.dk>\r\n"
    assert [sender, recipient, b"DATA\r\n", b".\r\n", b"quit\r\n"] == told[1:6]


def test_a_server_that_takes_no_groups_is_asked_one_by_one() -> None:
    """Without PIPELINING, DATA is not sent once the recipient is refused."""
    with scripted(BANNER, ALONE, OK, b"550 5.1.1 no", OK, BYE) as (port, told), plainly(port) as gateway:
        assert gateway.send(LETTER) == DEAD
    assert [line[:4] for line in told[1:5]] == [b"MAIL", b"RCPT", b"rset", b"quit"]


@pytest.mark.parametrize(
    ("expected", "answers"),
    [
        (NO_SENDER, [b"553 5.7.1 no", b"503 MAIL first", b"503 RCPT first"]),
        (NO_SENDER, [b"553-5.7.1 no\r\n553 5.7.1 never", OK, b"503 MAIL first"]),
        (NO_SENDER, [b"553 5.7.1 no", b"503 MAIL first", GO, b"554 5.5.1 nobody"]),
        (DEAD, [OK, b"550 5.1.1 no", b"503 RCPT first"]),
        (DEAD, [OK, b"550-5.1.1 no\r\n550 5.1.1 never", b"554 5.5.1 nobody"]),
        (DEAD, [OK, b"550 5.1.1 no", GO, b"554 5.5.1 nobody"]),
        (DEAD, [OK, b"550 5.1.1 no", GO, OK]),
        (Outcome("refused", "SMTP 452 4.3.1"), [OK, OK, b"452 4.3.1 full"]),
    ],
)
def test_a_refusal_in_a_group_is_the_first_one_and_the_connection_serves_the_next_letter(
    expected: Outcome, answers: list[bytes]
) -> None:
    """All answers are read; where DATA is granted for nobody, a lone dot ends a text of no lines."""
    with scripted(BANNER, GROUPS, *answers, OK, *TAKEN, BYE) as (port, told), plainly(port) as gateway:
        assert [expected, Outcome("accepted")] == [gateway.send(LETTER) for _ in range(2)]
    assert told[4:].count(b".\r\n") == 1 + (GO in answers)
    assert told.count(b"rset\r\n") == 1


@pytest.mark.parametrize(
    ("expected", "answers"),
    [
        (NO_SENDER, [b"553 5.7.1 no", OK, GO]),
        (NO_SENDER, [b"553 5.7.1 no", b"421 closing", None]),
        (DEAD, [OK, b"550 5.1.1 no", b"421 closing"]),
        (DEAD, [OK, b"550 5.1.1 no", None]),
        (DEAD, [OK, b"550 5.1.1 no", GO, None]),
        (DEAD, [OK, b"550 5.1.1 no", b"250 what?"]),
        (Outcome("refused", "SMTP -1"), [b"what?", OK, b"503 RCPT first"]),
        (Outcome("refused", "SMTP -1"), [OK, b"what?", GO]),
        (Outcome("refused", "SMTP 250"), [OK, OK, b"250 what?"]),
    ],
)
def test_a_connection_whose_state_is_in_doubt_is_let_go_of_without_a_text(
    expected: Outcome, answers: list[bytes | None]
) -> None:
    """The first refusal stands. A dot to a recipient who was not refused would be an empty mail."""
    may_get_it = b"550 5.1.1 no" not in answers
    with scripted(BANNER, GROUPS, *answers) as (port, told), plainly(port) as gateway:
        assert expected == gateway.send(LETTER)
        assert list(gateway._idle) == []
    assert b"rset\r\n" not in told
    assert not (may_get_it and b".\r\n" in told)


@pytest.mark.parametrize("extensions", [GROUPS, ALONE])
@pytest.mark.parametrize("end", [[b"421 4.4.2 timed out", None], [None]])
@pytest.mark.parametrize("before", [[], [OK], [OK, OK]])
def test_a_kept_connection_that_ends_before_the_text_costs_nothing(
    extensions: bytes, end: list[bytes | None], before: list[bytes]
) -> None:
    """At sender, recipient or DATA, by 421 or without a word: one new connection, and each text leaves once."""
    first, second = [BANNER, extensions, *TAKEN, *before, *end], [BANNER, extensions, *TAKEN, BYE]
    with scripted(*first, *second) as (port, told), plainly(port) as gateway:
        assert [gateway.send(LETTER).word for _ in range(2)] == ["accepted", "accepted"]
    assert told.count(b".\r\n") == 2


@pytest.mark.parametrize("before", [[], [OK], [OK, OK]])
@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ([b"421 4.3.2 closing"], Outcome("refused", "SMTP 421 4.3.2")),
        ([None], Outcome("refused", "ingen forbindelse (SMTPServerDisconnected)", unreached=True)),
    ],
)
def test_a_new_connection_that_ends_before_the_text_is_a_refusal_for_now(
    before: list[bytes], end: list[bytes | None], expected: Outcome
) -> None:
    """At sender, recipient or DATA: surely not sent, not tried again here, and nothing is kept."""
    with scripted(BANNER, GROUPS, *before, *end) as (port, told), plainly(port) as gateway:
        assert expected == gateway.send(LETTER)
        assert list(gateway._idle) == []
    assert not {b"rset\r\n", b".\r\n"} & set(told)


def test_a_connection_cut_right_after_the_answers_leaves_doubt() -> None:
    """The text had begun to leave: never sent again by itself."""
    cut = b"\r\n".join([OK, OK, GO])
    with scripted(BANNER, GROUPS, *TAKEN, cut, None) as (port, _), plainly(port) as gateway:
        assert [gateway.send(LETTER).word for _ in range(2)] == ["accepted", "unknown"]


@pytest.mark.parametrize(
    ("end", "expected"),
    [([None], "unknown"), ([b"421 4.3.2 closing", None], "refused"), ([b"4", None], "unknown")],
)
def test_after_the_text_only_an_answer_is_a_refusal(end: list[bytes | None], expected: str) -> None:
    """A hang-up leaves doubt, 421 does not: the mail was not taken on. The next letter goes through."""
    first, second = [BANNER, GROUPS, *TAKEN, OK, OK, GO, *end], [BANNER, GROUPS, *TAKEN, BYE]
    with scripted(*first, *second) as (port, told), plainly(port) as gateway:
        assert ["accepted", expected, "accepted"] == [gateway.send(LETTER).word for _ in range(3)]
    assert (told.count(b".\r\n"), told.count(b"rset\r\n")) == (3, 0)


def test_two_letters_on_a_real_server_that_takes_groups() -> None:
    """One refused by its recipient, one taken on: one session, one mail."""
    postmaster = Postmaster(rcpt="550 5.1.1 no such mailbox")
    with serving(postmaster) as port, plainly(port) as gateway:
        assert [gateway.send(LETTER).word for _ in range(2)] == ["refused", "accepted"]
    assert (len(postmaster.sessions), len(postmaster.mails)) == (1, 1)
