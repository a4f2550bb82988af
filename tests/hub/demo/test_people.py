"""The simulated people of the demonstration: lively, and polite to real ones."""

from __future__ import annotations

import random
from typing import Any

from hub.demo.people import (
    HANDS_OFF_S,
    PATIENCE,
    PRIORITY,
    ComeBack,
    People,
    Press,
    Rate,
    TakeNumber,
)


def _people() -> People:
    means = {"residence": 40.0, "social": 30.0, "tax": 45.0, "marriage": 50.0}
    return People(random.Random(7), means, {"c1": "wang"}, "2468")


def _hall(**counter: Any) -> dict[str, Any]:
    lines = [{"id": s, "waiting": 0} for s in ("residence", "social", "tax", "marriage")]
    picture = {
        "id": "c1",
        "state": "idle",
        "version": 5,
        "clerk": {"id": "wang"},
        "ticket": None,
        "invitation": None,
        "waiting": 3,
        "served_today": 0,
        "on_hold": [],
        "last_command": None,
    }
    return {"services": lines, "counters": [{**picture, **counter}]}


def _actions(people: People, hall: dict[str, Any], start: float, end: float) -> list[str]:
    acts = (act for s in range(int(start), int(end)) for act in people.act(hall, s, s))
    return [act.action["action"] for act in acts if isinstance(act, Press)]


def test_a_clerk_signs_in_opens_and_calls() -> None:
    assert _actions(_people(), _hall(state="closed", clerk=None), 0, 3)[0] == "sign_in"
    assert _actions(_people(), _hall(state="closed"), 0, 3)[0] == "open"
    assert _actions(_people(), _hall(), 0, 10)[0] == "next"
    assert _actions(_people(), _hall(waiting=0), 0, 60) == []


def test_a_clerk_ends_what_was_begun() -> None:
    ticket = {"id": "t", "service": "social", "recalls": 0}
    serving = _actions(_people(), _hall(state="serving", ticket=ticket), 0, 300)
    assert set(serving) <= {"done", "hold", "transfer"}
    assert serving.count("done") > len(serving) / 2
    called = _actions(_people(), _hall(state="called", ticket=ticket), 0, 60)
    assert set(called) <= {"start", "recall"}
    assert called


def test_a_counter_is_left_to_a_person_for_a_minute() -> None:
    people = _people()
    hall = _hall(last_command="somebody")
    assert _actions(people, hall, 0, int(HANDS_OFF_S)) == []
    assert _actions(people, hall, int(HANDS_OFF_S), int(HANDS_OFF_S) + 10)[0] == "next"


def test_their_own_commands_do_not_stop_them() -> None:
    assert _actions(_people(), _hall(last_command="demo-123"), 0, 10)[0] == "next"


def test_citizens_come_but_not_into_an_endless_line() -> None:
    people, hall = _people(), _hall()
    taken = [a for s in range(300) for a in people.act(hall, s, s) if isinstance(a, TakeNumber)]
    assert len(taken) > 30
    for line in hall["services"]:
        line["waiting"] = PATIENCE
    later = [
        a for s in range(300, 600) for a in people.act(hall, s, s) if isinstance(a, TakeNumber)
    ]
    assert later == []


def test_most_citizens_rate_each_invitation_once() -> None:
    people = _people()
    rated = 0
    for n in range(40):
        hall = _hall(invitation={"number": f"A{n:03d}"})
        acts = [a for s in range(10) for a in people.act(hall, n * 10 + s, n * 10 + s)]
        keys = [a.key for a in acts if isinstance(a, Rate)]
        assert len(keys) <= 1
        rated += len(keys)
    assert 20 < rated < 40


def _presses(people: People, hall: dict[str, Any], times: int) -> list[dict[str, Any]]:
    """What the clerk does at each new moment, long after it has begun."""
    acts = [act for n in range(times) for act in people.act(hall, n * 1000.0, n * 1000.0)]
    return [act.action for act in acts if isinstance(act, Press)]


def test_now_and_then_a_service_is_interrupted_or_sent_on() -> None:
    ticket = {"id": "t", "service": "social", "recalls": 0}
    presses = _presses(_people(), _hall(state="serving", ticket=ticket), 400)
    counts = {name: sum(p["action"] == name for p in presses) for name in ("hold", "transfer")}
    assert 5 < counts["hold"] < 50
    assert 5 < counts["transfer"] < 50
    sent = {p["service"] for p in presses if p["action"] == "transfer"}
    assert sent <= {"residence", "tax", "marriage"}
    held = _hall(state="serving", ticket=ticket, on_hold=[{"id": "h"}])
    assert "hold" not in {p["action"] for p in _presses(_people(), held, 200)}


def test_who_is_on_hold_comes_first() -> None:
    assert _actions(_people(), _hall(on_hold=[{"id": "h"}]), 0, 10)[0] == "resume"


def test_a_clerk_leaves_after_a_service_at_most_and_comes_back() -> None:
    people, pauses, now = _people(), [], 0.0
    for n in range(200):
        ticket = {"id": f"t{n}", "service": "social", "recalls": 0}
        serving = _hall(state="serving", ticket=ticket, served_today=n)
        for hall in (serving, _hall(served_today=n + 1)):
            for _ in range(4):
                now += 1000.0
                acts = [act for act in people.act(hall, now, now) if isinstance(act, Press)]
                pauses += [act.action for act in acts if act.action["action"] == "pause"]
    assert 2 < len(pauses) < 40
    assert all(pause["minutes"] == 1 and pause["reason"] for pause in pauses)
    idle = _hall(served_today=7)
    assert "pause" not in {press["action"] for press in _presses(people, idle, 100)[1:]}
    paused = _hall(state="paused")
    assert _actions(_people(), paused, 0, 30) == []
    assert _actions(_people(), paused, 0, 90)[0] == "unpause"


def test_most_of_those_who_missed_their_call_come_back() -> None:
    people, back = _people(), set[str]()
    for n in range(60):
        ticket = {"id": f"t{n}", "service": "social", "recalls": 1}
        people.own.add(f"t{n}")
        hall = _hall(state="called", ticket=ticket)
        start = n * 100
        acts = [act for s in range(start, start + 100) for act in people.act(hall, s, s)]
        back |= {act.ticket for act in acts if isinstance(act, ComeBack)}
    assert 20 < len(back) <= 60


def test_nobody_comes_back_with_the_number_of_a_visitor() -> None:
    people = _people()
    for n in range(60):
        ticket = {"id": f"t{n}", "service": "social", "recalls": 1}
        hall = _hall(state="called", ticket=ticket)
        acts = [act for s in range(n * 100, n * 100 + 100) for act in people.act(hall, s, s)]
        assert not any(isinstance(act, ComeBack) for act in acts)


def test_some_have_priority_and_some_more_than_one_thing_to_do() -> None:
    people, hall = _people(), _hall()
    taken = [a for s in range(1200) for a in people.act(hall, s, s) if isinstance(a, TakeNumber)]
    assert {number.kind for number in taken} == set(PRIORITY)
    assert sum(not number.kind for number in taken) > len(taken) / 2
    several = [number for number in taken if number.further]
    assert 0 < len(several) < len(taken) / 5
    assert all(number.service not in number.further for number in several)
