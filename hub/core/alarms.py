"""Alarms: what somebody has to see to, since when, and who has seen it.

An alarm is not kept: it stands while its cause does, and can be read off the state. Kept is who
has acknowledged it. What only the hub's shell knows (broker, disk, quarantine) it adds itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hub.core import events as e
from hub.core.commands import Acknowledge, Decision, refuse
from hub.core.settled import Acknowledged
from hub.core.state import State
from hub.core.ticket_events import Handler

OF_THE_SHELL = frozenset({"broker", "storage", "quarantine"})
"""Kinds of alarms that the state does not know of."""

URGENT = frozenset({"storage", "broker", "restored", "emergency", "alone"})
"""Kinds that cannot wait until somebody happens to look."""

SAME_S = 0.01
"""A page knows times to the millisecond."""

KEPT = 200
"""So many acknowledgements are remembered at most."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something to see to. `about` is a line, a counter or a unit, `part` a peripheral of it.

    Kinds: hot, late (a line), alone (a counter whose unit is cut off while it serves), lost (any
    other unit), fault (a peripheral), away (a clerk beyond the announced time), emergency,
    restored, broker, storage, quarantine.
    """

    kind: str
    since: float
    about: str = ""
    part: str = ""
    scope: str = ""

    @property
    def key(self) -> str:
        """What names the cause. A unit is lost, whether its counter serves alone or not."""
        kind = "lost" if self.kind == "alone" else self.kind
        return "-".join(part for part in (kind, self.scope, self.about, self.part) if part)


def alarms(state: State) -> Iterator[Alarm]:
    """All alarms that the state knows of."""
    if state.restored is not None:
        yield Alarm("restored", state.restored.since)
    if state.emergency is not None:
        yield Alarm("emergency", state.desk.emergency_since)
    for flag in state.flags.values():
        if flag.kind in {"hot", "late"}:
            yield Alarm(flag.kind, flag.since, flag.target, scope=flag.scope)
    for counter in state.counters.values():
        pause = counter.paused
        if pause is not None and pause.overdue and pause.back_at is not None:
            yield Alarm("away", pause.back_at, counter.id)
    for unit in state.plan.role_of_unit:
        yield from _of_unit(state, unit)


def _of_unit(state: State, unit: str) -> Iterator[Alarm]:
    known = state.units.get(unit)
    counter = state.counters.get(state.plan.counter_of_unit.get(unit, ""))
    serves = counter is not None and counter.open
    if known is None or not (serves or state.open):
        return  # at night everything is switched off, and nobody is there to hear of it
    if known.lost_at is not None:
        yield Alarm("alone" if serves else "lost", known.lost_at, unit)
        return  # what fails there is not known now
    for peripheral in known.faults:
        yield Alarm("fault", known.faulty_since.get(peripheral, 0.0), unit, peripheral)


def seen_by(state: State, alarm: Alarm) -> Acknowledged | None:
    """Who has acknowledged an alarm, if somebody has."""
    seen = state.desk.seen.get(alarm.key)
    return seen if seen is not None and alarm.since <= seen.since + SAME_S else None


def acknowledge(state: State, command: Acknowledge, now: float) -> Decision:
    """Somebody has seen alarms; that another has seen one already changes nothing."""
    wanted = set(command.alarms)
    standing = [alarm for alarm in alarms(state) if alarm.key in wanted]
    standing += [Alarm(kind, command.since) for kind in sorted(wanted & OF_THE_SHELL)]
    if not standing:
        return refuse("unknown_alarm", "the cause of this alarm has gone")
    meant = [alarm for alarm in standing if alarm.since <= command.since + SAME_S]
    if not meant:
        return refuse("stale", "it has come again since; look at it once more")
    return Decision(
        tuple(
            e.AlarmAcknowledged(now, alarm.key, alarm.since, command.by)
            for alarm in meant
            if seen_by(state, alarm) is None
        )
    )


def _acknowledged(state: State, event: e.AlarmAcknowledged) -> None:
    kept = state.desk.seen
    kept.pop(event.alarm, None)
    kept[event.alarm] = Acknowledged(event.alarm, event.since, event.by, event.at)
    for alarm in list(kept)[:-KEPT]:
        del kept[alarm]


def day_over(state: State) -> None:
    """Forget who has seen what is no longer there."""
    standing = {alarm.key for alarm in alarms(state)} | OF_THE_SHELL
    state.desk.seen = {k: seen for k, seen in state.desk.seen.items() if k in standing}


HANDLERS: dict[type[e.Event], Handler] = {e.AlarmAcknowledged: _acknowledged}
