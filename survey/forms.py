"""The citizen's forms. The link is the authority: no session, no cookie, and hence no CSRF token."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, RadioField, SelectMultipleField, StringField
from wtforms.validators import ValidationError

from survey import codes, invitations, phones
from survey.questionnaire import DONT_KNOW, Questionnaire

BLANK = "Vælg et svar"
UNKNOWN = "Vælg et af svarene på listen"
FOREIGN = "Skemaet passer ikke til dit link. Vælg dine svar her på siden"
NOTHING = "Svar på mindst ét udsagn, før du sender"
NO_NUMBER = "Skriv et telefonnummer med 8 cifre, for eksempel 20 12 34 56"
NO_WISH = "Vælg, hvornår det passer dig"
FOREIGN_TOPIC = "Vælg kun emner her på siden"
WISHES = {"any": "Når som helst", "morning": "Om formiddagen", "afternoon": "Om eftermiddagen"}
"""When a call suits: what the form sends → the words the citizen and the caseworker both see."""

NO_CODE = "Skriv koden fra beskeden."
WRONG_LENGTH = "Koden har 9 tegn. Du har skrevet {n}. Se efter, om alle er kommet med."
STRANGE = (
    "Koden kan ikke indeholde {listed}. Den har kun tallene fra 2 til 9 og bogstaver, men aldrig I, L eller O."
)
WRONG_CODE = "Et af tegnene er forkert, eller to er byttet om. Sammenlign med koden i beskeden."
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
        if field.data not in values:
            raise ValidationError(UNKNOWN)

    return check


class AnswerForm(LinkForm):
    """One radio group a statement, `s1`, `s2`, …; `rest` is the button "Send uden at svare på resten"."""

    rest = BooleanField()

    def __init__(self, sent: Fields) -> None:
        super().__init__(formdata=sent)
        self.foreign = sorted(set(sent) - set(self._fields))

    @property
    def groups(self) -> list[RadioField]:
        """The radio groups in order."""
        return [field for field in self if isinstance(field, RadioField)]

    def answers(self) -> tuple[int | None, ...]:
        """By position: a point, DONT_KNOW, or None for left blank. Only after `problems()` found none."""
        return tuple(None if group.data is None else int(group.data) for group in self.groups)

    def problems(self) -> list[Problem]:
        """Everything wrong, in the order of the page; empty when the answers can be stored."""
        self.validate()
        if self.foreign:
            return [Problem("s1-1", FOREIGN)]
        blank = [group for group in self.groups if group.data is None]
        if self.rest.data and len(blank) == len(self.groups):
            return [Problem("s1-1", NOTHING)]
        if self.rest.data:
            for group in blank:
                group.errors = ()
        return [
            Problem(f"{group.name}-1", str(group.errors[0]), f"Udsagn {position}: ")
            for position, group in enumerate(self.groups, 1)
            if group.errors
        ]


def answer_form(questionnaire: Questionnaire) -> type[AnswerForm]:
    """The form class of a published version; it never changes, so it is built once."""
    check = _one_of([str(point) for point in (DONT_KNOW, *range(1, questionnaire.scale.top + 1))])
    groups = {
        f"s{position}": RadioField(validators=[check], choices=[], validate_choice=False)
        for position in range(1, len(questionnaire.statements) + 1)
    }
    return type("VersionForm", (AnswerForm,), groups)


class CallForm(LinkForm):
    """The wish to be called: `phone` only when another number than the known one is wanted."""

    phone = StringField(default="")
    wish = RadioField(choices=[], default="any", validate_choice=False)
    topic = SelectMultipleField(choices=[], validate_choice=False)

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
    def topics(self) -> list[str]:
        """The statements the citizen wants to talk about, in order."""
        return [text for position, text in self.offered.items() if position in (self.topic.data or ())]

    def problems(self) -> list[Problem]:
        """Everything wrong, in the order of the page; empty when the wish can be stored."""
        found = []
        if self.number is None:
            found.append(Problem("phone", NO_NUMBER))
        if self.wish.data not in WISHES:
            found.append(Problem("wish-any", NO_WISH))
        if self.offered and not set(self.topic.data or ()) <= set(self.offered):
            found.append(Problem(f"topic-{next(iter(self.offered))}", FOREIGN_TOPIC))
        return found


class CodeForm(LinkForm):
    """The code from a message without a link; the token of a link is taken too."""

    code = StringField(default="")

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
            strange = [f"»{character}«" for character in codes.strange(typed)[:LISTED]]
            return STRANGE.format(listed=" eller ".join(filter(None, [", ".join(strange[:-1]), strange[-1]])))
        if fault == "length":
            return WRONG_LENGTH.format(n=len(codes.typed(typed)))
        return NO_CODE if fault == "empty" else WRONG_CODE
