"""Addresses a gateway may be reached at."""

import pytest

from survey.gateways.addresses import is_loopback, objection


@pytest.mark.parametrize(
    "address",
    [
        "https://messaging.gatewayapi.eu",
        "https://wsx.sp247.net:8443/sti",
        "https://xn--rdgrd-vuad.dk",
        "https://sms.xn--fiqs8s",
    ],
)
def test_https_to_a_public_name_is_an_address(address: str) -> None:
    """With a port and a path too."""
    assert objection(address, trial=False) == ""


@pytest.mark.parametrize(
    "address",
    [
        *("http://messaging.gatewayapi.eu", "ftp://x.dk", "messaging.gatewayapi.eu", "https://", "https:///sti"),
        *("https://10.0.0.1", "https://2130706433", "https://0x7f.1", "https://127.1", "https://[2001:db8::1]"),
        *("https://[::1", "https://x.dk:99999", "https://x.dk:0", "https://x.dk:http"),
        *(
            "https://gateway",
            "https://sms.local",
            "https://sms.internal",
            "https://x.localhost",
            "https://sms.lan",
        ),
        *("https://bruger@x.dk", "https://bruger:kode@x.dk", "https://@x.dk"),
        *(
            "https://x.dk?token=1",
            "https://x.dk#a",
            "https://x..dk",
            "https://-x.dk",
            "https://x.dk.",
            "https://x_y.dk",
        ),
        *("https://x.dk\\@y.dk", "https://x.dk/\nHost: y", "https://røv.dk", "https://x.1"),
        *("https://127.0.0.1", "http://localhost:8000", "http://[::1]:8000"),
    ],
)
def test_everything_else_is_none(address: str) -> None:
    """Plain HTTP, addresses in any notation, inner names, user info, queries."""
    assert objection(address, trial=False)


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000", "https://localhost:8443", "http://[::1]:1"])
def test_this_machine_is_for_trials(address: str) -> None:
    """Only there is plain HTTP allowed."""
    assert (objection(address, trial=True), is_loopback(address)) == ("", True)


@pytest.mark.parametrize(
    "address", ["http://10.0.0.1", "http://127.0.0.2:1", "http://localhost.x.dk", "ftp://localhost"]
)
def test_a_trial_opens_no_other_door(address: str) -> None:
    """Loopback by its three names, and HTTP."""
    assert objection(address, trial=True)


def test_what_is_no_address_is_not_this_machine() -> None:
    """A broken one is nowhere."""
    assert not is_loopback("http://[::1")
