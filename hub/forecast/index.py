"""Dispatch policies, as the simulated futures follow them: for all paths at once.

A policy gives the head of each line an index; a free counter calls the highest. What does not
change while the hall is simulated is put into three numbers a line and counter beforehand; what
does change is the wait (with its credit), how many wait for the service, and the hall's load.

The hall's policies that are linear in the wait are not written down again: the core's own
function is asked for its numbers. The others have a class here, and a test compares each with
the core.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isclose
from typing import Protocol

import numpy as np

from hub.core import policies as core
from hub.forecast.chance import Floats
from hub.forecast.scene import Duty, Scene, SceneError

Numbers = tuple[float, float, float]


class Policy(Protocol):
    """A policy for all paths at once. `loads`: it wants to know the hall's load."""

    loads: bool

    def numbers(self, line: core.Facts) -> Numbers:
        """What does not change: any three numbers, the third 0 if the count is not wanted.

        How many wait and the load are not to be read from `line`: they change.
        """

    def score(
        self, wait_s: Floats, numbers: tuple[Floats, Floats, Floats], many: Floats, load_s: Floats
    ) -> Floats:
        """The index of each path and candidate.

        `many` wait for the service (1 or more); `load_s` is the work that waits in the hall, for
        each counter on duty, one number a path. Both are 0 if they are not wanted.
        """


class Linear:
    """A core policy of the form (wait + offset) * weight * (1 + slope * how many wait)."""

    loads = False

    def __init__(self, name: str, policy: core.Index) -> None:
        """Ask a core policy for its form when it is needed."""
        self._name = name
        self._policy = policy

    def numbers(self, line: core.Facts) -> Numbers:
        """Offset in seconds, weight, and slope a person.

        Raises SceneError if the policy is not of this form.
        """

        def ask(wait_s: float, waiting: float) -> float:
            return self._policy(wait_s, line.but(waiting=waiting, load_s=0.0))

        least = ask(0.0, 0.0)
        weight = ask(1.0, 0.0) - least
        offset_s = least / weight if weight > 0 else 0.0
        slope = ask(1.0, 1.0) / ask(1.0, 0.0) - 1.0 if weight > 0 else 0.0
        for wait_s, waiting in ((600.0, 3.0), (3600.0, 50.0)):
            expected = (wait_s + offset_s) * weight * (1.0 + slope * waiting)
            if not isclose(expected, ask(wait_s, waiting), rel_tol=1e-6):
                raise SceneError(f"policy {self._name} is not linear in the wait")
        return offset_s, weight, slope

    def score(
        self,
        wait_s: Floats,
        numbers: tuple[Floats, Floats, Floats],
        many: Floats,
        load_s: Floats,  # noqa: ARG002 (a Policy)
    ) -> Floats:
        """See Policy."""
        offset_s, weight, slope = numbers
        return (wait_s + offset_s) * weight * (1.0 + slope * many)


class Relief:
    """The core's `relief`: the line's reach, times an ageing on a scale that follows the load."""

    loads = True

    def numbers(self, line: core.Facts) -> Numbers:
        """Reach a person, nothing, and that the count is wanted."""
        return core.relief(0.0, line.but(waiting=1.0, load_s=0.0)), 0.0, 1.0

    def score(
        self, wait_s: Floats, numbers: tuple[Floats, Floats, Floats], many: Floats, load_s: Floats
    ) -> Floats:
        """See Policy."""
        age = np.maximum(wait_s, 0.0) / (core.PATIENCE_S + core.LOAD_WEIGHT * load_s)
        score: Floats = many * numbers[0] * (1.0 + age * age)
        return score


_OWN_CLASS: Mapping[str, Policy] = {"relief": Relief()}

POLICIES: Mapping[str, Policy] = {
    name: _OWN_CLASS.get(name) or Linear(name, policy) for name, policy in core.POLICIES.items()
}
"""Every policy of the core, by its name in the plan."""


def policy_of(scene: Scene) -> Policy:
    """The scene's policy.

    Raises SceneError if nobody knows it.
    """
    policy = POLICIES.get(scene.policy.name)
    if policy is None:
        known = ", ".join(POLICIES)
        raise SceneError(f"no policy {scene.policy.name!r} to look ahead with; known are {known}")
    return policy


def capacity(scene: Scene, service: str) -> float:
    """The counters on duty for a service, each counted by one over its services."""
    return sum(
        1.0 / len(counter.skills)
        for counter in scene.counters
        if counter.duty in {Duty.IDLE, Duty.SERVING} and service in counter.skills
    )
