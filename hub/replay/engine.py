"""A day of a trace run through the core that runs live, event by event, at full speed.

What the trace hides from a policy stays hidden: the core is told of a service's length when
it ends, of an absent citizen when nobody came to the call, of a pause when it begins.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from hub.core import events as e
from hub.core.commands import AtCounter, Command, Decision, Issue
from hub.core.decide import decide
from hub.core.dispatch import idle_counter
from hub.core.hall import Hall
from hub.core.passing import due
from hub.core.plan import Plan
from hub.core.rules import Dispatching
from hub.core.tickets import ORDINARY
from hub.replay.trace import Arrival, Trace
from wire import messages as w

OPENING = 376_200.0
"""The wall time of a replayed day's second 0: a Monday, 08:30 UTC."""

LONGEST_PAUSE_MIN = 480.0
"""A pause is announced for so long at most; a longer one is announced as this."""

MINUTE_S = 60.0

Skills = Literal["recorded", "primary", "all"]
"""Which services a window serves: as recorded, its primary one alone, or every one."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How a day is run. `credit_min` is what priority tickets are given, in minutes."""

    policy: str = Dispatching().policy
    mode: str = "pooled"
    credit_min: float = 10.0
    skills: Skills = "recorded"
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Served:
    """A call of a replayed day: who, where, from when to when; `came` is False for nobody."""

    arrival: Arrival
    window: int
    call_s: float
    end_s: float
    came: bool

    @property
    def wait_s(self) -> float:
        """From the number taken to the call."""
        return self.call_s - self.arrival.arrive_s


@dataclass(frozen=True, slots=True)
class Names:
    """What the numbers of a trace are called in the plan it runs under."""

    services: Mapping[int, str]
    counters: Mapping[int, str]
    kinds: Mapping[int, str]

    @classmethod
    def plain(cls, trace: Trace) -> Names:
        """s0, w0, p1: the numbers with a letter."""
        kinds = {a.priority: f"p{a.priority}" for a in trace.arrivals if a.priority}
        return cls(
            {service.id: f"s{service.id}" for service in trace.services},
            {window.id: f"w{window.id}" for window in trace.windows},
            kinds,
        )


class Watcher(Protocol):
    """Looks on while a day is replayed, and may make events happen once a minute."""

    def issued(self, hall: Hall, ticket: str, arrival: Arrival, now: float) -> None:
        """A number was taken, before anybody was called."""

    def minute(self, hall: Hall, now: float) -> Sequence[e.Event]:
        """A minute has passed; what is returned happens."""

    def happened(self, hall: Hall, event: e.Event) -> None:
        """An event was applied."""


def plan_of(trace: Trace, setting: Setting) -> Plan:
    """The hall of a trace as a plan: services s0…, counters w0…, one clerk each."""
    every = [service.id for service in trace.services]
    counters = []
    for window in trace.windows:
        skills = {"recorded": window.skills, "primary": (window.primary_service,), "all": every}
        serves = [f"s{n}" for n in skills[setting.skills]]
        also = [] if setting.skills == "all" else [f"s{n}" for n in window.skills]
        primary = f"s{window.primary_service}"
        serves.sort(key=lambda service: service != primary)
        counters.append(
            {
                "id": f"w{window.id}",
                "number": str(window.id + 1),
                "services": serves,
                "also": [service for service in also if service not in serves],
                "speed": window.planned_speed,
            }
        )
    priorities = sorted({a.priority for a in trace.arrivals if a.priority})
    return Plan.model_validate(
        {
            "hall": {
                "id": "replay",
                "name": _text(trace.meta.name or "replay"),
                "time_zone": "UTC",
                "day_starts": "04:00",
            },
            "hours": {"monday": "00:00-24:00", "tuesday": "00:00-24:00"},
            "dispatch": {"mode": setting.mode, "policy": setting.policy},
            "balance": {"automatic": setting.automatic},
            "priorities": [
                {"id": f"p{n}", "name": _text(f"p{n}"), "credit_min": setting.credit_min}
                for n in priorities
            ],
            "services": [
                {
                    "id": f"s{service.id}",
                    "name": _text(f"s{service.id}"),
                    "prefix": _prefix(place),
                    "mean_s": service.mean_s,
                    "cv": service.cv,
                    "target_s": service.target_s,
                }
                for place, service in enumerate(trace.services)
            ],
            "counters": counters,
            "clerks": clerks_of(trace),
        }
    )


def clerks_of(trace: Trace) -> list[dict[str, str]]:
    """A clerk for each window."""
    names = [clerk_of(window.id) for window in trace.windows]
    return [{"id": name, "name": name, "pin_hash": "scrypt$2$1$1$0$0"} for name in names]


def clerk_of(window: int) -> str:
    """The clerk who sits at a window for a replay."""
    return f"k{window}"


def _text(word: str) -> dict[str, str]:
    return {"zh": word, "en": word}


def _prefix(place: int) -> str:
    tens, ones = divmod(place, 26)
    return (chr(64 + tens) if tens else "") + chr(65 + ones)


class _Window:
    """A window of the trace: what it is doing, and the pauses that have come due meanwhile."""

    __slots__ = ("away_s", "busy", "counter", "number", "paused_until", "speed")

    def __init__(self, number: int, counter: str, speed: float) -> None:
        self.number = number
        self.counter = counter
        self.speed = speed
        self.busy = False
        self.away_s = 0.0
        self.paused_until = 0.0


class Replay:
    """One day, from the first number to the last citizen served."""

    def __init__(
        self,
        trace: Trace,
        setting: Setting,
        watchers: Sequence[Watcher] = (),
        own: tuple[Plan, Names] | None = None,
    ) -> None:
        """`own` is a hall's own plan for the trace, in place of what `plan_of` makes of it."""
        self.trace = trace
        plan, self.names = own or (plan_of(trace, setting), Names.plain(trace))
        self.hall = Hall()
        self.served: list[Served] = []
        self._watchers = watchers
        self._now = 0.0
        self._calls = 0
        self._order = 0
        self._agenda: list[tuple[float, int, Callable[..., None], tuple[object, ...]]] = []
        self._windows = {
            window.id: _Window(window.id, self.names.counters[window.id], window.true_speed)
            for window in trace.windows
        }
        self._by_counter = {window.counter: window for window in self._windows.values()}
        self._arrivals = {f"t{a.ticket}": a for a in trace.arrivals}
        self._waiting = len(trace.arrivals)
        self._begin(plan)

    def run(self) -> list[Served]:
        """Replay the day. Returns every call, in the order of the calls."""
        agenda = self._agenda
        while agenda:
            self._now, _, act, facts = heapq.heappop(agenda)
            act(*facts)
        return self.served

    @property
    def now(self) -> float:
        """The replayed wall time."""
        return OPENING + self._now

    def _begin(self, plan: Plan) -> None:
        self._happen(e.Configured(OPENING, plan.model_dump(mode="json")))
        self._happen(e.EpochStarted(OPENING, 1, "replay"))
        for event in due(self.hall, OPENING):
            self._happen(event)
        for window in self.trace.windows:
            clerk = w.SignIn(action="sign_in", clerk=clerk_of(window.id), pin="-")
            counter = self.names.counters[window.id]
            for request in (clerk, _OPEN):
                self._decide(AtCounter(counter, request, None, "-", pin_right=True))
        for pause in self.trace.pauses:
            self._at(pause.start_s, self._goes_away, self._windows[pause.window], pause.duration_s)
        for arrival in self.trace.arrivals:
            self._at(arrival.arrive_s, self._arrive, arrival)
        if self._watchers:
            self._at(MINUTE_S, self._minute)

    def _at(self, moment: float, act: Callable[..., None], *facts: object) -> None:
        self._order += 1
        heapq.heappush(self._agenda, (moment, self._order, act, facts))

    def _happen(self, event: e.Event) -> None:
        self.hall.apply(event)
        for watcher in self._watchers:
            watcher.happened(self.hall, event)

    def _decide(self, command: Command) -> Decision:
        decision = decide(self.hall, command, self.now)
        if decision.outcome == "refused":
            raise AssertionError(f"{command} was refused: {decision.code}, {decision.reason}")
        for event in decision.events:
            self._happen(event)
        return decision

    # --- what the trace brings ---------------------------------------------------------------

    def _arrive(self, arrival: Arrival) -> None:
        ticket = f"t{arrival.ticket}"
        kind = self.names.kinds.get(arrival.priority, ORDINARY)
        self._decide(Issue(self.names.services[arrival.service], ticket, "replay", kind))
        for watcher in self._watchers:
            watcher.issued(self.hall, ticket, arrival, self.now)
        idle = idle_counter(self.hall, self.hall.tickets[ticket])
        if idle is not None:
            self._ask(self._by_counter[idle])

    def _goes_away(self, window: _Window, duration_s: float) -> None:
        if window.busy:
            window.away_s += duration_s
        elif self.hall.counters[window.counter].paused is not None:
            window.paused_until += duration_s
        else:
            self._pause(window, duration_s)

    def _pause(self, window: _Window, duration_s: float) -> None:
        minutes = min(duration_s / MINUTE_S, LONGEST_PAUSE_MIN)
        request = w.Pause(action="pause", reason="", minutes=max(minutes, 1e-6))
        self._decide(AtCounter(window.counter, request, None, "-"))
        window.paused_until = self._now + duration_s
        self._at(window.paused_until, self._comes_back, window)

    def _comes_back(self, window: _Window) -> None:
        if window.paused_until > self._now:
            self._at(window.paused_until, self._comes_back, window)
            return
        self._decide(AtCounter(window.counter, _UNPAUSE, None, "-"))
        self._ask(window)

    def _ask(self, window: _Window) -> None:
        """A free window asks for the next ticket."""
        self._calls += 1
        decision = self._decide(AtCounter(window.counter, _NEXT, None, f"c{self._calls}"))
        if decision.ticket is None:
            return
        arrival = self._arrivals[decision.ticket]
        wait_s = self._now - arrival.arrive_s
        came = not arrival.no_show and wait_s <= arrival.patience_s
        lasts_s = arrival.service_draw_s * window.speed
        end_s = self._now + (lasts_s if came else self.trace.meta.call_timeout_s)
        self.served.append(Served(arrival, window.number, self._now, end_s, came))
        self._waiting -= 1
        window.busy = True
        self._at(end_s, self._ends, window, _DONE if came else _NO_SHOW)

    def _ends(self, window: _Window, how: w.Done | w.NoShow) -> None:
        window.busy = False
        self._decide(AtCounter(window.counter, how, None, "-"))
        if window.away_s:
            away_s, window.away_s = window.away_s, 0.0
            self._pause(window, away_s)
        else:
            self._ask(window)

    def _minute(self) -> None:
        for watcher in self._watchers:
            for event in watcher.minute(self.hall, self.now):
                self._happen(event)
        self._idle_ask()
        if self._waiting or any(window.busy for window in self._windows.values()):
            self._at(self._now + MINUTE_S, self._minute)

    def _idle_ask(self) -> None:
        """A window that was given a service may have somebody to call now."""
        for window in self._windows.values():
            state = self.hall.counters[window.counter]
            if state.on_duty and state.ticket is None and state.added:
                self._ask(window)


_OPEN = w.Open(action="open")
_UNPAUSE = w.Unpause(action="unpause")
_NEXT = w.Next(action="next")
_DONE = w.Done(action="done")
_NO_SHOW = w.NoShow(action="no_show")
