"""A pause typed by a caseworker reaches the citizen of the next file, whatever the file knows them by."""

import io
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import workdays
from survey.models import Meeting, Municipality, Pause, Staff, Team

HEADER = "SamtaleID;BorgerID;Team;Dato;Status;Navn;Mobil;E-mail"


@pytest.mark.parametrize(
    ("kind", "typed"), [("citizen", " B-17 "), ("mobile", "+45 20 12 34 56"), ("email", "ANE@borger.dk")]
)
@pytest.mark.parametrize("ended", [False, True])
def test_who_is_paused_is_not_asked_until_the_pause_ends(
    kind: str,
    typed: str,
    ended: bool,
    session: Session,
    stevns: Municipality,
    employ: Callable[..., Staff],
    enter: Callable[..., FlaskClient],
) -> None:
    """The meeting's decision is "paused"; once the pause is ended it would have been an invitation."""
    caseworker = enter(employ(session, stevns, "caseworker", "Ydelse"), stevns)
    admin = enter(employ(session, stevns, "administrator"), stevns)
    team = session.scalars(select(Team.id).where(Team.name == "Ydelse")).one()
    pause = {"kind": kind, "who": typed, "reason": "hearing", "days": "30", "team_id": team}
    assert caseworker.post("/pauser", data=pause).status_code == 303
    if ended:
        number = session.scalars(select(Pause.id)).one()
        assert caseworker.post(f"/pauser/{number}/ophaev").status_code == 303
    today = f"{workdays.day(workdays.now()):%d-%m-%Y}"
    lines = f"{HEADER}\nM1;B-17;Ydelse;{today};Afholdt;Ane;20123456;Ane@Borger.dk\n"
    upload = {"action": "import", "file": (io.BytesIO(lines.encode()), "samtaler.csv")}
    assert admin.post("/samtaler", data=upload).status_code == 200
    assert session.scalars(select(Meeting.decision)).one() == ("invited" if ended else "paused")
