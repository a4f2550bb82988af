"""What a plan would do to the hall right now: what stands in its way, what it touches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from hub.core.plan import Plan
from hub.core.plan_changes import Change, changes
from hub.core.replanning import Obstacle, obstacles
from hub.core.state import State
from hub.core.tickets import IN_HAND, TicketState
from hub.web.administration.sentences import sentences
from hub.web.floor_views import overlaps, picture_of
from hub.web.texts import Words, both, marked

Content = dict[str, Any]

HOUR_S: Final = 3600.0

OBSTACLES: Final = {
    "hall_id": marked(
        "The hall's id is part of every unit's address; change it with the hub stopped"
    ),
    "service_in_use": marked("Service {service} cannot go: it has {tickets}"),
    "service_used_today": marked(
        "Service {service} cannot go before the next business day. Visits today: {count}"
    ),
    "counter_in_use": marked("Counter {counter} cannot go: {clerk} is signed in there"),
    "counter_holds": marked("Counter {counter} cannot go: {tickets} are on hold there"),
    "clerk_on_duty": marked("{clerk} cannot go: signed in at counter {counter}"),
    "unit_keeps_tickets": marked(
        "Unit {unit} of counter {counter} cannot be exchanged: it may call {tickets} by itself. "
        "Close the counter first, or say on the operator's page what became of them"
    ),
    "prefix_of_kiosk": marked(
        "Numbers with {prefix} are printed by kiosk {unit} while it is cut off; "
        "nothing else may begin with it today"
    ),
    "lease_shorter": marked(
        "The time to call alone cannot be made shorter while there are tickets that counters may "
        "call alone ({count}); close the counters first"
    ),
    "day_would_end": marked(
        "With this the business day would be over at once, and its numbers with it"
    ),
}
"""The core's obstacles, to be translated."""


@dataclass(frozen=True, slots=True)
class LineLoad:
    """A service of the plan: how many came in the last hour, and who could serve them.

    `needs` is how many counters the work of that hour would keep busy all the time; `own` are
    the counters that serve it by the plan, `more` those that could as well. `share` is what the
    own counters could give it if each divided its time equally.
    """

    id: str
    name: Words
    came: int
    mean_min: float
    needs: float
    own: int
    more: int
    share: float

    @property
    def short(self) -> bool:
        """Whether more comes than the counters could serve."""
        return self.own == 0 or (self.came > 0 and self.needs > self.share)


@dataclass(slots=True)
class Effect:
    """What a plan would change, and what that means right now."""

    changed: list[Words] = field(default_factory=list)
    obstacles: list[Words] = field(default_factory=list)
    touched: list[Words] = field(default_factory=list)
    overlaps: list[Words] = field(default_factory=list)
    loads: list[LineLoad] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Difference:
    """What is said of two plans without looking at the hall."""

    found: list[Change]
    changed: list[Words]
    untranslated: list[Words]
    overlaps: list[Words]


@dataclass(frozen=True, slots=True)
class Now:
    """What only the hall's state knows. `came` and `mean_s` are by service."""

    obstacles: list[Obstacle]
    touched: list[Words]
    came: dict[str, int]
    mean_s: dict[str, float]


def difference(before: Content, after: Content, plan: Plan) -> Difference:
    """What a plan changes; and the plan is made ready to be asked by the hall's thread."""
    _ = plan.skilled, plan.counter, plan.service, plan.role_of_unit, plan.counter_of_unit
    found = changes(before, after)
    return Difference(
        found,
        sentences(found, before, after),
        _untranslated(found, after),
        _overlaps(found, plan),
    )


def now_of(state: State, plan: Plan, found: list[Change], now: float, heard: frozenset[str]) -> Now:
    """What a plan does to the hall as it is. `heard` are the units that are there.

    The hall stands still meanwhile, so plans are not compared here.
    """
    came: dict[str, int] = {}
    for ticket in state.tickets.values():
        if now - HOUR_S < ticket.issued_at <= now:
            came[ticket.service] = came.get(ticket.service, 0) + 1
    return Now(
        obstacles=obstacles(state, plan, now),
        touched=[
            *_touched_tickets(state, plan),
            *_touched_counters(state, plan, found),
            *_touched_units(state, plan, heard),
        ],
        came=came,
        mean_s={name: state.mean_s(name) for name in state.plan.service},
    )


def effect_of(plan: Plan, said: Difference, now: Now) -> Effect:
    """What follows if this plan is put into force now."""
    return Effect(
        changed=said.changed,
        obstacles=[both(OBSTACLES[o.code], **o.about) for o in now.obstacles],
        touched=[*now.touched, *said.untranslated],
        overlaps=said.overlaps,
        loads=[_load(plan, service.id, now) for service in plan.services],
    )


def _load(plan: Plan, name: str, now: Now) -> LineLoad:
    service, came = plan.service[name], now.came.get(name, 0)
    mean_s = now.mean_s.get(name, service.mean_s)
    own = [counter for counter in plan.counters if name in counter.services]
    return LineLoad(
        id=name,
        name=Words(zh=service.name.zh, en=service.name.en),
        came=came,
        mean_min=round(mean_s / 60, 1),
        needs=round(came * mean_s / HOUR_S, 1),
        own=len(own),
        more=len(plan.skilled[name]) - len(own),
        share=round(sum(1 / (len(c.services) * c.speed) for c in own), 1),
    )


def _touched_tickets(state: State, plan: Plan) -> list[Words]:
    waiting = [t for t in state.tickets.values() if t.state is TicketState.WAITING]
    found = []
    freed = [
        t.number
        for t in waiting
        if t.bound is not None
        and (t.bound not in plan.counter or t.service not in plan.counter[t.bound].skills)
    ]
    if freed:
        text = marked("{numbers} were kept for one counter; any may call them then")
        found.append(both(text, numbers=", ".join(freed)))
    classes = {kind.id for kind in plan.priorities}
    gone = [t.number for t in waiting if t.kind in {p.id for p in state.plan.priorities} - classes]
    if gone:
        text = marked("{numbers} wait in a class that goes; its credit goes with it")
        found.append(both(text, numbers=", ".join(gone)))
    if waiting and plan.dispatch.mode is not state.plan.dispatch.mode:
        text = marked("{count} waiting numbers change from one way of waiting to the other")
        found.append(both(text, count=len(waiting)))
    return found


def _touched_counters(state: State, plan: Plan, found: list[Change]) -> list[Words]:
    touched = {
        change.item
        for change in found
        if change.section == "counters" and change.key not in {"", "at"}
    }
    said = []
    for counter in state.plan.counters:
        if counter.id not in touched or counter.id not in plan.counter:
            continue
        there, now = state.counters[counter.id], plan.counter[counter.id]
        ticket = state.tickets.get(there.ticket or "")
        if ticket is not None and ticket.state in IN_HAND and now.number != counter.number:
            text = marked("{number} was called to counter {old}, which would be counter {new}")
            said.append(both(text, number=ticket.number, old=counter.number, new=now.number))
        elif there.open:
            text = marked("Counter {counter} is open; it goes on with the new settings at once")
            said.append(both(text, counter=now.number))
    return said


def _touched_units(state: State, after: Plan, heard: frozenset[str]) -> list[Words]:
    before, said = state.plan, []
    for unit, role in before.role_of_unit.items():
        place, now = before.counter_of_unit.get(unit), after.counter_of_unit.get(unit)
        if unit not in state.units:
            continue  # nobody has ever met it
        if after.role_of_unit.get(unit) is None:
            text = marked("Unit {unit} leaves the plan; it shows a fault until it is switched off")
            lost = marked("Unit {unit} leaves the plan; what it has not handed in yet is lost")
            said.append(both(text if unit in heard else lost, unit=unit))
        elif (role, place) != (after.role_of_unit.get(unit), now):
            text = marked("Unit {unit} has another place; change its unit.toml as well")
            said.append(both(text, unit=unit))
    for unit in after.role_of_unit.keys() - before.role_of_unit.keys():
        text = marked("Unit {unit} is new; its unit.toml is on the page of the units")
        said.append(both(text, unit=unit))
    return said


def _untranslated(found: list[Change], after: dict[str, Any]) -> list[Words]:
    """Texts that were changed and are missing in one language."""
    places = {(change.section, change.item) for change in found}
    said = []
    for section in ("services", "counters", "priorities"):
        for thing in after.get(section) or ():
            if (section, str(thing.get("id"))) in places and lacks(thing.get("name")):
                text = marked("A name is missing in one language: {id}")
                said.append(both(text, id=thing["id"]))
    return said


def _overlaps(found: list[Change], plan: Plan) -> list[Words]:
    """What stands in one another on the floor plan, if anything there was changed."""
    moved = any(change.section == "floor" or change.key in {"", "at"} for change in found)
    return overlaps(picture_of(plan)) if moved else []


def lacks(name: Any) -> str | None:
    """The language in which a text is missing, or very likely is; None if it is whole."""
    if not isinstance(name, dict):
        return None
    zh, en = str(name.get("zh") or "").strip(), str(name.get("en") or "").strip()
    if not zh:
        return "zh"
    return "en" if not en or any("\u4e00" <= letter <= "\u9fff" for letter in en) else None
