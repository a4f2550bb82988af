"""The hall's near future, many times over: who is called when, if all goes on as it does.

All paths go forward together, a step being the next event of each path: a counter that is free
calls the best head of its lines, or waits for the next who comes. The arrays are small, so that
a step costs about the same for twenty paths and for a hundred.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hub.forecast.chance import Bools, Floats, Ints, draw, evenly, lognormal, residual
from hub.forecast.floor import (
    BOUND,
    CREDIT,
    FAR,
    FIRST,
    LATE_FIRST,
    NEVER,
    OWN_FIRST,
    RATE,
    SECOND,
    THIRD,
    TIER,
    Floor,
    build,
)
from hub.forecast.index import policy_of
from hub.forecast.scene import CounterScene, Duty, Scene

PATHS = 100
"""Simulated futures, unless somebody asks for another number."""

LOOK_AHEAD_S = 12 * 3600.0
"""Whoever is not called within this time is not foretold."""

UNSURE = 0.5
"""Relative uncertainty of the rates at which new tickets come."""

_NOTHING: Floats = np.zeros((1, 1))

_CHUNK = 64
_LOOK_EVERY = 8
_FEW = 0.06
"""The simulation may end when nobody lacks more than this part of the paths: what is left waits
at least until then, and stays above p90."""


@dataclass(frozen=True, slots=True)
class Futures:
    """Remaining waits in seconds, one for each path, in rising order; inf: not called."""

    tickets: dict[str, Floats]
    services: dict[str, Floats]


def futures(
    scene: Scene,
    rng: np.random.Generator,
    *,
    paths: int = PATHS,
    only: frozenset[str] | None = None,
) -> Futures:
    """The remaining waits of everybody, and of whoever takes a number now, by service.

    With `only`, of these tickets alone, which costs less. Nobody is in the result whom no
    counter on duty serves. `paths` is 2 or more. Raises SceneError if the scene is not sound.
    """
    floor = build(scene, imagine=only is None)
    wanted = floor.wanted.copy()
    if only is not None:
        wanted &= np.array([ticket in only for ticket in floor.tickets])
    if not wanted.any() or not floor.counters:
        return Futures({}, {})
    calls = _Paths(floor, rng, paths).run(wanted)
    places = np.flatnonzero(wanted)
    waits = dict(zip(places.tolist(), np.sort(calls[places] - scene.now, axis=1), strict=True))
    return Futures(
        {floor.tickets[place]: row for place, row in waits.items() if floor.tickets[place]},
        {service: waits[place] for service, place in floor.ghosts.items() if place in waits},
    )


class _Paths:
    """The state of all paths: arrays of path and line, or of path and counter."""

    def __init__(self, floor: Floor, rng: np.random.Generator, paths: int) -> None:
        scene = floor.scene
        self._floor = floor
        self._rng = rng
        self._paths = np.arange(paths)
        lines, services = len(floor.last), len(floor.waiting)
        self._by_counter = self._paths * len(floor.counters)
        self._by_line = self._paths * lines
        self._by_service = (self._paths * services)[:, None]
        self._by_candidate = self._paths * floor.lines.shape[1]
        self._end = scene.now + LOOK_AHEAD_S
        self._issues_until = FAR if scene.issues_until is None else scene.issues_until
        self._newcomers = bool((floor.interval_s < FAR).any())
        self._policy = policy_of(scene)
        self._counted = self._policy.loads or bool(floor.index[:, THIRD].any())
        self._late = scene.policy.overdue > 0
        self._ruled = bool(floor.privileged.any())
        self._absences = bool((floor.breaks[:, :, 0] < FAR).any() or (floor.closes_at < FAR).any())
        self._interval_s = self._intervals(paths)
        new = self._first_new(paths)
        head = floor.queued_at.take(floor.first)
        self._new = new.reshape(-1)
        self._head = np.where(floor.first == floor.last, new, head).reshape(-1)
        self._place = np.tile(floor.first, paths)
        self._waiting = np.tile(floor.waiting, paths)
        of = {service.id: service.mean_s for service in scene.services}
        work_s = sum(of[ticket.service] for ticket in scene.tickets)
        self._work = np.full(paths, float(work_s))
        self._coming = sum(each.arrivals_per_s * each.mean_s for each in scene.services)
        on_duty = sum(each.duty in {Duty.IDLE, Duty.SERVING} for each in scene.counters)
        self._on_duty = max(1, on_duty)
        self._row = np.tile(floor.in_a_row, paths)
        self._break = np.zeros(paths * len(floor.counters), dtype=np.intp)
        self._now = np.full(paths, scene.now)
        self._free = self._start(paths)
        self._calls = np.full((len(floor.tickets), paths), np.inf)
        self._calls_flat = self._calls.reshape(-1)

    def _start(self, paths: int) -> Floats:
        """When each counter is free for the first time, path by path."""
        floor = self._floor
        free = _first_free(floor, self._rng, paths).reshape(-1)
        if not self._absences:
            return free
        counter = np.tile(np.arange(len(floor.counters)), paths)
        return self._absent(counter, np.arange(free.size), free, free)

    def run(self, wanted: np.ndarray) -> Floats:
        """The time of each call by place and path, once those that are wanted are known."""
        floor, habits = self._floor, self._floor.scene.habits
        mean_s = float(np.exp(floor.mu[:-1] + floor.sigma[:-1] ** 2 / 2).mean())
        away = -np.expm1(-habits.pauses_per_s * mean_s)
        places = np.flatnonzero(wanted)
        missing = len(places) * len(self._paths)
        few = _FEW * missing
        marks = wanted.astype(np.intp)
        while missing and self._now.min() < self._end:
            shape = (_CHUNK, len(self._paths))
            luck = draw(self._rng, shape, habits.no_show, float(away), habits.pause_s)
            for step in range(_CHUNK):
                called = self._step(
                    luck.z[step], luck.missed[step], luck.away_s[step], luck.gap[step]
                )
                missing -= int(marks.take(called).sum())
                if missing < few and step % _LOOK_EVERY == 0 and self._few_missing(places):
                    return self._calls
        return self._calls

    def _step(self, z: Floats, missed: Bools, away_s: Floats, gap: Floats) -> Ints:
        """Let each path's next counter call somebody; the places called (the last: nobody)."""
        floor = self._floor
        counter = self._free.reshape(len(self._paths), -1).argmin(axis=1)
        at = self._by_counter + counter
        now = self._now = self._free.take(at)
        lines = floor.lines.take(counter, axis=0)
        spots = self._by_line[:, None] + lines
        heads = self._head.take(spots)
        wait = now[:, None] - heads
        best = self._by_candidate + self._score(counter, now, lines, wait).argmax(axis=1)
        line, spot = lines.take(best), spots.take(best)
        found = (wait.take(best) >= 0) & (now < self._end)
        place: Ints = self._place.take(spot)
        real = found * floor.real.take(place)
        length = np.exp(floor.mu.take(line) + floor.sigma.take(line) * z)
        length *= floor.speed.take(counter)
        np.putmask(length, missed, floor.scene.habits.missed_s)
        until = free = now + (length + away_s) * real
        called = place
        if not found.all():
            free = np.where(found, free, np.maximum(heads.min(axis=1), now))
            called = np.where(found, place, floor.last[-1])
        self._free[at] = self._absent(counter, at, until, free) if self._absences else free
        self._advance(line, spot, place, found, gap)
        if self._counted or self._ruled:
            self._count(line, real)
        self._calls_flat[called * len(self._paths) + self._paths] = now
        return called

    def _score(self, counter: Ints, now: Floats, lines: Ints, wait: Floats) -> Floats:
        """How much each candidate line's head is due; -inf where nobody is there."""
        floor, scene = self._floor, self._floor.scene
        table = floor.index.take(counter, axis=0)
        many: Floats = _NOTHING
        load_s: Floats = _NOTHING
        if self._counted:
            since = np.minimum(now, self._issues_until) - scene.now
            many = self._waiting.take(self._by_service + floor.service.take(lines))
            many = np.maximum(many + table[:, RATE] * since[:, None], 1.0)
            if self._policy.loads:
                load_s = ((self._work + self._coming * since) / self._on_duty)[:, None]
        numbers = (table[:, FIRST], table[:, SECOND], table[:, THIRD])
        score = self._policy.score(wait + table[:, CREDIT], numbers, many, load_s)
        if scene.policy.assigned:
            own = (table[:, TIER] > 0) | (wait > table[:, BOUND])
            score = np.where(own, OWN_FIRST + wait + table[:, CREDIT], score)
        elif self._late:
            late = wait / table[:, BOUND]
            score = np.where(late > 1.0, LATE_FIRST + late, score)
        absent = wait < 0
        if self._ruled:
            score -= self._too_many_in_a_row(counter, lines, absent)
        np.putmask(score, absent, -np.inf)
        return score

    def _too_many_in_a_row(self, counter: Ints, lines: Ints, absent: Bools) -> Floats:
        """More than LATE_FIRST where a line owes an ordinary ticket a call."""
        floor = self._floor
        services = self._by_service + floor.service.take(lines)
        full = self._row.take(services) >= floor.scene.policy.in_a_row
        full &= floor.privileged.take(lines)
        peers = self._by_candidate[:, None] + floor.peers.take(counter, axis=0)
        full &= ~absent.take(peers)
        return np.where(full, 4 * LATE_FIRST, 0.0)

    def _advance(self, line: Ints, spot: Ints, place: Ints, found: Bools, gap: Floats) -> None:
        """Let the next of each line that was called from step forward."""
        floor = self._floor
        last = floor.last.take(line)
        moved = np.minimum(place + found, last)
        self._place[spot] = moved
        head = floor.queued_at.take(moved)
        if self._newcomers:
            new = self._new.take(spot)
            more = found & (place == last)
            if more.any():
                new += gap * self._interval_s.take(spot) * more
                np.putmask(new, new > self._issues_until, FAR)
                self._new[spot] = new
            head = np.where(moved == last, new, head)
        self._head[spot] = head

    def _count(self, line: Ints, real: Floats) -> None:
        """Take who was really called out of the count, and note whether it was by privilege."""
        services = self._by_service[:, 0] + self._floor.service.take(line)
        self._waiting[services] -= real
        if self._policy.loads:
            self._work -= real * self._floor.mean_s.take(line)
        if self._ruled:
            row = self._row.take(services)
            after = np.where(self._floor.privileged.take(line), row + 1, 0)
            self._row[services] = np.where(real > 0, after, row)

    def _absent(self, counter: Ints, at: Ints, until: Floats, free: Floats) -> Floats:
        """When counters are free that are busy `until` and would call again at `free`.

        Known breaks come first, one after the other, and at the end of duty there is no more.
        """
        floor = self._floor
        turn = self._break.take(at)
        due = (floor.breaks[counter, turn, 0] <= free) & (free < NEVER)
        while due.any():
            start, length = floor.breaks[counter, turn].T
            until = free = np.where(due, np.maximum(until, start) + length, free)
            turn = turn + due
            due = (floor.breaks[counter, turn, 0] <= free) & (free < NEVER)
        self._break[at] = turn
        return np.where(free >= floor.closes_at.take(counter), NEVER, free)

    def _intervals(self, paths: int) -> Floats:
        """Mean times between new tickets, by path and line: nobody knows the rates for sure."""
        spread = np.exp(UNSURE * self._rng.standard_normal((paths, len(self._floor.interval_s))))
        return np.minimum(self._floor.interval_s * spread, FAR).reshape(-1)

    def _first_new(self, paths: int) -> Floats:
        interval_s = self._interval_s.reshape(paths, -1)
        gaps = self._rng.standard_exponential(interval_s.shape)
        new = self._floor.scene.now + gaps * interval_s
        return np.where((interval_s >= FAR) | (new > self._issues_until), FAR, new)

    def _few_missing(self, places: Ints) -> bool:
        unknown = np.isinf(self._calls[places])
        if unknown.sum(axis=1).max() >= _FEW * len(self._paths):
            return False
        least = np.broadcast_to(self._now, unknown.shape)
        self._calls[places] = np.where(unknown, least, self._calls[places])
        return True


def _first_free(floor: Floor, rng: np.random.Generator, paths: int) -> Floats:
    """When each counter is free for the first time, by path and counter."""
    even = evenly(rng, len(floor.counters), paths)
    now, habits = floor.scene.now, floor.scene.habits
    free = np.full_like(even, now)
    serving = []
    for row, counter in enumerate(floor.counters):
        if counter.duty is Duty.SERVING and counter.service is not None:
            serving.append((row, counter))
        elif counter.duty is Duty.PAUSED:
            unknown = now - np.log(even[row]) * habits.pause_s
            free[row] = unknown if counter.returns_at is None else max(counter.returns_at, now)
    if serving:
        rows = [row for row, _ in serving]
        free[rows] = now + _left(floor.scene, [counter for _, counter in serving], even[rows])
    return free.T.copy()


def _left(scene: Scene, serving: list[CounterScene], even: Floats) -> Floats:
    """What is left of the services that go on, by counter and path."""
    missed_s = scene.habits.missed_s
    services = {service.id: service for service in scene.services}
    law = [
        lognormal(services[str(c.service)].mean_s * c.speed, services[str(c.service)].cv)
        for c in serving
    ]
    mu, sigma = np.array(law).T[:, :, None]
    elapsed_s = np.array([[counter.for_s] for counter in serving])
    may_miss = [not counter.present and counter.for_s < missed_s for counter in serving]
    no_show = scene.habits.no_show * np.array(may_miss)[:, None]
    there = np.clip((even - no_show) / (1.0 - no_show), 0.0, 1.0)
    left = residual(mu, sigma, elapsed_s, there)
    return np.where(even < no_show, missed_s - elapsed_s, left)
