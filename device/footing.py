"""What a unit of every role stands on: clock, identity, outbox, link, screen, panel page.

Built here and taken down in reverse by the `ExitStack` that came with it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import FrameType

from device.configuration import UnitSettings, broker_address
from device.drivers.ports import EmulatedFront
from device.fitting import Fitted
from device.hardware_id import board_of
from device.inbox import Inbound, Stop, Touch
from device.outbox import LOCK_NAME, Outbox, open_outbox
from device.trace import LineTrace, NoTrace, Trace
from device.ui.window import Window
from device.uplink import Identity, Uplink, status
from wire.clock import Clock, make_clock
from wire.ids import new_id
from wire.link import Link
from wire.sdnotify import Notifier

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Footing:
    """What was built for every role. `second_s`: how far `clock` goes in a real second."""

    settings: UnitSettings
    clock: Clock
    second_s: float
    identity: Identity
    inbox: queue.SimpleQueue[Inbound]
    outbox: Outbox
    link: Link
    uplink: Uplink
    trace: Trace
    notifier: Notifier
    started: contextlib.ExitStack


def software() -> str:
    """The name and version of this program."""
    try:
        return f"nextwindow {version('nextwindow')}"
    except PackageNotFoundError:
        return "nextwindow"


def make_footing(
    settings: UnitSettings,
    subscriptions: Sequence[str],
    started: contextlib.ExitStack,
    *,
    trace: bool,
) -> Footing:
    """Build it, the link not yet started. Raises the errors of its parts."""
    own = settings.unit
    clock = make_clock(settings.clock.speed, settings.clock.origin)
    second_s = 1 / clock.real_seconds(1.0)
    inbox: queue.SimpleQueue[Inbound] = queue.SimpleQueue()
    _stop_on_signals(inbox)
    outbox = _outbox(own.state, started)
    board = board_of(own.state / LOCK_NAME)
    identity = Identity(own.hall, own.id, new_id(), own.counter, software(), own.role, board)
    link = Link(
        broker_address(settings.broker),
        f"{own.id}-{identity.run}",
        inbox.put,
        subscriptions=subscriptions,
        will=status(identity, online=False),
    )
    return Footing(
        settings=settings,
        clock=clock,
        second_s=second_s,
        identity=identity,
        inbox=inbox,
        outbox=outbox,
        link=link,
        uplink=Uplink(link, outbox, identity, second_s),
        trace=LineTrace(sys.stdout) if trace else NoTrace(),
        notifier=Notifier(),
        started=started,
    )


def open_window(footing: Footing) -> Window:
    """The unit's screen. Raises HardwareError if there is none."""
    display = footing.settings.display
    window = Window.open(display.mode, display.pixels)
    footing.started.callback(window.close)
    return window


def open_panel(
    footing: Footing,
    front: EmulatedFront,
    window: Window,
    fitted: Fitted,
) -> Callable[[], None]:
    """Start the page of an emulated unit; whom to tell when what it shows has changed."""
    from device.drivers.panel import Panel  # noqa: PLC0415  a real unit carries no web server

    settings = footing.settings
    panel = Panel(
        front,
        window.png,
        f"{settings.unit.id} · {settings.unit.counter or settings.unit.role}",
        settings.display.pixels,
        settle_s=settings.keys.debounce_ms / 1000 + 0.01,
        readings=fitted.readings,
        disturb=fitted.disturb,
        touch=lambda x, y: footing.inbox.put(Touch(x, y)),
        spoken=_spoken(settings),
    )
    panel.start(settings.panel.port)
    footing.started.callback(panel.stop)
    fitted.watch(panel.changed)
    footing.trace.panel(panel.url)
    log.info("panel page: %s", panel.url)
    return panel.changed


def _spoken(settings: UnitSettings) -> Callable[[], Path | None]:
    """The file of the call that was spoken last, for a voice that speaks into files."""
    from device.voice.files import newest  # noqa: PLC0415

    voice = settings.voice
    if voice is None or voice.output != "file":
        return lambda: None
    folder = voice.directory or settings.unit.state / "spoken"
    return lambda: newest(folder)


def go_online(footing: Footing) -> None:
    """Start the link; at the end the unit says goodbye before the link is taken down."""
    footing.link.start()
    footing.started.callback(footing.link.stop)
    footing.started.callback(footing.uplink.goodbye)
    footing.started.callback(footing.notifier.stopping)


def stop_at_eof(inbox: queue.SimpleQueue[Inbound]) -> None:
    """End the loop when standard input ends, watched by a thread of its own."""
    threading.Thread(target=_watch_eof, args=[inbox], daemon=True).start()


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


def _stop_on_signals(inbox: queue.SimpleQueue[Inbound]) -> None:
    def stop(number: int, _frame: FrameType | None) -> None:
        inbox.put(Stop(signal.Signals(number).name))

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def _watch_eof(inbox: queue.SimpleQueue[Inbound]) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    inbox.put(Stop("standard input has ended"))
