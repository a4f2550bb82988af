"""The counter unit's loop: one thread owns the state, everything else fills its inbox.

The loop sleeps until an event comes or the next deadline does. It carries out the session's
effects in order, so that a record is on disk before the thanks for it are drawn, and it alone
feeds the watchdog: a loop that hangs is a unit that systemd starts again.
"""

from __future__ import annotations

import logging
import queue
import time
from collections import Counter, deque
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
    LinkDown,
    LinkUp,
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
from device.inbox import Inbound, Stop, Touch
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
from wire.errors import StorageError, WireError
from wire.link import Connected, Delivery, Disconnected
from wire.messages import Answer, Level, Receipt, State
from wire.sdnotify import Notifier
from wire.topics import Direction, locate, unpack

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


class Screen(Protocol):
    """What the loop needs of a `device.ui.window.Window`."""

    @property
    def attend_s(self) -> float | None:
        """How often `attend` wants to be called, in real seconds; None if never."""

    def attend(self) -> bool:
        """Hear what the display says; whether somebody closed it."""

    def touch(self, place: tuple[int, int] | None) -> None:
        """A finger has come down at this pixel."""

    def touches(self) -> list[str]:
        """What has been touched since the last time, by the name of its target."""

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
    watchdog_s: float | None
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
        self._fed_s = 0.0
        self._down_reason: str | None = None
        self._unheard_from_s: float | None = None  # since when no state came over a good link
        self._warned_unheard = False
        self._anomalies: Counter[str] = Counter()

    def run(self) -> None:
        """Draw, report ready, and go round until something says stop."""
        self._stopping = False
        self._report_outbox()
        self._show()
        self._parts.notifier.ready()
        self._feed_watchdog()
        while not self._stopping:
            try:
                self._take(self._inbox.get(timeout=self._idle_s()))
            except queue.Empty:
                self._session_event(Tick())
            self._look_at_keys()
            self._attend()
            self._warn_if_unheard()
            self._show()
            self._parts.uplink.pump(self._parts.clock.monotonic())
            self._tidy()
            self._remember()
            self._feed_watchdog()
            self._prepare()

    # --- time ---

    def _idle_s(self) -> float:
        """Real seconds until the next deadline."""
        now_s = self._parts.clock.monotonic()
        wanted = (
            self._next_change_s,
            self._session.deadline_s,
            self._parts.uplink.deadline_s,
            self._parts.memory.deadline_s,
        )
        deadline_s = min(time_s for time_s in wanted if time_s is not None)
        idle_s = self._parts.clock.real_seconds(max(0.0, deadline_s - now_s))
        if self._parts.screen.attend_s is not None:
            idle_s = min(idle_s, self._parts.screen.attend_s)
        looks_ms = [key.deadline_ms for key in self._debounce.values() if key.deadline_ms]
        if looks_ms:
            idle_s = min(idle_s, max(0.0, min(looks_ms) - boot_ms()) / 1000)
        if self._parts.watchdog_s is None:
            return idle_s
        return min(idle_s, max(0.0, self._fed_s + self._parts.watchdog_s - time.monotonic()))

    def _feed_watchdog(self) -> None:
        watchdog_s = self._parts.watchdog_s
        if watchdog_s is not None and time.monotonic() >= self._fed_s + watchdog_s:
            self._fed_s = time.monotonic()
            self._parts.notifier.alive()

    def _tidy(self) -> None:
        if not self._parts.outbox.untidy or self._session.invitation:
            return
        try:
            dropped = self._parts.outbox.tidy(self._parts.clock.now())
            log.info("outbox tidied, %d old records dropped", dropped)
        except StorageError as error:
            log.warning("the outbox could not be tidied: %s", error)

    def _remember(self) -> None:
        """Not while a citizen is about to press a key, who would wait for the disk."""
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
            case Connected():
                self._say_why("")
                self._unheard_from_s = self._parts.clock.monotonic()
                self._parts.uplink.connected()
                self._session_event(LinkUp())
            case Disconnected(reason):
                self._say_why(reason)
                self._unheard_from_s = None
                self._parts.uplink.lost()
                self._session_event(LinkDown())
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
        name = health.peripheral.replace("_", "-")
        self._session_event(HealthCame(name, health.ok, code, health.detail))

    def _report_outbox(self) -> None:
        """A damaged outbox was set aside and replaced, which is over by now, and worth knowing."""
        aside = self._parts.outbox.set_aside
        if aside is None or self._outbox_reported:
            return
        self._outbox_reported = True
        lost = f"the outbox was damaged and is kept as {aside.name}"
        self._session_event(HealthCame("outbox", ok=False, code="damaged", detail=lost))
        self._session_event(HealthCame("outbox", ok=True, code=None, detail="a new one is in use"))

    def _say_why(self, reason: str) -> None:
        """Log a change of the link once, not every attempt of a long night without a broker."""
        if reason != self._down_reason:
            log.info("not connected: %s" if reason else "connected to the broker%s", reason)
        self._down_reason = reason

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
            self._anomaly("an unknown key", edge.name)
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
        identity = self._parts.identity
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
                self._unheard_from_s = self._parts.clock.monotonic()
                self._warned_unheard = False
                self._session_event(StateCame(message))
            case Answer():
                self._session_event(AnswerCame(message))
            case Receipt():
                self._parts.uplink.receipt(message, self._parts.clock.monotonic())

    def _anomaly(self, kind: str, detail: str) -> None:
        """Count it; log the first of its kind."""
        self._anomalies[kind] += 1
        if self._anomalies[kind] == 1:
            log.warning("%s: %s; more of this kind are only counted", kind, detail)

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
            case Say(beat):
                self._parts.uplink.say(beat, at)
            case Send(command):
                self._parts.uplink.command(command)
            case Tell(call):
                self._parts.uplink.call(call)
            case Heard(epoch, outbox, committed):
                self._parts.uplink.heard(epoch, outbox, committed, at.boot_s)
            case Remark(text):
                log.info("%s", text)
            case Anomaly(kind):
                self._anomaly(kind, "not used")

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
            log.info("stopping: the window was closed")
            self._stopping = True
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
