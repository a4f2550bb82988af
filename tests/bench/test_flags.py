"""The judge of load flags: truth from what happened, and what is counted beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bench.flags import Call, Counts, FlagRow, judge
from hub.replay.trace import Arrival, Pause, Trace, TraceService, TraceWindow, TruthEvent

SERVICES = tuple(TraceService(i, 600.0, 0.8, 900.0) for i in range(2))
WINDOWS = tuple(
    TraceWindow(i, i, 1.0, 1.0 if i == 0 else 1.8, 0.0, 28_800.0, (i,)) for i in range(2)
)


def day(
    waits: Sequence[tuple[float, float]],
    calm: float = 1.0,
    pauses: tuple[Pause, ...] = (),
    serve_s: float = 60.0,
) -> tuple[Trace, list[Call]]:
    """Service 0: tickets of (minute, wait in minutes); service 1: one a minute, waits `calm`."""
    coming = [(60.0 * at, 60.0 * wait, 0) for at, wait in waits]
    coming += [(60.0 * at, 60.0 * calm, 1) for at in range(480)]
    arrivals, calls = [], []
    for ticket, (at, wait, service) in enumerate(sorted(coming)):
        arrivals.append(Arrival(ticket, at, service, 0, 60.0, False, 9e9))
        calls.append(Call(ticket, service, at + wait, at + wait + serve_s))
    events = (TruthEvent("slow", "w1", 0.0, 28_800.0),)
    return Trace(SERVICES, WINDOWS, tuple(arrivals), pauses, events), calls


def hump(start: int, end: int, height: float) -> list[tuple[float, float]]:
    """A ticket each two minutes: waits of a minute, but `height` from start to end."""
    return [(at, height if start <= at < end else 1.0) for at in range(0, 480, 2)]


def rows(kind: str, target: str, *spans: tuple[float, float]) -> list[FlagRow]:
    """A flag that is on in each span of minutes."""
    return [
        FlagRow(60.0 * minute, kind, target, on)
        for span in spans
        for minute, on in zip(span, (True, False), strict=True)
    ]


def hot(height: float, *spans: tuple[float, float], calm: float = 1.0) -> Counts:
    trace, calls = day(hump(100, 140, height), calm)
    return judge(trace, calls, rows("hot", "s0", *spans))["hot"]


def test_a_long_wait_is_a_period_and_a_flag_in_it_is_found_with_its_delay() -> None:
    counts = hot(30.0, (105, 138))
    assert (counts.target_days, counts.periods, counts.missed) == (2, 1, 0)
    assert (counts.flags, counts.false, counts.wrong_min) == (1, 0, 0)
    # From 15 min on: interpolation reaches that a minute before the first ticket that waited 30.
    assert counts.delay_min == pytest.approx(6, abs=1)


def test_a_flag_that_was_on_before_has_no_delay() -> None:
    assert hot(30.0, (95, 138)).delays_min == [0]


def test_a_period_without_a_flag_is_missed() -> None:
    counts = hot(30.0)
    assert (counts.periods, counts.missed, counts.delays_min) == (1, 1, [])
    assert counts.missed_pct == 100


@pytest.mark.parametrize(
    ("height", "calm", "periods"),
    [(14.5, 1.0, 0), (15.5, 1.0, 1), (30.0, 20.0, 0), (30.0, 6.0, 1)],
)
def test_hot_is_long_in_itself_and_beside_the_hall(
    height: float, calm: float, periods: int
) -> None:
    assert hot(height, calm=calm).periods == periods


def test_a_short_spell_is_no_period() -> None:
    trace, calls = day(hump(100, 108, 30.0))
    assert judge(trace, calls, [])["hot"].periods == 0
    trace, calls = day(hump(100, 114, 30.0))
    assert judge(trace, calls, [])["hot"].periods == 1


@pytest.mark.parametrize(("start", "false"), [(200, 1), (146, 1), (143, 0), (130, 0)])
def test_a_flag_is_false_where_nothing_excuses_it_within_five_minutes(
    start: int, false: int
) -> None:
    counts = hot(30.0, (start, start + 20))
    assert (counts.flags, counts.false) == (1, false)
    assert counts.wrong_min == pytest.approx(min(20, start + 20 - 140), abs=1)


def test_a_wait_that_is_long_but_not_too_long_excuses_a_flag() -> None:
    counts = hot(12.0, (110, 130))
    assert (counts.periods, counts.false, counts.wrong_min) == (0, 0, 0)


def test_in_assigned_mode_the_line_is_the_window_that_called() -> None:
    trace, calls = day(hump(100, 140, 30.0))
    counts = judge(trace, calls, rows("hot", "w0", (110, 120)), assigned=True)["hot"]
    assert (counts.periods, counts.missed, counts.false) == (1, 0, 0)
    other = judge(trace, calls, rows("hot", "w1", (110, 120)), assigned=True)["hot"]
    assert (other.missed, other.false) == (1, 1)


def test_a_ticket_that_names_a_window_can_be_counted_in_that_window_s_line() -> None:
    trace, calls = day(hump(100, 140, 30.0))
    # All that waited long had window 1 on the ticket, and window 0 helped.
    given = [replace(call, printed=1 - call.window) for call in calls]
    said = rows("hot", "w1", (110, 120))
    assert judge(trace, given, said, assigned=True)["hot"].missed == 0
    assert judge(trace, calls, said, assigned=True)["hot"].missed == 1


def cold(*spans: tuple[float, float], calm: float = 8.0, pauses: tuple[Pause, ...] = ()) -> Counts:
    """Window 0 serves nobody between minutes 100 and 200."""
    waits = [(at, 1.0) for at in range(480) if not 100 <= at < 200]
    trace, calls = day(waits, calm, pauses)
    return judge(trace, calls, rows("cold", "w0", *spans))["cold"]


def test_an_idle_window_in_a_waiting_hall_is_cold() -> None:
    counts = cold((120, 190), (300, 310))
    assert (counts.periods, counts.missed, counts.flags, counts.false) == (1, 0, 2, 1)
    assert counts.delay_min == pytest.approx(18, abs=2)
    assert cold().missed == 1
    assert cold(calm=5.0).periods == 0


def test_a_window_that_is_away_is_not_idle() -> None:
    lunch = Pause(0, 6000.0, 6000.0, planned=True)
    assert cold(pauses=(lunch,)).periods == 0
    # Two that overlap follow one another.
    halves = (Pause(0, 6000.0, 3000.0, planned=True), Pause(0, 6060.0, 3000.0, planned=False))
    assert cold(pauses=halves).periods == 0
    assert cold(pauses=halves[:1]).periods == 1


def test_slow_windows_are_found_and_others_falsely_accused() -> None:
    trace, calls = day([])
    flags = [*rows("slow", "w1", (100, 300)), *rows("slow", "w0", (50, 60))]
    counts = judge(trace, calls, flags)["slow"]
    assert (counts.target_days, counts.periods, counts.missed, counts.false) == (2, 1, 0, 1)
    assert counts.delays_min == [100]
    assert judge(trace, calls, [])["slow"].missed == 1


def test_days_add_up() -> None:
    counts = Counts()
    counts.add(hot(30.0, (105, 138)))
    counts.add(hot(30.0))
    assert (counts.target_days, counts.periods, counts.missed_pct) == (4, 2, 50)
    assert Counts().delay_min == Counts().missed_pct == 0
