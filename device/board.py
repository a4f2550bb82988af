"""The hall board's loop: one thread owns what the board knows, everything else fills its inbox.

It sleeps until an event comes or the next deadline does, and it alone feeds the watchdog.
"""

from __future__ import annotations

import logging
import queue
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from device.board_events import (
    Announced,
    BoardEffect,
    BoardEvent,
    CalledAlone,
    PictureCame,
    Speak,
    Voiced,
)
from device.board_presenter import BoardPresenter
from device.board_session import BoardSession
from device.board_sign import sign_text
from device.drivers.ports import Health, SignText
from device.events import Anomaly, Heard, LinkDown, LinkUp, Say, StateCame, Tick
from device.inbox import Inbound, Stop, Watchdog
from device.moment import Moment
from device.outbox import Outbox, RecordNotKept
from device.timekeeping import read_moment
from device.trace import Trace
from device.ui.viewmodel import View
from device.uplink import Identity, Uplink
from device.voice.calls import Call as SpokenCall
from device.voice.calls import Silent, Speaking
from wire.clock import Clock
from wire.errors import StorageError, WireError
from wire.link import Connected, Delivery, Disconnected
from wire.messages import Announce, Board, Call, HealthRecord, Message, Receipt, State
from wire.sdnotify import Notifier
from wire.topics import CALL, Direction, locate, unpack

log = logging.getLogger(__name__)


class Voice(Protocol):
    """What the loop needs of a `device.voice.speaker.Speaker`."""

    def say(self, call: SpokenCall) -> None:
        """Say a call in its turn. Does not wait."""


class LargeSign(Protocol):
    """What the loop needs of a `device.drivers.supervised.SupervisedSign`."""

    def show(self, content: SignText) -> None:
        """Show this from now on, as soon as that can be. Does not wait."""


class Screen(Protocol):
    """What the loop needs of a `device.ui.window.Window`."""

    @property
    def attend_s(self) -> float | None:
        """How often `attend` wants to be called, in real seconds; None if never."""

    def attend(self) -> bool:
        """Hear what the display says; whether somebody closed it."""

    def show(self, view: View) -> bool:
        """Show a view; whether anything had to be drawn."""


@dataclass(frozen=True)
class BoardParts:
    """What a board is put together from. `voice` is None on a board that is silent.

    `sign` is the hall's large sign, where it has one.
    """

    clock: Clock
    identity: Identity
    session: BoardSession
    outbox: Outbox
    uplink: Uplink
    screen: Screen
    presenter: BoardPresenter
    voice: Voice | None
    trace: Trace
    notifier: Notifier
    watchdog: Watchdog
    changed: Callable[[], None]
    sign: LargeSign | None = None


class BoardLoop:
    """One run of one hall board."""

    def __init__(self, parts: BoardParts, inbox: queue.SimpleQueue[Inbound]) -> None:
        self._parts = parts
        self._session = parts.session
        self._inbox = inbox
        self._stopping = False
        self._next_change_s = 0.0
        self._down_reason: str | None = None
        self._anomalies: Counter[str] = Counter()

    def run(self) -> None:
        """Draw, report ready, and go round until something says stop."""
        self._show()
        self._parts.notifier.ready()
        self._parts.watchdog.feed()
        while not self._stopping:
            try:
                self.take(self._inbox.get(timeout=self._idle_s()))
            except queue.Empty:
                self._event(Tick())
            if self._parts.screen.attend():
                self.take(Stop("the window was closed"))
            self._show()
            self._parts.uplink.pump(self._parts.clock.monotonic())
            self._tidy()
            self._parts.watchdog.feed()

    def _idle_s(self) -> float:
        """Real seconds until the next deadline."""
        clock, now_s = self._parts.clock, self._parts.clock.monotonic()
        wanted = (self._next_change_s, self._session.deadline_s, self._parts.uplink.deadline_s)
        deadline_s = min(time_s for time_s in wanted if time_s is not None)
        idle_s = [clock.real_seconds(max(0.0, deadline_s - now_s))]
        others = (self._parts.screen.attend_s, self._parts.watchdog.left_s())
        return min(idle_s + [time_s for time_s in others if time_s is not None])

    def _show(self) -> None:
        now_s = self._parts.clock.monotonic()
        view = self._parts.presenter.view(self._session, now_s)
        self._next_change_s = self._parts.presenter.next_change_s(self._session, now_s)
        if self._parts.screen.show(view):
            if self._parts.sign is not None:
                self._parts.sign.show(sign_text(view))
            self._parts.trace.drawn_on_board(view)
            self._parts.changed()

    def _tidy(self) -> None:
        if not self._parts.outbox.untidy:
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
            case Speaking(turn):
                self._event(Voiced(turn.call.call_id))
            case Silent():
                self._event(Voiced(None))
            case Health():
                self._note(inbound)
            case Stop(why):
                log.info("stopping: %s", why)
                self._stopping = True

    def _say_why(self, reason: str) -> None:
        """Log a change of the link once, not every attempt of a long night without a broker."""
        if reason != self._down_reason:
            log.info("not connected: %s" if reason else "connected to the broker%s", reason)
        self._down_reason = reason

    def _delivery(self, delivery: Delivery) -> None:
        identity = self._parts.identity
        try:
            # Counters that decide alone speak upwards, to whoever shows calls.
            up = delivery.topic.endswith(f"/{CALL.name}")
            direction = Direction.UP if up else Direction.DOWN
            topic, unit = locate(delivery.topic, identity.hall, direction)
            message = unpack(topic, delivery.payload)
        except WireError as error:
            self._anomaly(f"message {error.code}", str(error))
            return
        if unit not in {identity.unit, ""} and not isinstance(message, Call):
            self._anomaly("message for another unit", delivery.topic)
            return
        self._message(message, retained=delivery.retained)

    def _message(self, message: Message, *, retained: bool) -> None:
        match message:
            case Board():
                self._event(PictureCame(message, retained))
            case State():
                self._event(StateCame(message))
            case Receipt():
                self._parts.uplink.receipt(message, self._parts.clock.monotonic())
            case Announce() | Call() if retained:
                self._anomaly("a call that the broker kept", message.call_id)
            case Announce():
                self._event(Announced(message))
            case Call():
                self._event(CalledAlone(message))

    def _anomaly(self, kind: str, detail: str) -> None:
        """Count it; log the first of its kind."""
        self._anomalies[kind] += 1
        if self._anomalies[kind] == 1:
            log.warning("%s: %s; more of this kind are only counted", kind, detail)

    # --- what goes out -----------------------------------------------------------------------

    def _event(self, event: BoardEvent) -> None:
        at = read_moment(self._parts.clock)
        for effect in self._session.handle(event, at):
            self._carry_out(effect, at)

    def _carry_out(self, effect: BoardEffect, at: Moment) -> None:
        match effect:
            case Say(beat):
                self._parts.uplink.say(beat, at)
            case Heard(epoch, outbox, committed):
                self._parts.uplink.heard(epoch, outbox, committed, at.boot_s)
            case Speak(call):
                if self._parts.voice is not None:
                    self._parts.voice.say(call)
            case Anomaly(kind):
                self._anomaly(kind, "not used")

    def _note(self, health: Health) -> None:
        """Have the hub learn how a peripheral is. A disk that is full keeps only that from it."""
        at = read_moment(self._parts.clock)
        record = HealthRecord(
            run=self._parts.identity.run,
            boot_ms=at.boot_ms,
            wall=at.wall,
            synchronised=at.synchronised,
            peripheral=health.peripheral,
            ok=health.ok,
            code=None if health.ok else health.code[:60],
            detail=health.detail[:300],
        )
        try:
            self._parts.outbox.append(record.model_dump_json(), self._parts.clock.now())
        except RecordNotKept as error:
            log.error("%s", error)
