"""The administrator's room for the municipality: look, whom citizens can turn to, what is asked."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from sqlalchemy.orm import Session
from wtforms import BooleanField, StringField
from wtforms.validators import Length, ValidationError

from admin import access, charts
from admin.forms import Form, no_cpr
from survey import logos, looks, looks_pages, own_looks, pages, workdays
from survey.access import ADMINISTRATOR, open_to
from survey.db import transaction
from survey.logos import Logo
from survey.looks import DARK, LIGHT
from survey.models import Municipality
from survey.own_looks import Choice

doors = Blueprint("municipality", __name__)

MOST_BYTES = 1024**2
"""Bytes of the form: room to tell somebody that their logo is too big."""
NO_COLOUR = "Skriv farven som # og seks tegn, fx #0b5c76: cifre og bogstaverne a-f."
NO_ADDRESS = "Skriv hele adressen, og den skal begynde med https://, fx https://www.was.digst.dk/stevns-dk."


class MunicipalityForm(Form):
    """Everything that is chosen here. A file is never sent back: it is picked again after a mistake."""

    colour = StringField("Kommunens farve")
    logo = FileField("Logo")
    remove_logo = BooleanField("Fjern logoet")
    statement_url = StringField(
        "Adressen på jeres tilgængelighedserklæring", [Length(max=300, message="Adressen er for lang.")]
    )
    data_officer = StringField(
        "Sådan kan borgere nå jeres databeskyttelsesrådgiver",
        [Length(max=200, message="Skriv højst 200 tegn."), no_cpr],
    )
    asks_tag = BooleanField("Spørg, om svaret handler om mødet, om loven eller om begge dele")
    asks_comment = BooleanField("Lad borgere skrive en kommentar")
    prints_slips = BooleanField("Print sedler til borgere, der hverken har mobil eller e-mail")
    picture: Logo | None = None

    def validate_colour(self, field: StringField) -> None:
        """Empty, or a colour that can be read wherever it is used."""
        if typed := (field.data or "").strip():
            field.data = looks.colour(typed) or typed
            if wrong := looks.refusal(field.data) if looks.colour(typed) else NO_COLOUR:
                raise ValidationError(wrong)

    def validate_logo(self, field: FileField) -> None:
        """None, or a small picture; not together with "Fjern logoet"."""
        if not field.data:
            return
        if self.remove_logo.data:
            raise ValidationError("Vælg enten et nyt logo eller »Fjern logoet«.")
        try:
            self.picture = logos.read(field.data.read())
        except logos.LogoError as error:
            raise ValidationError(str(error)) from None

    def validate_statement_url(self, field: StringField) -> None:
        """Empty, or an address of the web by https."""
        field.data = (field.data or "").strip()
        if field.data and not is_web_address(field.data):
            raise ValidationError(NO_ADDRESS)

    def choice(self) -> Choice:
        """What a valid form says."""
        return Choice(
            colour=self.colour.data or None,
            statement_url=self.statement_url.data or None,
            data_officer=" ".join((self.data_officer.data or "").split()),
            asks_tag=self.asks_tag.data,
            asks_comment=self.asks_comment.data,
            prints_slips=self.prints_slips.data,
        )


@dataclass(frozen=True)
class Measured:
    """A colour's contrast in one place, in both schemes, as it is read; `good` where both are enough."""

    place: str
    light: str
    dark: str
    good: bool


@doors.get("/kommunen")
@open_to(ADMINISTRATOR)
def overview() -> ResponseReturnValue:
    """What is chosen, and what the colour's contrast is."""
    with transaction() as session:
        choice = own_looks.of(session, access.signed_in().municipality_id)
        return _page(session, MunicipalityForm(None, obj=choice))


@doors.post("/kommunen")
@open_to(ADMINISTRATOR)
@access.takes_bytes(MOST_BYTES)
def change() -> ResponseReturnValue:
    """Save everything or, with a mistake in it, nothing (422); measure the colour alone where `do` is "try"."""
    staff, form, now = access.signed_in(), MunicipalityForm(), workdays.now()
    with transaction() as session:
        if request.form.get("do") == "try":
            return _page(session, form, tried=True)
        if not form.validate():
            return _page(session, form), 422
        changed = own_looks.save(
            session,
            staff.municipality_id,
            form.choice(),
            logo=form.picture,
            without_logo=form.remove_logo.data,
        )
        if changed:
            access.log_access(session, staff, "change municipality", " ".join(changed), now)
    flash("Det er gemt og gælder fra den næste side, en borger åbner." if changed else "Der var intet at ændre.")
    return redirect(url_for("municipality.overview"), 303)


@doors.get("/kommunen/vis")
@open_to(ADMINISTRATOR)
def preview() -> ResponseReturnValue:
    """The citizen's page with the colour in the query, in the light or (`skema=moerk`) the dark scheme."""
    with transaction() as session:
        town = session.get_one(Municipality, access.signed_in().municipality_id)
        page = render_template("admin/look_preview.html", town=town, **_wanted(town))
    response = make_response(page)
    response.headers.update(access.HEADERS | {"Content-Security-Policy": pages.HEADERS["Content-Security-Policy"]})
    return response


@doors.get("/kommunen/vis.css")
@open_to(ADMINISTRATOR)
def preview_sheet() -> ResponseReturnValue:
    """The style sheet of the preview, held to one scheme."""
    with transaction() as session:
        town = session.get_one(Municipality, access.signed_in().municipality_id)
        wanted = _wanted(town)
        sheet = looks.style_sheet(looks_pages.base(), wanted["colour"], town.logo)
    return Response(looks.in_scheme(sheet, dark=wanted["dark"]), mimetype="text/css")


def is_web_address(text: str) -> bool:
    """Is `text` an https address of a host with a dot in it, without a name or password?"""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    plain = not any(sign.isspace() or sign in "\"'<>\\" for sign in text)
    return plain and parts.scheme == "https" and "." in (parts.hostname or "") and "@" not in parts.netloc


def measured(colour: str) -> list[Measured]:
    """The colour's contrast in every place, in the dark scheme that of its lighter self."""
    light, dark = looks.contrasts(colour, LIGHT), looks.contrasts(looks.lightened(colour), DARK)
    return [
        Measured(
            place,
            looks.shown_contrast(light[place]),
            looks.shown_contrast(dark[place]),
            min(light[place], dark[place]) >= looks.READABLE,
        )
        for place in light
    ]


def _wanted(town: Municipality) -> dict[str, Any]:
    """The colour to show, the one in the query before the saved one, and whether in the dark."""
    colour = looks.colour(request.args.get("farve", "")) or town.colour
    return {"colour": colour, "dark": request.args.get("skema") == "moerk"}


def _page(session: Session, form: MunicipalityForm, *, tried: bool = False) -> str:
    town = session.get_one(Municipality, access.signed_in().municipality_id)
    colour = looks.colour(form.colour.data or "")
    if tried and (form.colour.data or "").strip():
        form.colour.errors = [wrong] if (wrong := looks.refusal(colour) if colour else NO_COLOUR) else []
    return render_template(
        "admin/own_municipality.html",
        form=form,
        town=town,
        tried=tried,
        colour=colour,
        usual=looks.USUAL,
        charts=charts,
        measured=measured(colour or looks.USUAL),
        lightened=looks.lightened(colour or looks.USUAL),
        least=looks.shown_contrast(looks.READABLE),
        most_kb=logos.MAX_BYTES // 1024,
        logo_kb=-(-len(town.logo or b"") // 1024),
    )
