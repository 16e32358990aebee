"""Published questionnaires made ready once per process, in every language they are offered in."""

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace

from flask import current_app
from markupsafe import escape

from survey import languages, links, translations
from survey.db import reading
from survey.forms import AnswerForm, answer_form
from survey.invitees import Asked
from survey.languages import Speech
from survey.questionnaire import Questionnaire
from survey.recordings import Sound

TOKEN, NAME, DIGITS = "-token-", "\ue000\ue001", "\ue002\ue003"
"""Stand for what is one citizen's own: the token, the name, the last two digits of the mobile."""
SLOTS = re.compile(f"{TOKEN}|{NAME}|{DIGITS}")


@dataclass(frozen=True)
class Version:
    """A published version: it never changes, but for its translations and recordings, which `Asked.dress` counts.

    `by_language` has Danish always. `made` are pages made once, by all that makes them differ but what is one
    citizen's own; in its place stand slots. `sounds` are statements read aloud, by language and position.
    """

    by_language: Mapping[str, Questionnaire]
    sounds: Mapping[tuple[str, int], Sound] = field(default_factory=dict)
    forms: dict[tuple[bool, bool], type[AnswerForm]] = field(default_factory=dict)
    made: dict[tuple[object, ...], str] = field(default_factory=dict)

    @property
    def danish(self) -> Questionnaire:
        """What staff read."""
        return self.by_language["da"]

    def form(self, asked: Asked) -> type[AnswerForm]:
        """The form of the answers, with what this municipality asks beside the statements."""
        key = (asked.asks_tag, asked.asks_comment)
        if key not in self.forms:
            self.forms[key] = answer_form(self.danish, asks_tag=key[0], asks_comment=key[1])
        return self.forms[key]


@dataclass(frozen=True)
class Visit:
    """One request by a link: whom it asks, what, and in which language."""

    token: str
    asked: Asked
    version: Version
    speech: Speech

    @property
    def questionnaire(self) -> Questionnaire:
        """The questionnaire in the page's language."""
        return self.version.by_language[self.speech.language]

    @property
    def sounds(self) -> dict[int, Sound]:
        """The statements that are read aloud in the page's language, by position."""
        spoken = self.speech.language
        return {at: sound for (language, at), sound in self.version.sounds.items() if language == spoken}

    def once(self, name: str, write: Callable[["Visit"], str], *by: Hashable) -> str:
        """The page `name` as `write` makes it for anybody; made once for all who are alike in this and `by`."""
        asked = self.asked
        town = (asked.municipality, asked.phone, asked.look, asked.smallest_group, asked.statement_url)
        asks = (asked.called, asked.asks_tag, asked.asks_comment, asked.mobile is None)
        key = (name, *town, *asks, self.speech, *by)
        if key not in self.version.made:
            mobile = None if asked.mobile is None else DIGITS
            anybody = replace(self, token=TOKEN, asked=replace(asked, name=NAME, mobile=mobile))
            self.version.made[key] = write(anybody)
        own = {TOKEN: self.token, NAME: str(escape(asked.name)), DIGITS: (asked.mobile or "")[-2:]}
        return SLOTS.sub(lambda slot: own[slot[0]], self.version.made[key])


def visit(token: str) -> Visit:
    """Whom the link asks, and what. Ends the request with a kind page for a link that leads nowhere."""
    asked = links.find_link(token)
    version = _version(asked)
    return Visit(token, asked, version, languages.settle(asked.language, version.by_language.keys()))


def _version(asked: Asked) -> Version:
    known: dict[tuple[int, int, int], Version] = current_app.extensions.setdefault("questionnaire_versions", {})
    key, place = (asked.municipality_id, asked.version_id, asked.dress), (asked.municipality_id, asked.version_id)
    version = known.get(key)
    if version is None:
        with reading() as connection:
            found = translations.whole(connection, *place)
        version = Version(found.by_language, found.sounds)
        for older in [each for each in list(known) if each[:2] == place]:
            known.pop(older, None)
        known[key] = version
    return version
