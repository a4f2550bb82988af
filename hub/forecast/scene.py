"""The frozen picture of a hall from which its waits are foretold.

Plain data without behaviour: it is made in the thread that owns the state and sent to another
process as one JSON document. Times are seconds on any one clock, the same for all of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from wire.errors import NextwindowError

ORDINARY = ""
"""The class of a ticket without priority."""


class SceneError(NextwindowError):
    """What came is not a scene."""


class Duty(StrEnum):
    """What a counter is doing."""

    IDLE = "idle"
    SERVING = "serving"
    PAUSED = "paused"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ServiceScene:
    """A service. `mean_s` (above 0) and `cv` (0 or more) are of its service time.

    `arrivals_per_s` is the present rate of new tickets, `labelled` the counter that a pre-assigned
    ticket would name if it were issued now (None in a pooled hall), `in_a_row` how many tickets of
    a class other than the ordinary one were called last, one after the other.
    """

    id: str
    mean_s: float
    cv: float
    target_s: float
    arrivals_per_s: float = 0.0
    labelled: str | None = None
    in_a_row: int = 0


@dataclass(frozen=True, slots=True)
class CounterScene:
    """A counter and what it is doing.

    `service` is being served for `for_s` seconds (both only while SERVING). `present` says that
    the citizen has come to it: then it cannot be a no-show any more. `speed` multiplies service
    times (1.2: slower by a fifth). `returns_at` is the end of a pause, None if nobody knows.
    `breaks` are absences that are known already, as (start, duration); one that has begun while
    somebody is served starts when that service ends. From `closes_at` on it calls nobody.
    """

    id: str
    skills: tuple[str, ...]
    duty: Duty
    service: str | None = None
    for_s: float = 0.0
    present: bool = False
    speed: float = 1.0
    returns_at: float | None = None
    breaks: tuple[tuple[float, float], ...] = ()
    closes_at: float | None = None


@dataclass(frozen=True, slots=True)
class TicketScene:
    """Somebody who waits. `kind` is the class; `bound` the only counter that may call it.

    `label` is the counter printed on it, from which an idle one may take it.
    """

    id: str
    service: str
    queued_at: float
    kind: str = ORDINARY
    bound: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyScene:
    """How the hall decides: a policy by name, and the rules of priority.

    `credit_s` is added to the wait of a class. At most `in_a_row` tickets that are not ordinary
    are called for one service one after the other while an ordinary one waits; a ticket past
    `overdue` times its target goes first (0: no such rule). In an `assigned` hall a counter
    calls its own as they came, helps others when it has nobody of its own, and counts as its own
    whoever has waited `rescue` times the target.
    """

    name: str
    credit_s: Mapping[str, float] = field(default_factory=dict)
    in_a_row: int = 3
    overdue: float = 3.0
    assigned: bool = False
    rescue: float = 1.0


@dataclass(frozen=True, slots=True)
class Habits:
    """What is usual here and now, as far as it is known.

    `no_show` is the share of calls that nobody answers (0 to below 1), each of which costs
    `missed_s`. A busy counter takes unannounced pauses at the rate `pauses_per_s`, of `pause_s` on
    average. `kinds` are the shares of the classes among new tickets; what is missing is ordinary.
    """

    no_show: float = 0.05
    missed_s: float = 60.0
    pauses_per_s: float = 2 / 28_800
    pause_s: float = 360.0
    kinds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scene:
    """The hall at `now`. `tickets` wait; those of one line stand in their order.

    No new ticket is expected from `issues_until` on (None: for as long as anybody looks ahead).
    """

    now: float
    services: tuple[ServiceScene, ...]
    counters: tuple[CounterScene, ...]
    tickets: tuple[TicketScene, ...]
    policy: PolicyScene
    habits: Habits = Habits()
    issues_until: float | None = None

    def dump(self) -> bytes:
        """The scene as JSON."""
        content = {
            "now": self.now,
            "services": [asdict(service) for service in self.services],
            "counters": [asdict(counter) for counter in self.counters],
            "tickets": [
                (t.id, t.service, t.queued_at, t.kind, t.bound, t.label) for t in self.tickets
            ],
            "policy": asdict(self.policy),
            "habits": asdict(self.habits),
            "issues_until": self.issues_until,
        }
        return json.dumps(content, separators=(",", ":")).encode()

    @classmethod
    def load(cls, data: bytes) -> Scene:
        """Read what `dump` wrote.

        Raises SceneError if it is anything else.
        """
        try:
            content = json.loads(data)
            return cls(
                now=float(content["now"]),
                services=tuple(ServiceScene(**each) for each in content["services"]),
                counters=tuple(_counter(each) for each in content["counters"]),
                tickets=tuple(TicketScene(*each) for each in content["tickets"]),
                policy=PolicyScene(**content["policy"]),
                habits=Habits(**content["habits"]),
                issues_until=content["issues_until"],
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise SceneError(f"this is not a scene: {error}") from error


def _counter(content: dict[str, Any]) -> CounterScene:
    content["skills"] = tuple(content["skills"])
    content["duty"] = Duty(content["duty"])
    content["breaks"] = tuple((start, length) for start, length in content["breaks"])
    return CounterScene(**content)
