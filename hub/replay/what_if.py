"""A lived day under its own policy and under another, in a process of its own.

`python -m hub.replay.what_if FOLDER DAY POLICY` writes a line of JSON for each step of the way
and ends with the result. It ends early with whoever started it: its input closes.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from hub.core import events as e
from hub.core.hall import Hall
from hub.core.policies import POLICIES
from hub.journal.reading import read_from
from hub.replay.engine import Replay, Setting
from hub.replay.figures import figures
from hub.replay.journal_day import JournalDay, read_day
from hub.replay.trace import Arrival
from wire.errors import NextwindowError

NICENESS = 10
"""The hall goes first."""

TOLD_EVERY: Final = 0.02
"""So much more of the way is worth a line."""

READING, LIVED, OTHER = "reading", "lived", "other"

Tell = Callable[[dict[str, Any]], None]


class _Progress:
    """Says how much of a day has been called."""

    def __init__(self, tell: Tell, step: str, calls: int) -> None:
        self._tell = tell
        self._step = step
        self._all = max(1, calls)
        self._done = 0
        self._told = 0.0

    def issued(self, _hall: Hall, _ticket: str, _arrival: Arrival, _now: float) -> None:
        """Nothing is to be said for a number."""

    def minute(self, _hall: Hall, _now: float) -> Sequence[e.Event]:
        """Nothing happens by itself."""
        return ()

    def happened(self, _hall: Hall, event: e.Event) -> None:
        """Count the calls."""
        if isinstance(event, e.TicketCalled):
            self._done += 1
            part = min(1.0, self._done / self._all)
            if part >= self._told + TOLD_EVERY:
                self._told = part
                self._tell({"step": self._step, "part": round(part, 3)})


def what_if(folder: Path, day: str, policy: str, tell: Tell) -> dict[str, Any]:
    """A day under both policies.

    Raises StorageError if the journal does not have it.
    """
    tell({"step": READING, "part": 0.0})
    start = read_from(folder, day)
    lived = read_day(_counted(start.events, start.count, tell), day, start.hall)
    own: str = lived.plan.dispatch.policy
    found = {own: _run(lived, own, LIVED, tell)}
    if policy not in found:
        found[policy] = _run(lived, policy, OTHER, tell)
    really = fmean(lived.waits_s) / 60 if lived.waits_s else None
    return {"day": day, "own": own, "policy": policy, "was_mean_min": really, "figures": found}


def _counted(events: Iterator[e.Event], count: int, tell: Tell) -> Iterator[e.Event]:
    step = max(1, int(count * TOLD_EVERY))
    for done, event in enumerate(events):
        if done % step == 0:
            tell({"step": READING, "part": round(min(1.0, done / max(1, count)), 3)})
        yield event


def _run(lived: JournalDay, policy: str, step: str, tell: Tell) -> dict[str, float]:
    dispatch = lived.plan.dispatch.model_copy(update={"policy": policy})
    plan = lived.plan.model_copy(update={"dispatch": dispatch})
    watcher = _Progress(tell, step, len(lived.trace.arrivals))
    return figures(Replay(lived.trace, Setting(), [watcher], (plan, lived.names)).run()).rounded()


def _end_with_parent() -> None:
    with suppress(OSError):
        while os.read(0, 4096):
            pass
    os._exit(0)


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> int:
    """Say each step, and the result or why there is none."""
    folder, day, policy = arguments
    with suppress(OSError):
        os.nice(NICENESS)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if policy not in POLICIES:
        _say({"error": f"there is no policy {policy!r}"})
        return 1
    try:
        _say({"result": what_if(Path(folder), day, policy, _say)})
    except NextwindowError as error:
        _say({"error": str(error)})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
