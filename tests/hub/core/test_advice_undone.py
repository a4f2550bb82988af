"""What was said to an advice can be taken back for a while, with what came of it."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core import events as e
from hub.core.arrangement import UNDO_S
from hub.core.audit import Audit
from hub.core.commands import OnAdvice
from tests.hub.core.examples import Driver
from tests.hub.core.test_arrangement import advise, hall


@pytest.fixture
def d() -> Driver:
    return hall()


def say(d: Driver, wish: Any) -> list[str]:
    decision = d.do(OnAdvice("advice", wish, "operator"))
    return [type(event).__name__ for event in decision.events] or [str(decision.code)]


def test_dismissed_advice_stands_again(d: Driver) -> None:
    advise(d, "add", "a")
    given = d.hall.advice["advice"]
    say(d, "dismiss")
    assert d.hall.advice == {}
    assert say(d, "undo") == ["AdviceUndone"]
    assert d.hall.advice == {"advice": given}
    assert say(d, "undo") == ["unknown_advice"]


def test_a_service_that_was_added_is_taken_back(d: Driver) -> None:
    advise(d, "add", "a")
    say(d, "apply")
    assert "a" in d.hall.services_of("c2")
    assert say(d, "undo") == ["ServiceTakenBack", "AdviceUndone"]
    assert "a" not in d.hall.services_of("c2")
    assert Audit().read(d.events) == []


def test_a_counter_that_was_closed_opens_again(d: Driver) -> None:
    advise(d, "close")
    say(d, "apply")
    assert say(d, "undo") == ["CounterOpened", "AdviceUndone"]


def test_a_counter_that_was_opened_closes_again(d: Driver) -> None:
    d.press("c2", "close")
    advise(d, "open")
    say(d, "apply")
    assert say(d, "undo") == ["CounterClosed", "AdviceUndone"]


def test_an_opened_counter_that_has_worked_since_stays_open(d: Driver) -> None:
    d.press("c2", "close")
    advise(d, "open")
    say(d, "apply")
    d.ticket("b")
    d.press("c2", "next")
    d.pass_time(60)
    d.press("c2", "done")
    assert say(d, "undo") == ["AdviceUndone"]
    assert d.counter("c2").open


def test_late_or_automatic_is_final(d: Driver) -> None:
    advise(d, "add", "a")
    say(d, "dismiss")
    d.pass_time(UNDO_S + 1)
    assert say(d, "undo") == ["undo_too_late"]
    d.apply(e.AdviceGiven(d.now, "other", "add", "c2", "a", 1.0, {}))
    d.apply(e.AdviceClosed(d.now, "other", "applied", "automatic"))
    assert d.do(OnAdvice("other", "undo", "operator")).code == "unknown_advice"
