"""The administrator's room for the sending rule: in words, changed, seen on the last year, and only then saved."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from urllib.parse import urlencode

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import access
from admin.forms import LAW_NAMES
from admin.rule_forms import (
    DELAYS,
    SAMPLINGS,
    RuleForm,
    Setting,
    add_empty_waves,
    filled_form,
    window_words,
)
from survey import samplings, scoring, sending_rules, waves, what_if, words, workdays
from survey.access import ADMINISTRATOR, open_to
from survey.db import transaction
from survey.models import Municipality
from survey.samplings import Sampling
from survey.sending_rules import Rule
from survey.waves import Wave

doors = Blueprint("rules", __name__)


@dataclass(frozen=True)
class Effect:
    """One law group (or all) now and changed: name → both numbers, and what the answers are reckoned from."""

    name: str
    numbers: dict[str, tuple[str, str]]
    rate: str


@doors.get("/regler")
@open_to(ADMINISTRATOR)
def overview() -> ResponseReturnValue:
    """The rule in words and the form; with a query, the form as it was left."""
    with transaction() as session:
        return _form_page(session, None)


@doors.get("/regler/virkning")
@open_to(ADMINISTRATOR)
def effect() -> ResponseReturnValue:
    """What the rule in the query would have done in the last year, beside the present one. Writes nothing."""
    staff, now = access.signed_in(), workdays.now()
    with transaction() as session:
        current = _current(session, staff.municipality_id)
        form = filled_form(current, _hosts(session, current), request.args)
        if not request.args or not form.validate():
            return _form_page(session, form), 422
        changed = form.setting()
        basis = what_if.basis(session, staff.municipality_id, now)
    before = what_if.forecast(basis, current.rule, current.waves)
    after = what_if.forecast(basis, changed.rule, changed.waves)
    in_waves = changed.rule.sampling == "waves"
    return render_template(
        "admin/rule_effect.html",
        changes=_changes(current, changed),
        effects=[_effect(*pair, basis) for pair in zip(before, after, strict=True)],
        meetings=scoring.published_count(len(basis.meetings), smallest=basis.smallest),
        first=f"{what_if.a_year_before(basis.today):%d-%m-%Y}",
        waves=in_waves,
        sampled_from=_from(samplings.said(changed.rule, changed.waves, now)),
        asleep=in_waves and all(wave.last_on < basis.today for wave in changed.waves),
        hidden=_typed(form),
        form_address=f"{url_for('rules.overview')}?{urlencode(_typed(form))}",
    )


@doors.post("/regler/virkning")
@open_to(ADMINISTRATOR)
def save() -> ResponseReturnValue:
    """Let the rule hold from the next message on, and whom it asks from Monday; 422 for one that is not right."""
    staff, now = access.signed_in(), workdays.now()
    with transaction() as session:
        current = _current(session, staff.municipality_id)
        form = filled_form(current, _hosts(session, current), request.form)
        if not form.validate():
            return _form_page(session, form), 422
        setting = form.setting()
        samplings.change(session, staff.municipality_id, setting.rule, setting.waves, staff_id=staff.id, now=now)
        session.get_one(Municipality, staff.municipality_id).host = setting.host
        access.log_access(session, staff, "change sending rule", " ".join(_changed(current, setting)), now)
    begins = _from(samplings.said(setting.rule, setting.waves, now))
    flash(f"Reglen er gemt og gælder fra den næste besked. Hvem der bliver spurgt, følger den {begins}.")
    return redirect(url_for("rules.overview"), 303)


def _form_page(session: Session, form: RuleForm | None) -> str:
    current = _current(session, access.signed_in().municipality_id)
    form = form or filled_form(current, _hosts(session, current), request.args)
    add_empty_waves(form)
    history = samplings.of(session, access.signed_in().municipality_id)
    return render_template(
        "admin/rules.html",
        form=form,
        mistakes=form.mistakes(),
        words=_words(current),
        history=[_chosen(each) for each in reversed(history)],
        first_sampling=SAMPLINGS["all"].lower(),
    )


def _current(session: Session, municipality_id: int) -> Setting:
    return Setting(
        sending_rules.of(session, municipality_id),
        waves.of(session, municipality_id),
        session.get_one(Municipality, municipality_id).host,
    )


def _hosts(session: Session, current: Setting) -> dict[str, str]:
    """The hosts to choose from: the shared one, its own, and those the operator allows that nobody else has."""
    taken = {host for host in session.scalars(select(Municipality.host)) if host != current.host}
    allowed = {*current_app.config["SETTINGS"].hosts, current.host} - taken - {_own_host(), None}
    return {"": f"{_own_host()} (fælles)"} | {host: host for host in sorted(allowed)}


def _typed(form: RuleForm) -> list[tuple[str, str]]:
    """Name and value of every field of the query that is the form's own, to be posted as it is."""
    known = {field.name for field in form}
    return [each for each in request.args.items(multi=True) if each[0].partition("-")[0] in known]


def _changed(before: Setting, after: Setting) -> list[str]:
    """The names of what differs, for the access log."""
    names = [
        each.name for each in fields(Rule) if getattr(before.rule, each.name) != getattr(after.rule, each.name)
    ]
    return names + [name for name in ("waves", "host") if getattr(before, name) != getattr(after, name)]


# In words ------------------------------------------------------------------------------------------------


def _words(setting: Setting) -> dict[str, Sequence[str]]:
    """The setting as it is read aloud: subject → one or more lines."""
    rule = setting.rule
    return {
        "Sendetid": [window_words(rule.window)],
        "Ventetid": [_delay(rule.delay_minutes)],
        "Hvor tit": [f"højst én gang pr. {rule.quiet_days} dage, på tværs af alle teams"],
        "Hvem": [_who(rule)],
        "Bølger": [_wave(wave) for wave in setting.waves] or ["ingen"],
        "Vejen til spørgeskemaet": [words.LINK_MODES[rule.link_mode]],
        "Domæne i links": [setting.host or f"{_own_host()} (fælles)"],
        "Pris pr. segment": [f"{scoring.number(Fraction(rule.segment_price), 3)} kr."],
    }


def _changes(before: Setting, after: Setting) -> list[tuple[str, Sequence[str], Sequence[str]]]:
    """Subject, now, changed: of what differs."""
    then = _words(after)
    return [(subject, now, then[subject]) for subject, now in _words(before).items() if now != then[subject]]


def _delay(minutes: int) -> str:
    if not minutes:
        return "ingen: tidligst, når samtalen er holdt"
    return f"tidligst {DELAYS.get(minutes, f'{minutes} minutter')} efter samtalen"


def _from(sampling: Sampling) -> str:
    return f"for samtaler holdt fra mandag den {sampling.from_on:%d-%m-%Y}"


def _chosen(sampling: Sampling) -> tuple[str, list[str]]:
    """One line of the history: from when, and whom."""
    who = _who(Rule(sampling=sampling.kind, share=sampling.share))
    return f"{sampling.from_on:%d-%m-%Y}", [who, *(_wave(wave) for wave in sampling.waves)]


def _who(rule: Rule) -> str:
    if rule.sampling == "share":
        return f"en tilfældig andel på {rule.share} %, trukket på ny hver uge"
    return SAMPLINGS[rule.sampling].lower()


def _wave(wave: Wave) -> str:
    return f"{wave.name}: {wave.first_on:%d-%m-%Y} til {wave.last_on:%d-%m-%Y}, {wave.share} %"


def _own_host() -> str:
    return str(current_app.config["SETTINGS"].base_url.partition("://")[2])


def _effect(before: what_if.Forecast, after: what_if.Forecast, basis: what_if.Basis) -> Effect:
    rate = basis.rates.get(before.law or "", what_if.Rate())
    known = scoring.published_share(rate.answered, rate.sent, smallest=basis.smallest).text
    return Effect(
        name=LAW_NAMES[before.law] if before.law else "I alt",
        numbers={
            "Invitationer": (before.invitations, after.invitations),
            "Forskellige borgere": (before.citizens, after.citizens),
            "Forventede svar": (before.answers, after.answers),
        },
        rate=(known if rate.sent else "kendes ikke endnu") if before.law else "",
    )
