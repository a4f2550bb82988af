"""How a hall is run: dispatch, priority, appointments, limits, balance, the duty roster.

These are sections of `hall.toml`, checked like the rest of the plan.
"""

from __future__ import annotations

from enum import StrEnum
from ipaddress import ip_network
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from hub.core.hours import WEEKDAYS, one_span
from hub.core.tickets import APPOINTMENT
from wire.ids import Id
from wire.messages import Text
from wire.settings import Settings


class Mode(StrEnum):
    """Whether a ticket waits in its service's line, or for the counter printed on it."""

    POOLED = "pooled"
    ASSIGNED = "assigned"


class Dispatching(Settings):
    """Which ticket a free counter calls.

    `priority_bound`: so many priority calls in a row in one line at most, while an ordinary
    ticket of it waits. `overdue_targets`: who has waited so many times the target of the
    service goes first: in its `line`, or, by `overdue_first`, in the whole `hall`.
    `rescue_targets`: in an assigned hall any counter may call who has waited so many times the
    target. `next_finishes`: "next" with somebody served means done and next. `undo_s`: how long a
    clerk's last step can be taken back. `come_back_min`: how long who missed the call may come
    back and keep the wait so far.
    """

    mode: Mode = Mode.POOLED
    policy: Literal["fcfs", "pressure", "relief"] = "relief"
    priority_bound: Annotated[int, Field(ge=1, le=100)] = 3
    overdue_targets: Annotated[float, Field(ge=1, le=100)] = 3.0
    overdue_first: Literal["line", "hall"] = "line"
    rescue_targets: Annotated[float, Field(ge=0.1, le=100)] = 1.0
    next_finishes: bool = False
    undo_s: Annotated[float, Field(ge=0, le=600)] = 30.0
    come_back_min: Annotated[float, Field(ge=0, le=480)] = 30.0


def _network(text: str) -> str:
    try:
        ip_network(text)
    except ValueError:
        raise ValueError("expected an address or a network, like 10.0.0.7 or 10.0.0.0/24") from None
    return text


Network = Annotated[str, AfterValidator(_network)]
"""An address, or a network of them."""


def _not_taken(name: str) -> str:
    if name == APPOINTMENT:
        raise ValueError("the name of a class that is always there")
    return name


class PriorityClass(Settings):
    """A class of people who need not wait so long (elderly, disabled, soldiers and families).

    `credit_min` is counted as wait that they have behind them when they take their number.
    """

    id: Annotated[Id, AfterValidator(_not_taken)]
    name: Text
    credit_min: Annotated[float, Field(ge=0, le=240)] = 10.0


class Appointments(Settings):
    """Who comes at an agreed time: how early and how late, and what credit that gives.

    Who checks in earlier is told when to come, who comes later waits like anybody else.
    """

    early_min: Annotated[float, Field(ge=0, le=240)] = 30.0
    late_min: Annotated[float, Field(ge=0, le=240)] = 15.0
    credit_min: Annotated[float, Field(ge=0, le=240)] = 10.0


class Limits(Settings):
    """Against scalpers: numbers a person and day (0: no limit), and whether one must say who.

    A person is known by a keyed hash of the identity; the identity itself is never kept. On the
    web `per_address_10min` numbers are given to one network address in ten minutes (0: no
    limit); a hall's whole Wi-Fi may share one. `kiosk_addresses` are those of web kiosks, which
    are not counted.
    """

    per_person_day: Annotated[int, Field(ge=0, le=100)] = 0
    identity_required: bool = False
    per_address_10min: Annotated[int, Field(ge=0, le=10_000)] = 100
    kiosk_addresses: tuple[Network, ...] = ()


class Balancing(Settings):
    """Advice on which counter should serve what, and whether it is taken without a click.

    `dwell_min`: what was changed stays so long at least. `open_above_min`, `close_below_min`:
    the hall's expected wait at which a counter more, or fewer, is advised.
    """

    automatic: bool = False
    dwell_min: Annotated[float, Field(ge=1, le=240)] = 15.0
    open_above_min: Annotated[float, Field(gt=0, le=240)] = 6.0
    close_below_min: Annotated[float, Field(ge=0, le=240)] = 2.0


class Alone(Settings):
    """What a counter may do while it is cut off from the hub.

    `grants`: so many waiting tickets are kept ready at each counter at most (0: none, it then
    serves without numbers). `lease_min`: how long it may call them, in minutes, without news.
    """

    grants: Annotated[int, Field(ge=0, le=10)] = 3
    lease_min: Annotated[float, Field(ge=1, le=720)] = 60.0


class Alarms(Settings):
    """When the operator's page calls somebody.

    `late_targets`: when somebody has waited so many times the target of the service.
    """

    late_targets: Annotated[float, Field(ge=1, le=100)] = 1.5


class Shift(Settings):
    """A line of the duty roster: who is to be at which counter, when."""

    clerk: Id
    counter: Id
    days: Annotated[tuple[Literal[WEEKDAYS], ...], Field(min_length=1)] = WEEKDAYS[:5]  # type: ignore[valid-type]
    hours: Annotated[str, AfterValidator(one_span)]


class Rules(Settings):
    """The sections of this module, as a part of the plan."""

    dispatch: Dispatching = Dispatching()
    priorities: tuple[PriorityClass, ...] = ()
    appointments: Appointments = Appointments()
    limits: Limits = Limits()
    balance: Balancing = Balancing()
    alone: Alone = Alone()
    alarms: Alarms = Alarms()
    roster: tuple[Shift, ...] = ()
