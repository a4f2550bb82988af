"""Small halls to look ahead in."""

from __future__ import annotations

from hub.forecast.scene import (
    CounterScene,
    Duty,
    Habits,
    PolicyScene,
    Scene,
    ServiceScene,
    TicketScene,
)

CALM = Habits(no_show=0.0, pauses_per_s=0.0)


def service(
    name: str = "a", mean_s: float = 600.0, cv: float = 0.0, **more: object
) -> ServiceScene:
    return ServiceScene(name, mean_s, cv, 900.0, **more)  # type: ignore[arg-type]


def counter(name: str = "c1", *skills: str, **more: object) -> CounterScene:
    return CounterScene(name, skills or ("a",), **{"duty": Duty.IDLE, **more})  # type: ignore[arg-type]


def line(service_id: str, count: int, **more: object) -> tuple[TicketScene, ...]:
    """People who came one a minute, the last a minute ago."""
    return tuple(
        TicketScene(f"{service_id}{n}", service_id, -60.0 * (count - n), **more)  # type: ignore[arg-type]
        for n in range(count)
    )


def scene(
    services: tuple[ServiceScene, ...],
    counters: tuple[CounterScene, ...],
    tickets: tuple[TicketScene, ...] = (),
    policy: PolicyScene = PolicyScene("fcfs"),  # noqa: B008 (frozen)
    habits: Habits = CALM,
) -> Scene:
    return Scene(0.0, services, counters, tickets, policy, habits)
