"""The administrator's room for messages: what they say in each language, what they cost, and who verified them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import access
from survey import gsm, linter, own_texts, placeholders, sending_rules, text_examples, texts, words, workdays
from survey.access import ADMINISTRATOR, open_to
from survey.db import transaction
from survey.linter import Finding
from survey.models import CHANNELS, Municipality, Questionnaire
from survey.own_texts import Kept, Place
from survey.sending_rules import Rule
from survey.text_examples import Asker
from survey.texts import Own, Written

doors = Blueprint("texts", __name__)

KINDS = {"invitation": "invitation", "paamindelse": "reminder"}
ONE = "/tekster/<any(invitation, paamindelse):kind>/<any(sms, email):channel>/<language>"
MEANWHILE = "Teksten er ændret, siden du så den. Læs den igen."
A_THOUSAND = 1000


@dataclass(frozen=True)
class Line:
    """One language in the overview; `segments` and `price` (DKK for a thousand) are None for e-mail."""

    language: str
    name: str
    kept: Kept | None
    usable: bool
    verified: bool
    segments: int | None
    price: Decimal | None


@dataclass(frozen=True)
class Shown:
    """A rendered example: whose address it has, the text, and for an SMS what a thousand cost (DKK)."""

    heading: str
    written: Written
    price: Decimal | None


@dataclass(frozen=True)
class Desk:
    """What the editor needs to know: the place, the municipality as citizens meet it, its rule, what is in use."""

    place: Place
    asker: Asker
    rule: Rule
    kept: Kept | None

    @property
    def current(self) -> Own:
        """The text that is sent from here: the own one, else the shipped."""
        return self.kept.text if self.kept else self.standard

    @property
    def standard(self) -> Own:
        """The shipped text."""
        place = self.place
        return texts.shipped(place.kind, place.channel, place.language, self.rule.link_mode)


@doors.get("/tekster")
@open_to(ADMINISTRATOR)
def overview() -> ResponseReturnValue:
    """Every message in every language, for all questionnaires or the one named by `skema`."""
    with transaction() as session:
        chosen = _questionnaire(session)
        asker, rule = _asker(session), sending_rules.of(session, access.signed_in().municipality_id)
        kept = own_texts.every(session, access.signed_in().municipality_id)
        names = _questionnaires(session)
    tables = [
        (word, kind, channel, [_line(kept, chosen, kind, channel, each, asker, rule) for each in texts.LANGUAGES])
        for word, kind in KINDS.items()
        for channel in CHANNELS
    ]
    return render_template(
        "admin/texts.html",
        tables=tables,
        chosen=chosen,
        questionnaires=names,
        segment_price=f"{rule.segment_price.normalize():f}".replace(".", ","),
        kroner=text_examples.kroner,
        words=words,
        local=workdays.local,
        revealing=[*linter.telling(asker.sender, "da"), *linter.telling(asker.municipality, "da")],
    )


@doors.get(ONE)
@open_to(ADMINISTRATOR)
def one(kind: str, channel: str, language: str) -> ResponseReturnValue:
    """One text with its preview; 404 for a language we do not write."""
    with transaction() as session:
        desk = _desk(session, kind, channel, language)
    return _page(desk, desk.current)


@doors.post(ONE)
@open_to(ADMINISTRATOR)
def change(kind: str, channel: str, language: str) -> ResponseReturnValue:
    """Show what was written as it would look, or save it (`do` is "save") when nothing is wrong with it."""
    with transaction() as session:
        desk = _desk(session, kind, channel, language)
        written, notes = _written(channel)
        if request.form.get("do") != "save":
            return _page(desk, written, notes)
        if any(not finding.warning for finding in _findings(desk, written)):
            return _page(desk, written, notes, refused=True), 422
        staff, now = access.signed_in(), workdays.now()
        # Whoever writes in Danish has read it: the mark is for languages that the editor may not know.
        keep = own_texts.verify if language == "da" else own_texts.save
        keep(session, desk.place, written, staff_id=staff.id, now=now)
        access.log_access(session, staff, "change message text", _subject(desk.place), now)
    flash(" ".join(["Teksten er gemt og bruges fra næste besked.", *notes]))
    return redirect(_address(desk.place), 303)


@doors.post(f"{ONE}/standard")
@open_to(ADMINISTRATOR)
def forget(kind: str, channel: str, language: str) -> ResponseReturnValue:
    """Use the shipped text again."""
    with transaction() as session:
        desk = _desk(session, kind, channel, language)
        if own_texts.forget(session, desk.place):
            access.log_access(
                session, access.signed_in(), "use shipped text", _subject(desk.place), workdays.now()
            )
    flash("Standardteksten bruges igen.")
    return redirect(_address(desk.place), 303)


@doors.post(f"{ONE}/kontrolleret")
@open_to(ADMINISTRATOR)
def verify(kind: str, channel: str, language: str) -> ResponseReturnValue:
    """Note that the signed-in person, who knows the language, says the text they saw is right."""
    with transaction() as session:
        desk = _desk(session, kind, channel, language)
        if request.form.get("seen") != fingerprint(desk.current):
            flash(MEANWHILE)
            return redirect(_address(desk.place), 303)
        staff, now = access.signed_in(), workdays.now()
        own_texts.verify(session, desk.place, desk.current, staff_id=staff.id, now=now)
        access.log_access(session, staff, "verify message text", _subject(desk.place), now)
    flash("Det er noteret, at du har kontrolleret teksten.")
    return redirect(_address(desk.place), 303)


def fingerprint(text: Own) -> str:
    """Which text somebody saw: 16 hexadecimal digits."""
    return hashlib.sha256(f"{text.subject}\n{text.body}".encode()).hexdigest()[:16]


def _page(desk: Desk, text: Own, notes: Sequence[str] = (), *, refused: bool = False) -> str:
    place = desk.place
    odd = gsm.outside(text.body) if place.channel == "sms" and place.language in texts.IN_ONE_SEGMENT else ""
    return render_template(
        "admin/text.html",
        desk=desk,
        place=place,
        text=text,
        notes=notes,
        refused=refused,
        findings=_findings(desk, text),
        shown=_shown(desk, text),
        odd=odd,
        seen=fingerprint(desk.current),
        usable=texts.suits(desk.current, desk.rule.link_mode),
        unsaved=(text.subject, text.body) != (desk.current.subject, desk.current.body),
        direction=texts.direction(place.language),
        language_name=texts.about(place.language)["name"],
        title=f"{words.first(words.KINDS[place.kind])}, {words.CHANNELS[place.channel]}",
        placeholders=_offered(desk),
        here=_address(place),
        kroner=text_examples.kroner,
        local=workdays.local,
    )


def _line(
    kept: dict[Place, Kept], chosen: int | None, kind: str, channel: str, language: str, asker: Asker, rule: Rule
) -> Line:
    here = access.signed_in().municipality_id
    found = kept.get(Place(here, chosen, kind, channel, language))
    used = found or kept.get(Place(here, None, kind, channel, language))
    usable = used is None or texts.suits(used.text, rule.link_mode)
    standard = texts.shipped(kind, channel, language, rule.link_mode)
    text = used.text if used and usable else standard
    example = text_examples.example(kind, channel, language, link_mode=rule.link_mode, own=text, asker=asker)
    counted = example.segments.count if example.segments else None
    price = counted * rule.segment_price * A_THOUSAND if counted else None
    name = str(texts.about(language)["name"])
    return Line(language, name, used, usable, text.verified, counted, price)


def _shown(desk: Desk, text: Own) -> list[Shown]:
    """The text with the municipality's own address, an SMS with the longest too; empty while it cannot be sent."""
    if not text.body.strip() or not texts.suits(text, desk.rule.link_mode):
        return []
    askers = {"Med kommunens eget domæne": desk.asker}
    if desk.place.channel == "sms":
        askers["Med det længste domæne"] = replace(desk.asker, host=text_examples.LONGEST_HOST)
    return [_example(heading, desk, text, asker) for heading, asker in askers.items()]


def _example(heading: str, desk: Desk, text: Own, asker: Asker) -> Shown:
    place, rule = desk.place, desk.rule
    written = text_examples.example(
        place.kind, place.channel, place.language, link_mode=rule.link_mode, own=text, asker=asker
    )
    price = written.segments.count * rule.segment_price * A_THOUSAND if written.segments else None
    return Shown(heading, written, price)


def _findings(desk: Desk, text: Own) -> list[Finding]:
    place = desk.place
    fields = {"subject": text.subject, "body": text.body} if place.channel == "email" else {"body": text.body}
    return [
        finding
        for field, value in fields.items()
        for finding in linter.lint(
            value,
            place.language,
            place.channel,
            field,
            link_mode=desk.rule.link_mode,
            hosts=[desk.asker.host],
        )
    ]


def _offered(desk: Desk) -> dict[str, str]:
    may = linter.allowed(desk.place.channel, "body", desk.rule.link_mode)
    return {name: words for name, words in placeholders.KNOWN.items() if name in may}


def _written(channel: str) -> tuple[Own, list[str]]:
    """What was typed, and what was made plainer in an SMS."""
    body = "\n".join(line.rstrip() for line in request.form.get("body", "").splitlines()).strip()
    if channel == "sms":
        return Own("", texts.unformatted(body)), texts.notes(body)
    return Own(request.form.get("subject", "").strip(), body), []


def _desk(session: Session, kind: str, channel: str, language: str) -> Desk:
    if language not in texts.LANGUAGES:
        access.not_here()
    here = access.signed_in().municipality_id
    place = Place(here, _questionnaire(session), KINDS[kind], channel, language)
    general = replace(place, questionnaire_id=None)
    kept = own_texts.one(session, place) or own_texts.one(session, general)
    return Desk(place, _asker(session), sending_rules.of(session, here), kept)


def _asker(session: Session) -> Asker:
    found = session.get_one(Municipality, access.signed_in().municipality_id)
    host = found.host or urlsplit(current_app.config["SETTINGS"].base_url).netloc
    return Asker(found.name, found.sms_sender, host, found.phone, found.smallest_group)


def _questionnaire(session: Session) -> int | None:
    """The questionnaire named by `skema` in the address; None for all. 404 for another municipality's."""
    wanted = request.args.get("skema", "")
    if not wanted:
        return None
    found = {str(each): each for each in _questionnaires(session)}
    return found[wanted] if wanted in found else access.not_here()


def _questionnaires(session: Session) -> dict[int, str]:
    rows: Any = session.execute(
        select(Questionnaire.id, Questionnaire.name)
        .where(Questionnaire.municipality_id == access.signed_in().municipality_id)
        .order_by(Questionnaire.name)
    )
    return {row.id: row.name for row in rows}


def _address(place: Place) -> str:
    word = next(word for word, kind in KINDS.items() if kind == place.kind)
    return url_for(
        "texts.one", kind=word, channel=place.channel, language=place.language, skema=place.questionnaire_id
    )


def _subject(place: Place) -> str:
    which = f"questionnaire {place.questionnaire_id}" if place.questionnaire_id else "all questionnaires"
    return f"{place.kind} {place.channel} {place.language}, {which}"
