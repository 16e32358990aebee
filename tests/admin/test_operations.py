"""The room for sending: what an administrator sees and does there."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from survey import breaker, config, meetings
from survey.config import Settings
from survey.models import AccessLog, DeadAddress, GatewayState, Message, Municipality, Staff, Stop, TrialMessage
from tests.survey.sending import queue


@pytest.fixture
def admin(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], enter: Callable[..., FlaskClient]
) -> FlaskClient:
    """The administrator's browser."""
    return enter(employ(session, stevns, "administrator"), stevns)


@pytest.fixture
def doubts(session: Session, stevns: Municipality, now: datetime) -> list[int]:
    """Two messages in doubt: their ids."""
    ids = [message.id for message in queue(session, stevns, now, 2)]
    handled = {"state": "unknown", "claimed_at": now, "claimed_by": 1, "gateway": "simulated"}
    session.execute(update(Message).where(Message.id.in_(ids)).values(**handled, reason="intet svar"))
    return ids


def states(session: Session) -> list[str]:
    """The states of all messages, by id."""
    return list(session.scalars(select(Message.state).order_by(Message.id)))


def test_a_quiet_day_is_told_plainly(admin: FlaskClient) -> None:
    """Nothing waits, nothing is in doubt, the gateway runs."""
    page = admin.get("/drift").text
    invitations = ("Ingen invitationer venter", "Ingen invitationer er sendt endnu")
    for words in (*invitations, "Ingen beskeder er i tvivl", "Kører"):
        assert words in page


def test_what_waits_and_what_is_in_doubt_is_shown(
    admin: FlaskClient, session: Session, stevns: Municipality, doubts: list[int], now: datetime
) -> None:
    """Counts and reasons, never a number or a name."""
    queue(session, stevns, now, 3)
    page = admin.get("/drift").text
    assert '<td class="n">3</td>' in page
    assert f"Besked {doubts[0]}" in page
    assert "intet svar" in page
    assert "Anne" not in page
    assert "+45" not in page


def test_the_page_says_what_the_queue_waits_for(
    admin: FlaskClient, session: Session, stevns: Municipality, now: datetime
) -> None:
    """Without an open key an answer could not be sealed."""
    queue(session, stevns, now)
    assert "Ingen åben nøgle til besvarelser" in admin.get("/drift").text


@pytest.mark.usefixtures("doubts")
def test_a_message_in_doubt_can_be_looked_up_at_the_provider(admin: FlaskClient, session: Session) -> None:
    """By what we told it to call the message, and by what it does."""
    session.execute(update(Message).values(reference="7-8-1", provider_id="p-77"))
    page = admin.get("/drift").text
    assert '<td class="value">7-8-1</td><td class="value">p-77</td>' in page


def test_the_page_tells_the_price_and_what_failed_for_good(
    admin: FlaskClient, session: Session, doubts: list[int], now: datetime
) -> None:
    """Segments times what the municipality pays for one."""
    failed = {"state": "failed", "sent_at": now, "permanent": True, "segments": 2}
    session.execute(update(Message).where(Message.id.in_(doubts)).values(**failed))
    page = admin.get("/drift").text
    assert "Ikke leveret (endeligt)" in page
    assert "1,23 kr. for 4 segmenter" in page


def test_a_stopped_gateway_is_an_alarm_with_its_reason(
    admin: FlaskClient, session: Session, now: datetime
) -> None:
    """And resumes with one click."""
    breaker.trouble(session, "simulated", "kontoen mangler kredit", now, at_once=True)
    page = admin.get("/drift").text
    assert "simulated er standset af sig selv" in page
    assert "kontoen mangler kredit" in page
    answer = admin.post("/drift/gateway/simulated", data={"action": "resume"}, follow_redirects=True)
    assert "standset af sig selv" not in answer.text


def test_little_credit_is_told_in_time(admin: FlaskClient, session: Session, now: datetime) -> None:
    """In fifties: to the øre it would count every reminder."""
    low = {"name": "simulated", "credit": Decimal("12.5"), "currency": "DKK", "credit_at": now}
    session.execute(insert(GatewayState).values(low))
    assert "under 50 DKK" in admin.get("/drift").text


def test_an_administrator_stops_the_municipality_by_one_click(admin: FlaskClient, session: Session) -> None:
    """It is noted who did it."""
    page = admin.post("/drift/gateway/simulated", data={"action": "stop"}, follow_redirects=True).text
    assert "udsendelsen er stoppet" in page
    assert "Genoptag" in page
    assert [stop.gateway for stop in session.scalars(select(Stop))] == ["simulated"]
    assert "stop gateway" in session.scalars(select(AccessLog.action)).all()


def test_there_is_no_button_for_somebody_elses_gateway(admin: FlaskClient) -> None:
    """404."""
    assert admin.post("/drift/gateway/other", data={"action": "stop"}).status_code == 404


def test_messages_in_doubt_are_settled_together(admin: FlaskClient, session: Session, doubts: list[int]) -> None:
    """What a receipt settled meanwhile is said to be settled."""
    session.execute(
        update(Message).where(Message.id == doubts[0]).values(state="delivered", sent_at=Message.due_at)
    )
    data = {"message": [str(number) for number in doubts], "event": "give up"}
    page = admin.post("/drift/tvivl", data=data, follow_redirects=True).text
    assert "1 besked er opgivet. Resten var afgjort i mellemtiden." in page
    assert states(session) == ["delivered", "failed"]


def test_all_that_share_a_reason_are_settled_by_one_click(
    admin: FlaskClient, session: Session, doubts: list[int]
) -> None:
    """An event nobody knows settles nothing."""
    which = {"gateway": "simulated", "reason": "intet svar"}
    assert "Vælg, hvad der skal ske" in admin.post("/drift/tvivl/alle", data=which, follow_redirects=True).text
    page = admin.post("/drift/tvivl/alle", data=which | {"event": "count as sent"}, follow_redirects=True).text
    assert "2 beskeder regnes som sendt." in page
    assert states(session) == ["sent", "sent"]


@pytest.mark.parametrize("data", [{"event": "send again"}, {"message": "1", "event": "burn"}])
def test_a_decision_about_nothing_changes_nothing(
    admin: FlaskClient, session: Session, doubts: list[int], data: dict[str, str]
) -> None:
    """A message and one of three events are needed."""
    page = admin.post("/drift/tvivl", data=data, follow_redirects=True).text
    assert "Vælg mindst én besked" in page
    assert states(session) == ["unknown", "unknown"]


@pytest.mark.parametrize(
    ("channel", "typed", "kept"), [("sms", "20 12 34 56", "+4520123456"), ("email", " a@b.dk ", "a@b.dk")]
)
def test_a_trial_message_is_put_in_line(
    admin: FlaskClient, session: Session, channel: str, typed: str, kept: str
) -> None:
    """To an address written as people write it."""
    page = admin.post(
        "/drift/proeve", data={"trial-channel": channel, "trial-address": typed}, follow_redirects=True
    ).text
    assert "Prøvebeskeden er på vej" in page
    assert "venter på afsendelse" in page
    assert session.scalars(select(TrialMessage.address)).all() == [kept]


@pytest.mark.parametrize(
    ("channel", "typed"), [("sms", "12"), ("sms", "+46701234567"), ("email", "nobody"), ("sms", "")]
)
def test_an_address_that_is_none_is_refused(
    admin: FlaskClient, session: Session, channel: str, typed: str
) -> None:
    """422 with what was typed, and nothing in line."""
    answer = admin.post("/drift/proeve", data={"trial-channel": channel, "trial-address": typed})
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    assert session.scalars(select(TrialMessage)).all() == []


def test_the_sixth_trial_within_an_hour_must_wait(admin: FlaskClient) -> None:
    """429, in words."""
    answers = [
        admin.post("/drift/proeve", data={"trial-channel": "sms", "trial-address": "20123456"}) for _ in range(6)
    ]
    assert [answer.status_code for answer in answers] == [303] * 5 + [429]
    assert "5 prøvebeskeder i timen" in answers[-1].text


@pytest.mark.parametrize(
    ("channel", "kind", "kept", "typed"),
    [
        ("sms", "mobile", "+4520123456", "20 12 34 56"),
        ("email", "email", "a@b.dk", "A@b.dk"),
        ("email", "email", "bo@xn--ble-xla.dk", "Bo@ÆBLE.dk"),
    ],
)
def test_an_address_that_works_again_is_written_to(
    admin: FlaskClient,
    session: Session,
    stevns: Municipality,
    settings: Settings,
    now: datetime,
    channel: str,
    kind: str,
    kept: str,
    typed: str,
) -> None:
    """However it is typed; what is not among them gets the same answer, and what is no address is refused."""
    key = config.secret(settings.fingerprint_key_file)
    print_ = meetings.fingerprint(key, stevns.id, kind, kept)
    row = {"fingerprint": print_, "channel": channel, "reason": "ukendt", "found_on": now.date().replace(day=1)}
    session.execute(insert(DeadAddress).values(municipality_id=stevns.id, **row))
    assert admin.post("/drift/adresse", data={"dead-channel": channel, "dead-address": "x"}).status_code == 422
    for _ in range(2):
        data = {"dead-channel": channel, "dead-address": typed}
        assert (
            "bliver der skrevet til den igen"
            in admin.post("/drift/adresse", data=data, follow_redirects=True).text
        )
    assert session.scalars(select(DeadAddress)).all() == []
