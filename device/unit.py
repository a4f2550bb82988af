"""The counter unit's loop: one thread owns the state, everything else fills its inbox.

The loop sleeps until an event comes or the next deadline does. It carries out the session's
effects in order, so that a record is on disk before the thanks for it are drawn, and it alone
feeds the watchdog: a loop that hangs is a unit that systemd starts again.
"""

from __future__ import annotations

import logging
import queue
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Protocol

from device.debounce import Debounce, KeyFault
from device.drivers.ports import Front, Health, KeyEdge
from device.events import (
    Anomaly,
    AnswerCame,
    DigitPressed,
    Effect,
    Event,
    HealthCame,
    Heard,
    Kept,
    Light,
    NotKept,
    RatingPressed,
    Remark,
    Say,
    Send,
    StaffKey,
    StaffPressed,
    StateCame,
    TagsDone,
    TagTouched,
    Tell,
    Tick,
    Write,
)
from device.inbox import Inbound, Stop, Touch, Watchdog
from device.loop import WINDOW_CLOSED, Anomalies, Line, Mail, TouchDisplay, Waiting, tidy
from device.memory import Memory
from device.moment import Moment
from device.outbox import Outbox, RecordNotKept
from device.outward import Outward
from device.presenter import Presenter
from device.session import Session
from device.timekeeping import read_moment, wall_is_synchronised
from device.trace import Trace, boot_ms
from device.ui.viewmodel import TAG, TAGS_DONE, View
from device.uplink import Identity, Uplink
from wire.clock import Clock
from wire.link import Connected, Delivery, Disconnected
from wire.messages import Answer, Level, Receipt, State
from wire.sdnotify import Notifier

log = logging.getLogger(__name__)

RATING_KEYS: Final[Mapping[str, Level]] = MappingProxyType(
    {f"rating-{5 - index}": level for index, level in enumerate(Level)}
)
"""The rating keys by name: rating-5 is the best level's."""

UNHEARD_S: Final = 30.0
"""Linked to the broker but without a state for so many real seconds, it is worth a warning."""

_LAMPS: Final = MappingProxyType({level: name for name, level in RATING_KEYS.items()})
DIGITS: Final = tuple(f"digit-{digit}" for digit in range(10))
"""The digits of a keypad, for signing in."""

_KEY_FAULTS: Final[Mapping[KeyFault | None, str]] = MappingProxyType(
    {
        None: "the key works again",
        KeyFault.STUCK: "the key is held down or stuck; it counts again once it is released",
        KeyFault.BOUNCING: "the key's contact does not come to rest; replace the key",
    }
)
_STAFF_KEYS: Final = MappingProxyType({key.value: key for key in StaffKey})


class Screen(TouchDisplay, Protocol):
    """What the loop needs of a `device.ui.window.Window`."""

    def show(self, view: View) -> bool:
        """Show a view; whether anything had to be drawn."""

    def prepare(self, views: Iterable[View]) -> None:
        """Make views ready that may come."""


@dataclass(frozen=True)
class Parts:
    """What a unit is put together from."""

    clock: Clock
    identity: Identity
    session: Session
    outbox: Outbox
    uplink: Uplink
    front: Front
    screen: Screen
    presenter: Presenter
    new_id: Callable[[], str]
    trace: Trace
    notifier: Notifier
    debounce_ms: float
    watchdog: Watchdog
    changed: Callable[[], None]
    memory: Memory
    outward: Outward


class Unit:
    """One run of one counter unit."""

    def __init__(self, parts: Parts, inbox: queue.SimpleQueue[Inbound]) -> None:
        self._parts = parts
        self._session = parts.session
        self._inbox = inbox
        self._stopping = False
        self._outbox_reported = False
        self._debounce = {
            name: Debounce(parts.debounce_ms) for name in (*RATING_KEYS, *_STAFF_KEYS, *DIGITS)
        }
        self._key_faults: dict[str, KeyFault | None] = {}
        self._next_change_s = 0.0
        self._spare_id: str | None = None
        self._expected: deque[View] | None = None  # None until it is known what may come
        self._unheard_from_s: float | None = None  # since when no state came over a good link
        self._warned_unheard = False
        self._waiting = Waiting(parts.clock, inbox, parts.uplink, parts.screen, parts.watchdog)
        self._line = Line(parts.uplink)
        self._anomalies = Anomalies()
        self._mail = Mail(parts.identity, self._anomalies)

    def run(self) -> None:
        """Draw, report ready, and go round until something says stop."""
        self._stopping = False
        self._report_outbox()
        self._show()
        self._parts.notifier.ready()
        self._parts.watchdog.feed()
        while not self._stopping:
            inbound = self._next()
            if inbound is None:
                self._session_event(Tick())
            else:
                self._take(inbound)
            self._look_at_keys()
            self._attend()
            self._warn_if_unheard()
            self._show()
            self._parts.uplink.pump(self._parts.clock.monotonic())
            self._tidy()
            self._remember()
            self._parts.watchdog.feed()
            self._prepare()

    # --- time ---

    def _next(self) -> Inbound | None:
        return self._waiting.next(
            self._next_change_s,
            self._session.deadline_s,
            self._parts.memory.deadline_s,
            left_s=self._key_left_s(),
        )

    def _key_left_s(self) -> float | None:
        """Real seconds until a key is to be looked at again; None if none is."""
        looks_ms = [key.deadline_ms for key in self._debounce.values() if key.deadline_ms]
        return max(0.0, min(looks_ms) - boot_ms()) / 1000 if looks_ms else None

    def _tidy(self) -> None:
        """Not while a citizen is about to press a key, who would wait for the disk."""
        if not self._session.invitation:
            tidy(self._parts.outbox, self._parts.clock.now())

    def _remember(self) -> None:
        """Not while a citizen is about to press a key either, nor while more is to be done."""
        if self._session.invitation or not self._inbox.empty():
            return
        clock = self._parts.clock
        self._parts.memory.keep(
            self._session, clock.monotonic(), clock.now(), synchronised=wall_is_synchronised()
        )

    # --- what comes in ---

    def _take(self, inbound: Inbound) -> None:
        match inbound:
            case KeyEdge():
                self._edge(inbound)
            case Delivery():
                self._delivery(inbound)
            case Connected() | Disconnected():
                linked = isinstance(inbound, Connected)
                self._unheard_from_s = self._parts.clock.monotonic() if linked else None
                self._session_event(self._line.follow(inbound))
            case Health():
                self._health(inbound)
            case Touch(x, y):
                self._parts.screen.touch((x, y))
            case Stop(why):
                log.info("stopping: %s", why)
                self._stopping = True

    def _health(self, health: Health) -> None:
        """A peripheral's fault, or its end, is a record; the counter goes on."""
        log.log(
            logging.INFO if health.ok else logging.WARNING,
            "%s: %s",
            health.peripheral,
            health.detail,
        )
        code = None if health.ok else health.code
        self._session_event(HealthCame(health.peripheral, health.ok, code, health.detail))

    def _report_outbox(self) -> None:
        """A damaged outbox was set aside and replaced, which is over by now, and worth knowing."""
        aside = self._parts.outbox.set_aside
        if aside is None or self._outbox_reported:
            return
        self._outbox_reported = True
        lost = f"the outbox was damaged and is kept as {aside.name}"
        self._session_event(HealthCame("outbox", ok=False, code="damaged", detail=lost))
        self._session_event(HealthCame("outbox", ok=True, code=None, detail="a new one is in use"))

    def _warn_if_unheard(self) -> None:
        """A wrong hall or unit in the configuration looks like this; it is said once."""
        if self._unheard_from_s is None or self._warned_unheard:
            return
        unheard_s = self._parts.clock.monotonic() - self._unheard_from_s
        if self._parts.clock.real_seconds(unheard_s) >= UNHEARD_S:
            identity = self._parts.identity
            log.warning("no hub of hall %s answers unit %s", identity.hall, identity.unit)
            self._warned_unheard = True

    def _edge(self, edge: KeyEdge) -> None:
        if edge.name not in self._debounce:
            self._anomalies.count("an unknown key", edge.name)
            return
        if not self._debounce[edge.name].press(edge.closed, edge.at_ms):
            return
        if edge.name not in DIGITS:  # a PIN is nobody's to read
            self._parts.trace.key(edge)
        if edge.name in RATING_KEYS:
            self._session_event(RatingPressed(RATING_KEYS[edge.name]))
        elif edge.name in DIGITS:
            self._session_event(DigitPressed(edge.name[-1]))
        else:
            fresh_id, self._spare_id = self._spare_id or self._parts.new_id(), None
            self._session_event(StaffPressed(_STAFF_KEYS[edge.name], fresh_id))

    def _look_at_keys(self) -> None:
        """Write down what has gone wrong with a key, or right again."""
        for name, key in self._debounce.items():
            if key.deadline_ms is not None:
                key.look(boot_ms())
            if key.fault is self._key_faults.get(name):
                continue
            self._key_faults[name] = key.fault
            peripheral = f"key-{name.replace('_', '-')}"
            detail = _KEY_FAULTS[key.fault]
            log.warning("%s: %s", peripheral, detail)
            self._session_event(HealthCame(peripheral, key.fault is None, key.fault, detail))

    def _delivery(self, delivery: Delivery) -> None:
        match self._mail.open(delivery):
            case State() as message:
                self._unheard_from_s = self._parts.clock.monotonic()
                self._warned_unheard = False
                self._session_event(StateCame(message))
            case Answer() as message:
                self._session_event(AnswerCame(message))
            case Receipt() as message:
                self._parts.uplink.receipt(message, self._parts.clock.monotonic())

    # --- what goes out ---

    def _session_event(self, event: Event) -> None:
        """Tell the session, and carry out what follows until nothing more does."""
        events, at = deque([event]), read_moment(self._parts.clock)
        while events:
            for effect in self._session.handle(events.popleft(), at):
                if isinstance(effect, Write):
                    events.append(self._write(effect))
                    at = replace(at, boot_s=self._parts.clock.monotonic())  # a disk takes its time
                else:
                    self._carry_out(effect, at)

    def _carry_out(self, effect: Effect, at: Moment) -> None:
        match effect:
            case Light(levels):
                self._parts.front.light(frozenset(_LAMPS[level] for level in levels))
                self._parts.changed()
            case Say() | Heard():
                self._line.carry_out(effect, at)
            case Send(command):
                self._parts.uplink.command(command)
            case Tell(call):
                self._parts.uplink.call(call)
            case Remark(text):
                log.info("%s", text)
            case Anomaly(kind):
                self._anomalies.count(kind)

    def _write(self, write: Write) -> Kept | NotKept:
        try:
            record = self._parts.outbox.append(
                write.body.model_dump_json(), self._parts.clock.now()
            )
        except RecordNotKept as error:
            log.error("%s", error)
            self._parts.uplink.trouble = "disk_full" if error.full else "disk_broken"
            return NotKept(write.body, error.full)
        self._parts.uplink.trouble = None
        return Kept(write.body, record.sequence)

    def _attend(self) -> None:
        if self._parts.screen.attend():
            self._take(WINDOW_CLOSED)
        for target in self._parts.screen.touches():
            self._session_event(_touched(target))

    def _show(self) -> None:
        now_s = self._parts.clock.monotonic()
        view = self._parts.presenter.view(self._session, now_s)
        self._next_change_s = self._parts.presenter.next_change_s(self._session, now_s)
        if self._parts.screen.show(view):
            self._expected = None
            self._parts.trace.drawn(view, self._session)
            self._parts.changed()
            self._parts.outward.follow(self._session)

    def _prepare(self) -> None:
        """Make ready what may be shown next, as long as nothing else is to be done."""
        while not self._stopping and self._inbox.empty():
            if self._expected is None:
                now_s = self._parts.clock.monotonic()
                self._expected = deque(self._parts.presenter.expected(self._session, now_s))
            self._spare_id = self._spare_id or self._parts.new_id()
            if not self._expected:
                return
            self._parts.screen.prepare([self._expected.popleft()])


def _touched(target: str) -> Event:
    """What touching a target means; the rating keys' pictures mean what the keys mean."""
    if target in RATING_KEYS:
        return RatingPressed(RATING_KEYS[target])
    return TagsDone() if target == TAGS_DONE else TagTouched(target.removeprefix(TAG))
