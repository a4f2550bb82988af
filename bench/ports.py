"""TCP ports for halls that are started beside one another, by tests and benchmarks.

A port that the system chose may go to somebody else between the moment it was found free and
the moment a hub listens on it, and once more while a killed hub is away. The ports of this
module lie outside the range that the system hands out, and each is given to one process of
this machine only, for as long as that lives: it holds a name in Linux's abstract space.
"""

from __future__ import annotations

import random
import socket

_FIRST, _LAST = 20_000, 32_000
_ATTEMPTS = 1000
_HELD = 200  # so many open files are enough; whoever was given an older port has long started
_held: list[socket.socket] = []


def free_port() -> int:
    """A TCP port of the loopback address that nothing listens on and nobody else is given.

    Raises OSError if there is none.
    """
    for _ in range(_ATTEMPTS):
        port = random.randint(_FIRST, _LAST)
        if _reserved(port) and _nobody_listens(port):
            return port
    raise OSError(f"no free port found between {_FIRST} and {_LAST}")


def _reserved(port: int) -> bool:
    name = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        name.bind(f"\0nextwindow-port-{port}")
    except OSError:
        name.close()
        return False
    _held.append(name)
    if len(_held) > _HELD:
        _held.pop(0).close()
    return True


def _nobody_listens(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
