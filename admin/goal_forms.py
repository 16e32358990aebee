"""The form of a goal: whom it is for, of what kind, how much, and since when; every mistake with its remedy."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
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
EXAMPLES = {
    "level": "Skriv et tal mellem 1 og {top}, fx {example}.",
    "share": "Skriv procent mellem 1 og 99, fx 80.",
    "trend": "Skriv, hvor mange point om året det skal kunne ses, at gennemsnittet stiger, fx 0,1.",
    "equality": "Skriv, hvor mange point der højst må være mellem gruppernes gennemsnit, fx 0,2.",
}
EXAMPLE = {4: "3,2", 5: "4,2"}


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
        top = self.place[1]
        wanted = EXAMPLES[self.kind.data].format(top=top, example=EXAMPLE[top])
        try:
            typed = Decimal((field.data or "").replace("%", "").replace(",", ".").strip())
        except InvalidOperation:
            raise ValidationError(wanted) from None
        share = self.kind.data == "share"
        low, high = {"level": (1, top), "share": (0, 100)}.get(self.kind.data, (0, top - 1))
        if not typed.is_finite() or not low < typed < high or typed != round(typed, 1 if share else 2):
            raise ValidationError(wanted)
        self._value = Fraction(typed) / (100 if share else 1)

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
