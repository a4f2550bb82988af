"""A call to be spoken, and what is told of it to whoever shows the caption. PURE."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["called", "recalled", "voided"]
"""A first call, the same again, or one that is taken back."""


@dataclass(frozen=True)
class Call:
    """Somebody is called to a counter, called again, or told that it was a mistake.

    `number` and `counter` are what people see on paper and on signs. The service's names are
    only needed by a wording that names it.
    """

    call_id: str
    number: str
    counter: str
    kind: Kind = "called"
    service_zh: str = ""
    service_en: str = ""


@dataclass(frozen=True)
class Turn:
    """One time that a call is spoken; `index` counts from 1."""

    call: Call
    index: int


@dataclass(frozen=True)
class Speaking:
    """From now on this call is spoken; its caption shows and flashes.

    `started_s` is a reading of the voice's monotonic clock. With `aloud` false the voice is in
    trouble: the caption has its turn all the same.
    """

    turn: Turn
    started_s: float
    aloud: bool = True


@dataclass(frozen=True)
class Silent:
    """The turn of this call has ended, and no other follows at once."""

    call_id: str


VoiceNews: TypeAlias = Speaking | Silent
"""What the voice tells whoever shows captions. Its health goes the way of all peripherals'."""
