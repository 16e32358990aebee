"""The accounts messages leave by: which providers, for whom, how fast; from a TOML file or `TILFREDS_GATEWAY`."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey.account_kinds import KINDS, Account, Kind
from survey.config import SettingError, Settings
from survey.gateways import Gateway, ReceiptReader
from survey.gateways.addresses import is_loopback, objection

__all__ = ["Account", "check_readers", "gateway", "gateways", "load", "receipt_reader"]

NAME = re.compile(r"[a-z0-9-]{1,20}", re.ASCII)
"""Short enough for the reference of an alarm to be part of a mail's Message-ID (`gateways.mail.REFERENCE`)."""
MOST_AT_ONCE = 32
"""Connections an account may keep open; GatewayAPI rejects the 41st of one IP address."""
TLS = ("starttls", "implicit", "none")
COMMON: Mapping[str, type] = {"kind": str, "municipalities": list, "at_once": int, "rate": float}


def load(settings: Settings) -> tuple[Account, ...]:
    """Every account in order of preference. Raises SettingError with file, section, key and remedy."""
    if settings.sending_file is None:
        return tuple(_of_setting(name, settings) for name in settings.gateways)
    if settings.gateways:
        raise SettingError(
            "TILFREDS_GATEWAY og TILFREDS_SENDING_FILE er begge sat: behold kun den ene."
            ' En simuleret gateway kan også stå i filen (kind = "simulated").'
        )
    return _of_file(settings.sending_file, settings)


def gateway(account: Account, settings: Settings) -> Gateway:
    """The gateway of `account`, with its secrets; for workers only. Raises SettingError."""
    return KINDS[account.kind].make(account, settings)


def receipt_reader(account: Account) -> ReceiptReader | None:
    """What checks and reads the provider's calls to us; None where it never calls. Raises SettingError.

    Reads the webhook's secret and no other: a web process need not be able to send.
    """
    reader = KINDS[account.kind].reader
    return reader(account) if reader else None


def check_readers(found: Sequence[Account]) -> None:
    """Raise SettingError for the first account whose receipts could not be checked: at start, not at a receipt."""
    for account in found:
        receipt_reader(account)


def gateways(settings: Settings) -> tuple[Gateway, ...]:
    """The gateway of every account, in order of preference. Raises SettingError."""
    return tuple(gateway(account, settings) for account in load(settings))


def _of_setting(name: str, settings: Settings) -> Account:
    kind = KINDS[name]
    return Account(name, name, kind.channels, at_once=kind.at_once, options=_given(name, settings))


def _given(kind: str, settings: Settings) -> dict[str, Any]:
    """Options that are settings of the program, not keys of the file."""
    return {"folder": settings.simulator_dir} if kind == "simulated" else {}


def _of_file(path: Path, settings: Settings) -> tuple[Account, ...]:
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{path} kan ikke læses ({type(error).__name__}). Ret TILFREDS_SENDING_FILE.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"{path} er ikke gyldig TOML: {error}") from None
    sections = content.pop("gateway", {})
    if content:
        raise SettingError(f"{path}: {', '.join(content)} kendes ikke. Filen har kun afsnit som [gateway.sms].")
    if not isinstance(sections, dict) or not sections:
        raise SettingError(f"{path}: der er ingen gateway. Skriv et afsnit som [gateway.sms].")
    return tuple(_of_section(Section(path, name, keys), settings) for name, keys in sections.items())


@dataclass(frozen=True)
class Section:
    """A section of the file, which knows how to say where something is wrong."""

    path: Path
    name: str
    keys: Any

    def wrong(self, key: str, remedy: str) -> SettingError:
        """The error for `key` ("" for the section itself)."""
        return SettingError(f"{self.path}: [gateway.{self.name}]{f' {key}' if key else ''} {remedy}")


def _of_section(section: Section, settings: Settings) -> Account:
    if not NAME.fullmatch(section.name):
        raise section.wrong("", "skal have et navn af højst 20 små bogstaver a-z, cifre og bindestreger")
    if not isinstance(section.keys, dict):
        raise section.wrong("", f"skal være et afsnit, skrevet [gateway.{section.name}]")
    name = section.keys.get("kind")
    if not isinstance(name, str) or name not in KINDS:
        raise section.wrong("kind", f"skal være en af {', '.join(KINDS)}")
    kind = KINDS[name]
    _check_keys(section, kind)
    options = _options(section, trial=is_loopback(settings.base_url)) | _given(name, settings)
    return Account(
        section.name,
        name,
        kind.channels,
        _municipalities(section),
        _at_once(section, kind),
        _rate(section),
        options,
        section.path,
    )


def _options(section: Section, *, trial: bool) -> dict[str, Any]:
    """The keys of the kind; paths are relative to the file."""
    options = {key: value for key, value in section.keys.items() if key not in COMMON}
    if "url" in options and (why := objection(options["url"], trial=trial)):
        raise section.wrong("url", why)
    if options.get("tls", "starttls") not in TLS:
        raise section.wrong("tls", f"skal være en af {', '.join(TLS)}")
    folder = section.path.parent
    return {
        key: folder / value if key.endswith(("_file", "_maildir")) else value for key, value in options.items()
    }


def _check_keys(section: Section, kind: Kind) -> None:
    known = {**COMMON, **kind.needs, **kind.may}
    for key, value in section.keys.items():
        if key not in known:
            raise section.wrong(key, f"kendes ikke. Her kan stå {', '.join(known)}.")
        if not _is(value, known[key]):
            raise section.wrong(key, f"skal være {WORDS[known[key]]}")
    for key in kind.needs:
        if key not in section.keys:
            raise section.wrong(key, "mangler")
    for one, other in kind.together:
        if one in section.keys and other not in section.keys:
            raise section.wrong(other, f"mangler; den skal med, når {one} er sat")


def _is(value: object, wanted: type) -> bool:
    match wanted:
        case _ if wanted is list:
            return isinstance(value, list) and bool(value) and all(isinstance(one, str) and one for one in value)
        case _ if wanted is str:
            return isinstance(value, str) and bool(value)
        case _ if wanted is float:
            return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, int) and not isinstance(value, bool)


WORDS: Mapping[type, str] = {
    str: "tekst i anførselstegn",
    list: 'en liste som ["stevns"]',
    int: "et helt tal",
    float: "et tal",
}


def _municipalities(section: Section) -> frozenset[str] | None:
    given = section.keys.get("municipalities")
    return None if given is None else frozenset(given)


def _at_once(section: Section, kind: Kind) -> int:
    given: int = section.keys.get("at_once", kind.at_once)
    if not 1 <= given <= MOST_AT_ONCE:
        raise section.wrong("at_once", f"skal være fra 1 til {MOST_AT_ONCE}")
    return given


def _rate(section: Section) -> float:
    given = float(section.keys.get("rate", 0))
    if not 0 <= given < float("inf"):
        raise section.wrong("rate", "skal være beskeder i sekundet; 0 er uden grænse")
    return given
