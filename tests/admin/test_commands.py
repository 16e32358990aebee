"""`flask people`: the operator's way in."""

from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import passwords
from survey.models import Assignment, Municipality, Staff

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask, stevns: Municipality) -> Run:
    """`run("add", …)` is `flask people add …`."""
    return lambda *words: app.test_cli_runner().invoke(args=["people", *words])


def test_the_first_administrator_is_added(run: Run, session: Session) -> None:
    """The password printed is the one that works; a second time prints none."""
    words = ("add", "--email", "Ole@stevns.dk", "--name", "Ole", "--role", "administrator")
    first, second = run(*words), run(*words)
    staff = session.scalars(select(Staff)).one()
    assert passwords.matches(staff.password_hash, first.output.split()[-1])
    assert second.output == "Ole@stevns.dk: administrator, Stevns Kommune, kendt i forvejen\n"


def test_a_caseworker_is_added_to_a_team(run: Run, session: Session) -> None:
    """By the team's name."""
    words = ("add", "--email", "bo@stevns.dk", "--name", "Bo", "--role", "caseworker", "--team", "Ydelse")
    assert run(*words).exit_code == 0
    assert session.scalars(select(Assignment.role)).all() == ["caseworker"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--role", "caseworker"), "En sagsbehandler har et --team"),
        (("--role", "administrator", "--team", "Ydelse"), "en administrator har intet"),
        (("--role", "manager", "--team", "Ukendt"), "ikke et team, der hedder 'Ukendt'"),
    ],
)
def test_a_role_without_its_team_is_refused(run: Run, words: tuple[str, ...], message: str) -> None:
    """And nobody is made."""
    result = run("add", "--email", "bo@stevns.dk", "--name", "Bo", *words)
    assert result.exit_code == 2
    assert message in result.output


def test_a_forgotten_password_is_replaced(
    run: Run, session: Session, stevns: Municipality, employ: Callable[..., Staff]
) -> None:
    """For who works in two municipalities too; an unknown e-mail is named."""
    person = employ(session, stevns, "manager", email="mette@stevns.dk")
    printed = run("password", "--email", "Mette@stevns.dk").output.split()[-1]
    session.refresh(person)
    assert passwords.matches(person.password_hash, printed)
    assert "Ingen har e-mailen x@y.dk" in run("password", "--email", "x@y.dk").output


def test_an_address_that_is_none_is_refused(run: Run) -> None:
    """Before anybody is made."""
    result = run("add", "--email", "x", "--name", "Bo", "--role", "manager")
    assert result.exit_code == 2
    assert "er ikke en e-mail" in result.output
