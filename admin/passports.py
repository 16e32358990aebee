"""The manager's door to a single figure: what it is of, what it rests on, and its digits worked out again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import access, charts, passport_tables
from admin.access import CurrentStaff
from admin.dashboard import too_few
from admin.side_names import TAG_NAMES
from survey import VERSION, passports, reopening, results, smallest_group, table_passports, workdays
from survey.access import MANAGER, open_to
from survey.db import snapshot
from survey.passports import (
    ANSWERED,
    ANSWERS,
    DELIVERED,
    DONT_KNOW,
    PEOPLE,
    REST,
    RULE,
    SENT,
    TOP_TWO,
    Definition,
    Table,
)
from survey.printed import Measured, Mint
from survey.reopening import Passport
from survey.results import LAW_NAMES, TeamView
from survey.shares import told

doors = Blueprint("passports", __name__)

BASES = {
    PEOPLE: ("Antal, der svarede på mindst ét udsagn", "Personerne bag gennemsnittet af alle udsagn."),
    ANSWERS: ("Antal svar på skalaen", "Alle svar over alle udsagn. »Ved ikke« og tomme svar tæller ikke med."),
}
NUMBERS = {
    SENT: (
        "Antal sendte",
        "De invitationer, en udbyder har taget imod, og dem i tvivl. Påmindelser tæller ikke med.",
    ),
    DELIVERED: ("Antal leverede", "De sendte, som en udbyder har meldt leveret, eller som er besvaret."),
    ANSWERED: ("Antal besvarede", "De sendte, der er besvaret, efter den uge, spørgeskemaet blev sendt."),
}
WHOLE_SHARES = {
    True: "Antallet af svar, der er et af de to øverste, divideret med alle svar på skalaen, af portioner, hvor "
    "fordelingen af hvert udsagn kan vises. Usikkerheden regner med, at flere svar er fra samme borger.",
    False: "Antallet, der sagde det, divideret med alle, der har sagt, hvad deres svar handler om.",
}
"""The numbers of a rate, and the other bases of a mean: what each is called, and how it is worked out."""
NOT_HERE = "Der er ikke noget tal med det id i jeres kommune, eller det er ikke dit at se."
GROUP_TOO_SMALL = (
    "Lovgruppens tal vises ikke nu: den har færre end tre aktive sagsbehandlere, så de ville være den enkeltes."
)
CALLS_OF_WEEKS = (
    "Ønsker om opkald vises nu kun i hele kvartaler: forskellen på to tabeller af uger kunne vise et enkelt "
    "ønske. Kvartalets tabel og dens id står på siden Tal."
)
OTHERS = (
    "Resten var af andre team, da tallet fik sit id. Nu er et team mere for lille til at vises for sig, og "
    "forskellen på de to ville vise det. Derfor bliver tallet ikke regnet ud igen."
)
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
    """The figure or table of an id; 404 with a sentence for a mistyped one and for what may not be seen."""
    staff = access.signed_in()
    try:
        of = passports.either(figure)
    except ValueError as wrong:
        return _form(figure, str(wrong)), 404
    with snapshot() as session:
        teams = results.teams(session, staff.municipality_id)
        refusal = refused(staff, teams, of)
        if not refusal and isinstance(of, Definition) and _uncovers(session, staff, of, teams):
            refusal = OTHERS
        if refusal:
            return _form(figure, refusal), 404
        page = _table(session, staff, of, teams) if isinstance(of, Table) else _figure(session, staff, of, teams)
    of_weeks = isinstance(of, Table) and of.kind == "calls" and table_passports.is_cut(of)
    return page or (_form(figure, CALLS_OF_WEEKS if of_weeks else NOT_HERE), 404)


def _table(session: Session, staff: CurrentStaff, of: Table, teams: Sequence[TeamView]) -> str:
    """The page of a table; "" of one that is not there."""
    today = workdays.day(workdays.now())
    opened = table_passports.reopen(session, staff.municipality_id, of, teams, today)
    if opened is None:
        return ""
    few = too_few(smallest_group.of(session, staff.municipality_id))
    return render_template(
        "admin/figure_table.html",
        opened=opened,
        of=of,
        figure_id=passports.mint(of),
        name=passport_tables.name(opened),
        words=passport_tables.WORDS[of.kind],
        title=passport_tables.title(of),
        how=passport_tables.how(of.kind, few),
        lines=passport_tables.lines(opened, few),
        open_weeks=in_weeks(opened.open_weeks),
        rule=RULE,
        program=VERSION,
    )


def _figure(session: Session, staff: CurrentStaff, of: Definition, teams: Sequence[TeamView]) -> str:
    """The page of a figure; "" of one that is not there."""
    passport = reopening.reopen(session, staff.municipality_id, of, teams)
    if passport is None:
        return ""
    return render_template(
        "admin/figure.html",
        passport=passport,
        definition=of,
        figure_id=passports.mint(of),
        name=name(passport),
        what=what(of, passport.chosen),
        row=[(_beside(passport, each), figure, passports.mint(each)) for each, figure in passport.row],
        how=how(passport),
        uncertain=uncertain(passport),
        changed=reopening.changed_rules(passport),
        rule=RULE,
        program=VERSION,
        charts=charts,
    )


def _uncovers(session: Session, staff: CurrentStaff, of: Definition, teams: Sequence[TeamView]) -> bool:
    """Whether a rest leaves out a team that is in it today, which the difference between the two would tell."""
    hidden = tuple(sorted(team.id for team in teams if team.law == of.law and not team.shown))
    if of.team_id != REST or of.kind == "rate" or of.others or not hidden:
        return False
    then, now = (
        reopening.reopen(session, staff.municipality_id, each, teams) for each in (of, replace(of, others=hidden))
    )
    return then is not None and now is not None and then.lines != now.lines


def refused(staff: CurrentStaff, teams: Sequence[TeamView], of: Definition | Table) -> str:
    """Why this person may not see the figure or table, in Danish; "" when they may. As on the dashboard."""
    whole = staff.manager_teams is None
    if isinstance(of, Table) and of.kind in passport_tables.MUNICIPAL:
        return "" if whole else NOT_HERE
    if of.team_id in (None, REST):
        hidden = {team.id for team in teams if not team.shown and team.law == of.law}
        mine = of.team_id is None and any(map(staff.can_see_figures_of, hidden))
        if not (whole or (mine and not (isinstance(of, Table) and of.kind in passport_tables.WHOLE))):
            return NOT_HERE
        if of.law in results.withheld(teams):
            return GROUP_TOO_SMALL
        # A rest without one of those that are too small now would tell that one by its difference from all.
        others = of.others if isinstance(of, Definition) and of.kind != "rate" else ()
        return OTHERS if others and not hidden <= set(others) else ""
    team = next((each for each in teams if (each.id, each.law) == (of.team_id, of.law)), None)
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
    of = passport.definition
    small = ", og team, der var blevet for små" if of.others and of.kind != "rate" else ""
    return LAW_NAMES[of.law] + (f", resten uden for teamene{small}" if of.team_id == REST else "")


def what(of: Definition, chosen: Sequence[str]) -> str:
    """What the figure is, in a few words; `chosen` are the labels of its point."""
    if of.kind == "share" and not of.statement and of.point != TOP_TWO:
        return f"Andel, der sagde »{TAG_NAMES[of.point - 1]}« om, hvad svaret handler om"
    if of.kind == "share":
        of_all = " på alle udsagn" if not of.statement else ""
        return f"Andel, der svarede »{'« eller »'.join(chosen)}«{of_all}" if chosen else "Andel »ved ikke«"
    if of.point:
        return (BASES if of.kind == "n" else NUMBERS)[of.point][0]
    words = {"mean": "Gennemsnit", "rate": "Svarprocent", "n": "Antal besvarelser"}
    return f"{words[of.kind]} {'af alle udsagn' if of.kind == 'mean' and not of.statement else ''}".rstrip()


def _beside(passport: Passport, each: Definition) -> str:
    """What a figure in the same row is, with its statement where the page is not of that."""
    own = each.statement and each.statement != passport.definition.statement
    about = f": »{passport.texts[each.statement - 1]}«" if own else ""
    return what(each, reopening.chosen(each, passport.labels)) + about


def how(passport: Passport) -> str:
    """How the figure is worked out."""
    of = passport.definition
    if of.point and of.kind in ("n", "rate"):
        return (BASES if of.kind == "n" else NUMBERS)[of.point][1]
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
    if of.kind == "share" and not of.statement:
        return WHOLE_SHARES[of.point == TOP_TWO]
    if of.kind == "share":
        points = "et af de to øverste svar" if of.point == TOP_TWO else "dette svar"
        return f"Antallet, der valgte {points}, divideret med antallet af svar på skalaen. »Ved ikke« tæller ikke."
    scope = "svarene på udsagnet" if of.statement else "alle svar over alle udsagn"
    return (
        f"Summen af {scope} på skalaen divideret med antallet af svar, i hele portioner. "
        "»Ved ikke« og tomme svar tæller ikke med. Det er aldrig et gennemsnit af dagenes gennemsnit."
        + (" Vist med én decimal, som på siden for alle." if of.coarse else "")
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
