"""The forecaster's process: reads scenes, writes forecasts, ends with its parent.

Only this process loads numpy; the hub's own stays small.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import signal
import sys
import threading
from typing import IO

from hub.forecast.calibration import Calibration, Shift, shipped
from hub.forecast.foretell import foretell
from hub.forecast.frames import dump_forecast, read_frame, write_frame
from hub.forecast.scene import Scene
from wire.errors import NextwindowError

NICENESS = 10
"""Forecasts leave the processor to calls."""


def answer(frame: bytes, calibration: Calibration) -> bytes:
    """The forecast for a request, or why there is none, as JSON."""
    head, _, body = frame.partition(b"\n")
    try:
        seed, low, high = json.loads(head)
        scene = Scene.load(body)
        offsets = calibration.of(scene.policy.name, assigned=scene.policy.assigned)
        return dump_forecast(foretell(scene, seed, offsets, Shift(low, high)))
    except NextwindowError as error:
        return json.dumps({"error": str(error)}).encode()


def _read(frames: queue.SimpleQueue[bytes], stream: IO[bytes]) -> None:
    # In a thread of its own, so that the end of the parent is seen during a simulation too.
    while (frame := read_frame(stream)) is not None:
        frames.put(frame)
    os._exit(0)


def main() -> None:
    """Answer requests until the parent is gone."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    logging.basicConfig(level=logging.WARNING)
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    # Whatever else prints must not get between the frames.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    calibration = shipped()
    frames: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(frames, sys.stdin.buffer), daemon=True).start()
    while True:
        write_frame(out, answer(frames.get(), calibration))


if __name__ == "__main__":
    main()
