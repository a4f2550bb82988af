"""Recorded days, replayed through the core, against what an independent simulation measured."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from hub.core import events as e
from hub.core.audit import Audit
from hub.core.hall import Hall
from hub.replay.engine import Replay, Setting
from hub.replay.figures import Figures, figures, over_days
from hub.replay.reading import read_trace
from hub.replay.trace import Arrival, Trace

DATA = Path(__file__).parents[2] / "data"
TINY = read_trace(DATA / "tiny-00")


def measured(day: str, policy: str) -> dict[str, float]:
    content: dict[str, dict[str, float]] = json.loads((DATA / day / "expected.json").read_text())
    return content[policy]


def run(trace: Trace, **setting: object) -> Figures:
    given: dict[str, object] = {"credit_min": 0.0, **setting}
    return figures(Replay(trace, Setting(**given)).run())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("setting", "reference"),
    [
        ({"policy": "fcfs"}, "pool-fcfs"),
        ({"policy": "fcfs", "skills": "primary"}, "static"),
        ({"policy": "fcfs", "skills": "all"}, "full-fcfs"),
    ],
)
def test_first_come_first_served_agrees_to_the_last_digit(
    setting: dict[str, object], reference: str
) -> None:
    found, expected = run(TINY, **setting), measured("tiny-00", reference)
    assert found.n == expected["n"]
    assert round(found.mean_min, 4) == expected["mean"]
    assert round(found.p95_min, 4) == expected["p95"]
    assert round(found.over20_pct, 4) == expected["over20"]
    assert round(found.worst_service_mean_min, 4) == expected["worst_service_mean"]
    assert round(found.longest_min, 4) == expected["longest"]
    assert round(found.abandoned_pct, 4) == expected["abandon"]


@pytest.mark.parametrize("mode", ["pooled", "assigned"])
def test_every_ticket_is_called_once_by_the_rules(mode: str) -> None:
    audit, events = Audit(), Recorder()
    replay = Replay(TINY, Setting(mode=mode), [events])
    served = replay.run()
    assert sorted(call.arrival.ticket for call in served) == [a.ticket for a in TINY.arrivals]
    assert audit.read(events.all) == []
    skills = {window.id: window.skills for window in TINY.windows}
    assert all(call.arrival.service in skills[call.window] for call in served)
    assert all(call.wait_s >= 0 for call in served)
    assert replay.hall.today.served == sum(call.came for call in served)


def test_who_has_left_costs_the_window_the_time_of_a_call() -> None:
    hidden = [replace(a, patience_s=0.0) for a in TINY.arrivals]
    trace = replace(TINY, arrivals=tuple(hidden))
    served = Replay(trace, Setting()).run()
    gone = [call for call in served if call.wait_s > 0]
    assert gone
    assert not any(call.came for call in gone)
    assert {round(call.end_s - call.call_s, 6) for call in gone} == {TINY.meta.call_timeout_s}


def test_what_is_hidden_does_not_change_a_decision_before_it_shows() -> None:
    """Later draws differ: everything up to the end of the first service stays the same."""
    late = TINY.arrivals[40].arrive_s
    other = tuple(
        replace(a, service_draw_s=2 * a.service_draw_s) if a.arrive_s > late else a
        for a in TINY.arrivals
    )
    first, second = (
        [(c.arrival.ticket, c.window, c.call_s) for c in Replay(t, Setting()).run()]
        for t in (TINY, replace(TINY, arrivals=other))
    )
    same = [call for call in first if call[2] <= late]
    assert same == [call for call in second if call[2] <= late]
    assert first != second


def test_pauses_that_come_due_during_a_service_add_up() -> None:
    window = replace(TINY.windows[0], skills=(0,))
    first, second = (
        Arrival(n, at, 0, 0, 100.0 / window.true_speed, no_show=False, patience_s=1e6)
        for n, at in enumerate((10.0, 20.0))
    )
    pauses = tuple(
        replace(TINY.pauses[0], window=window.id, start_s=at, duration_s=300.0) for at in (50, 60)
    )
    trace = replace(TINY, windows=(window,), arrivals=(first, second), pauses=pauses)
    served = Replay(trace, Setting()).run()
    assert [round(call.call_s, 6) for call in served] == [10.0, 10.0 + 100.0 + 600.0]


def test_figures_of_no_day_and_of_two() -> None:
    assert figures([]).n == 0
    one = Figures(1, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
    two = replace(one, n=3, mean_min=3.0)
    assert over_days([one, two]) == replace(one, n=4, mean_min=2.0)


class Recorder:
    """Keeps every event."""

    def __init__(self) -> None:
        self.all: list[e.Event] = []

    def issued(self, hall: Hall, ticket: str, arrival: Arrival, now: float) -> None:
        pass

    def minute(self, hall: Hall, now: float) -> list[e.Event]:
        return []

    def happened(self, hall: Hall, event: e.Event) -> None:
        self.all.append(event)
