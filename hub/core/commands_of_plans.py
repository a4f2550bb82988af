"""What an administrator wants of the plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hub.core.plan import Plan


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan without mistakes, made ready where nobody waits: see `replanning.propose`.

    `content` is the plan as the journal keeps it, `changed` the places in which it differs from
    the plan in force since version `base_at`.
    """

    plan: Plan
    content: dict[str, Any]
    base_at: int
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Configure:
    """An administrator (`by`) puts a plan into force, and may say why.

    It is refused once another plan is in force than the one that was changed. `undoes` is the
    sequence of an earlier one that is to be in force again.
    """

    proposal: Proposal
    by: str
    reason: str = ""
    undoes: int | None = None
