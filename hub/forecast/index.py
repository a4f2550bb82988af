"""Dispatch policies, as the simulated futures follow them.

The hall's own policies (`hub.core.policies`) are asked once a service, not once a simulated call:
each is linear in the wait and in the clear time, so that three numbers are the whole of it,

    (wait + credit + offset) * weight * (1 + slope * clear time)

and changing a policy, or adding one of this form, does not touch the simulation.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose

from hub.core.policies import POLICIES, Index
from hub.forecast.scene import Duty, Scene, SceneError, ServiceScene


@dataclass(frozen=True, slots=True)
class Coefficients:
    """The numbers of one service: seconds, one over anything, one over seconds."""

    offset_s: float
    weight: float
    slope_per_s: float


_PROBES = ((600.0, 300.0), (3600.0, 5000.0))


def coefficients(scene: Scene) -> dict[str, Coefficients]:
    """The numbers of each service under the scene's policy.

    Raises SceneError if nobody knows the policy, or if it is not of this form.
    """
    policy = POLICIES.get(scene.policy.name)
    if policy is None:
        known = ", ".join(POLICIES)
        raise SceneError(f"no policy {scene.policy.name!r} to look ahead with; known are {known}")
    return {each.id: _of(policy, each) for each in scene.services}


def capacity(scene: Scene, service: str) -> float:
    """The counters on duty for a service, each counted by one over its services."""
    return sum(
        1.0 / len(counter.skills)
        for counter in scene.counters
        if counter.duty in {Duty.IDLE, Duty.SERVING} and service in counter.skills
    )


def _of(policy: Index, service: ServiceScene) -> Coefficients:
    def ask(wait_s: float, clear_s: float) -> float:
        return policy(wait_s, service.target_s, service.mean_s, clear_s)

    least = ask(0.0, 0.0)
    weight = ask(1.0, 0.0) - least
    if weight <= 0:
        raise SceneError("nobody can look ahead with a policy under which a wait counts nothing")
    offset_s = least / weight
    per_s = ask(1.0, 1.0) / ask(1.0, 0.0) - 1.0
    for wait_s, clear_s in _PROBES:
        expected = (wait_s + offset_s) * weight * (1.0 + per_s * clear_s)
        if not isclose(expected, ask(wait_s, clear_s), rel_tol=1e-6):
            raise SceneError("nobody can look ahead with a policy that is not linear in the wait")
    return Coefficients(offset_s, weight, per_s)
