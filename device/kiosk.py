"""The kiosk's loop: one thread owns what the kiosk knows, everything else fills its inbox.

It sleeps until an event comes or the next deadline does, and it alone feeds the watchdog. It
carries out the session's effects in order: what has to be on disk is there before the next.
"""

from __future__ import annotations

import json
import logging
import queue
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from device.drivers.ports import CitizenCard, Health, Slip, UnknownCard
from device.events import Anomaly, Heard, LinkDown, LinkUp, Remark, Say, Tick
from device.inbox import Inbound, Stop, Touch, Watchdog
from device.kiosk_facts import (
    Ask,
    CardRead,
    Done,
    Given,
    HealthCame,
    HubSpoke,
    Keep,
    KioskEffect,
    KioskEvent,
    Look,
    Memory,
    NotDone,
    Note,
    PaperCame,
    Print,
    TakenCame,
    Touched,
)
from device.kiosk_presenter import KioskPresenter
from device.kiosk_session import KioskSession
from device.kiosk_store import MemoryNotKept
from device.moment import Moment
from device.outbox import Outbox, RecordNotKept
from device.slip import TicketText, slip_of
from device.timekeeping import read_moment
from device.trace import Trace
from device.ui.kiosk_views import KioskView
from device.ui.viewmodel import Bilingual, LanguageOrder
from device.uplink import Identity, Uplink
from wire.clock import Clock
from wire.errors import HardwareError, StorageError, WireError
from wire.link import Connected, Delivery, Disconnected
from wire.messages import Receipt, Record, State, Taken
from wire.sdnotify import Notifier
from wire.topics import Direction, locate, unpack

log = logging.getLogger(__name__)

NOTED: Final = 20
"""So many of the last records are looked at after a crash."""


class Screen(Protocol):
    """What the loop needs of a `device.ui.window.Window`."""

    @property
    def attend_s(self) -> float | None:
        """How often `attend` wants to be called, in real seconds; None if never."""

    def attend(self) -> bool:
        """Hear what the display says; whether somebody closed it."""

    def touches(self) -> list[str]:
        """What was touched since the last call."""

    def touch(self, place: tuple[int, int] | None) -> None:
        """A finger has come down at this pixel."""

    def show(self, view: KioskView) -> bool:
        """Show a view; whether anything had to be drawn."""


class Store(Protocol):
    """What the loop needs of a `device.kiosk_store.KioskStore`."""

    def save(self, memory: Memory) -> None:
        """Keep this. Raises MemoryNotKept."""


class Printer(Protocol):
    """What the loop needs of a `device.drivers.supervised.SupervisedPrinter`."""

    def print_slip(self, slip: Slip, done: Callable[[HardwareError | None], None]) -> None:
        """Print once; `done` is told how it went, from another thread."""


class Reader(Protocol):
    """What the loop needs of a `device.drivers.supervised.SupervisedCardReader`."""

    def look(self, looking: bool) -> None:
        """Begin or stop to look for cards."""


@dataclass(frozen=True)
class KioskParts:
    """What a kiosk is put together from. No printer: numbers stand on the screen only."""

    clock: Clock
    identity: Identity
    session: KioskSession
    outbox: Outbox
    store: Store
    uplink: Uplink
    screen: Screen
    presenter: KioskPresenter
    printer: Printer | None
    reader: Reader | None
    new_id: Callable[[], str]
    trace: Trace
    notifier: Notifier
    watchdog: Watchdog
    changed: Callable[[], None]


class KioskLoop:
    """One run of one kiosk."""

    def __init__(self, parts: KioskParts, inbox: queue.SimpleQueue[Inbound]) -> None:
        self._parts = parts
        self._session = parts.session
        self._inbox = inbox
        self._stopping = False
        self._next_change_s = 0.0
        self._down_reason: str | None = None
        self._anomalies: Counter[str] = Counter()

    def run(self) -> None:
        """Draw, report ready, and go round until something says stop."""
        self.begin()
        self._parts.notifier.ready()
        self._parts.watchdog.feed()
        while not self._stopping:
            try:
                inbound = self._inbox.get(timeout=self._idle_s())
            except queue.Empty:
                self.turn(None)
            else:
                self.turn(inbound)
            self._parts.watchdog.feed()

    def begin(self) -> None:
        """Do, or give up, what the run before left undone."""
        at = read_moment(self._parts.clock)
        self._carry_out_all(self._session.begin(at), at)
        self._show()

    def turn(self, inbound: Inbound | None) -> None:
        """Take one thing from the inbox, or the time that has passed, and what was touched."""
        if inbound is None:
            self._event(Tick())
        else:
            self.take(inbound)
        self._attend()
        self._show()
        self._parts.uplink.pump(self._parts.clock.monotonic())
        self._tidy()

    def _idle_s(self) -> float:
        """Real seconds until the next deadline."""
        clock, now_s = self._parts.clock, self._parts.clock.monotonic()
        wanted = (self._next_change_s, self._session.deadline_s, self._parts.uplink.deadline_s)
        deadline_s = min(time_s for time_s in wanted if time_s is not None)
        idle_s = [clock.real_seconds(max(0.0, deadline_s - now_s))]
        others = (self._parts.screen.attend_s, self._parts.watchdog.left_s())
        return min(idle_s + [time_s for time_s in others if time_s is not None])

    def _attend(self) -> None:
        if self._parts.screen.attend():
            self.take(Stop("the window was closed"))
        for target in self._parts.screen.touches():
            self._touched(target)

    def _show(self) -> None:
        at = read_moment(self._parts.clock)
        view = self._parts.presenter.view(self._session, at)
        self._next_change_s = self._parts.presenter.next_change_s(self._session, at)
        if self._parts.screen.show(view):
            self._parts.trace.drawn_at_kiosk(view, self._session)
            self._parts.changed()

    def _tidy(self) -> None:
        if not self._parts.outbox.untidy or self._session.memory.wish is not None:
            return
        try:
            self._parts.outbox.tidy(self._parts.clock.now())
        except StorageError as error:
            log.warning("the outbox could not be tidied: %s", error)

    # --- what comes in -----------------------------------------------------------------------

    def take(self, inbound: Inbound) -> None:
        """Take one thing from the inbox."""
        match inbound:
            case Delivery():
                self._delivery(inbound)
            case Connected():
                self._say_why("")
                self._parts.uplink.connected()
                self._event(LinkUp())
            case Disconnected(reason):
                self._say_why(reason)
                self._parts.uplink.lost()
                self._event(LinkDown())
            case Stop(why):
                log.info("stopping: %s", why)
                self._stopping = True
            case Touch() | PaperCame() | CitizenCard() | UnknownCard() | Health():
                self._at_the_kiosk(inbound)

    def _at_the_kiosk(
        self, inbound: Touch | PaperCame | CitizenCard | UnknownCard | Health
    ) -> None:
        match inbound:
            case Touch(x, y):
                self._parts.screen.touch((x, y))
            case PaperCame():
                self._event(inbound)
            case CitizenCard():
                self._event(CardRead(inbound.number, self._ids()))
            case UnknownCard():
                self._event(CardRead("", self._ids()))
            case Health():
                self._event(HealthCame(inbound))

    def _touched(self, target: str) -> None:
        self._event(Touched(target, self._ids()))
        self._show()  # a second finger touches what is there by then

    def _ids(self) -> tuple[str, str]:
        return self._parts.new_id(), self._parts.new_id()

    def _say_why(self, reason: str) -> None:
        """Log a change of the link once, not every attempt of a long night without a broker."""
        if reason != self._down_reason:
            log.info("not connected: %s" if reason else "connected to the broker%s", reason)
        self._down_reason = reason

    def _delivery(self, delivery: Delivery) -> None:
        identity, outbox = self._parts.identity, self._parts.outbox
        try:
            topic, unit = locate(delivery.topic, identity.hall, Direction.DOWN)
            message = unpack(topic, delivery.payload)
        except WireError as error:
            self._anomaly(f"message {error.code}", str(error))
            return
        if unit != identity.unit:
            self._anomaly("message for another unit", delivery.topic)
            return
        match message:
            case State():
                self._event(HubSpoke(message, outbox.id, outbox.through))
            case Taken():
                self._event(TakenCame(message))
            case Receipt():
                self._parts.uplink.receipt(message, self._parts.clock.monotonic())

    def _anomaly(self, kind: str, detail: str) -> None:
        """Count it; log the first of its kind."""
        self._anomalies[kind] += 1
        if self._anomalies[kind] == 1:
            log.warning("%s: %s; more of this kind are only counted", kind, detail)

    # --- what goes out -----------------------------------------------------------------------

    def _event(self, event: KioskEvent) -> None:
        at = read_moment(self._parts.clock)
        self._carry_out_all(self._session.handle(event, at), at)

    def _carry_out_all(self, effects: Iterable[KioskEffect], at: Moment) -> None:
        """Carry out effects, and what follows from what is kept, until nothing more does."""
        waiting = deque(effects)
        while waiting:
            effect = waiting.popleft()
            if isinstance(effect, Keep | Note):
                kept = self._kept(effect)
                at = replace(at, boot_s=self._parts.clock.monotonic())  # a disk takes its time
                waiting.extend(self._session.handle(kept, at))
            else:
                self._carry_out(effect, at)

    def _kept(self, effect: Keep | Note) -> Done | NotDone:
        try:
            if isinstance(effect, Keep):
                self._parts.store.save(effect.memory)
            else:
                body = effect.body.model_dump_json()
                self._parts.outbox.append(body, self._parts.clock.now())
        except (MemoryNotKept, RecordNotKept) as error:
            log.error("%s", error)
            return NotDone(effect, error.full)
        return Done(effect)

    def _carry_out(self, effect: KioskEffect, at: Moment) -> None:
        match effect:
            case Say(beat):
                self._parts.uplink.say(beat, at)
            case Heard(epoch, outbox, committed):
                self._parts.uplink.heard(epoch, outbox, committed, at.boot_s)
            case Ask(take):
                self._parts.uplink.take(take)
            case Print(attempt, given):
                self._print(attempt, given, at)
            case Look(looking) if self._parts.reader is not None:
                self._parts.reader.look(looking)
            case Remark(text):
                log.info("%s", text)
            case Anomaly(kind):
                self._anomaly(kind, "not used")

    def _print(self, attempt: int, given: Given, at: Moment) -> None:
        if self._parts.printer is None:
            return

        def done(error: HardwareError | None) -> None:
            self._inbox.put(PaperCame(attempt, error.code if error else None))

        self._parts.printer.print_slip(self._slip(given, at), done)

    def _slip(self, given: Given, at: Moment) -> Slip:
        session = self._session
        hall = session.state.hall if session.state else session.memory.hall
        queues = session.kiosk.queues if session.kiosk else []
        names = {queue.service: Bilingual(queue.name.zh, queue.name.en) for queue in queues}
        local, name = session.local(at), given.ticket
        text = TicketText(
            number=name.number,
            hall=Bilingual(hall.zh, hall.en) if hall else Bilingual(""),
            service=names.get(name.service, Bilingual(name.service)),
            issued=f"{local:%Y-%m-%d %H:%M}" if local else "",
            ahead=given.ahead,
            wait=given.wait_s,
            counter=given.counter_number,
            url=given.url,
            alone=given.alone,
        )
        return slip_of(text, LanguageOrder(session.language))


def issued_before(outbox: Outbox) -> frozenset[str]:
    """The tickets that the last records gave out. Raises StorageError if they cannot be read."""
    records = outbox.records(max(0, outbox.through - NOTED), NOTED)
    return frozenset(ticket for record in records if (ticket := _issued(record)) is not None)


def _issued(record: Record) -> str | None:
    content = json.loads(record.body)  # as this unit wrote it
    return content["ticket"] if content.get("kind") == "issued" else None
