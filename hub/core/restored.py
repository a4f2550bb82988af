"""A journal that was put back from a backup: how that is known, and how the hall goes on. PURE.

Units remember what the journal has lost: the epochs that they heard of, how far the hub had
come, and their own records. Until each of them has handed in what it has, nothing is called,
granted or issued: a number given out now, or a ticket called, may have been so before. What
does not hand anything out (the end of a service, a rating, a record) goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from hub.core import events as e
from hub.core.alone import Source, events_of, out_of_line
from hub.core.commands import AtCounter, Command, Decision, GoOn, Issue, OnTicket, refuse
from hub.core.kiosk import count_shown, series_of
from hub.core.starts import Epoch, Expected, Lost, Restored
from hub.core.state import State
from wire import messages as w

MARGIN: Final = 100
"""So many numbers of each series are left out when a restored hall goes on.

Numbers that were taken on the web after the backup and neither called nor granted by then are
known to no unit; people hold them all the same.
"""

RESTORING: Final = "restoring"
"""The code of what a restored hub does not do yet."""

OPERATOR: Final = "operator"
"""Why a restore began that no unit told of: somebody said so at the start."""

UNKNOWN_NUMBER: Final = "?"
"""In place of the number of a ticket that was issued after the backup."""


# --- how it is known -----------------------------------------------------------------------


def why_behind(state: State, said: w.Renew, receipted: int, committed: int) -> str | None:
    """What a unit remembers that the journal lacks: epoch, version or receipt; None if nothing.

    `receipted` is how far the unit's records were receipted, `committed` how far they are here.
    """
    # A unit may be cut off before it has written down what it heard when a restore was over.
    if said.epoch == state.epoch or said.epoch > state.outlived:
        if _foreign(state, said):
            return "epoch"
        if said.epoch and said.version > _last_version(state, said.epoch):
            return "version"
    return "receipt" if receipted > committed else None


def _foreign(state: State, said: w.Renew) -> bool:
    if said.epoch > state.epoch:
        return True
    known = _start(state, said.epoch)
    if known is None:
        return bool(state.epochs) and said.epoch > state.epochs[0].epoch
    epoch_id = said.epoch_id if isinstance(said, w.Hello) else None
    return epoch_id is not None and epoch_id != known.id


def _start(state: State, epoch: int) -> Epoch | None:
    return next((start for start in reversed(state.epochs) if start.epoch == epoch), None)


def _last_version(state: State, epoch: int) -> float:
    """The last version of the hall in an epoch, which no state of that epoch can exceed."""
    if epoch == state.epoch:
        return state.version
    later = [start.version for start in state.epochs if start.epoch > epoch]
    known = _start(state, epoch) is not None
    return min(later) - 1 if known and later else float("inf")


# --- what follows --------------------------------------------------------------------------


def begin(state: State, unit: str, why: str, now: float) -> e.RestoreBegan:
    """The journal is behind. An epoch has to follow, above all that are known."""
    return e.RestoreBegan(now, unit, why, tuple(sorted(state.plan.role_of_unit)))


def take_back(state: State, now: float) -> list[e.Event]:
    """Ask for every grant back: the ticket may have been called since the backup."""
    tickets: dict[str, list[str]] = {}
    for grant in state.grants.values():
        if grant.withdrawn is None:
            tickets.setdefault(grant.counter, []).append(grant.ticket)
    why = "the hall was restored from a backup"
    return [e.GrantsWithdrawn(now, counter, tuple(of), why) for counter, of in tickets.items()]


def asked(state: State) -> dict[str, int]:
    """The units that have yet to answer, each with the epoch that it has to act on."""
    waiting = state.restored.waiting if state.restored is not None else ()
    epoch = state.restored.epoch if state.restored is not None else 0
    return {**state.passed, **dict.fromkeys(waiting, epoch)}


def answers_for(state: State, unit: str, outbox: str, board: str) -> bool:
    """Whether what answers is the machine of a unit that the backup knew, or follows it for sure.

    Another disk, or a copy of it in another machine, may be a second one beside one that is cut
    off. On the same `board` it cannot: its file is locked by one run at a time. Whoever the
    backup did not know at all answers for itself.
    """
    expected = state.starts.expected.get(unit)
    if expected is None:
        return True
    if outbox != expected.outbox:
        return board != "" and board == expected.board
    return "" in {board, expected.board} or board == expected.board


def another(state: State, unit: str, outbox: str, now: float) -> list[e.Event]:
    """The word that something else answers in the place of a unit that is waited for, once."""
    if state.starts.expected[unit].instead == outbox:
        return []
    return [e.AnotherAnswered(now, unit, outbox)]


def ended(state: State, now: float) -> list[e.Event]:
    """The hall goes on if every unit has answered."""
    if state.restored is None or state.restored.waiting:
        return []
    return [_end(state, "", (), now)]


def _end(state: State, by: str, without: tuple[str, ...], now: float) -> e.RestoreEnded:
    prefixes = sorted(
        {service.prefix for service in state.plan.services}
        | {kiosk.prefix for kiosk in state.plan.kiosks}
    )
    series: dict[str, Any] = {prefix: state.series.get(prefix, 0) + MARGIN for prefix in prefixes}
    return e.RestoreEnded(now, by, without, series)


# --- commands meanwhile --------------------------------------------------------------------


def withheld(state: State, command: Command) -> Decision | None:
    """The refusal of what hands something out while the hall is restored; None if it may go on."""
    if state.restored is None or not _hands_out(command):
        return None
    missing = ", ".join(_missing(state, unit) for unit in state.restored.waiting)
    return refuse(RESTORING, f"the hall was restored from a backup and waits for {missing}")


def _missing(state: State, unit: str) -> str:
    expected = state.starts.expected.get(unit)
    instead = expected is not None and expected.instead != ""
    return f"{unit} (another disk answers in its place)" if instead else unit


def _hands_out(command: Command) -> bool:
    """Whether a command calls somebody, takes somebody in hand, or gives out a number."""
    if isinstance(command, AtCounter):
        return isinstance(command.request, w.Next | w.Recall | w.Resume | w.Undo)
    if isinstance(command, OnTicket):
        return command.wish == "check_in"
    return isinstance(command, Issue)


def go_on(state: State, command: GoOn, now: float) -> Decision:
    """A person lets the hall go on without units that are named."""
    if state.restored is None:
        return refuse("not_restoring", "the hall is not waiting for units")
    unseen = sorted(set(state.restored.waiting) - set(command.without))
    if unseen:
        return refuse("others_missing", f"it also waits for {', '.join(unseen)}")
    without = tuple(state.restored.waiting)
    return Decision((_end(state, command.by, without, now),))


# --- records of the time that is lost ------------------------------------------------------


def remembered(
    state: State, unit: str, outbox: str, body: w.AnyRecordBody, at: float
) -> list[e.Event]:
    """What a record tells of the time that the hub lost with its journal, beside itself.

    A number on paper is not given out again. The call that a record is about stands apart, so
    that the record finds it: nobody can say any more what became of counter and ticket. A rating,
    or the lack of one, says that the service had ended.
    """
    if not _of_lost_time(state, unit, outbox):
        return []
    if isinstance(body, w.PrintRecord):
        return _seen(state, unit, body.number, at)
    if not isinstance(body, _ABOUT_A_CALL):
        return []
    if body.counter not in state.counters or not state.stood_at(unit, body.counter):
        return []
    call = state.calls.get(body.call_id)
    events: list[e.Event] = [] if call else _call(state, body, Source(unit, at))
    if isinstance(body, w.StepRecord) or (call is not None and call.ended_at is not None):
        return events
    return [*events, *_done(state, body, Source(unit, at))]


def given_back(
    state: State, unit: str, outbox: str, body: w.AnyRecordBody, at: float
) -> list[e.Event]:
    """The end of another counter's grant of a ticket that this record says was called here.

    The backup has granted it to a counter that gave it back in the time that is lost: else
    nobody could have called it here.
    """
    if not _of_lost_time(state, unit, outbox) or not isinstance(body, w.CallRecord):
        return []
    grant = state.grants.get(body.ticket)
    if grant is None or grant.counter == body.counter or body.call_id in state.calls:
        return []
    return [e.GrantsEnded(at, grant.counter, (body.ticket,), "called_elsewhere", "")]


def _of_lost_time(state: State, unit: str, outbox: str) -> bool:
    """Whether a record may be of the time that is lost.

    Not once the hall goes on and this disk has answered, in the place of one that has not.
    """
    expected = state.starts.expected.get(unit)
    heard_out = state.restored is None and expected is not None and expected.instead == outbox
    return unit in asked(state) and not heard_out


_ABOUT_A_CALL = w.RatingRecord | w.UnratedRecord | w.RatingTagsRecord | w.StepRecord


def _seen(state: State, unit: str, number: str, at: float) -> list[e.Event]:
    """A number on paper, of today, that is higher than any the journal knows."""
    found = series_of(number)
    if found is None or at < state.day_began_at or found[1] <= state.series.get(found[0], 0):
        return []
    return [e.NumberSeen(at, unit, number)]


def _call(state: State, body: w.CallRecord, source: Source) -> list[e.Event]:
    ticket = state.tickets.get(body.ticket)
    number, service = (ticket.number, ticket.service) if ticket else (UNKNOWN_NUMBER, "")
    who = (body.ticket, body.call_id, body.counter, body.clerk or "")
    apart = e.CalledApart(source.at, *who, number, service, "restored")
    return [apart, *out_of_line(state, body.counter, body.ticket, source)]


def _done(state: State, body: w.CallRecord, source: Source) -> list[e.Event]:
    call = state.calls.get(body.call_id)
    if call is None or call.apart:
        who = (body.ticket, body.call_id, body.counter, body.clerk or "")
        return [e.EndedApart(source.at, *who, state.plan.rating.invite_s)]
    step = w.StepRecord(**{**body.model_dump(exclude={"kind"}), "step": "done"})
    return [x for x in events_of(state, step, source) if not isinstance(x, e.AloneStepUnused)]


# --- how it changes the state --------------------------------------------------------------


def _began(state: State, event: e.RestoreBegan) -> None:
    state.passed = {}
    state.restored = Restored(event.at, event.unit, event.why, state.epoch + 1, list(event.units))
    # Who has joined since this start may be another machine than the backup knew.
    known = state.starts.known if event.unit else _joined(state)
    here = [unit for unit in event.units if unit in known]
    state.starts.expected = {unit: Expected(known[unit][0], known[unit][1]) for unit in here}


def _joined(state: State) -> dict[str, list[str]]:
    return {unit: [known.outbox, known.board] for unit, known in state.units.items()}


def _another_answered(state: State, event: e.AnotherAnswered) -> None:
    expected = state.starts.expected[event.unit]
    expected.instead, expected.since = event.outbox, event.at


def _answered(state: State, event: e.UnitAnswered) -> None:
    if event.unit not in asked(state):
        raise ValueError(f"nobody waits for unit {event.unit}")
    state.passed.pop(event.unit, None)
    state.starts.expected.pop(event.unit, None)
    if state.restored is not None and event.unit in state.restored.waiting:
        state.restored.waiting.remove(event.unit)


def _ended(state: State, event: e.RestoreEnded) -> None:
    if state.restored is None or set(state.restored.waiting) - set(event.without):
        raise ValueError("units have yet to answer")
    state.passed = dict.fromkeys(event.without, state.restored.epoch)
    state.starts.expected = {
        unit: found for unit, found in state.starts.expected.items() if unit in state.passed
    }
    state.outlived = state.epoch
    state.restored = None
    for prefix, used in event.series.items():
        state.series[prefix] = max(state.series.get(prefix, 0), used)


def _lost(state: State, event: e.RecordsLost) -> None:
    state.lost.append(Lost(event.unit, event.outbox, event.first, event.through))


def _renamed(state: State, event: e.OutboxRenamed) -> None:
    state.lost.append(Lost(event.unit, event.outbox, 1, event.through))


def plan_changed(state: State) -> None:
    """Units that have left the plan are not waited for."""
    here = state.plan.role_of_unit
    state.passed = {unit: epoch for unit, epoch in state.passed.items() if unit in here}
    state.starts.expected = {
        unit: found for unit, found in state.starts.expected.items() if unit in here
    }
    if state.restored is not None:
        state.restored.waiting = [unit for unit in state.restored.waiting if unit in here]


def _number(state: State, event: e.NumberSeen) -> None:
    count_shown(state, event.number)


RESTORE_HANDLERS: dict[type[e.Event], Callable[[State, Any], None]] = {
    e.RestoreBegan: _began,
    e.UnitAnswered: _answered,
    e.AnotherAnswered: _another_answered,
    e.RestoreEnded: _ended,
    e.RecordsLost: _lost,
    e.OutboxRenamed: _renamed,
    e.NumberSeen: _number,
}
