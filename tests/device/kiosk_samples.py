"""States, memories and a shell without a disk, for the tests of the kiosk."""

from __future__ import annotations

from collections import deque
from typing import Any
from zoneinfo import ZoneInfo

from device.events import LinkDown, LinkUp, Say, Tick
from device.kiosk_facts import (
    Ask,
    CardRead,
    Done,
    HubSpoke,
    Keep,
    KioskEffect,
    KioskEvent,
    Memory,
    NotDone,
    Note,
    PaperCame,
    Print,
    Record,
    TakenCame,
    Touched,
)
from device.kiosk_session import KioskSession
from device.moment import Moment
from wire.clock import rfc3339
from wire.messages import (
    GiveUp,
    IssuedRecord,
    KioskPicture,
    NumberBlock,
    PrintRecord,
    QueuePicture,
    State,
    Take,
    Taken,
    TakeNumber,
    Text,
    TicketClass,
    TicketName,
    Wait,
)

OUTBOX = "outbox-k"
HALL = Text(zh="市民大厅", en="Civic hall")
EPOCH_WALL = 1_772_416_800.0
"""2026-03-02, a Monday, 10:00 in Shanghai."""
HOURS = ["08:30-12:00, 13:30-17:00"] * 5 + ["", ""]


def wall(at_s: float) -> str:
    """The unit's own wall time, which knows no zone."""
    return rfc3339(EPOCH_WALL + at_s)


def told(at_s: float) -> str:
    """The hub's, in the hall's zone."""
    return rfc3339(EPOCH_WALL + at_s, ZoneInfo("Asia/Shanghai"))


def queue(service: str = "id-card", **fields: Any) -> QueuePicture:
    given: dict[str, Any] = {
        "name": Text(zh="居民身份证换领", en="Renewal of an ID card"),
        "prefix": "A",
        "waiting": 4,
        "counters": 2,
        "wait_s": Wait(p10=300.0, p50=420.0, p90=900.0),
    }
    return QueuePicture(service=service, **{**given, **fields})


def kiosk(**fields: Any) -> KioskPicture:
    given: dict[str, Any] = {
        "open": True,
        "queues": [queue(), queue("passport", prefix="B")],
        "classes": [TicketClass(id="elderly", name=Text(zh="老年人", en="Elderly"))],
        "block": NumberBlock(day="2026-03-02", prefix="K", first=1, last=50),
        "hours": HOURS,
    }
    return KioskPicture(**{**given, **fields})


def state(run: str, n: int, now: str, **fields: Any) -> State:
    given: dict[str, Any] = {
        "hall": HALL,
        "epoch": 1,
        "epoch_id": "epoch-1",
        "version": 1,
        "outbox": OUTBOX,
        "committed": 0,
        "lease_s": 0.0,
        "grants": [],
        "counter": None,
        "rating": [],
        "kiosk": kiosk(),
    }
    return State(run=run, n=n, now=now, **{**given, **fields})


class Hub:
    """What a hub would say to wishes: each id one number, and what was taken back none."""

    def __init__(self) -> None:
        self.answers: dict[str, Taken] = {}
        self.issued = 0
        self.refusal: str | None = None

    def take(self, wish: Take) -> Taken:
        if wish.id not in self.answers:
            self.answers[wish.id] = self._decide(wish)
        return self.answers[wish.id]

    def _decide(self, wish: Take) -> Taken:
        if isinstance(wish.request, GiveUp):
            self.void(wish.request.ticket)
            return Taken(id=wish.id, outcome="done", code=None, ticket=None)
        if self.refusal:
            return Taken(id=wish.id, outcome="refused", code=self.refusal, ticket=None)
        self.issued += 1
        name = TicketName(id=wish.id, number=f"A{self.issued:03d}", service=wish.request.service)
        url = f"http://hall/t/{wish.id}"
        return Taken(id=wish.id, outcome="done", code=None, ticket=name, ahead=4, url=url)

    def void(self, ticket: str) -> None:
        self.answers[ticket] = Taken(id=ticket, outcome="refused", code="given_up", ticket=None)

    def alive(self) -> set[str]:
        return {x.ticket.number for x in self.answers.values() if x.ticket}


class Shell:
    """Carries out effects as the loop does, with a disk that can fail and a hub that can be cut."""

    def __init__(self, memory: Memory | None = None, start_s: float = 0.0, **options: Any) -> None:
        self.now_s = start_s
        self.disk = memory or Memory()
        self.options = options
        self.records: list[Record] = []
        self.asked: list[Take] = []
        self.said: list[Say] = []
        self.effects: list[KioskEffect] = []
        self.printing: deque[Print] = deque()
        self.broken = False
        self.broken_outbox = False
        self.broken_memory = False
        self.full = False
        self.hub = Hub()
        self.fields: dict[str, Any] = {}
        """What every state says beside the usual."""
        self._ids = 0
        self.runs = 0
        self.start()

    # --- the run ---

    def start(self) -> None:
        """A run begins on what is on the disk."""
        self.runs += 1
        issued = [x.ticket for x in self.records if isinstance(x, IssuedRecord)]
        self.session = KioskSession(f"run-{self.runs}", self.disk, noted=issued, **self.options)
        self.printing.clear()
        self._carry_out(self.session.begin(self.at()))

    def at(self) -> Moment:
        return Moment(self.now_s, wall(self.now_s), synchronised=True)

    def tell(self, event: KioskEvent) -> None:
        self._carry_out(self.session.handle(event, self.at()))

    def _carry_out(self, effects: list[KioskEffect]) -> None:
        waiting = deque(effects)
        while waiting:
            effect = waiting.popleft()
            self.effects.append(effect)
            if isinstance(effect, Keep | Note):
                waiting.extend(self.session.handle(self._kept(effect), self.at()))
            elif isinstance(effect, Ask):
                self.asked.append(effect.take)
            elif isinstance(effect, Print):
                self.printing.append(effect)
            elif isinstance(effect, Say):
                self.said.append(effect)

    def _kept(self, effect: Keep | Note) -> Done | NotDone:
        part = self.broken_outbox if isinstance(effect, Note) else self.broken_memory
        if self.broken or part:
            return NotDone(effect, self.full)
        if isinstance(effect, Keep):
            self.disk = effect.memory
        else:
            self.records.append(effect.body)
        return Done(effect)

    # --- what happens ---

    def link(self) -> None:
        self.tell(LinkUp())
        self.hear()

    def cut(self) -> None:
        self.tell(LinkDown())

    def hear(self, **fields: Any) -> None:
        """A state comes, with all records committed unless `fields` says otherwise."""
        n = self.session.hearing.n
        given = {"committed": len(self.records), **self.fields, **fields}
        spoken = state(self.session.hearing.run, n, told(self.now_s), **given)
        issued = [n for n, x in enumerate(self.records, 1) if isinstance(x, IssuedRecord)]
        self.tell(HubSpoke(spoken, OUTBOX, max(issued, default=0)))

    def pass_time(self, seconds: float, *, heard: bool = True) -> None:
        """Time passes, with states while the hub is `heard`."""
        until_s, step_s = self.now_s + seconds, 0.5 if seconds < 15 else 5.0
        while self.now_s < until_s:
            self.now_s = min(until_s, self.now_s + step_s)
            self.tell(Tick())
            if heard:
                self.hear()

    def touch(self, target: str) -> None:
        self._ids += 2
        self.tell(Touched(target, (f"id-{self._ids - 1}", f"id-{self._ids}")))

    def card(self, number: str) -> None:
        self._ids += 2
        self.tell(CardRead(number, (f"id-{self._ids - 1}", f"id-{self._ids}")))

    def answer(self) -> None:
        """The hub answers what was asked last."""
        self.tell(TakenCame(self.hub.take(self.asked[-1])))

    def paper(self, code: str | None = None) -> None:
        self.tell(PaperCame(self.printing.popleft().attempt, code))

    # --- what came of it ---

    @property
    def stage(self) -> str:
        return self.session.stage.value

    @property
    def number(self) -> str | None:
        return self.session.given.ticket.number if self.session.given else None

    def papers(self) -> list[tuple[str, str, str | None]]:
        """Number, outcome and code of each word on paper."""
        found = (x for x in self.records if isinstance(x, PrintRecord))
        return [(x.number, x.outcome, x.code) for x in found]

    def issued(self) -> list[str]:
        return [x.number for x in self.records if isinstance(x, IssuedRecord)]


def service_asked(take: Take) -> str:
    assert isinstance(take.request, TakeNumber)
    return take.request.service
