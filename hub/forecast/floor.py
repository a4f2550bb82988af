"""A scene as arrays: what the simulation of all paths reads and never changes.

A line is one service, class and owner (the counter to which its tickets are bound or whose
label they bear). All lines stand in one long row of places: the waiting tickets of a line, then
the imagined one who takes a number now, then a last place, which stands for everybody who will
come later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from hub.core.policies import Facts
from hub.core.tickets import ANY_COUNTER
from hub.forecast.chance import Bools, Floats, Ints, lognormal
from hub.forecast.index import capacity, policy_of
from hub.forecast.scene import (
    ORDINARY,
    CounterScene,
    Duty,
    Scene,
    SceneError,
    ServiceScene,
    TicketScene,
)

FAR = 1e13
"""A time that never comes."""

NEVER = 1e12
"""When a counter is free that comes back no more: before FAR, so that nobody is there then."""

OWN_FIRST = 1e6
"""So much higher stands a counter's own line than those from which it only helps out."""

LATE_FIRST = 1e9
"""So much higher stands a ticket past its bound."""

COLUMNS = 7
CREDIT, FIRST, SECOND, THIRD, RATE, TIER, BOUND = range(COLUMNS)
"""The columns of `Floor.index`."""


@dataclass(frozen=True, slots=True)
class LineKey:
    """What the tickets of a line have in common."""

    service: str
    kind: str
    bound: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Floor:
    """Arrays by line (l), counter (c), candidate line of a counter (c, k) and place (p).

    The last line is nobody's: it fills up the candidates of counters with few lines.
    """

    tickets: tuple[str, ...]  # by place; "" for places that are not tickets
    ghosts: dict[str, int]  # service -> place of who takes a number now
    queued_at: Floats  # p
    real: Floats  # p: 0 for who only might take a number now, else 1
    wanted: Bools  # p: is or may be foretold, and some counter serves it
    first: Ints  # l
    last: Ints  # l
    service: Ints  # l
    privileged: Bools  # l: a class that must not be called too often in a row
    mu: Floats  # l
    sigma: Floats  # l
    mean_s: Floats  # l
    interval_s: Floats  # l: between new tickets
    waiting: Floats  # service
    in_a_row: Ints  # service
    lines: Ints  # c, k
    peers: Ints  # c, k: the candidate with the ordinary tickets of the same service and owner
    index: Floats  # c, column, k
    speed: Floats  # c
    closes_at: Floats  # c
    breaks: Floats  # c, break, (start, length)
    counters: tuple[CounterScene, ...]
    scene: Scene


def build(scene: Scene, *, imagine: bool = True) -> Floor:
    """Lay a scene out as arrays, with somebody who takes a number now if `imagine`.

    Raises SceneError if it names services that it does not have, or an unknown policy.
    """
    try:
        return _build(scene, imagine)
    except KeyError as error:
        raise SceneError(f"the scene has no {error}") from error


def _build(scene: Scene, imagine: bool) -> Floor:
    services = {service.id: n for n, service in enumerate(scene.services)}
    by_id = {service.id: service for service in scene.services}
    queues = _queues(scene)
    keys = list(queues)
    # Who has fewest skills goes first among those that are free at one moment.
    on_duty = [c for c in scene.counters if c.duty is not Duty.CLOSED]
    counters = tuple(sorted(on_duty, key=lambda c: len(c.skills)))
    candidates = [_candidates(counter, keys) for counter in counters]
    places = _places(scene, queues, imagine)
    served = {line for lines in candidates for line in lines}
    first = np.cumsum([0, *(len(queue) + 1 for queue in places)])
    law = [lognormal(by_id[k.service].mean_s, by_id[k.service].cv) for k in keys]
    waiting = Counter(ticket.service for ticket in scene.tickets)
    row = [place for queue in places for place in [*queue, None]]
    return Floor(
        tickets=(*(t.id if t else "" for t in row), ""),
        ghosts={t.service: n for n, t in enumerate(row) if t and not t.id},
        queued_at=np.array([min(t.queued_at, scene.now) if t else FAR for t in row] + [FAR]),
        real=np.array([0.0 if t and not t.id else 1.0 for t in row] + [1.0]),
        wanted=_wanted(places, served),
        first=first.astype(np.intp),
        last=np.array([*(first[1:] - 1), first[-1]], dtype=np.intp),
        service=np.array([services[k.service] for k in keys] + [len(services)], dtype=np.intp),
        privileged=np.array([k.kind != ORDINARY and k.bound is None for k in keys] + [False]),
        mu=np.array([mu for mu, _ in law] + [0.0]),
        sigma=np.array([sigma for _, sigma in law] + [0.0]),
        mean_s=np.array([by_id[k.service].mean_s for k in keys] + [0.0]),
        interval_s=np.array([_interval_s(scene, by_id[k.service], k) for k in keys] + [FAR]),
        waiting=np.array([*(float(waiting[s]) for s in services), 0.0]),
        in_a_row=np.array([*(each.in_a_row for each in scene.services), 0], dtype=np.intp),
        lines=_padded(candidates, len(keys)),
        peers=_peers(candidates, keys) if any(k.kind for k in keys) else _padded(candidates, 0),
        index=_index(scene, counters, candidates, keys),
        speed=np.array([max(counter.speed, 0.01) for counter in counters]),
        closes_at=np.array([FAR if c.closes_at is None else c.closes_at for c in counters]),
        breaks=_breaks(counters),
        counters=counters,
        scene=scene,
    )


def _queues(scene: Scene) -> dict[LineKey, list[TicketScene]]:
    queues: dict[LineKey, list[TicketScene]] = {}
    for ticket in scene.tickets:
        key = LineKey(ticket.service, ticket.kind, ticket.bound, ticket.label)
        queues.setdefault(key, []).append(ticket)
    for service in scene.services:
        queues.setdefault(LineKey(service.id, ORDINARY, None, service.labelled), [])
        for kind, share in scene.habits.kinds.items():
            if share > 0 and not scene.policy.assigned:
                queues.setdefault(LineKey(service.id, kind), [])
    return queues


def _places(
    scene: Scene, queues: dict[LineKey, list[TicketScene]], imagine: bool
) -> list[list[TicketScene | None]]:
    labelled = {service.id: service.labelled for service in scene.services}
    places: list[list[TicketScene | None]] = []
    for key, queue in queues.items():
        now = TicketScene("", key.service, scene.now)
        ghost = key == LineKey(key.service, ORDINARY, None, labelled[key.service])
        places.append([*queue, now] if ghost and imagine else [*queue])
    return places


def _wanted(places: list[list[TicketScene | None]], served: set[int]) -> Bools:
    wanted = [
        mark
        for line, queue in enumerate(places)
        for mark in [*(line in served for _ in queue), False]
    ]
    return np.array([*wanted, False])


def _candidates(counter: CounterScene, keys: list[LineKey]) -> list[int]:
    return [
        line
        for line, key in enumerate(keys)
        if key.service in counter.skills and key.bound in {None, counter.id}
    ]


def _interval_s(scene: Scene, service: ServiceScene, key: LineKey) -> float:
    if key.bound or key.label or scene.policy.assigned or not _overtaking(scene):
        return FAR
    ordinary = 1.0 - sum(scene.habits.kinds.values())
    share = scene.habits.kinds.get(key.kind, 0.0) if key.kind else ordinary
    rate = service.arrivals_per_s * share
    return 1.0 / rate if rate > 1 / FAR else FAR


def _overtaking(scene: Scene) -> bool:
    # First come, first served without credits: who comes later changes nothing for who waits.
    return scene.policy.name != "fcfs" or any(scene.policy.credit_s.values())


def _padded(candidates: list[list[int]], nobody: int) -> Ints:
    width = max((len(lines) for lines in candidates), default=0) or 1
    rows = [lines + [nobody] * (width - len(lines)) for lines in candidates]
    return np.array(rows, dtype=np.intp).reshape(len(rows), width)


def _peers(candidates: list[list[int]], keys: list[LineKey]) -> Ints:
    place = {key: line for line, key in enumerate(keys)}
    peer = [place.get(replace(key, kind=ORDINARY), line) for line, key in enumerate(keys)]
    return _padded([[lines.index(peer[line]) for line in lines] for lines in candidates], 0)


def _index(
    scene: Scene,
    counters: Iterable[CounterScene],
    candidates: list[list[int]],
    keys: list[LineKey],
) -> Floats:
    width = max((len(lines) for lines in candidates), default=0) or 1
    table = np.zeros((len(candidates), COLUMNS, width))
    table[:, BOUND] = FAR
    policy = policy_of(scene)
    numbers = cache(policy.numbers)
    on_duty = {service.id: capacity(scene, service.id) for service in scene.services}
    by_id = {service.id: service for service in scene.services}
    credit_s, assigned = scene.policy.credit_s, scene.policy.assigned
    factor = scene.policy.rescue if assigned else scene.policy.overdue
    for c, (counter, lines) in enumerate(zip(counters, candidates, strict=True)):
        for k, line in enumerate(lines):
            key = keys[line]
            service = by_id[key.service]
            own = key.bound == counter.id or key.label in {counter.id, ANY_COUNTER}
            line_facts = Facts(
                service.target_s,
                service.mean_s,
                0.0,
                max(on_duty[key.service], 1.0 / len(counter.skills)),
                0.0,
                key.service == counter.skills[0],
            )
            overdue_s = factor * service.target_s
            table[c, :, k] = (
                credit_s.get(key.kind, 0.0),
                *numbers(line_facts),
                0.0 if assigned else service.arrivals_per_s,
                OWN_FIRST if assigned and own else 0.0,
                overdue_s if overdue_s > 0 else FAR,
            )
    return table


def _breaks(counters: tuple[CounterScene, ...]) -> Floats:
    width = max((len(counter.breaks) for counter in counters), default=0) + 1
    table = np.zeros((len(counters), width, 2))
    table[:, :, 0] = FAR
    for c, counter in enumerate(counters):
        for n, span in enumerate(sorted(counter.breaks)):
            table[c, n] = span
    return table
