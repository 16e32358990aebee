"""The citizen's forms. The link is the authority: no session, no cookie, and hence no CSRF token."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as later
from flask_babel import ngettext
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Optional, ValidationError

from survey import codes, invitations, phones
from survey.keys import COMMENT_CHARACTERS
from survey.languages import listed
from survey.models import TAGS
from survey.questionnaire import DONT_KNOW, Questionnaire

BLANK = later("Vælg et svar")
UNKNOWN = later("Vælg ét af svarene på listen")
FOREIGN = later("Skemaet passer ikke til dit link. Vælg dine svar her på siden")
NOTHING = later("Svar på mindst ét udsagn, før du sender")
NO_NUMBER = later("Skriv et telefonnummer med 8 cifre, for eksempel 20 12 34 56")
NO_WISH = later("Vælg, hvornår det passer dig")
FOREIGN_TOPIC = later("Vælg kun emner her på siden")
WISHES = {"any": "Når som helst", "morning": "Om formiddagen", "afternoon": "Om eftermiddagen"}
"""When a call suits: what the form sends → the words the caseworker sees."""

NO_CODE = later("Skriv koden fra beskeden.")
WRONG_CODE = later("Et af tegnene er forkert, eller to er byttet om. Sammenlign med koden i beskeden.")
ENDS = ("low", "high")
LISTED = 3
"""Characters named at most when they do not belong in a code."""

Fields = MultiDict[str, str]


@dataclass(frozen=True)
class Problem:
    """What is wrong, the id of the field to mend it at, and where that is in words."""

    target: str
    message: str
    place: str = ""


class LinkForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF comes without types
    """A form whose authority is the link in its address."""

    class Meta:
        """No session CSRF: it would need a cookie, and would refuse a form left open."""

        csrf = False


def _one_of(values: Collection[str]) -> Callable[[LinkForm, RadioField], None]:
    """A validator that tells a blank from what is not on the page. The page itself writes plain inputs."""

    def check(_form: LinkForm, field: RadioField) -> None:
        if field.data is None:
            raise ValidationError(BLANK)
        if field.data not in values or len(field.raw_data or ()) > 1:
            raise ValidationError(UNKNOWN)

    return check


class AnswerForm(LinkForm):
    """One radio group a statement, `s1`, `s2`, …, and what the municipality asks beside them.

    `rest` is the button "Send uden at svare på resten". `checked` is which end of the scale the citizen was asked
    about. `change` and `speak` are buttons that only show the page again: to change it, in another language
    (`speak` is "confirm" where the page is the question about the scale).
    """

    rest = BooleanField()
    checked = StringField(filters=[lambda end: end if end in ENDS else ""])
    change = BooleanField()
    speak = StringField()

    def __init__(self, sent: Fields) -> None:
        super().__init__(formdata=sent)
        self.foreign = sorted(set(sent) - set(self._fields))

    @property
    def groups(self) -> list[RadioField]:
        """The radio groups of the statements in order."""
        return [field for field in self if isinstance(field, RadioField) and field.name != "tag"]

    @property
    def only_shown(self) -> bool:
        """Is the page to be shown again, and nothing stored?"""
        return bool(self.change.data or self.speak.data)

    @property
    def chosen(self) -> dict[str, str]:
        """What is chosen, by the name of its group."""
        return {field.name: field.data for field in self if isinstance(field, RadioField) and field.data}

    @property
    def has_answers(self) -> bool:
        """Is at least one statement answered?"""
        return any(group.data for group in self.groups)

    @property
    def tag_chosen(self) -> str | None:
        """What the answer is about, where that is asked and said."""
        return self.tag.data or None if "tag" in self else None

    @cached_property
    def comment_text(self) -> str:
        """The comment as it is kept: its lines, without what cannot be shown."""
        typed = self.comment.data or "" if "comment" in self else ""
        lines = ("".join(filter(str.isprintable, line)).strip() for line in typed.splitlines())
        return "\n".join(lines).strip()

    def answers(self) -> tuple[int | None, ...]:
        """By position: a point, DONT_KNOW, or None for left blank. Only after `problems()` found none."""
        return tuple(None if group.data is None else int(group.data) for group in self.groups)

    def confirmation(self, end: str) -> str | None:
        """What came of asking about one end of the scale, now that the answer is at `end` ("": at neither)."""
        if not self.checked.data:
            return None
        return "kept" if end == self.checked.data else "changed"

    def problems(self) -> list[Problem]:
        """Everything wrong, in the order of the page; empty when the answers can be stored."""
        self.validate()
        if self.foreign:
            return [Problem("s1-1", str(FOREIGN))]
        blank = [group for group in self.groups if group.data is None]
        if self.rest.data and len(blank) == len(self.groups):
            return [Problem("s1-1", str(NOTHING))]
        if self.rest.data:
            for group in blank:
                group.errors = ()
        return [
            Problem(f"{group.name}-1", str(group.errors[0]), _("Udsagn %(number)d: ", number=position))
            for position, group in enumerate(self.groups, 1)
            if group.errors
        ] + [*self._beside()]

    def _beside(self) -> Iterator[Problem]:
        if "tag" in self and self.tag.errors:
            yield Problem("tag-meeting", str(UNKNOWN))
        if len(self.comment_text) > COMMENT_CHARACTERS:
            told = ngettext(
                "Kommentaren må højst have %(most)d tegn. Du har skrevet %(num)d.",
                "Kommentaren må højst have %(most)d tegn. Du har skrevet %(num)d.",
                len(self.comment_text),
                most=COMMENT_CHARACTERS,
            )
            yield Problem("comment", told)


def answer_form(
    questionnaire: Questionnaire, *, asks_tag: bool = False, asks_comment: bool = False
) -> type[AnswerForm]:
    """The form class of a published version; it never changes, so it is built once."""
    check = _one_of([str(point) for point in (DONT_KNOW, *range(1, questionnaire.scale.top + 1))])
    fields: dict[str, Any] = {
        f"s{position}": RadioField(validators=[check], choices=[], validate_choice=False)
        for position in range(1, len(questionnaire.statements) + 1)
    }
    if asks_tag:
        fields["tag"] = RadioField(validators=[Optional(), _one_of(TAGS)], choices=[], validate_choice=False)
    if asks_comment:
        fields["comment"] = TextAreaField()
    return type("VersionForm", (AnswerForm,), fields)


class CallForm(LinkForm):
    """The wish to be called: `phone` only when another number than the known one is wanted.

    `speak` is the button of another language, which only shows the page again.
    """

    phone = StringField(default="")
    wish = RadioField(choices=[], default="any", validate_choice=False)
    topic = SelectMultipleField(choices=[], validate_choice=False)
    speak = BooleanField()

    def __init__(self, sent: Fields, questionnaire: Questionnaire, mobile: str | None) -> None:
        super().__init__(formdata=sent)
        self.offered = {
            str(position): statement.text
            for position, statement in enumerate(questionnaire.statements, 1)
            if statement.offers_callback
        }
        # What cannot be shown again in a page, or would fill it, is no part of a number.
        typed = "".join(filter(str.isprintable, self.phone.data or ""))[:40].strip()
        self.phone.data = typed
        self.number = phones.number(typed) if typed else mobile

    @property
    def only_shown(self) -> bool:
        """Is the page to be shown again, and nothing stored?"""
        return bool(self.speak.data)

    @property
    def topics(self) -> list[str]:
        """The statements the citizen wants to talk about, in order and in Danish."""
        return [text for position, text in self.offered.items() if position in (self.topic.data or ())]

    def problems(self) -> list[Problem]:
        """Everything wrong, in the order of the page; empty when the wish can be stored."""
        found = []
        if self.number is None:
            found.append(Problem("phone", str(NO_NUMBER)))
        if self.wish.data not in WISHES:
            found.append(Problem("wish-any", str(NO_WISH)))
        if self.offered and not set(self.topic.data or ()) <= set(self.offered):
            found.append(Problem(f"topic-{next(iter(self.offered))}", str(FOREIGN_TOPIC)))
        return found


class CodeForm(LinkForm):
    """The code from a message without a link; the token of a link is taken too."""

    code = StringField(default="")
    speak = BooleanField()

    def __init__(self, sent: Fields) -> None:
        super().__init__(formdata=sent)
        typed = self.code.data or ""
        self.token = invitations.readable(typed.strip())
        # What cannot be shown again in a page, or would fill it, is no part of a code.
        self.code.data = "".join(filter(str.isprintable, typed))[: codes.LONGEST].strip()

    def problems(self) -> list[Problem]:
        """What is wrong with the code, kindly; empty when it can be looked up."""
        return [] if self.token else [Problem("code", self._told())]

    def _told(self) -> str:
        typed = self.code.data or ""
        fault = codes.fault(typed)
        if fault == "character":
            strange = listed([f'"{character}"' for character in codes.strange(typed)[:LISTED]])
            return str(
                _(
                    "Koden kan ikke indeholde %(strange)s. Den har kun tallene fra 2 til 9 og bogstaver, "
                    "men aldrig I, L eller O.",
                    strange=strange,
                )
            )
        if fault == "length":
            n = len(codes.typed(typed))
            return str(
                ngettext(
                    "Koden har 9 tegn. Du har skrevet %(num)d. Se efter, om alle er kommet med.",
                    "Koden har 9 tegn. Du har skrevet %(num)d. Se efter, om alle er kommet med.",
                    n,
                )
            )
        return str(NO_CODE if fault == "empty" else WRONG_CODE)
