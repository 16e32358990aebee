"""What a questionnaire must not say, and what it could say better."""

import pytest

from survey import question_sets, wording

FOUR = ("Helt uenig", "Delvist uenig", "Delvist enig", "Helt enig")
GOOD = ("Jeg er blevet mødt med respekt",)


def told(found: list[wording.Finding]) -> list[tuple[str, str]]:
    """Field and message of each."""
    return [(finding.field, finding.message) for finding in found]


@pytest.mark.parametrize(
    ("labels", "statements", "field", "message"),
    [
        (FOUR, (), "statement-1", "Skriv mellem 1 og 7 udsagn."),
        (FOUR, [f"Jeg er {n}" for n in range(8)], "statement-1", "Skriv mellem 1 og 7 udsagn."),
        (FOUR, ("Jeg er glad", ""), "statement-2", "Udsagn 2 mangler."),
        (FOUR, ("Jeg " + "x" * 237,), "statement-1", "Udsagn 1 er på 241 tegn. Forkort det til højst 240."),
        (FOUR, ("Jeg er glad", "jeg ER glad"), "statement-2", "Udsagn 2 er det samme som udsagn 1. Lad dem sige"),
        (FOUR, ("Jeg er 010190-1234",), "statement-1", "Udsagn 1 ligner et CPR-nummer. Slet det."),
        (FOUR[:3], GOOD, "label-1", "Skalaen skal have 4 eller 5 svar"),
        ((*FOUR, ""), GOOD, "label-5", "Svar 5 mangler."),
        ((*FOUR, "Helt enig"), GOOD, "label-5", "Svar 5 er det samme som svar 4."),
        (("x" * 61, *FOUR[1:]), GOOD, "label-1", "Svar 1 er på 61 tegn. Forkort det til højst 60."),
    ],
)
def test_what_is_wrong_is_named_with_its_field(
    labels: tuple[str, ...], statements: tuple[str, ...], field: str, message: str
) -> None:
    """And with what to do about it."""
    ((found_field, found_message),) = told(wording.problems(labels, statements))
    assert found_field == field
    assert found_message.startswith(message)


@pytest.mark.parametrize(
    ("statement", "hint"),
    [
        ("Sagsbehandleren var venlig", "Udsagn 1 er ikke sagt med borgerens stemme. Skriv fx »Jeg har fået …«."),
        ("Fik jeg svar?", "Udsagn 1 er et spørgsmål. Skriv noget, man kan være enig eller uenig i."),
        ("Jeg fik ikke svar", "Udsagn 1 siger »ikke«. Det er svært at være uenig i: sig det uden."),
        ("Vi talte om beskæftigelsesindsats", "bogstaver: »beskæftigelsesindsats«. Findes der et kortere?"),
    ],
)
def test_what_could_be_better_is_a_hint(statement: str, hint: str) -> None:
    """It never stands in the way."""
    assert any(hint in message for _, message in told(wording.hints([statement])))
    assert wording.problems(FOUR, [statement]) == []


def test_a_hard_questionnaire_is_told() -> None:
    """Of the whole, above 35."""
    hard = "Jeg modtog vejledning vedrørende aktiveringsforpligtelser"
    assert told(wording.hints([hard]))[-1][1].startswith("Lixtallet er 65. Over 35 er svært")


@pytest.mark.parametrize("code", question_sets.CODES)
def test_what_we_ship_needs_no_hint(code: str) -> None:
    """In the citizen's own voice, and easy."""
    content = question_sets.load(code)
    lines = [statement.text for statement in content.statements]
    assert wording.problems(content.scale.labels, lines) == wording.hints(lines) == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Jeg\r\n er\t glad ", "Jeg er glad"),
        ("Jeg\x00 er\u202e glad\u2069\u200f\ufeff", "Jeg er glad"),
        ("می‌خواهم", "می‌خواهم"),
        ("Aa\u030a", "Aå"),
    ],
)
def test_text_is_made_plain(typed: str, kept: str) -> None:
    """One line, composed, nothing that turns the direction; the joiner that Persian spells with stays."""
    assert wording.tidy(typed) == kept
