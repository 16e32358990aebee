"""Means by language, channel and so on as they may be shown: whole quarters, one municipality's."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import municipalities, sides
from survey.models import Municipality, QuestionnaireVersion, SideMean
from survey.results import Period
from survey.sides import Line

SPRING, SUMMER = date(2021, 4, 1), date(2021, 7, 1)
YEAR = Period(date(2020, 8, 24), date(2021, 8, 23))


def write(
    session: Session,
    place: Municipality,
    dimension: str,
    quarter: date = SPRING,
    statements: int = 7,
    **told: tuple[int, str],
) -> None:
    """What was told of a dimension of Opfølgning: `value=(n, mean)`, and `rest`."""
    of = QuestionnaireVersion
    version = session.scalars(
        select(of.id).where(of.municipality_id == place.id, of.statement_count == statements)
    ).one()
    key = {"municipality_id": place.id, "law": "LAB", "version_id": version, "quarter": quarter}
    for value, (n, mean) in told.items():
        word = {"rest": "", "a": "2-3", "b": "4+", "c": "1"}.get(value, value)
        session.add(SideMean(**key, dimension=dimension, value=word, n=n, mean=Decimal(mean)))
    session.flush()


def test_a_quarter_shows_its_splits_and_what_is_missing(session: Session, stevns: Municipality) -> None:
    """Words in their order, languages by size, the rest last; with one decimal and a comma."""
    write(session, stevns, "meeting_number", a=(140, "3.2"), b=(60, "3.4"), c=(60, "3.0"))
    write(session, stevns, "language", rest=(100, "3.1"), ar=(12, "2.9"), da=(148, "3.5"))
    (side,) = sides.read(session, stevns.id, YEAR)
    assert (side.law, side.name, side.number, side.points, side.quarter) == ("LAB", "Opfølgning", 1, 4, SPRING)
    assert side.splits[0].lines == (Line("da", 148, "3,5"), Line("ar", 12, "2,9"), Line("", 100, "3,1"))
    assert [line.value for line in side.splits[1].lines] == ["1", "2-3", "4+"]
    assert side.missing == ("channel", "first", "target_group")


def test_a_higher_k_holds_for_what_was_told_before(session: Session, stevns: Municipality) -> None:
    """Raised to twelve, a dimension with a value of eleven is not shown of that quarter, the rest with it."""
    write(session, stevns, "language", da=(239, "3.5"), ar=(11, "2.9"))
    write(session, stevns, "channel", sms=(230, "3.4"), email=(20, "3.3"))
    write(session, stevns, "language", SUMMER, da=(239, "3.5"), rest=(11, "2.9"))
    stevns.smallest_group = 12
    session.flush()
    (side,) = sides.read(session, stevns.id, YEAR)
    assert ([split.dimension for split in side.splits], side.quarter) == (["channel"], SPRING)


def test_what_was_told_by_lower_rules_is_not_shown(session: Session, stevns: Municipality) -> None:
    """Of 249 answers nothing, nor a fourth line of fewer than 300."""
    write(session, stevns, "language", da=(239, "3.5"), ar=(10, "2.9"))
    write(session, stevns, "meeting_number", a=(99, "3.2"), b=(100, "3.4"), c=(50, "3.0"), rest=(50, "3.1"))
    write(
        session,
        stevns,
        "channel",
        SUMMER,
        sms=(150, "3.2"),
        email=(50, "3.4"),
        paper=(50, "3.0"),
        rest=(50, "3.1"),
    )
    (side,) = sides.read(session, stevns.id, YEAR)
    assert (side.quarter, [split.dimension for split in side.splits]) == (SUMMER, ["channel"])


def test_only_quarters_that_overlap_the_period_newest_first(session: Session, stevns: Municipality) -> None:
    """The last day of June is spring; the first of July is not."""
    for quarter in (SPRING, SUMMER):
        write(session, stevns, "language", quarter, da=(250, "3.5"))
    june = date(2021, 6, 30)
    for first, last, shown in (
        (june, june, [SPRING]),
        (SUMMER, SUMMER, [SUMMER]),
        (june, SUMMER, [SUMMER, SPRING]),
    ):
        assert [side.quarter for side in sides.read(session, stevns.id, Period(first, last))] == shown


def test_versions_are_never_put_together(session: Session, stevns: Municipality) -> None:
    """Two questionnaires of one law group and quarter are two, each on its own scale."""
    write(session, stevns, "language", da=(250, "3.5"))
    write(session, stevns, "language", statements=3, da=(250, "4.5"))
    found = sides.read(session, stevns.id, YEAR)
    assert [(side.points, side.splits[0].lines[0].mean) for side in found] == [(5, "4,5"), (4, "3,5")]


def test_another_municipality_is_another_matter(
    session: Session, stevns: Municipality, now: datetime, sql: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    """Faxe's are not Stevns', and two statements read any number."""
    faxe = municipalities.establish(session, slug="faxe", name="Faxe", phone="1", sms_sender="Faxe", now=now)
    for quarter in (SPRING, SUMMER):
        write(session, faxe, "language", quarter, da=(250, "3.5"))
    with sql() as statements:
        assert sides.read(session, stevns.id, YEAR) == ()
    assert len(statements) == 2
