"""What awaits the lines in the minutes ahead: the estimate of what a change in the hall is worth.

A line is taken as a fluid: W seconds of work wait, a seconds of work arrive each second, and c
counters work it down, so that after t seconds W + (a - c) t is left, and never less than
nothing. Divided by the mean time of a service this is how many wait; summed over the horizon
it is how long they wait together. What a change saves of this, shared among all in the hall
who wait now or come within the horizon, is its gain in minutes of mean wait.

A counter with more than one line goes where the work is: between a line and the others of the
counter that helps it, its time is divided so that both would be cleared at the same moment, as
far as one counter's time goes. Chance is left out: `docs/policies.md` has what help was really
worth.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hub.core.state import State
from hub.core.tickets import TicketState

RATE_OVER_S = 1800.0
"""Arrivals are counted over the last half hour."""

RATE_FROM_S = 600.0
"""Early in the day over what there was of it, but not less than this."""

ALONE_MIN = 30.0
"""A line that nobody on duty serves needs so much longer, if nobody said when they are back."""


class Stretch(NamedTuple):
    """One line, or several that the same counters serve.

    `people` wait, `coming` more come each second; `work_s` is the work of those who wait, in
    seconds, `arriving` the work that comes, in seconds each second; `counters` is how many
    work on it.
    """

    people: float
    coming: float
    work_s: float
    arriving: float
    counters: float

    def together_s(self, counters: float, horizon_s: float) -> float:
        """How long all who wait within the horizon wait together, with so many counters."""
        people = self.all_who_come(horizon_s)
        work_s = self.work_s + self.arriving * horizon_s
        if people <= 0 or work_s <= 0:
            return 0.0
        shrinks = counters - self.arriving
        if shrinks * horizon_s >= self.work_s:
            left = self.work_s * self.work_s / (2 * shrinks) if shrinks > 0 else 0.0
        else:
            left = self.work_s * horizon_s - shrinks * horizon_s * horizon_s / 2
        return left * people / work_s

    def all_who_come(self, horizon_s: float) -> float:
        """How many wait now or come within the horizon."""
        return self.people + self.coming * horizon_s


class Shift(NamedTuple):
    """What it is worth that some of a counter's time goes from its own lines to another line.

    `gain_min` are minutes of mean wait for all in the hall. Together those of the other line wait
    `line_min` less, those of the counter's own `own_min` longer; below 0 it is the other way round.
    """

    gain_min: float
    line_min: float
    own_min: float


class Outlook:
    """The lines of a hall at a moment, and what changes would be worth within `horizon_s`."""

    def __init__(self, state: State, now: float, horizon_s: float) -> None:
        self._state = state
        self._now = now
        self._horizon_s = horizon_s
        coming = _coming(state, now)
        self.lines = {
            service.id: self._line(service.id, coming.get(service.id, 0.0))
            for service in state.plan.services
        }
        self.people = sum(x.all_who_come(horizon_s) for x in self.lines.values())

    def _line(self, service: str, coming: float) -> Stretch:
        people, mean_s = waiting(self._state, service), self._state.mean_s(service)
        counters = self._state.duty.capacity.get(service, 0.0)
        return Stretch(people, coming, people * mean_s, coming * mean_s, max(0.0, counters))

    def clear_min(self, service: str) -> float:
        """How long the counters on duty need for all who wait in a line, in minutes.

        If nobody on duty serves it: as long as one counter would need, from when the first is
        back.
        """
        line = self.lines[service]
        if line.counters > 0:
            return line.work_s / line.counters / 60
        return (line.work_s / 60 + self._alone_min(service)) if line.people else 0.0

    def _alone_min(self, service: str) -> float:
        state = self._state
        back = [
            (counter.paused.back_at - self._now) / 60
            for counter in state.counters.values()
            if counter.paused is not None
            and counter.paused.back_at is not None
            and service in state.services_of(counter.id)
        ]
        return min(ALONE_MIN, max(0.0, min(back, default=ALONE_MIN)))

    def hall_min(self) -> float:
        """How long all counters on duty together need for all who wait, in minutes."""
        work_s = sum(line.work_s for line in self.lines.values())
        on_duty = len(self._state.duty.serving)
        return work_s / 60 / on_duty if on_duty else work_s / 60 + (ALONE_MIN if work_s else 0)

    def load(self, counters: float) -> float:
        """The work that arrives, as a share of what so many counters can do."""
        return sum(line.arriving for line in self.lines.values()) / max(counters, 1e-9)

    def helped(self, service: str, counter: str) -> Shift:
        """What it is worth that a counter takes a line it does not serve now."""
        line, own = self.lines[service], self._group(self._state.duty.serving[counter])
        ours = line.work_s + line.arriving * self._horizon_s
        theirs = own.work_s + own.arriving * self._horizon_s
        if ours <= 0:
            return Shift(0.0, 0.0, 0.0)
        fair = (ours * own.counters - theirs * line.counters) / (ours + theirs)
        return self._shift(line, own, min(max(fair, 0.0), 1.0))

    def returned(self, service: str, counter: str) -> Shift:
        """What it is worth that a counter gives a line back that was added to it."""
        serving = self._state.duty.serving[counter]
        line = self.lines[service]
        own = self._group(s for s in serving if s != service)
        return self._shift(line, own, -1 / len(serving))

    def staffed(self, services: Iterable[str], counters: int) -> Shift:
        """What so many counters more, or fewer (below 0), are worth that serve these.

        It is taken from no other line.
        """
        saved_s = self._saved_s(self._group(services), counters)
        return Shift(self._shared(saved_s), saved_s / 60, 0.0)

    def _group(self, services: Iterable[str]) -> Stretch:
        return Stretch(*map(sum, zip(*(self.lines[s] for s in services), strict=True)))

    def _shift(self, line: Stretch, own: Stretch, counters: float) -> Shift:
        """What it is worth that so much of a counter goes from its own lines to this line."""
        saved_s = self._saved_s(line, counters)
        lost_s = -self._saved_s(own, -counters)
        return Shift(self._shared(saved_s - lost_s), saved_s / 60, lost_s / 60)

    def _saved_s(self, line: Stretch, counters: float) -> float:
        """How much less all of a line wait together with so many counters more."""
        after = line.together_s(max(0.0, line.counters + counters), self._horizon_s)
        return line.together_s(line.counters, self._horizon_s) - after

    def _shared(self, seconds: float) -> float:
        return seconds / 60 / self.people if self.people > 0 else 0.0


def waiting(state: State, service: str) -> int:
    """How many wait in a line whom any counter with the skill may call."""
    pool = state.lines.pool
    return sum(len(pool.get((service, kind), ())) for kind in state.lines.kinds[service])


def _coming(state: State, now: float) -> dict[str, float]:
    """How many come for each service, a second."""
    since = now - RATE_OVER_S
    first = next((t.issued_at for t in state.tickets.values()), now)
    over_s = min(RATE_OVER_S, max(RATE_FROM_S, now - first))
    found: dict[str, float] = {}
    for ticket in reversed(state.tickets.values()):
        if ticket.issued_at < since:
            break
        if ticket.state not in _NEVER_CAME:
            found[ticket.service] = found.get(ticket.service, 0.0) + 1 / over_s
    return found


_NEVER_CAME = frozenset({TicketState.BOOKED, TicketState.CANCELLED})
