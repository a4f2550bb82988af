"""The lookout: flags and advice once a minute, forecasts now and then, and never in the way."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core import events as e
from hub.core.load import Load
from hub.forecast.scene import Scene
from hub.forecast.waits import Forecast
from hub.lookout import Lookout
from tests.hub.core.examples import Driver


class Notes:
    """Stands where the forecaster stands and writes down what it is handed."""

    def __init__(self) -> None:
        self.scenes: list[Scene] = []
        self.said: list[tuple[str, str]] = []

    def submit(self, scene: Scene) -> None:
        self.scenes.append(scene)

    def latest(self, now: float) -> Forecast | None:
        return Forecast(now, {}, {})

    def came_true(self, ticket: str, called_at: float) -> None:
        self.said.append(("called", ticket))

    def left(self, ticket: str) -> None:
        self.said.append(("left", ticket))


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def lookout(notes: Any) -> Lookout:
    return Lookout(notes)


def test_without_a_forecaster_nothing_is_foretold() -> None:
    d = Driver()
    lookout = Lookout()
    assert lookout.waits(d.now) is None
    lookout.happened(d.hall, d.events)
    lookout.look(d.hall, d.now, 0.0)


def test_a_hall_is_looked_at_when_it_has_changed_and_not_too_often(
    lookout: Lookout, notes: Notes
) -> None:
    d = Driver()
    lookout.look(d.hall, d.now, 0.0)
    assert len(notes.scenes) == 1
    lookout.look(d.hall, d.now, 100.0)
    assert len(notes.scenes) == 1  # nothing has changed
    d.ticket("a")
    lookout.happened(d.hall, d.events[-1:])
    lookout.look(d.hall, d.now, 100.0)
    d.ticket("a")
    lookout.happened(d.hall, d.events[-1:])
    lookout.look(d.hall, d.now, 101.0)
    assert [len(scene.tickets) for scene in notes.scenes] == [0, 1]
    lookout.look(d.hall, d.now, 116.0)
    assert [len(scene.tickets) for scene in notes.scenes] == [0, 1, 2]


def test_the_forecaster_hears_what_became_of_whom(lookout: Lookout, notes: Notes) -> None:
    d = Driver()
    d.open("c1", "wang")
    served = d.serve("c1")
    missed = d.ticket("a")
    d.press("c1", "next")
    d.press("c1", "no_show")
    lookout.happened(d.hall, d.events)
    ticket = d.hall.calls[served].ticket
    assert notes.said == [("called", ticket), ("left", ticket), ("called", missed.id)]


def test_a_minute_brings_flags_that_the_hall_takes_and_takes_back(lookout: Lookout) -> None:
    d = Driver()
    d.open("c2", "wang")
    d.open("c4", "li")  # serves another line, in which nobody waits
    for _ in range(40):
        d.ticket("b")
    raised: list[e.Event] = []
    assert lookout.due(d.hall, d.now, 0.0) == []
    assert lookout.due(d.hall, d.now, 59.0) == []
    for minute in range(1, 40):
        d.pass_time(60)
        lookout.happened(d.hall, ())
        for event in lookout.due(d.hall, d.now, 60.0 * minute):
            d.apply(event)
            raised.append(event)
    hot = [x for x in raised if isinstance(x, e.Flagged) and x.kind == "hot"]
    assert [(x.scope, x.target, x.on) for x in hot] == [("line", "b", True)]
    assert hot[0].evidence["waiting"] == 40
    assert "hot line b" in d.hall.flags
    # A new lookout, as after a restart, remembers nothing: the flag goes out first.
    again = Lookout()
    assert again.due(d.hall, d.now, 0.0) == []
    flags = [x for x in again.due(d.hall, d.now, 60.0) if isinstance(x, e.Flagged)]
    [off] = [x for x in flags if x.kind == "hot"]
    assert (off.target, off.on) == ("b", False)


def test_a_lookout_that_fails_does_not_stop_the_hall(
    lookout: Lookout, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(Load, "tick", fails)
    monkeypatch.setattr("hub.lookout.arrivals_of", fails)
    d = Driver()
    d.ticket("a")
    lookout.happened(d.hall, d.events)
    lookout.look(d.hall, d.now, 0.0)
    assert lookout.due(d.hall, d.now, 0.0) == []
    assert all(not isinstance(x, e.Flagged) for x in lookout.due(d.hall, d.now, 60.0))
    assert "the lookout failed" in caplog.text
