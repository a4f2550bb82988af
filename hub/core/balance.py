"""Balance: which counter should take or give back a service, open or close, and what it gains.

Asked once a minute. A line is judged by its clear time: how long the counters on duty need for
all who wait in it, smoothed, quickly for those that need help and slowly for giving it up. A
line is hot above a share of the plan's `open_above_min`; the counter whose help is worth most
(`hub.core.outlook`) is then to serve it as well. What was added goes back when the line is
quiet, or the counter's own lines need far longer. Where nobody can help and the line, or the
whole hall, needs longer than `open_above_min`, a closed counter is to open; below
`close_below_min` an idle one is to close. What was changed stays for `dwell_min`.

An advice stands, and is not repeated, until it is followed or dismissed; once its reason has
gone it is closed as pointless. What was dismissed is not advised again for `dwell_min`. With
`automatic`, services are added and taken back at once; to open and close is left to people.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import exp
from typing import Any

from hub.core import events as e
from hub.core.outlook import RATE_OVER_S, Outlook
from hub.core.state import Advice, CounterState, State

SMOOTH_MIN = 5.0
"""Over so long clear times are smoothed where help may be needed."""

CALM_MIN = 30.0
"""Over so long they are smoothed where help may be given up."""

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
"""Help that is worth less, in minutes of mean wait, is not advised."""

MOVES = 2
"""So many changes a minute at most."""

SETTLE_MIN = 5.0
"""No counter is to open or close so soon after another did, or close that was just busy."""

FULL_LOAD = 0.8
"""No counter is to close if what arrives would then keep the others busier than this."""

NEARLY_NONE = 1e-9
"""Less of a counter than this is none: shares of counters are sums of fractions."""

BY = "automatic"
"""Who follows advice without a click, and closes what has become pointless."""

_MOVES = {"add": e.ServiceAdded, "take_back": e.ServiceTakenBack}

_STAFFING = frozenset({"open", "close"})

Key = tuple[str, str, str]
"""Action, counter and service, which is empty where a counter is to open or close."""


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
    reason: dict[str, Any]


class Balance:
    """Looks at the hall once a minute and says what should change."""

    def __init__(self) -> None:
        self.memory = Memory()

    def tick(self, state: State, now: float) -> list[e.Event]:
        """What follows from the hall as it is at wall time `now`, in seconds.

        The events are to be applied in their order, and at once.
        """
        if not state.configured:
            return []
        if state.day != self.memory.day:
            self.memory = Memory(state.day)
        outlook = Outlook(state, now, 60 * state.plan.balance.dwell_min)
        _remember_changes(self.memory, state, now)
        _smooth(self.memory, state, outlook, now)
        saying = _Saying(state, _Judge(state, outlook, self.memory, now), now)
        saying.review()
        saying.advise(self.memory.rests_until)
        self.memory.standing = saying.standing
        return saying.events


def _remember_changes(memory: Memory, state: State, now: float) -> None:
    """What has changed since the last minute rests from now on."""
    memory.open_since = (memory.open_since or now) if state.open else None
    dwell_s = 60 * state.plan.balance.dwell_min
    rests = {key: until for key, until in memory.rests_until.items() if until > now}
    for counter in state.counters.values():
        for service in memory.added.get(counter.id, ()):
            if service not in counter.added:
                rests["add", counter.id, service] = now + dwell_s
        memory.added[counter.id] = list(counter.added)
        if counter.open != memory.opened.get(counter.id, False):
            memory.changed_at[counter.id] = now
        memory.opened[counter.id] = counter.open
    for advice, key in memory.standing.items():
        if advice not in state.advice and not _followed(state, key):
            rests[_rest(key)] = now + dwell_s
    memory.rests_until = rests


def _followed(state: State, key: Key) -> bool:
    """Whether a counter that was to open or close did."""
    action, counter, _ = key
    return action in _STAFFING and state.counters[counter].open == (action == "open")


def _rest(key: Key) -> Key:
    """What rests once this advice was dismissed: to open, or to close, whichever counter."""
    return (key[0], "", "") if key[0] in _STAFFING else key


def _smooth(memory: Memory, state: State, outlook: Outlook, now: float) -> None:
    passed_min = None if memory.at is None else max(0.0, now - memory.at) / 60
    quick, slow = _part(passed_min, SMOOTH_MIN), _part(passed_min, CALM_MIN)
    for service in state.plan.service:
        clear_min = outlook.clear_min(service)
        for smoothed, part in ((memory.clear_min, quick), (memory.calm_min, slow)):
            before = smoothed.get(service, clear_min)
            smoothed[service] = before + part * (clear_min - before)
    memory.hall_min += quick * (outlook.hall_min() - memory.hall_min)
    memory.at = now


def _part(passed_min: float | None, smooth_min: float) -> float:
    return 1.0 if passed_min is None else 1 - exp(-passed_min / smooth_min)


class _Judge:
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
        line_min = self._memory.clear_min[service]
        if line_min <= HOTTER * own_min:
            return
        gain_min = self._outlook.help_min(service, counter)
        if gain_min >= LEAST_GAIN_MIN:
            reason = {
                **self._about(service),
                "own_min": round(own_min, 2),
                "hot_above_min": round(self._hot_min, 2),
                "hotter_than_own": HOTTER,
            }
            yield Wish("add", counter, service, gain_min, reason)

    def _to_take_back(self, counter: CounterState) -> Iterator[Wish]:
        calm, own = self._memory.calm_min, self._state.plan.counter[counter.id].services
        for service, since in counter.added.items():
            if self._now - since < self._dwell_s or service in own:
                continue
            own_min = max(map(calm.__getitem__, own))
            why = self._given_up(calm[service], own_min)
            if why:
                reason = {
                    **self._about(service),
                    "why": why,
                    "line_min": round(calm[service], 2),
                    "own_min": round(own_min, 2),
                    "quiet_below_min": round(self._quiet_min, 2),
                    "own_hotter_than": OWN_HOTTER,
                    "added_min": round((self._now - since) / 60, 2),
                }
                gain_min = self._outlook.return_min(service, counter.id)
                yield Wish("take_back", counter.id, service, gain_min, reason)

    def _given_up(self, line_min: float, own_min: float) -> str | None:
        if line_min < self._quiet_min:
            return "quiet"
        return "own_hotter" if own_min > OWN_HOTTER * line_min else None

    def _about(self, service: str) -> dict[str, Any]:
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
            gain_min = self._outlook.staff_min(services, 1)
            if service is not None and gain_min >= LEAST_GAIN_MIN:
                reason = {
                    **self._about(service),
                    "service": service,
                    "hall_min": round(self._memory.hall_min, 2),
                    "open_above_min": self._rules.open_above_min,
                    "signed_in": counter.clerk is not None,
                }
                yield Wish("open", counter.id, None, gain_min, reason)

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
            idle_min = (self._now - (counter.free_since or self._now)) / 60
            gain_min = self._outlook.staff_min(serving[counter_id], -1)
            if idle_min >= SETTLE_MIN and self._can_go(counter_id):
                reason = {
                    "hall_min": round(self._memory.hall_min, 2),
                    "close_below_min": self._rules.close_below_min,
                    "idle_min": round(idle_min, 2),
                    "load_then": round(load, 2),
                    "full_load": FULL_LOAD,
                }
                yield Wish("close", counter_id, None, gain_min, reason)

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

    def holds(self, advice: Advice) -> bool:
        """Whether the reason of an advice has not gone, allowing for some wavering."""
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


class _Saying:
    """The events of a minute, and the advice that stands after them."""

    def __init__(self, state: State, judge: _Judge, now: float) -> None:
        self._state = state
        self._judge = judge
        self._now = now
        self._automatic = state.plan.balance.automatic
        self._busy: set[str] = set()
        self.events: list[e.Event] = []
        self.standing: dict[str, Key] = {}

    def review(self) -> None:
        """What stands is closed if its reason has gone, or followed if that needs no click."""
        for advice in self._state.advice.values():
            if not self._judge.holds(advice):
                self.events.append(e.AdviceClosed(self._now, advice.id, "pointless", BY))
                continue
            self._busy |= {advice.counter, advice.service or ""}
            if not self._follow(advice.id, advice.action, advice):
                self.standing[advice.id] = _key(advice)

    def advise(self, rests_until: dict[Key, float]) -> None:
        """What should change is said, the best first."""
        if self._judge.over:
            return
        wishes = sorted(self._judge.moves(), key=lambda wish: (-wish.gain_min, _key(wish)))
        given = 0
        for wish in wishes:
            about = {wish.counter, wish.service or ""}
            if given < MOVES and _key(wish) not in rests_until and not about & self._busy:
                self._busy |= about
                given += 1
                self._give(wish)
        helped = {
            wish.service
            for wish in wishes
            if wish.action == "add" and _key(wish) not in rests_until
        }
        staffing = self._judge.staffing(helped)
        stands = any(action in _STAFFING for action, *_ in self.standing.values())
        if staffing is not None and not stands and _rest(_key(staffing)) not in rests_until:
            self._give(staffing)

    def _give(self, wish: Wish) -> None:
        # The sequence that the event will have in the journal: no other advice gets it.
        advice = f"advice-{self._state.version + len(self.events) + 1}"
        gain_min = round(wish.gain_min, 3) + 0.0  # never -0.0
        given = (advice, wish.action, wish.counter, wish.service, gain_min, wish.reason)
        self.events.append(e.AdviceGiven(self._now, *given))
        if not self._follow(advice, wish.action, wish):
            self.standing[advice] = _key(wish)

    def _follow(self, advice: str, action: str, what: Wish | Advice) -> bool:
        if not self._automatic or action not in _MOVES or what.service is None:
            return False
        kind = _MOVES[action]
        self.events.append(kind(self._now, what.counter, what.service, BY, what.reason))
        self.events.append(e.AdviceClosed(self._now, advice, "applied", BY))
        return True


def _key(what: Wish | Advice) -> Key:
    return what.action, what.counter, what.service or ""
