"""What can happen on the way to an answer, through the pages."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey import keys
from survey.models import Ballot, CallbackRequest, Meeting, Municipality, Staff
from tests.checking import rows_in
from tests.fixtures.citizens import ALL_FOUR

FORM = "application/x-www-form-urlencoded"
EMOJI = "\N{GRINNING FACE}"


@pytest.fixture
def private_key(session: Session, stevns: Municipality, open_key: Callable[..., bytes]) -> bytes:
    """The private half of the open ballot key."""
    return open_key(session, stevns)


@pytest.fixture
def path(
    session: Session,
    stevns: Municipality,
    private_key: bytes,
    invite: Callable[..., int],
    send_link: Callable[..., str],
) -> str:
    """The address of a live link to the five statements of Ydelse."""
    return f"/s/{send_link(session, stevns, invite(session, stevns))}"


@pytest.fixture
def ballot(session: Session, private_key: bytes) -> Callable[[], keys.BallotContent]:
    """`ballot()` opens the only ballot."""
    return lambda: keys.unseal(private_key, session.scalars(select(Ballot.sealed)).one())


def all_of(point: int) -> dict[str, str]:
    """The same point on all five statements."""
    return {f"s{n}": str(point) for n in range(1, 6)}


@pytest.mark.parametrize(("point", "label", "end"), [(1, "Helt uenig", "low"), (4, "Helt enig", "high")])
def test_one_end_throughout_is_asked_about_once(
    client: FlaskClient, path: str, ballot: Callable[[], keys.BallotContent], point: int, label: str, end: str
) -> None:
    """The same neutral question at both ends; whoever says yes has kept their answer."""
    asked = client.post(path, data=all_of(point))
    assert asked.status_code == 200
    assert f"Du har svaret »{label}« på alle" in asked.text
    assert client.post(path, data={**all_of(point), "checked": end}).status_code == 200
    assert (ballot().answers, ballot().confirmation) == ((point,) * 5, "kept")


def test_who_misread_the_scale_changes_their_answer(
    client: FlaskClient, path: str, ballot: Callable[[], keys.BallotContent]
) -> None:
    """The answers are shown again, nothing is stored, and the second answer counts as changed."""
    again = client.post(path, data={**all_of(1), "checked": "low", "change": "1"}).text
    assert again.count("checked>") == 5
    assert '<input type="hidden" name="checked" value="low">' in again
    assert client.post(path, data={**all_of(4), "checked": "low"}).status_code == 200
    assert (ballot().answers, ballot().confirmation) == ((4,) * 5, "changed")


@pytest.mark.parametrize(
    "sent",
    [{**all_of(4), "s1": "3"}, all_of(2), {"s1": "4", "rest": "1"}, {**all_of(0), "s2": "1"}],
)
def test_other_answers_are_stored_without_a_question(
    client: FlaskClient, path: str, ballot: Callable[[], keys.BallotContent], sent: dict[str, str]
) -> None:
    """A mixed answer, the middle throughout, and a single one."""
    assert "Tak for dit svar" in client.post(path, data=sent).text
    assert ballot().confirmation is None


def test_blanks_are_kept_through_the_question(
    client: FlaskClient, path: str, ballot: Callable[[], keys.BallotContent]
) -> None:
    """Who left some blank and is asked about the rest sends as little as before."""
    asked = client.post(path, data={"s1": "1", "s2": "1", "rest": "1"}).text
    assert '<input type="hidden" name="rest" value="1">' in asked
    assert client.post(path, data={"s1": "1", "s2": "1", "rest": "1", "checked": "low"}).status_code == 200
    assert ballot().answers == (1, 1, None, None, None)


def test_a_link_may_preselect_an_answer_and_stores_nothing(
    session: Session, client: FlaskClient, path: str
) -> None:
    """As from an e-mail; an option that is none is passed over."""
    page = client.get(f"{path}?s1=3&s2=9&s9=1&name=x").text
    assert page.count("checked>") == 1
    assert "id=s1-3 value=3 checked" in page
    assert rows_in(session, Ballot) == 0


def test_another_language_half_way_keeps_the_answers(session: Session, client: FlaskClient, path: str) -> None:
    """The page is shown again with what was chosen, and nothing is stored or complained of."""
    page = client.post(f"{path}?sprog=da", data={"s1": "3", "s4": "0", "speak": "1"})
    assert page.status_code == 200
    assert page.text.count("checked>") == 2
    assert "Fejl" not in page.text.partition("<main>")[0]
    assert rows_in(session, Ballot) == 0


class TestWhatIsAskedBeside:
    """The tag and the comment, where the municipality asks for them."""

    @pytest.fixture(autouse=True)
    def asks(self, stevns: Municipality) -> None:
        """Stevns asks for both."""
        stevns.asks_tag = stevns.asks_comment = True

    def test_both_are_offered_and_neither_is_required(
        self, client: FlaskClient, path: str, ballot: Callable[[], keys.BallotContent]
    ) -> None:
        """Left alone they are nothing."""
        page = client.get(path).text
        assert 'name="tag"' in page
        assert "<textarea" in page
        client.post(path, data={**ALL_FOUR, "comment": " \n "})
        assert (ballot().tag, ballot().comment) == (None, "")

    def test_both_are_sealed_with_the_answer(
        self, client: FlaskClient, path: str, ballot: Callable[[], keys.BallotContent]
    ) -> None:
        """A comment keeps its lines and loses what cannot be shown; a thousand emoji fit."""
        sent = {
            **ALL_FOUR,
            "tag": "law",
            "comment": f"Tak\0\x1b \r\n{EMOJI * 990}\ud800".encode("utf-8", "replace"),
        }
        assert client.post(path, data=sent).status_code == 200
        assert (ballot().tag, ballot().comment) == ("law", f"Tak\n{EMOJI * 990}?")

    def test_the_longest_comment_fits_beside_the_longest_target_group(
        self, session: Session, client: FlaskClient, path: str, ballot: Callable[[], keys.BallotContent]
    ) -> None:
        """A thousand emoji, in an answer whose every other part is as long as it can be."""
        session.execute(update(Meeting).values(target_group='"' * 100 + EMOJI * 100))
        sent = {**ALL_FOUR, "tag": "meeting", "comment": EMOJI * 1000}
        assert client.post(path, data=sent).status_code == 200
        assert ballot().comment == EMOJI * 1000

    def test_half_a_million_fields_are_not_read(self, session: Session, client: FlaskClient, path: str) -> None:
        """413 at once, although a long comment has room."""
        assert client.post(path, data=b"a&" * 500_000, content_type=FORM).status_code == 413
        assert rows_in(session, Ballot) == 0

    def test_a_comment_too_long_is_told_and_all_is_kept(
        self, session: Session, client: FlaskClient, path: str
    ) -> None:
        """80 000 characters: how many there may be, how many there are, and the answers as they were."""
        page = client.post(path, data={**all_of(2), "comment": EMOJI * 80_000})
        assert page.status_code == 422
        assert "Kommentaren må højst have 1000 tegn. Du har skrevet 80000." in page.text
        assert page.text.count("checked>") == 5
        assert page.text.count(EMOJI) == 80_000
        assert rows_in(session, Ballot) == 0

    def test_what_the_answer_is_about_must_be_on_the_page(
        self, session: Session, client: FlaskClient, path: str
    ) -> None:
        """Another tag is told at its place."""
        page = client.post(path, data={**ALL_FOUR, "tag": "weather"})
        assert page.status_code == 422
        assert 'href="#tag-meeting"' in page.text
        assert rows_in(session, Ballot) == 0


def test_what_is_not_asked_for_is_refused(session: Session, client: FlaskClient, path: str) -> None:
    """A comment or a tag where the municipality asks for none is no part of the form."""
    for name in ("comment", "tag"):
        assert client.post(path, data={**ALL_FOUR, name: "law"}).status_code == 422
    assert rows_in(session, Ballot) == 0


@pytest.mark.parametrize(
    "sent",
    [
        b"&".join(b"s%d=4" % n for n in range(10_000)),
        "s1=4&s2=4".encode("utf-16"),
        b"s1=%ED%A0%80&s2=%00",
        b"s1=4&s1=4&s2=4&s3=4&s4=4&s5=3",
        b"s1=4;s2=4;s3=4",
        b"%" * 1000,
    ],
)
def test_strange_bodies_store_nothing(session: Session, client: FlaskClient, path: str, sent: bytes) -> None:
    """Ten thousand fields, another charset, a lone surrogate, a field twice: told, never a fault of ours."""
    page = client.post(path, data=sent, content_type=f"{FORM}; charset=utf-16")
    assert page.status_code in (413, 422)
    assert rows_in(session, Ballot) == 0


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "20123457",
            "20 12 34 57",
            "20-12-34-57",
            "2012 3457",
            "+45 20123457",
            "+4520123457",
            "0045 20 12 34 57",
        ),
        *("(+45) 20 12 34 57", "20.12.34.57", " 20123457 ", "tlf. 20123457", "20\u00a012\u00a034\u00a057"),
    ],
)
def test_a_number_is_understood_as_people_write_it(
    session: Session, client: FlaskClient, path: str, typed: str
) -> None:
    """Twelve spellings of one number."""
    assert client.post(f"{path}/opkald", data={"phone": typed}).status_code == 200
    assert session.scalars(select(CallbackRequest.phone)).one() == "+4520123457"


def test_a_wish_can_be_taken_back_and_made_again(session: Session, client: FlaskClient, path: str) -> None:
    """Looking changes nothing; pressing deletes what nobody has taken; asking again is possible."""
    client.post(f"{path}/opkald")
    assert "Vil du ikke ringes op?" in client.get(f"{path}/opkald/fortryd").text
    assert rows_in(session, CallbackRequest) == 1
    for _ in range(2):
        assert "Der er intet ønske om et opkald" in client.post(f"{path}/opkald/fortryd").text
    assert rows_in(session, CallbackRequest) == 0
    assert "Der er intet ønske om et opkald" in client.get(f"{path}/opkald/fortryd").text
    assert client.post(f"{path}/opkald").status_code == 200


def test_a_wish_that_is_taken_is_closed_for_the_caseworker_to_see(
    session: Session, client: FlaskClient, path: str, stevns: Municipality, employ: Callable[..., Staff]
) -> None:
    """It leaves the list as withdrawn by the citizen, and stays for 90 days as others do."""
    client.post(f"{path}/opkald")
    taker = employ(session, stevns, "caseworker", "Ydelse")
    taken = {"state": "taken", "taken_by": taker.id, "taken_at": CallbackRequest.asked_at}
    session.execute(update(CallbackRequest).values(taken))
    client.post(f"{path}/opkald/fortryd")
    assert session.execute(select(CallbackRequest.state, CallbackRequest.outcome)).one() == ("closed", "withdrawn")
    assert "Vi har også dit ønske" not in client.post(path, data=ALL_FOUR).text
    assert client.post(f"{path}/opkald").status_code == 200, "whoever changes their mind is called all the same"
    assert rows_in(session, CallbackRequest) == 2


def test_the_caseworker_is_told_the_language_the_citizen_read(
    session: Session, client: FlaskClient, path: str
) -> None:
    """So that an interpreter can be there; the page shows that it is told."""
    assert client.post(f"{path}/opkald").status_code == 200
    assert session.scalars(select(CallbackRequest.language)).one() == "da"


def test_another_language_at_the_question_asks_it_again(session: Session, client: FlaskClient, path: str) -> None:
    """Not the questionnaire, and nothing is stored."""
    page = client.post(f"{path}?sprog=en", data={**all_of(4), "checked": "high", "speak": "confirm"})
    assert page.status_code == 200
    assert 'name="checked" value="high"' in page.text
    assert "<fieldset" not in page.text
    assert rows_in(session, Ballot) == 0
