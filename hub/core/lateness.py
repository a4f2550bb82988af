"""Lines in which somebody has waited far beyond the target: a flag of its own.

Hot is what has to be expected; late is what has come about.
"""

from __future__ import annotations

from hub.core import events as e
from hub.core.counter_events import flag_key
from hub.core.state import State

LATE = "late"

_OFF_AT = 2 / 3
"""The flag goes out when nobody has waited this part of what had it come on."""


def late_lines(state: State, now: float) -> list[e.Flagged]:
    """The late flags that change now, as events to be applied."""
    changed = []
    for service in state.plan.services:
        on = flag_key(LATE, "line", service.id) in state.flags
        oldest = state.lines.oldest(service.id)
        longest_s = max(0.0, now - oldest[0]) if oldest else 0.0
        above_s = state.plan.alarms.late_targets * service.target_s
        if on == (longest_s > (_OFF_AT * above_s if on else above_s)):
            continue
        evidence = {
            "longest_min": round(longest_s / 60, 1),
            "target_min": round(service.target_s / 60, 1),
            "on_above_min": round(above_s / 60, 1),
            "waiting": state.lines.waiting(service.id),
        }
        changed.append(e.Flagged(now, LATE, "line", service.id, not on, evidence))
    return changed
