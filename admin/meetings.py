"""The administrator's room for meetings: a file in, first as a trial, and what became of earlier files."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from admin import access, rule_forms
from survey import config, decisions, lanes, meeting_files, meetings, sending_rules, words, workdays
from survey.access import ADMINISTRATOR, open_to
from survey.db import transaction
from survey.models import CHANNELS, GatewayState, ImportCount, MeetingImport, Municipality, Stop

doors = Blueprint("meetings", __name__)

MOST_BYTES = meeting_files.MAX_BYTES + 1024**2
REFUSED_SHOWN = 500
IMPORTS_SHOWN = 50


@dataclass(frozen=True)
class Earlier:
    """An earlier import: when (Copenhagen), the file's name, rows and counts by outcome."""

    at: str
    file_name: str
    rows_read: int
    counts: Mapping[str, int]


@doors.get("/samtaler")
@open_to(ADMINISTRATOR)
def overview() -> ResponseReturnValue:
    """The upload form and the earlier imports."""
    return _page()


@doors.post("/samtaler")
@open_to(ADMINISTRATOR)
@access.takes_bytes(MOST_BYTES)
def upload() -> ResponseReturnValue:
    """Try a file, or take it in when "Importér" was pressed. The file is never kept; 422 for an unusable one."""
    staff, now = access.signed_in(), workdays.now()
    files = [file for file in request.files.getlist("file") if file.filename]
    if len(files) != 1:
        return _page(wrong="Vælg én fil ad gangen." if files else "Vælg en fil."), 422
    name, data = str(files[0].filename), files[0].read()
    try:
        meeting_files.check_size(len(data))
        sheet = meeting_files.read(data, name)
    except meeting_files.FileError as error:
        return _page(wrong=str(error)), 422
    key = config.secret(current_app.config["SETTINGS"].fingerprint_key_file)
    digest, trial = sha256(data).digest(), request.form.get("action") != "import"
    with transaction() as session:
        report = meetings.record(
            session,
            staff.municipality_id,
            sheet,
            file_name=name,
            fingerprint_key=key,
            now=now,
            dry_run=trial,
        )
        leaving = [] if trial or not report.counts.get("invited") else _leaving(session, staff.municipality_id)
        action = "try import" if trial else "import meetings"
        access.log_access(session, staff, action, f"file {digest.hex()[:16]}", now)
    return _page(report=report, trial=trial, name=name, leaving=leaving)


def _leaving(session: Session, municipality_id: int) -> list[str]:
    """When what was just invited is sent, by the municipality's own rule, and what it waits for, in sentences."""
    slug = session.get_one(Municipality, municipality_id).slug
    accounts = current_app.config["ACCOUNTS"]
    carriers = {channel: lanes.carrier(accounts, slug, channel) for channel in CHANNELS}
    names = sorted({name for name in carriers.values() if name})
    if not names:
        return ["Der er ingen gateway sat op, så beskederne venter, til der er."]
    window = rule_forms.window_words(sending_rules.of(session, municipality_id).window)
    still = [
        f"{name} er standset, så det, den bærer, venter: se Udsendelse."
        for name in names
        if _stands_still(session, municipality_id, name)
    ]
    missing = [
        f"Der er ingen gateway til {words.CHANNELS[channel]}." for channel, name in carriers.items() if not name
    ]
    return [f"Beskederne bliver sendt i sendetiden, {window}.", *still, *missing]


def _stands_still(session: Session, municipality_id: int, name: str) -> bool:
    by_itself = exists().where(GatewayState.name == name, GatewayState.stopped_at.is_not(None))
    by_us = exists().where(Stop.municipality_id == municipality_id, Stop.gateway == name)
    return bool(session.scalar(select(by_itself | by_us)))


def _page(
    *,
    wrong: str = "",
    report: meetings.Report | None = None,
    trial: bool = False,
    name: str = "",
    leaving: Sequence[str] = (),
) -> str:
    with transaction() as session:
        municipality_id, today = access.signed_in().municipality_id, workdays.day(workdays.now())
        earlier = _earlier(session, municipality_id)
        since = today - timedelta(days=decisions.PERIOD_DAYS - 1)
        days = decisions.per_day(session, municipality_id, since, today)
    return render_template(
        "admin/meetings.html",
        wrong=wrong,
        report=report,
        trial=trial,
        name=name,
        leaving=leaving,
        refused_shown=REFUSED_SHOWN,
        earlier=earlier,
        words=meetings.outcome_words,
        days=days,
        totals=decisions.in_all(days),
        adds_up=decisions.add_up(days),
        reasons=meetings.decision_words,
        period=decisions.PERIOD_DAYS,
    )


def _earlier(session: Session, municipality_id: int) -> list[Earlier]:
    rows = session.scalars(
        select(MeetingImport)
        .where(MeetingImport.municipality_id == municipality_id)
        .order_by(MeetingImport.imported_at.desc(), MeetingImport.id.desc())
        .limit(IMPORTS_SHOWN)
    ).all()
    counts: dict[int, Counter[str]] = {row.id: Counter() for row in rows}
    for count in session.scalars(
        select(ImportCount).where(
            ImportCount.municipality_id == municipality_id, ImportCount.import_id.in_(counts)
        )
    ):
        counts[count.import_id][count.outcome] = count.n
    return [
        Earlier(
            f"{workdays.local(row.imported_at):%d-%m-%Y kl. %H.%M}", row.file_name, row.rows_read, counts[row.id]
        )
        for row in rows
    ]
