"""A scripted hub for one unit, on a real broker: just enough to lead a counter through a call."""

from __future__ import annotations

import queue
import threading

from tests.device import samples
from wire.link import BrokerAddress, Connected, Delivery, Link, LinkEvent
from wire.messages import (
    Answer,
    Command,
    CounterPicture,
    CounterState,
    Hello,
    Message,
    Receipt,
    Record,
    Renew,
    State,
)
from wire.topics import (
    ANSWER,
    COMMAND,
    HELLO,
    RECEIPT,
    RECORD,
    RENEW,
    STATE,
    STATUS,
    Direction,
    Topic,
    locate,
    publication,
    unpack,
)

HALL = "main"
INVITE_S = 20.0


class FakeHub:
    """Answers hello, renew, command and record; keeps what it was told."""

    def __init__(self, broker: BrokerAddress, unit: str) -> None:
        self._unit = unit
        self._inbox: queue.SimpleQueue[LinkEvent | None] = queue.SimpleQueue()
        subscribed = [t.filter(HALL) for t in (STATUS, HELLO, RENEW, COMMAND, RECORD)]
        self._link = Link(broker, "fake-hub", self._inbox.put, subscriptions=subscribed)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._version = 1
        self._calls = 0
        self._last: Renew | None = None
        self.up = threading.Event()
        self.picture: CounterPicture = samples.picture()
        self.hellos: list[Hello] = []
        self.commands: list[Command] = []
        self.records: dict[int, Record] = {}
        self.problems: list[str] = []
        self.statuses: list[Message] = []

    def __enter__(self) -> FakeHub:
        self._thread.start()
        self._link.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._inbox.put(None)
        self._thread.join(timeout=5)
        self._link.stop()

    def _serve(self) -> None:
        while (event := self._inbox.get()) is not None:
            if isinstance(event, Connected):
                self.up.set()
            elif isinstance(event, Delivery):
                topic, _ = locate(event.topic, HALL, Direction.UP)
                self._take(unpack(topic, event.payload))

    def _take(self, message: Message) -> None:
        match message:
            case Hello():
                self.hellos.append(message)
                self._answer_beat(message)
            case Renew():
                self._answer_beat(message)
            case Command():
                self._command(message)
            case Record():
                self.records[message.sequence] = message
                through = 0
                while through + 1 in self.records:
                    through += 1
                self._send(RECEIPT, Receipt(outbox=message.outbox, through=through))
            case _:
                self.statuses.append(message)

    def _answer_beat(self, beat: Renew) -> None:
        self._last = beat
        self._send(STATE, self._state(beat))

    def _state(self, beat: Renew) -> State:
        return samples.state(
            self.picture,
            version=self._version,
            n=beat.n,
            run=beat.run,
            outbox=self.hellos[-1].outbox,
            committed=max(self.records, default=0),
        )

    def _command(self, command: Command) -> None:
        self.commands.append(command)
        if command.seen != self._version:
            self._reply(command, "stale")
            return
        self._version += 1
        if command.request.action == "next":
            self._calls += 1
            call_id = f"call-{self._calls}"
            self.picture = samples.picture(CounterState.CALLED, self._version, call_id)
        elif command.request.action == "done":
            asked = samples.invitation(f"call-{self._calls}", length_s=INVITE_S)
            self.picture = samples.picture(version=self._version, asked=asked)
        self._reply(command, None)
        if self._last:
            self._send(STATE, self._state(self._last))

    def _reply(self, command: Command, code: str | None) -> None:
        answer = Answer(
            id=command.id,
            outcome="refused" if code else "done",
            code=code,
            ticket=None,
            reason=None,
            counter=command.counter,
            state=None,
        )
        self._send(ANSWER, answer)

    def _send(self, topic: Topic, message: Message) -> None:
        self._link.publish(publication(topic, message, HALL, self._unit))
