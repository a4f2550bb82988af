"""What can happen to units, their records, and the tickets that they were granted."""

from __future__ import annotations

from dataclasses import dataclass

from hub.core.event import Event, OfCall


@dataclass(frozen=True, slots=True)
class UnitJoined(Event):
    """A run of a unit said hello. `boot_at` is the wall time at which its CLOCK_BOOTTIME was 0.

    `through` is the last record of its outbox by then; `board` names the machine and the file.
    It said so at `boot_ms` of that clock, which runs as long as the `boot` of its machine, if
    that is told. Records after `after` are not from before `not_before`.
    """

    unit: str
    run: str
    outbox: str
    through: int
    head: str
    software: str
    boot_at: float
    board: str = ""
    boot: str = ""
    boot_ms: int = 0
    after: int = 0
    not_before: float = 0.0


@dataclass(frozen=True, slots=True)
class UnitClock(Event):
    """It is known better, or has changed, when a unit's CLOCK_BOOTTIME was 0: at `boot_at`.

    Records after `after` are not from before `not_before`, as which an earlier one is stored.
    """

    unit: str
    run: str
    boot_at: float
    after: int = 0
    not_before: float = 0.0


@dataclass(frozen=True, slots=True)
class RunPlaced(Event):
    """A run that never met the hub wrote records, the first of them between `since` and `until`.

    Its clock, or that of the whole boot of its machine, is taken to have been 0 at `boot_at`.
    `how`: its wall clock was set by a time server, or no more is known than the interval. Records
    after `after` of the outbox are not from before `not_before`.
    """

    unit: str
    run: str
    clock: str
    boot_at: float
    since: float
    until: float
    how: str
    outbox: str
    after: int
    not_before: float


@dataclass(frozen=True, slots=True)
class OrderKept(Event):
    """The clocks of two runs, each as well as it is known, put a record before an earlier one.

    So records after `after` of the outbox are not from before `not_before`.
    """

    unit: str
    outbox: str
    after: int
    not_before: float


@dataclass(frozen=True, slots=True)
class UnitLost(Event):
    """Nothing was heard of a unit for some seconds.

    The last it said, at `boot_ms` of its clock, was that `through` was its last record; 0 if this
    hub has heard nothing of it.
    """

    unit: str
    through: int = 0
    boot_ms: int = 0


@dataclass(frozen=True, slots=True)
class UnitBack(Event):
    """A unit that was lost is heard again, in the same run."""

    unit: str


COUNTER, PHONE = "counter", "phone"
"""Where a rating was given: at the counter's own unit, or on the page of the ticket."""


@dataclass(frozen=True, slots=True)
class Rated(Event):
    """A rating was pressed. `at` is the press; `sure` says how the time is known.

    `counted` only for the first rating of a call that ended at this counter; otherwise
    `why_not` says what is the matter, and a person decides. One by phone (`channel`) has no
    unit; it stands under its call in place of an outbox. Of a fork that a person has taken
    `fork` is the hash: its key was another record's.
    """

    unit: str
    outbox: str
    sequence: int
    counter: str
    clerk: str | None
    call_id: str
    ticket: str
    level: str
    after_ms: int
    sure: str
    counted: bool
    why_not: str | None
    channel: str = COUNTER
    fork: str = ""


@dataclass(frozen=True, slots=True)
class Unrated(Event):
    """An invitation ran out without an answer, which is a state of its own, not a level."""

    unit: str
    outbox: str
    sequence: int
    counter: str
    clerk: str | None
    call_id: str
    ticket: str
    sure: str
    counted: bool
    why_not: str | None


@dataclass(frozen=True, slots=True)
class RecordQuarantined(Event):
    """A record could not be read or believed; its bytes are kept and nothing was counted."""

    unit: str
    outbox: str | None
    sequence: int | None
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class ForkReviewed(Event):
    """Somebody (`by`) has looked at a fork, and has taken it for what it says (`counted`) or not.

    `hash` is the fork's own; the other key is that of the record that came first.
    """

    unit: str
    outbox: str
    sequence: int
    hash: str
    counted: bool
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class RatingTagged(Event):
    """The reasons for a rating, given after it. `why_not` as for a rating."""

    unit: str
    outbox: str
    sequence: int
    counter: str
    call_id: str
    ticket: str
    tags: tuple[str, ...]
    sure: str
    counted: bool
    why_not: str | None
    channel: str = COUNTER


@dataclass(frozen=True, slots=True)
class HealthNoted(Event):
    """A peripheral of a unit stopped working, or works again."""

    unit: str
    peripheral: str
    ok: bool
    code: str | None
    detail: str


# --- granted tickets, and what counters did alone ------------------------------------------


@dataclass(frozen=True, slots=True)
class GrantsGiven(Event):
    """These waiting tickets may be called by this run of a counter's unit while it is cut off.

    `board` names the machine and its outbox's file: a copy of the outbox has another.
    """

    counter: str
    unit: str
    run: str
    outbox: str
    board: str
    tickets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GrantsWithdrawn(Event):
    """The states that the unit gets from now on lack these tickets.

    Until it says that it acts on one of them, nobody else may call them.
    """

    counter: str
    tickets: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class GrantsEnded(Event):
    """It is known that the unit did not call these tickets and will not: any counter may.

    `why` is taken_back (it acts on a state that lacks them), later_run (it has started again),
    called_elsewhere (another unit's record says so, of a time that the journal has lost),
    or not_called (a person, `by`, has said so).
    """

    counter: str
    tickets: tuple[str, ...]
    why: str
    by: str


@dataclass(frozen=True, slots=True)
class ServedUnnumbered(OfCall):
    """A counter that was cut off began to serve somebody without a number.

    `ticket` is new: the visit is one of the hall's all the same, in the hand of the counter.
    """

    service: str


@dataclass(frozen=True, slots=True)
class CalledApart(OfCall):
    """A counter that was cut off called a ticket that was by then no longer its own to call.

    `why` says what the ticket or the counter was by then. The call is remembered, so that its
    rating counts; ticket and counter stay as they are.
    """

    number: str
    service: str
    why: str


@dataclass(frozen=True, slots=True)
class EndedApart(OfCall):
    """The service of a call that stands apart has ended."""

    invite_s: float


@dataclass(frozen=True, slots=True)
class AloneStepUnused(Event):
    """A step that a counter took while it was cut off, and that no longer fits anything."""

    unit: str
    counter: str
    call_id: str
    step: str
    why: str
