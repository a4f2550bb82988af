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
    SIGNING_IN = "signing in"
    IDLE = "idle"
    PAUSED = "paused"
    CALLING = "calling"
    SERVING = "serving"
    SENDING_ON = "sending on"
    INVITING = "inviting"
    TAGS = "tags"
    THANKS = "thanks"
    OFFERING = "offering"
    FAULT = "fault"


class Cue(Enum):
    """What the facts call for."""

    NO_NEWS = "no state has been used yet"
    CLOSED = "the counter is closed"
    TYPED = "a clerk is typing to sign in"
    IDLE = "the counter is free"
    PAUSED = "the clerk is away"
    CALLED = "a ticket is called"
    SERVED = "a ticket is served"
    CHOOSING = "a clerk chooses where to send a ticket on to"
    INVITED = "an invitation is open"
    TAGGED = "a rating has been kept and its reasons may be given"
    RATED = "a rating has been kept"
    OFFERED = "alone and without a granted ticket"
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
_ALL: Final = {
    **_NEWS,
    Cue.TAGGED: Stage.TAGS,
    Cue.RATED: Stage.THANKS,
    Cue.OFFERED: Stage.OFFERING,
    Cue.TYPED: Stage.SIGNING_IN,
    Cue.CHOOSING: Stage.SENDING_ON,
}

TABLE: Final[Mapping[Stage, Mapping[Cue, Stage]]] = MappingProxyType(
    {
        Stage.CONNECTING: {**_ALL, Cue.NO_NEWS: Stage.CONNECTING},
        **{stage: _ALL for stage in Stage if stage is not Stage.CONNECTING},
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
