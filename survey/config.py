"""Settings from the environment, typed, failing loudly. Every setting is listed in docs/reference/settings.md."""

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import click

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Names of this machine: what may be without TLS."""
GATEWAYS = ("simulated", "smtp")
SECRET_BYTES = 32
LONGEST_HOST = 43
"""Characters of a host in a citizen's link: with it every shipped text fits its segments."""
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)+(?=[a-z0-9-]*[a-z]){_LABEL}")
"""A DNS name of several labels; the last one has a letter, so an IP address is none."""


SETTINGS = {
    "TILFREDS_DATABASE_URL": ("an embedded server", "PostgreSQL, as `postgresql://user@host/database`."),
    "TILFREDS_STATE_DIR": ("`var` in the checkout", "Where files go whose own setting is not set."),
    "TILFREDS_BASE_URL": (
        "`http://TILFREDS_HOST:PORT`",
        "The address in citizens' links; https, or loopback.",
    ),
    "TILFREDS_HOSTS": (
        "none: every link has that of `TILFREDS_BASE_URL`",
        "Domains that municipalities may choose for links, with a comma; each leads to this server by https.",
    ),
    "TILFREDS_HOST": ("`127.0.0.1`", "The address the web server listens on."),
    "PORT": ("`5000`", "The port the web server listens on."),
    "TILFREDS_PROXIES": (
        "`0`",
        "How many proxies stand before the web server; their word is taken.",
    ),
    "TILFREDS_GATEWAY": ("none: nothing is sent", "`simulated` or `smtp`, or both with a comma."),
    "TILFREDS_SENDING_FILE": (
        "none",
        "A TOML file with the gateways and whom each serves, for `TILFREDS_GATEWAY`; see docs/gateways.md.",
    ),
    "TILFREDS_SIMULATOR_DIR": ("`simulator` in the state folder", "The simulated gateway's mailbox."),
    "TILFREDS_KEY_DIR": (
        "with the embedded database `keys` in the state folder",
        ("Private ballot keys; for the worker and commands only, a web process refuses to start with it."),
    ),
    "TILFREDS_KEY_MIRROR": ("none", "A second copy of the private ballot keys, on another disk."),
    "TILFREDS_FINGERPRINT_KEY_FILE": (
        "`fingerprint-key` in the state folder",
        ("The secret that meeting and citizen ids are fingerprinted with. Made by `flask init`; never change it."),
    ),
    "TILFREDS_SECRET_KEY_FILE": (
        "`secret-key` in the state folder",
        "What signs cookies. Made when missing.",
    ),
    "TILFREDS_CODE_KEY_FILE": (
        "`code-key` in the state folder",
        "The secret that codes (links short enough to type) are hashed with. Made when missing; never change it.",
    ),
    "TILFREDS_METRICS_TOKEN_FILE": (
        "none: no metrics",
        "A file with the token that `/metrics` asks for (`Authorization: Bearer`).",
    ),
    "TILFREDS_SMTP_HOST": ("none", "The mail relay; needed for the gateway `smtp`."),
    "TILFREDS_SMTP_PORT": ("`587`", "Its port for submission."),
    "TILFREDS_SMTP_USER": ("none: no sign-in", "The account at the relay."),
    "TILFREDS_SMTP_PASSWORD": ("none", "Its password."),
    "TILFREDS_SMTP_SENDER": ("none", "The address mails come from; needed for the gateway `smtp`."),
    "TILFREDS_SMTP_PLAINTEXT": ("off", "`1` sends without TLS, to a relay on loopback only."),
}
"""Every setting: name → its default and its meaning, for docs/reference/settings.md."""


class SettingError(click.ClickException):
    """A setting is missing or wrong; the message names it and says what to do. Every command prints it plainly."""


@dataclass(frozen=True)
class Settings:
    """What a process needs to know from outside.

    `gateways` is empty when `TILFREDS_GATEWAY` is unset: then nothing is ever sent.
    `key_dir` is None in web processes: they only know public keys.
    """

    database_url: str | None
    state_dir: Path
    base_url: str
    hosts: tuple[str, ...]
    host: str
    port: int
    proxies: int
    gateways: tuple[str, ...]
    simulator_dir: Path
    key_dir: Path | None
    key_mirror: Path | None
    fingerprint_key_file: Path
    secret_key_file: Path
    sending_file: Path | None
    code_key_file: Path
    metrics_token_file: Path | None
    smtp_host: str
    smtp_port: int
    smtp_user: str
    smtp_password: str
    smtp_sender: str
    smtp_plaintext: bool

    @property
    def on_loopback(self) -> bool:
        """True when the web server listens on this machine alone."""
        return self.host in LOOPBACK

    @property
    def simulator_open(self) -> bool:
        """True when the simulator's pages may exist: simulated gateway and loopback, both."""
        return "simulated" in self.gateways and self.on_loopback


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read every setting from `environ`. Raises SettingError with the name and the remedy."""
    state = Path(environ.get("TILFREDS_STATE_DIR") or Path(__file__).parent.parent / "var").resolve()
    host = environ.get("TILFREDS_HOST") or "127.0.0.1"
    port = _number(environ, "PORT", 5000)
    key_dir = environ.get("TILFREDS_KEY_DIR")
    mirror = environ.get("TILFREDS_KEY_MIRROR")
    sending, metrics = environ.get("TILFREDS_SENDING_FILE"), environ.get("TILFREDS_METRICS_TOKEN_FILE")
    return Settings(
        database_url=environ.get("TILFREDS_DATABASE_URL") or None,
        state_dir=state,
        base_url=_base_url(environ.get("TILFREDS_BASE_URL") or f"http://{host}:{port}"),
        hosts=_hosts(environ.get("TILFREDS_HOSTS") or ""),
        host=host,
        port=port,
        proxies=_number(environ, "TILFREDS_PROXIES", 0),
        gateways=_gateways(environ.get("TILFREDS_GATEWAY") or ""),
        simulator_dir=Path(environ.get("TILFREDS_SIMULATOR_DIR") or state / "simulator"),
        key_dir=Path(key_dir) if key_dir else None,
        key_mirror=Path(mirror) if mirror else None,
        fingerprint_key_file=Path(environ.get("TILFREDS_FINGERPRINT_KEY_FILE") or state / "fingerprint-key"),
        secret_key_file=Path(environ.get("TILFREDS_SECRET_KEY_FILE") or state / "secret-key"),
        sending_file=Path(sending) if sending else None,
        code_key_file=Path(environ.get("TILFREDS_CODE_KEY_FILE") or state / "code-key"),
        metrics_token_file=Path(metrics) if metrics else None,
        smtp_host=environ.get("TILFREDS_SMTP_HOST") or "",
        smtp_port=_number(environ, "TILFREDS_SMTP_PORT", 587),
        smtp_user=environ.get("TILFREDS_SMTP_USER") or "",
        smtp_password=environ.get("TILFREDS_SMTP_PASSWORD") or "",
        smtp_sender=environ.get("TILFREDS_SMTP_SENDER") or "",
        smtp_plaintext=environ.get("TILFREDS_SMTP_PLAINTEXT") == "1",
    )


def secret(path: Path) -> bytes:
    """The secret in the file `path`. Raises SettingError when it is missing or too short to be one."""
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        raise SettingError(f"Hemmeligheden {path} findes ikke. Kør flask init, eller ret stien.") from None
    if len(found) < SECRET_BYTES:
        raise SettingError(f"Hemmeligheden {path} er for kort. Læg filen fra en sikkerhedskopi tilbage.")
    return found


def make_secret(path: Path) -> bytes:
    """The secret in the file `path`, made (32 random bytes, mode 0600) when it is not there yet."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Two processes may start at once: the first to create the file wins, the other reads it.
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return secret(path)


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    value = environ.get(name) or str(default)
    if not value.isdigit() or int(value) > 65535:
        raise SettingError(f"{name} skal være et tal fra 0 til 65535, ikke {value!r}")
    return int(value)


def _gateways(value: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in value.split(",") if name.strip())
    for name in names:
        if name not in GATEWAYS:
            raise SettingError(f"TILFREDS_GATEWAY kender {', '.join(GATEWAYS)}, ikke {name!r}")
    return names


def _hosts(value: str) -> tuple[str, ...]:
    names = tuple(name.strip().lower() for name in value.split(",") if name.strip())
    for name in names:
        if len(name) > LONGEST_HOST or not _NAME.fullmatch(name) or name.endswith((".localhost", ".local")):
            raise SettingError(
                f"TILFREDS_HOSTS skal være domæner på højst {LONGEST_HOST} tegn som svar.kommune.dk,"
                f" uden https:// og skråstreg, ikke {name!r}"
            )
    return names


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingError("TILFREDS_BASE_URL skal se ud som https://svar.kommune.dk")
    if len(parts.netloc) > LONGEST_HOST:
        raise SettingError(
            f"TILFREDS_BASE_URL må have et domæne på højst {LONGEST_HOST} tegn, så en SMS kan være kort"
        )
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise SettingError("TILFREDS_BASE_URL skal bruge https, medmindre den er denne maskine selv")
    return value.rstrip("/")
