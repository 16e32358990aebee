"""Passwords are costly to guess and cost the same for nobody."""

from admin import passwords


def test_a_hash_names_its_cost_and_holds_no_password(password_hash: str) -> None:
    """Argon2id with 19 MiB, two passes and one lane."""
    assert password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert "hest" not in password_hash


def test_only_the_right_password_matches(password_hash: str) -> None:
    """Another password, an unreadable hash and no account at all are all no."""
    assert passwords.matches(password_hash, "korrekt hest batteri")
    assert not passwords.matches(password_hash, "korrekt hest batter")
    assert not passwords.matches("ikke en hash", "korrekt hest batteri")
    assert not passwords.matches(None, "korrekt hest batteri")


def test_an_unknown_account_costs_a_real_comparison() -> None:
    """The hash compared with for nobody has the cost of everyone's."""
    assert passwords._nobodys().startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_drawn_password_is_long_and_never_the_same() -> None:
    """Nineteen characters, no letter that is mistaken for another."""
    drawn = {passwords.drawn() for _ in range(50)}
    assert len(drawn) == 50
    assert {len(each) for each in drawn} == {19}
    assert not set("".join(drawn)) & set("lo01 ")
