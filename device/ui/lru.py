"""What is kept up to a bound. Imports the standard library only."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

_K = TypeVar("_K")
_V = TypeVar("_V")


class Lru(Generic[_K, _V]):
    """A mapping that forgets what was used longest ago once it weighs more than `capacity`."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._kept: OrderedDict[_K, tuple[_V, int]] = OrderedDict()
        self.weight = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: _K) -> _V | None:
        """What was put under `key`, if it is still there."""
        entry = self._kept.get(key)
        if entry is None:
            return None
        self._kept.move_to_end(key)
        return entry[0]

    def put(self, key: _K, value: _V, weight: int = 1) -> None:
        """Keep `value`, and forget others until all fit; one above the capacity is not kept."""
        if weight > self._capacity:
            return
        self._kept[key] = (value, weight)
        self.weight += weight
        while self.weight > self._capacity:
            _, (_, freed) = self._kept.popitem(last=False)
            self.weight -= freed
