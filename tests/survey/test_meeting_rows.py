"""A row of a meeting file is well-formed, or refused with line, column, value and remedy."""

from datetime import date, time
from pathlib import Path

import phonenumbers
import pytest

from survey import meeting_rows
from survey.meeting_files import COLUMNS, Sheet, read
from survey.meeting_rows import Refusal, Row, check, shown

DATA = Path(__file__).parent.parent / "data"
LAWS = {"Opfølgning": "LAB", "Ydelse": "LAS"}
GOOD = {
    "meeting_id": "S1",
    "team": "Opfølgning",
    "date": "20-08-2021",
    "status": "Afholdt",
    "name": "Åse Sørensen",
    "mobile": "20 12 34 56",
}


def checked(**cells: str) -> Row | Refusal:
    """What becomes of one row: a good one with `cells` (by canonical column) in place of its own."""
    row = GOOD | cells
    lines = [";".join(COLUMNS[column][0] for column in row), ";".join(f'"{cell}"' for cell in row.values())]
    rows, refused = check(read("\n".join(lines).encode(), "samtaler.csv"), LAWS)
    return rows[0] if rows else refused[0]


def accepted(**cells: str) -> Row:
    """The row, which must be well-formed."""
    row = checked(**cells)
    assert isinstance(row, Row), row
    return row


def refused(**cells: str) -> Refusal:
    """The refusal of a row that must be refused."""
    refusal = checked(**cells)
    assert isinstance(refusal, Refusal), refusal
    return refusal


@pytest.mark.parametrize(
    ("line", "column", "value", "remedy"),
    [
        (1202, "SamtaleID", "", "Feltet er tomt"),
        (1203, "Dato", "31-02-2021", "Datoen findes ikke"),
        (1204, "Team", "Ukendt team", "Skriv et af disse: Opfølgning, Ydelse"),
        (1205, "Mobil", "12 34 56 78", "Nummeret findes ikke"),
        (1206, "Mobil", "20123456 / 21123456", "Feltet har flere numre"),
        (1211, "Navn", '=HYPERLINK("http://ond.example","klik")', "begynder som en formel"),
        (1212, "BorgerID", "••••••-••••", "ligner et CPR-nummer"),
        (1213, "E-mail", "ikke-en-adresse", "Adressen kan ikke bruges"),
        (1214, "Tid", "25:99", "Klokkeslættet findes ikke"),
    ],
)
def test_nine_of_the_thirteen_faulty_rows_are_refused(line: int, column: str, value: str, remedy: str) -> None:
    """The other four are well-formed; `test_meetings` has all thirteen outcomes."""
    rows, refusals = check(read((DATA / "samtaler_cp1252.csv").read_bytes(), "samtaler.csv"), LAWS)
    found = {refusal.line: refusal for refusal in refusals}
    assert (len(rows), len(refusals)) == (1204, 9)
    assert (column, value) == (found[line].column, found[line].value)
    assert remedy in found[line].remedy


@pytest.mark.parametrize("name", ["samtaler_excel_utf8bom.csv", "samtaler.xlsx"])
def test_the_other_sample_files_have_no_faulty_row(name: str) -> None:
    """All 1200 rows of each are well-formed."""
    rows, refusals = check(read((DATA / name).read_bytes(), name), LAWS)
    assert (len(rows), refusals) == (1200, [])


def test_a_row_has_its_defaults() -> None:
    """Danish, reachable, neither opted out nor protected, and no time when the file tells none."""
    row = accepted()
    assert (
        row.language,
        row.mobile,
        row.email,
        row.opted_out,
        row.protected,
    ) == ("", "+4520123456", None, False, False)
    assert (date(2021, 8, 20), None, None, None) == (row.held_on, row.clock, row.citizen_id, row.kind)


@pytest.mark.parametrize("text", ["20-08-2021", "20.08.2021", "20/8/2021", "2021-08-20", "2021-08-20T09:30:00"])
def test_a_date_is_read_in_the_ways_people_write_it(text: str) -> None:
    """Danish with hyphen, dot or slash, and ISO."""
    assert date(2021, 8, 20) == accepted(date=text).held_on


@pytest.mark.parametrize(
    "text", ["20-08.2021", "08-20-2021", "20-08-21", "20-08-1921", "2021-13-01", "i går", "20"]
)
def test_a_date_that_does_not_exist_is_refused(text: str) -> None:
    """Also a year of two digits, and one that must be a slip."""
    assert ("Dato", text) == refused(date=text)[1:3]


@pytest.mark.parametrize("text", ["13:00", "13.00", "kl. 13.00", "13:00:59"])
def test_a_time_is_read_with_dot_or_colon(text: str) -> None:
    """In its own column, or behind the date."""
    assert time(13) == accepted(time=text).clock == accepted(date=f"20-08-2021 {text}").clock


def test_a_time_of_its_own_beats_the_one_behind_the_date() -> None:
    """A date column with midnight in it does not hide the time column."""
    assert time(13) == accepted(date="20-08-2021 00:00", time="13:00").clock


@pytest.mark.parametrize("text", ["25:99", "13", "1 PM", "24:00"])
def test_a_time_that_does_not_exist_is_refused_where_it_stands(text: str) -> None:
    """The column is the one the time was written in."""
    assert refused(time=text).column == "Tid"
    assert refused(date=f"20-08-2021 {text}").column == "Dato"


@pytest.mark.parametrize(
    ("word", "status"),
    [("AFHOLDT", "held"), ("Booket", "booked"), ("aflyst", "cancelled"), ("No-show", "not_attended")],
)
def test_a_status_is_a_danish_or_english_word(word: str, status: str) -> None:
    """In any case."""
    assert status == accepted(status=word).status


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"status": "Måske"}, "Status"),
        ({"status": ""}, "Status"),
        ({"opted_out": "måske"}, "Fravalgt"),
        ({"protected": "2"}, "Adressebeskyttelse"),
        ({"language": "dansk"}, "Sprog"),
        ({"team": ""}, "Team"),
        ({"date": ""}, "Dato"),
        ({"law": "LAS"}, "Lov"),
        ({"meeting_id": "x" * 101}, "SamtaleID"),
        ({"name": "<b>Bo</b>"}, "Navn"),
        ({"name": "+Bo"}, "Navn"),
        ({"name": "\tBo"}, "Navn"),
        ({"name": "Bo\nHansen"}, "Navn"),
        ({"name": "Bo \u202eneslaH"}, "Navn"),
        ({"name": "x" * 201}, "Navn"),
        ({"caseworker": "@SUM(A1)"}, "Sagsbehandler"),
        ({"kind": "-1+1"}, "Samtaletype"),
        ({"contact_form": "＝1"}, "Kontaktform"),
        ({"email": "a@b.dk, c@d.dk"}, "E-mail"),
        ({"email": "a@b.dk\r\nBcc: c@d.dk"}, "E-mail"),
        ({"email": "møller@eksempel.dk"}, "E-mail"),
    ],
)
def test_a_cell_that_cannot_be_used_refuses_the_row(cells: dict[str, str], column: str) -> None:
    """Unknown words, formulas, control characters, too long texts, and anything but one e-mail address."""
    assert column == refused(**cells).column


def test_a_law_in_any_case_and_a_team_in_any_case_are_known() -> None:
    """The team's own spelling is kept."""
    assert accepted(team="YDELSE", law="las").team == "Ydelse"


def test_a_refusal_without_teams_says_so() -> None:
    """A municipality that has not set up its teams yet gets an answer, too."""
    _, refusals = check(read(b"SamtaleID;Team;Dato;Status;Mobil\nS1;A;1-1-2021;x;", "a.csv"), {})
    assert refusals[0].remedy.endswith("Skriv et af disse: ingen endnu.")


@pytest.mark.parametrize(
    "text", ["20123456", "+45 20 12 34 56", "0045 2012 3456", "(+45) 20123456", "4520123456", "20.12.34.56"]
)
def test_a_mobile_becomes_e164(text: str) -> None:
    """However it is written."""
    assert accepted(mobile=text).mobile == "+4520123456"


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("112", "findes ikke"),
        ("020123456", "findes ikke"),
        ("+4512345678", "findes ikke"),
        ("201234567", "findes ikke"),
        ("ring til mig", "findes ikke"),
        ("0045", "findes ikke"),
        ("20123456 lokal 5", "findes ikke"),
        ("20123456,21123456", "flere numre"),
        ("20123456 eller 21123456", "flere numre"),
        ("20123456 +45 21123456", "flere numre"),
        ("90123456", "servicenummer"),
        ("+45 80 12 34 56", "servicenummer"),
        ("+46 70 123 45 67", "udenlandsk"),
    ],
)
def test_a_mobile_that_cannot_get_an_sms_is_refused(text: str, remedy: str) -> None:
    """Wrong, several, premium, free-phone and foreign numbers."""
    refusal = refused(mobile=text)
    assert ("Mobil", text) == (refusal.column, refusal.value)
    assert remedy in refusal.remedy


def test_the_quick_way_with_a_number_agrees_with_phonenumbers() -> None:
    """All prefixes of three digits: what it calls valid gives the same E.164, what it calls costly is refused."""
    e164 = phonenumbers.PhoneNumberFormat.E164
    for prefix in range(100, 1000):
        text = f"{prefix}12345"
        number = phonenumbers.parse(text, "DK")
        kind = phonenumbers.number_type(number)
        quick = meeting_rows._ORDINARY.fullmatch(text)
        if kind in (phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.TOLL_FREE):
            assert quick is None, text
        elif phonenumbers.is_valid_number(number):
            assert phonenumbers.format_number(number, e164) == accepted(mobile=text).mobile


def test_an_email_is_normalised() -> None:
    """The domain in ASCII and lower case, as mail servers want it."""
    assert accepted(email="Bo@ÆBLE.dk").email == "Bo@xn--ble-xla.dk"


def test_a_line_break_in_a_column_we_do_not_use_does_no_harm() -> None:
    """Only columns that are used can refuse a row for their letters."""
    data = 'SamtaleID;Team;Dato;Status;Mobil;Note\nS1;Ydelse;20-08-2021;Afholdt;20123456;"a\nb"'
    assert len(check(read(data.encode(), "samtaler.csv"), LAWS)[0]) == 1


@pytest.mark.parametrize("cells", ["S1;Ydelse;20-08-2021;Afholdt", "S1;Ydelse;20-08-2021;Afholdt;20123456;a;b"])
def test_a_row_with_too_few_or_too_many_fields_is_refused(cells: str) -> None:
    """A torn row could lack the column that says no."""
    _, refusals = check(read(f"SamtaleID;Team;Dato;Status;Mobil\n{cells}".encode(), "samtaler.csv"), LAWS)
    assert [refusal[:3] for refusal in refusals] == [(2, "hele rækken", "")]


def test_empty_fields_beyond_the_header_do_no_harm() -> None:
    """Excel likes to add them."""
    data = "SamtaleID;Team;Dato;Status;Mobil\nS1;Ydelse;20-08-2021;Afholdt;20123456;;"
    assert len(check(read(data.encode(), "samtaler.csv"), LAWS)[0]) == 1


def test_half_a_character_from_a_workbook_is_refused() -> None:
    """Excel's own escapes can hide a lone surrogate, which no database stores."""
    sheet = Sheet(("SamtaleID", "Navn"), {"meeting_id": 0, "name": 1}, [(2, ["S1", "Bo\ud800"])])
    assert check(sheet, LAWS)[1][0][:3] == (2, "Navn", "Bo·")


def test_a_shown_value_is_short_and_on_one_line() -> None:
    """A report stays readable whatever a cell holds."""
    assert f"a·{'x' * 58}…" == shown("a\n" + "x" * 500)
