"""The hall as a state machine: everything that can happen, in any order."""

from __future__ import annotations

import shutil

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from device.events import RatingPressed, StaffKey
from hub.core.audit import Audit
from hub.core.commands import GoOn, Issue, OnTicket
from hub.core.restored import asked
from hub.core.tickets import ALIVE, TicketState
from tests.hub.core.examples import request, sign_in
from tests.model.hall import CLERKS, UNITS, ModelHall
from tests.model.parts import UnitModel
from wire import messages as w

KEYS = [StaffKey.NEXT] * 6 + [StaffKey.DONE] * 4 + [StaffKey.NO_SHOW, StaffKey.RECALL]
KEYS += [StaffKey.HOLD, StaffKey.RESUME, StaffKey.PAUSE]
PAGE = ["next", "next", "done", "open", "undo", "no_show", "close", "hold", "resume", "start"]
ACCIDENTS = ["cable", "broker", "power", "power", "off", "disk", "hub", "hub", "hub is gone"]


class CutOffHall(ModelHall):
    """What citizens, clerks, an operator, the network and the machines may do, in any order."""

    units = st.sampled_from(sorted(UNITS))

    def teardown(self) -> None:
        try:
            self.everything_ends_well()
        finally:
            for machine in self.there():
                machine.stop()
            shutil.rmtree(self.folder, ignore_errors=True)

    @initialize(
        rates=st.lists(st.sampled_from([1.0, 0.999, 1.001]), min_size=3, max_size=3),
        waiting=st.integers(0, 12),
    )
    def open_the_hall(self, rates: list[float], waiting: int) -> None:
        for (unit, counter), rate in zip(UNITS.items(), rates, strict=True):
            self.machines[unit] = self.machine(unit, counter, unit, rate)
            self.machines[unit].start()
            self.machines[unit].connect()
            self.at(counter, sign_in(CLERKS[counter]))
            self.at(counter, request("open"))
        for _ in range(waiting):
            self.somebody_takes_a_number("a")
        self.deliver_all()

    # --- people -----------------------------------------------------------------------------------

    @rule(service=st.sampled_from("aaab"))
    def somebody_takes_a_number(self, service: str) -> None:
        self.hub.command(self.new_id("page"), Issue(service, self.new_id("t"), "web"))

    @rule(unit=units, key=st.sampled_from(KEYS))
    def a_clerk_presses(self, unit: str, key: StaffKey) -> None:
        self.machines[unit].press(key)

    @rule(unit=units, key=st.sampled_from([StaffKey.NEXT, StaffKey.NEXT, StaffKey.DONE]))
    def a_clerk_presses_and_waits(self, unit: str, key: StaffKey) -> None:
        """Long enough for an answer, or for none."""
        self.machines[unit].press(key)
        self.deliver_all()
        self.pass_time(1.2)
        self.deliver_all()

    @rule(unit=units, level=st.sampled_from([*w.Level, None]))
    def somebody_is_served(self, unit: str, level: w.Level | None) -> None:
        for key in (StaffKey.NEXT, StaffKey.DONE):
            self.a_clerk_presses_and_waits(unit, key)
        if level is not None:
            self.machines[unit].happen(RatingPressed(level))

    @rule(unit=units, level=st.sampled_from([*w.Level, None]))
    def somebody_else_is_served(self, unit: str, level: w.Level | None) -> None:
        self.somebody_is_served(unit, level)

    @rule(unit=units, level=st.sampled_from(list(w.Level)))
    def a_citizen_rates(self, unit: str, level: w.Level) -> None:
        self.machines[unit].happen(RatingPressed(level))

    @rule(counter=st.sampled_from(sorted(CLERKS)), action=st.sampled_from(PAGE))
    def a_clerk_uses_the_page(self, counter: str, action: str) -> None:
        self.at(counter, request(action))

    @rule(counter=st.sampled_from(sorted(CLERKS)), to=st.sampled_from([*sorted(CLERKS), "b"]))
    def somebody_is_sent_on(self, counter: str, to: str) -> None:
        there = {"service": to} if to == "b" else {"counter": to}
        self.at(counter, w.Transfer.model_validate({"action": "transfer", **there}))

    @rule(clerk=st.sampled_from(sorted(CLERKS.values())), counter=st.sampled_from(sorted(CLERKS)))
    def a_clerk_goes_elsewhere(self, clerk: str, counter: str) -> None:
        self.at(counter, sign_in(clerk))
        self.at(counter, request("open"))

    @rule(pick=st.integers(0, 50))
    def somebody_gives_up(self, pick: int) -> None:
        alive = [t.id for t in self.hub.hall.tickets.values() if t.state is TicketState.WAITING]
        if alive and pick < 5:
            ticket = alive[pick % len(alive)]
            self.hub.command(self.new_id("page"), OnTicket(ticket, "cancel", "citizen"))

    @rule(pick=st.integers(0, 9), unit_off=st.booleans())
    def somebody_says_that_they_were_not_called(self, pick: int, unit_off: bool) -> None:
        """People speak the truth here; and who says that a unit is off has switched it off."""
        kept = [g for g in self.hub.hall.grants.values() if g.parked]
        if not kept:
            return
        grant = kept[pick % len(kept)]
        off = unit_off and not any(m.on and m.run == grant.run for m in self.there())
        if grant.ticket not in self.alone_calls:
            wish = OnTicket(grant.ticket, "not_called", "operator", unit_off=off)
            self.hub.command(self.new_id("page"), wish)

    # --- the network ------------------------------------------------------------------------------

    @rule(pick=st.integers(0, 99), times=st.integers(1, 4), again=st.integers(0, 9))
    def something_arrives(self, pick: int, times: int, again: int) -> None:
        for _ in range(times):
            ways = self.net.ways()
            if not ways:
                return
            way, key = ways[pick % len(ways)]
            self.arrive(way, key, repeat=again == 0)

    @rule()
    def all_arrives(self) -> None:
        self.deliver_all()

    @rule(unit=units)
    def a_cable_comes_out_for_long(self, unit: str) -> None:
        self.machines[unit].cut()
        self.pass_time(7.0)
        self.deliver_all()

    @rule(unit=units, level=st.sampled_from([*w.Level, None]))
    def a_counter_goes_on_alone(self, unit: str, level: w.Level | None) -> None:
        self.a_cable_comes_out_for_long(unit)
        self.somebody_is_served(unit, level)
        self.machines[unit].press(StaffKey.NEXT)

    @rule(unit=units)
    def a_cable_goes_in(self, unit: str) -> None:
        self.machines[unit].connect()

    # --- machines ---------------------------------------------------------------------------------

    @rule(unit=units, what=st.sampled_from(ACCIDENTS))
    def an_accident(self, unit: str, what: str) -> None:
        machine = self.machines[unit]
        if what == "cable":
            machine.cut()
        elif what == "broker":
            machine.cut()
            self.net.lose(unit)
        elif what == "power":
            machine.stop()
            machine.start()
            machine.connect()
        elif what == "off":
            machine.stop()
        elif what == "disk":
            self.replace_disk(machine)
        elif what == "hub":
            self.hub.crash()
            self.hub.start()
        else:
            self.hub.crash()

    @rule(commits=st.integers(1, 40))
    def a_backup_is_put_back(self, commits: int) -> None:
        """The hub loses what it has committed last; what units have by themselves is not lost.

        Lost are numbers taken and calls decided by the hub since, and what only a disk knew that
        has been replaced: that is the nature of a backup. Of calls decided at units none is.
        """
        self.nobody_is_held_twice()
        for unit in list(self.twins):
            self.take_away(unit)
        self.hub.crash()
        self.hub.journal.put_back(commits)
        self.ids["read"] = len(self.hub.journal.events)
        bodies = [body for machine in self.there() for _, _, body in machine.written]
        there = {body.call_id for body in bodies if isinstance(body, w.CalledRecord)}
        self.alone_calls = {t: found for t, found in self.alone_calls.items() if found[1] in there}
        self.excused |= there
        self.hub.start(restored=True)

    @rule(unit=units, commits=st.integers(1, 40), twin=st.booleans(), go_on=st.booleans())
    def a_backup_is_put_back_while_a_unit_is_cut_off(
        self, unit: str, commits: int, twin: bool, go_on: bool
    ) -> None:
        """It may have been granted people that nobody remembers, and calls them; or is broken."""
        for machine in self.machines.values():
            machine.start_and_connect()
        self.somebody_takes_a_number("a")
        self.deliver_all()
        self.machines[unit].cut()
        self.a_backup_is_put_back(commits)
        if go_on:
            self.machines[unit].stop()
        if twin:
            self.somebody_sets_up_a_twin(unit)
        for _ in range(4):
            self.pass_time(2.1)
            self.deliver_all()
        self.an_operator_goes_on_without_units(call_off=True)
        for machine in self.there():
            machine.press(StaffKey.NEXT)
        self.deliver_all()

    @rule(call_off=st.booleans())
    def an_operator_goes_on_without_units(self, call_off: bool) -> None:
        """Who goes on without a unit has looked that it is off, and that nobody stands there.

        Whoever was called there by itself may have been sent home instead.
        """
        restored = self.hub.hall.restored
        if restored is None or not self.hub.up or any(map(self.may_call, restored.waiting)):
            return
        for ticket in self.called_unheard():
            if not call_off:
                return
            self.hub.command(self.new_id("page"), OnTicket(ticket, "cancel", "operator"))
        self.hub.command(self.new_id("page"), GoOn(tuple(restored.waiting), "operator"))

    def may_call(self, unit: str) -> bool:
        """Whether a machine of a unit is on that the hub may know nothing of."""
        expected, heard = self.hub.hall.starts.expected.get(unit), self.hub.books.presence.get(unit)
        for machine in self.there():
            told = expected is not None and machine.on and machine.outbox.id == expected.instead
            known = told and heard is not None and heard.run == machine.run
            if machine.unit == unit and machine.on and not known:
                return True
        return False

    def called_unheard(self) -> list[str]:
        """Who was called by a counter alone and waits as if not, as its records are missing."""
        hall = self.hub.hall
        return [
            ticket
            for ticket, (_, call_id) in self.alone_calls.items()
            if call_id not in hall.calls
            and ticket in hall.tickets
            and hall.tickets[ticket].state is TicketState.WAITING
        ]

    def replace_disk(self, old: UnitModel) -> None:
        """A disk breaks, and with it goes whatever it alone knew.

        That is found where the backup knew the disk. Where it knew none, nobody can tell.
        """
        old.stop()
        hall = self.hub.hall
        if old.unit in asked(hall) and old.unit not in hall.starts.expected:
            bodies = [body for _, _, body in old.written if isinstance(body, w.CalledRecord)]
            lost = {body.call_id for body in bodies} - set(hall.calls)
            kept = {t: call for t, call in self.alone_calls.items() if call[1] not in lost}
            self.alone_calls = kept
        self.old.append(old)
        unit = old.unit
        folder = f"{unit}-{len(self.old)}"
        self.machines[unit] = self.machine(unit, old.counter, folder, old.rate)
        self.machines[unit].start()
        self.machines[unit].connect()

    @rule(unit=units)
    def somebody_sets_up_a_twin(self, unit: str) -> None:
        """A second machine is given a unit's name; it is taken away again when it is found.

        While a hall is restored it answers in the place of a unit that may be cut off. Not for a
        unit of which the backup knew no machine: then nobody can tell but a person.
        """
        if unit in self.twins:
            self.take_away(unit)
            return
        if unit in asked(self.hub.hall) and unit not in self.hub.hall.starts.expected:
            return
        folder = f"{unit}-twin-{len(self.old)}"
        self.twins[unit] = self.machine(unit, UNITS[unit], folder, 1.0)
        self.twins[unit].start()
        self.twins[unit].connect()

    @rule(unit=units, long=st.booleans())
    def a_twin_is_all_that_is_heard(self, unit: str, long: bool) -> None:
        """The one that was there first is cut off, and the other is somebody's counter by now."""
        if unit not in self.twins:
            self.somebody_sets_up_a_twin(unit)
        if unit not in self.twins:
            return
        self.a_cable_comes_out_for_long(unit)
        self.pass_time(7.0 if long else 0.5)
        self.deliver_all()
        self.twins[unit].press(StaffKey.NEXT)
        self.machines[unit].press(StaffKey.NEXT)
        self.deliver_all()

    @rule(unit=units, key=st.sampled_from(KEYS))
    def a_clerk_presses_at_a_twin(self, unit: str, key: StaffKey) -> None:
        if unit in self.twins:
            self.twins[unit].press(key)

    @rule(unit=units)
    def a_twin_is_cut_off(self, unit: str) -> None:
        if unit in self.twins:
            self.twins[unit].cut()
            self.pass_time(7.0)
            self.twins[unit].press(StaffKey.NEXT)

    @rule(unit=units)
    def what_was_off_is_switched_on(self, unit: str) -> None:
        if not self.hub.up:
            self.hub.start()
        if not self.machines[unit].on:
            self.machines[unit].start_and_connect()

    # --- time -------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([0.05, 0.2, 0.5, 1.1, 2.1, 3.1, 7.0]))
    def a_moment_passes(self, seconds: float) -> None:
        self.pass_time(seconds)

    @rule(seconds=st.sampled_from([600.0, 3590.0, 3700.0]))
    def a_while_passes(self, seconds: float) -> None:
        """Nobody moves for a while, as after a long sleep."""
        self.clock.now += seconds
        self.tick()

    # --- the end ----------------------------------------------------------------------------------

    def everything_ends_well(self) -> None:
        """With the network whole again all is known, and everybody is served or has gone."""
        if not self.machines:
            return
        if not self.hub.up:
            self.hub.start()
        for unit in list(self.twins):
            self.take_away(unit)
        for machine in self.machines.values():
            machine.start_and_connect()
        for _ in range(12):
            self.settle()
        self.an_operator_goes_on_without_units(call_off=True)
        self.no_record_is_missing()
        self.nobody_is_left()
        self.nobody_is_held_twice()
        assert Audit().read(self.hub.journal.events) == []

    def nobody_is_left(self) -> None:
        """From every ticket some step leads on, a person's word included."""
        for _ in range(80):
            hall = self.hub.hall
            if not any(t.state in ALIVE for t in hall.tickets.values()):
                return
            for grant in list(hall.grants.values()):
                if grant.parked and grant.ticket not in self.alone_calls:
                    wish = OnTicket(grant.ticket, "not_called", "operator", unit_off=True)
                    self.hub.command(self.new_id("page"), wish)
                elif grant.parked:  # the machine that called it has gone, and its disk with it
                    self.hub.command(
                        self.new_id("page"), OnTicket(grant.ticket, "cancel", "operator")
                    )
            for action in ("open", "unpause", "resume", "done", "next", "done"):
                for counter, clerk in CLERKS.items():
                    if action == "open":
                        self.at(counter, sign_in(clerk))
                    self.at(counter, request(action))
                if action in {"next", "done"}:
                    self.settle()
        left = [t for t in self.hub.hall.tickets.values() if t.state in ALIVE]
        raise AssertionError(f"no step leads on from {left}")
