"""The room where municipalities that publish to each other are compared, and where one says yes or no to it."""

import re
from collections.abc import Mapping
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from admin import access, charts
from survey import comparison, neighbours, passports, table_passports, workdays
from survey.access import ADMINISTRATOR, MANAGER, open_to
from survey.comparison import Board, Kind, Measured
from survey.db import snapshot, transaction
from survey.results import LAW_NAMES
from survey.scoring import count, danish, expected_range

doors = Blueprint("comparison", __name__)

QUARTER = re.compile(r"(20\d\d)-([1-4])", re.ASCII)
NAMES: dict[Kind, str] = {"top_two": "Andel på de to øverste trin", "maximum": "Andel af det højeste"}
VERDICTS: dict[expected_range.Outcome | None, str] = {
    "over": "over det, tilfældet kan give",
    "under": "under det, tilfældet kan give",
    "within": "inden for det, tilfældet kan give",
    None: "sammenlignes ikke",
}


@doors.get("/sammenligning")
@open_to(MANAGER, ADMINISTRATOR)
def overview() -> ResponseReturnValue:
    """The municipalities that take part in `?kvartal=2021-2`, else in a quarter that can be compared.

    400 with a message for a quarter that is none, or has nothing to compare; 403 for who manages some teams only.
    """
    staff, today = access.signed_in(), workdays.day(workdays.now())
    if not staff.can_compare():
        access.refuse()
    with snapshot() as session:
        everybody = neighbours.taking_part(session)
        mine = next((one for one in everybody if one.id == staff.municipality_id), None)
        quarters = neighbours.quarters(session, today) if mine else {}
        quarter, mistake = chosen_quarter(request.args, quarters)
        found = neighbours.read(session, staff.municipality_id, quarter, today) if quarter else []
    boards = comparison.boards(found)
    page = render_template(
        "admin/comparison.html",
        everybody=everybody,
        mine=mine,
        administers=ADMINISTRATOR in staff.roles,
        quarters=[(named(each), words(each)) for each in quarters],
        quarter=quarter,
        chosen=named(quarter) if quarter else "",
        days=neighbours.period(quarter) if quarter else None,
        counted_to=neighbours.counted_to(quarter) if quarter else None,
        mistake=mistake,
        boards=boards,
        verdicts=sum(
            line.outcome is not None for board in boards for each in board.measures for line in each.lines
        ),
        fewest=comparison.FEWEST,
        smallest=comparison.SMALLEST,
        rule=passports.RULE,
        laws=LAW_NAMES,
        names=NAMES,
        verdict_words=VERDICTS,
        count=count,
        charts=charts,
        funnel=funnel,
        said=said,
        quarter_words=words,
        id_of=table_passports.of_compared,
        reads_ids=MANAGER in staff.roles,
    )
    return page, 400 if mistake else 200


@doors.post("/kommunen/sammenligning")
@open_to(ADMINISTRATOR)
def choose() -> ResponseReturnValue:
    """Take part (`do` is "join") or not any longer ("leave"); from the next page on."""
    staff, now, wish = access.signed_in(), workdays.now(), request.form.get("do")
    with transaction() as session:
        if wish == "join" and neighbours.join(session, staff.municipality_id, now):
            access.log_access(session, staff, "join comparison", "", now)
            flash("I er med i sammenligningen fra nu af.")
        elif wish == "leave" and neighbours.leave(session, staff.municipality_id):
            access.log_access(session, staff, "leave comparison", "", now)
            flash("I er ikke længere med i sammenligningen, og jeres tal er væk fra siden.")
        else:
            flash("Der var intet at ændre.")
    return redirect(url_for("municipality.overview"), 303)


def chosen_quarter(args: Mapping[str, str], known: Mapping[date, int]) -> tuple[date | None, str]:
    """The quarter in the address; with what was wrong with it, in Danish, or "".

    Else the newest of the `known` in which there are enough to compare, or the newest of all; None without any.
    """
    newest = next(iter(known), None)
    usual = next((each for each, n in known.items() if n >= comparison.FEWEST), newest)
    if usual is None or not (wanted := args.get("kvartal", "")):
        return usual, ""
    quarter = next((each for each in known if named(each) == wanted), None)
    if quarter:
        return quarter, ""
    if not QUARTER.fullmatch(wanted):
        return usual, "Kvartalet skal skrives som 2021-2. Her vises det sædvanlige."
    return usual, "Det kvartal har ingen tal at vise, eller det er ikke lukket endnu. Her vises det sædvanlige."


def named(quarter: date) -> str:
    """ "2021-2", as in the address."""
    return f"{quarter.year}-{(quarter.month + 2) // 3}"


def words(quarter: date) -> str:
    """ "2. kvartal 2021"."""
    return workdays.quarters_named([quarter])


# As it is drawn and said ---------------------------------------------------------------------------------


def funnel(board: Board, measured: Measured) -> Markup:
    """The municipalities that are compared, by size, around what they have in common."""
    places = tuple(
        charts.Place(line.municipality, line.n, line.value, line.text, line.outcome != "within")
        for line in measured.lines
        if line.outcome and line.n is not None and line.value is not None
    )
    name = f"{NAMES[measured.kind]}, {LAW_NAMES[board.law]}, skala 1 til {board.points}"
    return charts.on_page(
        charts.Comparison(
            name,
            places,
            tuple(charts.Limits(**vars(each)) for each in measured.limits),
            measured.common or 0.0,
            f"kommunerne tilsammen {measured.common_text}",
            value_text="andel",
        )
    )


def said(measured: Measured) -> str:
    """One sentence: who lies outside, in the order of the table; or that nobody does."""
    sides: tuple[expected_range.Outcome, ...] = ("over", "under")
    outside = {side: [line.municipality for line in measured.lines if line.outcome == side] for side in sides}
    told = [f"{danish.listed(names)} ligger {VERDICTS[side]}" for side, names in outside.items() if names]
    if not told:
        return "Ingen kommune ligger uden for det, tilfældet kan give: forskellene kan være tilfældige."
    return f"{', og '.join(told)}."
