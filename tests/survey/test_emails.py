"""E-mail addresses: the quick way and the validator's say the same."""

import pytest
from email_validator import EmailNotValidError, validate_email

from survey import emails

LOCALS = ["bo", "Bo.Hansen", "bo+a_b-c", "x" * 64, "x" * 65, "bo.", ".bo", "b..o", "b o", "bø", ""]
DOMAINS = ["eksempel.dk", "ÆBLE.dk", "a-.dk", "lokal", "b.test", "[127.0.0.1]", f"{'x.' * 100}dk", ""]


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("local", LOCALS)
def test_the_quick_way_agrees_with_the_validator(local: str, domain: str) -> None:
    """Every name at every domain."""
    address = f"{local}@{domain}"
    try:
        valid = validate_email(address, check_deliverability=False, allow_smtputf8=False).ascii_email
    except EmailNotValidError:
        valid = None
    assert valid == emails.normal(address)


def test_an_address_is_written_in_one_way() -> None:
    """The domain in ASCII and lower case, as mail servers want it."""
    assert emails.normal("Bo@ÆBLE.dk") == "Bo@xn--ble-xla.dk"
