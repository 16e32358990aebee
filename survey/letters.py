"""Letters: a message in hand with the only copy of its link, and handing it to a gateway."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from survey import codes, eligibility, invitations, references, texts, workdays
from survey.gateways import Gateway, Letter, Outcome
from survey.lanes import Lane
from survey.workdays import Window

UNTOLD = "stille: "
"""Begins the words for what only the operator's own total counts: reminders, and what leaves once more."""


class Claimed(NamedTuple):
    """A message this worker alone may hand over, with the only copy of its link. Never logged.

    It may leave while `window` is open, and is of no use from `useful_until` (UTC) on. `fallback`: an SMS that
    could go by e-mail instead. `mark`: the print of the address it goes to. `unsubscribe`: see `Letter`.
    `first`: see `is_first`.
    """

    municipality_id: int
    message_id: int
    invitation_id: int
    attempt: int
    gateway: str
    to: str
    token: str
    token_hash: bytes
    writing: texts.Writing
    window: Window
    useful_until: datetime
    fallback: bool
    fell_over: bool
    mark: bytes | None
    unsubscribe: str
    first: bool

    def __repr__(self) -> str:
        """Its name at the provider, which tells nobody anything."""
        return f"<Claimed {self.reference}>"

    @property
    def reference(self) -> str:
        """What the provider calls this attempt by."""
        return references.of(self.municipality_id, self.message_id, self.attempt)

    @property
    def channel(self) -> str:
        """How it goes: "sms" or "email"."""
        return self.writing.draft.channel


class Due(NamedTuple):
    """A message that is due, and all that its letter needs: a row of `outbox.due`, in its order."""

    municipality_id: int
    id: int
    invitation_id: int
    attempts: int
    kind: str
    channel: str
    fell_over: bool
    why_not: str | None
    by_sms: bool
    by_email: bool
    citizen: str
    language: str
    mobile: str | None
    email: str | None
    mobile_print: bytes | None
    email_print: bytes | None
    expires_at: datetime | None
    sent_week: date | None
    held_on: date
    municipality: str
    phone: str
    sms_sender: str
    smallest_group: int
    host: str | None
    questionnaire_id: int
    statement_count: int

    def __repr__(self) -> str:
        """Nothing of it: it holds a name and a number."""
        return "<Due>"


class Handled(NamedTuple):
    """What became of a message that was claimed; `segments` of its SMS."""

    message: Claimed
    outcome: Outcome
    segments: int | None = None


class Drawn(NamedTuple):
    """A token and what is stored of it."""

    token: str
    token_hash: bytes


def draft(row: Due, lane: Lane, base_url: str, own: texts.Texts) -> texts.Draft:
    """What a `row` has in common with others that have the same `sort`."""
    return texts.Draft(
        kind=row.kind,
        channel=row.channel,
        municipality=row.municipality,
        phone=row.phone,
        questions=row.statement_count,
        smallest_group=row.smallest_group,
        sender=row.sms_sender if row.channel == "sms" else texts.plain(row.municipality),
        language=row.language,
        own=own.find(row.municipality_id, row.questionnaire_id, row.kind, row.channel, row.language),
        link_mode=lane.link_mode,
        place=invitations.place(base_url, row.host) if lane.link_mode == "code_only" else "",
    )


def sort(row: Due) -> tuple[object, ...]:
    """What decides the draft of a `row`."""
    return row.municipality_id, row.questionnaire_id, row.statement_count, row.kind, row.channel, row.language


def claimed(row: Due, lane: Lane, drawn: Drawn, base_url: str, draft: texts.Draft) -> Claimed:
    """What is to be handed over of a `row`, whose link is `drawn`."""
    by_sms = row.channel == "sms"
    link = invitations.address(base_url, row.host, drawn.token)
    unsubscribe = "" if by_sms else f"{link}/afmeld"
    code = codes.shown(drawn.token) if lane.link_mode == "code_only" else ""
    return Claimed(
        municipality_id=row.municipality_id,
        message_id=row.id,
        invitation_id=row.invitation_id,
        attempt=row.attempts + 1,
        gateway=lane.gateway,
        to=(row.mobile if by_sms else row.email) or "",
        token=drawn.token,
        token_hash=drawn.token_hash,
        writing=texts.Writing(draft, row.citizen, link, code, unsubscribe),
        window=lane.window,
        useful_until=_useful_until(row),
        fallback=by_sms and row.by_email and not row.fell_over,
        fell_over=row.fell_over,
        mark=row.mobile_print if by_sms else row.email_print,
        unsubscribe=unsubscribe,
        first=is_first(row),
    )


def is_first(row: Due) -> bool:
    """Is a `row` an invitation that nobody has had yet? No other is counted in a log."""
    return row.kind == "invitation" and row.sent_week is None


def _useful_until(row: Due) -> datetime:
    """When an invitation is about too old a meeting, or a reminder about a link that has expired."""
    if row.kind == "reminder" and row.expires_at:
        return row.expires_at
    return _too_old_at(row.held_on)


@lru_cache(maxsize=256)
def _too_old_at(held_on: date) -> datetime:
    return workdays.at(held_on + timedelta(days=eligibility.STALE_DAYS + 1), time(0))


def draw(mode: str, code_key: bytes | None = None) -> Drawn:
    """A new token of a link mode with its hash; about 50 ms, and the key, for all but "link"."""
    token = invitations.draw_token(mode)
    return Drawn(token, invitations.token_hash(token, code_key))


def handed(message: Claimed, gateway: Gateway) -> Handled:
    """Render the message and call the gateway, outside any transaction. Never raises."""
    try:
        written = texts.render(message.writing)
    except Exception:  # noqa: BLE001 - one text that cannot be written must not stop the others
        return Handled(message, Outcome("refused", "beskeden kunne ikke skrives", permanent=True))
    letter = Letter(
        message.reference,
        message.channel,
        message.to,
        message.writing.draft.sender,
        written.subject,
        written.body,
        written.language,
        message.unsubscribe,
    )
    return Handled(message, send(gateway, letter), written.segments.count if written.segments else None)


def send(gateway: Gateway, letter: Letter) -> Outcome:
    """What the gateway made of the letter; in doubt when it breaks. Never raises."""
    try:
        return gateway.send(letter)
    except Exception as error:  # noqa: BLE001 - whatever it was, the letter may have left
        return Outcome("unknown", f"fejl i gateway ({type(error).__name__})")


def hand_over(claimed: Sequence[Claimed], gateways: Sequence[Gateway]) -> list[Handled]:
    """Call the gateways for the messages one after the other; `dispatch` does it at once and with all care."""
    by_name = {gateway.name: gateway for gateway in gateways}
    return [handed(message, by_name[message.gateway]) for message in claimed]
