"""Clerks press next at the same moment; nobody is called twice and no clerk gets nothing.

Two hall systems in service call 23 % and 26 % of 200 tickets twice under this load.
"""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from bench.kit import TOKEN, Api, HubProcess, open_counter
from bench.wire_unit import WireUnit, seen_in
from wire import messages as w
from wire.ids import new_id
from wire.link import BrokerAddress

TICKETS = 200
CLERKS = 10
Pressed = tuple[str, str | None]


def _http(api: Api, n: int) -> Callable[[str], Pressed]:
    def press(action: str) -> Pressed:
        status, answer = api.command(f"c{n}", new_id(), action=action)
        assert status == 200, answer
        return answer["outcome"], answer["ticket"] and answer["ticket"]["id"]

    return press


def _mqtt(unit: WireUnit) -> Callable[[str], Pressed]:
    requests: dict[str, w.Action] = {
        "next": w.Next(action="next"),
        "done": w.Done(action="done"),
    }

    def press(action: str) -> Pressed:
        answer = unit.command(requests[action])
        # The state was on its way while the clerk pressed, or the press was long on its way.
        while answer.code in {"stale", "too_late"}:
            answer = unit.command(requests[action])
        assert answer.outcome != "refused", answer
        return answer.outcome, answer.ticket.id if answer.ticket else None

    return press


@dataclass
class Round:
    """What the clerks got in one round."""

    called: list[str] = field(default_factory=list)
    empty_handed: int = 0


def _play(presses: list[Callable[[str], Pressed]], tickets: int) -> Round:
    """Everybody presses next at once, again and again, until nobody is waiting."""
    found, lock = Round(), threading.Lock()
    barrier = threading.Barrier(len(presses), timeout=60)
    left = [tickets]
    errors: list[Exception] = []

    def work(press: Callable[[str], Pressed]) -> None:
        try:
            while True:
                barrier.wait()
                waiting = left[0]
                barrier.wait()
                if waiting <= 0:
                    return
                outcome, ticket = press("next")
                with lock:
                    if ticket is None:
                        found.empty_handed += outcome == "nothing_waiting"
                    else:
                        found.called.append(ticket)
                        left[0] -= 1
                if ticket is not None:
                    press("done")
        except Exception as error:  # noqa: BLE001 (raised again by the main thread)
            errors.append(error)
            barrier.abort()

    threads = [threading.Thread(target=work, args=(press,)) for press in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    real = [error for error in errors if not isinstance(error, threading.BrokenBarrierError)]
    if real:
        raise real[0]
    return found


def _race(hub: HubProcess, rounds: int, rng: random.Random, progress: bool) -> None:
    units = []
    for n in range(1, CLERKS + 1):
        open_counter(hub.api, n, "race")
        if n % 2:
            broker = BrokerAddress(hub.layout.broker_url)
            units.append(WireUnit(broker, f"unit-{n}", f"c{n}").start())
    try:
        by_counter = {unit.counter: _mqtt(unit) for unit in units}
        presses = [
            by_counter.get(f"c{n}") or _http(Api(hub.layout.web_port, TOKEN), n)
            for n in range(1, CLERKS + 1)
        ]
        for unit in units:
            unit.wait_state()
        for number in range(1, rounds + 1):
            rng.shuffle(presses)
            issued = {_issue(hub.api, f"s{rng.randint(1, 3)}") for _ in range(TICKETS)}
            found = _play(presses, TICKETS)
            twice = [ticket for ticket, n in Counter(found.called).items() if n > 1]
            assert not twice
            assert set(found.called) == issued
            assert found.empty_handed == 0  # 200 is a multiple of 10: always one for everybody
            if progress:
                print(f"race: round {number} of {rounds}, {len(found.called)} calls, none twice")
    finally:
        for unit in units:
            unit.stop()


def _issue(api: Api, service: str) -> str:
    status, body = api.post("/api/tickets", {"service": service})
    assert status == 201, body
    return str(json.loads(body)["id"])


@pytest.mark.slow
def test_race_tenth(hub: HubProcess, rng: random.Random) -> None:
    _race(hub, rounds=5, rng=rng, progress=False)


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_race_of_fifty_rounds(hub: HubProcess, rng: random.Random) -> None:
    _race(hub, rounds=50, rng=rng, progress=True)


@pytest.mark.slow
def test_repeats_get_the_first_answer_byte_for_byte(hub: HubProcess) -> None:
    open_counter(hub.api, 1, "repeat")
    open_counter(hub.api, 2, "repeat")
    unit = WireUnit(BrokerAddress(hub.layout.broker_url), "unit-2", "c2").start()
    try:
        unit.wait_state()
        for _ in range(4):
            _issue(hub.api, "s1")
        first = hub.api.post("/api/counters/c1/commands", {"action": "next"}, "same")
        seen = seen_in(unit.wait_state())
        unit.command(w.Next(action="next"), "unit-same", seen)
        over_mqtt = unit.raw_answer("unit-same")
        answers = [json.loads(answer)["ticket"]["number"] for answer in (first[1], over_mqtt)]
        assert len(set(answers)) == 2  # which of them is whose depends on what was granted
        for _ in range(20):
            assert hub.api.post("/api/counters/c1/commands", {"action": "next"}, "same") == first
            unit.command(w.Next(action="next"), "unit-same", seen)
            assert unit.raw_answer("unit-same") == over_mqtt
        called = [c["ticket"]["number"] for c in hub.api.get("/api/hall")[1]["counters"][:2]]
        assert called == answers
    finally:
        unit.stop()


@pytest.mark.slow
def test_same_id_for_something_else_is_refused(hub: HubProcess) -> None:
    open_counter(hub.api, 1, "reuse")
    assert hub.api.post("/api/counters/c1/commands", {"action": "next"}, "one")[0] == 200
    assert hub.api.post("/api/counters/c1/commands", {"action": "done"}, "one")[0] == 422


@pytest.mark.slow
def test_double_press_with_an_old_picture_calls_nobody(hub: HubProcess) -> None:
    open_counter(hub.api, 1, "double")
    for _ in range(3):
        _issue(hub.api, "s1")
    seen = hub.api.get("/api/hall")[1]["counters"][0]["version"]
    assert hub.api.command("c1", "p1", action="next", seen=seen)[0] == 200
    status, answer = hub.api.command("c1", "p2", action="next", seen=seen)
    assert (status, answer["code"]) == (409, "stale")
    assert answer["state"]["ticket"]["number"] == "A001"
    assert hub.api.command("c1", "p3", action="done", seen=seen)[0] == 409
    hall = hub.api.get("/api/hall")[1]
    assert hall["counters"][0]["state"] == "called"
    assert sum(line["waiting"] for line in hall["services"]) == 2
