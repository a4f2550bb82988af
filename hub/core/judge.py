"""What should change in a hall, by its lines as they are and were: see `hub.core.balance`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hub.core.outlook import RATE_OVER_S, Outlook, Shift
from hub.core.state import Advice, CounterState, State

HOT_SHARE = 0.25
"""A line is hot above this share of `open_above_min`: adding costs less than opening."""

HOTTER = 1.5
"""Help comes from a counter whose own lines need less than 1/1.5 of the hot line's time."""

QUIET_SHARE = 0.25
"""A line that was helped is quiet below this share of what makes it hot."""

OWN_HOTTER = 3.0
"""What was added goes back if the counter's own lines need three times as long."""

STANDS_SHARE = 0.5
"""Advice to help stands until the line is below this share of what makes it hot."""

LEAST_GAIN_MIN = 0.01
"""Help that is worth less, in minutes of mean wait, is not given, even where it needs no click."""

WORTH_ASKING_MIN = 3.0
"""People are asked only for what spares all in the hall together so many minutes of waiting."""

POOR_SHARE = 0.5
"""Advice that stands is poor below this share of it."""

LINE_GAINS, OWN_LOSE, SAVED = "line_gains_min", "own_lose_min", "saved_min"
"""Among the numbers of a reason: how much less those of the line wait together, how much longer
those of the counter's own lines, and how much less all do."""

SETTLE_MIN = 5.0
"""No counter is to open or close so soon after another did, or close that was just busy."""

FULL_LOAD = 0.8
"""No counter is to close if what arrives would then keep the others busier than this."""

NEARLY_NONE = 1e-9
"""Less of a counter than this is none: shares of counters are sums of fractions."""

STAFFING = frozenset({"open", "close"})

Key = tuple[str, str, str]
"""Action, counter and service, which is empty where a counter is to open or close."""


Reason = dict[str, Any]
"""The numbers behind a wish, by their names."""


@dataclass(slots=True)
class Memory:
    """What is remembered from minute to minute: plain data, and not in the journal.

    A restart loses it. Then clear times begin with those of that moment, an open counter
    counts as just opened, and what was dismissed or taken back before may be advised again.
    """

    day: str | None = None
    at: float | None = None
    clear_min: dict[str, float] = field(default_factory=dict)
    calm_min: dict[str, float] = field(default_factory=dict)
    hall_min: float = 0.0
    standing: dict[str, Key] = field(default_factory=dict)
    poor_since: dict[str, float] = field(default_factory=dict)
    rests_until: dict[Key, float] = field(default_factory=dict)
    added: dict[str, list[str]] = field(default_factory=dict)
    opened: dict[str, bool] = field(default_factory=dict)
    changed_at: dict[str, float] = field(default_factory=dict)
    open_since: float | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """A change that is worth `gain_min` minutes of mean wait, and why."""

    action: str
    counter: str
    service: str | None
    gain_min: float
    reason: Reason


def is_poor(what: Wish | Advice, share: float = 1.0) -> bool:
    """Whether it is worth less than this share of what people should be asked for.

    Giving back and closing are not asked for what they gain, and are never poor; nor is advice
    of a hub that did not count.
    """
    asked_for_gain = what.action in {"add", "open"} and SAVED in what.reason
    return asked_for_gain and what.reason[SAVED] < share * WORTH_ASKING_MIN


class Judge:
    """What should change in the hall, and whether what was advised still should."""

    def __init__(self, state: State, outlook: Outlook, memory: Memory, now: float) -> None:
        self._state = state
        self._outlook = outlook
        self._memory = memory
        self._now = now
        self._rules = state.plan.balance
        self._hot_min = HOT_SHARE * self._rules.open_above_min
        self._quiet_min = QUIET_SHARE * self._hot_min
        self._dwell_s = 60 * self._rules.dwell_min
        self.over = not state.open and not any(x.people for x in outlook.lines.values())

    # --- services added and taken back -------------------------------------------------------

    def moves(self) -> Iterator[Wish]:
        """Services to add and to take back."""
        hot = [s for s in self._outlook.lines if self._is_hot(s)]
        for counter_id, serving in self._state.duty.serving.items():
            counter = self._state.counters[counter_id]
            yield from self._to_take_back(counter)
            skills = self._state.plan.counter[counter_id].skills
            if hot and len(skills) > len(serving):
                own_min = self._needs_min(serving)
                for service in hot:
                    if service in skills and service not in serving:
                        yield from self._to_add(counter_id, service, own_min)

    def _is_hot(self, service: str) -> bool:
        hot = self._memory.clear_min[service] > self._hot_min
        return hot and self._outlook.lines[service].people > 0

    def _needs_min(self, services: tuple[str, ...]) -> float:
        return max(self._memory.clear_min[service] for service in services)

    def _to_add(self, counter: str, service: str, own_min: float) -> Iterator[Wish]:
        if self._memory.clear_min[service] <= HOTTER * own_min:
            return
        wish = self._add(counter, service, own_min)
        if wish.gain_min >= LEAST_GAIN_MIN and (self._rules.automatic or not is_poor(wish)):
            yield wish

    def _add(self, counter: str, service: str, own_min: float) -> Wish:
        shift = self._outlook.helped(service, counter)
        reason = {
            **self._about(service),
            "own_min": round(own_min, 2),
            "hot_above_min": round(self._hot_min, 2),
            "hotter_than_own": HOTTER,
        }
        return self._wish("add", counter, service, shift, reason)

    def _wish(
        self, action: str, counter: str, service: str | None, shift: Shift, reason: Reason
    ) -> Wish:
        worth = {
            LINE_GAINS: shift.line_min,
            OWN_LOSE: shift.own_min,
            SAVED: shift.line_min - shift.own_min,
        }
        rounded = {name: round(minutes, 2) + 0.0 for name, minutes in worth.items()}  # never -0.0
        return Wish(action, counter, service, shift.gain_min, reason | rounded)

    def _to_take_back(self, counter: CounterState) -> Iterator[Wish]:
        calm, own = self._memory.calm_min, self._state.plan.counter[counter.id].services
        for service, since in counter.added.items():
            if self._now - since < self._dwell_s or service in own:
                continue
            own_min = max(map(calm.__getitem__, own))
            why = self._given_up(calm[service], own_min)
            if why:
                yield self._take_back(counter, service, why)

    def _take_back(self, counter: CounterState, service: str, why: str) -> Wish:
        calm, own = self._memory.calm_min, self._state.plan.counter[counter.id].services
        shift = self._outlook.returned(service, counter.id)
        reason = {
            **self._about(service),
            "why": why,
            "line_min": round(calm[service], 2),
            "own_min": round(max(map(calm.__getitem__, own)), 2),
            "quiet_below_min": round(self._quiet_min, 2),
            "own_hotter_than": OWN_HOTTER,
            "added_min": round((self._now - counter.added[service]) / 60, 2),
        }
        return self._wish("take_back", counter.id, service, shift, reason)

    def _given_up(self, line_min: float, own_min: float) -> str | None:
        if line_min < self._quiet_min:
            return "quiet"
        return "own_hotter" if own_min > OWN_HOTTER * line_min else None

    def _about(self, service: str) -> Reason:
        """The numbers of a line that every reason has."""
        line = self._outlook.lines[service]
        return {
            "line_min": round(self._memory.clear_min[service], 2),
            "line_now_min": round(self._outlook.clear_min(service), 2),
            "waiting": int(line.people),
            "counters": round(line.counters, 2),
            "coming": round(line.coming * self._dwell_s, 2),
            "within_min": self._rules.dwell_min,
            "shared_by": round(self._outlook.people, 2),
        }

    # --- counters to open and to close -------------------------------------------------------

    def staffing(self, helped: set[str | None]) -> Wish | None:
        """The counter to open or to close, if one should; `helped` lines get help already."""
        settled_s = self._now - max(self._memory.changed_at.values(), default=-1e12)
        if settled_s < 60 * SETTLE_MIN:
            return None
        found = [*self._to_open(helped)]
        if not found and self._is_quiet():
            found = [*self._to_close()]
        here = {c.id: c.clerk is not None for c in self._state.counters.values()}
        return max(found, key=lambda w: (here[w.counter], w.gain_min, w.counter), default=None)

    def _is_quiet(self) -> bool:
        """Whether the hall is quiet, and has been open for long enough to know."""
        since = self._memory.open_since
        known = since is not None and self._now - since >= RATE_OVER_S
        return known and self._memory.hall_min < self._rules.close_below_min

    def _to_open(self, helped: set[str | None]) -> Iterator[Wish]:
        for counter in self._state.counters.values():
            services = self._state.services_of(counter.id)
            if counter.open or not services or self._dwells(counter.id):
                continue
            service = self._without_help(services, helped)
            if service is not None:
                wish = self._open(counter, service)
                if not is_poor(wish):
                    yield wish

    def _open(self, counter: CounterState, service: str) -> Wish:
        shift = self._outlook.staffed(self._state.services_of(counter.id), 1)
        reason = {
            **self._about(service),
            "service": service,
            "hall_min": round(self._memory.hall_min, 2),
            "open_above_min": self._rules.open_above_min,
            "signed_in": counter.clerk is not None,
        }
        return self._wish("open", counter.id, None, shift, reason)

    def _without_help(self, services: tuple[str, ...], helped: set[str | None]) -> str | None:
        """The line that is worst off, if it or the whole hall needs one counter more."""
        lines = self._outlook.lines
        if self._memory.hall_min > self._rules.open_above_min:
            helped = set()
        waiting = [s for s in services if lines[s].people and s not in helped]
        worst = max(waiting, key=self._memory.clear_min.__getitem__, default=None)
        if worst is None:
            return None
        needs_min = max(self._memory.clear_min[worst], self._memory.hall_min)
        return worst if needs_min > self._rules.open_above_min else None

    def _dwells(self, counter: str) -> bool:
        return self._now - self._memory.changed_at.get(counter, -1e12) < self._dwell_s

    def _to_close(self) -> Iterator[Wish]:
        serving = self._state.duty.serving
        load = self._outlook.load(len(serving) - 1)
        if len(serving) < 2 or load > FULL_LOAD:
            return
        for counter_id in serving:
            counter = self._state.counters[counter_id]
            if not self._is_idle(counter) or self._dwells(counter_id):
                continue
            if self._idle_min(counter) >= SETTLE_MIN and self._can_go(counter_id):
                yield self._close(counter)

    def _close(self, counter: CounterState) -> Wish:
        serving = self._state.duty.serving
        reason = {
            "hall_min": round(self._memory.hall_min, 2),
            "close_below_min": self._rules.close_below_min,
            "idle_min": round(self._idle_min(counter), 2),
            "load_then": round(self._outlook.load(len(serving) - 1), 2),
            "full_load": FULL_LOAD,
        }
        shift = self._outlook.staffed(serving[counter.id], -1)
        return self._wish("close", counter.id, None, shift, reason)

    def _idle_min(self, counter: CounterState) -> float:
        return (self._now - (counter.free_since or self._now)) / 60

    def _is_idle(self, counter: CounterState) -> bool:
        free = counter.on_duty and counter.ticket is None
        return free and not self._state.lines.kept_for(counter.id)

    def _can_go(self, counter: str) -> bool:
        """Whether nobody waits for it, and others keep up with each line without it."""
        serving = self._state.duty.serving[counter]
        for line in (self._outlook.lines[service] for service in serving):
            others = line.counters - 1 / len(serving)
            if line.people or others < NEARLY_NONE or line.arriving > FULL_LOAD * others:
                return False
        return True

    # --- what stands -------------------------------------------------------------------------

    def again(self, advice: Advice) -> Wish | None:
        """An advice as it would be given now; None if its reason has gone.

        Some wavering is allowed for.
        """
        if not self._holds(advice):
            return None
        counter, service = self._state.counters[advice.counter], advice.service or ""
        if advice.action == "add":
            own_min = self._needs_min(self._state.duty.serving[counter.id])
            return self._add(counter.id, service, own_min)
        if advice.action == "take_back":
            return self._take_back(counter, service, str(advice.reason.get("why", "quiet")))
        if advice.action == "open":
            worst = max(self._state.services_of(counter.id), key=self._memory.clear_min.__getitem__)
            return self._open(counter, worst)
        return self._close(counter)

    def _holds(self, advice: Advice) -> bool:
        counter = self._state.counters.get(advice.counter)
        known = advice.counter in self._state.plan.counter
        if counter is None or not known or self.over:
            return False
        judge = {
            "add": self._still_add,
            "take_back": self._still_take_back,
            "open": self._still_open,
            "close": self._still_close,
        }
        return advice.action in judge and judge[advice.action](counter, advice.service or "")

    def _still_add(self, counter: CounterState, service: str) -> bool:
        serving = self._state.duty.serving.get(counter.id)
        skills = self._state.plan.counter[counter.id].skills
        if serving is None or service in serving or service not in skills:
            return False
        line_min = self._memory.clear_min[service]
        return line_min > STANDS_SHARE * self._hot_min and line_min > self._needs_min(serving)

    def _still_take_back(self, counter: CounterState, service: str) -> bool:
        calm, own = self._memory.calm_min, self._state.plan.counter[counter.id].services
        if service not in counter.added or service in own or not counter.on_duty:
            return False
        own_min = max(map(calm.__getitem__, own))
        return calm[service] < 2 * self._quiet_min or own_min > calm[service]

    def _between_min(self) -> float:
        return (self._rules.open_above_min + self._rules.close_below_min) / 2

    def _still_open(self, counter: CounterState, _service: str) -> bool:
        needs_min = self._needs_min(self._state.services_of(counter.id))
        return not counter.open and max(needs_min, self._memory.hall_min) > self._between_min()

    def _still_close(self, counter: CounterState, _service: str) -> bool:
        return self._is_idle(counter) and self._memory.hall_min < self._between_min()
