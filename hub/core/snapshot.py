"""The state as plain data, and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from operator import attrgetter
from typing import Any

from hub.core.known_times import KnownTimes
from hub.core.learning import Estimate, Learned
from hub.core.people import Account, People, Role, Token
from hub.core.plan import Plan
from hub.core.settled import Desk
from hub.core.starts import Epoch, Expected, Lost, Restored, Starts
from hub.core.state import (
    Advice,
    Call,
    CounterState,
    Flag,
    Grant,
    HistoryError,
    LastStep,
    News,
    Pause,
    State,
    Totals,
    UnitState,
)
from hub.core.strips import Strips
from hub.core.tickets import Ticket, TicketState


def dump(state: State) -> dict[str, Any]:
    """The whole state as plain data."""
    data: dict[str, Any] = {
        name: _rows(getattr(state, name)) if name in _FLAT else _plain(getattr(state, name))
        for name in _DUMPED
    }
    data["plan"] = state.plan.model_dump(mode="json") if state.configured else None
    return data


def restore(state: State, data: dict[str, Any]) -> None:
    """Fill a new state with what `dump` made.

    Raises HistoryError for data that it did not make.
    """
    try:
        plan = None if data["plan"] is None else Plan.model_validate(data["plan"])
        for name, read in _DUMPED.items():
            if name in data or name not in LATER:
                setattr(state, name, read(data[name]))
        if plan is not None:
            state.set_plan(plan)
        for ticket in state.tickets.values():
            grant = state.grants.get(ticket.id)
            if ticket.state is TicketState.WAITING and not (grant and grant.parked):
                state.lines.add(ticket)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise HistoryError(f"the snapshot cannot be read: {error!r}") from error


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return asdict(value) if hasattr(value, "__dataclass_fields__") else value


def _rows(items: dict[str, Any]) -> dict[str, Any]:
    """A table of many things as rows, which is quick: the state stands still meanwhile."""
    if not items:
        return {"fields": [], "rows": []}
    names = type(next(iter(items.values()))).__slots__
    return {"fields": list(names), "rows": list(map(attrgetter(*names), items.values()))}


def _from_rows(kind: Callable[..., Any], key: str) -> Callable[[Any], Any]:
    def read(data: Any) -> dict[str, Any]:
        names = data["fields"]
        items = [kind(**dict(zip(names, row, strict=True))) for row in data["rows"]]
        return {getattr(item, key): item for item in items}

    return read


def _same(value: Any) -> Any:
    return value


def _table(kind: Callable[..., Any]) -> Callable[[Any], Any]:
    return lambda data: {key: kind(**item) for key, item in data.items()}


def _ticket(state: str, further: Any, **fields: Any) -> Ticket:
    return Ticket(state=TicketState(state), further=tuple(further), **fields)


def _counter(paused: Any, last_step: Any, done_s: Any, **fields: Any) -> CounterState:
    return CounterState(
        paused=Pause(**paused) if paused else None,
        last_step=_last_step(**last_step) if last_step else None,
        done_s=(str(done_s[0]), float(done_s[1])) if done_s else None,
        **fields,
    )


def _last_step(further: Any, **fields: Any) -> LastStep:
    return LastStep(further=tuple(further), **fields)


def _grant(withdrawn: Any, **fields: Any) -> Grant:
    return Grant(withdrawn=(withdrawn[0], withdrawn[1]) if withdrawn else None, **fields)


def _unit(times: Any = None, **fields: Any) -> UnitState:
    return UnitState(times=KnownTimes.of(**times) if times else KnownTimes(), **fields)


def _people(data: Any) -> People:
    def read(kind: Callable[..., Any], items: Any) -> dict[str, Any]:
        return {
            key: kind(**{**item, "roles": tuple(map(Role, item["roles"]))})
            for key, item in items.items()
        }

    return People(read(Account, data["accounts"]), read(Token, data["tokens"]))


def _starts(expected: Any, **fields: Any) -> Starts:
    return Starts(expected=_table(Expected)(expected), **fields)


def _learned(data: Any) -> Learned:
    return Learned(_table(Estimate)(data["services"]), _table(Estimate)(data["counters"]))


_DUMPED: dict[str, Callable[[Any], Any]] = {
    "version": _same,
    "plan_at": _same,
    "plan_file": _same,
    "epoch": _same,
    "epoch_id": _same,
    "epochs": lambda data: [Epoch(**item) for item in data],
    "restored": lambda data: Restored(**data) if data else None,
    "passed": dict,
    "starts": lambda data: _starts(**data),
    "outlived": _same,
    "lost": lambda data: [Lost(**item) for item in data],
    "day": _same,
    "day_began_at": _same,
    "open": _same,
    "notice": _same,
    "emergency": _same,
    "tickets": _from_rows(_ticket, "id"),
    "calls": _from_rows(Call, "call_id"),
    "units": _table(_unit),
    "grants": lambda data: {key: _grant(**item) for key, item in data.items()},
    "stood": lambda data: {unit: list(counters) for unit, counters in data.items()},
    "series": dict,
    "priority_run": dict,
    "today": lambda data: Totals(**data),
    "learned": _learned,
    "flags": _table(Flag),
    "advice": _table(Advice),
    "desk": lambda data: Desk.of(**data),
    "strips": lambda data: Strips(**data),
    "feed": lambda data: [News(**item) for item in data],
    "counters": _table(_counter),
    "people": _people,
    "wrong_pins": dict,
}

LATER = frozenset(
    {
        "plan_at",
        "plan_file",
        "notice",
        "emergency",
        "grants",
        "epochs",
        "restored",
        "passed",
        "outlived",
        "starts",
        "lost",
        "people",
        "wrong_pins",
        "desk",
        "strips",
    }
)
"""A snapshot from before there were these lacks them; they are then as in a new state."""

_FLAT = frozenset({"tickets", "calls"})
"""There are many of these, and they hold nothing but texts and numbers."""
