"""The night: keys are made and destroyed in all places, what is wrong is an alarm, and the commands say it."""

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import commands, embedded, municipalities, nightly
from survey.config import SettingError, Settings
from survey.keys import KeyPlaceError, KeyStore
from survey.models import BallotKey, Cell, Municipality, Participation
from survey.retention import Cleaned
from survey.tally import Tallied

Lay = Callable[..., None]


def states(session: Session) -> list[str]:
    """The states of all keys, oldest first."""
    session.expire_all()
    return list(session.scalars(select(BallotKey.state).order_by(BallotKey.opened_at, BallotKey.state)))


def test_one_open_key_is_enough(session: Session, box: Municipality, places: list[Path], now: datetime) -> None:
    """Asking for an open key again makes none, and a night without answers keeps the one there is."""
    nightly.ensure_open_key(places, box.id, now)
    (report,) = nightly.tally_all(places, now)
    assert (states(session), report.alarms) == (["open"], [])


def test_a_municipality_without_a_key_gets_one_at_night(
    session: Session, stevns: Municipality, places: list[Path], now: datetime
) -> None:
    """The first night opens the first key."""
    nightly.tally_all(places, now)
    assert states(session) == ["open"]


def test_a_spent_key_is_destroyed_in_both_places(
    session: Session, box: Municipality, places: list[Path], now: datetime, lay: Lay
) -> None:
    """After the tally only the open key has files, the same in both places."""
    lay(session, box, n=5)
    (report,) = nightly.tally_all(places, now + timedelta(hours=1))
    assert (1, Tallied(batches=1, answers=5), []) == (report.keys_destroyed, report.tallied, report.alarms)
    assert states(session) == ["destroyed", "open"]
    opened = session.scalars(select(BallotKey.id).filter_by(state="open")).one()
    assert {opened} == KeyStore(places[:1]).kept(box.id) == KeyStore(places[1:]).kept(box.id)


def test_a_night_ends_with_cells(
    session: Session, box: Municipality, places: list[Path], now: datetime, lay: Lay
) -> None:
    """What is tallied is told the same night when it is enough, and else with the next night's."""
    for night, n in enumerate((6, 7, 9)):
        lay(session, box, n=n, answers=(2, 3, 2, 3, 4))
        nightly.tally_all(places, now + timedelta(days=night))
    assert session.scalars(select(Cell.n).order_by(Cell.n)).all() == [9, 13]


def test_no_key_is_made_while_the_mirror_is_away(
    session: Session, box: Municipality, places: list[Path], now: datetime, lay: Lay
) -> None:
    """The alarm says which place; answers wait in the open key, and are tallied when the mirror is back."""
    lay(session, box, n=5)
    away = places[1].rename(places[1].with_name("elsewhere"))
    (report,) = nightly.tally_all(places, now)
    assert [str(places[1]) in alarm for alarm in report.alarms] == [True, True]
    assert states(session) == ["open"]
    away.rename(places[1])
    (report,) = nightly.tally_all(places, now + timedelta(days=1))
    assert Tallied(batches=1, answers=5) == report.tallied


def test_a_copy_out_of_reach_keeps_a_key_closed(
    session: Session, box: Municipality, places: list[Path], now: datetime
) -> None:
    """Closed without ballots and one copy left behind: an alarm names the place, every night until it is gone."""
    nightly.ensure_open_key(places, box.id, now)
    key = session.scalars(select(BallotKey)).one()
    key.state, key.closed_at = "closed", now
    session.flush()
    away = places[1].rename(places[1].with_name("elsewhere"))
    (report,) = nightly.tally_all(places, now)
    assert f"Nøglen {key.id} er brugt, men ikke slettet i {places[1]}." in report.alarms
    assert any("Ingen ny nøgle i nat" in alarm for alarm in report.alarms)
    away.rename(places[1])
    (report,) = nightly.tally_all(places, now + timedelta(days=1))
    assert (states(session), report.alarms) == (["destroyed", "open"], [])


def test_an_unmounted_disk_never_passes_for_the_only_key_place(
    session: Session, stevns: Municipality, places: list[Path], now: datetime
) -> None:
    """Its empty mount point takes no key, and the spent key on it is destroyed when the disk is back."""
    disk = places[:1]
    nightly.ensure_open_key(disk, stevns.id, now)
    key = session.scalars(select(BallotKey)).one()
    key.state, key.closed_at = "closed", now
    session.flush()
    away = disk[0].rename(disk[0].with_name("elsewhere"))
    disk[0].mkdir()
    (report,) = nightly.tally_all(disk, now)
    assert "Ingen ny nøgle i nat" in report.alarms[0]
    assert (states(session), list(disk[0].iterdir())) == (["closed"], [])
    disk[0].rmdir()
    away.rename(disk[0])
    (report,) = nightly.tally_all(disk, now + timedelta(days=1))
    assert (states(session), report.alarms, len(KeyStore(disk).kept(stevns.id))) == (["destroyed", "open"], [], 1)


def test_a_second_municipality_gets_its_key_in_the_same_places(
    session: Session, box: Municipality, places: list[Path], now: datetime
) -> None:
    """Its folder lies beside the first one's; with a place away it gets none, and no place is made."""
    aarhus, odense = (
        municipalities.establish(session, slug=name, name=name, phone="1", sms_sender=name, now=now)
        for name in ("aarhus", "odense")
    )
    nightly.ensure_open_key(places, aarhus.id, now)
    assert len(KeyStore(places).kept(aarhus.id)) == 1
    with pytest.raises(KeyPlaceError):
        nightly.ensure_open_key([places[0] / "away"], odense.id, now)


def test_a_missing_copy_is_an_alarm(
    session: Session, box: Municipality, places: list[Path], now: datetime
) -> None:
    """With one copy gone the program says where to copy it; with both gone it says the key is lost."""
    key_id = session.scalars(select(BallotKey.id)).one()
    for place, words in zip(places, (f"mangler i {places[0]}", "er væk: 0 besvarelser"), strict=True):
        (place / str(box.id) / f"{key_id}.key").unlink()
        (report,) = nightly.tally_all(places, now)
        assert [words in alarm for alarm in report.alarms] == [True]


def test_trouble_in_one_municipality_does_not_stop_the_others(
    session: Session, box: Municipality, places: list[Path], now: datetime, lay: Lay
) -> None:
    """A file where Aarhus' key folder should be is its alarm; Stevns is tallied."""
    name = "Aarhus"
    aarhus = municipalities.establish(session, slug="aarhus", name=name, phone="1", sms_sender=name, now=now)
    lay(session, box, n=5)
    (places[0] / str(aarhus.id)).write_text("")
    reports = nightly.tally_all(places, now)
    assert [report.tallied.answers for report in reports] == [0, 5]
    assert [len(report.alarms) for report in reports] == [1, 0]


def test_a_night_snapshots_participation(
    session: Session, box: Municipality, places: list[Path], now: datetime, sent: Callable[..., int]
) -> None:
    """What was sent is counted by the tally of the same night."""
    sent(session, box)
    nightly.tally_all(places, now, box.id)
    assert session.scalars(select(Participation.sent)).one() == 1


def test_key_places_default_to_the_state_folder_only_beside_an_embedded_database(settings: Settings) -> None:
    """With a database server the folder must be named; a mirror comes second."""
    with pytest.raises(SettingError, match="TILFREDS_KEY_DIR"):
        nightly.key_places(settings)
    alone = dataclasses.replace(settings, database_url=None, key_mirror=Path("/mirror"))
    assert nightly.key_places(alone) == (settings.state_dir / "keys", Path("/mirror"))


def test_a_key_place_in_the_databases_folder_is_refused(settings: Settings) -> None:
    """Keys beside the data they open would be copied with it."""
    data = embedded.data_dir(settings.state_dir)
    with pytest.raises(SettingError, match="må ikke ligge"):
        nightly.key_places(dataclasses.replace(settings, database_url=None, key_dir=data / "keys"))


def with_keys(app: Flask, places: list[Path]) -> Flask:
    """The program with a key folder, as a worker has it."""
    app.config["SETTINGS"] = dataclasses.replace(app.config["SETTINGS"], key_dir=places[0])
    return app


def test_flask_tally_says_what_it_did(
    session: Session, app: Flask, box: Municipality, places: list[Path], lay: Lay
) -> None:
    """Batches, answers, what waits, keys destroyed and alarms, per municipality, in Danish."""
    lay(session, box, n=5)
    lay(session, box, "Opfølgning", answers=(4,) * 7)
    result = with_keys(app, places).test_cli_runner().invoke(args=["tally", "--now", "2021-05-12T03:40"])
    assert result.output == (
        "stevns: 5 besvarelser talt op i 1 portion, nogle venter, 0 for få til at vise, "
        "1 nøgle slettet, 0 alarmer\n"
    )
    assert result.exit_code == 0


def test_flask_tally_ends_with_an_error_when_there_is_an_alarm(
    app: Flask, box: Municipality, places: list[Path]
) -> None:
    """The alarm is printed apart, and a timer's mail or monitor sees the exit code."""
    for file in places[0].glob("*/*.key"):
        file.unlink()
    runner = with_keys(app, places).test_cli_runner()
    result = runner.invoke(args=["tally", "--municipality", "stevns"])
    assert (result.exit_code, "ALARM: Nøglen" in result.output) == (1, True)


def test_flask_tally_without_a_key_folder_is_refused(app: Flask, box: Municipality) -> None:
    """With a database server the program will not guess where the keys are."""
    result = app.test_cli_runner().invoke(args=["tally"])
    assert (result.exit_code, "TILFREDS_KEY_DIR" in result.output) == (1, True)


def test_flask_retention_says_what_it_did(
    session: Session, app: Flask, box: Municipality, sent: Callable[..., int]
) -> None:
    """Weeks closed and rows deleted, per municipality, in Danish."""
    sent(session, box)
    result = app.test_cli_runner().invoke(args=["retention", "--now", "2021-08-23T03:40"])
    assert result.output == (
        "stevns: 1 uge lukket med 1 invitation, slettet: 0 samtaler, 0 ønsker om opkald, 0 indlæsninger\n"
    )


def test_one_of_each_is_singular() -> None:
    """One key, one alarm, one week: no report counts one in the plural."""
    report = nightly.Report("stevns", Tallied(batches=2, answers=1, unshown=1), keys_destroyed=2, alarms=["!"])
    assert commands.tally_line(report) == (
        "stevns: 1 besvarelse talt op i 2 portioner, ingen venter, 1 for få til at vise, 2 nøgler slettet, 1 alarm"
    )
    assert commands.cleaned_line("stevns", Cleaned(2, 2, 1, 1, 1)) == (
        "stevns: 2 uger lukket med 2 invitationer, slettet: 1 samtale, 1 ønske om opkald, 1 indlæsning"
    )


def test_the_clock_is_read_when_no_time_is_given(app: Flask, box: Municipality) -> None:
    """`flask retention` alone works as of now, for the municipality named."""
    result = app.test_cli_runner().invoke(args=["retention", "--municipality", "stevns"])
    assert (result.exit_code, result.output.startswith("stevns: 0 uger")) == (0, True)
