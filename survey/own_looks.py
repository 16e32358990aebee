"""What a municipality chooses about its citizens' pages: look, addresses, and what citizens are asked beside."""

from dataclasses import dataclass, fields

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import looks
from survey.logos import Logo
from survey.models import Municipality


@dataclass(frozen=True)
class Choice:
    """Everything that can be chosen but the logo; `colour` (#rrggbb) and `statement_url` None: none.

    `data_officer` is how to reach the data protection officer, "" where nobody has said. The rest is what
    `Municipality` says of the columns of these names.
    """

    colour: str | None = None
    statement_url: str | None = None
    data_officer: str = ""
    asks_tag: bool = False
    asks_comment: bool = False
    prints_slips: bool = False


def of(session: Session, municipality_id: int) -> Choice:
    """What the municipality has chosen."""
    columns = [getattr(Municipality, each.name) for each in fields(Choice)]
    row = session.execute(select(*columns).where(Municipality.id == municipality_id)).one()
    return Choice(**row._mapping)


def save(
    session: Session,
    municipality_id: int,
    choice: Choice,
    *,
    logo: Logo | None = None,
    without_logo: bool = False,
) -> list[str]:
    """Let `choice` hold from the next page on, with `logo` instead of the one there is, or `without_logo`.

    Gives the names of what changed. Raises ValueError for a colour that cannot be read.
    """
    if choice.colour and (wrong := looks.refusal(choice.colour)):
        raise ValueError(wrong)
    row = session.get_one(Municipality, municipality_id, with_for_update={"key_share": True})
    before = row.logo
    changed = [each.name for each in fields(Choice) if getattr(row, each.name) != getattr(choice, each.name)]
    for name in changed:
        setattr(row, name, getattr(choice, name))
    if logo or without_logo:
        row.logo, row.logo_type = (logo.content, logo.type) if logo else (None, None)
    changed += ["logo"] if row.logo != before else []
    row.look = looks.name(row.colour, row.logo, row.logo_type)
    session.flush()
    return changed
