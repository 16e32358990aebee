"""The managers' room for goals: those in force, those that were, and what a new one takes before it is saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import access, charts
from admin.access import CurrentStaff
from admin.goal_forms import GoalForm, goal_form
from survey import goal_plans, goals, lineages, results, workdays
from survey.access import MANAGER, open_to
from survey.db import snapshot, transaction
from survey.goals import BY_ITSELF, Goal
from survey.models import GOAL_KINDS, LAWS, QuestionnaireVersion, Team
from survey.results import LAW_NAMES, Counts

doors = Blueprint("goals", __name__)

About = Mapping[tuple[str | None, int], str]


@dataclass(frozen=True)
class Line:
    """A goal in a list: whom it is for, what it says, its days, who made it; whether it can be ended.

    `state` is what has become of one whose last day is today or past; "" of others.
    """

    id: int
    about: str
    words: str
    days: str
    made: str
    open: bool
    state: str


@doors.get("/maal")
@open_to(MANAGER)
def overview() -> ResponseReturnValue:
    """The goals in force, to come and past, and the form; with a query, the form as it was left."""
    staff = _who_sees_all()
    with snapshot() as session:
        _counts, about = _read(session, staff)
        return _page(session, staff, about, goal_form(about, _today(), request.args))


@doors.get("/maal/nyt")
@open_to(MANAGER)
def effect() -> ResponseReturnValue:
    """Where the group stands and what the goal in the query takes; 422 with the form when it is none."""
    staff = _who_sees_all()
    with snapshot() as session:
        counts, about = _read(session, staff)
        form = goal_form(about, _today(), request.args)
        known = goals.of(session, staff.municipality_id)
        if not request.args or not form.validate() or _taken(form, known):
            return _page(session, staff, about, form), 422
        goal = form.goal()
    return render_template(
        "admin/goal_effect.html",
        goal=goal,
        about=about[goal.law, goal.points],
        words=goals.words(goal),
        forecast=goal_plans.forecast(counts, goal),
        period=counts.period,
        replaced=_replaced(known, goal),
        days=_days(goal),
        hidden=[(field.name, field.data or "") for field in form if field.name != "csrf_token"],
        charts=charts,
    )


@doors.post("/maal/nyt")
@open_to(MANAGER)
def save() -> ResponseReturnValue:
    """Let the goal hold; 422 with the form when it cannot."""
    staff, now = _who_sees_all(), workdays.now()
    with transaction() as session:
        _counts, about = _read(session, staff)
        form = goal_form(about, workdays.day(now), request.form)
        if not form.validate():
            return _page(session, staff, about, form), 422
        try:
            made = goals.make(session, staff.municipality_id, form.goal(), staff_id=staff.id, now=now)
        except goals.TakenError:
            _taken(form, goals.of(session, staff.municipality_id))
            return _page(session, staff, about, form), 422
        access.log_access(session, staff, "make goal", f"goal {made}", now)
    flash(f"Målet er gemt: {goals.words(form.goal())}.")
    return redirect(url_for("goals.overview"), 303)


@doors.get("/maal/<int:goal_id>/afslut")
@open_to(MANAGER)
def ending(goal_id: int) -> ResponseReturnValue:
    """What holds when the goal is ended, and the button that does it; 404 for one that cannot be."""
    staff, today = _who_sees_all(), _today()
    with snapshot() as session:
        _counts, about = _read(session, staff)
        known = goals.of(session, staff.municipality_id)
    goal = next((each for each in known if each.id == goal_id and goals.can_end(each, today)), None)
    if goal is None:
        access.not_here()
    return render_template(
        "admin/goal_end.html", goal=_line(goal, about, today), afterwards=_afterwards(known, goal, today)
    )


@doors.post("/maal/<int:goal_id>/afslut")
@open_to(MANAGER)
def end(goal_id: int) -> ResponseReturnValue:
    """End a goal today, or before it begins; 404 for one that is over, or another municipality's."""
    staff, now = _who_sees_all(), workdays.now()
    with transaction() as session:
        here = (session, staff.municipality_id, goal_id)
        if goal_id >= 2**63 or not goals.end(*here, staff_id=staff.id, now=now):
            access.not_here()
        access.log_access(session, staff, "end goal", f"goal {goal_id}", now)
    flash("Målet er afsluttet. Perioder, der slutter, mens det gjaldt, bliver stadig bedømt efter det.")
    return redirect(url_for("goals.overview"), 303)


def _who_sees_all() -> CurrentStaff:
    """The manager; 403 for one who does not see every team: goals are of whole law groups."""
    staff = access.signed_in()
    if staff.manager_teams is not None:
        access.refuse()
    return staff


def _today() -> date:
    return workdays.day(workdays.now())


def _read(session: Session, staff: CurrentStaff) -> tuple[Counts, About]:
    """The counts of the four quarters up to the newest figures, and what a goal can be for."""
    usual = results.default_period(results.newest_day(session, staff.municipality_id), _today())
    counts, _lineages = lineages.read(session, staff.municipality_id, usual)
    asked = session.execute(
        select(Team.law, QuestionnaireVersion.points)
        .join(
            QuestionnaireVersion,
            (QuestionnaireVersion.municipality_id == Team.municipality_id)
            & (QuestionnaireVersion.questionnaire_id == Team.questionnaire_id),
        )
        .where(
            Team.municipality_id == staff.municipality_id, Team.active, QuestionnaireVersion.closed_at.is_(None)
        )
        .distinct()
    )
    return counts, goal_plans.scales(counts, [(row.law, row.points) for row in asked])


def _taken(form: GoalForm, known: Sequence[Goal]) -> bool:
    """Is another goal in the way? Then the form says which, and what to do."""
    other = goals.in_the_way(known, form.goal())
    if other:
        words = f"Målet »{goals.words(other)}« begynder den {workdays.long_date(other.valid_from)}."
        form.valid_from.errors = [f"{words} Afslut det først, eller lad det nye slutte før."]
    return other is not None


def _page(session: Session, staff: CurrentStaff, about: About, form: GoalForm) -> str:
    known, today = goals.of(session, staff.municipality_id), _today()
    aimed = [goal for law, points in about if law for goal in goals.in_force(known, law, points, today)]
    by_itself = [goal for goal in aimed if goal.id == BY_ITSELF]
    return render_template(
        "admin/goals.html",
        form=form,
        now=[_line(goal, about, today) for goal in _in_order((*by_itself, *known)) if goal.holds(today)],
        coming=[_line(goal, about, today) for goal in reversed(known) if goal.began and goal.valid_from > today],
        past=[
            _line(goal, about, today)
            for goal in known
            if not goal.began or (goal.valid_to is not None and goal.valid_to < today)
        ],
        without=[
            (name, goals.words(usual))
            for (law, points), name in about.items()
            if law and (usual := goals.let_go(known, law, points, today))
        ],
        can_be_set=bool(about),
        begun=bool(request.args or form.errors),
    )


def _in_order(found: Sequence[Goal]) -> list[Goal]:
    """By law group, those between both last; then by scale and kind."""
    return sorted(found, key=lambda goal: (goal.law or "~", goal.points, GOAL_KINDS.index(goal.kind)))


def _line(goal: Goal, about: About, today: date) -> Line:
    return Line(
        goal.id,
        about.get((goal.law, goal.points), f"skala 1-{goal.points}"),
        goals.words(goal),
        _days(goal),
        f"{goal.by}, {workdays.long_date(goal.made_on)}" if goal.made_on else "",
        goal.id != BY_ITSELF and goals.can_end(goal, today),
        _state(goal, today),
    )


def _state(goal: Goal, today: date) -> str:
    """ "Afsluttet, gælder i dag for sidste gang"; "" for one with days left."""
    if not goal.began or goal.valid_to is None or goal.valid_to > today:
        return "" if goal.began else "Afsluttet"
    return "Afsluttet" if goal.valid_to < today else "Afsluttet, gælder i dag for sidste gang"


def _afterwards(known: Sequence[Goal], goal: Goal, today: date) -> tuple[str, ...]:
    """What is true when `goal` is ended on `today`, in Danish sentences."""
    if goal.valid_from > today:
        return ("Målet er ikke begyndt, så det kommer aldrig til at gælde.", *_still(known, goal, today))
    last = f"Målet gælder i dag, den {workdays.long_date(today)}, for sidste gang."
    return (last, *_still(known, goal, today + timedelta(days=1)))


def _still(known: Sequence[Goal], goal: Goal, day: date) -> tuple[str, ...]:
    """What holds on `day` without `goal`, of its kind and of others."""
    left = [each for each in known if each.id != goal.id]
    there = goals.in_force(known, goal.law or LAWS[0], goal.points, day)
    others = [goals.words(each) for each in there if each.id != goal.id and each.law in (goal.law, None)]
    whom = LAW_NAMES[goal.law] if goal.law else "lighed mellem grupperne"
    said = [f"Stadig gælder: {'; '.join(others)}." if others else f"Derefter er der intet mål for {whom}."]
    came = [each for each in left if each.same_kind(goal) and each.began and each.valid_from >= day]
    if came:
        later = min(came, key=lambda each: each.valid_from)
        said.append(f"Målet »{goals.words(later)}« begynder den {workdays.long_date(later.valid_from)}.")
    usual = goals.by_itself(goal.law, goal.points) if goal.law and goal.kind == "level" else None
    if usual and goal.valid_from < day:
        said.append(
            f"Målet »{goals.words(usual)}« gælder ikke igen af sig selv. "
            "Skal det gælde, så sæt det som et nyt mål."
        )
    return tuple(said)


def _days(goal: Goal) -> str:
    if goal.id == BY_ITSELF and goal.valid_from == date.min:
        return "Gælder af sig selv, til I sætter jeres eget"
    first = workdays.long_date(goal.valid_from)
    if not goal.began:
        return f"Skulle gælde fra {first}, men blev afsluttet før"
    return f"Fra {first} til og med {workdays.long_date(goal.valid_to)}" if goal.valid_to else f"Fra {first}"


def _replaced(known: Sequence[Goal], goal: Goal) -> str:
    """What ends when the goal begins, in Danish; "" for nothing."""
    before = goals.replaced(known, goal)
    last = workdays.long_date(goal.valid_from - timedelta(days=1))
    if before:
        return (
            f"Målet »{goals.words(before)}« slutter den {last}. Tidligere perioder bliver stadig bedømt efter det."
        )
    usual = goals.in_force(known, goal.law, goal.points, goal.valid_from)[:1] if goal.law else []
    if goal.kind == "level" and usual and usual[0].id == BY_ITSELF:
        return f"Målet »{goals.words(usual[0])}«, som gælder af sig selv, slutter den {last}."
    return ""
