"""The administrator's room for API keys: make one, see which there are, revoke one."""

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import Length

from admin import access
from admin.forms import Form, filled, no_cpr
from survey import api_tokens, workdays
from survey.access import ADMINISTRATOR, open_to
from survey.db import transaction

doors = Blueprint("api_keys", __name__)


class ApiKeyForm(Form):
    """What a key is for."""

    name = StringField(
        "Hvad bruges nøglen til?",
        [
            filled("hvad nøglen bruges til, fx Power BI i økonomi"),
            Length(max=api_tokens.LONGEST_NAME, message=f"Skriv højst {api_tokens.LONGEST_NAME} tegn."),
            no_cpr,
        ],
    )


@doors.get("/api-noegler")
@open_to(ADMINISTRATOR)
def overview() -> ResponseReturnValue:
    """The keys there are, never the keys themselves."""
    return _page(ApiKeyForm())


@doors.post("/api-noegler")
@open_to(ADMINISTRATOR)
def create() -> ResponseReturnValue:
    """Make a key and show it, this once."""
    staff, form, now = access.signed_in(), ApiKeyForm(), workdays.now()
    if not form.validate():
        return _page(form), 422
    name = " ".join(str(form.name.data).split())
    with transaction() as session:
        token_id, token = api_tokens.make(session, staff.municipality_id, name, now, staff_id=staff.id)
        access.log_access(session, staff, "make api token", f"api token {token_id}", now)
    return _page(ApiKeyForm(None), token=token, name=name)


@doors.post("/api-noegler/<int:token_id>/traek-tilbage")
@open_to(ADMINISTRATOR)
def revoke(token_id: int) -> ResponseReturnValue:
    """Let a key open nothing any more; 404 where there is none that does."""
    staff, now = access.signed_in(), workdays.now()
    with transaction() as session:
        if token_id >= 2**63 or not api_tokens.revoke(session, staff.municipality_id, token_id, now):
            access.not_here()
        access.log_access(session, staff, "revoke api token", f"api token {token_id}", now)
    flash("Nøglen er trukket tilbage og virker ikke mere.")
    return redirect(url_for("api_keys.overview"), 303)


def _page(form: ApiKeyForm, token: str = "", name: str = "") -> str:
    with transaction() as session:
        keys = api_tokens.listed(session, access.signed_in().municipality_id)
    return render_template(
        "admin/api_keys.html",
        form=form,
        keys=keys,
        shown_once=token,
        name=name,
        day=workdays.day,
        address=f"{current_app.config['SETTINGS'].base_url}/api/v1/figures",
    )
