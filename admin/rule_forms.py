"""The form for a municipality's sending rule: every mistake is told in Danish, with what to write instead."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import pairwise
from typing import Any

from wtforms import FieldList, FormField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.widgets import CheckboxInput

from admin.forms import Form, choices
from survey import words, workdays
from survey.sending_rules import Rule
from survey.waves import Wave
from survey.workdays import WEEKDAYS, Window

EARLIEST, LATEST = time(7), time(21)
"""No citizen's phone rings before or after these, whatever a municipality would like."""
MOST_WAVES = 12
SAMPLINGS = {
    "all": "Alle, der har haft en samtale",
    "share": "En tilfældig andel, trukket på ny hver uge",
    "waves": "En tilfældig andel i bestemte perioder (bølger)",
}
LINK_MODES = {
    "link": "et langt, hemmeligt link at trykke på (anbefales)",
    "code": "slutter på en kode, så det også kan skrives af",
    "code_only": "intet link; borgeren går selv ind på siden og skriver koden",
}
LINK_LABELS = {mode: f"{words.first(words.LINK_MODES[mode])}: {what}" for mode, what in LINK_MODES.items()}
DELAYS = {
    0: "Ingen ventetid",
    30: "30 minutter",
    60: "1 time",
    120: "2 timer",
    240: "4 timer",
    1440: "1 døgn",
    2880: "2 døgn",
    10080: "7 døgn",
}


@dataclass(frozen=True)
class Setting:
    """All that the page changes: the rule, its waves, and the host of citizens' links (None: the program's)."""

    rule: Rule
    waves: tuple[Wave, ...]
    host: str | None


@dataclass(frozen=True)
class Mistake:
    """A field with an error: its id, its name, and what to do."""

    id: str
    name: str
    remedy: str


# Readers: text to value, ValueError for what is none --------------------------------------------------------


def clock(text: str) -> time:
    """A time of day: "9", "09:00", "9.30"; within the hours that are decent."""
    found = re.fullmatch(r"(\d{1,2})(?:[.:](\d\d))?", text, re.ASCII)
    if not found:
        raise ValueError(text)
    read = time(int(found[1]), int(found[2] or 0))
    if not EARLIEST <= read <= LATEST:
        raise ValueError(text)
    return read


def day(text: str) -> date:
    """A day as browsers send it or as Danes write it."""
    form = "%Y-%m-%d" if text[:4].isdigit() else "%d-%m-%Y"
    read = datetime.strptime(text.replace(".", "-"), form).date()  # noqa: DTZ007 - a day has no time zone
    if not 2000 <= read.year < 2100:
        raise ValueError(text)
    return read


def whole(low: int, high: int) -> Callable[[str], int]:
    """Reads whole numbers from `low` to `high`."""

    def read(text: str) -> int:
        if not re.fullmatch(r"\d{1,4}", text, re.ASCII) or not low <= int(text) <= high:
            raise ValueError(text)
        return int(text)

    return read


def price(text: str) -> Decimal:
    """Kroner with a comma or a point and at most three decimals, 0 to 100."""
    if not re.fullmatch(r"\d{1,3}(?:[.,]\d{1,3})?", text, re.ASCII) or Decimal(text.replace(",", ".")) > 100:
        raise ValueError(text)
    return Decimal(text.replace(",", "."))


class ReadField(StringField):
    """A text field whose data are what `read` makes of the text; where it cannot, `remedy` is the error.

    `write` makes text of data that did not come from the form. What was typed is kept for the page.
    """

    data: Any

    def __init__(
        self, label: str, read: Callable[[str], Any], remedy: str, write: Callable[[Any], str] = str, **more: Any
    ) -> None:
        super().__init__(label, **more)
        self.read, self.remedy, self.write = read, remedy, write

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed. Raises ValueError with the remedy."""
        if valuelist:
            self.data = None
            try:
                self.data = self.read(valuelist[0].strip())
            except ValueError:
                raise ValueError(self.remedy) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.write(self.data)


def _written_clock(value: time) -> str:
    return f"{value:%H:%M}"


def _written_price(value: Decimal) -> str:
    whole_, _, rest = f"{value:.3f}".partition(".")
    return f"{whole_},{rest.rstrip('0').ljust(2, '0')}"


# Forms -----------------------------------------------------------------------------------------------------


class Boxes(SelectMultipleField):
    """Choices of which several may be ticked."""

    option_widget = CheckboxInput()


class WaveForm(Form):
    """One wave. Left empty, or with "Fjern" ticked, it is none."""

    class Meta(Form.Meta):
        """A part of another form, which has the token."""

        csrf = False

    name = StringField("Navn")
    first_on = ReadField(
        "Første dag", day, "Skriv den første dag, fx 01-03-2027.", date.isoformat, render_kw={"type": "date"}
    )
    last_on = ReadField(
        "Sidste dag", day, "Skriv den sidste dag, fx 14-03-2027.", date.isoformat, render_kw={"type": "date"}
    )
    share = ReadField("Andel i %", whole(1, 100), "Skriv et helt tal fra 1 til 100.")
    gone = Boxes("Fjern", choices=choices({"1": "Fjern bølgen"}))

    @property
    def left_out(self) -> bool:
        """True when the row is no wave."""
        typed: tuple[Any, ...] = (self.name, self.first_on, self.last_on, self.share)
        return bool(self.gone.data) or not any(str(field._value()).strip() for field in typed)

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """A wave has a name, days in order and a share."""
        if self.left_out:
            return True
        valid = bool(super().validate(extra_validators))
        self.name.data = (self.name.data or "").strip()
        if not 1 <= len(self.name.data) <= 40:
            self.name.errors, valid = ["Skriv et navn på højst 40 tegn, fx Forår."], False
        if self.first_on.data and self.last_on.data and self.first_on.data > self.last_on.data:
            self.last_on.errors, valid = ["Den sidste dag ligger før den første. Byt dem om."], False
        return valid

    def wave(self) -> Wave:
        """The wave, once the form is valid."""
        return Wave(str(self.name.data), self.first_on.data, self.last_on.data, self.share.data)


class RuleForm(Form):
    """When, how often, whom, with what kind of link, and at what price."""

    weekdays = Boxes(
        "Ugedage", coerce=int, choices=choices({n: name.capitalize() for n, name in enumerate(WEEKDAYS, 1)})
    )
    opens = ReadField(
        "Fra kl.",
        clock,
        "Skriv et klokkeslæt fra 07:00 til 21:00.",
        _written_clock,
        render_kw={"inputmode": "numeric"},
    )
    closes = ReadField(
        "Til kl.",
        clock,
        "Skriv et klokkeslæt fra 07:00 til 21:00.",
        _written_clock,
        render_kw={"inputmode": "numeric"},
    )
    delay_minutes = SelectField("Ventetid efter samtalen", coerce=int, choices=choices(DELAYS))
    quiet_days = ReadField(
        "Dage mellem to invitationer",
        whole(1, 365),
        "Skriv et helt tal fra 1 til 365.",
        render_kw={"inputmode": "numeric"},
    )
    sampling = RadioField("Hvem bliver spurgt?", choices=choices(SAMPLINGS))
    share = ReadField(
        "Andel i %", whole(1, 100), "Skriv et helt tal fra 1 til 100.", render_kw={"inputmode": "numeric"}
    )
    waves = FieldList(FormField(WaveForm), "Bølger", max_entries=MOST_WAVES)
    link_mode = RadioField("Hvordan kommer borgeren til spørgeskemaet?", choices=choices(LINK_LABELS))
    host = SelectField("Domæne i links", coerce=lambda text: text or None)
    segment_price = ReadField(
        "Pris pr. segment i kr.",
        price,
        "Skriv prisen i kroner fra 0 til 100, fx 0,307.",
        _written_price,
        render_kw={"inputmode": "decimal"},
    )

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Every field by itself, then those that belong together."""
        valid = bool(super().validate(extra_validators))
        for field, remedy in self._together():
            field.errors, valid = [*field.errors, remedy], False
        return valid

    def _together(self) -> Iterator[tuple[Any, str]]:
        if not self.weekdays.data:
            yield self.weekdays, "Vælg mindst én ugedag."
        if self.opens.data and self.closes.data and self.opens.data >= self.closes.data:
            yield self.closes, "Tiden slutter, før den begynder. Skriv et senere klokkeslæt."
        entries = [entry.form for entry in self.waves if not entry.form.left_out]
        if self.sampling.data == "waves" and not entries:
            yield self.sampling, "Skriv mindst én bølge herunder, ellers bliver ingen spurgt."
        names = [entry.name.data for entry in entries]
        for place, entry in enumerate(entries):
            if entry.name.data in names[:place]:
                yield entry.name, "To bølger har samme navn. Giv den ene et andet."
        dated = [entry for entry in entries if entry.first_on.data and entry.last_on.data]
        for before, after in pairwise(sorted(dated, key=lambda entry: entry.first_on.data)):
            if after.first_on.data <= before.last_on.data:
                yield after.first_on, f"Bølgen overlapper {before.name.data}. Lad den begynde senere."

    def setting(self) -> Setting:
        """What the valid form says."""
        window = Window(frozenset(self.weekdays.data or ()), self.opens.data, self.closes.data)
        rule = Rule(
            window=window,
            delay_minutes=self.delay_minutes.data,
            quiet_days=self.quiet_days.data,
            sampling=self.sampling.data,
            share=self.share.data,
            link_mode=self.link_mode.data,
            segment_price=self.segment_price.data,
        )
        waves = (entry.form.wave() for entry in self.waves if not entry.form.left_out)
        return Setting(rule, tuple(sorted(waves, key=lambda wave: (wave.first_on, wave.name))), self.host.data)

    def mistakes(self) -> list[Mistake]:
        """Every error on the page, in the order of its fields."""
        fields = [field for field in self if field is not self.waves and field.type != "CSRFTokenField"]
        named = [(field, field.label.text) for field in fields]
        for number, entry in enumerate(self.waves, 1):
            named += [(field, f"Bølge {number}, {field.label.text.lower()}") for field in entry.form]
        return [Mistake(field.id, name, field.errors[0]) for field, name in named if field.errors]


def filled_form(setting: Setting, hosts: Mapping[str, str], formdata: Any) -> RuleForm:
    """The form with what was typed (`formdata`), and `setting` where nothing was; for reading, without a token.

    `hosts` are those to choose from, and how they are told; "" is the program's own.
    """
    values = {
        "weekdays": sorted(setting.rule.window.weekdays),
        "opens": setting.rule.window.opens,
        "closes": setting.rule.window.closes,
        "waves": [vars(wave) for wave in setting.waves],
        "host": setting.host,
        **{
            name: getattr(setting.rule, name)
            for name in ("delay_minutes", "quiet_days", "sampling", "share", "link_mode", "segment_price")
        },
    }
    form = RuleForm(formdata=formdata or None, data=values, meta={"csrf": False})
    form.host.choices = choices(hosts)
    if setting.rule.delay_minutes not in DELAYS:
        own = {setting.rule.delay_minutes: f"{setting.rule.delay_minutes} minutter"}
        form.delay_minutes.choices = choices(DELAYS | own)
    return form


def add_empty_waves(form: RuleForm) -> None:
    """Room for three waves a year, and always for one more."""
    while len(form.waves) < MOST_WAVES and (len(form.waves) < 3 or not form.waves.entries[-1].form.left_out):
        form.waves.append_entry()


def window_words(window: Window) -> str:
    """A send window in words: "mandag-fredag kl. 9-18"."""
    return f"{weekday_words(window.weekdays)} kl. {_clock(window.opens)}-{_clock(window.closes)}"


def _clock(clock: time) -> str:
    return f"{clock.hour}.{clock:%M}" if clock.minute else str(clock.hour)


def weekday_words(days: frozenset[int]) -> str:
    """ISO days in words: "mandag-fredag", "mandag, onsdag og fredag"."""
    listed = sorted(days)
    if len(listed) > 2 and listed[-1] - listed[0] == len(listed) - 1:
        return f"{workdays.WEEKDAYS[listed[0] - 1]}-{workdays.WEEKDAYS[listed[-1] - 1]}"
    names = [workdays.WEEKDAYS[each - 1] for each in listed]
    return " og ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
