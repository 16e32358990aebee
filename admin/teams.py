"""The administrator's room for teams: make, rename, law, questionnaire, take out of use."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from admin import access
from admin.forms import LAW_NAMES, TeamForm, choices
from survey.access import ADMINISTRATOR, open_to
from survey.db import transaction
from survey.models import Batch, Meeting, Questionnaire, Team

doors = Blueprint("teams", __name__)

NAME_IN_USE = "Der er allerede et team med det navn."
LAW_FIXED = "Loven kan ikke ændres, når teamet har samtaler. Opret et nyt team i stedet."


@doors.get("/team")
@open_to(ADMINISTRATOR)
def overview() -> ResponseReturnValue:
    """All teams of the municipality."""
    with transaction() as session:
        return _overview(session, TeamForm())


@doors.post("/team")
@open_to(ADMINISTRATOR)
def create() -> ResponseReturnValue:
    """Make a team."""
    form = TeamForm()
    with transaction() as session:
        if not _valid(session, form) or not _save(session, form, None):
            return _overview(session, form), 422
    flash(f"Teamet {form.name.data} er oprettet.")
    return redirect(url_for("teams.overview"), 303)


@doors.get("/team/<int:team_id>")
@open_to(ADMINISTRATOR)
def one(team_id: int) -> ResponseReturnValue:
    """One team; 404 for another municipality's."""
    with transaction() as session:
        team = _found(session, team_id)
        form = TeamForm(name=team.name, law=team.law, questionnaire=team.questionnaire_id)
        return _page(session, team, form)


@doors.post("/team/<int:team_id>")
@open_to(ADMINISTRATOR)
def change(team_id: int) -> ResponseReturnValue:
    """Change name, questionnaire and, while there are no meetings yet, law."""
    form = TeamForm()
    with transaction() as session:
        team = _found(session, team_id)
        valid = _valid(session, form)
        if valid and form.law.data != team.law and _in_use(session, team):
            form.law.errors, valid = [LAW_FIXED], False
        if not valid or not _save(session, form, team):
            return _page(session, team, form), 422
    flash(f"Teamet {form.name.data} er ændret.")
    return redirect(url_for("teams.overview"), 303)


@doors.post("/team/<int:team_id>/brug")
@open_to(ADMINISTRATOR)
def switch(team_id: int) -> ResponseReturnValue:
    """Take a team into use (`active` is 1) or out of use."""
    with transaction() as session:
        team = _found(session, team_id)
        team.active = request.form.get("active") == "1"
    flash(f"{team.name} er {'taget i brug' if team.active else 'taget ud af brug'}.")
    return redirect(url_for("teams.overview"), 303)


def _valid(session: Session, form: TeamForm) -> bool:
    form.questionnaire.choices = _questionnaires(session)
    return bool(form.validate())


def _save(session: Session, form: TeamForm, team: Team | None) -> bool:
    try:
        with session.begin_nested():
            if team is None:
                team = Team(municipality_id=access.signed_in().municipality_id)
                session.add(team)
            team.name, team.law = str(form.name.data).strip(), form.law.data
            team.questionnaire_id = form.questionnaire.data
    except IntegrityError as error:
        # The unique key decides, so that two administrators cannot make the same team at once.
        if "uq_team_name" not in str(error):
            raise
        form.name.errors = [NAME_IN_USE]
        return False
    return True


def _overview(session: Session, form: TeamForm) -> str:
    form.questionnaire.choices = _questionnaires(session)
    rows = session.execute(
        select(Team.id, Team.name, Team.law, Team.active, Questionnaire.name.label("questionnaire"))
        .join(Questionnaire)
        .where(Team.municipality_id == access.signed_in().municipality_id)
        .order_by(Team.active.desc(), Team.name)
    ).all()
    return render_template("admin/teams.html", teams=rows, form=form, law_names=LAW_NAMES)


def _page(session: Session, team: Team, form: TeamForm) -> str:
    form.questionnaire.choices = _questionnaires(session)
    return render_template("admin/team.html", team=team, form=form)


def _found(session: Session, team_id: int) -> Team:
    if team_id >= 2**63:
        access.not_here()
    return session.get(Team, (access.signed_in().municipality_id, team_id)) or access.not_here()


def _questionnaires(session: Session) -> Any:
    rows = session.execute(
        select(Questionnaire.id, Questionnaire.name)
        .where(Questionnaire.municipality_id == access.signed_in().municipality_id)
        .order_by(Questionnaire.name)
    )
    return choices({row.id: row.name for row in rows})


def _in_use(session: Session, team: Team) -> bool:
    met = exists().where(Meeting.municipality_id == team.municipality_id, Meeting.team_id == team.id)
    tallied = exists().where(Batch.municipality_id == team.municipality_id, Batch.team_id == team.id)
    return bool(session.scalar(select(met | tallied)))
