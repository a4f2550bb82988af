from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hub.core.policies import POLICIES, Facts
from hub.core.tickets import ANY_COUNTER
from hub.forecast.index import capacity, policy_of
from hub.forecast.rollout import futures
from hub.forecast.scene import (
    Duty,
    Habits,
    PolicyScene,
    Scene,
    SceneError,
    ServiceScene,
    TicketScene,
)
from tests.hub.forecast.scenes import CALM, counter, line, scene, service


def medians(of: Scene, paths: int = 60) -> dict[str, float]:
    found = futures(of, np.random.default_rng(1), paths=paths)
    return {name: float(np.median(row)) for name, row in found.tickets.items()}


def if_now(of: Scene, name: str = "a") -> float:
    return float(np.median(futures(of, np.random.default_rng(1), paths=60).services[name]))


def test_a_free_counter_calls_at_once_and_the_rest_wait_in_turn() -> None:
    waits = medians(scene((service(),), (counter(),), line("a", 4)))
    assert waits["a0"] == 0
    assert [waits[f"a{n}"] for n in (1, 2, 3)] == pytest.approx([600, 1200, 1800], rel=0.03)


def test_whoever_takes_a_number_now_is_behind_all_and_in_nobodys_way() -> None:
    hall = scene((service("a"), service("b")), (counter("c1", "a", "b"),), line("a", 2))
    assert if_now(hall, "a") == pytest.approx(1200, rel=0.03)
    # Queued at the same moment: the imagined ticket of one service does not delay the other's.
    assert if_now(hall, "b") == pytest.approx(1200, rel=0.03)
    assert if_now(scene((service(),), (counter(),))) == 0


def test_the_rest_of_a_service_depends_on_how_long_it_has_lasted() -> None:
    def left(for_s: float, cv: float) -> float:
        busy = counter("c1", duty=Duty.SERVING, service="a", for_s=for_s, present=True)
        return medians(scene((service(cv=cv),), (busy,), line("a", 1)), 400)["a0"]

    assert left(0, 0.0) == pytest.approx(600, rel=0.03)
    assert left(450, 0.0) == pytest.approx(150, rel=0.1)
    assert left(450, 1.0) > 300  # a long one tends to go on
    # Against drawing and keeping what exceeds the time so far.
    rng = np.random.default_rng(3)
    sigma = np.sqrt(np.log(2.0))
    drawn = np.exp(np.log(600) - sigma**2 / 2 + sigma * rng.standard_normal(400_000))
    assert left(450, 1.0) == pytest.approx(np.median(drawn[drawn > 450]) - 450, rel=0.06)


def test_a_call_in_its_first_minute_may_still_be_a_no_show() -> None:
    busy = counter("c1", duty=Duty.SERVING, service="a", for_s=20.0)
    hall = scene((service(),), (busy,), line("a", 1), habits=replace(CALM, no_show=0.4))
    waits = futures(hall, np.random.default_rng(1), paths=100).tickets["a0"]
    assert (waits == 40.0).sum() == 40
    there = replace(hall, counters=(replace(busy, present=True),))
    assert futures(there, np.random.default_rng(1), paths=100).tickets["a0"].min() > 400


def test_a_slow_counter_takes_longer() -> None:
    slow = scene((service(),), (counter(speed=1.5),), line("a", 2))
    assert medians(slow)["a1"] == pytest.approx(900, rel=0.03)


def test_a_no_show_costs_its_minute() -> None:
    hall = scene((service(),), (counter(),), line("a", 2), habits=replace(CALM, no_show=0.3))
    waits = futures(hall, np.random.default_rng(1), paths=400).tickets["a1"]
    assert 0.2 < float((waits == 60.0).mean()) < 0.4


def test_unannounced_pauses_lengthen_waits() -> None:
    tired = replace(CALM, pauses_per_s=1 / 600, pause_s=600.0)
    hall = scene((service(),), (counter(),), line("a", 6))
    paused = medians(replace(hall, habits=tired), 200)["a5"]
    assert paused > medians(hall)["a5"] + 900


def test_known_absences_are_kept() -> None:
    tickets = line("a", 3)
    back = counter("c1", duty=Duty.PAUSED, returns_at=500.0)
    assert medians(scene((service(),), (back,), tickets))["a0"] == 500
    lunch = counter("c1", breaks=((700.0, 3000.0),))
    waits = medians(scene((service(),), (lunch,), tickets))
    assert waits["a1"] == pytest.approx(600, rel=0.03)
    assert waits["a2"] == pytest.approx(1200 + 3000, rel=0.03)
    owed = counter("c1", duty=Duty.SERVING, service="a", breaks=((0.0, 100.0), (0.0, 200.0)))
    assert medians(scene((service(),), (owed,), tickets))["a0"] == pytest.approx(900, rel=0.03)


def test_nobody_is_called_after_closing_or_by_a_closed_counter() -> None:
    hall = scene((service(),), (counter(closes_at=500.0),), line("a", 2))
    found = futures(hall, np.random.default_rng(1), paths=20).tickets
    assert found["a0"].max() == 0
    assert np.isinf(found["a1"]).all()
    shut = scene((service(),), (counter(duty=Duty.CLOSED),), line("a", 2))
    assert futures(shut, np.random.default_rng(1)).tickets == {}


def test_a_line_that_no_counter_serves_is_not_foretold() -> None:
    hall = scene((service("a"), service("b")), (counter("c1", "a"),), line("a", 1) + line("b", 1))
    assert set(medians(hall)) == {"a0"}


def test_only_some_tickets_cost_less_and_tell_the_same() -> None:
    hall = scene((service(cv=0.5),), (counter("c1"), counter("c2")), line("a", 20))
    every = futures(hall, np.random.default_rng(1), paths=200).tickets
    one = futures(hall, np.random.default_rng(2), paths=200, only=frozenset({"a9"})).tickets
    assert set(one) == {"a9"}
    assert float(one["a9"].mean()) == pytest.approx(float(every["a9"].mean()), rel=0.05)


@pytest.mark.parametrize("policy", sorted(POLICIES))
def test_the_calls_follow_the_halls_policy(policy: str) -> None:
    """Against a plain event loop that asks the hall's own index at every call."""
    services = (ServiceScene("a", 300, 0, 600), ServiceScene("b", 900, 0, 1800))
    tickets = (*line("a", 9), *line("b", 7))
    hall = scene(services, (counter("c1", "a", "b"),), tickets, PolicyScene(policy, overdue=0))
    waits = medians(hall)
    assert sorted(waits, key=lambda name: waits[name]) == by_hand(hall)


def by_hand(hall: Scene) -> list[str]:
    of = {each.id: each for each in hall.services}
    lines = {name: [t for t in hall.tickets if t.service == name] for name in of}
    now, called = hall.now, []
    while any(lines.values()):
        load_s = sum(len(line) * of[name].mean_s for name, line in lines.items())

        def index(name: str, now: float = now, load_s: float = load_s) -> float:
            many, shared = len(lines[name]), capacity(hall, name)
            own = hall.counters[0].skills[0] == name
            facts = Facts(of[name].target_s, of[name].mean_s, many, shared, load_s, own)
            return POLICIES[hall.policy.name](now - lines[name][0].queued_at, facts)

        best = max((name for name in lines if lines[name]), key=index)
        called.append(lines[best].pop(0).id)
        now += of[best].mean_s
    return called


def test_newcomers_overtake_only_where_the_policy_lets_them() -> None:
    quick = ServiceScene("q", 60, 0, 60, arrivals_per_s=1 / 90)
    hall = scene(
        (service("a"), quick), (counter("c1", "a", "q"),), line("a", 3), PolicyScene("pressure")
    )
    none = replace(hall, services=(service("a"), replace(quick, arrivals_per_s=0.0)))
    assert medians(hall)["a2"] > medians(none)["a2"] + 200
    over = replace(hall, issues_until=0.0)
    assert medians(over)["a2"] == pytest.approx(medians(none)["a2"], rel=0.03)
    first_come = replace(hall, policy=PolicyScene("fcfs"))
    assert medians(first_come)["a2"] == pytest.approx(1200, rel=0.03)


def test_a_credit_helps_but_not_more_than_so_many_in_a_row() -> None:
    credit = PolicyScene("fcfs", {"vip": 3600.0}, in_a_row=2, overdue=0)
    vips = tuple(TicketScene(f"v{n}", "a", -1.0, "vip") for n in range(4))
    hall = scene((service(),), (counter(),), (*line("a", 3), *vips), credit)
    row = medians(replace(hall, services=(service(in_a_row=2),)))
    assert row["a0"] == 0
    waits = medians(hall)
    assert sorted(waits, key=lambda name: waits[name]) == ["v0", "v1", "a0", "v2", "v3", "a1", "a2"]


def test_whoever_is_past_the_bound_goes_first() -> None:
    policy = PolicyScene("fcfs", {"vip": 36_000.0}, overdue=3.0)
    late = TicketScene("late", "a", -2800.0)
    vip = TicketScene("vip", "a", -1.0, "vip")
    hall = scene((service(),), (counter(),), (late, vip), policy)
    assert medians(hall)["late"] == 0
    begun = replace(policy, credit_s={}, in_a_row=1)
    row = replace(hall, services=(replace(service(), in_a_row=1),), policy=begun)
    assert medians(row)["late"] == 0
    assert medians(replace(hall, policy=replace(policy, overdue=0.0)))["vip"] == 0


def test_bound_tickets_wait_for_their_counter_and_labelled_ones_may_be_taken() -> None:
    away = counter("c2", duty=Duty.PAUSED, returns_at=5000.0)
    bound = TicketScene("b", "a", -60.0, bound="c2")
    label = TicketScene("l", "a", -50.0, label="c2")
    own = TicketScene("o", "a", -10.0, label="c1")
    policy = PolicyScene("fcfs", assigned=True)
    hall = scene((service(labelled="c1"),), (counter("c1"), away), (bound, label, own), policy)
    waits = medians(hall)
    assert waits["b"] == 5000
    assert waits["o"] == 0  # its own line first, then it helps out
    assert waits["l"] == pytest.approx(600, rel=0.03)


def test_an_assigned_hall_rescues_whoever_waits_too_long_elsewhere() -> None:
    away = counter("c2", duty=Duty.PAUSED, returns_at=9000.0)
    other = TicketScene("x", "a", -1000.0, label="c2")
    anybody = TicketScene("y", "a", -5.0, label=ANY_COUNTER)
    own = tuple(TicketScene(f"o{n}", "a", -500.0 + n, label="c1") for n in range(2))
    policy = PolicyScene("pressure", assigned=True, rescue=1.0)
    hall = scene((service(labelled="c1"),), (counter("c1"), away), (other, *own, anybody), policy)
    waits = medians(hall)
    assert sorted(waits, key=lambda name: waits[name]) == ["x", "o0", "o1", "y"]
    late = medians(replace(hall, policy=replace(policy, rescue=2.0)))  # at 1800 s, of 900 s each
    assert sorted(late, key=lambda name: late[name]) == ["o0", "o1", "x", "y"]


def test_the_same_seed_gives_the_same_futures() -> None:
    hall = scene((service(cv=0.8),), (counter(),), line("a", 5), habits=Habits())
    one, other = (futures(hall, np.random.default_rng(7), paths=30) for _ in range(2))
    assert all((one.tickets[name] == other.tickets[name]).all() for name in one.tickets)


def test_a_scene_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(SceneError, match="no policy 'magic'"):
        policy_of(scene((service(),), (counter(),), (), PolicyScene("magic")))
    with pytest.raises(SceneError, match="'z'"):
        futures(scene((service(),), (counter(),), line("z", 1)), np.random.default_rng(1))
