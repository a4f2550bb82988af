"""Accounts and tokens: who may be given one, and how they change."""

from __future__ import annotations

import pytest

from hub.core import events as e
from hub.core.accounts import CONSOLE, NOBODY
from hub.core.arrangement import AUTOMATIC
from hub.core.commands import OnTicket
from hub.core.commands_of_people import (
    ChangeAccount,
    MakeAccount,
    MakeToken,
    OfPeople,
    RemoveAccount,
    RevokeToken,
    SetPassword,
)
from hub.core.counter_events import PIN_WINDOW_S
from hub.core.decide import CITIZEN, decide
from hub.core.hall import Hall
from hub.core.kiosk import KIOSK, SWEEP
from hub.core.people import Hand, Role
from hub.core.state import HistoryError
from tests.hub.core.examples import Driver, sign_in

HASH = "$argon2id$secret"


def made(name: str = "anna", *roles: str, clerk: str | None = None) -> MakeAccount:
    return MakeAccount(name, name.title(), roles or ("administrator",), clerk, HASH, "console")


def do(desk: Driver, command: OfPeople) -> str | None:
    decided = decide(desk.hall, command, desk.now)
    for event in decided.events:
        desk.hall.apply(event)
    return decided.code


@pytest.fixture
def desk() -> Driver:
    driver = Driver()
    assert do(driver, made()) is None
    return driver


@pytest.mark.parametrize("name", [KIOSK, SWEEP, AUTOMATIC, CITIZEN, CONSOLE, "hub"])
def test_nobody_is_called_what_the_hub_calls_somebody_else(desk: Driver, name: str) -> None:
    assert do(desk, made(name)) == "bad_name"
    assert name == CONSOLE or name in NOBODY


def test_roles_are_kept_in_one_order_and_once(desk: Driver) -> None:
    do(desk, made("bob", "administrator", "operator", "operator"))
    assert desk.hall.people.accounts["bob"].roles == (Role.OPERATOR, Role.ADMINISTRATOR)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (made("anna"), "name_taken"),
        (made("Anna"), "bad_name"),
        (made("anna\n"), "bad_name"),
        (made("../x"), "bad_name"),
        (made("citizen"), "bad_name"),
        (made("token-x"), "bad_name"),
        (made("bob", "king"), "unknown_role"),
        (made("bob", "clerk"), "no_clerk"),
        (made("bob", "clerk", clerk="nobody"), "unknown_clerk"),
        (MakeAccount("bob", " ", ("operator",), None, HASH, "console"), "no_name"),
        (MakeAccount("bob", "x" * 61, ("operator",), None, HASH, "console"), "no_name"),
        (MakeAccount("bob", "Bob", (), None, HASH, "console"), "no_role"),
        (ChangeAccount("anna", "Anna", ("operator",), None, "anna"), "last_administrator"),
        (ChangeAccount("nobody", "No", ("operator",), None, "anna"), "unknown_account"),
        (RemoveAccount("anna", "anna"), "last_administrator"),
        (RemoveAccount("nobody", "anna"), "unknown_account"),
        (SetPassword("nobody", HASH, "anna"), "unknown_account"),
        (RevokeToken("nobody", "anna"), "unknown_token"),
        (MakeToken("t", "T", ("king",), HASH, None, "anna"), "unknown_role"),
        (MakeToken("t", "T", ("operator",), HASH, 1.0, "anna"), "over_already"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    desk: Driver, wanted: OfPeople, code: str
) -> None:
    version = desk.hall.version
    assert do(desk, wanted) == code
    assert desk.hall.version == version


def test_a_clerk_has_one_account(desk: Driver) -> None:
    assert do(desk, made("wf", "clerk", clerk="wang")) is None
    assert do(desk, made("wf2", "clerk", clerk="wang")) == "clerk_taken"
    assert do(desk, ChangeAccount("wf", "Wang", ("clerk",), "wang", "anna")) is None


def test_the_last_administrator_may_go_once_there_is_another(desk: Driver) -> None:
    do(desk, made("bob"))
    assert do(desk, RemoveAccount("anna", "bob")) is None
    assert set(desk.hall.people.accounts) == {"bob"}


def test_nobody_is_called_what_a_later_account_of_the_same_name_is(desk: Driver) -> None:
    do(desk, made("bob", "operator"))
    first = desk.now
    desk.now += 60
    do(desk, RemoveAccount("bob", "anna"))
    assert desk.hall.people.name_of("bob", first) is None
    desk.now += 60
    do(desk, MakeAccount("bob", "Robert", ("operator",), None, HASH, "anna"))
    assert desk.hall.people.name_of("bob", desk.now) == "Robert"
    assert desk.hall.people.name_of("bob", first) is None
    assert desk.hall.people.name_of("anna", first) == "Anna"


def test_a_new_password_is_known_by_its_time(desk: Driver) -> None:
    before = desk.hall.people.accounts["anna"]
    desk.now += 60
    do(desk, SetPassword("anna", "another", "anna"))
    after = desk.hall.people.accounts["anna"]
    assert (after.secret_hash, after.secret_at - before.secret_at) == ("another", 60)
    assert (after.name, after.roles) == (before.name, before.roles)


def test_no_event_and_no_error_shows_a_hash(desk: Driver) -> None:
    command = made("bob")
    [event] = decide(desk.hall, command, desk.now).events
    desk.hall.apply(event)
    with pytest.raises(HistoryError) as twice:
        desk.hall.apply(event)
    account = desk.hall.people.accounts["bob"]
    for text in (repr(event), repr(command), str(twice.value), repr(account)):
        assert HASH not in text


def test_a_snapshot_keeps_people_and_one_of_before_has_none(desk: Driver) -> None:
    do(desk, MakeToken("token-1", "Prometheus", ("supervisor",), HASH, 9e9, "anna"))
    data = desk.hall.dump()
    assert Hall.load(data).people == desk.hall.people
    del data["people"]
    assert Hall.load(data).people.accounts == {}


@pytest.mark.parametrize("action", ["next", "close"])
def test_who_commands_another_s_counter_is_named(desk: Driver, action: str) -> None:
    desk.open("c1", "wang")
    if action == "next":
        desk.ticket("a")
    own = desk.press("c1", action, hand=Hand("wf", "wang", anywhere=False))
    assert not [event for event in own.events if isinstance(event, e.CommandGiven)]
    desk.open("c2", "li")
    if action == "next":
        desk.ticket("b")
    other = desk.press("c2", action, hand=Hand("anna", None, anywhere=True))
    assert other.events[0] == e.CommandGiven(desk.now, "c2", action, "anna")


def test_a_clerk_commands_no_other_counter(desk: Driver) -> None:
    desk.open("c1", "wang")
    desk.open("c2", "li")
    hand = Hand("wf", "wang", anywhere=False)
    assert desk.press("c2", "close", hand=hand).code == "other_clerk"
    assert desk.press("c1", "close", hand=hand).outcome == "done"
    nobody = Hand("x", None, anywhere=False)
    desk.press("c1", "sign_out")
    assert desk.press("c1", "open", hand=nobody).code == "other_clerk"


def test_a_clerk_takes_no_counter_from_afar_at_which_a_colleague_serves(desk: Driver) -> None:
    desk.open("c2", "li")
    mine = Hand("wf", "wang", anywhere=False)
    assert desk.at("c2", sign_in("wang"), hand=mine).code == "other_clerk"
    assert desk.counter("c2").clerk == "li"
    operator = Hand("anna", "wang", anywhere=True)
    ousted = desk.at("c2", sign_in("wang"), hand=operator)
    assert ousted.events[0] == e.CommandGiven(desk.now, "c2", "sign_in", "anna")
    desk.at("c2", sign_in("li"))  # at the counter itself one takes over from the other
    assert desk.counter("c2").clerk == "li"
    taken = desk.at("c2", sign_in("wang"), hand=mine)
    assert taken.events[0] == e.CommandGiven(desk.now, "c2", "sign_in", "wf")
    assert desk.counter("c2").clerk == "wang"


def test_wrong_pins_from_a_page_hold_up_nobody_else(desk: Driver) -> None:
    hand, other = Hand("wf", "wang", anywhere=False), Hand("lx", "li", anywhere=False)
    for counter in ("c1", "c2", "c1", "c2", "c1"):
        tried = desk.at(counter, sign_in("wang"), hand=hand, pin_right=False)
        assert tried.code == "wrong_pin"
    for counter in ("c1", "c2"):
        assert desk.at(counter, sign_in("wang"), hand=hand).code == "too_many_attempts"
    assert Hall.load(desk.hall.dump()).wrong_pins == {"wf": desk.hall.wrong_pins["wf"]}
    assert desk.at("c1", sign_in("wang")).outcome == "done"  # at the counter itself
    assert desk.at("c2", sign_in("li"), hand=other).outcome == "done"
    desk.pass_time(PIN_WINDOW_S)
    assert desk.at("c1", sign_in("wang"), hand=hand).outcome == "done"
    desk.at("c1", sign_in("wang"), hand=hand, pin_right=False)
    assert desk.hall.wrong_pins == {"wf": [desk.now]}  # what is older is not kept


def test_a_person_s_word_that_no_event_carries_is_named_beside_it(desk: Driver) -> None:
    desk.open("c1", "wang")
    one = desk.ticket("a")
    desk.press("c1", "next")
    desk.press("c1", "hold")
    decided = desk.do(OnTicket(one.id, "release", "anna"))
    assert decided.events[0] == e.CommandGiven(desk.now, "", "release", "anna")
    two = desk.do(OnTicket(desk.ticket("b").id, "cancel", "anna"))
    assert [type(event) for event in two.events] == [e.TicketCancelled]  # it says so by itself
    three = desk.do(OnTicket(desk.ticket("b").id, "cancel", "citizen"))
    assert [type(event) for event in three.events] == [e.TicketCancelled]
