"""Opt-outs: a citizen says no thanks, by the link of any message or to the municipality. Fingerprints only."""

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
    SELECT :municipality_id, fingerprint, :now FROM ({_PRINTS}) AS mine ORDER BY fingerprint
    ON CONFLICT DO NOTHING
""")  # noqa: S608 - put together of constants
# In one order, or a citizen who does so at the same moment could wait for it, and it for them.
_FROM_FILE = text("""
    INSERT INTO opt_out (municipality_id, fingerprint, opted_out_at)
    SELECT DISTINCT CAST(:municipality_id AS bigint), print, CAST(:now AS timestamptz)
    FROM incoming CROSS JOIN LATERAL (VALUES (citizen), (mobile_print), (email_print)) AS prints (print)
    WHERE opted_out AND print IS NOT NULL ORDER BY print
    ON CONFLICT DO NOTHING
""")
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


def from_file(session: Session, municipality_id: int, now: datetime) -> None:
    """Leave in peace whom the temporary table `incoming` of `meetings.record` calls opted out; one statement.

    Only rows that bring something new are in it: the same row does not overrule who has undone it since.
    """
    session.execute(_FROM_FILE, {"municipality_id": municipality_id, "now": now})


def undo(session: Session, municipality_id: int, invitation_id: int) -> None:
    """Let the citizen of an invitation be asked again. What was skipped in between stays skipped."""
    session.execute(_UNDO, _invited(municipality_id, invitation_id))


def is_out(session: Session | Connection, municipality_id: int, invitation_id: int) -> bool:
    """Has the citizen of an invitation said no thanks, by this link or by an earlier one?"""
    return bool(session.scalar(_IS_OUT, _invited(municipality_id, invitation_id)))


def _invited(municipality_id: int, invitation_id: int) -> dict[str, object]:
    return {"municipality_id": municipality_id, "invitation_id": invitation_id}
