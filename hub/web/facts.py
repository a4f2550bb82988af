"""What the pages need to know of the other adapters, told by whoever composed the program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Facts:
    """The broker as it is right now.

    `broker_exposed` says that it accepts anyone from beyond this machine without a password.
    `broker_url` is where units find it; empty: at the embedded one, port `broker_port`.
    `since` says when what is wrong was first noticed (wall seconds), by the kind of its alarm.
    """

    broker_up: bool = True
    broker_exposed: bool = False
    broker_port: int = 1883
    broker_url: str = ""
    since: Mapping[str, float] = field(default_factory=dict)


Tell = Callable[[], Facts]
"""Asked from the web's thread; answers at once."""


class Noticed:
    """Since when that is wrong which has no history: from when it was first noticed."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def dated(self, facts: Facts, storage_error: str | None, now: float) -> Facts:
        """The facts, with since when what is wrong now has been. `now` in wall seconds."""
        wrong = {"broker": not facts.broker_up, "storage": storage_error is not None}
        for kind, is_wrong in wrong.items():
            if is_wrong:
                self._since.setdefault(kind, now)
            else:
                self._since.pop(kind, None)
        return replace(facts, since=dict(self._since))
