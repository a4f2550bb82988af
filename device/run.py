"""The composition root of a unit: build, start in order, stop in reverse.

`device.footing` builds what every role stands on; here is what each role puts on it.
"""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Protocol

from device.board import BoardLoop, BoardParts
from device.board_presenter import BoardPresenter
from device.board_session import BoardSession
from device.configuration import UnitSettings
from device.drivers.keyless import Keyless
from device.drivers.ports import EmulatedFront, Front, Wiring
from device.drivers.registry import make_front
from device.drivers.usb_keypad import UsbKeypad
from device.events import StaffKey
from device.fitting import Fitted, fit
from device.footing import (
    Footing,
    go_online,
    make_footing,
    open_panel,
    open_window,
    software,
    stop_at_eof,
)
from device.hardware_id import boot_id
from device.inbox import Watchdog, watchdog_s
from device.kiosk import KioskLoop, KioskParts, issued_before
from device.kiosk_presenter import KioskPresenter
from device.kiosk_session import KioskSession
from device.kiosk_store import KioskStore
from device.memory import Memory, remembered
from device.outward import Outward
from device.presenter import Presenter
from device.session import Session
from device.timekeeping import wall_is_synchronised
from device.ui.viewmodel import LanguageOrder
from device.unit import RATING_KEYS, Parts, Unit
from device.voice.making import make_speaker
from device.voice.speaker import Speaker
from device.voice.wording import MODULE_KINDS
from wire.errors import ConfigurationError
from wire.ids import new_id
from wire.messages import Role
from wire.topics import ANNOUNCE, ANSWER, BOARD, CALL, RECEIPT, STATE, TAKEN

__all__ = ["run", "software", "wiring"]

_CLOSED_CALLS = 500
_SWITCH_S = 0.0005  # a key waits so long for another thread to let go, not Python's 5 ms


class Loop(Protocol):
    """A unit ready to go round."""

    def run(self) -> None:
        """Go round until something says stop."""


def run(settings: UnitSettings, *, until_eof: bool, trace: bool) -> None:
    """Run a unit until a signal, or the end of standard input, ends it."""
    subscriptions, build = _role(settings.unit.role)
    topics = subscriptions(settings.unit.hall, settings.unit.id)
    with contextlib.ExitStack() as started:
        footing = make_footing(settings, topics, started, trace=trace)
        loop = build(footing)
        go_online(footing)
        if until_eof:
            stop_at_eof(footing.inbox)
        sys.setswitchinterval(_SWITCH_S)
        gc.collect()
        gc.freeze()  # what is there for good is not gone through again while a key waits
        loop.run()


def wiring(settings: UnitSettings) -> Wiring:
    """Which pin each key and lamp is on; a key that has no pin is left out."""
    names = tuple(RATING_KEYS)
    lamps = dict(zip(names, settings.lamps.rating, strict=True))
    if settings.keys.source == "usb":
        return Wiring(keys={}, lamps=lamps)
    staff = {key.value: getattr(settings.keys, key.value) for key in StaffKey}
    wired = {name: pin for name, pin in staff.items() if pin is not None}
    return Wiring(
        keys=dict(zip(names, settings.keys.rating, strict=True)) | wired,
        lamps=lamps,
    )


# --- counter -----------------------------------------------------------------------------


def _counter_topics(hall: str, unit: str) -> list[str]:
    return [topic.of(hall, unit) for topic in (STATE, ANSWER, RECEIPT)]


def _counter(footing: Footing) -> Loop:
    settings, identity = footing.settings, footing.identity
    if identity.counter is None:
        raise ConfigurationError(['unit.counter: is missing; role "counter" needs it.'])
    window = open_window(footing)
    display = settings.display
    order = LanguageOrder(display.language)
    presenter = Presenter(identity.unit, order, touch=display.touch)
    window.prepare(presenter.rehearsal())
    front, fitted, changed = _front(footing), _fitted(footing), _nobody
    if isinstance(front, EmulatedFront):
        changed = open_panel(footing, front, window, fitted)
    boot = boot_id()
    parts = Parts(
        clock=footing.clock,
        identity=identity,
        session=_session(footing, identity.counter, boot),
        outbox=footing.outbox,
        uplink=footing.uplink,
        front=front,
        screen=window,
        presenter=presenter,
        new_id=new_id,
        trace=footing.trace,
        notifier=footing.notifier,
        debounce_ms=settings.keys.debounce_ms,
        watchdog=Watchdog(footing.notifier, watchdog_s()),
        changed=changed,
        memory=Memory(settings.unit.state, boot, footing.second_s),
        outward=Outward(fitted.sign, _voice(footing, fitted)),
    )
    return Unit(parts, footing.inbox)


def _session(footing: Footing, counter: str, boot: str) -> Session:
    outbox, clock = footing.outbox, footing.clock
    earlier = remembered(
        footing.settings.unit.state,
        outbox,
        boot,
        clock.monotonic(),
        clock.now(),
        synchronised=wall_is_synchronised(),
    )
    calls = outbox.last_calls(_CLOSED_CALLS)
    return Session(footing.identity.run, counter, calls, footing.second_s, earlier)


def _front(footing: Footing) -> Front:
    front = make_front(footing.settings.hardware.kind, wiring(footing.settings))
    front.start(footing.inbox.put)
    footing.started.callback(front.close)
    section = footing.settings.keypad
    if section is not None:
        keypad = UsbKeypad(section.device, section.codes, footing.inbox.put)
        keypad.start(footing.inbox.put)
        footing.started.callback(keypad.close)
    return front


def _nobody() -> None:
    """There is no page to tell that something has changed."""


# --- board -------------------------------------------------------------------------------


def _board_topics(hall: str, unit: str) -> list[str]:
    """Its own pictures and states, and calls, whoever decides them."""
    own = [topic.of(hall, unit) for topic in (STATE, RECEIPT, BOARD)]
    return [*own, ANNOUNCE.of(hall), CALL.filter(hall)]


def _board(footing: Footing) -> Loop:
    settings, identity = footing.settings, footing.identity
    window = open_window(footing)
    fitted, changed = _fitted(footing), _nobody
    if settings.hardware.kind == "emulated":
        changed = open_panel(footing, Keyless(), window, fitted)
    parts = BoardParts(
        clock=footing.clock,
        identity=identity,
        session=BoardSession(identity.run, footing.second_s),
        outbox=footing.outbox,
        uplink=footing.uplink,
        screen=window,
        presenter=BoardPresenter(identity.unit, LanguageOrder(settings.display.language)),
        voice=_voice(footing, fitted),
        trace=footing.trace,
        notifier=footing.notifier,
        watchdog=Watchdog(footing.notifier, watchdog_s()),
        changed=changed,
        sign=fitted.sign,
    )
    return BoardLoop(parts, footing.inbox)


def _fitted(footing: Footing) -> Fitted:
    """The unit's peripherals, at work."""
    fitted = fit(footing.settings, footing.inbox.put, lambda _card: None, footing.started)
    fitted.start()
    return fitted


def _voice(footing: Footing, fitted: Fitted) -> Speaker | None:
    """The unit's voice with the speech module that it may use, at work; None without one."""
    settings, put = footing.settings, footing.inbox.put
    if settings.voice is None:
        return None
    module = None
    if fitted.speech is not None and settings.speech is not None:
        module = (fitted.speech, MODULE_KINDS[settings.speech.kind])
    speaker = make_speaker(settings.voice, settings.unit.state, footing.clock, put, put, module)
    speaker.start()
    footing.started.callback(speaker.close)
    return speaker


# --- kiosk -------------------------------------------------------------------------------


def _kiosk_topics(hall: str, unit: str) -> list[str]:
    return [topic.of(hall, unit) for topic in (STATE, TAKEN, RECEIPT)]


def _kiosk(footing: Footing) -> Loop:
    settings, identity, put = footing.settings, footing.identity, footing.inbox.put
    window = open_window(footing)
    fitted = fit(settings, put, put, footing.started)
    fitted.start()
    store, changed = KioskStore(settings.unit.state), _nobody
    if settings.hardware.kind == "emulated":
        changed = open_panel(footing, Keyless(), window, fitted)
    session = KioskSession(
        identity.run,
        store.load(),
        language=settings.display.language,
        has_printer=fitted.printer is not None,
        has_reader=fitted.card_reader is not None,
        noted=issued_before(footing.outbox),
        second_s=footing.second_s,
    )
    parts = KioskParts(
        clock=footing.clock,
        identity=identity,
        session=session,
        outbox=footing.outbox,
        store=store,
        uplink=footing.uplink,
        screen=window,
        presenter=KioskPresenter(identity.unit),
        printer=fitted.printer,
        reader=fitted.card_reader,
        new_id=new_id,
        trace=footing.trace,
        notifier=footing.notifier,
        watchdog=Watchdog(footing.notifier, watchdog_s()),
        changed=changed,
    )
    return KioskLoop(parts, footing.inbox)


# --- roles -------------------------------------------------------------------------------

Subscriptions = Callable[[str, str], list[str]]
"""The topics that a role hears, of a hall and a unit."""

_ROLES: Final[Mapping[Role, tuple[Subscriptions, Callable[[Footing], Loop]]]] = MappingProxyType(
    {
        Role.COUNTER: (_counter_topics, _counter),
        Role.BOARD: (_board_topics, _board),
        Role.KIOSK: (_kiosk_topics, _kiosk),
    }
)


def _role(role: Role) -> tuple[Subscriptions, Callable[[Footing], Loop]]:
    if role not in _ROLES:
        raise ConfigurationError([f"unit.role = {role.value!r}: this program cannot run it yet."])
    return _ROLES[role]
