"""What a counter's screen can be about, and the table that says where each cue leads. PURE."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final


class Stage(Enum):
    """What the counter's screen is about."""

    CONNECTING = "connecting"
    CLOSED = "closed"
    IDLE = "idle"
    PAUSED = "paused"
    CALLING = "calling"
    SERVING = "serving"
    INVITING = "inviting"
    THANKS = "thanks"
    FAULT = "fault"


class Cue(Enum):
    """What the facts call for."""

    NO_NEWS = "no state has been used yet"
    CLOSED = "the counter is closed"
    IDLE = "the counter is free"
    PAUSED = "the clerk is away"
    CALLED = "a ticket is called"
    SERVED = "a ticket is served"
    INVITED = "an invitation is open"
    RATED = "a rating has been kept"
    REFUSED = "the hub refuses this unit"


class IllegalCue(Exception):
    """The table has no such step; nothing has changed. A mistake in this module."""

    def __init__(self, stage: Stage, cue: Cue) -> None:
        super().__init__(f"no step from {stage.value} when {cue.value}")


_NEWS: Final = {
    Cue.CLOSED: Stage.CLOSED,
    Cue.IDLE: Stage.IDLE,
    Cue.PAUSED: Stage.PAUSED,
    Cue.CALLED: Stage.CALLING,
    Cue.SERVED: Stage.SERVING,
    Cue.INVITED: Stage.INVITING,
    Cue.REFUSED: Stage.FAULT,
}
_NEWS_OR_THANKS: Final = {**_NEWS, Cue.RATED: Stage.THANKS}

TABLE: Final[Mapping[Stage, Mapping[Cue, Stage]]] = MappingProxyType(
    {
        Stage.CONNECTING: {**_NEWS, Cue.NO_NEWS: Stage.CONNECTING},
        Stage.CLOSED: _NEWS_OR_THANKS,
        Stage.IDLE: _NEWS_OR_THANKS,
        Stage.PAUSED: _NEWS_OR_THANKS,
        Stage.CALLING: _NEWS_OR_THANKS,
        Stage.SERVING: _NEWS_OR_THANKS,
        Stage.INVITING: _NEWS_OR_THANKS,
        Stage.THANKS: _NEWS_OR_THANKS,
        Stage.FAULT: _NEWS_OR_THANKS,
    }
)
"""Where each cue leads from each stage. Nothing leads back to connecting: a picture that has
grown old stays, with its age."""


def step(stage: Stage, cue: Cue) -> Stage:
    """The stage after a cue. Raises IllegalCue if the table has none."""
    try:
        return TABLE[stage][cue]
    except KeyError:
        raise IllegalCue(stage, cue) from None
