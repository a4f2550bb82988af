"""The forecaster: a process of its own, started by exec, watched and started again.

The hub hands it a scene now and then and reads the last forecast when it needs one; nobody
waits for it. What it knows has an age, and past `USABLE_S` it is no forecast any more: then
pages show places in line alone and say so.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from hub.forecast.calibration import Shift
from hub.forecast.frames import load_forecast, read_frame, request, write_frame
from hub.forecast.scene import Scene
from hub.forecast.waits import Forecast, Wait

log = logging.getLogger(__name__)

PERIOD_S = 15.0
"""So often the hub hands a scene over while something changes."""

USABLE_S = 90.0
"""A forecast older than this is not shown."""

HANG_S = 10.0
"""A child that has not answered within this time is ended and started again."""

RESTART_PAUSE_S = 0.2
LONGEST_PAUSE_S = 30.0
"""The pause before a restart doubles with each failure in a row, up to this."""

MOST_TOLD = 20_000
"""So many tickets are remembered with what they were told, the oldest forgotten first."""

COMMAND = (sys.executable, "-m", "hub.forecast.child")
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class Forecaster:
    """The forecaster as the hub sees it. Every method may be called from any thread."""

    def __init__(
        self,
        told: Callable[[Forecast], None] = lambda _: None,
        *,
        command: Sequence[str] = COMMAND,
        hang_s: float = HANG_S,
    ) -> None:
        """`told` is called with each new forecast, in the forecaster's own thread."""
        self._told = told
        self._command = tuple(command)
        self._hang_s = hang_s
        self._lock = threading.Condition()
        self._scene: Scene | None = None
        self._latest: Forecast | None = None
        self._intervals: dict[str, Wait] = {}
        self._shift = Shift()
        self._stopping = False
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="forecast", daemon=True)
        self._asked = 0
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    @property
    def shift(self) -> Shift:
        """How far the day so far has moved the bounds."""
        with self._lock:
            return self._shift

    def start(self) -> None:
        """Start the thread, and with it the child."""
        self._thread.start()

    def stop(self) -> None:
        """End the child and the thread. Forecasts that are there stay readable."""
        with self._lock:
            self._stopping = True
            self._lock.notify_all()
            if self._child is not None:
                self._child.kill()
        if self._thread.is_alive():
            self._thread.join()

    def submit(self, scene: Scene) -> None:
        """Ask for a forecast. A scene that is still waiting to be looked at is dropped for it."""
        with self._lock:
            self._scene = scene
            self._lock.notify_all()

    def latest(self, now: float) -> Forecast | None:
        """The last forecast, or None if it is older than USABLE_S at `now` (the scene's clock)."""
        with self._lock:
            forecast = self._latest
        return forecast if forecast and forecast.age_s(now) <= USABLE_S else None

    def came_true(self, ticket: str, called_at: float) -> None:
        """A ticket was called: later intervals follow what became of its first one."""
        with self._lock:
            interval = self._intervals.pop(ticket, None)
            if interval is not None:
                self._shift = self._shift.after(interval, called_at)

    def left(self, ticket: str) -> None:
        """A ticket will not be called any more (or its wait began anew): nothing comes true."""
        with self._lock:
            self._intervals.pop(ticket, None)

    # --- the forecaster's thread ------------------------------------------------------------

    def _run(self) -> None:
        pause_s = RESTART_PAUSE_S
        while not self._stopping:
            started = time.monotonic()
            self._serve()
            if self._stopping:
                break
            long_ago = time.monotonic() - started > LONGEST_PAUSE_S
            pause_s = RESTART_PAUSE_S if long_ago else min(2 * pause_s, LONGEST_PAUSE_S)
            self.restarts += 1
            log.warning("the forecaster has ended and is started again in %.1f s", pause_s)
            with self._lock:
                self._lock.wait_for(lambda: self._stopping, pause_s)
        self._kill()

    def _serve(self) -> None:
        """Work with one child until it fails or nobody wants it any more."""
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            child = self._spawn()
            while (scene := self._next()) is not None:
                forecast = self._ask(child, scene)
                if forecast is not None:
                    self._keep(forecast)
        self._kill()

    def _spawn(self) -> subprocess.Popen[bytes]:
        # A session of its own, as the broker has; the pipe closes when the hub dies in any way.
        child = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, **_ONE_THREAD},
        )
        with self._lock:
            self._child = child
            stopping = self._stopping
        if stopping:
            child.kill()
        return child

    def _next(self) -> Scene | None:
        with self._lock:
            while not self._stopping and self._scene is None:
                self._lock.wait(1.0)
                if self.pid is None:
                    return None
            scene, self._scene = self._scene, None
            return None if self._stopping else scene

    def _ask(self, child: subprocess.Popen[bytes], scene: Scene) -> Forecast | None:
        """A child's answer. Raises an error of many kinds if it has none or is ended for it."""
        self._asked += 1
        watchdog = threading.Timer(self._hang_s, child.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            if child.stdin is None or child.stdout is None:
                return None
            write_frame(child.stdin, request(self._asked, self.shift, scene.dump()))
            frame = read_frame(child.stdout)
        finally:
            watchdog.cancel()
        if frame is None:
            raise BrokenPipeError("the forecaster is gone")
        content = json.loads(frame)
        if "error" in content:
            log.error("no forecast: %s", content["error"])
            return None
        return load_forecast(content)

    def _keep(self, forecast: Forecast) -> None:
        with self._lock:
            self._latest = forecast
            for ticket, wait in forecast.tickets.items():
                # As times of day: a call is judged against the first interval that was told.
                at = (forecast.at + each for each in (wait.p10, wait.p50, wait.p90))
                self._intervals.setdefault(ticket, Wait(*at))
            while len(self._intervals) > MOST_TOLD:
                del self._intervals[next(iter(self._intervals))]
        self._told(forecast)

    def _kill(self) -> None:
        with self._lock:
            child = self._child
        if child is None:
            return
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
