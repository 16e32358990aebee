"""What citizens wrote, and whether the scale was read rightly, as it may be shown: whole quarters, from ten on."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey import scoring, workdays
from survey.models import Comment, Confirmation, Municipality
from survey.results import Period
from survey.scoring import Figure

AT_MOST = 200
"""So many comments of a law group and quarter are read at once."""


@dataclass(frozen=True)
class Comments:
    """Comments of one law group and quarter (its first day) in drawn order: `texts` are the first of all `n`."""

    law: str
    quarter: date
    n: int
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Confirmed:
    """Of those asked in one `language` and quarter whether an end of the scale was meant, how many changed."""

    language: str
    quarter: date
    changed: Figure


@dataclass(frozen=True)
class Remarks:
    """Newest quarter first. `asked` is True when the municipality asks for comments."""

    asked: bool
    comments: tuple[Comments, ...]
    confirmed: tuple[Confirmed, ...]


def read(session: Session, municipality_id: int, period: Period, withheld: Collection[str] = ()) -> Remarks:
    """What the quarters that overlap `period` may show, in three statements.

    A quarter is never added to another: of two sums the difference might be what may not be shown. No comments are
    of law groups `withheld`; how the scale was read is of the whole municipality.
    """
    wanted = select(Municipality.smallest_group, Municipality.asks_comment).where(
        Municipality.id == municipality_id
    )
    smallest, asked = session.execute(wanted).one()
    enough = max(smallest, scoring.SMALLEST_DISTRIBUTION)
    return Remarks(
        asked,
        tuple(each for each in _comments(session, municipality_id, period, enough) if each.law not in withheld),
        _confirmed(session, municipality_id, period, enough),
    )


def _comments(session: Session, municipality_id: int, period: Period, enough: int) -> tuple[Comments, ...]:
    # Ids are drawn by lot, so their order is one too, and stays the same from day to day.
    group = (Comment.law, Comment.quarter)
    place = func.row_number().over(partition_by=group, order_by=Comment.id).label("place")
    drawn = (
        select(*group, Comment.text, place, func.count().over(partition_by=group).label("n"))
        .where(Comment.municipality_id == municipality_id, Comment.quarter.between(*_quarters(period)))
        .subquery()
    )
    shown = select(drawn).where(drawn.c.n >= enough, drawn.c.place <= AT_MOST)
    texts: dict[tuple[date, str, int], list[str]] = defaultdict(list)
    for row in session.execute(shown.order_by(drawn.c.quarter.desc(), drawn.c.law, drawn.c.place)):
        texts[row.quarter, row.law, row.n].append(row.text)
    return tuple(Comments(law, quarter, n, tuple(found)) for (quarter, law, n), found in texts.items())


def _confirmed(session: Session, municipality_id: int, period: Period, enough: int) -> tuple[Confirmed, ...]:
    of = Confirmation
    rows = session.execute(
        select(of.language, of.quarter, of.kept, of.changed)
        .where(of.municipality_id == municipality_id, of.quarter.between(*_quarters(period)))
        .order_by(of.quarter.desc(), of.language)
    )
    shares = (
        Confirmed(
            row.language,
            row.quarter,
            scoring.published_share(row.changed, row.kept + row.changed, smallest=enough),
        )
        for row in rows
    )
    return tuple(shares)


def _quarters(period: Period) -> tuple[date, date]:
    return workdays.quarter(period.first), workdays.quarter(period.last)
