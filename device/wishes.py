"""What a staff key asks for. PURE."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from device.events import StaffKey
from wire.messages import (
    Action,
    CounterPicture,
    CounterState,
    Done,
    Hold,
    Next,
    NoShow,
    Open,
    Pause,
    Recall,
    Resume,
    Transfer,
    Undo,
    Unpause,
)

_OF_A_TARGET: Final = frozenset(
    {"closed", "paused", "no_skill", "nowhere", "unknown_counter", "unknown_service"}
)

_ACTIONS: Final[Mapping[StaffKey, Action]] = MappingProxyType(
    {
        StaffKey.NEXT: Next(action="next"),
        StaffKey.RECALL: Recall(action="recall"),
        StaffKey.NO_SHOW: NoShow(action="no_show"),
        StaffKey.DONE: Done(action="done"),
        StaffKey.HOLD: Hold(action="hold"),
        StaffKey.TRANSFER: Transfer(action="transfer"),
        StaffKey.RESUME: Resume(action="resume"),
        StaffKey.PAUSE: Pause(action="pause"),
        StaffKey.UNDO: Undo(action="undo"),
    }
)


NOT_THERE: Final = "not_there"
"""Where a ticket was to be sent on to takes nobody; a refusal that no hub words so."""


def refusal_of(action: Action, code: str | None) -> str | None:
    """The code of a refusal, where the hub's own would be taken for another thing."""
    return NOT_THERE if isinstance(action, Transfer) and code in _OF_A_TARGET else code


def asked_by(key: StaffKey, picture: CounterPicture) -> Action:
    """What a key asks for at the counter that its clerk sees: two toggle, and next opens it.

    Transfer by itself names nowhere: who is to be asked first is `device.dialogue`'s.
    """
    if key is StaffKey.NEXT and picture.state is CounterState.CLOSED and picture.clerk:
        return Open(action="open")
    if key is StaffKey.PAUSE and picture.state is CounterState.PAUSED:
        return Unpause(action="unpause")
    if key is StaffKey.HOLD and picture.ticket is None and picture.on_hold:
        return _ACTIONS[StaffKey.RESUME]
    return _ACTIONS[key]
