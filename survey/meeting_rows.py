"""Meeting rows: the cells of one row in, a checked meeting or the reason it is refused out. Knows no database."""

import re
from collections.abc import Mapping
from datetime import date, time
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple, TypeVar

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from survey import cpr, emails
from survey.meeting_files import COLUMNS, Sheet
from survey.phones import DANISH

T = TypeVar("T")

MAX_ID = 100
MAX_TEXT = 200
MAX_SHOWN = 60

STATUSES = {
    "afholdt": "held",
    "holdt": "held",
    "gennemført": "held",
    "held": "held",
    "booket": "booked",
    "planlagt": "booked",
    "booked": "booked",
    "planned": "booked",
    "aflyst": "cancelled",
    "afbud": "cancelled",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "udeblevet": "not_attended",
    "ikke mødt": "not_attended",
    "not attended": "not_attended",
    "no-show": "not_attended",
}
YES_OR_NO = {
    **dict.fromkeys(("ja", "j", "yes", "y", "true", "sand", "1", "x"), True),
    **dict.fromkeys(("", "nej", "n", "no", "false", "falsk", "0"), False),
}
_HURTFUL = (
    *("sanktion", "sanktioneret", "sanction", "partshøring", "høring", "hearing"),
    *("sygdom", "syg", "sygemeldt", "alvorlig sygdom", "illness", "ill", "sick"),
    *("dødsfald", "død", "afdød", "sorg", "death", "deceased", "bereavement"),
    *("flyttet", "fraflyttet", "flytning", "moved"),
)
HOLDS = {**dict.fromkeys(_HURTFUL, True), **dict.fromkeys(("", "-", "nej", "ingen", "intet", "no", "none"), False)}
"""Is it a moment in which a questionnaire hurts? Which one it is leaves this module in no other way."""


class Refusal(NamedTuple):
    """Why a row is refused: its line, the header of the column, the value (a CPR number masked) and the remedy."""

    line: int
    column: str
    value: str
    remedy: str


class Row(NamedTuple):
    """A well-formed meeting. `mobile` is E.164; `clock` is None when the file tells no time."""

    line: int
    meeting_id: str
    citizen_id: str | None
    team: str
    held_on: date
    clock: time | None
    status: str
    kind: str | None
    contact_form: str | None
    caseworker: str | None
    target_group: str | None
    name: str
    mobile: str | None
    email: str | None
    language: str
    opted_out: bool
    protected: bool
    hurtful: bool


class RowError(Exception):
    """A cell that cannot be used: its canonical column or its place, and the remedy, which never quotes it."""

    def __init__(self, where: str | int, remedy: str) -> None:
        super().__init__(remedy)
        self.where = where
        self.remedy = remedy


class _Cells(NamedTuple):
    """The cells of one row by canonical column, in the order of `COLUMNS`; "" where the file has none."""

    meeting_id: str
    kind: str
    team: str
    law: str
    date: str
    time: str
    status: str
    caseworker: str
    contact_form: str
    citizen_id: str
    name: str
    mobile: str
    email: str
    language: str
    target_group: str
    protected: str
    opted_out: str
    hold: str


def check(sheet: Sheet, laws: Mapping[str, str]) -> tuple[list[Row], list[Refusal]]:
    """The well-formed rows of `sheet` and the refused ones. `laws`: the law of each team, by the team's name."""
    teams = {name.casefold(): name for name in laws}
    pick = itemgetter(*(sheet.columns.get(column, -1) for column in COLUMNS))
    rows: list[Row] = []
    refused: list[Refusal] = []
    for line, cells in sheet.rows:
        try:
            _check_shape(sheet, cells)
            rows.append(_row(line, _Cells._make(pick([*cells, ""])), teams, laws))
        except RowError as error:
            refused.append(_refusal(sheet, line, cells, error))
    return rows, refused


def _refusal(sheet: Sheet, line: int, cells: list[str], error: RowError) -> Refusal:
    place = sheet.columns[error.where] if isinstance(error.where, str) else error.where
    header = sheet.headers[place] if place < len(sheet.headers) else "hele rækken"
    value = cells[place] if place < min(len(cells), len(sheet.headers)) else ""
    return Refusal(line, shown(header), shown(value), error.remedy)


def _row(line: int, cells: _Cells, teams: Mapping[str, str], laws: Mapping[str, str]) -> Row:
    meeting_id = _text("meeting_id", cells.meeting_id, MAX_ID)
    if not meeting_id:
        raise RowError("meeting_id", f"Feltet er tomt. Udfyld {COLUMNS['meeting_id'][0]}.")
    team = _team(cells.team, cells.law, teams, laws)
    held_on, clock = _when(cells.date, cells.time)
    return Row(
        line=line,
        meeting_id=meeting_id,
        team=team,
        held_on=held_on,
        clock=clock,
        status=_word("status", cells.status, STATUSES, "Skriv Afholdt, Booket, Aflyst eller Udeblevet."),
        kind=_text("kind", cells.kind) or None,
        caseworker=_text("caseworker", cells.caseworker) or None,
        contact_form=_text("contact_form", cells.contact_form) or None,
        citizen_id=_text("citizen_id", cells.citizen_id, MAX_ID) or None,
        name=_name(cells.name),
        mobile=_mobile(cells.mobile) if cells.mobile else None,
        email=_email(cells.email) if cells.email else None,
        language=_language(cells.language),
        target_group=_text("target_group", cells.target_group) or None,
        protected=_word("protected", cells.protected, YES_OR_NO, "Skriv Ja eller Nej."),
        opted_out=_word("opted_out", cells.opted_out, YES_OR_NO, "Skriv Ja eller Nej."),
        hurtful=_hurtful(cells.hold),
    )


# The whole row -------------------------------------------------------------------------------------------

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffd]")


def shown(value: str) -> str:
    """`value` as it may be shown to staff: masked, on one line, at most `MAX_SHOWN` characters."""
    value = _CONTROL.sub("·", cpr.mask(value))
    return value if len(value) <= MAX_SHOWN else f"{value[:MAX_SHOWN]}…"


def _check_shape(sheet: Sheet, cells: list[str]) -> None:
    width = len(sheet.headers)
    if len(cells) != width and (len(cells) < width or any(cells[width:])):
        raise RowError(
            width,
            f"Rækken har {len(cells)} felter, overskriften {width}. Sæt anførselstegn om felter med skilletegn.",
        )
    whole = "|".join(cells)
    if not cpr.maybe_in(whole) and not _CONTROL.search(whole):
        return
    column_of = {place: column for column, place in sheet.columns.items()}
    for place, cell in enumerate(cells):
        column = column_of.get(place, "")
        if column != "mobile" and cpr.held_by(cell) and not (column == "date" and _parsed_date(cell)):
            raise RowError(place, "Feltet ligner et CPR-nummer. Slet det; brug et borger-id uden CPR.")
        if column and _CONTROL.search(cell):
            raise RowError(column, "Feltet har linjeskift, tabulator eller usynlige tegn. Slet dem.")


# One cell ------------------------------------------------------------------------------------------------

_SEPARATORS = re.compile(r"\s*[,/+&]\s*|\s+og\s+")
_FORMULA = tuple("=+-@＝＋－＠")


def _text(column: str, value: str, longest: int = MAX_TEXT) -> str:
    if value.startswith(_FORMULA):
        raise RowError(column, "Feltet begynder som en formel (= + - @). Skriv den rene tekst.")
    if len(value) > longest:
        raise RowError(column, f"Feltet er længere end {longest} tegn. Forkort det.")
    return value


def _name(value: str) -> str:
    if "<" in value or ">" in value:
        raise RowError("name", "Navnet har tegnet < eller >. Skriv det rene navn.")
    return _text("name", value)


def _team(value: str, law: str, teams: Mapping[str, str], laws: Mapping[str, str]) -> str:
    name = teams.get(value.casefold())
    if name is None:
        listed = ", ".join(sorted(laws)) or "ingen endnu"
        raise RowError(
            "team", f"Teamet findes ikke eller har intet udgivet spørgeskema. Skriv et af disse: {listed}."
        )
    if law and law.upper() != laws[name]:
        raise RowError(
            "law", f"Loven passer ikke til teamet: {name} hører under {laws[name]}. Ret lov eller team."
        )
    return name


def _word(column: str, value: str, words: Mapping[str, T], remedy: str) -> T:
    try:
        return words[value.casefold()]
    except KeyError:
        raise RowError(column, remedy) from None


def _hurtful(value: str) -> bool:
    remedy = "Skriv Sanktion, Partshøring, Sygdom, Dødsfald eller Flyttet, eller lad feltet være tomt."
    words = _SEPARATORS.split(value) if value else []
    return max((_word("hold", word, HOLDS, remedy) for word in words), default=False)


def _language(value: str) -> str:
    code = value.lower()
    if not re.fullmatch("([a-z]{2})?", code):
        raise RowError("language", "Skriv sproget med to bogstaver, fx da, en eller ar.")
    return code


# Date and time -------------------------------------------------------------------------------------------

_DANISH = re.compile(r"(?P<d>\d{1,2})([-./])(?P<m>\d{1,2})\2(?P<y>\d{4})(?:[T ]+(?P<clock>.+))?", re.ASCII)
_ISO = re.compile(r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)(?:[T ]+(?P<clock>.+))?", re.ASCII)
_CLOCK = re.compile(r"(?:kl\.? ?)?(\d{1,2})[.:](\d\d)(?:[.:]\d\d)?", re.ASCII | re.IGNORECASE)


@lru_cache(maxsize=4096)
def _parsed_date(value: str) -> tuple[date, str] | None:
    """The day and the text of the time in a date cell, or None. A date before 2000 or after 2099 is a slip."""
    found = _DANISH.fullmatch(value) or _ISO.fullmatch(value)
    try:
        day = date(int(found["y"]), int(found["m"]), int(found["d"])) if found else None
    except ValueError:
        return None
    return (day, found["clock"] or "") if found and day and 2000 <= day.year < 2100 else None


@lru_cache(maxsize=4096)
def _parsed_clock(value: str) -> time | None:
    found = _CLOCK.fullmatch(value)
    try:
        return time(int(found[1]), int(found[2])) if found else None
    except ValueError:
        return None


def _when(day: str, clock: str) -> tuple[date, time | None]:
    parsed = _parsed_date(day)
    if parsed is None:
        raise RowError("date", "Datoen findes ikke. Skriv den som dd-mm-åååå, fx 20-08-2026.")
    text = clock or parsed[1]
    at = _parsed_clock(text)
    if text and at is None:
        raise RowError("time" if clock else "date", "Klokkeslættet findes ikke. Skriv det som tt:mm, fx 13:00.")
    return parsed[0], at


# Ways to reach the citizen -------------------------------------------------------------------------------

_ORDINARY = re.compile(rf"(?:\+45|0045)?({DANISH.pattern})", re.ASCII)
_PHONE_CHARACTERS = re.compile(r"[\d ()+.\u00a0-]+", re.ASCII)
_SEVERAL = re.compile(r"\d{8}\D+(?:\+?45 ?)?\d{8}$|[/,;]|\bog\b|\beller\b")


_SERVICE_TYPES = (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.TOLL_FREE)
_NO_NUMBER = "Nummeret findes ikke. Skriv et dansk mobilnummer med otte cifre, eller slet det."


def _mobile(value: str) -> str:
    # The ordinary ways to write one; phonenumbers takes 20 times as long. A test holds the two together.
    ordinary = _ORDINARY.fullmatch(value.replace(" ", ""))
    return f"+45{ordinary[1]}" if ordinary else _parsed_mobile(value)


def _parsed_mobile(value: str) -> str:
    if _SEVERAL.search(value):
        raise RowError("mobile", "Feltet har flere numre. Skriv ét mobilnummer.")
    try:
        number = phonenumbers.parse(value, "DK") if _PHONE_CHARACTERS.fullmatch(value) else None
    except NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number) or number.italian_leading_zero:
        raise RowError("mobile", _NO_NUMBER)
    if number.country_code != 45:
        raise RowError("mobile", "Nummeret er udenlandsk, og der sendes kun til danske. Ret eller slet det.")
    if phonenumbers.number_type(number) in _SERVICE_TYPES:
        raise RowError("mobile", "Nummeret er et servicenummer, der ikke kan modtage SMS. Ret eller slet det.")
    if not DANISH.fullmatch(str(number.national_number)):
        raise RowError("mobile", _NO_NUMBER)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _email(value: str) -> str:
    address = emails.normal(value)
    if address is None:
        raise RowError("email", "Adressen kan ikke bruges. Skriv én e-mailadresse, fx navn@eksempel.dk.")
    return address
