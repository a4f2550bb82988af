"""Who is heard: the units' links right now, as far as the hub can tell. Pure: time is given.

This is not history and survives no restart. What of it matters later (a unit joined, was
lost, came back) is written as events by the transaction that notices.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from hub.core.grants import Said, lease_end
from hub.core.hall import Hall
from hub.core.run_clock import RunClock
from wire.messages import Hello, LinkRefusal, Renew, Status, Text

LOST_AFTER_S = 6.0
"""A unit unheard for so many real seconds is lost."""

COMMAND_WITHIN_S = 4.0
"""A command is in time if the renew that it quotes arrived no more real seconds before it."""

DECIDED_WITHIN_S = 8.0
"""A command that has been with the hub for more real seconds is decided no more.

Its unit has decided by itself long ago. It covers what a start of the hub makes commands wait.
"""

_ARRIVALS_KEPT = 64


@dataclass(slots=True)
class Heard:
    """The present run of a unit. Times are monotonic seconds.

    `said` is what its latest renew said, `answered` when a state was first sent in answer to
    message `answered_n`, the last that has an answer; `clock` what is known of its clock;
    `greeted`: it has said hello since the hub started. `kept` is its last message of which all
    that follows is committed.
    """

    run: str
    outbox: str
    n: int
    at: float
    kept: int = -1
    online: bool = True
    said: Said | None = None
    answered: float | None = None
    answered_n: int = -1
    greeted: bool = True
    clock: RunClock = field(default_factory=RunClock)
    arrivals: deque[tuple[int, float]] = field(default_factory=lambda: deque(maxlen=_ARRIVALS_KEPT))

    def renewed(self, renew: Renew, at: float, arrived: float | None = None) -> None:
        """A renew of this run, taken in at `at`, has arrived, maybe some time before.

        When it is delivered again, the first time counts.
        """
        if not self.arrivals or renew.n > self.n:
            came = at if arrived is None else arrived
            self.arrivals.append((renew.n, came))
            self.clock.heard(renew.boot_ms, came)
            self.said = Said(self.run, renew.epoch, renew.version, renew.through)
        self.n = max(self.n, renew.n)
        self.at = at
        self.online = True


class Presence:
    """All units that are heard or were heard since the hub started, at `since`.

    `second_s` is how far the hub's clock advances in a real second: on a scaled clock a unit's
    beat lasts real seconds all the same.
    """

    def __init__(self, since: float = 0.0, second_s: float = 1.0) -> None:
        self.since = since
        self.lost_after_s = LOST_AFTER_S * second_s
        self._second_s = second_s
        self._command_within_s = COMMAND_WITHIN_S * second_s
        self._decided_within_s = DECIDED_WITHIN_S * second_s
        self._units: dict[str, Heard] = {}
        self._moved: set[str] = set()
        self._left: dict[str, float] = {}  # by unit, the last answer to a run that is not present

    def get(self, unit: str) -> Heard | None:
        """The present run of a unit, if one was heard."""
        return self._units.get(unit)

    def heard(self, unit: str, now: float) -> bool:
        """Whether a unit is there."""
        found = self._units.get(unit)
        return found is not None and found.online and now - found.at < self.lost_after_s

    def hello(
        self, unit: str, hello: Hello, now: float, arrived: float | None = None
    ) -> LinkRefusal | None:
        """Take in a hello; refuse the second of two living runs."""
        before = self._units.get(unit)
        if before is not None and before.run != hello.run and self.heard(unit, now):
            return _twin(unit, before.run)
        if before is None or before.run != hello.run:
            before = self._begin(unit, hello.run, hello.outbox, hello.n, now)
        before.greeted = True
        self._moved.discard(unit)
        before.renewed(hello, now, arrived)
        return None

    def adopt(
        self,
        unit: str,
        run: str,
        outbox: str,
        renew: Renew,
        now: float,
        arrived: float | None = None,
    ) -> None:
        """Take in a renew of a run that said hello before this hub started."""
        found = self._begin(unit, run, outbox, renew.n, now)
        found.greeted = False
        found.renewed(renew, now, arrived)

    def _begin(self, unit: str, run: str, outbox: str, n: int, now: float) -> Heard:
        self._drop(unit)
        begun = self._units[unit] = Heard(run, outbox, n, now, clock=RunClock(self._second_s))
        return begun

    def _drop(self, unit: str) -> None:
        """Forget a run, but not until when its lease lasts: it may be cut off, and live on."""
        found = self._units.pop(unit, None)
        if found is not None and found.answered is not None:
            self._left[unit] = max(found.answered, self._left.get(unit, found.answered))

    def all_heard(self, now: float) -> list[str]:
        """The units that are there."""
        return [unit for unit in self._units if self.heard(unit, now)]

    def committed(self, unit: str) -> None:
        """All that follows from what a unit has said is durable."""
        found = self._units.get(unit)
        if found is not None:
            found.kept = found.n

    def answered(self, unit: str, now: float) -> None:
        """A state was sent to a unit.

        One that quotes a message which has its answer lends nothing for longer: a lease runs
        from when that message was sent. So a unit that is cut off has its last answer behind
        it, whatever else happens at its counter.
        """
        found = self._units.get(unit)
        if found is not None and found.n > found.answered_n:
            found.answered, found.answered_n = now, found.n

    def lease_over(self, unit: str, run: str, lease_s: float, now: float) -> bool:
        """Whether a run can certainly call no granted ticket any more, cut off as it is."""
        return now >= self.lease_end(unit, run, lease_s)

    def lease_end(self, unit: str, run: str, lease_s: float) -> float:
        """From when on a run can certainly call no granted ticket any more, if it stays cut off.

        A start of the hub counts as an answer: what the hub before it sent is not known. Of the
        runs of a unit that are not present, the last answer to any of them counts for all.
        """
        found = self._units.get(unit)
        told = found.answered if found is not None and found.run == run else None
        last = max(self.since, self._left.get(unit, self.since), told or self.since)
        return lease_end(lease_s, last)

    def moved(self, unit: str) -> None:
        """A unit has another place in the plan: it gets no state before it has said hello."""
        self._drop(unit)
        self._moved.add(unit)

    def has_moved(self, unit: str) -> bool:
        """Whether a unit was given another place, and has not said hello since."""
        return unit in self._moved

    def forget_ungreeted(self) -> None:
        """Forget runs that have not said hello: they get no state, and will."""
        for unit, found in tuple(self._units.items()):
            if not found.greeted:
                self._drop(unit)

    def forget_unjoined(self, hall: Hall) -> None:
        """Forget runs whose joining was not kept: they get no state, and will say hello again."""
        for unit, found in tuple(self._units.items()):
            known = hall.units.get(unit)
            if known is None or known.run != found.run:
                self._drop(unit)

    def renew(self, unit: str, renew: Renew, now: float, arrived: float | None = None) -> bool:
        """Take in a renew. False if it is not of the present run."""
        found = self._units.get(unit)
        if found is None or found.run != renew.run:
            return False
        found.renewed(renew, now, arrived)
        return True

    def status(self, unit: str, status: Status) -> None:
        """A run says that it is there, or its Last Will that it is not.

        A will of an earlier run means nothing: the unit has started again since.
        """
        found = self._units.get(unit)
        if found is not None and found.run == status.run and not status.online:
            found.online = False

    def in_time(
        self, unit: str, run: str, n: int, arrived: float, now: float | None = None
    ) -> bool:
        """Whether a command that quotes this run and renew, and came at `arrived`, may act.

        `now` is when it is to be decided, if that is later.
        """
        found = self._units.get(unit)
        if found is None or found.run != run:
            return False
        if now is not None and now - arrived > self._decided_within_s:
            return False
        renewed = next((at for number, at in reversed(found.arrivals) if number == n), None)
        return renewed is not None and arrived - renewed <= self._command_within_s


def _twin(unit: str, run: str) -> LinkRefusal:
    return LinkRefusal(
        code="twin",
        detail=Text(
            zh=f"另一台设备正在使用编号 {unit}，请先关闭它",
            en=f"Another unit is running as {unit}; switch it off first",
        ),
        twin_run=run,
    )
