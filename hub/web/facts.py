"""What the pages need to know of the other adapters, told by whoever composed the program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facts:
    """The broker as it is right now.

    `broker_exposed` says that it accepts anyone from beyond this machine without a password.
    """

    broker_up: bool = True
    broker_exposed: bool = False


Tell = Callable[[], Facts]
"""Asked from the web's thread; answers at once."""
