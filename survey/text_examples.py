"""Messages as they would look: with the longest host and names, and the table of segments and prices."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from survey import config, gsm, texts, words
from survey.models import KINDS, LINK_MODES
from survey.texts import Draft, Own, Writing, Written

LONGEST_HOST = f"svar.{'x' * (config.LONGEST_HOST - 8)}.dk"
LONGEST_MUNICIPALITY = "Ringkøbing-Skjern Kommune"
LONGEST_SENDER = "RingSkjernK"
TOKEN = "abcdefghijklmnopqrstuvwxyz"  # noqa: S105 - the shape of a token, not a secret
CODE = "7K4M-9PWR-X"


@dataclass(frozen=True)
class Asker:
    """Who asks: the municipality as its citizens meet it. `host` is that of the link."""

    municipality: str = LONGEST_MUNICIPALITY
    sender: str = LONGEST_SENDER
    host: str = LONGEST_HOST
    phone: str = "99 74 24 24"
    smallest_group: int = 5


LONGEST = Asker()


@dataclass(frozen=True)
class Line:
    """One shipped SMS in the table: what it takes with the longest host, and DKK for a thousand of them."""

    language: str
    kind: str
    link_mode: str
    encoding: str
    units: int
    count: int
    price: Decimal


def example(
    kind: str,
    channel: str,
    language: str,
    *,
    link_mode: str = "link",
    own: Own | None = None,
    asker: Asker = LONGEST,
) -> Written:
    """The message that `asker` would send to Anne Sørensen, with a link that leads nowhere."""
    token = CODE if link_mode == "code" else TOKEN
    draft = Draft(
        kind=kind,
        channel=channel,
        municipality=asker.municipality,
        phone=asker.phone,
        questions=7,
        smallest_group=asker.smallest_group,
        sender=asker.sender if channel == "sms" else asker.municipality,
        language=language,
        own=own,
        link_mode=link_mode,
        place=f"{asker.host}/svar",
    )
    link = f"https://{asker.host}/s/{token}"
    return texts.render(Writing(draft, "Anne Sørensen", link, CODE, f"{link}/afmeld"))


def table(segment_price: Decimal) -> Iterator[Line]:
    """Every shipped SMS at its longest, by language, kind and link mode."""
    for language in texts.LANGUAGES:
        for kind in KINDS:
            for mode in LINK_MODES:
                counted = gsm.segments(example(kind, "sms", language, link_mode=mode).body)
                price = counted.count * segment_price * 1000
                yield Line(language, kind, mode, counted.encoding, counted.units, counted.count, price)


def table_lines(segment_price: Decimal) -> Iterator[str]:
    """The table in Markdown, in Danish."""
    yield "| sprog | besked | vej | alfabet | tegn | segmenter | pris pr. 1.000 |"
    yield "|---|---|---|---|---:|---:|---:|"
    for line in table(segment_price):
        cells = (
            texts.about(line.language)["name"],
            words.KINDS[line.kind],
            words.LINK_MODES[line.link_mode],
            line.encoding,
        )
        yield f"| {' | '.join(cells)} | {line.units} | {line.count} | {kroner(line.price)} |"


def kroner(amount: Decimal) -> str:
    """`amount` in DKK as Danish writes it, two decimals: "1.234,50 kr."."""
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,")) + " kr."
