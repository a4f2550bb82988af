"""Simulated citizens and clerks.

Pure: they are given the picture and the time, and say what they do; `hub.demo.run` does it.

A clerk leaves a counter alone for a minute after anybody else has commanded it, so that a
person can take over any counter of the demonstration at any time.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

HANDS_OFF_S = 60.0
"""How long a counter is left to a person after their last command."""

KEY_PREFIX = "demo-"
"""Commands of simulated clerks carry ids that begin so."""

PATIENCE = 26
"""Citizens who see so many waiting for a service come back another day."""

OPENING_CROWD = {"residence": 9, "social": 5, "tax": 3, "marriage": 0}
"""Who stands at the door when the hall opens."""

ARRIVALS_PER_MIN = {"residence": 3.1, "social": 3.0, "tax": 1.9, "marriage": 0.4}
"""Residence gets somewhat more than its counters can serve, marriage hardly anybody."""

PRIORITY = {"": 88, "elderly": 9, "disabled": 3}
"""Which class a citizen belongs to how often; the empty one is nobody's in particular."""

SEVERAL = 0.06
"""So many have something else to do in the same visit."""

COMES_BACK = 0.6
"""So many of those who missed their call come back."""

HOLDS, TRANSFERS, PAUSES = 0.05, 0.04, 0.05
"""How often a clerk interrupts a service, sends somebody on, or leaves after a service."""

PAUSE_REASONS = ("短暂休息", "取送材料")

LEVELS = {"rating-5": 62, "rating-4": 22, "rating-3": 9, "rating-2": 4, "rating-1": 3}
"""Which rating key is pressed how often."""


@dataclass(frozen=True)
class TakeNumber:
    """A citizen takes a number."""

    service: str
    kind: str = ""
    further: tuple[str, ...] = ()


@dataclass(frozen=True)
class ComeBack:
    """A citizen who missed the call is back."""

    ticket: str


@dataclass(frozen=True)
class Press:
    """A clerk commands a counter."""

    counter: str
    action: dict[str, Any]
    seen: int


@dataclass(frozen=True)
class Rate:
    """A citizen presses a rating key at a counter's unit."""

    counter: str
    key: str


Act = TakeNumber | ComeBack | Press | Rate


@dataclass
class _Desk:
    """What a simulated clerk has in mind. Times are the hall's, in seconds."""

    clerk: str
    plan: tuple[str, str | None] = ("", None)
    at: float = 0.0
    served_before: int = 0
    left_to_person_until: float = 0.0
    last_command: str | None = None
    invitation: str | None = None
    rate_at: float | None = None


@dataclass
class People:
    """Everybody in the hall. `means` are the services' mean times in seconds."""

    rng: random.Random
    means: dict[str, float]
    clerks: dict[str, str]
    pin: str
    _next_arrival: dict[str, float] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)
    """The tickets that simulated citizens hold: with a visitor's, only the visitor comes back."""

    _missed: dict[str, float] = field(default_factory=dict)
    _desks: dict[str, _Desk] = field(default_factory=dict)
    _opened: bool = False

    def act(self, hall: dict[str, Any], now: float, real_now: float) -> list[Act]:
        """What the people do, seeing this picture of the hall.

        `now` is the hall's time, `real_now` the visitor's, both in monotonic seconds.
        """
        acts: list[Act] = [*self._arrive(hall, now), *self._return(now)]
        for counter in hall["counters"]:
            clerk = self.clerks[counter["id"]]
            desk = self._desks.setdefault(counter["id"], _Desk(clerk))
            if self._left_alone(desk, counter, real_now):
                continue
            acts += self._serve(desk, counter, now)
            acts += self._rate(desk, counter, now)
        return acts

    # --- citizens --------------------------------------------------------------------------

    def _arrive(self, hall: dict[str, Any], now: float) -> Iterator[Act]:
        if not self._opened:
            self._opened = True
            for service, crowd in OPENING_CROWD.items():
                yield from (self._number(service) for _ in range(crowd))
        for line in hall["services"]:
            service = line["id"]
            due = self._next_arrival.setdefault(service, now + self._gap(service))
            if now >= due:
                self._next_arrival[service] = now + self._gap(service)
                if line["waiting"] < PATIENCE:
                    yield self._number(service)

    def _number(self, service: str) -> TakeNumber:
        kind = self.rng.choices(list(PRIORITY), list(PRIORITY.values()))[0]
        others = [other for other in self.means if other != service]
        several = others and self.rng.random() < SEVERAL
        return TakeNumber(service, kind, (self.rng.choice(others),) if several else ())

    def _return(self, now: float) -> Iterator[Act]:
        for ticket in [ticket for ticket, at in self._missed.items() if now >= at]:
            del self._missed[ticket]
            yield ComeBack(ticket)

    def _gap(self, service: str) -> float:
        return self.rng.expovariate(ARRIVALS_PER_MIN[service] / 60)

    def _rate(self, desk: _Desk, counter: dict[str, Any], now: float) -> Iterator[Act]:
        invitation = counter["invitation"]
        if invitation is None:
            desk.rate_at = None
            return
        if invitation["number"] != desk.invitation:
            desk.invitation = invitation["number"]
            rates = self.rng.random() < 0.75
            desk.rate_at = now + self.rng.uniform(1.5, 6.0) if rates else None
        if desk.rate_at is not None and now >= desk.rate_at:
            desk.rate_at = None
            key = self.rng.choices(list(LEVELS), list(LEVELS.values()))[0]
            yield Rate(counter["id"], key)

    # --- clerks ----------------------------------------------------------------------------

    def _left_alone(self, desk: _Desk, counter: dict[str, Any], real_now: float) -> bool:
        last = counter["last_command"]
        if last is not None and last != desk.last_command:
            desk.last_command = last
            if not last.startswith(KEY_PREFIX):
                desk.left_to_person_until = real_now + HANDS_OFF_S
        return real_now < desk.left_to_person_until

    def _serve(self, desk: _Desk, counter: dict[str, Any], now: float) -> Iterator[Act]:
        ticket = counter["ticket"]
        plan = (str(counter["state"]), f"{ticket['id']} {ticket['recalls']}" if ticket else None)
        if plan != desk.plan:
            desk.plan, desk.at = plan, now + self._takes(counter)
        if now < desk.at:
            return
        action = self._action(desk, counter)
        if action is not None:
            desk.at = now + 4.0  # ask again if nothing comes of it
            missed = action["action"] == "no_show" and ticket["id"] in self.own
            if missed and self.rng.random() < COMES_BACK:
                self._missed[ticket["id"]] = now + self.rng.uniform(15.0, 60.0)
            yield Press(counter["id"], action, counter["version"])

    def _takes(self, counter: dict[str, Any]) -> float:
        """How long the clerk stays with what is at the counter now."""
        if counter["state"] == "closed":
            return self.rng.uniform(0.0, 1.5)
        if counter["state"] == "idle":
            return self.rng.uniform(0.5, 4.0)
        if counter["state"] == "called":
            return self.rng.uniform(3.0, 8.0)
        if counter["state"] == "paused":
            return self.rng.uniform(40.0, 75.0)  # a minute was announced: some are late
        return self.means[counter["ticket"]["service"]] * self.rng.lognormvariate(-0.15, 0.55)

    def _action(self, desk: _Desk, counter: dict[str, Any]) -> dict[str, Any] | None:
        state = counter["state"]
        if state == "closed":
            if counter["clerk"] is None:
                return {"action": "sign_in", "clerk": desk.clerk, "pin": self.pin}
            return {"action": "open"}
        if state == "paused":
            return {"action": "unpause"}
        if state == "idle":
            return self._between(desk, counter)
        if state == "called":
            return {"action": self._answer_to_call(counter)}
        return self._end(counter)

    def _between(self, desk: _Desk, counter: dict[str, Any]) -> dict[str, Any] | None:
        """What a clerk does who has nobody in hand."""
        served, desk.served_before = desk.served_before, counter["served_today"]
        if counter["on_hold"]:
            return {"action": "resume"}
        if served < counter["served_today"] and self.rng.random() < PAUSES:
            return {"action": "pause", "reason": self.rng.choice(PAUSE_REASONS), "minutes": 1}
        return {"action": "next"} if counter["waiting"] else None

    def _end(self, counter: dict[str, Any]) -> dict[str, Any]:
        """How a service ends, or does not end yet."""
        chance = self.rng.random()
        if chance < HOLDS and not counter["on_hold"]:
            return {"action": "hold"}
        others = [other for other in self.means if other != counter["ticket"]["service"]]
        if others and HOLDS <= chance < HOLDS + TRANSFERS:
            return {"action": "transfer", "service": self.rng.choice(others)}
        return {"action": "done"}

    def _answer_to_call(self, counter: dict[str, Any]) -> str:
        if counter["ticket"]["recalls"]:
            return "no_show" if self.rng.random() < 0.5 else "start"
        return "recall" if self.rng.random() < 0.1 else "start"
