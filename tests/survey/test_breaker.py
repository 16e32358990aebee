"""The circuit breaker: when a gateway stops by itself, who tries again, and when it is well."""

import socket
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import breaker
from survey.gateways import Letter, Outcome
from survey.gateways.gatewayapi import GatewayApi
from survey.gateways.smtp import Smtp
from survey.models import GatewayState

MINUTES = timedelta(minutes=1)


def state(session: Session) -> GatewayState:
    """What is known of the gateway."""
    session.expire_all()
    return session.scalars(select(GatewayState)).one()


def test_the_fifth_trouble_in_a_row_stops_the_gateway(session: Session, now: datetime) -> None:
    """Four do not; the reason is the last one's, and the first try comes after ten minutes."""
    stood = [breaker.trouble(session, "sms", f"svar {n}", now) for n in range(5)]
    assert stood == [False] * 4 + [True]
    assert breaker.stopped(session, now + 9 * MINUTES) == {"sms"}
    assert breaker.stopped(session, now + 10 * MINUTES) == set()
    assert (state(session).reason, state(session).stopped_at) == ("svar 4", now)


def test_a_letter_taken_on_starts_the_count_anew(session: Session, now: datetime) -> None:
    """In a row means in a row."""
    breaker.trouble(session, "sms", "500", now, n=4)
    breaker.well(session, "sms", now)
    assert breaker.trouble(session, "sms", "500", now, n=4) is False


def test_out_of_credit_stops_at_once(session: Session, now: datetime) -> None:
    """One outcome that means the account is enough, also when trouble was noted before."""
    breaker.trouble(session, "sms", "500", now)
    assert breaker.trouble(session, "sms", "", now, at_once=True) is True
    assert state(session).reason == "ukendt fejl"
    assert breaker.trouble(session, "mail", "ingen kredit", now, at_once=True) is True


def test_one_message_tries_and_the_others_wait(session: Session, now: datetime) -> None:
    """All while it is well, none while it stands still, one when its time has come."""
    assert breaker.admits(session, "sms", 20, now) == 20
    breaker.trouble(session, "sms", "ingen kredit", now, at_once=True)
    assert breaker.admits(session, "sms", 20, now + 9 * MINUTES) == 0
    later = now + 10 * MINUTES
    assert [breaker.admits(session, "sms", 20, later), breaker.admits(session, "sms", 20, later)] == [1, 0]


def test_each_try_that_fails_doubles_the_pause_up_to_two_hours(session: Session, now: datetime) -> None:
    """10 minutes, 20, 40, 80, 120, 120; what was under way when it stopped changes nothing."""
    breaker.trouble(session, "sms", "500", now, at_once=True)
    breaker.trouble(session, "sms", "500", now + MINUTES)
    pauses, at = [], now
    for _number in range(6):
        pauses.append((state(session).probe_at or at) - at)
        at += pauses[-1]
        breaker.trouble(session, "sms", "500", at)
    assert pauses == [pause * MINUTES for pause in (10, 20, 40, 80, 120, 120)]
    assert state(session).stopped_at == now


@pytest.mark.parametrize("by_itself", [True, False])
def test_a_gateway_that_is_well_again_is_used_again(session: Session, now: datetime, by_itself: bool) -> None:
    """By a letter taken on, and it is kept that its stop was told of; or because an administrator says so."""
    breaker.trouble(session, "sms", "500", now, at_once=True)
    state(session).alarmed_at = now
    session.flush()
    if by_itself:
        breaker.well(session, "sms", now + MINUTES)
    else:
        breaker.resume(session, "sms")
    found = state(session)
    assert (found.failures, found.stopped_at, found.probe_at) == (0, None, None)
    assert found.alarmed_at == (now if by_itself else None)
    assert breaker.admits(session, "sms", 20, now) == 20


def test_a_letter_claimed_before_the_stop_does_not_end_it(session: Session, now: datetime) -> None:
    """It was under way when the provider said no to another."""
    breaker.trouble(session, "sms", "spærret", now, at_once=True)
    breaker.well(session, "sms", now)
    assert breaker.stopped(session, now) == {"sms"}


@pytest.mark.parametrize(
    ("expected", "outcome"),
    [
        (True, Outcome("unknown", "svar 500")),
        (True, Outcome("refused", "ingen forbindelse (TimeoutError)", unreached=True)),
        (False, Outcome("refused", "modtager ikke lige nu")),
        (False, Outcome("accepted")),
        (False, Outcome("skipped")),
    ],
)
def test_what_counts_as_trouble(expected: bool, outcome: Outcome) -> None:
    """What speaks against the gateway, not against the letter."""
    assert breaker.is_trouble(outcome) is expected


def test_a_closed_port_is_trouble_at_every_kind_of_gateway() -> None:
    """Over HTTP as over SMTP."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        http = GatewayApi("sms", "t", address=f"http://127.0.0.1:{port}")
        mail = Smtp("127.0.0.1", port, "svar@x.dk", tls="none")
        text = http.send(Letter("1-1-1", "sms", "+4520123456", "Stevns", "", "Hej"))
        letter = mail.send(Letter("1-1-1", "email", "a@x.dk", "Stevns", "Emne", "Hej"))
    assert [breaker.is_trouble(text), breaker.is_trouble(letter)] == [True, True]
