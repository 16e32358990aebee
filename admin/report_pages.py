"""A report laid out as blocks, in the order they are read: the same for HTML, PDF and DOCX."""

from collections.abc import Iterator

from admin import charts, figure_charts
from admin.report_blocks import Answers, Block, Box, Heading, Picture, Table, Words
from survey import notes, words, workdays
from survey.changes import Change, with_n
from survey.figures import Days, Series
from survey.report_parts import Line, Part, WaveLine
from survey.reports import Group, Report

TITLE = "Borgernes svar efter samtaler"
NOTHING = "–"
"""In a cell that has nothing to say."""
OF_WAVES = (
    "Andelene hviler på de svar, hvis fordeling kan vises. Mod bølgen før holdes gennemsnittet ved Mann-Whitney "
    "på borgernes egne gennemsnit, andelen over alle udsagn ved Newcombe (95 %); hver sammenligning står for sig."
)
WITHHELD = "Tallene vises ikke: gruppen har færre end tre aktive sagsbehandlere, så de ville være den enkeltes."


def under_title(report: Report) -> str:
    """ "Stevns Kommune, 2. maj – 23. august 2021"."""
    return f"{report.municipality}, {notes.days(report.period.first, report.period.last)}"


def blocks(report: Report) -> list[Block]:
    """Everything below the title."""
    found: list[Block] = [Words(report.kind.lead)]
    for place, group in enumerate(report.groups):
        found += _group(report, group, new_page=place > 0)
    return [*found, *_method(report), *_behind(report), *_passports(report)]


# A law group ---------------------------------------------------------------------------------------------


def _group(report: Report, group: Group, *, new_page: bool) -> Iterator[Block]:
    yield Heading(2, group.name, new_page)
    if group.withheld:
        yield Words(WITHHELD)
        return
    if group.hidden_teams:
        listed = words.listed(group.hidden_teams)
        yield Words(f"Tallene for {listed} vises kun samlet med resten af gruppen, fordi små team kunne kendes.")
    yield from (Words(sentence) for sentence in group.breaks)
    for place, part in enumerate(group.parts):
        if part.title:
            yield Heading(3, part.title, new_page=place > 0)
        last = place == len(group.parts) - 1
        yield from _part(report, group, part, deep=4 if part.title else 3, calls=last)
    if not group.parts:
        yield Words("Der er ingen svar i perioden, der kan vises.")


def _named(group: Group, part: Part) -> str:
    return f"{group.name}, {part.title}" if part.title else group.name


def _part(report: Report, group: Group, part: Part, *, deep: int, calls: bool) -> Iterator[Block]:
    name = _named(group, part)
    yield Words(part.note, "note")
    yield _keys(part, name)
    yield Heading(deep, "Kort fortalt")
    yield Answers((*part.found.all, *([group.calls] if calls else [])))
    yield Heading(deep, "Gennemsnit ift. dato")
    yield _over_time(part, name)
    if part.waves:
        yield _waves(part, name)
        yield Words(OF_WAVES, "small")
    yield Heading(deep, "Ændret siden sidst")
    yield from _changes(part, name)
    if part.silent:
        yield Box("De, der ikke svarede", part.silent.sentences)
    yield Heading(deep, "Gennemsnit pr. udsagn")
    yield from _statements(part, name, spread=report.kind.whole and not _is_full(part))


def _is_full(part: Part) -> bool:
    """With waves, or last time beside now, the distribution finds no room on two pages: it stands at the end."""
    return bool(part.waves) or part.changes.mean is not None


def _keys(part: Part, name: str) -> Table:
    series = part.series
    between = [f"{ends[0]} til {ends[1]}" if ends else NOTHING for ends in (series.interval, _rate_ends(series))]
    if series.interval and series.is_widest:
        between[0] += " (størst mulig)"
    of_mean = f"{series.n} besvarelser" if series.n else NOTHING
    named = f"Gennemsnit, skala 1 til {len(series.labels)}"
    rows = [(named, part.mean.text, between[0], of_mean, part.mean.passport or NOTHING)]
    if part.rate:
        sent = series.turnout.rate.n if series.turnout else None
        of_rate = f"{sent} udsendte" if sent else NOTHING
        weeks = notes.weeks(series)
        label = f"Svarprocent, {weeks}" if weeks else "Svarprocent"
        rows.append((label, part.rate.text, between[1], of_rate, part.rate.passport or NOTHING))
    return Table(f"Nøgletal, {name}", ("Tal", "Værdi", "Usikkerhed", "n", "Id"), tuple(rows), (5, 4, 4, 3.4, 4.2))


def _rate_ends(series: Series) -> tuple[str, str] | None:
    return series.turnout.interval if series.turnout else None


# Over time -----------------------------------------------------------------------------------------------


def _over_time(part: Part, name: str) -> Picture:
    series = part.series
    ends = f"1 er »{series.labels[0].lower()}«, {len(series.labels)} er »{series.labels[-1].lower()}«."
    if part.waves:
        said = f"Et punkt er en bølge. {ends}"
        return Picture(_wave_line(part, name), said)
    chart = figure_charts.date_line(series, part.found, _label(part, name))
    band = figure_charts.band(part.found)
    return Picture(
        chart, f"Hvert punkt er svar lagt sammen, til de kan vises, og står ved den sidste svardag. {ends} {band}"
    )


def _label(part: Part, name: str) -> str:
    """What the chart shows, for who cannot see it: how many points, and between which published means."""
    shown = [point.mean for point in part.series.points if point.mean.value is not None]
    if not shown:
        return f"Gennemsnit ift. dato for {name}. Der er ingen punkter at vise."
    low, high = (pick(shown, key=lambda mean: mean.value or 0) for pick in (min, max))
    return (
        f"Gennemsnit ift. dato for {name}. {len(shown)} punkter fra "
        f"{notes.days(part.series.points[0].first_on, part.series.points[-1].last_on)}, "
        f"det laveste {low.text}, det højeste {high.text}."
    )


def _wave_line(part: Part, name: str) -> charts.DateLine:
    points = tuple(
        charts.Point(
            wave.first_on, wave.last_on, wave.n, wave.figure.value, wave.figure.text, name=words.first(wave.name)
        )
        for wave in part.waves
    )
    said = "; ".join(f"{wave.name} {wave.mean.text}" for wave in part.waves)
    label = f"Gennemsnit i hver bølge for {name}: {said}."
    return charts.DateLine(
        label, len(part.series.labels), points, part.series.target, figure_charts.aim(part.series)
    )


def _waves(part: Part, name: str) -> Table:
    """A column for each wave: its days, mean, rate, and each statement's share, all with both numbers."""
    each = part.waves
    rows = [
        ("Svardage", *(notes.days(wave.first_on, wave.last_on) for wave in each)),
        ("Besvarelser", *(str(wave.n or NOTHING) for wave in each)),
        ("Svarprocent", *(wave.rate.text for wave in each)),
        (f"Gennemsnit, skala 1 til {len(part.series.labels)}", *(wave.mean.text for wave in each)),
        ("Gennemsnit mod bølgen før", *(_mean_against(wave) for wave in each)),
        ("Alle udsagn", *(wave.share.text for wave in each)),
        ("Alle udsagn mod bølgen før", *(_share_against(wave) for wave in each)),
        *(
            (line.text, *(wave.shares[place].text for wave in each))
            for place, line in enumerate(part.lines)
            if all(place < len(wave.shares) for wave in each)
        ),
    ]
    head = ("Tal", *(words.first(wave.name) for wave in each))
    caption = f"Bølgerne hver for sig, {name}; ved udsagnene andelen, der svarer {part.top}"
    return Table(caption, head, tuple(rows), (5, *(3.0 for _ in each)))


def _mean_against(wave: WaveLine) -> str:
    """ "Højere (+0,17)"; a dash where the wave is held against none."""
    found = wave.against
    if found is None:
        return NOTHING
    return words.first(found.word) + (f" ({found.mean})" if found.mean else "")


def _share_against(wave: WaveLine) -> str:
    """ "Ingen sikker forskel: +4,3 procentpoint (−3,2 til +11,5)"; a dash where the wave is held against none."""
    found = wave.against
    if found is None:
        return NOTHING
    return words.first(found.share_word) + (f": {found.share}" if found.share else "")


# Statements ----------------------------------------------------------------------------------------------


def _statements(part: Part, name: str, *, spread: bool) -> Iterator[Block]:
    if not any(line.n or line.distribution for line in part.lines):
        yield Words("Der er endnu for få svar til at vise de enkelte udsagn.")
        return
    said = "; ".join(f"»{line.text}« {line.mean.text}" for line in part.lines)
    chart = figure_charts.bars(part.series, f"Gennemsnit pr. udsagn for {name}: {said}.")
    days = f"{_told('Gennemsnittene', part.series.means)} {_told('Fordelingerne', part.series.spread)}"
    shown = "Til venstre hvordan svarene fordeler sig om skalaens midte, til højre gennemsnittet."
    yield Picture(chart, f"{shown} {days.strip()}".strip())
    yield _means(part, name)
    if spread:
        yield from _spread(part, name)


def _told(what: str, days: Days | None) -> str:
    return f"{what} dækker {notes.days(days.first, days.last)} (n = {days.n})." if days else ""


def _means(part: Part, name: str) -> Table:
    means, spread = part.series.means, part.series.spread
    days = f", {notes.days(spread.first, spread.last)}" if spread and spread != means else ""
    return Table(
        f"Udsagnene, {name}",
        ("Udsagn", "Gennemsnit", "Usikkerhed", "n", f"Svarer {part.top}{days}"),
        tuple(
            (line.text, line.mean.text, line.interval or NOTHING, line.n or NOTHING, line.top_two.text)
            for line in part.lines
        ),
        (8, 3, 3.2, 1.6, 4),
    )


def _spread(part: Part, name: str) -> Iterator[Table]:
    """How the answers spread; nothing where that may not be shown of any statement."""
    labels = part.series.labels
    if any(line.distribution for line in part.lines):
        yield Table(
            f"Hvordan svarene fordeler sig, {name}",
            ("Udsagn", *(f"{point}: {label}" for point, label in enumerate(labels, 1)), "Ved ikke"),
            tuple(_spread_row(line, len(labels)) for line in part.lines),
            (6, *(2.3 for _ in labels), 2.1),
        )


def _spread_row(line: Line, points: int) -> tuple[str, ...]:
    shares = [share.text for share in line.distribution] or ["vises ikke"] * points
    # A narrow column breaks before the equals sign, never after it.
    return (line.text, *(share.replace("= ", "=\N{NO-BREAK SPACE}") for share in (*shares, line.dont_know.text)))


# Since last time -----------------------------------------------------------------------------------------


def _changes(part: Part, name: str) -> Iterator[Block]:
    changes = part.changes
    yield from (Words(sentence) for sentence in changes.sentences)
    if changes.mean is None:
        return
    # On 1-5 the share is what municipalities report, so it stands beside the mean that is tested.
    shared = len(part.series.labels) == 5
    rows = [_change_row(each, shared=shared) for each in (changes.mean, *changes.statements)]
    if changes.rate and not shared:
        rows.append(_change_row(changes.rate, shared=False))
    head = ("Tal", "Sidst", "Nu", *((f"{part.top} sidst", f"{part.top} nu") if shared else ()), "Forskel")
    wide = (6.4, 1.7, 1.7, 3.2, 3.2, 3.4) if shared else (7, 3.4, 3.4, 3.6)
    caption = f"{words.first(changes.now)} holdt op mod {changes.before}, {name}"
    yield Table(caption, head, tuple(rows), wide)


def _change_row(change: Change, *, shared: bool) -> tuple[str, ...]:
    both = (change.share_before, change.share_now) if shared else ()
    told = (NOTHING if share is None else share.text for share in both)
    return (change.what, with_n(change.before), with_n(change.now), *told, change.verdict)


def _funnel(group: Group) -> Table:
    return Table(
        f"Fra samtale til svar, {group.name}, {group.funnel.weeks}",
        ("Trin", "Antal", "Andel"),
        tuple((step.name, step.text, step.share or NOTHING) for step in group.funnel.steps),
        (5, 2, 6),
    )


# The method, and what lies behind ------------------------------------------------------------------------


def _method(report: Report) -> Iterator[Block]:
    yield Heading(2, "Sådan er tallene lavet", new_page=True)
    yield from (Words(text, lead=heading) for heading, text in report.definitions)
    yield Heading(3, "Hvilke test der ligger bag ordene")
    yield Words(
        "»Sikkert« og »sikker« står kun, hvor en test siger det; ellers står der, at det ikke kan afgøres."
    )
    rows = tuple((each.question, each.test, each.fewest) for each in report.methods)
    yield Table("Test bag ordene", ("Spørgsmål", "Metode", "Kræver mindst"), rows, (4, 8, 4), words=True)
    counted_on = workdays.long_date(report.counted_on)
    yield Words(f"Tal til og med {counted_on}. Lavet med Tilfreds {report.version}.", "small")


def _behind(report: Report) -> Iterator[Block]:
    """From meeting to answer, and the numbers behind the date charts, where a report has all tables."""
    parts = [(group, part) for group in report.groups for part in group.parts if part.series.points]
    if not report.kind.whole or not parts:
        return
    yield Heading(2, "Flere tal", new_page=True)
    for group in report.groups:
        if group.funnel:
            yield _funnel(group)
            yield Words(f"Tabellens id: {group.funnel_id or NOTHING}", "small")
    for group, part in parts:
        if _is_full(part):
            yield from _spread(part, _named(group, part))
        yield _points(part, _named(group, part))


def _points(part: Part, name: str) -> Table:
    points = part.series.points
    rows = tuple(
        (mean.what, mean.text, str(each.n or NOTHING), mean.passport or NOTHING)
        for each, mean in zip(points, part.points, strict=True)
    )
    return Table(f"Gennemsnit ift. dato, {name}", ("Svardage", "Gennemsnit", "n", "Id"), rows, (6, 3, 2, 4))


def _passports(report: Report) -> Iterator[Block]:
    if not report.kind.whole or not report.passports:
        return
    yield Heading(2, "Tallenes id", new_page=True)
    yield Words(
        "Med sit id kan et tal slås op af en leder på siden /figures: hvad det er af, og hvad det hviler på."
    )
    rows = tuple((f"{group}: {each.what}", each.text, each.passport) for group, each in report.passports)
    yield Table("Tallenes id", ("Tal", "Værdi", "Id"), rows, (9, 3.2, 4), words=True)
