"""A citizen's page is in the language chosen in the address, else their own, else the browser's, else Danish."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from flask import Flask, current_app, g, request
from flask_babel import Babel, force_locale, gettext, refresh

from survey import workdays

FOLDER = Path(__file__).parent.parent / "templates" / "languages"
NAMES = {
    "da": "Dansk",
    "en": "English",
    "uk": "Українська",
    "ar": "العربية",
    "pl": "Polski",
    "tr": "Türkçe",
    "so": "Soomaali",
    "ti": "ትግርኛ",
    "fa": "فارسی",
}
"""The languages of the pages (ISO 639-1), each by its own name."""
VERIFIED = frozenset({"da"})
"""Languages whose pages somebody who has them as a mother tongue has read; staff are told of the others."""
CHOICE = "sprog"
"""The part of an address that keeps what the citizen chose."""


@dataclass(frozen=True)
class Speech:
    """The page's `language`, `chosen` in the address or "", and `offered` instead of it.

    `missing` is what the citizen would rather read, where this page is not offered in that; else "".
    """

    language: str
    chosen: str = ""
    offered: tuple[str, ...] = tuple(NAMES)
    missing: str = ""


def install(app: Flask, citizens: Collection[str]) -> None:
    """Let `app` speak: pages of the blueprints `citizens`, and what is no page, in the citizen's language."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(FOLDER)
    app.config["WTF_I18N_ENABLED"] = False  # our forms bring words of their own
    app.extensions["citizens_blueprints"] = frozenset(citizens)
    Babel(app, default_locale="da", locale_selector=lambda: speech().language)
    app.context_processor(_for_templates)


def speech() -> Speech:
    """What this request is answered in."""
    if "speech" not in g:
        known = request.blueprint is None or request.blueprint in _citizens()
        g.speech = _speech("", tuple(NAMES)) if known else Speech("da")
    found: Speech = g.speech
    return found


def settle(own: str, offered: Collection[str]) -> Speech:
    """As `speech`, once the citizen's `own` language ("" where nobody knows) and the questionnaire's are known."""
    found = g.speech = _speech(own, tuple(name for name in NAMES if name in offered))
    refresh()
    return found


def is_rtl(language: str) -> bool:
    """Is `language` written from right to left?"""
    return bool(Locale.parse(language).text_direction == "rtl")


def spoken_day(day: date) -> str:
    """A day as it is said: "tirsdag den 24. november", in other languages with the year."""
    language = speech().language
    if language == "da":
        return f"{workdays.WEEKDAYS[day.weekday()]} den {day.day}. {workdays.MONTHS[day.month - 1]}"
    return str(format_date(day, "full", locale=language))


def listed(things: Sequence[str]) -> str:
    """The things as a choice in the page's language: "a, b eller c"."""
    return str(format_list(things, "or", locale=speech().language))


def not_offered() -> str:
    """What is said to who would rather read another language, in that."""
    with force_locale(speech().missing):
        return str(gettext("Siden findes ikke på dit sprog endnu. Her er den på dansk."))


def _speech(own: str, offered: tuple[str, ...]) -> Speech:
    chosen = request.args.get(CHOICE, "")
    chosen = chosen if chosen in NAMES else ""
    rather = chosen or (own if own in NAMES else "") or request.accept_languages.best_match(NAMES) or "da"
    return Speech(*((rather, chosen, offered) if rather in offered else ("da", chosen, offered, rather)))


def _citizens() -> frozenset[str]:
    found: frozenset[str] = current_app.extensions["citizens_blueprints"]
    return found


def _for_templates() -> dict[str, Any]:
    said = {"language_names": NAMES, "is_rtl": is_rtl, "spoken_day": spoken_day, "not_offered": not_offered}
    return {"speech": speech(), **said}
