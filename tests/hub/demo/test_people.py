"""The simulated people of the demonstration: lively, and polite to real ones."""

from __future__ import annotations

import random
from typing import Any

from hub.demo.people import HANDS_OFF_S, PATIENCE, People, Press, Rate, TakeNumber


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
    assert _actions(_people(), _hall(state="serving", ticket=ticket), 0, 300)[0] == "done"
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
