"""The next version of a questionnaire: what follows it, and what does not."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from survey import db, municipalities, published, question_sets, questionnaires, recordings, translations, wording
from survey.models import Invitation, Municipality, QuestionnaireVersion, Staff
from survey.published import Version
from survey.questionnaire import Statement
from survey.questionnaires import Draft
from survey.vocabulary import Words
from tests.conftest import ROOT

TONE = (ROOT / "tests" / "data" / "recordings" / "tone.mp3").read_bytes()
NEW = Statement("Jeg ved, hvem jeg kan ringe til")
"""A statement that nobody has translated."""


def newest(session: Session, municipality: Municipality, code: str = "ydelse") -> Version:
    """The version of the questionnaire that new citizens are asked."""
    found = published.versions(session, municipality.id)
    return next(version for version in found if version.content.code == code and not version.closed_at)


def draft(of: Version, **changed: object) -> Draft:
    """The draft of the version after `of`: a copy, but for what is changed."""
    copy = Draft(of.content.scale.labels, of.content.statements)
    return replace(copy, **changed)  # type: ignore[arg-type]  # the test names what it changes


def test_the_room_sees_every_questionnaire(session: Session, stevns: Municipality, now: datetime) -> None:
    """By name, with the teams that use it and its versions, newest first."""
    before = newest(session, stevns)
    later = questionnaires.succeed(session, before, draft(before, statements=(NEW,)), now)
    found = questionnaires.sheets(session, stevns.id)
    assert [(sheet.name, sheet.teams) for sheet in found] == [
        ("Faxe", ()),
        ("Opfølgning", ("Opfølgning",)),
        ("Ydelse", ("Ydelse",)),
    ]
    assert [(version.id, version.number) for version in found[2].versions] == [(later, 2), (before.id, 1)]
    assert found[2].versions[0].content.statements == (NEW,)
    assert questionnaires.sheets(session, stevns.id + 1) == []


def test_the_version_before_is_closed_and_its_links_keep_it(
    session: Session, stevns: Municipality, invite: Callable[..., int], now: datetime
) -> None:
    """Who was invited before is asked what they were invited to answer."""
    before, invitation = newest(session, stevns), invite(session, stevns)
    later = questionnaires.succeed(session, before, draft(before, statements=(NEW,)), now + timedelta(days=1))
    (old,) = published.versions(session, stevns.id, before.id)
    assert old.closed_at == now + timedelta(days=1)
    assert newest(session, stevns).id == later
    asked = select(Invitation.version_id).where(Invitation.id == invitation)
    assert session.scalars(asked).one() == before.id


def test_translations_follow_unverified_while_every_text_is_known(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], now: datetime
) -> None:
    """Fewer statements, another order, one of another questionnaire: all known. The mark does not follow."""
    before, person = newest(session, stevns), employ(session, stevns, "administrator")
    english = translations.Place(stevns.id, before.id, "en")
    seen = translations.one(session, english)
    assert seen
    translations.verify(session, english, seen.words, staff_id=person.id, now=now)
    borrowed = question_sets.load("faxe").statements[0]
    later = questionnaires.succeed(
        session, before, draft(before, statements=(borrowed, before.content.statements[0])), now
    )
    found = translations.every(session, stevns.id, later)
    assert len(found) == 8
    assert found[later, "en"] == translations.Kept(
        Words(seen.words.labels, ("I felt heard in the meeting", seen.words.statements[0])),
        None,
        None,
    )


def test_a_language_falls_back_whole_to_danish(session: Session, stevns: Municipality, now: datetime) -> None:
    """One text that nobody has translated, and no language follows; nor does one that was taken off."""
    before = newest(session, stevns)
    translations.forget(session, translations.Place(stevns.id, before.id, "so"))
    fewer = draft(before, statements=before.content.statements[:2])
    second = questionnaires.succeed(session, before, fewer, now)
    assert set(translations.read(session, stevns.id, second)) == {"en", "uk", "ar", "pl", "tr", "ti", "fa"}
    after = newest(session, stevns)
    third = questionnaires.succeed(session, after, draft(after, statements=(*after.content.statements, NEW)), now)
    assert translations.read(session, stevns.id, third) == {}


def test_recordings_follow_the_same_words(
    session: Session, stevns: Municipality, employ: Callable[..., Staff], now: datetime
) -> None:
    """To the statement's new place, in Danish and in a language that follows; of what is gone, nothing."""
    before, person = newest(session, stevns), employ(session, stevns, "administrator")
    for language, position in (("da", 1), ("da", 5), ("ar", 5), ("en", 3)):
        place = recordings.Place(stevns.id, before.id, language, position)
        recordings.save(session, place, TONE, staff_id=person.id, now=now)
    first, *_, last = before.content.statements
    later = questionnaires.succeed(session, before, draft(before, statements=(last, first)), now)
    assert set(recordings.read(session, stevns.id, later)) == {("da", 1), ("da", 2), ("ar", 1)}
    assert len(recordings.read(session, stevns.id, before.id)) == 4


def test_nothing_changed_is_no_version(session: Session, stevns: Municipality, now: datetime) -> None:
    """A new series in the figures begins only for something; an offer of a call is something."""
    before = newest(session, stevns)
    with pytest.raises(wording.WordingError, match="Intet er ændret"):
        questionnaires.succeed(session, before, draft(before), now)
    offering = tuple(replace(line, offers_callback=True) for line in before.content.statements)
    questionnaires.succeed(session, before, draft(before, statements=offering), now)
    assert newest(session, stevns).number == 2


def test_a_wrong_draft_is_not_published(session: Session, stevns: Municipality, now: datetime) -> None:
    """Nothing is closed and nothing is new."""
    before = newest(session, stevns)
    with pytest.raises(wording.WordingError, match="Skriv mellem 1 og 7 udsagn"):
        questionnaires.succeed(session, before, draft(before, statements=()), now)
    assert newest(session, stevns) == before


def test_a_scale_may_change_its_length(session: Session, stevns: Municipality, now: datetime) -> None:
    """Five points instead of four, with words for each; translations that know the scale follow."""
    before = newest(session, stevns)
    labels = question_sets.load("faxe").scale.labels
    later = questionnaires.succeed(session, before, draft(before, labels=labels), now)
    assert newest(session, stevns).content.scale.top == 5
    assert translations.read(session, stevns.id, later)["en"].scale.labels[2] == "Yes and no"


def test_of_two_at_once_one_is_told(database_url: str, now: datetime) -> None:
    """The second waits for the first, sees that it is closed, and publishes nothing."""
    engine = db.connect(database_url)
    with db.transaction() as session:
        stevns = municipalities.establish(
            session, slug="s", name="S", phone="1", sms_sender="S", now=now, teams={}
        )
        before = newest(session, stevns)
    told: list[str] = []

    def second() -> None:
        with db.transaction() as other:
            try:
                questionnaires.succeed(other, before, draft(before, statements=(NEW,)), now)
            except questionnaires.StaleError:
                told.append("stale")

    with db.transaction() as session:
        questionnaires.succeed(session, before, draft(before, statements=before.content.statements[:1]), now)
        thread = threading.Thread(target=second)
        thread.start()
    thread.join()
    engine.dispose()
    check = create_engine(database_url)
    with Session(check) as session:
        assert (told, newest(session, stevns).number) == (["stale"], 2)
    check.dispose()


def test_reworded_statements_may_mean_the_same(session: Session, stevns: Municipality, now: datetime) -> None:
    """Unchanged words do by themselves; a changed one when the editor says so; the series then goes on."""
    before = newest(session, stevns)
    lines = (NEW, *before.content.statements[1:])
    assert draft(before, statements=lines).means_the_same(before) == {2, 3, 4, 5}
    marked = draft(before, statements=lines, same=frozenset({1}))
    assert questionnaires.new_series_because(marked, before) == ""
    later = questionnaires.succeed(session, before, marked, now)
    assert session.get_one(QuestionnaireVersion, (stevns.id, later)).continues_id == before.id


def test_why_a_new_series_begins(session: Session, stevns: Municipality) -> None:
    """Other answers, another number of statements, or those that are not marked, by their numbers."""
    before = newest(session, stevns)
    lines = before.content.statements
    labels = ("Slet ikke", *before.content.scale.labels[1:])
    other = tuple(replace(line, text=f"{line.text} nu") for line in lines[:3])
    for changed, because in (
        ({"labels": labels}, "svarene er andre"),
        ({"statements": lines[:4]}, "der er 4 udsagn i stedet for 5"),
        ({"statements": (other[0], *lines[1:])}, "udsagn 1 ikke er mærket »Samme betydning«"),
        ({"statements": (*other, *lines[3:])}, "udsagn 1, 2 og 3 ikke er mærket »Samme betydning«"),
    ):
        assert questionnaires.new_series_because(draft(before, **changed), before) == because


def test_a_mark_must_be_about_the_statement_that_stood_there(session: Session, stevns: Municipality) -> None:
    """Two that changed places, or one where there was none, cannot mean the same."""
    before = newest(session, stevns)
    first, second, *rest = before.content.statements
    swapped = draft(before, statements=(second, first, *rest), same=frozenset({1, 2}))
    assert [found.message for found in questionnaires.problems(swapped, before)] == [
        "Udsagn 1 var udsagn 2 før. Behold rækkefølgen, eller fjern fluebenet.",
        "Udsagn 2 var udsagn 1 før. Behold rækkefølgen, eller fjern fluebenet.",
    ]
    more = draft(before, statements=(*before.content.statements, NEW), same=frozenset({6, 7}))
    (found,) = questionnaires.problems(more, before)
    assert found.message == "Udsagn 6 er nyt: der var intet udsagn 6 før. Fjern fluebenet »Samme betydning«."
