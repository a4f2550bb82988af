"""What happens to a hall board, and what it wants done. PURE: frozen values only.

The link, states and ticks are those of every unit, in `device.events`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from device.events import Anomaly, Heard, LinkDown, LinkUp, Say, StateCame, Tick
from device.voice.calls import Call as SpokenCall
from wire.messages import Announce, Board, Call


@dataclass(frozen=True)
class PictureCame:
    """The hub's picture for this board; `retained`: the broker had kept it, of whatever age."""

    board: Board
    retained: bool


@dataclass(frozen=True)
class Announced:
    """The hub says that somebody is called, or is not any more."""

    announce: Announce


@dataclass(frozen=True)
class CalledAlone:
    """A counter that is cut off from the hub says that it calls somebody."""

    call: Call


@dataclass(frozen=True)
class Voiced:
    """The voice says this call from now on; None: it has fallen silent."""

    call_id: str | None


BoardEvent: TypeAlias = (
    LinkUp | LinkDown | StateCame | PictureCame | Announced | CalledAlone | Voiced | Tick
)


@dataclass(frozen=True)
class Speak:
    """Say this call, or that it is taken back, in its turn."""

    call: SpokenCall


@dataclass(frozen=True)
class Forget:
    """A call is over: it is not to be said any more."""

    call_id: str


BoardEffect: TypeAlias = Say | Heard | Anomaly | Speak | Forget
