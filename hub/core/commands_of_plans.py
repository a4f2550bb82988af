"""What an administrator wants of the plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Configure:
    """An administrator (`by`) puts a plan into force, and may say why.

    `seen` is the version of the plan that was changed (None: whichever is in force); `undoes`
    the sequence of an earlier one that is to be in force again.
    """

    plan: dict[str, Any]
    by: str
    reason: str = ""
    seen: int | None = None
    undoes: int | None = None
