"""A small hall for the tests of the hub, and a driver that commands its core."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hub.core import events as e
from hub.core.commands import AtCounter, Command, Decision, Issue, OnTicket
from hub.core.decide import decide
from hub.core.hall import Hall
from hub.core.passing import due
from hub.core.plan import Plan
from hub.core.state import CounterState
from hub.core.tickets import Ticket
from wire import messages as w
from wire.chain import NO_HASH, chain_hash

SHANGHAI = ZoneInfo("Asia/Shanghai")
PIN_HASH = "scrypt$2$1$1$00$00"
LEVELS = list(w.Level)


def text(word: str) -> dict[str, str]:
    return {"zh": word, "en": word}


def raw_plan(**sections: Any) -> dict[str, Any]:
    """Services a, b, c; c1 serves a and b, c2 only b, c3 all, c4 has no unit and serves a."""
    skills = {"c1": ["a", "b"], "c2": ["b"], "c3": ["a", "b", "c"], "c4": ["a"]}
    counters: list[dict[str, Any]] = [
        {"id": key, "number": key[1:], "services": services, "unit": f"unit-{key[1:]}"}
        for key, services in skills.items()
    ]
    del counters[3]["unit"]
    plan: dict[str, Any] = {
        "hall": {"id": "civic", "name": text("hall"), "time_zone": "Asia/Shanghai"},
        "hours": {"monday": "08:30-12:00, 13:30-17:00"},
        "services": [
            {"id": key, "name": text(key), "prefix": key.upper(), "mean_s": 100} for key in "abc"
        ],
        "counters": counters,
        "clerks": [
            {"id": name, "name": name.title(), "pin_hash": PIN_HASH}
            for name in ("wang", "li", "zhao", "chen")
        ],
    }
    return {**plan, **sections}


def make_plan(**sections: Any) -> Plan:
    return Plan.model_validate(raw_plan(**sections))


def wall(text_: str, zone: ZoneInfo = SHANGHAI) -> float:
    """Wall seconds of a local time like "2026-03-02 10:00"."""
    return datetime.fromisoformat(text_).replace(tzinfo=zone).timestamp()


MONDAY = "2026-03-02"
MORNING = wall(f"{MONDAY} 09:00")
"""A Monday on which the hall is open."""


class Driver:
    """A hall without a disk: commands are decided, their events applied and kept."""

    def __init__(self, plan: Plan | None = None, now: float = MORNING) -> None:
        self.hall = Hall()
        self.now = now
        self.events: list[e.Event] = []
        self._ids = 0
        content = (plan or make_plan()).model_dump(mode="json")
        self.apply(e.Configured(now, content), e.EpochStarted(now, 1, "epoch-1"))
        self.pass_time()

    def new_id(self, what: str) -> str:
        self._ids += 1
        return f"{what}-{self._ids}"

    def apply(self, *events: e.Event) -> None:
        for event in events:
            self.hall.apply(event)
            self.events.append(event)

    def pass_time(self, seconds: float = 0.0) -> list[e.Event]:
        """Let time pass and the time's own events happen; returns them."""
        self.now += seconds
        happened: list[e.Event] = []
        while events := due(self.hall, self.now):
            self.apply(*events)
            happened += events
        return happened

    def at(self, counter: str, request: w.Action, **fields: Any) -> Decision:
        """Command a counter as a program does, or as a person with `seen`."""
        given = {"seen": None, "pin_right": True, **fields}
        command = AtCounter(counter, request, call_id=self.new_id("call"), **given)
        decision = decide(self.hall, command, self.now)
        self.apply(*decision.events)
        return decision

    def press(self, counter: str, action: str, **fields: Any) -> Decision:
        return self.at(counter, request(action), **fields)

    def do(self, command: Command) -> Decision:
        """Any command, decided and applied."""
        decision = decide(self.hall, command, self.now)
        self.apply(*decision.events)
        return decision

    def issue(self, service: str, **fields: Any) -> Decision:
        return self.do(Issue(service, self.new_id("ticket"), "web", **fields))

    def wish(self, ticket: str, wish: Any) -> Decision:
        return self.do(OnTicket(ticket, wish, "operator"))

    def ticket(self, service: str, **fields: Any) -> Ticket:
        decision = self.issue(service, **fields)
        assert decision.ticket is not None, decision
        return self.hall.tickets[decision.ticket]

    def open(self, counter: str, clerk: str) -> None:
        self.at(counter, sign_in(clerk))
        assert self.press(counter, "open").outcome == "done"

    def counter(self, counter: str) -> CounterState:
        return self.hall.counters[counter]

    def serve(self, counter: str, service: str = "a") -> str:
        """One whole service; returns its call."""
        self.ticket(service)
        assert self.press(counter, "next").outcome == "done"
        assert self.press(counter, "done").outcome == "done"
        return str(self.counter(counter).last_call)


_ACTIONS: dict[str, w.Action] = {
    "sign_out": w.SignOut(action="sign_out"),
    "open": w.Open(action="open"),
    "close": w.Close(action="close"),
    "next": w.Next(action="next"),
    "recall": w.Recall(action="recall"),
    "no_show": w.NoShow(action="no_show"),
    "start": w.Start(action="start"),
    "done": w.Done(action="done"),
    "hold": w.Hold(action="hold"),
    "resume": w.Resume(action="resume"),
    "unpause": w.Unpause(action="unpause"),
    "undo": w.Undo(action="undo"),
    "pause": w.Pause(action="pause", reason="lunch"),
}


def request(action: str) -> w.Action:
    return _ACTIONS[action]


def pause(minutes: float | None) -> w.Pause:
    return w.Pause(action="pause", reason="lunch", minutes=minutes)


def transfer(service: str | None = None, counter: str | None = None) -> w.Transfer:
    return w.Transfer(action="transfer", service=service, counter=counter)


def sign_in(clerk: str, pin: str = "2468") -> w.SignIn:
    return w.SignIn(action="sign_in", clerk=clerk, pin=pin)


def rating(call: str, counter: str = "c1", **fields: Any) -> w.RatingRecord:
    given: dict[str, Any] = {
        "run": "run-1",
        "boot_ms": 5_000,
        "wall": "2026-03-02T09:00:00.000+08:00",
        "synchronised": True,
        "counter": counter,
        "call_id": call,
        "ticket": "ticket-1",
        "clerk": "wang",
        "level": w.Level.SATISFIED,
        "after_ms": 700,
    }
    return w.RatingRecord(**{**given, **fields})


def unrated(call: str, counter: str = "c1", **fields: Any) -> w.UnratedRecord:
    given = rating(call, counter, **fields).model_dump(exclude={"kind", "level", "after_ms"})
    return w.UnratedRecord(**given)


def record_of(
    body: w.RecordBody | str, sequence: int = 1, previous: str = NO_HASH, outbox: str = "outbox-1"
) -> w.Record:
    """A record as a unit sends it."""
    content = body if isinstance(body, str) else body.model_dump_json()
    hash_ = chain_hash(previous, content)
    return w.Record(outbox=outbox, sequence=sequence, previous=previous, hash=hash_, body=content)


def through_json(value: Any) -> Any:
    return json.loads(json.dumps(value))
