"""Load flags: what turns them on and out, what they carry as evidence, and their cost."""

from __future__ import annotations

import json
import math
import random
from dataclasses import replace

import pytest

from hub.core.load import (
    BOUND,
    CounterReading,
    FlagChange,
    FlagKind,
    LineReading,
    Load,
    LoadRules,
    Reading,
)

IDLE = CounterReading(0.0, 0.0, 1.0)
BUSY = CounterReading(300.0, 0.0, 0.0)
QUIET = LineReading(0, 0.0, (("c1", 1.0),))
RULES = LoadRules()


def hall(
    minute: float, *, tax_s: float = 0.0, other_s: float = 0.0, c1: CounterReading = BUSY
) -> Reading:
    """Two lines of one counter each: tax at c1, the other at c2."""
    lines = {
        "tax": LineReading(math.ceil(tax_s / 300), tax_s, (("c1", 1.0),)),
        "other": LineReading(math.ceil(other_s / 300), other_s, (("c2", 1.0),)),
    }
    return Reading(minute * 60.0, lines, {"c1": c1, "c2": BUSY})


def run(load: Load, first: int, last: int, **how: object) -> list[tuple[int, FlagChange]]:
    """Tick each minute from `first` to before `last`."""
    found = []
    for minute in range(first, last):
        reading = hall(minute, **how)  # type: ignore[arg-type]
        found += [(minute, change) for change in load.tick(reading)]
    return found


# --- hot --------------------------------------------------------------------------------------


def test_a_long_line_becomes_hot_and_cools_down_below_where_it_came_on() -> None:
    load = Load()
    ((lit, change),) = run(load, 0, 60, tax_s=2400)
    assert (change.kind, change.target, change.on) == (FlagKind.HOT, "tax", True)
    assert 3 <= lit <= 10
    evidence = change.evidence
    assert evidence["waiting"] == 8
    assert evidence["work_min"] == 40.0
    assert float(evidence["expected_wait_min"]) > float(evidence["on_above_min"])
    # Just under the threshold it stays lit; well under it goes out.
    just_under = 60 * (RULES.hot_on_min - 0.5) - 300 * RULES.serving_weight
    assert run(load, 60, 100, tax_s=just_under) == []
    assert load.flags() == [(FlagKind.HOT, "tax")]
    ((_, out),) = run(load, 100, 160, tax_s=300)
    assert (out.target, out.on) == ("tax", False)
    assert float(out.evidence["expected_wait_min"]) < float(out.evidence["off_below_min"])


def test_one_bad_minute_is_no_heat() -> None:
    load = Load()
    assert run(load, 0, 30, tax_s=300) == []
    assert run(load, 30, 32, tax_s=2400) == []
    assert run(load, 32, 60, tax_s=300) == []


def test_a_line_is_hot_only_beside_the_hall() -> None:
    assert run(Load(), 0, 90, tax_s=2400, other_s=2400) == []


def test_an_empty_line_is_never_hot() -> None:
    load = Load()
    away = CounterReading(0.0, 7200.0, 0.0)
    assert run(load, 0, 30, c1=away) == []
    assert [change.kind for _, change in run(load, 30, 40, c1=away, tax_s=300)] == [FlagKind.HOT]


def test_an_announced_pause_counts_as_time_to_wait() -> None:
    away = CounterReading(0.0, 2700.0, 0.0)
    changes = run(Load(), 0, 30, tax_s=300, c1=away)
    assert [change.target for _, change in changes] == ["tax"]
    assert run(Load(), 0, 30, tax_s=300) == []


def test_a_line_without_counters_is_judged_by_its_work() -> None:
    load = Load()
    for minute in range(30):
        lines = {"tax": LineReading(6, 1800.0, ()), "other": QUIET}
        load.tick(Reading(minute * 60.0, lines, dict.fromkeys(("c1", "c2", "c3", "c4"), BUSY)))
    assert load.flags() == [(FlagKind.HOT, "tax")]


def test_a_counter_shows_the_hottest_of_its_lines() -> None:
    load = Load()
    counters = dict.fromkeys(("c1", "c2", "c3", "c4", "c5", "c6"), BUSY)
    lines = {
        "long": LineReading(9, 3600.0, (("c1", 1.0),)),
        "longer": LineReading(12, 5400.0, (("c2", 1.0),)),
        "calm": LineReading(0, 0.0, (("c3", 1.0),)),
    }
    for minute in range(30):
        load.tick(Reading(minute * 60.0, lines, counters))
    assert load.hottest(["calm", "long", "longer"]) == "longer"
    assert load.hottest(["calm", "long"]) == "long"
    assert load.hottest(["calm", "unknown"]) is None


def test_a_line_that_is_gone_is_not_hot() -> None:
    load = Load()
    run(load, 0, 30, tax_s=2400)
    (change,) = load.tick(Reading(1800.0, {"other": QUIET}, {"c1": BUSY}))
    assert (change.kind, change.target, change.on) == (FlagKind.HOT, "tax", False)
    assert load.flags() == []


def test_the_level_does_not_depend_on_how_often_it_is_asked() -> None:
    often, seldom = Load(), Load()
    for load, step in ((often, 1), (seldom, 5)):
        for minute in range(-step, 31, step):
            load.tick(hall(minute, tax_s=600))
        load.ticked_at = 1800.0
    pairs = [load.snapshot()["lines"]["tax"]["level_min"] for load in (often, seldom)]
    assert pairs[0] == pytest.approx(pairs[1], rel=0.05)


def test_time_that_stands_still_or_goes_back_changes_nothing() -> None:
    load = Load()
    run(load, 0, 3, tax_s=2400)
    before = load.snapshot()
    assert load.tick(hall(2, tax_s=9000)) == []
    assert load.tick(hall(1, tax_s=9000)) == []
    assert load.snapshot() == before


def assigned(minute: float, *, own_s: float, hall_s: float) -> Reading:
    """Counters c1 and c2 with lines of their own; both serve tax, c2 visas as well."""
    lines = {
        "c1": LineReading(4, own_s, (("c1", 1.0),), ("tax",)),
        "c2": LineReading(1, 300.0, (("c2", 1.0),), ("visa", "tax")),
    }
    team = (("c1", 1.0), ("c2", 0.5))
    services = {
        "tax": LineReading(9, hall_s, team),
        "visa": LineReading(0, 0.0, (("c2", 0.5),)),
    }
    idle = {f"c{n}": CounterReading(0.0, 0.0, 0.0) for n in range(3, 9)}
    return Reading(minute * 60.0, lines, {"c1": BUSY, "c2": BUSY, **idle}, services)


def hot_counters(own_s: float, hall_s: float) -> list[FlagChange]:
    load, found = Load(BOUND), []
    for minute in range(60):
        found += load.tick(assigned(minute, own_s=own_s, hall_s=hall_s))
    return [change for change in found if change.kind is FlagKind.HOT]


def test_where_others_help_a_line_is_hot_with_the_service_that_nobody_has_time_for() -> None:
    assert hot_counters(own_s=1500, hall_s=900) == []  # a long line, but others will help
    c1, c2 = hot_counters(own_s=1500, hall_s=3600)
    assert (c1.target, c2.target) == ("c1", "c2")
    evidence = c2.evidence
    assert (evidence["slowest_service"], evidence["waiting"]) == ("tax", 1)
    assert float(evidence["slowest_service_min"]) > float(evidence["own_line_min"])


def test_what_is_expected_where_others_help() -> None:
    load = Load(BOUND)
    for minute in range(120):
        load.tick(assigned(minute, own_s=1500, hall_s=3600))
    rest_s = BOUND.serving_weight * BUSY.serving_s
    own_min = (1500 + rest_s) / 60
    tax_min = (3600 / 1.5 + rest_s / 1.5) / 60
    expected = BOUND.own_weight * own_min + BOUND.slowest_weight * tax_min
    level_min = load.snapshot()["lines"]["c1"]["level_min"]
    assert level_min == pytest.approx(expected, rel=1e-6)


def calling(load: Load, first: int, last: int, waited_min: float, **how: float) -> list[FlagChange]:
    """Each minute two are called who have waited so long."""
    found = []
    for minute in range(first, last):
        for _ in range(2):
            load.called(waited_min)
        found += load.tick(assigned(minute, **how))
    return [change for change in found if change.kind is FlagKind.HOT]


def test_where_others_help_the_hall_is_its_work_and_how_long_those_waited_who_were_called() -> None:
    load = Load(BOUND)
    changes = calling(load, 0, 120, 10.0, own_s=1500, hall_s=3600)
    first, lately_min = changes[0].evidence, (BOUND.recent_weight or 0.0) * 10.0
    assert first["called_lately_waited_min"] == 10.0
    assert load.work_min == pytest.approx((1500 + 300) / 8 / 60)
    # The work is smoothed, and not all there yet when the flag comes on.
    assert lately_min + 2 < float(first["expected_wait_hall_min"]) < lately_min + load.work_min
    # When everybody else has waited as long, the same line is nothing out of the ordinary.
    assert calling(Load(BOUND), 0, 120, 60.0, own_s=1500, hall_s=3600) == []


def test_waits_of_those_called_are_forgotten_with_time() -> None:
    load, rules = Load(BOUND), BOUND
    calling(load, 0, 60, 30.0, own_s=0, hall_s=0)
    calling(load, 60, 60 + round(3 * rules.recent_tau_min), 2.0, own_s=0, hall_s=0)
    calls, waits_min = load.recent
    assert waits_min / calls == pytest.approx(2.0 + 28.0 * math.exp(-3), abs=0.2)
    load.called(-1e9)  # an appointment that was called before its time
    assert load.recent == (calls + 1, waits_min)


def test_where_others_help_a_flag_stays_for_a_while() -> None:
    load, least = Load(BOUND), int(BOUND.hot_least_min)
    lit = next(n for n in range(60) if calling(load, n, n + 1, 0.0, own_s=1500, hall_s=3600))
    assert calling(load, lit + 1, lit + least, 0.0, own_s=0, hall_s=0) == []
    out = calling(load, lit + least, lit + least + 1, 0.0, own_s=0, hall_s=0)
    assert [change.on for change in out] == [False] * len(out)
    assert "c1" in {change.target for change in out}
    assert out[0].evidence["on_for_at_least_min"] == least


# --- cold -------------------------------------------------------------------------------------


def test_an_idle_counter_is_cold_while_the_hall_waits() -> None:
    load = Load()
    ((lit, change),) = [
        (minute, change)
        for minute, change in run(load, 0, 60, other_s=1500, c1=IDLE)
        if change.kind is FlagKind.COLD
    ]
    assert (change.target, change.on) == ("c1", True)
    assert lit >= RULES.cold_seen_min - 1
    assert float(change.evidence["idle_share"]) > RULES.cold_on_idle
    assert float(change.evidence["expected_wait_hall_min"]) > RULES.cold_hall_min
    changes = [c for _, c in run(load, 60, 90, other_s=1500) if c.kind is FlagKind.COLD]
    assert [(c.target, c.on) for c in changes] == [("c1", False)]


def test_an_idle_counter_in_a_calm_hall_is_not_cold() -> None:
    assert run(Load(), 0, 90, c1=IDLE) == []


def test_a_counter_that_just_opened_is_not_cold() -> None:
    load = Load()
    run(load, 0, 60, other_s=1500)
    changes = run(load, 60, 60 + int(RULES.cold_seen_min) - 1, other_s=1500, c1=IDLE)
    assert [c for _, c in changes if c.kind is FlagKind.COLD and c.on] != []  # it was long open
    fresh = Load()
    assert [c for _, c in run(fresh, 0, 14, other_s=1500, c1=IDLE) if c.kind is FlagKind.COLD] == []


def test_a_counter_that_closes_is_no_longer_cold() -> None:
    load = Load()
    run(load, 0, 60, other_s=1500, c1=IDLE)
    assert (FlagKind.COLD, "c1") in load.flags()
    reading = hall(60, other_s=1500)
    lines = {"other": reading.lines["other"]}
    changes = load.tick(Reading(3600.0, lines, {"c2": BUSY}))
    assert [(c.kind, c.target, c.on) for c in changes] == [(FlagKind.COLD, "c1", False)]


# --- slow -------------------------------------------------------------------------------------


def test_a_slow_counter_is_told_but_never_before_eight_services() -> None:
    load = Load()
    found = [load.served("c1", "tax", 1200, 600, 0.5) for _ in range(12)]
    first = next(n for n, changes in enumerate(found, 1) if changes)
    assert first == RULES.slow_services == 8
    (change,) = found[first - 1]
    assert (change.kind, change.target, change.on) == (FlagKind.SLOW, "c1", True)
    assert change.evidence["services"] == 8
    assert float(change.evidence["odds_for_that"]) > RULES.slow_on_odds
    assert sum(map(len, found)) == 1
    back = [change for _ in range(30) for change in load.served("c1", "tax", 400, 600, 0.5)]
    assert [change.on for change in back] == [False]


def test_one_very_long_service_makes_nobody_slow() -> None:
    load = Load()
    for _ in range(20):
        assert load.served("c1", "tax", 500, 600, 0.8) == []
    assert load.served("c1", "tax", 100_000, 600, 0.8) == []
    assert load.served("c1", "tax", 0.0, 600, 0.8) == []


@pytest.mark.slow
def test_slow_is_found_within_the_day_and_seldom_said_of_others() -> None:
    rng = random.Random(7)

    def day(factor: float) -> int | None:
        """Services until the flag, within forty."""
        load, sigma = Load(), math.sqrt(math.log1p(0.8**2))
        for n in range(1, 41):
            drawn = factor * 600 * math.exp(rng.gauss(0, sigma) - sigma**2 / 2)
            if load.served("c1", "tax", drawn, 600, 0.8):
                return n
        return None

    slow = [day(1.8) for _ in range(300)]
    assert sum(n is not None for n in slow) >= 0.95 * 300
    assert min(n for n in slow if n) >= 8
    assert sum(day(1.0) is not None for _ in range(600)) <= 0.04 * 600


# --- the whole --------------------------------------------------------------------------------


def test_a_snapshot_goes_on_as_if_nothing_had_happened() -> None:
    load = Load()
    run(load, 0, 20, other_s=1500, c1=IDLE)
    for _ in range(7):
        load.served("c1", "tax", 1200, 600, 0.5)
    again = Load.restored(json.loads(json.dumps(load.snapshot())))
    assert again == load
    assert run(again, 20, 60, tax_s=2400) == run(load, 20, 60, tax_s=2400)
    served = [each.served("c1", "tax", 1200, 600, 0.5) for each in (load, again)]
    assert served[0] == served[1] != []


def test_rules_are_obeyed() -> None:
    patient = Load(replace(RULES, hot_on_min=60.0))
    assert run(patient, 0, 60, tax_s=2400) == []
