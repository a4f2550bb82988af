"""What a unit tells a test, a crash harness or a benchmark on standard output, line by line.

Times are CLOCK_BOOTTIME in milliseconds of the real clock, even in a scaled hall.
"""

from __future__ import annotations

import contextlib
import json
import time
from typing import Protocol, TextIO

from device.drivers.ports import KeyEdge
from device.kiosk_session import KioskSession
from device.session import Session
from device.stages import Stage
from device.ui.kiosk_views import KioskView
from device.ui.viewmodel import BoardView, HallBoard, View


def boot_ms() -> float:
    """Real milliseconds since the machine started."""
    return round(time.clock_gettime(time.CLOCK_BOOTTIME) * 1000, 3)


class Trace(Protocol):
    """Who is told."""

    def panel(self, url: str) -> None:
        """The panel page is up."""

    def key(self, edge: KeyEdge) -> None:
        """A key press counts."""

    def drawn(self, view: View, session: Session) -> None:
        """A view stands on the screen."""

    def drawn_on_board(self, view: BoardView) -> None:
        """A view stands on a hall board's screen."""

    def drawn_at_kiosk(self, view: KioskView, session: KioskSession) -> None:
        """A view stands on a kiosk's screen."""


class NoTrace:
    """Nobody listens."""

    def panel(self, url: str) -> None:
        """Say nothing."""

    def key(self, edge: KeyEdge) -> None:
        """Say nothing."""

    def drawn(self, view: View, session: Session) -> None:
        """Say nothing."""

    def drawn_on_board(self, view: BoardView) -> None:
        """Say nothing."""

    def drawn_at_kiosk(self, view: KioskView, session: KioskSession) -> None:
        """Say nothing."""


class LineTrace:
    """One JSON object a line, flushed."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def panel(self, url: str) -> None:
        """The panel page is up."""
        self._line({"panel": url})

    def key(self, edge: KeyEdge) -> None:
        """A key press counts."""
        self._line({"key": edge.name, "boot_ms": round(edge.at_ms, 3)})

    def drawn(self, view: View, session: Session) -> None:
        """A view stands on the screen: its kind, and the call that it is about."""
        at_ms = boot_ms()
        call_id, number = _about(session)
        invited, thanked = session.invitation, session.thanked
        notice = view.frame.notice
        self._line(
            {
                "drawn": type(view).__name__.lower(),
                "call_id": call_id,
                "number": number,
                "invited": invited.call_id if invited else None,
                "thanked": thanked.call_id if thanked else None,
                "notice": notice.en if notice else None,
                "link": type(view.frame.link).__name__.removeprefix("Link").lower(),
                "boot_ms": at_ms,
            }
        )

    def drawn_on_board(self, view: BoardView) -> None:
        """A view stands on the screen: its kind, the numbers called, and how old they are."""
        calls = view.calls if isinstance(view, HallBoard) else ()
        self._line(
            {
                "drawn": type(view).__name__.lower(),
                "calls": [[call.number, call.counter] for call in calls],
                "lit": [call.number for call in calls if call.lit],
                "link": type(view.frame.link).__name__.removeprefix("Link").lower(),
                "boot_ms": boot_ms(),
            }
        )

    def drawn_at_kiosk(self, view: KioskView, session: KioskSession) -> None:
        """A view stands on the screen: what it is about, and the number on it."""
        given = session.given
        self._line(
            {
                "drawn": type(view).__name__.lower(),
                "stage": session.stage.value,
                "number": given.ticket.number if given else None,
                "ticket": given.ticket.id if given else None,
                "alone": view.frame.alone is not None,
                "boot_ms": boot_ms(),
            }
        )

    def _line(self, content: dict[str, object]) -> None:
        with contextlib.suppress(OSError):  # a reader that went away stops no counter
            self._out.write(json.dumps(content, ensure_ascii=False) + "\n")
            self._out.flush()


def _about(session: Session) -> tuple[str | None, str | None]:
    """The call that the screen is about, and its number."""
    if session.stage is Stage.INVITING and session.invitation:
        return session.invitation.call_id, session.invitation.number
    if session.stage is Stage.THANKS and session.thanked:
        return session.thanked.call_id, session.thanked.number
    ticket = session.picture.ticket if session.picture else None
    return (ticket.call_id, ticket.number) if ticket else (None, None)
