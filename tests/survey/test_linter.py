"""The linter: what it refuses, where, and what it says to do instead."""

import pytest

from survey import linter, texts

GOOD = "{municipality}: Hvordan gik det? {link}"


def says(text: str, language: str = "da", channel: str = "sms", field: str = "body", **more: object) -> str:
    """All that is said about `text`, in one string."""
    found = linter.lint(text, language, channel, field, **more)  # type: ignore[arg-type]  # a test's shorthand
    return " ".join(finding.message for finding in found)


@pytest.mark.parametrize(
    "word",
    [
        *("jobcenteret", "Job-Center", "job center", "JOBCENTRET", "jobsamtale", "fleksjobbet", "jobparat"),
        *("kontanthjælpen", "kontant\u00adhjælp", "sygedagpenge", "dagpengene", "kontantydelse", "ydelsescenter"),
        *("sygemeldt", "førtidspension", "uddannelseshjælp", "løntilskud", "A-kassen", "bistand"),
        *("sagsbehandleren", "sag", "sagen", "sagsnummer", "rådgiveren", "aktivering", "beskæftigelsesindsats"),
        *("ledig", "arbejdsløs", "arbejdsevne", "revalidering", "ressourceforløb", "virksomhedspraktik"),
        *("CPR-nummer", "personnummer", "sanktion", "sanktionen", "partshøring", "afgørelsen", "sygdom"),
    ],
)
def test_words_that_reveal_the_case_are_refused(word: str) -> None:
    """With compounds and endings, whatever the case, hyphens and invisible hyphens; the whole word is named."""
    said = says(f"{{municipality}}: Om {word} på torsdag {{link}}")
    assert f"»{word}« (linje 1, tegn 20)" in said
    assert "skriv fx »samtale«" in said


@pytest.mark.parametrize(
    "text",
    ["en indbydelse", "det gælder", "vi sagde", "tre arbejdsdage", "sparekassen", "til rådighed", "en afbrydelse"],
)
def test_innocent_words_pass(text: str) -> None:
    """Words that only look like it."""
    assert says(f"{{municipality}}: {text} {{link}}") == ""


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "your case worker"),
        ("en", "the Job Centre"),
        ("en", "your benefits"),
        ("uk", "Центр зайнятості"),
        ("uk", "ваша допомога"),
        ("ar", "مركز العمل"),
        ("ar", "البطالة"),
        ("pl", "Urząd Pracy"),
        ("pl", "zasiłek"),
        ("tr", "İŞ MERKEZİ"),
        ("tr", "işsizlik"),
        ("so", "xarunta shaqada"),
        ("so", "ceyrta"),
        ("ti", "ቤት ጽሕፈት ስራሕ"),
        ("fa", "کمک‌هزینه"),
        ("fa", "بيكاري"),
        ("fa", "sygedagpenge"),
        ("tr", "benefits"),
        *((language, "CPR") for language in texts.LANGUAGES),
    ],
)
def test_words_that_reveal_the_case_are_known_in_every_language(language: str, text: str) -> None:
    """Its own words, and the Danish and English ones that cannot be mistaken."""
    assert linter.telling(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [("tr", "Sağ olun"), ("en", "In case of questions"), ("so", "Mahadsanid"), ("pl", "Sprawdź")],
)
def test_a_foreign_word_is_not_taken_for_a_danish_one(language: str, text: str) -> None:
    """Short Danish words are looked for in Danish alone."""
    assert linter.telling(text, language) == []


def test_a_word_is_told_once_with_its_line() -> None:
    """The second time it stands there adds nothing."""
    found = linter.telling("Hej\nDin sag og din Sag", "da")
    assert len(found) == 1
    assert "»sag« (linje 2, tegn 5)" in found[0]


def test_subjects_are_held_to_the_same(subject: str = "Om din ydelse hos {municipality}") -> None:
    """The body of an e-mail may say more: it is not on a locked screen."""
    assert "»ydelse«" in says(subject, channel="email", field="subject")
    assert says("Din ydelse.\n\n{municipality}\n\n{link}\n\n{unsubscribe}", channel="email") == ""


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (
            "Pladsholderen {navn} (linje 1, tegn 5) findes ikke. Brug en af disse: {municipality}, {sender}",
            "Hej {navn}",
        ),
        ("{unsubscribe} (linje 1, tegn 1) kan ikke stå her", "{unsubscribe}"),
        ("{code} (linje 1, tegn 1) kan ikke stå her", "{code}"),
        ("Tegnet } (linje 2, tegn 1) hører til en pladsholder", "Hej\n}"),
        ("{link} mangler", "{municipality}"),
        ("{link} står 2 gange", "{link} {link}"),
        ("Skriv {municipality} eller {sender}", "{link}"),
        ("Sæt mellemrum eller linjeskift omkring {link} (linje 1, tegn 1), ellers bliver ».«", "{link}."),
        ("ellers bliver »:«", "her:{link}"),
        ("Skriv en tekst.", " "),
        ("Forkort den til højst 1000.", "x" * 1001),
        ("»bit.ly/x« (linje 1, tegn 5) er et forkortet link", "Hej bit.ly/x."),
        ("»https://evil.dk/s« (linje 1, tegn 1) ligner en adresse", "https://evil.dk/s"),
        ("»evil.com« (linje 1, tegn 3) ligner en adresse", "a@evil.com"),
        ("»tak.Vi« (linje 1, tegn 1) ligner en adresse", "tak.Vi ses"),
        ("»https://« (linje 1, tegn 1) ligner en adresse", "https://{place}"),
    ],
)
def test_what_is_wrong_is_said_with_place_and_remedy(expected: str, text: str) -> None:
    """Placeholders, the way to the questions, who asks, length and addresses."""
    assert expected in says(text)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("Skriv et emne.", ""),
        ("Emnet har flere linjer.", "Hej\r\nBcc: x"),
        ("{link} (linje 1, tegn 1) kan ikke stå her. Brug en af disse: {municipality}", "{link}"),
        ("Forkort den til højst 120.", "x" * 121),
    ],
)
def test_a_subject_is_one_short_line(expected: str, text: str) -> None:
    """It can become no header of its own."""
    assert expected in says(text, channel="email", field="subject")


def test_an_email_lets_the_citizen_say_no_thanks() -> None:
    """Without {unsubscribe} it is refused."""
    assert "{unsubscribe} mangler" in says(GOOD, channel="email")


def test_a_municipality_without_links_needs_place_and_code() -> None:
    """And {link} has no meaning there."""
    said = says(GOOD, link_mode="code_only")
    assert "{place} mangler" in said
    assert "{code} mangler" in said
    assert "{link} (linje 1, tegn 34) kan ikke stå her" in said
    assert says("{sender}: {place} {code}", link_mode="code_only") == ""


@pytest.mark.parametrize(
    "address", ["www.stevns.dk", "https://stevns.dk/svar", "post@stevns.dk", "Svar.Stevns.dk"]
)
def test_the_municipalitys_own_domain_is_not_foreign(address: str) -> None:
    """Whatever stands below the domain of its links."""
    assert says(f"{GOOD} {address}", hosts=["svar.stevns.dk"]) == ""


def test_too_many_segments_are_a_warning() -> None:
    """The text may be saved, but the price is said."""
    found = linter.lint("{municipality}: " + "lang " * 20 + "{link}", "da", "sms", "body")
    assert [finding.warning for finding in found] == [True]
    assert "fylder 2 segmenter" in found[0].message
    assert "højst 1" in found[0].message


def test_the_character_that_costs_is_named() -> None:
    """In a language that fits the SMS alphabet; elsewhere it is as it must be."""
    assert "»ł« (linje 1, tegn 17) findes ikke i SMS-alfabetet" in says("{municipality}: ł {link}")
    assert says("{municipality}: ł {link}", "pl") == ""


def test_a_name_in_an_sms_is_a_warning() -> None:
    """Nobody knows how long it is, or with which letters."""
    found = linter.lint("{municipality}: Hej {name} {link}", "da", "sms", "body")
    assert ["flere segmenter" in finding.message for finding in found if finding.warning] == [True]
