"""The kinds of accounts: which keys each needs, and how its gateway and its reader of receipts are made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from survey.config import SECRET_BYTES, SettingError, Settings
from survey.gateways import Gateway, ReceiptReader, gatewayapi, gatewayapi_rest, inmobile, link, simulated
from survey.gateways.bounces import Mailbox, Verp
from survey.gateways.mailboxes import Imap, Maildir
from survey.gateways.simulated import Simulated
from survey.gateways.smtp import Smtp


@dataclass(frozen=True)
class Account:
    """One provider's account. `name` is the gateway's, and the path segment of its receipts.

    `municipalities` are slugs; None means all. `rate` is letters a second over all workers, 0 without a limit.
    `options` are the keys of its kind; those that end in `_file` are paths of secrets, read when they are needed.
    """

    name: str
    kind: str
    channels: tuple[str, ...]
    municipalities: frozenset[str] | None = None
    at_once: int = 8
    rate: float = 0.0
    options: Mapping[str, Any] = field(default_factory=dict)

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
        raise SettingError(
            f"[gateway.{account.name}] {key}: {path} kan ikke læses ({type(error).__name__}). Ret stien."
        ) from None
    if not found or not found.isascii() or not found.isprintable():
        raise SettingError(
            f"[gateway.{account.name}] {key}: {path} skal indeholde hemmeligheden på én linje og intet andet."
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
    password = _secret(account, "password_file") if "password_file" in options else options.get("password", "")
    try:
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
    except (OSError, ValueError) as error:
        raise SettingError(f'[gateway.{account.name}] {error}. tls = "none" er kun til denne maskine.') from None


def _verp(account: Account) -> Verp | None:
    """What signs the address of bounces; None when the account has no such address."""
    if "bounce_address" not in account.options:
        return None
    return Verp(account.options["bounce_address"], _secret(account, "bounce_secret_file").encode())


def _mailbox(account: Account) -> Mailbox | None:
    """Where bounces are read: a maildir, or an IMAP account; None without either."""
    options = account.options
    if "bounce_maildir" in options:
        return Maildir(options["bounce_maildir"])
    if "bounce_imap_host" not in options:
        return None
    return Imap(
        options["bounce_imap_host"],
        options["bounce_imap_user"],
        _secret(account, "bounce_imap_password_file"),
        port=options.get("bounce_imap_port", 993),
        ca_file=str(options.get("ca_file", "")),
    )


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
        secret = _secret(account, "webhook_secret_file")
        if len(secret) < SECRET_BYTES:
            raise SettingError(
                f"[gateway.{account.name}] webhook_secret_file: den skal være på mindst {SECRET_BYTES} tegn"
            )
        return partial(read, secret)

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
