"""What the facts of a counter's session call for on its screen. PURE."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Protocol

from device.stages import Cue
from wire.messages import CounterPicture, CounterState, State

_AT_WORK: Final[Mapping[CounterState | None, Cue]] = MappingProxyType(
    {
        CounterState.CALLED: Cue.CALLED,
        CounterState.SERVING: Cue.SERVED,
        CounterState.PAUSED: Cue.PAUSED,
    }
)
"""What a counter shows though an invitation be open, which then lies beneath it."""


class Facts(Protocol):
    """What there is to go by; whatever is None is not the case."""

    state: State | None

    @property
    def picture(self) -> CounterPicture | None: ...
    @property
    def entry(self) -> object | None: ...
    @property
    def onward(self) -> object | None: ...
    @property
    def invitation(self) -> object | None: ...
    @property
    def tags(self) -> object | None: ...
    @property
    def offer(self) -> object | None: ...
    @property
    def thanked(self) -> object | None: ...


def cue_of(facts: Facts) -> Cue:
    """The first of what is the case, by what people need to see most."""
    held = facts.picture.state if facts.picture else None
    if facts.onward:
        return Cue.CHOOSING
    if held in _AT_WORK:
        return _AT_WORK[held]
    if facts.invitation:
        return Cue.INVITED
    if facts.tags:
        return Cue.TAGGED
    if facts.offer:
        return Cue.OFFERED
    return Cue.RATED if facts.thanked else _at_rest(facts, held)


def _at_rest(facts: Facts, held: CounterState | None) -> Cue:
    if facts.state is None:
        return Cue.NO_NEWS
    if held is None:
        return Cue.REFUSED
    closed = Cue.TYPED if facts.entry else Cue.CLOSED
    return closed if held is CounterState.CLOSED else Cue.IDLE
