"""The accounts: what the file may say, what is made of it, and how a mistake is told."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from survey import accounts, config
from survey.account_kinds import KINDS
from survey.config import SettingError, Settings
from survey.gateways import Gateway, Prepaid
from survey.gateways.gatewayapi import GatewayApi
from survey.gateways.gatewayapi_rest import GatewayApiRest
from survey.gateways.inmobile import InMobile
from survey.gateways.link import Link
from survey.gateways.simulated import Simulated
from survey.gateways.smtp import Smtp
from tests.conftest import ROOT

SECRET = "en-hemmelighed-paa-mindst-32-tegn-i-alt"
SMS = 'kind = "gatewayapi"\ntoken_file = "token"\nwebhook_secret_file = "webhook"\n'
MAIL = 'kind = "smtp"\nhost = "relay.stevns.dk"\nsender = "svar@svar.stevns.dk"\n'
BOUNCES = 'bounce_address = "retur@stevns.dk"\nbounce_secret_file = "webhook"\n'
IMAP = 'bounce_imap_host = "i.dk"\nbounce_imap_user = "retur"\nbounce_imap_password_file = "token"\n'
LINK = (
    'kind = "link"\nuser = "stevns"\npassword_file = "token"\nplatform_partner_id = "123"\n'
    'gates = ["abc"]\nwebhook_secret_file = "webhook"\n'
)
Filed = Callable[..., Settings]


@pytest.fixture
def filed(tmp_path: Path) -> Filed:
    """`filed(text)` are settings whose file says `text`; the secrets token and webhook lie beside it."""

    def write(text: str, base_url: str = "https://svar.stevns.dk") -> Settings:
        for name in ("token", "webhook"):
            (tmp_path / name).write_text(SECRET + "\n")
        (tmp_path / "sending.toml").write_text(text)
        return config.load(
            {
                "TILFREDS_SENDING_FILE": str(tmp_path / "sending.toml"),
                "TILFREDS_STATE_DIR": str(tmp_path),
                "TILFREDS_BASE_URL": base_url,
            }
        )

    return write


def made(settings: Settings) -> Gateway:
    """The one gateway of `settings`."""
    (gateway,) = accounts.gateways(settings)
    gateway.close()
    return gateway


def test_the_order_of_the_file_is_the_order_of_preference(filed: Filed) -> None:
    """Name, kind, channels, whom it serves, how fast."""
    settings = filed(
        f'[gateway.sms-stevns]\n{SMS}municipalities = ["stevns"]\nrate = 2.5\nat_once = 3\n[gateway.post]\n{MAIL}'
    )
    sms, mail = accounts.load(settings)
    assert (sms.name, sms.kind, sms.channels, sms.at_once, sms.rate) == (
        "sms-stevns",
        "gatewayapi",
        ("sms",),
        3,
        2.5,
    )
    assert (mail.name, mail.kind, mail.channels, mail.municipalities, mail.rate) == (
        "post",
        "smtp",
        ("email",),
        None,
        0.0,
    )
    assert [sms.serves("stevns"), sms.serves("faxe"), mail.serves("faxe")] == [True, False, True]


def test_without_a_file_the_setting_names_the_accounts(settings: Settings) -> None:
    """Each is named like its kind; without either setting there is none."""
    (account,) = accounts.load(settings)
    assert (account.name, account.kind, account.channels) == ("simulated", "simulated", ("sms", "email"))
    assert isinstance(made(settings), Simulated)
    assert accounts.load(replace(settings, gateways=())) == ()


def test_the_file_and_the_setting_together_are_refused(filed: Filed) -> None:
    """Nobody should wonder which of the two is in force."""
    with pytest.raises(SettingError, match="begge sat"):
        accounts.load(replace(filed(f"[gateway.sms]\n{SMS}"), gateways=("simulated",)))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (GatewayApi, SMS),
        (GatewayApiRest, SMS.replace("gatewayapi", "gatewayapi_rest")),
        (Link, LINK),
        (InMobile, 'kind = "inmobile"\nkey_file = "token"\nurl = "https://api.inmobile.com"\n'),
        (Simulated, 'kind = "simulated"\n'),
        (Smtp, MAIL + 'tls = "implicit"\nport = 465\nuser = "svar"\npassword_file = "token"\n'),
        (Smtp, MAIL + BOUNCES + 'bounce_maildir = "mail"\n'),
        (Smtp, MAIL + BOUNCES + IMAP),
    ],
)
def test_every_kind_is_made_with_the_name_and_pace_of_its_account(
    filed: Filed, tmp_path: Path, kind: type[Gateway], text: str
) -> None:
    """The gateway's name is the account's, and so are at_once and rate."""
    for part in ("new", "cur"):
        (tmp_path / "mail" / part).mkdir(parents=True)
    gateway = made(filed(f"[gateway.min-konto]\n{text}rate = 4\nat_once = 2\n"))
    assert isinstance(gateway, kind)
    assert (gateway.name, gateway.at_once, gateway.rate) == ("min-konto", 2, 4.0)


def test_only_the_older_interface_can_tell_its_credit(filed: Filed) -> None:
    """It is asked by GET /rest/me; the newer one documents no way."""
    assert isinstance(made(filed(f"[gateway.a]\n{SMS.replace('gatewayapi', 'gatewayapi_rest')}")), Prepaid)
    assert not isinstance(made(filed(f"[gateway.a]\n{SMS}")), Prepaid)


def test_mail_by_settings_alone(settings: Settings) -> None:
    """TILFREDS_SMTP_* still make the gateway smtp, and what is missing is named."""
    mail = replace(
        settings, gateways=("smtp",), smtp_host="127.0.0.1", smtp_sender="svar@x.dk", smtp_plaintext=True
    )
    assert made(mail).name == "smtp"
    with pytest.raises(SettingError, match="TILFREDS_SMTP_HOST"):
        accounts.gateways(replace(mail, smtp_host=""))
    with pytest.raises(SettingError, match="kun til denne maskine"):
        accounts.gateways(replace(mail, smtp_host="relay.stevns.dk"))


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ("ikke gyldig TOML", "[gateway"),
        ("afsender kendes ikke", "afsender = 1\n"),
        ("der er ingen gateway", "gateway = 1\n"),
        ("der er ingen gateway", ""),
        (r"\[gateway.SMS\] skal have et navn", f"[gateway.SMS]\n{SMS}"),
        ("navn af højst 20 små bogstaver", f"[gateway.{'a' * 21}]\n{SMS}"),
        (r"\[gateway.a\] skal være et afsnit", "[gateway]\na = 1\n"),
        ("kind skal være en af gatewayapi", "[gateway.a]\nurl = 'https://x.dk'\n"),
        ("kind skal være en af gatewayapi", "[gateway.a]\nkind = 3\n"),
        ("token kendes ikke. Her kan stå kind,", f"[gateway.a]\n{SMS}token = 'abc'\n"),
        ("token_file mangler", "[gateway.a]\nkind = 'gatewayapi'\nwebhook_secret_file = 'webhook'\n"),
        ("webhook_secret_file mangler", "[gateway.a]\nkind = 'gatewayapi'\ntoken_file = 'token'\n"),
        ("token_file skal være tekst", "[gateway.a]\nkind = 'gatewayapi'\ntoken_file = 7\n"),
        ("token_file skal være tekst", "[gateway.a]\nkind = 'gatewayapi'\ntoken_file = ''\n"),
        ("municipalities skal være en liste", f"[gateway.a]\n{SMS}municipalities = []\n"),
        ("municipalities skal være en liste", f"[gateway.a]\n{SMS}municipalities = 'stevns'\n"),
        ("municipalities skal være en liste", f"[gateway.a]\n{SMS}municipalities = [1]\n"),
        ("at_once skal være et helt tal", f"[gateway.a]\n{SMS}at_once = true\n"),
        ("at_once skal være fra 1 til 32", f"[gateway.a]\n{SMS}at_once = 33\n"),
        ("at_once skal være fra 1 til 32", f"[gateway.a]\n{SMS}at_once = 0\n"),
        ("rate skal være et tal", f"[gateway.a]\n{SMS}rate = 'fast'\n"),
        ("rate skal være beskeder", f"[gateway.a]\n{SMS}rate = -1\n"),
        ("rate skal være beskeder", f"[gateway.a]\n{SMS}rate = nan\n"),
        ("url skal begynde med https", f"[gateway.a]\n{SMS}url = 'http://sms.stevns.dk'\n"),
        ("url må kun være denne maskine", f"[gateway.a]\n{SMS}url = 'http://127.0.0.1:8000'\n"),
        ("tls skal være en af starttls", f"[gateway.a]\n{MAIL}tls = 'måske'\n"),
        ("password_file mangler; den skal med, når user er sat", f"[gateway.a]\n{MAIL}user = 'svar'\n"),
        ("bounce_address mangler", f"[gateway.a]\n{MAIL}bounce_maildir = 'mail'\n"),
    ],
)
def test_a_mistake_is_named_with_its_section_and_key(filed: Filed, told: str, text: str) -> None:
    """In Danish, with what to write instead."""
    with pytest.raises(SettingError, match=told) as error:
        accounts.load(filed(text))
    assert "sending.toml" in str(error.value)


def test_this_machine_is_an_address_while_we_are_on_it_ourselves(filed: Filed) -> None:
    """For trials: both ends on loopback."""
    text = f"[gateway.a]\n{SMS}url = 'http://127.0.0.1:8000'\n"
    assert made(filed(text, base_url="http://localhost:5000")).name == "a"


@pytest.mark.parametrize("content", [None, b"", b"to\nlinjer", "nøgle".encode(), b"\xff"])
def test_a_secret_that_is_none_stops_the_worker(filed: Filed, tmp_path: Path, content: bytes | None) -> None:
    """Missing, empty, of two lines or with strange letters: the section, the key and the file are named."""
    settings = filed(f"[gateway.a]\n{SMS}")
    (tmp_path / "token").unlink()
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    with pytest.raises(SettingError, match=r"\[gateway.a\] token_file .*token (kan ikke læses|skal indeholde)"):
        accounts.gateways(settings)


def test_a_file_that_cannot_be_read_is_named(settings: Settings, tmp_path: Path) -> None:
    """With the setting that names it."""
    with pytest.raises(SettingError, match="TILFREDS_SENDING_FILE"):
        accounts.load(replace(settings, gateways=(), sending_file=tmp_path / "nowhere.toml"))


def test_the_web_reads_receipts_without_the_key_that_sends(filed: Filed, tmp_path: Path) -> None:
    """Only the webhook's secret is read; who fetches reports has no reader, and the simulator has its own."""
    sms, polled, simulated = accounts.load(
        filed(f"[gateway.a]\n{SMS}[gateway.b]\nkind='inmobile'\nkey_file='token'\n[gateway.c]\nkind='simulated'")
    )
    (tmp_path / "token").unlink()
    assert accounts.receipt_reader(sms) is not None
    assert accounts.receipt_reader(polled) is None
    assert accounts.receipt_reader(simulated) is not None


def test_a_short_secret_of_a_webhook_stops_the_web(filed: Filed, tmp_path: Path) -> None:
    """It could be guessed from one receipt that somebody saw."""
    (account,) = accounts.load(filed(f"[gateway.a]\n{SMS}"))
    (tmp_path / "webhook").write_text("kort")
    with pytest.raises(SettingError, match=r"sending.toml: \[gateway.a\] webhook_secret_file .* mindst 32 tegn"):
        accounts.check_readers([account])


def test_the_examples_of_the_pages_are_accepted(filed: Filed) -> None:
    """Every section shown in docs/gateways.md and docs/mail.md, together in one file; every kind is shown."""
    pages = [(ROOT / "docs" / name).read_text("utf-8") for name in ("gateways.md", "mail.md")]
    examples = [block.partition("```")[0] for page in pages for block in page.split("```toml\n")[1:]]
    kinds = {account.kind for account in accounts.load(filed("\n".join(examples)))}
    assert kinds == set(KINDS)


def test_no_secret_stands_in_an_account(filed: Filed) -> None:
    """What is logged or shown of an account holds paths only."""
    assert SECRET not in repr(accounts.load(filed(f"[gateway.a]\n{SMS}")))


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ("host skal være serverens navn alene", MAIL.replace("relay.stevns.dk", "smtp://relay.stevns.dk")),
        ("host skal være serverens navn alene", MAIL.replace("relay.stevns.dk", "relay.stevns.dk:25")),
        ("port skal være fra 1 til 65535", MAIL + "port = 99999\n"),
        ("port skal være fra 1 til 65535", MAIL + "port = 0\n"),
        ("sender skal være en e-mail-adresse", MAIL.replace("svar@svar.stevns.dk", "Stevns Kommune")),
        ("reply_to skal være en e-mail-adresse", MAIL + 'reply_to = "ingen"\n'),
        ("tls er kun til denne maskine", MAIL + 'tls = "none"\n'),
        ("ca_file .*nowhere.pem kan ikke læses som certifikater", MAIL + 'ca_file = "nowhere.pem"\n'),
        ("ca_file .*token kan ikke læses som certifikater", MAIL + 'ca_file = "token"\n'),
        ("bounce_address skal være .* højst 12 tegn", MAIL + BOUNCES.replace("retur@", "returnerede-mails@")),
        ("bounce_secret_file .* mindst 32 tegn", MAIL + BOUNCES.replace("webhook", "kort")),
        ("bounce_maildir .*mail kan ikke læses som maildir", MAIL + BOUNCES + 'bounce_maildir = "mail"\n'),
        ("bounce_imap_port skal være fra 1", MAIL + BOUNCES + IMAP + "bounce_imap_port = 70000\n"),
    ],
)
def test_a_mistake_about_mail_stops_the_worker(filed: Filed, tmp_path: Path, told: str, text: str) -> None:
    """File, section, key and a Danish remedy; never what the machine calls it."""
    (tmp_path / "kort").write_text("kort")
    with pytest.raises(SettingError, match=rf"sending.toml: \[gateway.a\] {told}"):
        accounts.gateways(filed(f"[gateway.a]\n{text}"))


def test_a_mistake_in_a_setting_names_the_setting(settings: Settings) -> None:
    """Where no file describes the relay."""
    mail = replace(settings, gateways=("smtp",), smtp_host="127.0.0.1", smtp_sender="Stevns")
    with pytest.raises(SettingError, match="TILFREDS_SMTP_SENDER skal være en e-mail-adresse"):
        accounts.gateways(mail)
