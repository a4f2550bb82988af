"""What the hub and its forecaster say to each other, over a pipe.

Frames of four bytes of length and so much JSON, both ways.
"""

from __future__ import annotations

import json
import struct
from typing import IO, Any

from hub.forecast.calibration import Shift
from hub.forecast.waits import Forecast, Wait

_LENGTH = struct.Struct(">I")
LARGEST = 64 * 2**20
"""No frame is longer than this; a length above it is not one of ours."""


def write_frame(stream: IO[bytes], *parts: bytes) -> None:
    """Write one frame of all parts. Raises OSError if the other end is gone."""
    stream.write(_LENGTH.pack(sum(map(len, parts))))
    stream.writelines(parts)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The next frame; None at the end, or if what comes is not a whole frame."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > LARGEST:
        return None
    body = stream.read(length)
    return body if len(body) == length else None


def request(seed: int, shift: Shift, scene: bytes) -> bytes:
    """A request: its seed (0 or more) and shift, and a scene as `Scene.dump` made it."""
    head = json.dumps([seed, shift.low, shift.high]).encode()
    return head + b"\n" + scene


def dump_forecast(forecast: Forecast) -> bytes:
    """A forecast as JSON."""
    tables = [
        {name: (round(w.p10, 1), round(w.p50, 1), round(w.p90, 1)) for name, w in waits.items()}
        for waits in (forecast.tickets, forecast.services)
    ]
    content = {"at": forecast.at, "tickets": tables[0], "services": tables[1]}
    return json.dumps(content, separators=(",", ":")).encode()


def load_forecast(content: dict[str, Any]) -> Forecast:
    """Read what `dump_forecast` wrote. Raises ValueError, KeyError or TypeError if it did not."""
    tickets, services = (
        {name: Wait(*triple) for name, triple in content[part].items()}
        for part in ("tickets", "services")
    )
    return Forecast(float(content["at"]), tickets, services)
