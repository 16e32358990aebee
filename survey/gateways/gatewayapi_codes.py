"""GatewayAPI's words and hexadecimal codes, for both interfaces (onlinecity/gatewayapi-docs, errors.rst)."""

from survey.gateways import Outcome, Report
from survey.gateways.web import explained

STOPS = {
    0x0213: "vores IP-adresse er ikke godkendt",
    0x0216: "kontoen har ikke mere kredit",
    0x0229: "API-nøglen er ugyldig",
    0x022A: "kontoen er spærret",
    **dict.fromkeys(range(0x021A, 0x021F), "kontoen mangler et produkt"),
    **dict.fromkeys(range(0x0223, 0x0227), "API-nøglen er ugyldig"),
}
"""Codes of a refusal that mean the account or its set-up: every letter would meet the same."""
OWN_FAULT = 0x0312
"""The link or the content is not approved: so it is for all that this municipality sends, and for nobody else."""
BLACKLISTED = (0x0214, 0x0215)
"""The number is on the provider's blacklist."""
FOREIGN = 0x0217
"""The account may not send to the number's country."""

DEAD = (0x1010, 0x1060, 0x1061, 0x1062, 0x1063, 0x1084)
"""Codes of a receipt: nobody has this number."""
TEMPORARY = (0x1013, 0x1018, 0x1019, 0x1021, 0x1022, 0x102A, 0x1091)
"""Codes of a receipt: absent, switched off, memory full, or the network's time ran out."""
NOT_APPROVED = (0x1903, 0x1904)
"""Codes of a receipt: the link is not on the account's list, or the content was filtered."""

DELIVERED = "DELIVERED"
FAILED = ("EXPIRED", "DELETED", "UNDELIVERABLE", "REJECTED", "SKIPPED")
"""Final words for a letter that did not arrive. The others, ACCEPTED among them, do not settle that it did."""


def refusal(status: int, code: str) -> Outcome:
    """What an explicit refusal (HTTP 4xx with `code`, "0x0216") means for the letter and for the account.

    Without a code we know it is `web.explained`.
    """
    number = _number(code)
    said = f"{status} {code}" if number else str(status)
    if number in STOPS:
        return Outcome("refused", f"{STOPS[number]} ({said})", stops=True)
    if number == OWN_FAULT:
        return Outcome("refused", f"linket eller indholdet er ikke godkendt ({said})", stops=True, lane=True)
    if number in BLACKLISTED:
        return Outcome("refused", f"nummeret er spærret hos udbyderen ({said})", permanent=True, dead=True)
    if number == FOREIGN:
        return Outcome("refused", f"kontoen må ikke sende til landet ({said})", permanent=True)
    return explained(status, said)


def report(*, event_id: str, reference: str, status: str, code: str) -> Report | None:
    """The report that a status with its error code makes; None while nothing is settled."""
    if status == DELIVERED:
        return Report(event_id, reference, "delivered")
    if status not in FAILED:
        return None
    number = _number(code)
    temporary = number in TEMPORARY or (number & 0xFF == 0x09) or (status == "EXPIRED" and number not in DEAD)
    return Report(
        event_id,
        reference,
        "failed",
        permanent=not temporary and number not in NOT_APPROVED,
        dead=number in DEAD,
        stops=number in NOT_APPROVED,
        lane=number in NOT_APPROVED,
        reason=f"{status} {code}".strip() if number else status,
    )


def _number(code: str) -> int:
    """`code` as a number; 0 when it is none."""
    try:
        return int(code, 16)
    except ValueError:
        return 0
