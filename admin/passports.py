"""The manager's door to a single figure: what it is of, what it rests on, and its digits worked out again."""

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import access, charts
from admin.access import CurrentStaff
from survey import VERSION, passports, reopening, results
from survey.access import MANAGER, open_to
from survey.db import snapshot
from survey.passports import DONT_KNOW, REST, RULE, TOP_TWO, Definition
from survey.printed import Measured, Mint
from survey.reopening import Passport
from survey.results import LAW_NAMES, TeamView
from survey.shares import told

doors = Blueprint("passports", __name__)

NOT_HERE = "Der er ikke noget tal med det id i jeres kommune, eller det er ikke dit at se."
TOO_SMALL = "Teamets tal vises nu kun samlet med resten af lovgruppen, fordi små team ellers kunne kendes på dem."


@doors.get("/figures")
@open_to(MANAGER)
def look_up() -> ResponseReturnValue:
    """A field for an id, and from there its page."""
    typed = request.args.get("id", "").strip()
    if typed:
        return redirect(url_for("passports.show", figure=typed), 303)
    return _form()


@doors.get("/figures/<figure>")
@open_to(MANAGER)
def show(figure: str) -> ResponseReturnValue:
    """The figure with the id `figure`; 404 with a sentence for a mistyped one and for what may not be seen."""
    staff = access.signed_in()
    try:
        definition = passports.read(figure)
    except ValueError as wrong:
        return _form(figure, str(wrong)), 404
    with snapshot() as session:
        teams = results.teams(session, staff.municipality_id)
        if refusal := refused(staff, teams, definition):
            return _form(figure, refusal), 404
        passport = reopening.reopen(session, staff.municipality_id, definition, teams)
    if passport is None:
        return _form(figure, NOT_HERE), 404
    return render_template(
        "admin/figure.html",
        passport=passport,
        definition=definition,
        figure_id=passports.mint(definition),
        name=name(passport),
        what=what(passport),
        how=how(passport),
        uncertain=uncertain(passport),
        open_weeks=in_weeks(passport.sent.open_weeks) if passport.sent else "",
        changed=reopening.changed_rules(passport),
        rule=RULE,
        program=VERSION,
        charts=charts,
    )


def refused(staff: CurrentStaff, teams: Sequence[TeamView], definition: Definition) -> str:
    """Why this person may not see the figure, in Danish; "" when they may. As on the dashboard."""
    if definition.team_id in (None, REST):
        whole = staff.manager_teams is None
        mine = any(
            not team.shown and team.law == definition.law and staff.can_see_figures_of(team.id) for team in teams
        )
        return "" if whole or (mine and definition.team_id is None) else NOT_HERE
    team = next((each for each in teams if each.id == definition.team_id), None)
    if team is None or not staff.can_see_figures_of(team.id):
        return NOT_HERE
    return "" if team.shown else TOO_SMALL


def _form(typed: str = "", wrong: str = "") -> str:
    # What no keyboard types, NUL among it, has no place in a page.
    plain = "".join(sign for sign in typed[:64] if sign.isprintable())
    return render_template("admin/figure_form.html", typed=plain, wrong=wrong)


# In words ------------------------------------------------------------------------------------------------


def name(passport: Passport) -> str:
    """Whose figure it is."""
    if passport.team:
        return passport.team.name
    law = LAW_NAMES[passport.definition.law]
    return f"{law}, resten uden for teamene" if passport.definition.team_id == REST else law


def what(passport: Passport) -> str:
    """What the figure is, in a few words."""
    of = passport.definition
    if of.kind == "share":
        return (
            f"Andel, der svarede »{'« eller »'.join(passport.chosen)}«" if passport.chosen else "Andel »ved ikke«"
        )
    words = {"mean": "Gennemsnit", "rate": "Svarprocent", "n": "Antal besvarelser"}
    return f"{words[of.kind]} {'af alle udsagn' if of.kind == 'mean' and not of.statement else ''}".rstrip()


def how(passport: Passport) -> str:
    """How the figure is worked out."""
    of = passport.definition
    if of.kind == "rate":
        return (
            "Antallet af besvarede divideret med antallet af sendte, efter den uge, spørgeskemaet blev sendt. "
            "Påmindelser tæller ikke med."
        )
    if of.kind == "n":
        return (
            "Antallet, der svarede på udsagnet."
            if of.statement
            else "Antallet af besvarelser i portionerne nedenfor."
        )
    if of.point == DONT_KNOW:
        return "Antallet, der valgte »ved ikke / ikke relevant«, divideret med alle, der valgte noget."
    if of.kind == "share":
        points = "et af de to øverste svar" if of.point == TOP_TWO else "dette svar"
        return f"Antallet, der valgte {points}, divideret med antallet af svar på skalaen. »Ved ikke« tæller ikke."
    scope = "svarene på udsagnet" if of.statement else "alle svar over alle udsagn"
    return (
        f"Summen af {scope} på skalaen divideret med antallet af svar, i hele portioner. "
        "»Ved ikke« og tomme svar tæller ikke med. Det er aldrig et gennemsnit af dagenes gennemsnit."
    )


def uncertain(passport: Passport) -> str:
    """Both ends of the 95 % interval in words: "68,6 % til 89,4 %"; "" where none may be told."""
    if passport.interval:
        return " til ".join(passport.interval)
    return told("", passport.figure).interval if passport.definition.kind == "share" else ""


def in_weeks(mondays: Sequence[date]) -> str:
    """Weeks as they are read: "uge 18, 2021" or "uge 18, 19 og 20, 2021"; "" for none."""
    years: dict[int, list[str]] = {}
    for monday in mondays:
        year, week, _ = monday.isocalendar()
        years.setdefault(year, []).append(str(week))
    listed = [
        f"uge {', '.join(weeks[:-1])}{' og ' if weeks[:-1] else ''}{weeks[-1]}, {year}"
        for year, weeks in years.items()
    ]
    return "; ".join(listed)


def minting(as_of: date | None) -> Mint:
    """Gives printed figures their ids; `as_of` is `told.newest`, read with them. No id where nothing was told."""

    def mint(of: Measured) -> str:
        whose = (of.law, of.team_id, of.version_id, of.mode)
        if as_of is None:
            return ""
        if of.figure == "rate":
            return passports.mint(Definition("rate", *whose, 0, 0, *of.weeks, of.weeks[1])) if of.weeks else ""
        kind = "mean" if of.figure in ("mean", "statement_mean") else "share"
        point = {"top_two": TOP_TWO, "dont_know": DONT_KNOW}.get(of.figure, of.point or 0)
        figure = Definition(
            kind, *whose, of.statement or 0, point, max(of.period.first, passports.EPOCH), of.period.last, as_of,
            series=of.series, inside=of.inside,
        )  # fmt: skip
        return passports.mint(figure)

    return mint
