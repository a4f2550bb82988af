"""What units say of their link, within a transaction: who is there, who is refused, who is lost.

`hub.core.presence` says what follows for the link; here it becomes events.
"""

from __future__ import annotations

from typing import Protocol

from hub.boards import Boards
from hub.core import events as e
from hub.core.presence import Presence
from hub.intake import Intake
from hub.record_times import Dated, last_time
from hub.restoring import Restoring
from wire import messages as w

DISK = "disk"
"""What the fault of a unit is called that can keep no record."""


class _Books(Protocol):
    presence: Presence
    boards: Boards
    turned_away: dict[str, tuple[str, float]]


class Round(Dated, Protocol):
    """What is needed of the transaction."""

    monotonic: float

    @property
    def books(self) -> _Books: ...

    def reject(self, code: str) -> None:
        """Count a message that was not acted on."""


class Links:
    """What one transaction hears of units' links.

    `heard` are the units that have said something, `due` those that a state is to be sent to,
    and `refused` those that are told why the hub does not work with them.
    """

    def __init__(self, round_: Round, restoring: Restoring, intake: Intake) -> None:
        self._round = round_
        self._hall = round_.hall
        self._books = round_.books
        self._presence = round_.books.presence
        self._restoring = restoring
        self._intake = intake
        self.heard: set[str] = set()
        self.due: set[str] = set()
        self.refused: dict[str, tuple[w.Hello, w.LinkRefusal]] = {}

    def hello(self, unit: str, hello: w.Hello, arrived: float | None = None) -> None:
        """A unit has connected. `arrived` is when that came, by the hub's monotonic clock."""
        refusal = self._stranger(unit, hello)
        before = self._presence.get(unit)
        # Not delivered again, long after it was sent.
        news = before is None or before.run != hello.run or hello.n > before.kept
        if refusal is None:
            refusal = self._presence.hello(unit, hello, self._round.monotonic, arrived)
        if refusal is not None:
            self.refused[unit] = (hello, refusal)
            self._books.turned_away[unit] = (refusal.code, self._round.now)
            self._round.reject(refusal.code)
            return
        self._books.turned_away.pop(unit, None)
        known = self._hall.units.get(unit)
        if known is None or known.run != hello.run or known.lost_at is not None:
            self._round.happen([self._joined(unit, hello)])
        else:
            self._set_clock(unit, hello)
        self._note_trouble(unit, hello)
        if news:
            committed = self._round.heads.anywhere(hello.outbox)
            self._compared(self._restoring.compare(unit, hello, hello.receipted, committed))
            self._intake.close_gap(unit, hello)
        self.due.add(unit)
        self.heard.add(unit)
        if unit in self._hall.plan.board:
            self._books.boards.ask(unit)

    def _compared(self, anew: bool) -> None:
        """After an epoch that began `anew` every unit is to act on it."""
        if anew:
            self.due.update(self._presence.all_heard(self._round.monotonic))

    def _stranger(self, unit: str, hello: w.Hello) -> w.LinkRefusal | None:
        role = self._hall.plan.role_of_unit.get(unit)
        if role is None:
            text = w.Text(zh=f"大厅配置中没有设备 {unit}", en=f"The hall's plan has no unit {unit}")
            return w.LinkRefusal(code="unknown_unit", detail=text)
        if role is not hello.role:
            text = w.Text(
                zh=f"大厅配置中设备 {unit} 的类型是 {role}，而不是 {hello.role}",
                en=f"In the hall's plan unit {unit} is a {role}, not a {hello.role}",
            )
            return w.LinkRefusal(code="wrong_role", detail=text)
        counter = self._hall.plan.counter_of_unit.get(unit)
        if counter != hello.counter:
            text = w.Text(
                zh=f"设备 {unit} 应属于窗口 {counter}，而不是 {hello.counter}",
                en=f"Unit {unit} belongs to counter {counter}, not {hello.counter}",
            )
            return w.LinkRefusal(code="wrong_counter", detail=text)
        return None

    def _joined(self, unit: str, hello: w.Hello) -> e.UnitJoined:
        known = self._hall.units.get(unit)
        same = known is not None and known.outbox == hello.outbox
        after, last_at = last_time(self._round, unit) if same else (0, 0.0)
        before = known.boots.get(hello.boot or hello.run) if known is not None else None
        return e.UnitJoined(
            at=self._round.now,
            unit=unit,
            run=hello.run,
            outbox=hello.outbox,
            through=hello.through,
            head=hello.head,
            software=hello.software,
            boot_at=self._boot_at(unit, hello, before),
            board=hello.board,
            boot=hello.boot,
            boot_ms=hello.boot_ms,
            after=after,
            not_before=min(last_at, self._round.now),
        )

    def _boot_at(self, unit: str, said: w.Renew, before: float | None) -> float:
        """When the clock of a unit's present run was 0: the best by now, or as known `before`."""
        heard = self._presence.get(unit)
        if heard is None:
            return self._round.now - said.boot_ms / 1000
        found = self._round.now - self._round.monotonic + heard.clock.zero
        return found if before is None or heard.clock.better(found, before) else before

    def renew(self, unit: str, renew: w.Renew, arrived: float | None = None) -> None:
        """A unit is still there, and says what it acts on. `arrived` as of `hello`."""
        before = self._presence.get(unit)
        new = before is None or renew.n > before.kept  # not delivered again, long after it was sent
        now = self._round.monotonic
        if not self._presence.renew(unit, renew, now, arrived):
            known = self._hall.units.get(unit)
            if known is None or known.run != renew.run or before:
                return  # it gets no state, and will say hello again
            if self._hall.restored is not None or unit in self._hall.passed:
                return  # what it still has, only a hello says
            if self._presence.has_moved(unit):
                return  # nor does it say where it believes that it is
            self._presence.adopt(unit, known.run, known.outbox, renew, now, arrived)
        state = self._hall.units.get(unit)
        if state is not None and state.lost_at is not None:
            self._round.happen([e.UnitBack(self._round.now, unit)])
        if new:
            self._set_clock(unit, renew)
            self._note_trouble(unit, renew)
            self._compared(
                self._restoring.compare(unit, renew, met=before is not None and before.kept >= 0)
            )
        self.due.add(unit)
        self.heard.add(unit)

    def _set_clock(self, unit: str, said: w.Renew) -> None:
        """Note what is known better of a unit's clock, so that later records get the right time."""
        known = self._hall.units.get(unit)
        boot_at = self._boot_at(unit, said, known.boot_at if known else None)
        if known is not None and boot_at != known.boot_at:
            after, last_at = last_time(self._round, unit)
            not_before = min(last_at, self._round.now)
            self._round.happen(
                [e.UnitClock(self._round.now, unit, said.run, boot_at, after, not_before)]
            )

    def _note_trouble(self, unit: str, said: w.Renew) -> None:
        """Note that a unit can keep no record, which no record can say, or that it can again."""
        state = self._hall.units.get(unit)
        known = state.faults.get(DISK, [None])[0] if state is not None else said.trouble
        if said.trouble != known:
            ok = said.trouble is None
            self._round.happen([e.HealthNoted(self._round.now, unit, DISK, ok, said.trouble, "")])

    def missed(self) -> None:
        """Note the units that have fallen silent."""
        for unit, state in self._hall.units.items():
            if state.lost_at is None and not self._presence.heard(unit, self._round.monotonic):
                self._round.happen([self._lost(unit, state.run)])

    def _lost(self, unit: str, run: str) -> e.UnitLost:
        heard = self._presence.get(unit)
        if heard is None or heard.run != run or heard.said is None:
            return e.UnitLost(self._round.now, unit)
        return e.UnitLost(self._round.now, unit, heard.said.through, heard.clock.boot_ms)
