"""The hall board's loop: one thread owns what the board knows, everything else fills its inbox.

It sleeps until an event comes or the next deadline does, and it alone feeds the watchdog.
"""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from device.board_events import (
    Announced,
    BoardEffect,
    BoardEvent,
    CalledAlone,
    Forget,
    PictureCame,
    Speak,
    Voiced,
)
from device.board_presenter import BoardPresenter
from device.board_session import BoardSession
from device.board_sign import sign_text
from device.drivers.ports import Health, SignText
from device.events import Anomaly, Heard, Say, StateCame, Tick
from device.inbox import Inbound, Stop, Watchdog
from device.loop import WINDOW_CLOSED, Anomalies, Display, Line, Mail, Waiting, tidy
from device.moment import Moment
from device.outbox import Outbox, RecordNotKept
from device.stamps import health_record
from device.timekeeping import read_moment
from device.trace import Trace
from device.ui.viewmodel import View
from device.uplink import Identity, Uplink
from device.voice.calls import Call as SpokenCall
from device.voice.calls import Silent, Speaking
from wire.clock import Clock
from wire.link import Connected, Delivery, Disconnected
from wire.messages import Announce, Board, Call, Message, Receipt, State
from wire.sdnotify import Notifier
from wire.topics import ANNOUNCE, CALL

log = logging.getLogger(__name__)


class Voice(Protocol):
    """What the loop needs of a `device.voice.speaker.Speaker`."""

    def say(self, call: SpokenCall) -> None:
        """Say a call in its turn. Does not wait."""

    def forget(self, call_id: str) -> None:
        """The call has ended; it is not spoken any more."""


class LargeSign(Protocol):
    """What the loop needs of a `device.drivers.supervised.SupervisedSign`."""

    def show(self, content: SignText) -> None:
        """Show this from now on, as soon as that can be. Does not wait."""


class Screen(Display, Protocol):
    """What the loop needs of a `device.ui.window.Window`."""

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
        self._stopping = False
        self._next_change_s = 0.0
        self._waiting = Waiting(parts.clock, inbox, parts.uplink, parts.screen, parts.watchdog)
        self._line = Line(parts.uplink)
        self._anomalies = Anomalies()
        self._mail = Mail(parts.identity, self._anomalies, (ANNOUNCE, CALL))

    def run(self) -> None:
        """Draw, report ready, and go round until something says stop."""
        self._show()
        self._parts.notifier.ready()
        self._parts.watchdog.feed()
        while not self._stopping:
            inbound = self._waiting.next(self._next_change_s, self._session.deadline_s)
            if inbound is None:
                self._event(Tick())
            else:
                self.take(inbound)
            if self._parts.screen.attend():
                self.take(WINDOW_CLOSED)
            self._show()
            self._parts.uplink.pump(self._parts.clock.monotonic())
            tidy(self._parts.outbox, self._parts.clock.now())
            self._parts.watchdog.feed()

    def _show(self) -> None:
        now_s = self._parts.clock.monotonic()
        view = self._parts.presenter.view(self._session, now_s)
        self._next_change_s = self._parts.presenter.next_change_s(self._session, now_s)
        if self._parts.screen.show(view):
            if self._parts.sign is not None:
                self._parts.sign.show(sign_text(view))
            self._parts.trace.drawn_on_board(view)
            self._parts.changed()

    # --- what comes in -----------------------------------------------------------------------

    def take(self, inbound: Inbound) -> None:
        """Take one thing from the inbox."""
        match inbound:
            case Delivery():
                self._delivery(inbound)
            case Connected() | Disconnected():
                self._event(self._line.follow(inbound))
            case Speaking(turn):
                self._event(Voiced(turn.call.call_id))
            case Silent():
                self._event(Voiced(None))
            case Health():
                self._note(inbound)
            case Stop(why):
                log.info("stopping: %s", why)
                self._stopping = True

    def _delivery(self, delivery: Delivery) -> None:
        message = self._mail.open(delivery)
        if message is not None:
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
                self._anomalies.count("a call that the broker kept", message.call_id)
            case Announce():
                self._event(Announced(message))
            case Call():
                self._event(CalledAlone(message))

    # --- what goes out -----------------------------------------------------------------------

    def _event(self, event: BoardEvent) -> None:
        at = read_moment(self._parts.clock)
        for effect in self._session.handle(event, at):
            self._carry_out(effect, at)

    def _carry_out(self, effect: BoardEffect, at: Moment) -> None:
        match effect:
            case Say() | Heard():
                self._line.carry_out(effect, at)
            case Speak(call):
                if self._parts.voice is not None:
                    self._parts.voice.say(call)
            case Forget(call_id):
                if self._parts.voice is not None:
                    self._parts.voice.forget(call_id)
            case Anomaly(kind):
                self._anomalies.count(kind)

    def _note(self, health: Health) -> None:
        """Have the hub learn how a peripheral is, or that no record can be kept."""
        at = read_moment(self._parts.clock)
        record = health_record(self._parts.identity.run, health, at)
        try:
            self._parts.outbox.append(record.model_dump_json(), self._parts.clock.now())
        except RecordNotKept as error:
            log.error("%s", error)
            self._parts.uplink.trouble = "disk_full" if error.full else "disk_broken"
        else:
            self._parts.uplink.trouble = None
