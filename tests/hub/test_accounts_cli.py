"""`hall-hub user` and `hall-hub token` on a real journal."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench.kit import Layout
from hub.accounts_offline import stopped_hub
from hub.cli import app
from hub.configuration import HallFile
from hub.core.people import Role
from hub.journal.store import Journal
from hub.passwords import digest, password_right
from wire.settings import load

pytestmark = pytest.mark.slow  # a journal is made

PASSWORD = "open sesame 12"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return Layout(tmp_path).write_hall()


def run(*arguments: object, password: str = "") -> tuple[int, str]:
    typed = f"{password}\n" if password else None
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], input=typed)
    return done.exit_code, done.output + (str(done.exception) if done.exception else "")


def test_the_first_administrator_is_made_before_the_first_start(file: Path) -> None:
    role = ("--role", "administrator")
    code, _ = run("user", "add", file, "anna", *role, "--full-name", "Anna", password=PASSWORD)
    assert code == 0
    with stopped_hub(load(file, HallFile)) as hub:
        [anna] = hub.people.accounts.values()
    assert (anna.id, anna.name, anna.roles) == ("anna", "Anna", (Role.ADMINISTRATOR,))
    assert password_right(PASSWORD, anna.secret_hash)
    code, listed = run("user", "list", file)
    assert "anna  administrator  Anna" in listed
    assert "$argon2" not in listed
    assert "last" not in run("user", "password", file, "anna", password="another one 34")[1]
    with stopped_hub(load(file, HallFile)) as hub:
        assert password_right("another one 34", hub.people.accounts["anna"].secret_hash)


def test_what_is_refused_says_why_and_changes_nothing(file: Path) -> None:
    add = ("user", "add", file)
    assert "8 to 128" in run(*add, "anna", "--role", "operator", password="short")[1]
    assert "clerk" in run(*add, "anna", "--role", "clerk", password=PASSWORD)[1]
    assert run(*add, "anna", "--role", "administrator", password=PASSWORD)[0] == 0
    assert "already" in run(*add, "anna", "--role", "operator", password=PASSWORD)[1]
    assert "administrator" in run("user", "remove", file, "anna")[1]
    assert "no account" in run("user", "password", file, "bob", password=PASSWORD)[1]
    with stopped_hub(load(file, HallFile)) as hub:
        assert list(hub.people.accounts) == ["anna"]


def test_a_clerk_s_account_and_a_program_s_token(file: Path) -> None:
    clerk = ("--role", "clerk", "--clerk", "k1")
    assert run("user", "add", file, "wang", *clerk, password=PASSWORD)[0] == 0
    code, printed = run("token", "add", file, "prometheus", "--role", "supervisor")
    assert code == 0
    with stopped_hub(load(file, HallFile)) as hub:
        [token] = hub.people.tokens.values()
    assert token.secret_hash == digest(printed.strip())
    assert token.id in run("token", "list", file)[1]
    assert run("token", "revoke", file, token.id)[0] == 0
    with stopped_hub(load(file, HallFile)) as hub:
        assert hub.people.tokens == {}
        assert hub.people.accounts["wang"].clerk == "k1"


def test_a_running_hub_s_accounts_are_left_alone(file: Path) -> None:
    journal = Journal(load(file, HallFile).hub.data)
    try:
        code, said = run("user", "add", file, "anna", "--role", "operator", password=PASSWORD)
    finally:
        journal.close()
    assert code != 0
    assert "in use by another hub" in said


def test_every_session_can_be_ended(file: Path) -> None:
    assert "0 sessions have ended" in run("user", "sign-out-all", file)[1]
