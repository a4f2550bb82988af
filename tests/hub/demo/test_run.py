"""How the demonstration is told to end."""

from __future__ import annotations

import signal
import time

from hub.demo.run import Stop


def test_a_stop_is_seen_at_once_and_stays() -> None:
    stop = Stop()
    assert not stop.wait(0.0)
    for _ in range(100_000):  # more than a pipe holds: nobody waits
        stop.set()
    began = time.monotonic()
    assert stop.wait(60.0)
    assert stop.wait(60.0)
    assert time.monotonic() - began < 5.0


def test_a_signal_that_comes_while_somebody_waits() -> None:
    stop, before = Stop(), signal.getsignal(signal.SIGALRM)
    signal.signal(signal.SIGALRM, lambda _number, _frame: stop.set())
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.0001)
        deadline = time.monotonic() + 0.2
        while time.monotonic() < deadline:  # a lock would soon be held when the signal comes
            assert stop.wait(0.2)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
