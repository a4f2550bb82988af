"""A plan that changes while the hub runs: units, boards, the file, and a start afterwards."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.boards import Boards
from hub.configuration import check_file
from hub.core import events as e
from hub.core.commands_of_plans import Configure
from hub.core.load import BOUND, LINES
from hub.core.plan import Plan
from hub.core.plan_changes import digest
from hub.core.replanning import as_content, propose
from hub.core.watch import Watch
from tests.hub.core.examples import Driver, make_plan, raw_plan
from tests.hub.core.running import PATIENCE_S, Running
from tests.hub.core.units import hello, renew
from wire import messages as w
from wire.errors import ConfigurationError

pytestmark = pytest.mark.slow  # a journal on disk, and a thread


@pytest.fixture
def hub(folder: Path) -> Iterator[Running]:
    """unit-1 and unit-3 are heard; nobody is at a counter."""
    running = Running(folder).start()
    say(running, "hello", "unit-1", hello("run-1", board="board"))
    say(running, "hello", "unit-3", hello("run-3", outbox="outbox-3", counter="c3", board="b3"))
    yield running
    running.close()


def say(hub: Running, what: str, unit: str, *words: Any) -> None:
    assert hub.do(lambda t: getattr(t, what)(unit, *words)) is None


def content(hub: Running) -> dict[str, Any]:
    return copy.deepcopy(hub.look(lambda hall: as_content(hall.plan)))


def configure(hub: Running, plan: dict[str, Any], **more: Any) -> int:
    seen = hub.look(lambda hall: (hall.plan_at, as_content(hall.plan)))
    command = Configure(propose(plan, *seen), "admin", **more)
    answer = hub.service.command(None, command).result(PATIENCE_S)
    hub.look(lambda _: None)
    return answer.status


def states(hub: Running, unit: str) -> list[w.State]:
    return hub.outbound(w.State, unit)


def test_every_unit_that_is_heard_is_told_at_once(hub: Running) -> None:
    before = len(states(hub, "unit-1")), len(states(hub, "unit-3"))
    plan = content(hub)
    plan["counters"][0]["number"] = "17"
    plan["rating"]["invite_s"] = 25
    assert configure(hub, plan) == 200
    assert len(states(hub, "unit-1")) == before[0] + 1
    assert len(states(hub, "unit-3")) == before[1] + 1
    told = states(hub, "unit-1")[-1]
    assert told.counter is not None
    assert (told.counter.number, told.invite_s) == ("17", 25.0)
    assert hub.service.plan.counter["c1"].number == "17"
    hub.verify()


def test_a_unit_that_was_moved_gets_no_state_until_it_says_where_it_is(hub: Running) -> None:
    plan = content(hub)
    plan["counters"][0]["unit"], plan["counters"][3]["unit"] = None, "unit-1"
    assert configure(hub, plan) == 200
    before = len(states(hub, "unit-1"))
    say(hub, "renew", "unit-1", renew("run-1", 1))
    say(hub, "renew", "unit-1", renew("run-1", 2))
    assert len(states(hub, "unit-1")) == before
    say(hub, "hello", "unit-1", hello("run-1", 3, board="board"))
    refused = states(hub, "unit-1")[-1].refused
    assert refused is not None
    assert refused.code == "wrong_counter"
    say(hub, "hello", "unit-1", hello("run-2", 0, board="board", counter="c4"))
    found = states(hub, "unit-1")[-1]
    assert found.refused is None
    assert found.counter is not None
    assert found.counter.id == "c4"
    say(hub, "renew", "unit-1", renew("run-2", 1))
    assert len(states(hub, "unit-1")) > before + 2
    hub.verify()


def test_a_unit_that_left_the_plan_is_told_so_when_it_asks(hub: Running) -> None:
    plan = content(hub)
    plan["counters"][0]["unit"] = None
    assert configure(hub, plan) == 200
    say(hub, "renew", "unit-1", renew("run-1", 1))
    say(hub, "hello", "unit-1", hello("run-1", 2, board="board"))
    refused = states(hub, "unit-1")[-1].refused
    assert refused is not None
    assert refused.code == "unknown_unit"


def test_a_refused_plan_changes_nothing(hub: Running) -> None:
    hub.staff("c1", "wang")
    before = hub.state()
    plan = content(hub)
    del plan["counters"][0]
    assert configure(hub, plan) == 409
    assert hub.state() == before


def test_a_unit_in_its_new_place_goes_on_after_a_crash(hub: Running) -> None:
    """A state that is loaded again knows the same plan as before."""
    plan = content(hub)
    plan["services"][0]["mean_s"] = 60
    assert configure(hub, plan) == 200

    def breaks(_transaction: object) -> None:
        raise RuntimeError("a mistake of ours")

    assert isinstance(hub.do(breaks), RuntimeError)
    assert hub.look(lambda hall: hall.plan.service["a"].mean_s) == 60
    hub.verify()


# --- the file and a start -----------------------------------------------------------------


def test_a_start_goes_on_with_the_file_that_it_knows(hub: Running) -> None:
    """Pages have changed the plan since; the file says what it always said."""
    plan = content(hub)
    plan["services"][0]["mean_s"] = 60
    assert configure(hub, plan) == 200
    check_file(hub.plan, hub.service.plan, hub.service.plan_file)
    hub.restart()
    assert hub.look(lambda hall: hall.plan.service["a"].mean_s) == 60
    assert not hub.events(e.PlanFileSeen)


def test_a_file_that_was_changed_and_not_applied_stops_the_start(hub: Running) -> None:
    raw = raw_plan()
    raw["services"][0]["mean_s"] = 77
    with pytest.raises(ConfigurationError) as caught:
        check_file(Plan.model_validate(raw), hub.service.plan, hub.service.plan_file)
    text = str(caught.value)
    assert "services[1].mean_s: file 77.0, journal 100.0" in text
    assert "config apply FILE" in text
    assert "config export FILE" in text


def test_a_file_that_says_what_is_in_force_is_known_from_then_on(hub: Running) -> None:
    plan = content(hub)
    plan["services"][0]["mean_s"] = 60
    assert configure(hub, plan) == 200
    hub.plan = Plan.model_validate(plan)
    check_file(hub.plan, hub.service.plan, hub.service.plan_file)
    hub.restart()
    assert len(hub.events(e.PlanFileSeen)) == 1
    assert hub.look(lambda hall: hall.plan_file) == digest(hub.plan)
    hub.restart()
    assert len(hub.events(e.PlanFileSeen)) == 1
    hub.verify()


# --- who remembers the plan ---------------------------------------------------------------


def test_a_board_that_left_the_plan_keeps_nobody_awake() -> None:
    d, boards = Driver(make_plan(boards=[{"unit": "board-1"}, {"unit": "board-2"}])), Boards()
    boards.due(d.hall, lambda _: None, d.now, 100.0)
    plan = as_content(d.hall.plan)
    del plan["boards"][1]
    d.do(Configure(propose(plan, d.hall.plan_at, as_content(d.hall.plan)), "admin"))
    boards.changed()
    told = boards.due(d.hall, lambda _: None, d.now, 103.0)
    assert [out.unit for out in told] == ["board-1"]
    assert (boards.wait_s(d.hall, 103.1) or 0.0) > 1.0


def test_load_is_watched_by_the_lines_that_there_are() -> None:
    d, watch = Driver(), Watch()
    watch.minute(d.hall, d.now)
    assert watch.load.rules is LINES
    plan = as_content(d.hall.plan)
    plan["dispatch"]["mode"] = "assigned"
    proposal = propose(plan, d.hall.plan_at, as_content(d.hall.plan))
    (event,) = d.do(Configure(proposal, "admin")).events
    watch.happened(d.hall, event)
    watch.minute(d.hall, d.now + 60)
    assert watch.load.rules is BOUND
