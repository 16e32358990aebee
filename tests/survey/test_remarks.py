"""Comments and confirmations as they may be shown: whole quarters, from ten on, one municipality's."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from survey import municipalities, remarks
from survey.models import Comment, Confirmation, Municipality
from survey.results import Period

SPRING, SUMMER = date(2021, 4, 1), date(2021, 7, 1)
YEAR = Period(date(2020, 8, 24), date(2021, 8, 23))
NBSP = "\N{NO-BREAK SPACE}"


def write(session: Session, place: Municipality, n: int, law: str = "LAB", quarter: date = SPRING) -> None:
    """`n` comments that were written out."""
    of = {"municipality_id": place.id, "law": law, "quarter": quarter}
    session.add_all(Comment(**of, id=uuid4(), text=f"{law} {number}") for number in range(n))
    session.flush()


def confirm(session: Session, place: Municipality, language: str, kept: int, changed: int) -> None:
    """What was counted in spring."""
    of = {"municipality_id": place.id, "quarter": SPRING, "language": language}
    session.add(Confirmation(**of, kept=kept, changed=changed))
    session.flush()


def test_ten_comments_are_shown_and_nine_are_not(session: Session, stevns: Municipality) -> None:
    """Of each law group and quarter by itself, newest first, with how many there are."""
    write(session, stevns, 10)
    write(session, stevns, 12, "LAS", SUMMER)
    write(session, stevns, 9, "LAS")
    found = remarks.read(session, stevns.id, YEAR).comments
    assert [(group.law, group.quarter, group.n) for group in found] == [("LAS", SUMMER, 12), ("LAB", SPRING, 10)]
    assert set(found[1].texts) == {f"LAB {number}" for number in range(10)}


def test_comments_come_in_drawn_order(session: Session, stevns: Municipality) -> None:
    """Not as they were written, and the same every time."""
    write(session, stevns, 30)
    first, second = (remarks.read(session, stevns.id, YEAR).comments[0].texts for _look in "ab")
    assert first == second != tuple(f"LAB {number}" for number in range(30))


def test_of_very_many_some_are_drawn(session: Session, stevns: Municipality) -> None:
    """Two hundred are read, and all are counted."""
    write(session, stevns, 205)
    (group,) = remarks.read(session, stevns.id, YEAR).comments
    assert (group.n, len(group.texts)) == (205, remarks.AT_MOST)


def test_a_higher_k_holds_for_what_was_written_before(session: Session, stevns: Municipality) -> None:
    """Raised to twelve, eleven comments and eleven confirmations are shown no longer."""
    write(session, stevns, 11)
    confirm(session, stevns, "da", 8, 3)
    stevns.smallest_group = 12
    session.flush()
    found = remarks.read(session, stevns.id, YEAR)
    assert (found.comments, [row.changed.text for row in found.confirmed]) == ((), ["for få svar"])


def test_the_share_who_changed_follows_the_rules_of_shares(session: Session, stevns: Municipality) -> None:
    """With both numbers; of ten none is not told, of eleven only as "højst 10 %"."""
    for language, kept, changed in (("ar", 10, 0), ("da", 30, 10), ("so", 11, 0)):
        confirm(session, stevns, language, kept, changed)
    found = remarks.read(session, stevns.id, YEAR).confirmed
    assert [(row.language, row.changed.text) for row in found] == [
        ("ar", "vises ikke"),
        ("da", f"10/40 = 25,0{NBSP}%"),
        ("so", f"højst 10{NBSP}%"),
    ]


def test_only_quarters_that_overlap_the_period(session: Session, stevns: Municipality) -> None:
    """The last day of June is spring; the first of July is not."""
    write(session, stevns, 10)
    confirm(session, stevns, "da", 30, 10)
    for day, n in ((date(2021, 6, 30), 1), (SUMMER, 0)):
        found = remarks.read(session, stevns.id, Period(day, day))
        assert (len(found.comments), len(found.confirmed)) == (n, n)


def test_another_municipality_is_another_matter(
    session: Session, stevns: Municipality, now: datetime, sql: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    """Faxe's comments are not Stevns', and three statements read any number."""
    faxe = municipalities.establish(session, slug="faxe", name="Faxe", phone="1", sms_sender="Faxe", now=now)
    write(session, faxe, 30)
    confirm(session, faxe, "da", 30, 10)
    with sql() as statements:
        found = remarks.read(session, stevns.id, YEAR)
    assert (found.comments, found.confirmed, len(statements)) == ((), (), 3)
