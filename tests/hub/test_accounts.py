"""Sessions and tokens: how they begin, last, and end. Time is the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from hub import accounts as module
from hub.accounts import (
    CHECKS_WAITING,
    IDLE_S,
    LASTS_S,
    SESSIONS_EACH,
    STAYS_S,
    Accounts,
    NotSignedIn,
    TooManySignIns,
)
from hub.accounts_store import FILE, Session, SignIn, SignInStore
from hub.core import events as e
from hub.core.people import Account, People, Role, Token
from hub.passwords import digest
from hub.service import Committed

HERE = "10.0.0.5"


class Time:
    def __init__(self) -> None:
        self.now = 1e9

    def __call__(self) -> float:
        return self.now


class Desk:
    """Accounts on a store in a folder; passwords are compared as they are."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.time = folder, Time()
        self.people = People(
            {
                "anna": Account("anna", "Anna", (Role.OPERATOR,), None, "right", 1.0),
                "root": Account("root", "Root", (Role.ADMINISTRATOR,), None, "right", 1.0),
            },
            {"token-1": Token("token-1", "T", (Role.SUPERVISOR,), digest("secret"), 1.0, 2e9)},
        )
        self.accounts = self._begun()

    def _begun(self) -> Accounts:
        return Accounts(self.people, SignInStore(self.folder), self.time)

    def restart(self) -> None:
        self.accounts.close()
        self.accounts = self._begun()

    def happen(self, *events: e.Event) -> None:
        self.accounts.noticed(Committed(events, (), 1))

    def sign_in(self, name: str = "anna", password: str = "right", **more: bool) -> str:
        found = asyncio.run(self.accounts.sign_in(name, password, HERE, **more))
        assert isinstance(found, str), found
        return found

    def refused(self, name: str, password: str) -> NotSignedIn:
        found = asyncio.run(self.accounts.sign_in(name, password, HERE))
        assert isinstance(found, NotSignedIn)
        return found

    def knows(self, secret: str) -> bool:
        return self.accounts.by_session(secret) is not None

    def noted(self) -> list[SignIn]:
        return asyncio.run(self.accounts.noted(100, None, ""))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(module, "password_right", lambda password, known: password == known)
    made = Desk(tmp_path)
    yield made
    made.accounts.close()


def test_a_session_is_its_secret_and_only_a_hash_is_kept(desk: Desk) -> None:
    secret = desk.sign_in(" Anna ")
    asking = desk.accounts.by_session(secret)
    assert asking is not None
    assert (asking.person.id, asking.person.roles) == ("anna", frozenset({Role.OPERATOR}))
    assert not desk.knows(asking.key)
    desk.restart()
    assert desk.knows(secret)
    files = [file.read_bytes() for file in desk.folder.iterdir()]
    assert not any(secret.encode() in content for content in files)
    assert any(digest(secret).encode() in content for content in files)


def test_each_sign_in_has_a_secret_of_its_own(desk: Desk) -> None:
    assert desk.sign_in() != desk.sign_in()


@pytest.mark.parametrize(("name", "password"), [("anna", "wrong"), ("nobody", "right"), ("", "")])
def test_nobody_is_told_whether_a_name_exists(desk: Desk, name: str, password: str) -> None:
    assert desk.refused(name, password) == NotSignedIn("wrong")


def test_a_session_that_nobody_uses_ends_and_one_that_is_used_has_its_last_hour(desk: Desk) -> None:
    idle, used = desk.sign_in(), desk.sign_in()
    for _ in range(int(LASTS_S / IDLE_S * 2) - 1):
        desk.time.now += IDLE_S / 2
        assert desk.knows(used)
    assert not desk.knows(idle)
    desk.time.now += IDLE_S / 2
    assert not desk.knows(used)


def test_a_wall_stays_signed_in_for_a_month_but_never_as_administrator(desk: Desk) -> None:
    wall, root = desk.sign_in(stay=True), desk.sign_in("root", stay=True)
    desk.time.now += STAYS_S - 1
    assert desk.knows(wall)
    assert not desk.knows(root)
    desk.time.now += 1
    assert not desk.knows(wall)


def test_a_screen_of_somebody_who_became_an_administrator_ends_as_any_session(desk: Desk) -> None:
    idle, used = desk.sign_in(stay=True), desk.sign_in(stay=True)
    desk.happen(e.AccountChanged(5.0, "anna", "Anna", ("administrator",), None, "root"))
    for _ in range(int(LASTS_S / IDLE_S * 2) - 1):
        desk.time.now += IDLE_S / 2
        assert desk.knows(used)
    assert not desk.knows(idle)
    desk.time.now += IDLE_S / 2
    assert not desk.knows(used)


def test_use_is_remembered_over_a_restart(desk: Desk) -> None:
    secret = desk.sign_in()
    desk.time.now += IDLE_S - 1
    assert desk.knows(secret)
    desk.restart()
    desk.time.now += IDLE_S - 1
    assert desk.knows(secret)


@pytest.mark.parametrize(
    "event",
    [
        e.PasswordSet(5.0, "anna", "new", "root"),
        e.AccountRemoved(5.0, "anna", "root"),
    ],
)
def test_a_new_password_and_a_removal_end_what_was_begun(desk: Desk, event: e.Event) -> None:
    secret, other = desk.sign_in(), desk.sign_in("root")
    asking = desk.accounts.by_session(secret)
    assert asking is not None
    desk.happen(event)
    assert not desk.accounts.still(asking)
    assert not desk.knows(secret)
    assert desk.knows(other)
    desk.restart()
    assert desk.knows(other)


def test_a_later_account_of_the_same_name_is_somebody_else(desk: Desk) -> None:
    secret = desk.sign_in()
    before = desk.accounts.by_session(secret)
    assert before is not None
    desk.happen(
        e.AccountRemoved(5.0, "anna", "root"),
        e.AccountMade(6.0, "anna", "Anna", ("operator",), None, "right", "root"),
    )
    assert not desk.knows(secret)
    after = desk.accounts.by_session(desk.sign_in())
    assert after is not None
    assert after.person.key != before.person.key
    changed = e.AccountChanged(7.0, "anna", "Ann", ("supervisor",), None, "root")
    desk.happen(changed, e.PasswordSet(8.0, "anna", "other", "root"))
    again = desk.accounts.by_session(desk.sign_in(password="other"))
    assert again is not None
    assert again.person.key == after.person.key


def test_another_role_ends_a_stream_and_not_the_session(desk: Desk) -> None:
    secret = desk.sign_in()
    asking = desk.accounts.by_session(secret)
    assert asking is not None
    assert desk.accounts.still(asking)
    desk.happen(e.AccountChanged(5.0, "anna", "Anna", ("supervisor",), None, "root"))
    assert not desk.accounts.still(asking)
    again = desk.accounts.by_session(secret)
    assert again is not None
    assert again.person.roles == {Role.SUPERVISOR}


def test_signing_out_ends_this_session_alone(desk: Desk) -> None:
    secret, other = desk.sign_in(), desk.sign_in()
    asking = desk.accounts.by_session(secret)
    assert asking is not None
    desk.accounts.sign_out(asking, HERE)
    assert not desk.knows(secret)
    desk.restart()
    assert not desk.knows(secret)
    assert desk.knows(other)


def test_sessions_are_limited_and_the_least_used_ends(desk: Desk) -> None:
    first = desk.sign_in()
    others = []
    for _ in range(SESSIONS_EACH):
        desk.time.now += 1
        others.append(desk.sign_in())
    assert not desk.knows(first)
    assert all(desk.knows(other) for other in others)
    assert len(desk.accounts.sessions_of("anna")) == SESSIONS_EACH


def test_all_others_end_but_one(desk: Desk) -> None:
    mine, other = desk.sign_in(), desk.sign_in()
    assert desk.accounts.end_others("anna", but=digest(mine)) == 1
    assert desk.knows(mine)
    assert not desk.knows(other)


def test_a_token_counts_until_its_end_or_until_it_is_revoked(desk: Desk) -> None:
    found = desk.accounts.by_token("secret")
    assert found is not None
    assert (found.person.id, found.person.program) == ("token-1", True)
    assert desk.accounts.used_at("token-1") == desk.time.now
    assert desk.accounts.by_token("Secret") is None
    desk.restart()
    assert desk.accounts.used_at("token-1") == desk.time.now
    desk.time.now = 2e9
    assert desk.accounts.by_token("secret") is None
    desk.time.now = 1e9
    desk.happen(e.TokenRevoked(5.0, "token-1", "root"))
    assert desk.accounts.by_token("secret") is None
    assert not desk.accounts.still(found)


def test_a_token_is_no_session_and_a_session_no_token(desk: Desk) -> None:
    assert desk.accounts.by_session("secret") is None
    assert desk.accounts.by_token(desk.sign_in()) is None


def test_whoever_tries_too_often_waits_and_is_let_in_then(desk: Desk) -> None:
    found = [desk.refused("anna", "wrong") for _ in range(8)]
    assert found[-1].code == "throttled"
    assert desk.refused("anna", "right").wait_s > 0
    desk.time.now += 60
    desk.sign_in()


def test_who_signed_in_and_who_tried_is_remembered_in_few_lines(desk: Desk) -> None:
    for _ in range(30):
        desk.refused("anna", "wrong")
        desk.refused("my-password-in-the-wrong-field", "x")
    desk.time.now += 60
    desk.sign_in()
    lines = [(line.account, line.outcome, line.count) for line in desk.noted()]
    assert lines[0] == ("anna", "signed_in", 1)
    assert len(lines) == 5
    assert sum(count for _, outcome, count in lines if outcome != "signed_in") == 60
    assert {account for account, _, _ in lines} == {"anna", ""}


def test_a_password_that_changes_while_it_is_checked_lets_nobody_in(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(password: str, known: str | None) -> bool:
        desk.happen(e.PasswordSet(5.0, "anna", "new", "root"))
        return password == known

    monkeypatch.setattr(module, "password_right", check)
    assert desk.refused("anna", "right").code == "wrong"


def test_a_flood_of_sign_ins_is_turned_away(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def flood() -> list[object]:
        tries = (
            desk.accounts.sign_in(f"user{n}", "x", f"10.0.1.{n}") for n in range(CHECKS_WAITING * 2)
        )
        return await asyncio.gather(*tries, return_exceptions=True)

    found = asyncio.run(flood())
    turned_away = [one for one in found if isinstance(one, TooManySignIns)]
    assert 0 < len(turned_away) <= CHECKS_WAITING


# --- the store ---------------------------------------------------------------------------


def session(name: str) -> Session:
    return Session(digest(name), "anna", 1.0, 1.0, 1.0, 2.0, stays=False, address=HERE)


def test_the_file_is_nobody_else_s(desk: Desk) -> None:
    assert (desk.folder / FILE).stat().st_mode & 0o077 == 0


def test_a_file_that_cannot_be_read_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"this is no database" * 1000)
    store = SignInStore(tmp_path)
    store.keep(session("a"))
    assert store.sessions() == [session("a")]
    store.close()
    assert (tmp_path / FILE).with_suffix(".unreadable").read_bytes().startswith(b"this is no")


def test_a_session_goes_on_though_it_could_not_be_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (desk.folder / FILE).unlink()
    (desk.folder / FILE).mkdir()
    monkeypatch.setattr(desk.accounts._store, "_engine", _broken(desk.folder))
    secret = desk.sign_in()
    assert desk.knows(secret)
    monkeypatch.undo()
    desk.accounts.close()
    assert "was not written down" in caplog.text
    (desk.folder / FILE).rmdir()


def _broken(folder: Path) -> object:
    return create_engine(f"sqlite:///{folder}/nowhere/at-all.sqlite")
