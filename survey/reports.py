"""A report to politicians and the council: a period's figures and what they say, as plain data for any writer.

Everything is made of published figures and of sentences that tests chose. Nothing hidden is computed with.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import survey
from survey import findings, funnels, lineages, methods, notes, promises, report_parts
from survey.figures import Section
from survey.findings import Finding
from survey.funnels import Funnel
from survey.methods import Method
from survey.printed import Mint, Printed, no_passport
from survey.report_parts import Part, Scope
from survey.results import Period
from survey.spells import Known

StepsId = Callable[[str, int | None, Funnel, Period], str]
"""Gives the steps of a law group or a team in a period their id."""
KindCode = Literal["bilag", "halvaarsstatus", "kvartalsnotat"]


@dataclass(frozen=True)
class Kind:
    """What a report is for: its name, what it says first, and whether it has all tables or only what is told."""

    code: KindCode
    name: str
    lead: str
    whole: bool


KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(
            "bilag",
            "Bilag til planen",
            "Bilaget viser, hvad borgere har svaret efter samtaler i jobcentret, og hvor sikre tallene er.",
            whole=True,
        ),
        Kind(
            "halvaarsstatus",
            "Halvårsstatus",
            "Status viser, hvad borgere har svaret efter samtaler i jobcentret, og hvad der har ændret sig.",
            whole=True,
        ),
        Kind(
            "kvartalsnotat",
            "Kvartalsnotat til Udsatterådet",
            "Notatet viser, hvad borgere har svaret efter samtaler i jobcentret, og aldrig tal for enkelte.",
            whole=False,
        ),
    )
}


# The report ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """A law group, or a team: its parts, what is of them all, and the teams shown only inside it.

    `withheld` is True, and there are no parts, where the figures would be those of one or two caseworkers.
    """

    name: str
    law: str
    is_team: bool
    parts: tuple[Part, ...]
    breaks: tuple[str, ...]
    calls: Finding
    funnel: Funnel
    funnel_id: str
    hidden_teams: tuple[str, ...]
    withheld: bool


@dataclass(frozen=True)
class Report:
    """A whole report. `counted_on`, the last day there are figures of, is its date: never that of the clock."""

    kind: Kind
    municipality: str
    slug: str
    period: Period
    counted_on: date
    version: str
    groups: tuple[Group, ...]
    definitions: tuple[tuple[str, str], ...]
    methods: tuple[Method, ...]

    @property
    def title(self) -> str:
        """ "Bilag til planen: borgernes svar efter samtaler"."""
        return f"{self.kind.name}: borgernes svar efter samtaler"

    @property
    def passports(self) -> tuple[tuple[str, Printed], ...]:
        """The figures with a passport that a text quotes, beside their group's name; not every point's share."""
        told = ((group.name, each) for group in self.groups for part in group.parts for each in _quoted(part))
        return tuple((group, each) for group, each in told if each.passport)


def _quoted(part: Part) -> list[Printed]:
    each = [part.mean, *filter(None, (part.rate,))]
    for line in part.lines:
        each += [line.mean, line.top_two]
    for wave in part.waves:
        each += [wave.mean, wave.rate, wave.share, *wave.shares]
    return each


def no_steps_id(_law: str, _team_id: int | None, _funnel: Funnel, _period: Period) -> str:
    """For a report whose tables have none."""
    return ""


# Building ------------------------------------------------------------------------------------------------


def build(
    known: Known,
    scopes: Sequence[Scope],
    kind: Kind,
    municipality: str,
    slug: str,
    mint: Mint = no_passport,
    steps_id: StepsId = no_steps_id,
) -> Report:
    """The report of what `scopes` allow, a group each. Raises ValueError for a team that may not stand alone."""
    smallest = known.whole.counts.smallest
    return Report(
        kind=kind,
        municipality=municipality,
        slug=slug,
        period=known.whole.counts.period,
        counted_on=known.counted_on,
        version=survey.VERSION,
        groups=tuple(_group(known, scope, mint, steps_id) for scope in scopes),
        definitions=methods.definitions(smallest),
        methods=methods.METHODS,
    )


def _group(known: Known, scope: Scope, mint: Mint, steps_id: StepsId) -> Group:
    counts, section = known.whole.counts, report_parts.section(known, known.whole, scope)
    titles = _titles(section)
    parts = (
        report_parts.part(known, scope, section, series, title, mint)
        for series, title in zip(section.series, titles, strict=True)
    )
    funnel = funnels.steps(counts, section)
    return Group(
        name=section.name,
        law=scope.law,
        is_team=scope.team is not None,
        parts=tuple(parts),
        breaks=notes.breaks(section),
        calls=findings.calls(promises.told(known.wishes, counts.teams, scope.law, scope.team, counts.smallest)),
        funnel=funnel,
        funnel_id=steps_id(scope.law, scope.team.id if scope.team else None, funnel, counts.period),
        hidden_teams=tuple(team.name for team in scope.hidden),
        withheld=section.withheld,
    )


def _titles(section: Section) -> list[str]:
    """The questionnaire of each series, with version and mode where needed; "" for a section's only one."""
    if len(section.series) == 1 and section.series[0].mode == "remote":
        return [""]
    names = [(series.name, series.mode) for series in section.series]
    return [
        f"Skemaet {series.name}"
        + (
            f", version {lineages.numbers(series.editions, series.number)}"
            if names.count((series.name, series.mode)) > 1
            else ""
        )
        + (", på skærm i venteværelset" if series.mode == "onsite" else "")
        for series in section.series
    ]
