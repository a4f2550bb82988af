"""The pace of an outbox, against a hub and a way to it that tests make slow or lossy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import accumulate, repeat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.pacing import AGAIN_AT_MOST_S, AGAIN_S, WINDOW, Pace

ALL = 3 * WINDOW


class Way:
    """A way to the hub and back that takes `delay_s`, and may lose what is sent."""

    def __init__(self, delay_s: float, loses: Callable[[int], bool] = lambda _: False) -> None:
        self.pace = Pace()
        self.sent: list[int] = []
        self.now_s = 0.0
        self._delay_s = delay_s
        self._loses = loses
        self._coming: list[tuple[float, int, int]] = []
        self._stored: set[int] = set()
        self._through = 0

    def bring_all(self, within_s: float) -> None:
        """Go on until the hub has receipted all."""
        self.pace.heard(0, 0.0)
        self._pump()
        while self.pace.deadline_s is not None:
            assert self.now_s <= within_s, f"{self.pace.committed} of {ALL} in time"
            if self._coming and self._coming[0][0] <= self.pace.deadline_s:
                self.now_s, _, receipted = heappop(self._coming)
                self.pace.heard(receipted, self.now_s)
            else:
                self.now_s = self.pace.deadline_s
            self._pump()
        assert self.pace.committed == ALL

    def _pump(self) -> None:
        after, many = self.pace.due(1, ALL, self.now_s)
        for sequence in range(after + 1, after + many + 1):
            self.pace.sent(sequence)
            self.sent.append(sequence)
            if not self._loses(len(self.sent)):
                self._store(sequence)

    def _store(self, sequence: int) -> None:
        self._stored.add(sequence)
        while self._through + 1 in self._stored:
            self._through += 1
        heappush(self._coming, (self.now_s + self._delay_s, len(self.sent), self._through))


@pytest.mark.parametrize("delay_s", [0.01, AGAIN_S - 0.1, 5.0, 20.0])
def test_however_long_receipts_take_hardly_a_record_goes_twice(delay_s: float) -> None:
    way = Way(delay_s)
    way.bring_all(within_s=4 * delay_s)
    repeats = Counter(way.sent) - Counter(set(way.sent))
    windows = ALL / WINDOW
    assert repeats.total() <= windows * max(0.0, delay_s / AGAIN_S)
    assert (repeats.total() == 0) == (delay_s < AGAIN_S)


@settings(max_examples=40)
@given(st.sets(st.integers(1, 4 * ALL)), st.floats(0.01, 5.0))
def test_whatever_is_lost_all_of_it_arrives(lost: set[int], delay_s: float) -> None:
    way = Way(delay_s, lost.__contains__)
    way.bring_all(within_s=(len(lost) + 4) * 3 * (AGAIN_AT_MOST_S + delay_s))
    assert set(way.sent) == set(range(1, ALL + 1))


def test_a_window_that_is_lost_goes_again_twice_as_many_each_time() -> None:
    way = Way(0.01, lambda n: n <= WINDOW)
    way.bring_all(within_s=6 * AGAIN_S + 1.0)
    assert len(way.sent) <= ALL + 2 * WINDOW


def test_a_hub_that_answers_nothing_is_asked_later_and_later() -> None:
    waits = [AGAIN_S, *repeat(AGAIN_AT_MOST_S, 5)]
    pace, asked = Pace(), []
    pace.heard(0, 0.0)
    now_s: float | None = 0.0
    while now_s is not None and now_s <= sum(waits):
        after, many = pace.due(1, 3, now_s)
        for sequence in range(after + 1, after + many + 1):
            pace.sent(sequence)
            asked.append((now_s, sequence))
        now_s = pace.deadline_s
    assert asked == [(0.0, 1), (0.0, 2), (0.0, 3)] + [(at, 1) for at in accumulate(waits)]


def test_new_records_do_not_put_off_what_is_late() -> None:
    pace = Pace()
    pace.heard(0, 0.0)
    sent = []
    for second in range(4):
        after, many = pace.due(1, second + 1, float(second))
        for sequence in range(after + 1, after + many + 1):
            pace.sent(sequence)
            sent.append(sequence)
    assert sent == [1, 2, 1, 3, 4]


def test_an_unheard_hub_is_sent_nothing() -> None:
    pace = Pace()
    assert pace.due(1, 5, 0.0) == (0, 0)
    pace.heard(0, 0.0)
    assert pace.due(1, 5, 0.0) == (0, 5)
    pace.stop()
    assert pace.due(1, 5, 0.0) == (0, 0)
    assert pace.deadline_s is None
