"""Which addresses a gateway may be reached at: HTTPS to a public name, and this machine in a trial."""

import re
from urllib.parse import urlsplit

from survey.config import LOOPBACK

INNER = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "test", "invalid", "example", "arpa")
"""Last labels of names that no public server has (RFC 6761, 6762, 8375 and custom)."""
LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)
TOP = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}", re.ASCII)


def is_loopback(address: str) -> bool:
    """Is `address` a URL of this machine?"""
    try:
        return urlsplit(address).hostname in LOOPBACK
    except ValueError:
        return False


def objection(address: str, *, trial: bool) -> str:
    """Why letters may not go to `address`, in Danish; "" when they may. `trial`: this machine is allowed too."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "kan ikke læses som en adresse"
    if parts.username is not None or parts.password is not None:
        return "må ikke indeholde brugernavn eller adgangskode"
    if parts.query or parts.fragment or port == 0 or not address.isascii() or not address.isprintable():
        return "skal være en ren adresse uden ? og #"
    if host in LOOPBACK and parts.scheme in ("http", "https"):
        return "" if trial else "må kun være denne maskine, når TILFREDS_BASE_URL også er det"
    if parts.scheme != "https":
        return "skal begynde med https://"
    return (
        "" if is_public(host) else "skal være et offentligt domænenavn, ikke en IP-adresse eller et internt navn"
    )


def is_public(host: str) -> bool:
    """Could `host` be a name in the public DNS? No address in any notation is: its last label has no letters."""
    labels = host.lower().split(".")
    if len(labels) < 2 or len(host) > 253 or labels[-1] in INNER or not TOP.fullmatch(labels[-1]):
        return False
    return all(LABEL.fullmatch(label) for label in labels)
