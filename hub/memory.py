"""Python's search for reference cycles, kept off the way of whoever presses a key."""

from __future__ import annotations

import gc

OFTEN = 20_000
"""So many new containers, and the young ones are looked through."""


def settle() -> None:
    """Call it once when everything is loaded and made.

    What is there by now stays, and is not looked through again; what comes is looked through
    less often. The state holds no cycles, so little is ever found.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(OFTEN, 50, 100)
