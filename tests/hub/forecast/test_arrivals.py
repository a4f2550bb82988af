from __future__ import annotations

import random

import pytest

from hub.forecast.arrivals import MEMORY_S, Arrivals, plain_prior


def test_the_prior_holds_until_somebody_is_seen_and_fades() -> None:
    arrivals = Arrivals({"a": 0.01, "b": 0.01}, now=0.0)
    assert arrivals.rate("a", 0.0) == pytest.approx(0.01)
    for n in range(60):
        arrivals.came("a", n * 60.0)
    assert arrivals.rate("a", 3600.0) == pytest.approx(1 / 60, rel=0.15)
    assert arrivals.rate("b", 3600.0) < 0.006  # nobody came


def test_a_rate_that_changes_is_followed() -> None:
    rng = random.Random(1)
    arrivals = Arrivals({"a": 0.005}, now=0.0)
    now = 0.0
    for mean_s, until in ((200.0, 7200.0), (40.0, 7200.0 + 3 * MEMORY_S)):
        while now < until:
            now += rng.expovariate(1 / mean_s)
            arrivals.came("a", now)
    assert 1 / 60 < arrivals.rate("a", now) < 1 / 30


def test_unknown_services_count_for_nothing() -> None:
    arrivals = Arrivals({}, now=0.0)
    arrivals.came("a", 5.0)
    assert arrivals.rate("a", 6.0) == 0


def test_the_plain_prior_keeps_the_counters_busy_for_most_of_their_time() -> None:
    rates = plain_prior({"a": 300.0, "b": 600.0}, {"c1": ("a",), "c2": ("a", "b")}, load=0.8)
    assert rates == pytest.approx({"a": 0.8 * 1.5 / 300, "b": 0.8 * 0.5 / 600})
    assert sum(rates[s] * mean for s, mean in (("a", 300), ("b", 600))) == pytest.approx(0.8 * 2)
