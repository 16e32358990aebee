"""Answers that are in no figure: ballots too few for a batch, batches for a cell, and what never was enough."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, union_all

from survey.models import Batch, Participation, QuestionnaireVersion, Team, Unshown, Waiting


def newest(municipality_id: int) -> ColumnElement[date | None]:
    """The last day the municipality has figures for."""
    last_on = select(func.max(Batch.last_on)).where(Batch.municipality_id == municipality_id)
    week = select(func.max(Participation.week)).where(Participation.municipality_id == municipality_id)
    return func.greatest(last_on.scalar_subquery(), week.scalar_subquery())


def waiting(municipality_id: int) -> Select[*tuple[Any, ...]]:
    """By team, law, version and mode what waits, with the day it was tallied and the `newest` day of figures."""
    ballots = (
        select(Waiting.team_id, Team.law, Waiting.version_id, Waiting.mode, Waiting.tallied_on)
        .join(Team)
        .where(Waiting.municipality_id == municipality_id)
    )
    batches = (
        select(Batch.team_id, Batch.law, Batch.version_id, Batch.mode, Batch.tallied_on)
        .join(QuestionnaireVersion)
        .where(*_untold(municipality_id), QuestionnaireVersion.closed_at.is_(None))
    )
    either = union_all(ballots, batches).subquery()
    return select(*either.columns, newest(municipality_id).label("newest"))


def unshown(municipality_id: int, first: date, last: date) -> Select[*tuple[Any, ...]]:
    """How many never were enough, by law, version and mode, tallied from `first` to `last`."""
    ballots = select(Unshown.law, Unshown.version_id, Unshown.mode, Unshown.n).where(
        Unshown.municipality_id == municipality_id, Unshown.tallied_on.between(first, last)
    )
    batches = (
        select(Batch.law, Batch.version_id, Batch.mode, Batch.n)
        .join(QuestionnaireVersion)
        .where(
            *_untold(municipality_id),
            QuestionnaireVersion.closed_at.is_not(None),
            Batch.tallied_on.between(first, last),
        )
    )
    either = union_all(ballots, batches).subquery().columns
    of = (either.law, either.version_id, either.mode)
    return select(*of, func.sum(either.n).label("n")).group_by(*of)


def _untold(municipality_id: int) -> tuple[ColumnElement[bool], ...]:
    return Batch.municipality_id == municipality_id, Batch.cell_id.is_(None)
