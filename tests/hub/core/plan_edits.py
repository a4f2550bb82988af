"""Random changes of a plan, as administrators make them: most fit the hall, some do not."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from tests.hub.core.examples import PIN_HASH, text

Content = dict[str, Any]


def _at(things: list[Content], key: str, value: str) -> Content | None:
    return next((thing for thing in things if thing[key] == value), None)


def remove_counter(plan: Content, pick: int) -> None:
    if len(plan["counters"]) > 1:
        del plan["counters"][pick % len(plan["counters"])]


def add_counter(plan: Content, pick: int) -> None:
    known = {counter["id"] for counter in plan["counters"]}
    new = f"c{1 + pick % 4}"
    if new not in known:
        services = [service["id"] for service in plan["services"]][: 1 + pick % 2]
        plan["counters"].append({"id": new, "number": new[1:], "services": services})


def remove_service(plan: Content, pick: int) -> None:
    gone = plan["services"].pop(pick % len(plan["services"]))["id"]
    for counter in plan["counters"]:
        counter["services"] = [s for s in counter["services"] if s != gone]
        counter["also"] = [s for s in counter.get("also", []) if s != gone]
    plan["counters"] = [counter for counter in plan["counters"] if counter["services"]]


def add_service(plan: Content, pick: int) -> None:
    new = "abcd"[pick % 4]
    if _at(plan["services"], "id", new) is None:
        plan["services"].append({"id": new, "name": text(new), "prefix": new.upper()})
        plan["counters"][pick % len(plan["counters"])]["services"] += [new]


def change_skills(plan: Content, pick: int) -> None:
    counter = plan["counters"][pick % len(plan["counters"])]
    services = [service["id"] for service in plan["services"]]
    counter["services"] = services[pick % len(services) :]
    counter["also"] = services[: pick % len(services)][:1]


def change_unit(plan: Content, pick: int) -> None:
    plan["counters"][pick % len(plan["counters"])]["unit"] = f"unit-{pick % 4}"


def change_clerks(plan: Content, pick: int) -> None:
    names = ["wang", "li", "zhao", "chen"]
    left = [clerk for clerk in plan["clerks"] if clerk["id"] != names[pick % 4]]
    if len(left) == len(plan["clerks"]):
        left.append({"id": names[pick % 4], "name": "again", "pin_hash": PIN_HASH})
    plan["clerks"], plan["roster"] = left, []


def change_prefix(plan: Content, pick: int) -> None:
    plan["services"][pick % len(plan["services"])]["prefix"] = "ABCDEK"[pick % 6]


def change_kiosks(plan: Content, pick: int) -> None:
    plan["kiosks"] = [{"unit": f"kiosk-{n}", "prefix": "KLM"[(n + pick) % 3]} for n in range(2)]


def change_hours(plan: Content, pick: int) -> None:
    plan["hours"]["monday"] = ["", "08:30-17:00", "00:00-24:00", "13:00-14:00"][pick % 4]


def change_time(plan: Content, pick: int) -> None:
    plan["hall"]["day_starts"] = ["04:00", "08:00", "12:00"][pick % 3]
    zones = ["Asia/Shanghai", "Asia/Tokyo", "Pacific/Auckland", "America/New_York"]
    plan["hall"]["time_zone"] = zones[pick % 4]


def change_means(plan: Content, pick: int) -> None:
    plan["services"][pick % len(plan["services"])]["mean_s"] = 30.0 + pick
    plan["alone"] = {"lease_min": 1.0 + pick % 60}


def change_rules(plan: Content, pick: int) -> None:
    plan["dispatch"]["mode"] = ["pooled", "assigned"][pick % 2]
    plan["priorities"] = plan.get("priorities", [])[: pick % 3]


EDITS = (
    remove_counter,
    add_counter,
    remove_service,
    add_service,
    change_skills,
    change_unit,
    change_clerks,
    change_prefix,
    change_kiosks,
    change_hours,
    change_time,
    change_means,
    change_rules,
)

WISHES = st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 59)), min_size=1, max_size=3)


def edited(plan: Content, wishes: list[tuple[Any, int]]) -> Content:
    """The plan with some changes made to it; it may be none any more."""
    changed = copy.deepcopy(plan)
    for edit, pick in wishes:
        if changed["counters"] and changed["services"]:
            edit(changed, pick)
    _leave_nobody_alone(changed)
    return changed


def _leave_nobody_alone(plan: Content) -> None:
    """What no counter serves by itself could wait for ever: the first one takes it."""
    own = {service for counter in plan["counters"] for service in counter["services"]}
    if plan["counters"]:
        first = plan["counters"][0]["services"]
        first += [s["id"] for s in plan["services"] if s["id"] not in own]
