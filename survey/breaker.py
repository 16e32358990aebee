"""The circuit breaker: a gateway that cannot take letters on stops by itself, and starts again when it can."""

from datetime import datetime, timedelta

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from survey.gateways import Credit, Outcome
from survey.models import GatewayState, Stop

IN_A_ROW = 5
"""So many troubles without a letter taken on between them open the breaker."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=10), timedelta(hours=2)
"""Until one message may try again; twice as long after each that fails."""


def is_trouble(outcome: Outcome) -> bool:
    """Does the outcome speak against the gateway, not the letter: no connection, no answer, an answer like 500?"""
    return outcome.word == "unknown" or outcome.unreached


def stopped(session: Session, now: datetime) -> set[str]:
    """Names of the gateways that must not be used at `now`. One whose time to try has come is not among them."""
    return set(session.scalars(select(GatewayState.name).where(GatewayState.probe_at > now)))


def admits(session: Session, name: str, size: int, now: datetime) -> int:
    """How many of `size` messages may be claimed for the gateway: all, the one that tries, or none."""
    state = select(GatewayState.probe_at).where(GatewayState.name == name, GatewayState.stopped_at.is_not(None))
    probe_at = session.scalar(state)
    if probe_at is None:
        return size
    # Of several workers one gets the row: the others see that its time has moved.
    tries = update(GatewayState).where(GatewayState.name == name, GatewayState.probe_at <= now)
    return len(session.execute(tries.values(probe_at=now + FIRST_PAUSE).returning(GatewayState.name)).all())


def trouble(session: Session, name: str, reason: str, now: datetime, at_once: bool = False, n: int = 1) -> bool:
    """Note `n` troubles in a row; does the gateway stand still now? `at_once`: whatever came before.

    `reason` is for staff, in Danish. Standing still already, the next message tries after twice the pause.
    """
    values = {"name": name, "reason": reason or "ukendt fejl", "now": now, "n": IN_A_ROW if at_once else n}
    return bool(session.execute(_TROUBLE, values | _LIMITS).scalar_one())


def well(session: Session, name: str, claimed_at: datetime | None) -> None:
    """The gateway has taken a letter on: no trouble counts any more, and it is used again.

    One claimed before the gateway stopped says nothing of the stop. When administrators were told is kept.
    """
    session.execute(_WELL, {"name": name, "claimed_at": claimed_at})


def stop_lane(session: Session, municipality_id: int, name: str, reason: str, now: datetime) -> None:
    """Let nothing more of one municipality leave by the gateway: what it sends is turned down, not the account.

    Its administrators are told and resume it. A stop that is there already stays as it is.
    """
    row = {
        "municipality_id": municipality_id,
        "gateway": name,
        "stopped_at": now,
        "reason": reason or "ukendt fejl",
    }
    session.execute(insert(Stop).values(row).on_conflict_do_nothing())


def resume(session: Session, name: str) -> None:
    """Use the gateway again, because an administrator says so; the next stop alarms anew."""
    none = dict.fromkeys(("stopped_at", "reason", "probe_at", "alarmed_at", "alarmed_of"))
    session.execute(update(GatewayState).where(GatewayState.name == name).values(failures=0, **none))


def note_credit(session: Session, name: str, credit: Credit, now: datetime) -> None:
    """Remember what is left on the gateway's account."""
    values = {"credit": credit.amount, "currency": credit.currency, "credit_at": now}
    row = insert(GatewayState).values(name=name, **values)
    session.execute(row.on_conflict_do_update(index_elements=["name"], set_=values))


_WELL = text("""
    UPDATE gateway_state
    SET failures = 0, stopped_at = NULL, reason = NULL, probe_at = NULL
    WHERE name = :name AND (CASE WHEN stopped_at IS NULL THEN failures > 0 ELSE stopped_at < :claimed_at END)
""")
_LIMITS = {"most": IN_A_ROW, "first": FIRST_PAUSE, "longest": LONGEST_PAUSE}
# What was under way when it stopped is no try: only trouble after the first pause makes the next one longer.
_TROUBLE = text("""
    INSERT INTO gateway_state AS g (name, failures, stopped_at, reason, probe_at)
    SELECT :name, least(n, :most), CASE WHEN n >= :most THEN at END, CASE WHEN n >= :most THEN why END,
        CASE WHEN n >= :most THEN at + CAST(:first AS interval) END
    FROM (SELECT CAST(:n AS int) AS n, CAST(:now AS timestamptz) AS at, CAST(:reason AS text) AS why) AS t
    ON CONFLICT (name) DO UPDATE SET
        failures = CASE
            WHEN g.stopped_at + CAST(:first AS interval) <= :now THEN least(g.failures + 1, 20)
            WHEN g.stopped_at IS NOT NULL THEN g.failures
            ELSE least(g.failures + :n, :most) END,
        stopped_at = coalesce(g.stopped_at, CASE WHEN g.failures + :n >= :most THEN CAST(:now AS timestamptz) END),
        reason = CASE WHEN g.stopped_at IS NOT NULL OR g.failures + :n >= :most THEN CAST(:reason AS text) END,
        probe_at = CASE
            WHEN g.stopped_at + CAST(:first AS interval) <= :now
                THEN :now + least(:longest, CAST(:first AS interval) * power(2, least(g.failures + 1, 20) - :most))
            WHEN g.stopped_at IS NOT NULL THEN g.probe_at
            WHEN g.failures + :n >= :most THEN :now + CAST(:first AS interval) END
    RETURNING stopped_at IS NOT NULL
""")
