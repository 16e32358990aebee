"""Settings fail loudly."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from survey import config


def test_nothing_is_sent_by_default() -> None:
    """The gateway has no default."""
    assert config.load({}).gateways == ()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("TILFREDS_GATEWAY", "brevdue", "simulated, smtp"),
        ("PORT", "femtusind", "PORT"),
        ("PORT", "70000", "PORT"),
        ("TILFREDS_BASE_URL", "svar.stevns.dk", "TILFREDS_BASE_URL"),
        ("TILFREDS_BASE_URL", "http://svar.stevns.dk", "https"),
        ("TILFREDS_HOSTS", "svar.stevns.dk, localhost", "'localhost'"),
        ("TILFREDS_HOSTS", "svar.localhost", "TILFREDS_HOSTS"),
        ("TILFREDS_HOSTS", "192.168.1.10", "TILFREDS_HOSTS"),
        ("TILFREDS_HOSTS", "-svar.dk", "TILFREDS_HOSTS"),
        ("TILFREDS_HOSTS", "svar_.kommune.dk", "TILFREDS_HOSTS"),
        ("TILFREDS_HOSTS", "https://svar.dk", "TILFREDS_HOSTS"),
        ("TILFREDS_HOSTS", f"{'a' * 41}.dk", "43 tegn"),
    ],
)
def test_a_wrong_setting_is_named_with_its_remedy(name: str, value: str, message: str) -> None:
    """No setting is quietly replaced by a guess."""
    with pytest.raises(config.SettingError, match=message):
        config.load({name: value})


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TILFREDS_GATEWAY": "simulated"}, True),
        ({"TILFREDS_GATEWAY": "smtp"}, False),
        ({"TILFREDS_GATEWAY": "simulated", "TILFREDS_HOST": "0.0.0.0"}, False),  # noqa: S104 - never bound
    ],
)
def test_the_simulator_needs_its_gateway_and_loopback(environ: dict[str, str], expected: bool) -> None:
    """Both, or there is no simulator."""
    assert config.load({"TILFREDS_BASE_URL": "https://svar.stevns.dk", **environ}).simulator_open is expected


def test_the_hosts_that_municipalities_may_choose_are_listed() -> None:
    """With a comma, in small letters; none unless the operator says so."""
    assert config.load({}).hosts == ()
    assert config.load({"TILFREDS_HOSTS": "Svar.Stevns.dk, svar.faxe.dk,"}).hosts == (
        "svar.stevns.dk",
        "svar.faxe.dk",
    )


def test_a_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    """The second process reads what the first made, and nobody else may."""
    path = tmp_path / "state" / "secret-key"
    made = config.make_secret(path)
    assert len(made) == 32
    assert config.make_secret(path) == config.secret(path) == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in path.parent.iterdir()] == ["secret-key"]


def test_processes_making_a_secret_at_once_agree(tmp_path: Path) -> None:
    """Whoever loses the race reads the winner's secret."""
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(config.make_secret, [tmp_path / "secret-key"] * 8))
    assert len(made) == 1
    assert [found.name for found in tmp_path.iterdir()] == ["secret-key"]


@pytest.mark.parametrize(("content", "message"), [(None, "findes ikke"), (b"", "for kort"), (b"kort", "for kort")])
def test_a_secret_that_must_be_there_is_never_made(tmp_path: Path, content: bytes | None, message: str) -> None:
    """A wrong path must not make a new fingerprint key: every citizen would look new."""
    path = tmp_path / "fingerprint-key"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(config.SettingError, match=message):
        config.secret(path)
