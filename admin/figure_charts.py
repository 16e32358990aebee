"""The dashboard's figures as charts: what `survey.figures` publishes, in the words of `admin.charts`."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from markupsafe import Markup

from admin import charts
from admin.side_names import part_name, value_name
from survey import funnels, goals, part_rates, scoring
from survey.baselines import Rebased
from survey.figures import Point, Series, StatementResult
from survey.findings import Finding, Findings, Sign
from survey.lineages import Edition
from survey.scoring import chart_points
from survey.shares import Agreed, Told, told
from survey.sides import Split
from survey.wave_results import Line

MARKS: dict[Sign, charts.Verdict] = {
    "over": charts.Verdict.OVER,
    "under": charts.Verdict.UNDER,
    "undecided": charts.Verdict.UNDECIDED,
    "rising": charts.Verdict.RISING,
    "falling": charts.Verdict.FALLING,
    "unchanged": charts.Verdict.UNCHANGED,
}


def mark(finding: Finding) -> Markup:
    """The mark of a finding, beside its sentence; nothing where it says neither good nor bad."""
    verdict = MARKS.get(finding.sign)
    return charts.glyph(verdict, beside_words=True) if verdict else Markup()


def over_time(series: Series, found: Findings, label: str) -> Markup:
    """ "Gennemsnit ift. dato" on a page."""
    return charts.on_page(date_line(series, found, label))


def date_line(series: Series, found: Findings, label: str) -> charts.DateLine:
    """A point for the cells of a day, week or month, and what chance would give."""
    alarm = next((point for point in series.points if found.alarm_on and point.last_on >= found.alarm_on), None)
    points = tuple(_point(point, series, found, alarm is point) for point in series.points)
    ground = found.baseline or found.own
    where = "perioden" if found.own else "ny udgangslinje" if found.rebased else "før perioden"
    return charts.DateLine(
        label,
        len(series.labels),
        points,
        series.target,
        aim(series),
        centre=float(ground.mean) if ground else None,
        centre_text=f"{where} {scoring.number(ground.mean, 1)}" if ground else "",
        breaks=(*_breaks(series.editions, points), *_begun_anew(found.rebased, points)),
    )


def band(found: Findings) -> str:
    """What the pale band stands for, or that there is none, in a sentence."""
    swing = "Det blege bånd viser, hvor meget tilfældet alene ville svinge om"
    if found.own:
        return (
            f"{swing} periodens eget gennemsnit (n = {found.own.n}): der er for lidt før perioden at måle ud fra."
        )
    if found.baseline:
        ground = "den nye udgangslinje" if found.rebased else "gennemsnittet før perioden"
        return f"{swing} {ground} (n = {found.baseline.n})."
    return "Få svar svinger meget: døm efter hele perioden, ikke efter ét punkt."


def by_wave(series: Series, lines: Sequence[Line], label: str) -> Markup:
    """The waves as points, each with its name below its days; those nothing is told of are left to the table."""
    points = tuple(
        charts.Point(line.first_on, line.last_on, line.n, line.mean.value, line.mean.text, name=line.name)
        for line in lines
        if line.first_on and line.last_on
    )
    return charts.on_page(
        charts.DateLine(
            label,
            len(series.labels),
            points,
            series.target,
            aim(series),
            breaks=_breaks(series.editions, points),
            point_text="gennemsnit af en bølge",
        )
    )


def aim(series: Series) -> str:
    """The level as a chart names it: "mål 3,0"."""
    return f"mål {goals.number(Fraction(str(series.target)))}" if series.target else ""


def _breaks(editions: Sequence[Edition], points: Sequence[charts.Point]) -> tuple[charts.Break, ...]:
    """A mark on the day each later version of the series was published, where it lies among the points."""
    if not points:
        return ()
    first, last = min(point.first_on for point in points), max(point.last_on for point in points)
    return tuple(charts.Break(each.on, _reworded(each)) for each in editions[1:] if first < each.on <= last)


def _begun_anew(rebased: Rebased | None, points: Sequence[charts.Point]) -> tuple[charts.Break, ...]:
    """A mark on the last day that is behind, where a person let the warning begin anew among the points."""
    days = [day for point in points for day in (point.first_on, point.last_on)]
    shown = rebased is not None and bool(days) and min(days) <= rebased.since <= max(days)
    return (charts.Break(rebased.since, "ny udgangslinje"),) if rebased and shown else ()


def _reworded(edition: Edition) -> str:
    """What is new of a version that means the same: "udsagn 2 omskrevet"; "udgave 2" where no words are."""
    if not edition.reworded:
        return f"udgave {edition.number}"
    return f"udsagn {' og '.join(map(str, edition.reworded[:2]))}{' …' if edition.reworded[2:] else ''} omskrevet"


def by_statement(series: Series, label: str) -> Markup:
    """The statements on a page."""
    return charts.on_page(bars(series, label))


def bars(series: Series, label: str) -> charts.StatementBars:
    """How the answers to each statement spread, and its mean, in the questionnaire's order."""
    statements = tuple(_statement(each) for each in series.statements)
    return charts.StatementBars(label, series.labels, statements, series.target, aim(series))


def agreed(series: Series, found: Agreed, label: str) -> Markup:
    """How many chose one of the two highest points, each statement and all of them."""
    rows = tuple(map(_share, found.every))
    return charts.on_page(charts.Shares(label, rows, f"svarer {goals.highest(len(series.labels))}"))


def split(found: Split, label: str) -> Markup:
    """How a quarter's answers fall by one side dimension: of all the answers, so no sample and no interval."""
    rows = tuple(
        charts.ShareRow(value_name(found.dimension, line.value), share.value, share.text)
        for line, share in zip(found.lines, found.shares, strict=True)
    )
    return charts.on_page(charts.Shares(label, rows, "andel af besvarelserne"))


def part_rate(found: part_rates.Split, label: str) -> Markup:
    """Answered of sent by channel, target group or message."""
    rows = tuple(_share(told(part_name(found.dimension, line.value), line.rate)) for line in found.lines)
    return charts.on_page(charts.Shares(label, rows, "svarprocent"))


def wave_rates(lines: Sequence[Line], label: str) -> Markup:
    """Answered of sent, wave by wave, where a wave's weeks can be told."""
    rows = tuple(_share(told(line.name, line.rate.rate)) for line in lines if line.rate)
    return charts.on_page(charts.Shares(label, rows, "svarprocent"))


def _share(row: Told) -> charts.ShareRow:
    low, high = row.ends or (None, None)
    return charts.ShareRow(row.name, row.figure.value, row.figure.text, low, high, row.interval)


def funnel(steps: Sequence[funnels.Step], label: str) -> Markup:
    """From meetings to answers; the two numbers of a share are the bars'."""
    shown = (charts.Step(step.name, step.n, step.text, step.short) for step in steps)
    return charts.on_page(charts.Funnel(label, tuple(shown)))


def _point(point: Point, series: Series, found: Findings, is_alarm: bool) -> charts.Point:
    low, high = None, None
    behind = found.rebased is not None and point.last_on <= found.rebased.since
    ground = found.baseline or found.own
    if ground and point.mean.n and not behind:
        low, high = chart_points.expected_swing(ground, point.mean.n, len(series.labels))
    days: tuple[date, date] = (point.first_on, point.last_on)
    return charts.Point(*days, point.n, point.mean.value, point.mean.text, low, high, is_alarm)


def _statement(result: StatementResult) -> charts.Statement:
    parts = tuple(
        charts.Part(share.value, share.text, share.text.partition("/")[0])
        for share in result.distribution or ()
        if share.value is not None
    )
    low, high = (float(end.replace(",", ".")) for end in result.interval) if result.interval else (None, None)
    interval = f"{result.interval[0]} til {result.interval[1]}" if result.interval else ""
    mean = result.mean
    return charts.Statement(
        result.text, parts or None, mean.value, mean.text, mean.n, low, high, interval=interval
    )
