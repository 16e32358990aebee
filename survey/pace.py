"""Pace: how many letters a second leave by a gateway, over all workers, by the clock of the database."""

from sqlalchemy import text
from sqlalchemy.orm import Session


def reserve(session: Session, name: str, n: int, rate: float) -> float:
    """Take time for `n` letters at `rate` a second (above 0): in how many seconds the first of them may leave."""
    return float(session.execute(_RESERVE, {"name": name, "seconds": n / rate}).scalar_one())


def hold(session: Session, name: str, seconds: int) -> None:
    """The provider asks us to wait `seconds`: nobody sends by this gateway until then."""
    session.execute(_HOLD, {"name": name, "seconds": seconds})


def held(session: Session, name: str) -> float:
    """In how many seconds the gateway is free; 0 or less: now."""
    return float(session.execute(_HELD, {"name": name}).scalar() or 0)


_RESERVE = text("""
    INSERT INTO gateway_state AS g (name, free_at)
    VALUES (:name, clock_timestamp() + make_interval(secs => :seconds))
    ON CONFLICT (name) DO UPDATE
    SET free_at = greatest(g.free_at, clock_timestamp()) + make_interval(secs => :seconds)
    RETURNING extract(epoch FROM free_at - make_interval(secs => :seconds) - clock_timestamp())
""")
_HOLD = text("""
    INSERT INTO gateway_state AS g (name, free_at)
    VALUES (:name, clock_timestamp() + make_interval(secs => :seconds))
    ON CONFLICT (name) DO UPDATE
    SET free_at = greatest(g.free_at, clock_timestamp() + make_interval(secs => :seconds))
""")
_HELD = text("SELECT extract(epoch FROM free_at - clock_timestamp()) FROM gateway_state WHERE name = :name")
