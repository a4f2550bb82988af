"""The composition root of a counter unit: build, start in order, stop in reverse."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import FrameType

from device.configuration import UnitSettings, broker_address
from device.drivers.ports import EmulatedFront, Front, Wiring
from device.drivers.registry import make_front
from device.events import StaffKey
from device.outbox import Outbox, open_outbox
from device.presenter import Presenter
from device.session import Session
from device.trace import LineTrace, NoTrace, Trace
from device.ui.window import Window
from device.unit import RATING_KEYS, Inbound, Parts, Stop, Unit
from device.uplink import Identity, Uplink, status
from wire.clock import make_clock
from wire.ids import new_id
from wire.link import Link
from wire.sdnotify import Notifier
from wire.topics import ANSWER, RECEIPT, STATE

log = logging.getLogger(__name__)

_CLOSED_CALLS = 200
_SWITCH_S = 0.0005  # a key waits so long for another thread to let go, not Python's 5 ms


def software() -> str:
    """The name and version of this program."""
    try:
        return f"nextwindow {version('nextwindow')}"
    except PackageNotFoundError:
        return "nextwindow"


def run(settings: UnitSettings, *, until_eof: bool, trace: bool) -> None:
    """Run a counter unit until a signal, or the end of standard input, ends it."""
    own = settings.unit
    clock = make_clock(settings.clock.speed, settings.clock.origin)
    second_s = 1 / clock.real_seconds(1.0)
    identity = Identity(own.hall, own.id, new_id(), own.counter, software())
    inbox: queue.SimpleQueue[Inbound] = queue.SimpleQueue()
    _stop_on_signals(inbox)
    tracing = LineTrace(sys.stdout) if trace else NoTrace()
    with contextlib.ExitStack() as started:
        outbox = _outbox(own.state, started)
        link = Link(
            broker_address(settings.broker),
            f"{own.id}-{identity.run}",
            inbox.put,
            subscriptions=[topic.of(own.hall, own.id) for topic in (STATE, ANSWER, RECEIPT)],
            will=status(identity, online=False),
        )
        uplink = Uplink(link, outbox, identity, second_s)
        window = Window.open(settings.display.mode, settings.display.pixels)
        started.callback(window.close)
        presenter = Presenter(own.id)
        window.prepare(presenter.rehearsal())
        front = _front(settings, inbox, started)
        changed = _panel(settings, front, window, started, tracing)
        link.start()
        started.callback(link.stop)
        started.callback(uplink.goodbye)
        notifier = Notifier()
        started.callback(notifier.stopping)
        if until_eof:
            threading.Thread(target=_stop_at_eof, args=[inbox], daemon=True).start()
        parts = Parts(
            clock=clock,
            identity=identity,
            session=Session(identity.run, own.counter, outbox.last_calls(_CLOSED_CALLS), second_s),
            outbox=outbox,
            uplink=uplink,
            front=front,
            screen=window,
            presenter=presenter,
            new_id=new_id,
            trace=tracing,
            notifier=notifier,
            debounce_ms=settings.keys.debounce_ms,
            watchdog_s=_watchdog_s(),
            changed=changed,
        )
        sys.setswitchinterval(_SWITCH_S)
        gc.collect()
        gc.freeze()  # what is there for good is not gone through again while a key waits
        Unit(parts, inbox).run()


def wiring(settings: UnitSettings) -> Wiring:
    """Which pin each key and lamp is on; a key that has no pin is left out."""
    names = tuple(RATING_KEYS)
    staff = {key.value: getattr(settings.keys, key.value) for key in StaffKey}
    wired = {name: pin for name, pin in staff.items() if pin is not None}
    return Wiring(
        keys=dict(zip(names, settings.keys.rating, strict=True)) | wired,
        lamps=dict(zip(names, settings.lamps.rating, strict=True)),
    )


def _outbox(directory: Path, started: contextlib.ExitStack) -> Outbox:
    outbox = open_outbox(directory, new_id)
    started.callback(outbox.close)
    if outbox.set_aside is not None:
        log.error(
            "the outbox was damaged; it is kept as %s, and %d records of it go out again",
            outbox.set_aside,
            outbox.through,
        )
    return outbox


def _front(
    settings: UnitSettings, inbox: queue.SimpleQueue[Inbound], started: contextlib.ExitStack
) -> Front:
    front = make_front(settings.hardware.kind, wiring(settings))
    front.start(inbox.put)
    started.callback(front.close)
    return front


def _panel(
    settings: UnitSettings,
    front: Front,
    window: Window,
    started: contextlib.ExitStack,
    tracing: Trace,
) -> Callable[[], None]:
    """Start the page of an emulated unit; whom to tell when what it shows has changed."""
    if not isinstance(front, EmulatedFront):
        return lambda: None
    from device.drivers.panel import Panel  # noqa: PLC0415  a real unit carries no web server

    panel = Panel(
        front,
        window.png,
        f"{settings.unit.id} · {settings.unit.counter}",
        settings.display.pixels,
        settle_s=settings.keys.debounce_ms / 1000 + 0.01,
    )
    panel.start(settings.panel.port)
    started.callback(panel.stop)
    tracing.panel(panel.url)
    log.info("panel page: %s", panel.url)
    return panel.changed


def _stop_on_signals(inbox: queue.SimpleQueue[Inbound]) -> None:
    def stop(number: int, _frame: FrameType | None) -> None:
        inbox.put(Stop(signal.Signals(number).name))

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def _stop_at_eof(inbox: queue.SimpleQueue[Inbound]) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    inbox.put(Stop("standard input has ended"))


def _watchdog_s() -> float | None:
    """How often systemd wants to hear of the loop: twice in its own time."""
    text = os.environ.get("WATCHDOG_USEC", "")
    return int(text) / 2e6 if text.isdigit() and int(text) else None
