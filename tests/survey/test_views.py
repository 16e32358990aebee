"""The citizen's pages, request by request."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey.models import Municipality


@pytest.fixture
def token(
    session: Session,
    stevns: Municipality,
    invite: Callable[..., int],
    send_link: Callable[..., str],
    open_key: Callable[..., bytes],
) -> str:
    """A live link to the five statements of Ydelse; there is an open ballot key."""
    open_key(session, stevns)
    return send_link(session, stevns, invite(session, stevns))


def test_a_live_link_shows_the_questionnaire(client: FlaskClient, token: str) -> None:
    """Five statements, four points and a way out each."""
    page = client.get(f"/s/{token}")
    assert page.status_code == 200
    assert page.text.count('type="radio"') == 25
    page = client.post(f"/s/{token}", data={"s1": "4"})
    assert page.status_code == 422
    page = client.post(f"/s/{token}", data={f"s{n}": "3" for n in range(1, 6)})
    assert page.status_code == 200
    page = client.post(f"/s/{token}/opkald", data={"phone": "20 12 34 5", "topic": "4"})
    assert page.status_code == 422
    page = client.post(f"/s/{token}/opkald", data={"phone": "20 12 34 57", "topic": "4"})
    print(page.text)
    assert page.status_code == 200
