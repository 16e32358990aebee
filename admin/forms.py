"""The staff's forms. A field that is not named here cannot be set."""

from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Email, EqualTo, InputRequired, Length, ValidationError

from admin.passwords import LONGEST, SHORTEST
from survey import cpr, emails, phones, words
from survey.access import ADMINISTRATOR, CASEWORKER, MANAGER

ROLE_NAMES = {CASEWORKER: "Sagsbehandler", MANAGER: "Leder", ADMINISTRATOR: "Administrator"}
LAW_NAMES = {"LAB": "LAB · Opfølgning", "LAS": "LAS · Ydelse"}
OUTCOMES = {"reached": "Truffet", "not_reached": "Ikke truffet", "not_relevant": "Ikke relevant"}


def choices(words: Mapping[Any, str]) -> Any:
    """Value → label as WTForms wants them; Any because its published types know only an older way."""
    return dict(words)


class Danish:
    """The few words WTForms would otherwise say in English."""

    def gettext(self, _english: str) -> str:
        """Every built-in message left is about a choice that is not offered."""
        return "Vælg en af mulighederne."

    def ngettext(self, one: str, _many: str, _n: int) -> str:
        """As `gettext`; our messages have no plural forms."""
        return self.gettext(one)


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form whose messages are Danish; its token is checked for every POST by CSRFProtect."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # Flask-WTF has no types
        """Danish messages of our own; none of the browser's."""

        def get_translations(self, _form: Any) -> Danish:
            """Danish for every form."""
            return Danish()

        def render_field(self, field: Any, render_kw: dict[str, Any]) -> Any:
            """A field with errors says so to screen readers and points to its message."""
            if field.errors:
                render_kw = {"aria-invalid": "true", "aria-describedby": f"{field.id}-fejl", **render_kw}
            render_kw.setdefault("required", False)
            return super().render_field(field, render_kw)


def filled(what: str) -> DataRequired:
    """The field holds something; else "Skriv …"."""
    return DataRequired(f"Skriv {what}.")


def no_cpr(_form: Form, field: Any) -> None:
    """The field holds no CPR number: Tilfreds never keeps one."""
    if cpr.held_by(field.data or ""):
        raise ValidationError("Teksten ligner et CPR-nummer. Slet det; skriv aldrig CPR-numre her.")


class SignIn(Form):
    """E-mail and password."""

    email = EmailField("E-mail", [filled("din e-mail"), Length(max=254, message="E-mailen er for lang.")])
    password = PasswordField(
        "Adgangskode", [InputRequired("Skriv din adgangskode."), Length(max=LONGEST, message="Den er for lang.")]
    )


class ChoiceOfMunicipality(Form):
    """One of the municipalities where the person has a role."""

    municipality = SelectField("Kommune", coerce=int, choices=[])


class PasswordChange(Form):
    """The present password, and a new one twice."""

    current = PasswordField("Nuværende adgangskode", [InputRequired("Skriv din nuværende adgangskode.")])
    new = PasswordField(
        "Ny adgangskode",
        [
            InputRequired("Skriv en ny adgangskode."),
            Length(SHORTEST, LONGEST, f"Adgangskoden skal have {SHORTEST}-{LONGEST} tegn."),
        ],
    )
    again = PasswordField("Gentag den nye adgangskode", [EqualTo("new", "De to adgangskoder er ikke ens.")])


class CallRecord(Form):
    """What happened on the phone: a note, and the outcome of a callback that is closed."""

    note = TextAreaField("Note (valgfri)", [Length(max=1000, message="Noten må højst have 1000 tegn."), no_cpr])
    outcome = SelectField("Udfald", choices=choices(OUTCOMES), validate_choice=True)


class Named(Form):
    """A person's name and e-mail."""

    name = StringField("Navn", [filled("personens navn"), Length(max=120, message="Navnet er for langt.")])
    email = EmailField(
        "E-mail",
        [
            filled("personens e-mail"),
            Length(max=254, message="E-mailen er for lang."),
            Email("Det ligner ikke en e-mail."),
        ],
    )


def number_or_none(value: str | None) -> int | None:
    """A choice that may be empty: None for the empty one. Raises ValueError for what is no number."""
    return int(value) if value else None


class RoleForm(Form):
    """A role, and the team it is for; the choices of team are the municipality's own."""

    role = SelectField("Rolle", choices=choices(ROLE_NAMES))
    team_id = SelectField("Team", coerce=number_or_none, choices=[])

    def validate_team_id(self, field: SelectField) -> None:
        """A caseworker has a team, an administrator none; a manager has one or all."""
        if self.role.data == CASEWORKER and field.data is None:
            raise ValidationError("En sagsbehandler skal have et team.")
        if self.role.data == ADMINISTRATOR and field.data is not None:
            raise ValidationError("En administrator gælder hele kommunen. Vælg “Alle teams”.")


class PersonForm(Named, RoleForm):
    """A new person with a first role."""


class TeamForm(Form):
    """A team: its name, law and questionnaire."""

    name = StringField("Navn", [filled("teamets navn"), Length(max=80, message="Navnet må højst have 80 tegn.")])
    law = SelectField("Lov", choices=choices(LAW_NAMES))
    questionnaire = SelectField("Spørgeskema", coerce=int, choices=[])


class AddressForm(Form):
    """A channel, and an address on it; `normal_address` is how the import writes it."""

    channel = SelectField(
        "Kanal", choices=choices({channel: words.first(word) for channel, word in words.CHANNELS.items()})
    )
    address = StringField("Mobil eller e-mail", [filled("et mobilnummer eller en e-mail")])
    normal_address = ""

    def validate_address(self, field: StringField) -> None:
        """A Danish number for SMS, an address for e-mail."""
        if self.channel.data == "sms":
            self.normal_address = phones.number(field.data or "") or ""
            if not self.normal_address.startswith("+45"):
                raise ValidationError("Skriv et dansk mobilnummer med otte cifre, fx 20 12 34 56.")
        else:
            field.data = (field.data or "").strip()
            self.normal_address = emails.normal(field.data) or ""
            if not self.normal_address:
                raise ValidationError("Skriv en e-mail, fx navn@kommune.dk.")
