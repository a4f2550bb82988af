"""What reports are made of: turns, and what was said about them. PURE.

A turn is one stretch of waiting of a ticket and what came of it: a call, a service, an end. A
transfer, the next service of a visit, and a citizen who comes back after a missed call each
begin another turn of the same ticket; a call that stands apart is a turn of its own, of which
nobody knows how long it waited. A turn's id is the sequence of the event that began it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

from hub.core import events as e
from hub.core.tickets import APPOINTMENT, ORDINARY, WITHOUT_NUMBER
from hub.journal.turn_rows import (
    BOOKED,
    CALLED,
    CANCELLED,
    DONE,
    EXPIRED,
    HELD,
    MISSED,
    MOVED,
    RATED,
    RELEASED,
    SERVING,
    UNRATED,
    WAITING,
    Calendar,
    RatingRow,
    ReasonRow,
    Turn,
)


class Ledger(Protocol):
    """Where turns are found and kept while events are added."""

    calendar: Calendar

    def current(self, ticket: str) -> Turn | None:
        """The ticket's last turn that does not stand apart."""

    def of_call(self, call_id: str) -> Turn | None:
        """The turn that a call belongs to."""

    def before(self, turn: Turn) -> Turn | None:
        """The turn of the same ticket before this one."""

    def keep(self, turn: Turn) -> None:
        """A turn is new, or has changed."""

    def move(self, turn: Turn) -> None:
        """A turn belongs to another day than it did."""

    def drop(self, turn: Turn) -> None:
        """A turn has been undone."""

    def note(self, row: RatingRow | ReasonRow) -> None:
        """Something was said about a call."""

    def day(self, day: str, at: float) -> None:
        """A business day begins."""


def add(ledger: Ledger, sequence: int, event: e.Event) -> None:
    """Let an event of the journal change what reports read."""
    handler = HANDLERS.get(type(event))
    if handler is not None:
        handler(ledger, sequence, event)


# --- how a turn begins ---------------------------------------------------------------------


def _issued(ledger: Ledger, sequence: int, event: e.TicketIssued) -> None:
    ledger.keep(_new(ledger, sequence, event, event.number, event.channel, event.kind))


def _booked(ledger: Ledger, sequence: int, event: e.TicketBooked) -> None:
    turn = _new(ledger, sequence, event, "", event.channel, ORDINARY)
    turn.state, turn.began_at, turn.due_at = BOOKED, None, event.due_at
    ledger.keep(turn)


def _new(
    ledger: Ledger,
    sequence: int,
    event: e.TicketIssued | e.TicketBooked | e.ServedUnnumbered,
    number: str,
    channel: str,
    kind: str,
) -> Turn:
    calendar = ledger.calendar
    return Turn(
        sequence,
        event.ticket,
        number,
        channel,
        kind,
        event.service,
        calendar.today or calendar.day_of(event.at),
        calendar.hour(event.at),
        first=True,
        target_s=calendar.targets.get(event.service),
        began_at=event.at,
    )


def _checked_in(ledger: Ledger, _sequence: int, event: e.TicketCheckedIn) -> None:
    turn = ledger.current(event.ticket)
    if turn is None:
        return
    turn.number, turn.kind, turn.state, turn.began_at = event.number, event.kind, WAITING, event.at
    turn.day = ledger.calendar.today or turn.day
    turn.hour = ledger.calendar.hour(event.at)
    ledger.move(turn)


def _again(ledger: Ledger, sequence: int, before: Turn, service: str, at: float) -> None:
    """The same ticket waits anew."""
    turn = Turn(
        sequence,
        before.ticket,
        before.number,
        before.channel,
        before.kind,
        service,
        ledger.calendar.today or before.day,
        ledger.calendar.hour(at),
        first=False,
        target_s=ledger.calendar.targets.get(service),
        began_at=at,
    )
    ledger.keep(turn)


def _returned(ledger: Ledger, sequence: int, event: e.TicketReturned) -> None:
    turn = ledger.current(event.ticket)
    if turn is not None:
        _again(ledger, sequence, turn, turn.service, event.at)


def _unnumbered(ledger: Ledger, sequence: int, event: e.ServedUnnumbered) -> None:
    turn = _new(ledger, sequence, event, "", WITHOUT_NUMBER, ORDINARY)
    _take(ledger, turn, event)
    turn.state, turn.started_at, turn.wait_s = SERVING, event.at, None
    turn.began_at = None
    ledger.keep(turn)


def _called_apart(ledger: Ledger, sequence: int, event: e.CalledApart) -> None:
    calendar = ledger.calendar
    place = (calendar.day_of(event.at), calendar.hour(event.at))
    who = (event.ticket, event.number, "", ORDINARY, event.service)
    turn = Turn(sequence, *who, *place, first=False, apart=True)
    _take(ledger, turn, event)
    ledger.keep(turn)


# --- a call, and what comes of it ----------------------------------------------------------


def _called(ledger: Ledger, _sequence: int, event: e.TicketCalled) -> None:
    turn = ledger.current(event.ticket)
    if turn is not None:
        _take(ledger, turn, event)
        turn.wait_s = _wait_s(turn, event.at)
        ledger.keep(turn)


def _take(
    ledger: Ledger, turn: Turn, event: e.TicketCalled | e.ServedUnnumbered | e.CalledApart
) -> None:
    turn.state, turn.called_at, turn.call_id = CALLED, event.at, event.call_id
    turn.counter, turn.clerk = event.counter, event.clerk
    turn.call_hour = ledger.calendar.hour(event.at)


def _wait_s(turn: Turn, at: float) -> float | None:
    if turn.began_at is None:
        return None
    agreed = turn.due_at if turn.kind == APPOINTMENT else None
    return max(0.0, at - max(turn.began_at, agreed or 0.0))


def _recalled(ledger: Ledger, _sequence: int, event: e.TicketRecalled) -> None:
    turn = _of(ledger, event)
    if turn is not None:
        turn.recalls, turn.state = turn.recalls + 1, CALLED
        ledger.keep(turn)


def _of(ledger: Ledger, event: Any) -> Turn | None:
    """The turn in hand by the very call of an event."""
    turn = ledger.current(event.ticket)
    return turn if turn is not None and turn.call_id == event.call_id else None


def _voided(ledger: Ledger, _sequence: int, event: e.CallVoided) -> None:
    turn = _of(ledger, event)
    if turn is None:
        return
    turn.state, turn.recalls, turn.held_s = WAITING, 0, 0.0
    turn.called_at = turn.call_hour = turn.wait_s = turn.started_at = turn.held_at = None
    turn.call_id = turn.counter = turn.clerk = None
    ledger.keep(turn)


def _started(ledger: Ledger, _sequence: int, event: e.ServiceStarted) -> None:
    turn = _of(ledger, event)
    if turn is not None:
        turn.state, turn.started_at = SERVING, event.since
        ledger.keep(turn)


def _held(ledger: Ledger, _sequence: int, event: e.TicketHeld) -> None:
    turn = _of(ledger, event)
    if turn is not None:
        turn.state, turn.held_at = HELD, event.at
        ledger.keep(turn)


def _resumed(ledger: Ledger, _sequence: int, event: e.TicketResumed) -> None:
    turn = _of(ledger, event)
    if turn is not None:
        turn.held_s += max(0.0, event.at - (turn.held_at or event.at))
        turn.state, turn.held_at = SERVING, None
        ledger.keep(turn)


# --- how it ends ---------------------------------------------------------------------------


def _end(ledger: Ledger, turn: Turn, state: str, at: float) -> None:
    turn.state, turn.ended_at = state, at
    ledger.keep(turn)


def _done(ledger: Ledger, sequence: int, event: e.TicketDone) -> None:
    turn = _of(ledger, event)
    if turn is None:
        return
    _served(turn, event.at, event.clerk, event.invite_s)
    _end(ledger, turn, DONE, event.at)
    if event.onward:
        _again(ledger, sequence, turn, event.onward, event.at)


def _served(turn: Turn, at: float, clerk: str, invite_s: float) -> None:
    began = turn.called_at if turn.started_at is None else turn.started_at
    turn.clerk = clerk or turn.clerk
    turn.service_s = None if began is None else max(0.0, at - began - turn.held_s)
    turn.invited = turn.invited or invite_s > 0


def _ended_apart(ledger: Ledger, _sequence: int, event: e.EndedApart) -> None:
    turn = ledger.of_call(event.call_id)
    if turn is not None:
        _served(turn, event.at, event.clerk, event.invite_s)
        _end(ledger, turn, DONE, event.at)


def _missed(ledger: Ledger, _sequence: int, event: e.TicketMissed) -> None:
    turn = _of(ledger, event)
    if turn is not None:
        _end(ledger, turn, MISSED, event.at)


def _transferred(ledger: Ledger, sequence: int, event: e.TicketTransferred) -> None:
    turn = _of(ledger, event)
    if turn is not None:
        _end(ledger, turn, MOVED, event.at)
        _again(ledger, sequence, turn, event.service, event.at)


def _released(ledger: Ledger, sequence: int, event: e.TicketReleased) -> None:
    turn = ledger.current(event.ticket)
    if turn is not None and turn.state == HELD:  # from a place in line nothing began or ended
        _end(ledger, turn, RELEASED, event.at)
        _again(ledger, sequence, turn, turn.service, event.at)


def _cancelled(ledger: Ledger, _sequence: int, event: e.TicketCancelled) -> None:
    turn = ledger.current(event.ticket)
    if turn is not None:
        _end(ledger, turn, CANCELLED, event.at)


def _expired(ledger: Ledger, _sequence: int, event: e.TicketExpired) -> None:
    turn = ledger.current(event.ticket)
    if turn is not None:
        _end(ledger, turn, EXPIRED, event.at)


def _undone(ledger: Ledger, _sequence: int, event: e.StepUndone) -> None:
    turn = ledger.current(event.ticket)
    if turn is not None and turn.call_id != event.call_id:  # it had been sent on
        ledger.drop(turn)
        turn = ledger.before(turn)
    if turn is None or turn.call_id != event.call_id:
        return
    turn.state = CALLED if event.step == "no_show" else SERVING
    turn.ended_at = turn.service_s = None
    turn.invited = turn.answer is not None
    ledger.keep(turn)


# --- what was said about it ----------------------------------------------------------------


def _rated(ledger: Ledger, sequence: int, event: e.Rated) -> None:
    turn = _about(ledger, event)
    ledger.note(_row(ledger, sequence, event, turn))
    if event.counted and turn is not None and turn.call_id == event.call_id:
        turn.answer, turn.level, turn.invited = RATED, event.level, True
        ledger.keep(turn)


def _unrated(ledger: Ledger, sequence: int, event: e.Unrated) -> None:
    turn = _about(ledger, event)
    ledger.note(_row(ledger, sequence, event, turn))
    if event.counted and turn is not None and turn.call_id == event.call_id:
        turn.answer, turn.invited = UNRATED, True
        ledger.keep(turn)


UNKNOWN_CALL: Final = "unknown_call"


def _about(ledger: Ledger, event: e.Rated | e.Unrated) -> Turn | None:
    """The turn of the call, or of a call that was taken back the ticket's last one."""
    if event.why_not == UNKNOWN_CALL:
        return None
    return ledger.of_call(event.call_id) or ledger.current(event.ticket)


def _row(ledger: Ledger, sequence: int, event: e.Rated | e.Unrated, turn: Turn | None) -> RatingRow:
    level, after_ms = (event.level, event.after_ms) if isinstance(event, e.Rated) else (None, None)
    hour = None if turn is None else turn.call_hour
    return RatingRow(
        id=sequence,
        turn=turn.id if turn else None,
        at=event.at,
        sure=event.sure,
        level=level,
        after_ms=after_ms,
        counted=event.counted,
        why_not=event.why_not,
        unit=event.unit,
        outbox=event.outbox,
        sequence=event.sequence,
        counter=event.counter,
        clerk=event.clerk,
        call_id=event.call_id,
        ticket=event.ticket,
        number=turn.number if turn else "",
        service=turn.service if turn else "",
        day=turn.day if turn else ledger.calendar.day_of(event.at),
        hour=ledger.calendar.hour(event.at) if hour is None else hour,
    )


def _tagged(ledger: Ledger, sequence: int, event: e.RatingTagged) -> None:
    what = (event.at, ",".join(event.tags), event.counted, event.why_not)
    ledger.note(ReasonRow(sequence, event.call_id, *what))


def _configured(ledger: Ledger, _sequence: int, event: e.Configured) -> None:
    ledger.calendar.configure(event.plan)


def _day_began(ledger: Ledger, _sequence: int, event: e.DayBegan) -> None:
    ledger.day(event.day, event.at)


HANDLERS: dict[type[e.Event], Callable[[Ledger, int, Any], None]] = {
    e.Configured: _configured,
    e.DayBegan: _day_began,
    e.TicketIssued: _issued,
    e.TicketBooked: _booked,
    e.TicketCheckedIn: _checked_in,
    e.TicketReturned: _returned,
    e.ServedUnnumbered: _unnumbered,
    e.CalledApart: _called_apart,
    e.TicketCalled: _called,
    e.TicketRecalled: _recalled,
    e.CallVoided: _voided,
    e.ServiceStarted: _started,
    e.TicketHeld: _held,
    e.TicketResumed: _resumed,
    e.TicketDone: _done,
    e.EndedApart: _ended_apart,
    e.TicketMissed: _missed,
    e.TicketTransferred: _transferred,
    e.TicketReleased: _released,
    e.TicketCancelled: _cancelled,
    e.TicketExpired: _expired,
    e.StepUndone: _undone,
    e.Rated: _rated,
    e.Unrated: _unrated,
    e.RatingTagged: _tagged,
}
"""The events that reports depend on."""
