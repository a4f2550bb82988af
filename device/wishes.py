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
    Undo,
    Unpause,
)

_ACTIONS: Final[Mapping[StaffKey, Action]] = MappingProxyType(
    {
        StaffKey.NEXT: Next(action="next"),
        StaffKey.RECALL: Recall(action="recall"),
        StaffKey.NO_SHOW: NoShow(action="no_show"),
        StaffKey.DONE: Done(action="done"),
        StaffKey.HOLD: Hold(action="hold"),
        StaffKey.RESUME: Resume(action="resume"),
        StaffKey.PAUSE: Pause(action="pause"),
        StaffKey.UNDO: Undo(action="undo"),
    }
)


def asked_by(key: StaffKey, picture: CounterPicture) -> Action:
    """What a key asks for at the counter that its clerk sees: two toggle, and next opens it."""
    if key is StaffKey.NEXT and picture.state is CounterState.CLOSED and picture.clerk:
        return Open(action="open")
    if key is StaffKey.PAUSE and picture.state is CounterState.PAUSED:
        return Unpause(action="unpause")
    if key is StaffKey.HOLD and picture.ticket is None and picture.on_hold:
        return _ACTIONS[StaffKey.RESUME]
    return _ACTIONS[key]
