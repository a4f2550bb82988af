"""The kiosk's loop: one thread owns what the kiosk knows, everything else fills its inbox.

It sleeps until an event comes or the next deadline does, and it alone feeds the watchdog. It
carries out the session's effects in order: what has to be on disk is there before the next.
"""

from __future__ import annotations

import json
import logging
import queue
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from device.drivers.ports import CitizenCard, Health, Slip, UnknownCard
from device.events import Anomaly, Heard, Remark, Say, Tick
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
from device.loop import WINDOW_CLOSED, Anomalies, Line, Mail, TouchDisplay, Waiting, tidy
from device.moment import Moment
from device.outbox import Outbox, RecordNotKept
from device.slip import TicketText, slip_of
from device.timekeeping import read_moment
from device.trace import Trace
from device.ui.kiosk_views import KioskView
from device.ui.viewmodel import Bilingual, LanguageOrder
from device.uplink import Identity, Uplink
from wire.clock import Clock
from wire.errors import HardwareError
from wire.link import Connected, Delivery, Disconnected
from wire.messages import IssuedRecord, Receipt, Record, State, Taken
from wire.sdnotify import Notifier

log = logging.getLogger(__name__)

NOTED: Final = 20
"""So many of the last records are looked at after a crash."""


class Screen(TouchDisplay, Protocol):
    """What the loop needs of a `device.ui.window.Window`."""

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
        self._waiting = Waiting(parts.clock, inbox, parts.uplink, parts.screen, parts.watchdog)
        self._line = Line(parts.uplink)
        self._anomalies = Anomalies()
        self._mail = Mail(parts.identity, self._anomalies)
        self._numbered = parts.outbox.through  # what an earlier run has written may be numbers

    def run(self) -> None:
        """Draw, report ready, and go round until something says stop."""
        self.begin()
        self._parts.notifier.ready()
        self._parts.watchdog.feed()
        while not self._stopping:
            self.turn(self._waiting.next(self._next_change_s, self._session.deadline_s))
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

    def _attend(self) -> None:
        if self._parts.screen.attend():
            self.take(WINDOW_CLOSED)
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
        """Not while somebody waits for a number, who would wait for the disk."""
        if self._session.memory.wish is None:
            tidy(self._parts.outbox, self._parts.clock.now())

    # --- what comes in -----------------------------------------------------------------------

    def take(self, inbound: Inbound) -> None:
        """Take one thing from the inbox."""
        match inbound:
            case Delivery():
                self._delivery(inbound)
            case Connected() | Disconnected():
                self._event(self._line.follow(inbound))
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

    def _delivery(self, delivery: Delivery) -> None:
        outbox = self._parts.outbox
        match self._mail.open(delivery):
            case State() as message:
                self._event(HubSpoke(message, outbox.id, self._numbered))
            case Taken() as message:
                self._event(TakenCame(message))
            case Receipt() as message:
                self._parts.uplink.receipt(message, self._parts.clock.monotonic())

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
                self._parts.uplink.trouble = self._session.disk_code
            else:
                self._carry_out(effect, at)

    def _kept(self, effect: Keep | Note) -> Done | NotDone:
        try:
            if isinstance(effect, Keep):
                self._parts.store.save(effect.memory)
            else:
                body = effect.body.model_dump_json()
                record = self._parts.outbox.append(body, self._parts.clock.now())
                if isinstance(effect.body, IssuedRecord):
                    self._numbered = record.sequence
        except (MemoryNotKept, RecordNotKept) as error:
            log.error("%s", error)
            return NotDone(effect, error.full)
        return Done(effect)

    def _carry_out(self, effect: KioskEffect, at: Moment) -> None:
        match effect:
            case Say() | Heard():
                self._line.carry_out(effect, at)
            case Ask(take):
                self._parts.uplink.take(take)
            case Print(attempt, given):
                self._print(attempt, given, at)
            case Look(looking) if self._parts.reader is not None:
                self._parts.reader.look(looking)
            case Remark(text):
                log.info("%s", text)
            case Anomaly(kind):
                self._anomalies.count(kind)

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
