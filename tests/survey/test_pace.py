"""The pace of a gateway, shared by all workers."""

from sqlalchemy.orm import Session

from survey import pace


def test_whoever_comes_second_waits_for_the_first(session: Session) -> None:
    """Twenty letters at two a second: the first batch may leave now, the second ten seconds later."""
    first, second = (pace.reserve(session, "sms", 20, 2.0) for _ in range(2))
    assert first <= 0 < second <= 10


def test_a_gateway_that_asks_us_to_wait_is_held(session: Session) -> None:
    """For as long as it asks; a shorter wish afterwards changes nothing, and others are free."""
    assert pace.held(session, "sms") == 0
    pace.hold(session, "sms", 60)
    pace.hold(session, "sms", 5)
    assert 5 < pace.held(session, "sms") <= 60
    assert pace.held(session, "mail") == 0
