"""The form of a goal: whom it is for, of what kind, how much, and since when; every mistake with its remedy."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from wtforms import RadioField, SelectField, StringField
from wtforms.validators import ValidationError

from admin.forms import Form, choices, filled
from admin.rule_forms import day
from survey.goals import Goal

KINDS = {
    "level": "Niveau: gennemsnittet er over et tal",
    "share": "Andel: så mange svarer et af de to bedste svar",
    "trend": "Udvikling: tilfredsheden er stigende",
    "equality": "Lighed: de to grupper er lige tilfredse",
}
BOTH = "begge"
WANTED = {
    "level": "Skriv et tal over 1 og under {top}, fx {example}.",
    "share": "Skriv procent fra 1 til 99, fx 80.",
    "trend": "Skriv, hvor mange point om året det skal kunne ses, at gennemsnittet stiger, fx 0,1.",
    "equality": "Skriv, hvor mange point der højst må være mellem gruppernes gennemsnit, fx 0,2.",
}
EXAMPLE = {4: "3,2", 5: "4,2"}
_NUMBER = re.compile(r"-?[0-9]{1,6}([.,][0-9]{1,9})?")


def amount(kind: str, typed: str, top: int) -> Fraction:
    """The number typed for a goal of `kind` on 1 … `top`, as a goal keeps it. Raises ValueError in Danish."""
    wanted = WANTED[kind].format(top=top, example=EXAMPLE[top])
    bare, sign, _ = typed.strip().partition("%")
    if not _NUMBER.fullmatch(bare.strip()):
        raise ValueError(wanted)
    value = Decimal(bare.strip().replace(",", "."))
    return _share(value, bare.strip(), wanted) if kind == "share" else _points(kind, value, sign, top, wanted)


def _share(value: Decimal, typed: str, wanted: str) -> Fraction:
    if 0 < value < 1:
        raise ValueError(f"{typed} er under 1 %. {wanted}")
    if not 1 <= value <= 99:
        raise ValueError(wanted)
    if value != round(value, 1):
        raise ValueError(f"Der er for mange decimaler: skriv højst én. {wanted}")
    return Fraction(value) / 100


def _points(kind: str, value: Decimal, sign: str, top: int, wanted: str) -> Fraction:
    low, high = (1, top) if kind == "level" else (0, top - 1)
    if sign:
        raise ValueError(f"Målet er i point, ikke i procent. {wanted}")
    if not low < value < high:
        raise ValueError(wanted if kind == "level" else f"Tallet skal være over 0 og under {high}. {wanted}")
    if value != round(value, 2):
        raise ValueError(f"Der er for mange decimaler: skriv højst to. {wanted}")
    return Fraction(value)


class GoalForm(Form):
    """A goal as it is typed; `goal()` once it is valid."""

    about = SelectField("Hvem gælder målet?", choices=[])
    kind = RadioField("Hvilket slags mål?", choices=choices(KINDS), default="level")
    value = StringField("Tallet", [filled("målets tal")], render_kw={"inputmode": "decimal"})
    valid_from = StringField("Gælder fra", [filled("dagen, fx 2027-01-01")], render_kw={"type": "date"})
    valid_to = StringField("Til og med (kan stå tomt)", render_kw={"type": "date"})
    today: date
    _value: Fraction
    _first: date
    _last: date | None = None

    @property
    def place(self) -> tuple[str | None, int]:
        """The law group (None for both) and the points of the scale."""
        law, _, points = str(self.about.data).partition("-")
        return None if law == BOTH else law, int(points)

    @property
    def _knows_whom(self) -> bool:
        return any(self.about.data == value for value, *_ in self.about.iter_choices())

    def validate_kind(self, field: RadioField) -> None:
        """Equality is between both groups, everything else of one."""
        if not self._knows_whom:
            return
        if (field.data == "equality") != (self.place[0] is None):
            wrong = "Lighed er mellem to grupper" if field.data == "equality" else "Målet er for én gruppe"
            raise ValidationError(f"{wrong}. Vælg det under »{self.about.label.text}«.")

    def validate_value(self, field: StringField) -> None:
        """A number its kind can have, as a goal keeps it."""
        if not self._knows_whom or self.kind.data not in KINDS:
            return
        try:
            self._value = amount(str(self.kind.data), field.data or "", self.place[1])
        except ValueError as wrong:
            raise ValidationError(str(wrong)) from None

    def validate_valid_from(self, field: StringField) -> None:
        """A day that is not past: nobody is judged by a goal that was made afterwards."""
        self._first = _read(field)
        if self._first < self.today:
            raise ValidationError("Et mål kan tidligst gælde fra i dag. Vælg i dag eller en senere dag.")

    def validate_valid_to(self, field: StringField) -> None:
        """Nothing, or a day that is not before the first."""
        self._last = _read(field) if (field.data or "").strip() else None
        if self._last and self._last < getattr(self, "_first", self._last):
            raise ValidationError(
                "Målet slutter, før det begynder. Vælg en senere dag, eller lad feltet stå tomt."
            )

    def goal(self) -> Goal:
        """What was typed, once it is valid."""
        law, points = self.place
        return Goal(0, law, points, str(self.kind.data), self._value, self._first, self._last)


def _read(field: StringField) -> date:
    try:
        return day((field.data or "").strip())
    except ValueError:
        raise ValidationError("Skriv dagen, fx 2027-01-01.") from None


def goal_form(about: Mapping[tuple[str | None, int], str], today: date, typed: Any) -> GoalForm:
    """The form with what was typed; `about` is what a goal can be for. For reading, without a token."""
    form = GoalForm(formdata=typed or None, data={"valid_from": today.isoformat()}, meta={"csrf": False})
    form.about.choices = choices({f"{law or BOTH}-{points}": name for (law, points), name in about.items()})
    form.today = today
    return form
