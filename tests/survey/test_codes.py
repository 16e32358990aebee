"""Codes: every slip of the finger is caught, and what a reader may mean is read."""

import hashlib
import secrets
from itertools import combinations

import pytest

from survey import codes, invitations

CODES = [codes.draw() for _ in range(40)]


def test_the_alphabet_has_no_two_characters_that_look_alike() -> None:
    """29 symbols, none of 0 O 1 I L U Z, and their number is a prime above every weight."""
    assert len(set(codes.ALPHABET)) == 29
    assert set("0O1ILUZ").isdisjoint(codes.ALPHABET)
    assert all(29 % divisor for divisor in range(2, 29))


def test_a_code_is_nine_characters_that_add_up() -> None:
    """Whatever is drawn can be read, and no two are alike."""
    assert [codes.readable(code) for code in CODES] == CODES
    assert len(set(CODES)) == len(CODES)


def test_the_weights_are_those_of_isbn() -> None:
    """A worked example: 9 times the value of 3 (1) is 9, so the ninth character is worth 29 - 9 = 20, an N."""
    assert codes.ALPHABET[20] == codes.check_character("32222222")


def test_every_single_wrong_character_is_caught() -> None:
    """All 9 x 28 of them, for forty codes."""
    for code in CODES:
        for place in range(codes.LENGTH):
            for other in set(codes.ALPHABET) - {code[place]}:
                assert codes.fault(code[:place] + other + code[place + 1 :]) == "check"


def test_every_swap_is_caught() -> None:
    """Of neighbours and of any other two places, for every pair of different characters."""
    for first, second in combinations(range(codes.LENGTH), 2):
        for one, other in combinations(codes.ALPHABET, 2):
            code = _with(first, one, second, other)
            swapped = list(code)
            swapped[first], swapped[second] = swapped[second], swapped[first]
            assert codes.readable(code) == code
            assert codes.fault("".join(swapped)) == "check"


def _with(first: int, one: str, second: int, other: str) -> str:
    """A code with these characters in these places; a third place makes it add up."""
    characters = list(codes.draw())
    characters[first], characters[second] = one, other
    third = next(place for place in range(codes.LENGTH) if place not in (first, second))
    for character in codes.ALPHABET:
        characters[third] = character
        if not codes.fault("".join(characters)):
            break
    return "".join(characters)


def test_a_code_is_read_as_it_may_be_typed() -> None:
    """Small letters, spaces, dashes of any length; Z for 2 and U for V, which no code holds."""
    code = "2V345678" + codes.check_character("2V345678")
    shown = codes.shown(code)
    assert shown == f"2V34-5678-{code[-1]}"
    for written in (shown, shown.lower(), f" {shown} ", shown.replace("-", " – "), shown.replace("-", "\u00ad.")):
        assert codes.readable(written) == code
    assert codes.readable(shown.replace("2V", "zu")) == code


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "empty"),
        (" - ", "empty"),
        ("2345", "length"),
        ("2" * 10, "length"),
        ("2" * 9 + " " * 90, "length"),
        ("O2345678A", "character"),
        ("2345678æ\0", "character"),
        ("222222223", "check"),
    ],
)
def test_what_cannot_be_a_code_says_why(text: str, fault: str) -> None:
    """One reason, the one to mend first."""
    assert codes.fault(text) == fault
    assert codes.readable(text) is None


def test_characters_no_code_holds_are_named_once() -> None:
    """As capitals, in the order they were typed."""
    assert codes.strange("o2-iO1 æ") == ["O", "I", "1", "Æ"]


def test_the_hash_is_slow_and_keyed() -> None:
    """It is scrypt with the key as salt: another key, or another code, gives other bytes."""
    key, other = secrets.token_bytes(32), secrets.token_bytes(32)
    hashed = codes.code_hash(key, CODES[0])
    assert hashed == hashlib.scrypt(CODES[0].encode(), salt=key, n=16384, r=8, p=1, dklen=32)
    assert len({hashed, codes.code_hash(other, CODES[0]), codes.code_hash(key, CODES[1])}) == 3


def test_a_token_of_either_kind_is_drawn_read_and_hashed() -> None:
    """26 characters by SHA-256, nine by the slow hash, which needs its key."""
    long, short, key = invitations.draw_token(), invitations.draw_token("code_only"), b"k" * 32
    assert [invitations.is_code(token) for token in (long, short)] == [False, True]
    assert invitations.readable(codes.shown(short).lower()) == short
    assert invitations.token_hash(long, key) == hashlib.sha256(long.encode()).digest()
    assert invitations.token_hash(short, key) == codes.code_hash(key, short)
    with pytest.raises(ValueError, match="TILFREDS_CODE_KEY_FILE"):
        invitations.token_hash(short)


def test_a_link_leads_to_the_municipalitys_own_host() -> None:
    """When it has one; else to the address of the installation."""
    assert invitations.address("https://svar.dk", "svar.stevns.dk", "abc") == "https://svar.stevns.dk/s/abc"
    assert invitations.address("https://svar.dk", None, "abc") == "https://svar.dk/s/abc"
    assert invitations.place("https://svar.dk", None) == "svar.dk/svar"
