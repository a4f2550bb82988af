"""Draws docs/states.md from the transition tables that run; see `docs.generate`."""

from __future__ import annotations

from device.stages import TABLE
from hub.core.tickets import IN_HAND, TRANSITIONS, TicketState

_HEAD = """\
<!-- Written by `make docs` from the tables that run; do not edit. -->
# States

## A ticket

A step that is not drawn here is refused with state and step named, and changes nothing.
While a ticket is {held}, exactly one counter holds it; otherwise none does.

```mermaid
stateDiagram-v2
    [*] --> waiting: issue
{steps}
```

## A counter unit's screen

Each row is what the facts call for, each column where the screen stands; an invitation may
also lie open beneath a called number or a pause. Nothing leads back to connecting: a picture
that has grown old stays on the screen with its age.

{stages}
"""


def states() -> str:
    """The whole document."""
    steps = [f"    {now} --> {then}: {step}" for (now, step), then in TRANSITIONS.items()]
    sources = {now for now, _ in TRANSITIONS}
    steps += [f"    {state} --> [*]" for state in TicketState if state not in sources]
    held = " or ".join(sorted(state.value for state in IN_HAND))
    return _HEAD.format(held=held, steps="\n".join(steps), stages="\n".join(_stages()))


def _stages() -> list[str]:
    stages = list(TABLE)
    cues = list(dict.fromkeys(cue for row in TABLE.values() for cue in row))
    head = "| | " + " | ".join(stage.value for stage in stages) + " |"
    rows = [
        f"| {cue.value} | "
        + " | ".join(row[cue].value if (row := TABLE[stage]).get(cue) else "" for stage in stages)
        + " |"
        for cue in cues
    ]
    return [head, "|---" * (len(stages) + 1) + "|", *rows]
