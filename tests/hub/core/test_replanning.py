"""Changing the plan of a running hall: every refusal at once, and what follows."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from hub.core import events as e
from hub.core import replanning
from hub.core.commands import Decision
from hub.core.commands_of_plans import Configure
from hub.core.plan import Plan
from hub.core.replanning import as_content, obstacles, propose
from tests.hub.core.examples import Driver, make_plan, raw_plan, text, transfer, wall
from wire.errors import ConfigurationError


def content(d: Driver) -> dict[str, Any]:
    return copy.deepcopy(as_content(d.hall.plan))


def configure(d: Driver, plan: dict[str, Any], seen: int | None = None, **more: Any) -> Decision:
    base_at = d.hall.plan_at if seen is None else seen
    proposal = propose(plan, base_at, as_content(d.hall.plan))
    return d.do(Configure(proposal, "admin", **more))


def without(plan: dict[str, Any], section: str, thing: str) -> dict[str, Any]:
    plan[section] = [item for item in plan[section] if item["id"] != thing]
    for counter in plan["counters"]:
        for key in ("services", "also"):
            counter[key] = [s for s in counter[key] if section != "services" or s != thing]
    return plan


def codes(d: Driver, plan: dict[str, Any]) -> set[str]:
    return {found.code for found in obstacles(d.hall, Plan.model_validate(plan), d.now)}


# --- what is accepted -----------------------------------------------------------------------


def test_a_change_says_who_what_and_why() -> None:
    d = Driver()
    plan = content(d)
    plan["services"][0]["mean_s"] = 60
    decision = configure(d, plan, reason="quicker now", seen=1)
    (event,) = decision.events
    assert isinstance(event, e.Configured)
    assert (event.by, event.reason, event.changed) == (
        "admin",
        "quicker now",
        ("services.a.mean_s",),
    )
    assert d.hall.plan.service["a"].mean_s == 60
    assert d.hall.plan_at == d.hall.version


def test_the_plan_in_force_again_is_no_event() -> None:
    d = Driver()
    assert configure(d, content(d)) == Decision()


def test_two_administrators_at_once() -> None:
    d = Driver()
    mine, theirs = content(d), content(d)
    mine["services"][0]["mean_s"], theirs["services"][1]["mean_s"] = 60, 70
    assert configure(d, theirs, seen=d.hall.plan_at).outcome == "done"
    late = configure(d, mine, seen=1)
    assert (late.code, late.events) == ("stale_plan", ())
    assert str(d.hall.plan_at) in str(late.reason)


def test_undo_is_a_plan_of_its_own() -> None:
    d = Driver()
    before, plan = content(d), content(d)
    plan["hours"]["monday"] = ""
    configure(d, plan)
    undone = d.hall.plan_at
    d.pass_time()
    assert not d.hall.open
    decision = configure(d, before, undoes=undone)
    assert decision.events[-1].undoes == undone  # type: ignore[attr-defined]
    assert as_content(d.hall.plan) == before
    d.pass_time()
    assert d.hall.open


def test_a_new_counter_serves_at_once() -> None:
    d = Driver()
    plan = content(d)
    plan["counters"].append({"id": "c9", "number": "9", "services": ["c"]})
    configure(d, plan)
    d.open("c9", "wang")
    d.ticket("c")
    assert d.press("c9", "next").outcome == "done"


def test_an_open_counter_goes_by_its_new_services_at_once() -> None:
    d = Driver()
    d.open("c2", "wang")
    plan = content(d)
    plan["counters"][1]["services"] = ["c"]
    configure(d, plan)
    assert d.hall.duty.serving["c2"] == ("c",)
    d.ticket("b")
    assert d.press("c2", "next").outcome == "nothing_waiting"


def test_a_ticket_kept_for_a_counter_that_cannot_serve_it_any_more_may_be_called_by_all() -> None:
    d = Driver()
    d.open("c1", "wang")
    d.open("c3", "li")
    ticket = d.ticket("b")
    d.press("c1", "next")
    assert d.at("c1", transfer(counter="c3")).outcome == "done"
    assert ticket.bound == "c3"
    plan = content(d)
    plan["counters"][2]["services"] = ["a", "c"]
    configure(d, plan)
    assert ticket.bound is None
    assert d.press("c1", "next").outcome == "done"


def test_advice_and_flags_about_what_has_gone_end() -> None:
    d = Driver()
    d.apply(e.AdviceGiven(d.now, "one", "open", "c4", None, 1.0, {}))
    d.apply(e.AdviceGiven(d.now, "two", "add", "c2", "b", 1.0, {}))
    d.apply(e.Flagged(d.now, "cold", "counter", "c4", on=True, evidence={}))
    d.apply(e.Flagged(d.now, "hot", "line", "a", on=True, evidence={}))
    configure(d, without(content(d), "counters", "c4"))
    assert list(d.hall.advice) == ["two"]
    assert [flag.target for flag in d.hall.flags.values()] == ["a"]


def test_what_was_learned_stays_true_beside_another_plan() -> None:
    d = Driver()
    d.open("c1", "wang")
    for _ in range(40):
        d.ticket("a")
        d.press("c1", "next")
        d.pass_time(200)
        d.press("c1", "done")
    before = d.hall.mean_s("a")
    plan = content(d)
    assert before > 130  # planned as 100; it takes 200
    plan["services"][0]["mean_s"] = 50
    configure(d, plan)
    assert 90 < d.hall.mean_s("a") < before
    plan = content(d)
    plan["services"][1]["mean_s"] = 300
    configure(d, plan)
    assert d.hall.mean_s("b") == pytest.approx(300)


# --- what is refused ------------------------------------------------------------------------


def test_a_plan_that_is_none_is_refused() -> None:
    d = Driver()
    plan = content(d)
    plan["services"][0]["prefix"] = "a1"
    with pytest.raises(ConfigurationError, match=r"services\.0\.prefix: "):
        configure(d, plan)
    plan = content(d)
    plan["services"][0]["prefix"] = plan["services"][1]["prefix"]
    with pytest.raises(ConfigurationError, match=r"already used by services\[1\]"):
        configure(d, plan)


def test_a_plan_is_not_checked_or_compared_while_the_hall_stands_still(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    d = Driver()
    plan = content(d)
    plan["services"][0]["mean_s"] = 60
    proposal = propose(plan, d.hall.plan_at, as_content(d.hall.plan))
    for name in ("plan_mistakes", "changes", "as_content"):
        monkeypatch.delattr(replanning, name)
    assert d.do(Configure(proposal, "admin")).outcome == "done"
    assert d.hall.plan.service["a"].mean_s == 60


def test_every_obstacle_is_told_at_once() -> None:
    d = Driver()
    d.open("c2", "wang")
    number = d.ticket("c").number
    plan = without(without(content(d), "services", "c"), "counters", "c2")
    plan["clerks"] = plan["clerks"][1:]
    refused = configure(d, plan)
    assert refused.code == "plan_does_not_fit"
    for part in (number, "Counter 2 cannot go: Wang", "Wang cannot go"):
        assert part in str(refused.reason)
    assert d.hall.plan_at == 1


def test_a_service_goes_once_nobody_had_it_today() -> None:
    d = Driver()
    d.open("c3", "wang")
    ticket = d.ticket("c")
    plan = without(content(d), "services", "c")
    assert codes(d, plan) == {"service_in_use"}
    d.press("c3", "next")
    d.press("c3", "hold")
    assert ticket.state == "held"
    assert codes(d, plan) == {"service_in_use"}
    d.press("c3", "resume")
    d.press("c3", "done")
    assert codes(d, plan) == {"service_used_today"}
    d.pass_time(86_400)
    assert configure(d, plan).outcome == "done"


def test_a_counter_goes_once_it_is_left_and_has_nobody_on_hold() -> None:
    d = Driver()
    d.open("c2", "wang")
    plan = without(content(d), "counters", "c2")
    assert codes(d, plan) == {"counter_in_use"}
    d.ticket("b")
    d.press("c2", "next")
    d.press("c2", "hold")
    assert codes(d, plan) == {"counter_in_use", "counter_holds"}
    d.press("c2", "sign_out")
    assert configure(d, plan).outcome == "done"


def granted(d: Driver) -> None:
    """Counter 1 may call a ticket by itself."""
    d.open("c1", "wang")
    ticket = d.ticket("a")
    d.apply(e.UnitJoined(d.now, "unit-1", "run", "outbox", 0, "", "1.0", d.now, "board"))
    d.apply(e.GrantsGiven(d.now, "c1", "unit-1", "run", "outbox", "board", (ticket.id,)))


def test_a_unit_that_may_call_by_itself_is_not_exchanged() -> None:
    d = Driver()
    granted(d)
    plan = content(d)
    plan["counters"][0]["unit"] = "unit-9"
    assert codes(d, plan) == {"unit_keeps_tickets"}
    plan["counters"][0]["unit"] = None
    assert codes(d, plan) == {"unit_keeps_tickets"}


def test_a_lease_that_runs_is_not_made_shorter() -> None:
    d = Driver()
    granted(d)
    shorter, longer = content(d), content(d)
    shorter["alone"]["lease_min"], longer["alone"]["lease_min"] = 10, 90
    assert codes(d, shorter) == {"lease_shorter"}
    assert codes(d, longer) == set()


def kiosks(*places: tuple[str, str]) -> list[dict[str, str]]:
    return [{"unit": unit, "prefix": prefix} for unit, prefix in places]


@pytest.mark.parametrize(
    ("after", "service_prefix", "expected"),
    [
        (kiosks(("k1", "L"), ("k2", "K")), "A", {"prefix_of_kiosk"}),
        (kiosks(("k2", "L")), "K", {"prefix_of_kiosk"}),
        (kiosks(("k1", "M"), ("k2", "L")), "A", set()),
        ([], "A", set()),
    ],
)
def test_what_a_kiosk_may_print_alone_is_no_prefix_of_anything_else(
    after: list[dict[str, str]], service_prefix: str, expected: set[str]
) -> None:
    d = Driver(make_plan(kiosks=kiosks(("k1", "K"), ("k2", "L"))))
    plan = content(d)
    plan["kiosks"] = after
    plan["services"][0]["prefix"] = service_prefix
    assert codes(d, plan) == expected


def test_no_plan_ends_the_day_or_moves_the_hall() -> None:
    d = Driver(now=wall("2026-03-02 23:30"))
    plan = content(d)
    plan["hall"]["time_zone"] = "Pacific/Auckland"  # it is the next morning there, past four
    assert codes(d, plan) == {"day_would_end"}
    plan = content(d)
    plan["hall"]["id"] = "another"
    assert codes(d, plan) == {"hall_id"}


# --- exceptions of the hours ----------------------------------------------------------------


def test_a_holiday_is_closed_and_a_day_worked_instead_is_open() -> None:
    special = [
        {"date": "2026-03-02", "hours": "", "name": text("Holiday")},
        {"date": "2026-03-07", "hours": "10:00-11:00"},
    ]
    hours = {**raw_plan()["hours"], "exceptions": special}
    d = Driver(make_plan(hours=hours))
    assert not d.hall.open  # a Monday
    d.pass_time(wall("2026-03-07 09:59") - d.now)
    assert not d.hall.open
    d.pass_time(60)
    assert d.hall.open  # a Saturday
    d.pass_time(3600)
    assert not d.hall.open
