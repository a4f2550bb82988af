"""What a counter tells beside its screen: the sign over its window, and its voice.

Both follow the picture on show, whoever decided it, and neither is waited for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Protocol

from device.drivers.ports import SignText
from device.session import Session
from device.stages import Stage
from device.voice.calls import Call, Kind
from wire.messages import CounterState, TicketInHand

STALE_S: Final = 10.0
"""A call that is older when this unit first sees it is not spoken any more."""


class Sign(Protocol):
    """What is needed of a `device.drivers.supervised.SupervisedSign`."""

    def show(self, content: SignText) -> None:
        """Show this from now on. Does not wait."""


class Voice(Protocol):
    """What is needed of a `device.voice.speaker.Speaker`."""

    def say(self, call: Call) -> None:
        """Somebody is called, called again, or told that the call is taken back. Does not wait."""

    def forget(self, call_id: str) -> None:
        """The call has ended; it is not spoken any more."""


class Outward:
    """One counter's sign and voice; either may be missing."""

    def __init__(self, sign: Sign | None = None, voice: Voice | None = None) -> None:
        self._sign = sign
        self._voice = voice
        self._shown: SignText | None = None
        self._called: tuple[str, int] | None = None
        self._said: Call | None = None
        self._voided: str | None = None

    def follow(self, session: Session) -> None:
        """Tell what has changed since the last time."""
        content = sign_text(session)
        if self._sign is not None and content != self._shown:
            self._sign.show(content)
        self._shown = content
        if self._voice is not None:
            self._speak(self._voice, session)

    def _speak(self, voice: Voice, session: Session) -> None:
        picture = session.picture
        self._take_back(voice, picture.voided if picture else None)
        ticket = picture.ticket if picture else None
        called = ticket if ticket and about(session) is Stage.CALLING and ticket.number else None
        before, now = self._called, (called.call_id, called.recalls) if called else None
        if now == before:
            return
        self._called = now
        if before and (now is None or now[0] != before[0]):
            voice.forget(before[0])
        if called and picture and called.since_s <= STALE_S:
            self._said = _spoken(called, picture.number)
            voice.say(self._said)

    def _take_back(self, voice: Voice, voided: str | None) -> None:
        """Say that a call was taken back, if it was the last that was said here."""
        news, self._voided = voided != self._voided, voided
        if news and self._said and self._said.call_id == voided:
            voice.say(replace(self._said, kind="voided"))
            self._said = None


def _spoken(ticket: TicketInHand, counter_number: str) -> Call:
    name = ticket.service_name
    kind: Kind = "recalled" if ticket.recalls else "called"
    return Call(ticket.call_id, ticket.number, counter_number, kind, name.zh, name.en)


def about(session: Session) -> Stage:
    """What the counter is about for those outside, whatever its clerk chooses meanwhile."""
    if session.stage is Stage.SENDING_ON and session.picture:
        called = session.picture.state is CounterState.CALLED
        return Stage.CALLING if called else Stage.SERVING
    return session.stage


def sign_text(session: Session) -> SignText:
    """What the sign over the window shows; a board of digits shows the number alone."""
    ticket = session.picture.ticket if session.picture else None
    match about(session):
        case Stage.CALLING if ticket:
            return SignText(f"请{ticket.number}号", ticket.number)
        case Stage.SERVING if ticket:
            return SignText(ticket.number or "正在办理", ticket.number or None)
        case Stage.PAUSED:
            return SignText("暂停服务")
    return SignText("")
