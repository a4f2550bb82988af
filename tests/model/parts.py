"""The parts of a hall in a model of the network: the very code that runs, on a clock of its own.

The hub is the transaction, the rounds and the core on a journal in memory; a unit is its
session and uplink on a real outbox. Between them lies a network that loses, delays, repeats
and reorders as far as MQTT does: what one topic carries of one unit stays in order, but for
what is delivered again.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from device.deciding import Remembered
from device.events import (
    AnswerCame,
    Event,
    Heard,
    Kept,
    LinkDown,
    LinkUp,
    Say,
    Send,
    StaffKey,
    StaffPressed,
    StateCame,
    Tell,
    Tick,
    Write,
)
from device.moment import Moment
from device.outbox import open_outbox
from device.session import Session
from device.uplink import Identity, Uplink
from hub.core import events as e
from hub.core.commands import Command
from hub.core.hall import Hall
from hub.core.passing import due
from hub.core.plan import Plan
from hub.core.presence import LOST_AFTER_S, Presence
from hub.core.records import Heads
from hub.journal.store import Batch, Journal, Quarantined, StoredAnswer, StoredRecord
from hub.rounds import Rounds, Work
from hub.transaction import Books, Transaction
from wire import messages as w
from wire import topics
from wire.clock import rfc3339
from wire.topics import Publication

HALL = "civic"


class MemoryJournal:
    """A journal that keeps what is committed, and nothing else, through a crash."""

    def __init__(self) -> None:
        self.events: list[e.Event] = []
        self.answers: dict[str, StoredAnswer] = {}
        self.records: dict[tuple[str, str, int], StoredRecord] = {}
        self.quarantine: list[Quarantined] = []
        self._sizes: list[tuple[int, ...]] = []

    def put_back(self, commits: int) -> None:
        """Forget the last commits, as with a backup from before; the first one stays."""
        del self._sizes[max(1, len(self._sizes) - commits) :]
        events, answers, records, quarantine = self._sizes[-1]
        del self.events[events:], self.quarantine[quarantine:]
        self.answers = dict(islice(self.answers.items(), answers))
        self.records = dict(islice(self.records.items(), records))

    def commit(self, batch: Batch) -> None:
        """Keep a batch, all of it."""
        self.events += batch.events
        self.answers |= batch.answers
        self.records |= batch.records
        self.quarantine += batch.quarantine
        if not batch.empty():
            kept = (self.events, self.answers, self.records, self.quarantine)
            self._sizes.append(tuple(map(len, kept)))

    def answer(self, key: str) -> StoredAnswer | None:
        return self.answers.get(key)

    def record(self, unit: str, outbox: str, sequence: int) -> StoredRecord | None:
        return self.records.get((unit, outbox, sequence))

    def record_hash(self, unit: str, outbox: str, sequence: int) -> str | None:
        found = self.record(unit, outbox, sequence)
        return found.hash if found else None

    def is_set_aside(self, unit: str, outbox: str, sequence: int) -> bool:
        return any(
            (q.unit, q.outbox, q.sequence) == (unit, outbox, sequence)
            and q.code not in {"fork", "broken_chain"}
            for q in self.quarantine
        )

    def has_quarantined(self, unit: str, outbox: str, sequence: int, detail: str) -> bool:
        keys = ((q.unit, q.outbox, q.sequence, q.detail) for q in self.quarantine)
        return (unit, outbox, sequence, detail) in keys

    def quarantine_count(self, unit: str) -> int:
        return sum(q.unit == unit for q in self.quarantine)

    def heads(self) -> Heads:
        """How far each outbox is stored."""
        heads = Heads()
        for unit, outbox, sequence in sorted(self.records):
            stored = self.records[unit, outbox, sequence]
            heads.of(unit, outbox).add(sequence, stored.previous, stored.hash)
        return heads


@dataclass
class Doing:
    """Work that hands on what came of it."""

    act: Callable[[Transaction], Any]
    result: Any = None
    error: Exception | None = None

    def run(self, transaction: Transaction) -> None:
        self.result = self.act(transaction)

    def committed(self) -> None:
        """It is durable."""

    def failed(self, error: Exception) -> None:
        self.error = error


class HubModel:
    """The hub between its crashes."""

    def __init__(self, plan: Plan, clock: Clock, send: Callable[[str, w.Message], None]) -> None:
        self.journal = MemoryJournal()
        self.up = False
        self._plan = plan
        self._clock = clock
        self._send = send
        self._ids = Counter[str]()
        self.start()

    def start(self, *, restored: bool = False) -> None:
        """Read the journal, begin an epoch; `restored`: whoever starts it has put a backup back."""
        hall = Hall()
        for event in self.journal.events:
            hall.apply(event)
        journal = cast("Journal", self.journal)
        presence = Presence(self._clock.now)
        heads = self.journal.heads()
        for lost in hall.lost:
            heads.of(lost.unit, lost.outbox).skip(lost.through)
        self.books = Books(journal, hall, heads, presence, self.new_id)
        self.rounds = Rounds(1.0)
        transaction = self._transaction()
        if not hall.configured:
            content = self._plan.model_dump(mode="json")
            transaction.happen([e.Configured(transaction.now, content)])
        transaction.start_epoch(restored=restored)
        transaction.happen(due(hall, transaction.now))
        self.journal.commit(transaction.batch)
        self.rounds.begin({g.unit for g in hall.grants.values()}, transaction.monotonic)
        self.rounds.reached(transaction.monotonic)
        self._checked = self._clock.now + LOST_AFTER_S
        self.up = True

    def crash(self) -> None:
        """All that is not committed is gone."""
        self.up = False

    @property
    def hall(self) -> Hall:
        """The state."""
        return self.books.hall

    def new_id(self) -> str:
        self._ids["id"] += 1
        return f"h-{self._ids['id']}"

    def _transaction(self) -> Transaction:
        return Transaction(self.books, WALL_S + self._clock.now, self._clock.now)

    def do(self, *acts: Callable[[Transaction], Any]) -> list[Doing]:
        """One round with this work; nothing if the hub is down."""
        doing = [Doing(act) for act in acts]
        if not self.up:
            return doing
        transaction = self._transaction()
        transaction.happen(due(self.hall, transaction.now))
        if transaction.monotonic >= self._checked:
            transaction.missed_units()
            self._checked = transaction.monotonic + 1.0
        self.rounds.run(transaction, cast("list[Work]", list(doing)))
        self.journal.commit(transaction.batch)
        for out in [*transaction.answers(), *transaction.outbound()]:
            if out.unit:
                self._send(out.unit, out.message)
        self.rounds.kept()
        for each in doing:
            if each.error is not None:
                raise each.error
        return doing

    def command(self, key: str, command: Command) -> None:
        """Somebody at a page wants something."""
        self.do(lambda transaction: transaction.command(key, command))

    def take(self, unit: str, message: w.Message) -> None:
        """A message of a unit has arrived."""
        self.do(lambda transaction: _act(transaction, unit, message))


def _act(transaction: Transaction, unit: str, message: w.Message) -> None:
    match message:
        case w.Record():
            transaction.record(unit, message)
        case w.Hello():
            transaction.hello(unit, message)
        case w.Renew():
            transaction.renew(unit, message)
        case w.Command():
            transaction.unit_command(unit, message, pin_right=True)
        case w.Status():
            transaction.status(unit, message)


WALL_S = 1_772_413_200.0
"""A Monday morning."""


@dataclass
class Clock:
    """The time, in seconds since the model began, plus a day: nothing is negative."""

    now: float = 86_400.0


# --- a unit ----------------------------------------------------------------------------------


@dataclass
class UnitModel:
    """One machine at a counter: its outbox outlives its runs. `rate` is how fast its clock goes."""

    unit: str
    counter: str
    folder: Path
    clock: Clock
    send: Callable[[str, str, w.Message], None]
    rate: float = 1.0
    board: str = "board"
    run: str = ""
    session: Session | None = None
    linked: bool = False
    remembered: w.State | None = None
    written: list[tuple[str, int, Any]] = field(default_factory=list)
    told: list[w.Call] = field(default_factory=list)
    watch: Callable[[UnitModel, Any], None] = lambda _unit, _body: None
    _ids: Counter[str] = field(default_factory=Counter)
    _boots: int = 0

    def start(self) -> None:
        """The program starts."""
        self._boots += 1
        self.run = f"{self.board}-run-{self._boots}"
        self.outbox = open_outbox(self.folder, self._new_outbox_id)
        identity = Identity(HALL, self.unit, self.run, self.counter, "model", w.Role.COUNTER)
        self.uplink = Uplink(SimpleNamespace(publish=self._publish), self.outbox, identity)
        remembered = Remembered(self.remembered, self._boot_s()) if self.remembered else None
        self.session = Session(self.run, self.counter, self.outbox.last_calls(200), 1.0, remembered)

    def _new_outbox_id(self) -> str:
        self._ids["box"] += 1
        return f"{self.unit}-{self.board}-{self._ids['box']}"

    def stop(self) -> None:
        """The power is cut."""
        if self.session is not None:
            self.remembered = self.session.state or self.remembered
            self.outbox.close()
        self.session, self.linked = None, False

    @property
    def on(self) -> bool:
        """Whether the program runs."""
        return self.session is not None

    def _boot_s(self) -> float:
        return self.clock.now * self.rate

    def _at(self) -> Moment:
        wall = rfc3339(WALL_S + self.clock.now)
        return Moment(self._boot_s(), wall, False)

    def _publish(self, publication: Publication) -> bool:
        if self.linked:
            topic, unit = topics.locate(publication.topic, HALL, topics.Direction.UP)
            self.send(unit, topic.name, topics.unpack(topic, publication.payload))
        return self.linked

    # --- what happens to it ---

    def connect(self) -> None:
        if self.on and not self.linked:
            self.linked = True
            self.uplink.connected()
            self.happen(LinkUp())

    def start_and_connect(self) -> None:
        """On, and in the network, whatever it was."""
        if not self.on:
            self.start()
        self.connect()

    def cut(self) -> None:
        if self.linked:
            self.linked = False
            self.uplink.lost()
            self.happen(LinkDown())

    def hear(self, message: w.Message) -> None:
        """Something from the hub arrives."""
        if not self.linked:
            return  # a clean session: what was for it is gone
        match message:
            case w.State():
                self.happen(StateCame(message))
            case w.Answer():
                self.happen(AnswerCame(message))
            case w.Receipt():
                self.uplink.receipt(message, self._boot_s())

    def press(self, key: StaffKey) -> None:
        self._ids["press"] += 1
        self.happen(StaffPressed(key, f"{self.run}-k{self._ids['press']}"))

    def happen(self, event: Event) -> None:
        """What the loop of a unit does with an event, `device.unit` in short."""
        if self.session is None:
            return
        events, at = deque([event]), self._at()
        while events:
            for effect in self.session.handle(events.popleft(), at):
                match effect:
                    case Write(body):
                        events.append(self._write(body))
                    case Say(beat):
                        self.uplink.say(beat, at)
                    case Send(command):
                        self.uplink.command(command)
                    case Heard(epoch, outbox, committed):
                        self.uplink.heard(epoch, outbox, committed, at.boot_s)
                    case Tell(call):
                        self.told.append(call)
        self.uplink.pump(at.boot_s)

    def _write(self, body: Any) -> Kept:
        record = self.outbox.append(body.model_dump_json(), WALL_S + self.clock.now)
        self.written.append((record.outbox, record.sequence, body))
        self.watch(self, body)
        return Kept(body, record.sequence)

    def tick(self) -> None:
        """Its time has come, if it has."""
        self.happen(Tick())

    @property
    def deadline(self) -> float | None:
        """When it wants a tick, on the model's clock."""
        if self.session is None:
            return None
        wanted = [t for t in (self.session.deadline_s, self.uplink.deadline_s) if t is not None]
        return min(wanted) / self.rate if wanted else None


# --- the network ------------------------------------------------------------------------------


@dataclass
class Network:
    """What is on its way, in both directions: one queue for each unit, run and topic."""

    up: dict[tuple[str, str], deque[w.Message]] = field(default_factory=lambda: defaultdict(deque))
    down: dict[tuple[str, str], deque[w.Message]] = field(
        default_factory=lambda: defaultdict(deque)
    )

    def sent_up(self, unit: str, topic: str, message: w.Message) -> None:
        self.up[unit, topic].append(message)

    def sent_down(self, unit: str, message: w.Message) -> None:
        self.down[unit, type(message).__name__].append(message)

    def ways(self) -> list[tuple[str, tuple[str, str]]]:
        """The queues in which something waits."""
        found = [("up", key) for key, queue in self.up.items() if queue]
        return found + [("down", key) for key, queue in self.down.items() if queue]

    def lose(self, unit: str) -> None:
        """The broker forgets what was for a unit, or from it."""
        for queues in (self.up, self.down):
            for key in queues:
                if key[0] == unit:
                    queues[key].clear()
