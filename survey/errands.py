"""Errands: letters that leave beside the queue, at any hour: trial messages, and alarms to administrators."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from survey import alarms, lanes, letters, logs, trials
from survey.db import transaction
from survey.gateways import Gateway, Outcome
from survey.lanes import Carrier
from survey.models import Municipality

NO_GATEWAY = "ingen gateway bærer kanalen"


def try_out(gateways: Sequence[Gateway], carriers: Sequence[Carrier]) -> int:
    """Hand over the trial messages that wait, by the gateways their municipality's messages go by; how many."""
    with transaction() as session:
        waiting = trials.claim(session)
        slugs = {row.id: row.slug for row in session.execute(select(Municipality.id, Municipality.slug))}
    by_name = {gateway.name: gateway for gateway in gateways}
    for trial in waiting:
        name = lanes.carrier(carriers, slugs[trial.municipality_id], trial.letter.channel)
        gateway = by_name.get(name or "")
        outcome = letters.send(gateway, trial.letter) if gateway else Outcome("refused", NO_GATEWAY)
        with transaction() as session:
            trials.note(session, trial, outcome)
    return len(waiting)


def raise_alarms(gateways: Sequence[Gateway], carriers: Sequence[Carrier], base_url: str, now: datetime) -> int:
    """Tell administrators by e-mail of gateways that have stopped by themselves; of how many.

    Each letter goes by the first gateway for e-mail that has not stopped itself and serves a municipality of the
    person told. When none of them is taken, the stop stays untold and the next run tries again.
    """
    serves: Mapping[str, frozenset[str] | None] = {each.name: each.municipalities for each in carriers}
    with transaction() as session:
        untold = alarms.untold(session, serves, base_url, now)
    down = {alarm.gateway for alarm in untold if alarm.municipality_id is None}
    mail = [each for each in gateways if "email" in each.channels and each.name not in down]
    said = 0
    for alarm in untold:
        logs.event("gateway stopped", level=logging.WARNING, gateway=alarm.gateway)
        ways = [_way(mail, serves, home) for home in alarm.homes]
        posted = zip(ways, alarm.letters, strict=True)
        outcomes = [letters.send(gateway, letter).word for gateway, letter in posted if gateway]
        if not ways or any(word in ("accepted", "unknown") for word in outcomes):
            said += 1
            with transaction() as session:
                alarms.told(session, alarm, now)
    return said


def _way(
    mail: Sequence[Gateway], serves: Mapping[str, frozenset[str] | None], home: frozenset[str]
) -> Gateway | None:
    """The first gateway of `mail` that serves one of the municipalities in `home`; no relay takes others'."""
    for gateway in mail:
        served = serves.get(gateway.name, frozenset())
        if served is None or served & home:
            return gateway
    return None
