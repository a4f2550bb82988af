"""The short words on a counter's screen. PURE."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class NoticeKind(Enum):
    """What a notice tells; a refusal's code says why."""

    NOT_CONNECTED = "not_connected"
    NOBODY_WAITING = "nobody_waiting"
    REFUSED = "refused"
    NOT_SENT_ON = "not_sent_on"
    DISK_FULL = "disk_full"
    DISK_BROKEN = "disk_broken"


@dataclass(frozen=True)
class Notice:
    """A short word on the screen, until `until_s`."""

    kind: NoticeKind
    until_s: float
    code: str | None = None
