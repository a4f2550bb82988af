"""Which machine this is, and which boot of it: what a copied memory card does not bring along."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

_SERIALS: Final = (
    Path("/proc/device-tree/serial-number"),  # burnt into every Raspberry Pi
    Path("/sys/class/dmi/id/product_uuid"),
    Path("/sys/class/dmi/id/board_serial"),
    Path("/etc/machine-id"),
)
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")


def board_of(lock: Path) -> str:
    """A hash of the machine and of the outbox's lock file, 64 hexadecimal digits.

    A later run with the same one is the same outbox on the same machine, so the run before has
    ended. Raises OSError if there is no such file.
    """
    file = lock.stat()
    text = f"{_first(_SERIALS)}\n{file.st_dev}\n{file.st_ino}"
    return hashlib.sha256(text.encode()).hexdigest()


def boot_id() -> str:
    """Another at every start of the machine; "" where the kernel tells none."""
    return _read(_BOOT)


def _first(paths: tuple[Path, ...]) -> str:
    return next((text for text in map(_read, paths) if text), "")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip("\0 \n")
    except OSError:
        return ""
