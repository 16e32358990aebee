"""The kinds of accounts: which keys each needs, and how its gateway and its reader of receipts are made."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from survey.config import LOOPBACK, SECRET_BYTES, SettingError, Settings
from survey.gateways import Gateway, ReceiptReader, gatewayapi, gatewayapi_rest, inmobile, link, mail, simulated
from survey.gateways.bounces import Mailbox, Verp
from survey.gateways.mailboxes import Imap, Maildir
from survey.gateways.simulated import Simulated
from survey.gateways.smtp import Smtp, verified

HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*", re.ASCII)
"""A name, or an address in either notation; no scheme and no port."""
MOST_PORT = 65535


@dataclass(frozen=True)
class Account:
    """One provider's account. `name` is the gateway's, and the path segment of its receipts.

    `municipalities` are slugs; None means all. `rate` is letters a second over all workers, 0 without a limit.
    `options` are the keys of its kind; those that end in `_file` are paths of secrets, read when they are needed.
    `file` is where it is described; None where the settings `TILFREDS_GATEWAY` and `TILFREDS_SMTP_*` do so.
    """

    name: str
    kind: str
    channels: tuple[str, ...]
    municipalities: frozenset[str] | None = None
    at_once: int = 8
    rate: float = 0.0
    options: Mapping[str, Any] = field(default_factory=dict)
    file: Path | None = None

    def wrong(self, key: str, remedy: str) -> SettingError:
        """The error for `key`, with where it stands: file and section, or the setting."""
        if self.file is None:
            setting = "PLAINTEXT" if key == "tls" else key.upper()
            return SettingError(f"TILFREDS_SMTP_{setting} {remedy}")
        return SettingError(f"{self.file}: [gateway.{self.name}] {key} {remedy}")

    def serves(self, municipality: str) -> bool:
        """May the municipality with this slug send by it?"""
        return self.municipalities is None or municipality in self.municipalities


@dataclass(frozen=True)
class Kind:
    """What one kind of account needs and may have, key → type, and how its gateway and its receipts are made.

    `together`: whoever writes the first key must write the second.
    """

    channels: tuple[str, ...]
    needs: Mapping[str, type]
    may: Mapping[str, type]
    make: Callable[[Account, Settings], Gateway]
    reader: Callable[[Account], ReceiptReader] | None = None
    at_once: int = 8
    together: tuple[tuple[str, str], ...] = ()


def _secret(account: Account, key: str) -> str:
    """The secret in the file that `key` names, without the line break at its end."""
    path: Path = account.options[key]
    try:
        found = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise account.wrong(key, f"{path} kan ikke læses ({type(error).__name__}). Ret stien.") from None
    if not found or not found.isascii() or not found.isprintable():
        raise account.wrong(key, f"{path} skal indeholde hemmeligheden på én linje og intet andet.")
    return found


def _long_secret(account: Account, key: str) -> str:
    """The secret in the file that `key` names. Raises SettingError also when it is short enough to guess."""
    found = _secret(account, key)
    if len(found) < SECRET_BYTES:
        raise account.wrong(
            key, f"{account.options[key]} er for kort: hemmeligheden skal være på mindst {SECRET_BYTES} tegn."
        )
    return found


def _web(account: Account, default: str) -> dict[str, Any]:
    """What every web gateway is told."""
    address = account.options.get("url", default)
    return {"address": address, "at_once": account.at_once, "rate": account.rate}


def _gatewayapi(account: Account, _settings: Settings) -> Gateway:
    token = _secret(account, "token_file")
    return gatewayapi.GatewayApi(account.name, token, **_web(account, gatewayapi.ADDRESS))


def _gatewayapi_rest(account: Account, _settings: Settings) -> Gateway:
    token = _secret(account, "token_file")
    return gatewayapi_rest.GatewayApiRest(account.name, token, **_web(account, gatewayapi_rest.ADDRESS))


def _link(account: Account, _settings: Settings) -> Gateway:
    return link.Link(
        account.name,
        account.options["user"],
        _secret(account, "password_file"),
        platform=account.options.get("platform_id", link.PLATFORM),
        partner=account.options["platform_partner_id"],
        gates=account.options["gates"],
        **_web(account, link.ADDRESS),
    )


def _inmobile(account: Account, _settings: Settings) -> Gateway:
    return inmobile.InMobile(account.name, _secret(account, "key_file"), **_web(account, inmobile.ADDRESS))


def _simulated(account: Account, _settings: Settings) -> Gateway:
    return Simulated(account.options["folder"], account.name, at_once=account.at_once, rate=account.rate)


def _smtp(account: Account, settings: Settings) -> Gateway:
    options = account.options or _of_environment(settings)
    _check_mail(account, options)
    password = _secret(account, "password_file") if "password_file" in options else options.get("password", "")
    return Smtp(
        options["host"],
        options.get("port", 587),
        options["sender"],
        name=account.name,
        user=options.get("user", ""),
        password=password,
        tls=options.get("tls", "starttls"),
        ca_file=str(options.get("ca_file", "")),
        reply_to=options.get("reply_to", ""),
        unsubscribe_mailto=options.get("unsubscribe_mailto", ""),
        verp=_verp(account),
        mailbox=_mailbox(account),
        at_once=account.at_once,
        rate=account.rate,
    )


def _check_mail(account: Account, options: Mapping[str, Any]) -> None:
    """Raises SettingError for the first key of an e-mail account that cannot be right."""
    for key in ("host", "bounce_imap_host"):
        if key in options and not HOST.fullmatch(options[key]):
            raise account.wrong(
                key, "skal være serverens navn alene, som relay.kommune.dk; porten har sin egen nøgle"
            )
    for key in ("port", "bounce_imap_port"):
        if not 1 <= options.get(key, 1) <= MOST_PORT:
            raise account.wrong(key, f"skal være fra 1 til {MOST_PORT}")
    for key in ("sender", "reply_to", "unsubscribe_mailto"):
        if options.get(key) and not mail.ADDRESS.fullmatch(options[key]):
            raise account.wrong(key, "skal være en e-mail-adresse alene, som svar@kommune.dk")
    if options.get("tls") == "none" and options["host"] not in LOOPBACK:
        raise account.wrong("tls", 'er kun til denne maskine: brug TLS ("starttls" eller "implicit") til andre')
    try:
        verified(str(options.get("ca_file", "")))
    except OSError as error:
        raise account.wrong(
            "ca_file", f"{options['ca_file']} kan ikke læses som certifikater i PEM ({type(error).__name__})"
        ) from None


def _verp(account: Account) -> Verp | None:
    """What signs the address of bounces; None when the account has no such address."""
    address = account.options.get("bounce_address")
    if address is None:
        return None
    secret = _long_secret(account, "bounce_secret_file").encode()
    try:
        return Verp(address, secret)
    except ValueError:
        raise account.wrong(
            "bounce_address", "skal være en adresse som retur@kommune.dk, med højst 12 tegn før @ og intet +"
        ) from None


def _mailbox(account: Account) -> Mailbox | None:
    """Where bounces are read: a maildir, or an IMAP account; None without either."""
    options = account.options
    if "bounce_maildir" in options:
        return _maildir(account, options["bounce_maildir"])
    if "bounce_imap_host" not in options:
        return None
    return Imap(
        options["bounce_imap_host"],
        options["bounce_imap_user"],
        _secret(account, "bounce_imap_password_file"),
        port=options.get("bounce_imap_port", 993),
        ca_file=str(options.get("ca_file", "")),
    )


def _maildir(account: Account, path: Path) -> Maildir:
    try:
        for part in ("new", "cur"):
            any((path / part).iterdir())
    except OSError as error:
        raise account.wrong(
            "bounce_maildir",
            f"{path} kan ikke læses som maildir, med mapperne new og cur ({type(error).__name__}). Ret stien.",
        ) from None
    return Maildir(path)


def _of_environment(settings: Settings) -> Mapping[str, Any]:
    """The options of `TILFREDS_SMTP_*`. Raises SettingError when the relay or the sender is missing."""
    if not settings.smtp_host or not settings.smtp_sender:
        raise SettingError("TILFREDS_GATEWAY nævner smtp: sæt også TILFREDS_SMTP_HOST og TILFREDS_SMTP_SENDER")
    return {
        "host": settings.smtp_host,
        "port": settings.smtp_port,
        "sender": settings.smtp_sender,
        "user": settings.smtp_user,
        "password": settings.smtp_password,
        "tls": "none" if settings.smtp_plaintext else "starttls",
    }


def _reader(read: Callable[..., Any]) -> Callable[[Account], ReceiptReader]:
    """Readers that check each call against the secret of `webhook_secret_file`."""

    def made(account: Account) -> ReceiptReader:
        return partial(read, _long_secret(account, "webhook_secret_file"))

    return made


_TOKEN = {"token_file": str, "webhook_secret_file": str}
_LINK = {
    "user": str,
    "password_file": str,
    "platform_partner_id": str,
    "gates": list,
    "webhook_secret_file": str,
}
_URL = {"url": str}
_MAIL = (
    *("user", "password_file", "tls", "ca_file", "reply_to", "unsubscribe_mailto"),
    *("bounce_address", "bounce_secret_file", "bounce_maildir"),
    *("bounce_imap_host", "bounce_imap_user", "bounce_imap_password_file"),
)

KINDS: Mapping[str, Kind] = {
    "gatewayapi": Kind(("sms",), _TOKEN, _URL, _gatewayapi, _reader(gatewayapi.read_receipt)),
    "gatewayapi_rest": Kind(("sms",), _TOKEN, _URL, _gatewayapi_rest, _reader(gatewayapi_rest.read_receipt)),
    "link": Kind(("sms",), _LINK, {**_URL, "platform_id": str}, _link, _reader(link.read_receipt)),
    "inmobile": Kind(("sms",), {"key_file": str}, _URL, _inmobile),
    "smtp": Kind(
        ("email",),
        {"host": str, "sender": str},
        {**dict.fromkeys(_MAIL, str), "port": int, "bounce_imap_port": int},
        _smtp,
        at_once=4,
        together=(
            ("user", "password_file"),
            ("bounce_address", "bounce_secret_file"),
            ("bounce_maildir", "bounce_address"),
            ("bounce_imap_host", "bounce_address"),
            ("bounce_imap_host", "bounce_imap_user"),
            ("bounce_imap_host", "bounce_imap_password_file"),
        ),
    ),
    "simulated": Kind(
        ("sms", "email"),
        {},
        {},
        _simulated,
        lambda account: simulated.reader(account.options["folder"]),
        at_once=4,
    ),
}
"""Every kind of account by its name in the file."""
