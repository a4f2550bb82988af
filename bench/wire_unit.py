"""A unit's end of the wire without screen, keys and outbox file: for load and for clerks.

It speaks the same messages through the same link as a real unit, and keeps what it was sent.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

from device.pacing import WINDOW, Pace
from wire import messages as w
from wire import topics
from wire.clock import RealClock, rfc3339
from wire.errors import WireError
from wire.ids import new_id
from wire.link import BrokerAddress, Connected, Delivery, Link, LinkEvent

RENEW_S = 2.0
PATIENCE_S = 90.0
_CLOCK = RealClock()


def seen_in(state: w.State) -> int:
    """The version of the counter's picture in a state: what a press has seen."""
    return state.counter.version if state.counter else 0


@dataclass
class WireUnit:
    """One simulated unit. `through` and `head` describe the outbox that it claims to have."""

    broker: BrokerAddress
    unit: str
    counter: str
    hall: str = "test"
    run: str = field(default_factory=new_id)
    outbox: str = field(default_factory=new_id)
    through: int = 0
    head: str = "0" * 64
    state: w.State | None = None
    states: int = 0
    state_at: float = 0.0
    receipted: int = 0

    def __post_init__(self) -> None:
        """Prepare the link; `start` connects it."""
        self._n = 0
        self._lock = threading.Lock()
        self._answers: dict[str, w.Answer] = {}
        self._raw: dict[str, bytes] = {}
        self._news = threading.Condition(self._lock)
        own = topics.STATE.of(self.hall, self.unit).rsplit("/", 1)[0]
        status = w.Status(run=self.run, online=False)
        self._link = Link(
            self.broker,
            f"{self.unit}-{self.run}",
            self._event,
            subscriptions=[f"{own}/state", f"{own}/answer", f"{own}/receipt"],
            will=topics.publication(topics.STATUS, status, self.hall, self.unit),
        )
        self._stopped = threading.Event()
        self._renewing = threading.Thread(target=self._renew_often, daemon=True)

    def start(self) -> WireUnit:
        """Connect and keep renewing."""
        self._link.start()
        self._renewing.start()
        return self

    def stop(self) -> None:
        """Disconnect."""
        self._stopped.set()
        self._renewing.join()
        self._link.stop()

    def wait_state(self, after: int = 0, within_s: float = PATIENCE_S) -> w.State:
        """Wait until more than `after` states have come. Raises TimeoutError."""
        with self._news:
            if not self._news.wait_for(lambda: self.states > after, within_s):
                raise TimeoutError(f"{self.unit} got no state")
            if self.state is None:
                raise TimeoutError(f"{self.unit} has no state")
            return self.state

    def command(
        self, request: w.Action, command_id: str | None = None, seen: int | None = None
    ) -> w.Answer:
        """Send a command and wait for its answer. Raises TimeoutError."""
        command_id = command_id or new_id()
        state = self.wait_state()
        seen = seen_in(state) if seen is None else seen
        message = w.Command(
            id=command_id, run=self.run, n=state.n, counter=self.counter, seen=seen, request=request
        )
        with self._news:
            self._answers.pop(command_id, None)
        self.publish(topics.COMMAND, message)
        answer = self.wait_answer(command_id)
        with self._news:
            if answer.state is not None:
                self._take_version(answer.state)
            elif answer.outcome == "done":  # a clerk sees the new picture before going on
                self._news.wait_for(lambda: self.state and seen_in(self.state) > seen, PATIENCE_S)
        return answer

    def wait_answer(self, command_id: str) -> w.Answer:
        """Wait for the answer to a command. Raises TimeoutError."""
        with self._news:
            if not self._news.wait_for(lambda: command_id in self._answers, PATIENCE_S):
                raise TimeoutError(f"{self.unit} got no answer to {command_id}")
            return self._answers[command_id]

    def raw_answer(self, command_id: str) -> bytes:
        """The bytes of the last answer to a command."""
        with self._news:
            return self._raw[command_id]

    def record(self, record: w.Record) -> None:
        """Publish a record."""
        self.publish(topics.RECORD, record)

    def send_all(self, records: list[w.Record], window: int = WINDOW) -> None:
        """Publish an outbox's records as a unit does, until the last one is receipted.

        At most `window` are out without a receipt.
        Raises TimeoutError if no receipt comes for a long time.
        """
        pace, last = Pace(window=window), len(records)
        moved = time.monotonic()
        while self.receipted < last:
            now = time.monotonic()
            if self.receipted > (pace.committed or 0):
                moved = now
            elif now > moved + PATIENCE_S:
                raise TimeoutError(f"{self.unit}: receipt {self.receipted} of {last}")
            pace.heard(self.receipted, now)
            after, many = pace.due(1, last, now)
            for record in records[after : after + max(0, many)]:
                self.record(record)
                pace.sent(record.sequence)
            self._wait_receipt_or(pace.deadline_s, pace.committed or 0)

    def _wait_receipt_or(self, deadline_s: float | None, heard: int) -> None:
        """Wait until there is a receipt beyond what was heard, or until the deadline."""
        within_s = max(0.0, (deadline_s or 0.0) - time.monotonic())
        with self._news:
            self._news.wait_for(lambda: self.receipted > heard, within_s)

    def wait_receipt(self, through: int, within_s: float = PATIENCE_S) -> None:
        """Wait until records up to `through` are receipted. Raises TimeoutError."""
        with self._news:
            if not self._news.wait_for(lambda: self.receipted >= through, within_s):
                raise TimeoutError(f"{self.unit}: receipt {self.receipted} of {through}")

    def publish(self, topic: topics.Topic, message: w.Message) -> bool:
        """Publish any message of this unit."""
        return self._link.publish(topics.publication(topic, message, self.hall, self.unit))

    def renew(self) -> int:
        """Publish a renew and return its n."""
        return self._say(topics.RENEW)

    # --- inside ----------------------------------------------------------------------------

    def _say(self, topic: topics.Topic) -> int:
        with self._lock:
            self._n += 1
            n, state = self._n, self.state
        common = {
            "run": self.run,
            "n": n,
            "epoch": state.epoch if state else 0,
            "version": state.version if state else 0,
            "through": self.through,
            "boot_ms": int(_CLOCK.monotonic() * 1000),
            "wall": rfc3339(_CLOCK.now()),
            "synchronised": True,
        }
        if topic is topics.RENEW:
            self.publish(topic, w.Renew.model_validate(common))
            return n
        hello = {
            **common,
            "role": w.Role.COUNTER,
            "counter": self.counter,
            "outbox": self.outbox,
            "head": self.head,
            "receipted": self.receipted,
            "oldest": 1 if self.through else 0,
            "epoch_id": state.epoch_id if state else None,
            "software": "bench",
        }
        self.publish(topic, w.Hello.model_validate(hello))
        return n

    def _renew_often(self) -> None:
        while not self._stopped.wait(RENEW_S):
            unheard = time.monotonic() - self.state_at > 3 * RENEW_S
            self._say(topics.HELLO if unheard else topics.RENEW)

    def _event(self, event: LinkEvent) -> None:
        if isinstance(event, Connected):
            status = w.Status(run=self.run, online=True)
            self.publish(topics.STATUS, status)
            self._say(topics.HELLO)
        elif isinstance(event, Delivery):
            with suppress(WireError):  # whoever publishes nonsense to a unit gets no hold of it
                topic, _ = topics.locate(event.topic, self.hall, topics.Direction.DOWN)
                self._take(topics.unpack(topic, event.payload), event.payload)

    def _take(self, message: w.Message, payload: bytes) -> None:
        acts_anew = False
        with self._news:
            if isinstance(message, w.State):
                if message.run == self.run and self._newer(message):
                    acts_anew = self._acts_on() != (message.epoch, message.version)
                    self.state = message
                    self.state_at = time.monotonic()
                    self.states += 1
            elif isinstance(message, w.Answer):
                self._answers[message.id] = message
                self._raw[message.id] = payload
            elif isinstance(message, w.Receipt) and message.outbox == self.outbox:
                self.receipted = max(self.receipted, message.through)
            self._news.notify_all()
        if acts_anew:  # the hub waits for this word when it asks for a ticket back
            self._say(topics.RENEW)

    def _acts_on(self) -> tuple[int, int] | None:
        return (self.state.epoch, self.state.version) if self.state else None

    def _newer(self, state: w.State) -> bool:
        before = self.state
        return before is None or (state.epoch, state.version) >= (before.epoch, before.version)

    def _take_version(self, picture: w.CounterPicture) -> None:
        if self.state is not None and picture.version > seen_in(self.state):
            self.state = self.state.model_copy(update={"counter": picture})
