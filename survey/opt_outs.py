"""Opt-outs: a citizen says no thanks, by the link of any message, and may say yes again. Fingerprints only."""

from datetime import datetime

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

_PRINTS = """
    SELECT print.fingerprint
    FROM invitation i
    JOIN meeting m ON m.municipality_id = i.municipality_id AND m.id = i.meeting_id
    LEFT JOIN contact c ON c.municipality_id = i.municipality_id AND c.invitation_id = i.id
    CROSS JOIN LATERAL (VALUES (m.citizen), (c.mobile_print), (c.email_print)) AS print(fingerprint)
    WHERE i.municipality_id = :municipality_id AND i.id = :invitation_id AND print.fingerprint IS NOT NULL
"""
"""The citizen, the mobile and the e-mail of an invitation: whichever comes again is left in peace."""
_OPT_OUT = text(f"""
    INSERT INTO opt_out (municipality_id, fingerprint, opted_out_at)
    SELECT :municipality_id, fingerprint, :now FROM ({_PRINTS}) AS mine
    ON CONFLICT DO NOTHING
""")  # noqa: S608 - put together of constants
_UNDO = text(f"""
    DELETE FROM opt_out WHERE municipality_id = :municipality_id AND fingerprint IN ({_PRINTS})
""")  # noqa: S608 - put together of constants
_IS_OUT = text(f"""
    SELECT EXISTS (SELECT FROM opt_out WHERE municipality_id = :municipality_id AND fingerprint IN ({_PRINTS}))
""")  # noqa: S608 - put together of constants


def opt_out(session: Session, municipality_id: int, invitation_id: int, now: datetime) -> None:
    """Leave the citizen of an invitation in peace from now on, in one statement; again it changes nothing.

    What waits for them is skipped when its turn comes (`eligibility`). Whether they answered is not touched.
    """
    session.execute(_OPT_OUT, _invited(municipality_id, invitation_id) | {"now": now})


def undo(session: Session, municipality_id: int, invitation_id: int) -> None:
    """Let the citizen of an invitation be asked again. What was skipped in between stays skipped."""
    session.execute(_UNDO, _invited(municipality_id, invitation_id))


def is_out(session: Session | Connection, municipality_id: int, invitation_id: int) -> bool:
    """Has the citizen of an invitation said no thanks, by this link or by an earlier one?"""
    return bool(session.scalar(_IS_OUT, _invited(municipality_id, invitation_id)))


def _invited(municipality_id: int, invitation_id: int) -> dict[str, object]:
    return {"municipality_id": municipality_id, "invitation_id": invitation_id}
