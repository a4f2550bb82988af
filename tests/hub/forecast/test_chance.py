from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from hub.forecast.chance import LEAST_CV, draw, evenly, lognormal, normal, residual


def test_a_service_time_has_the_mean_and_deviation_that_it_should() -> None:
    mu, sigma = lognormal(600.0, 0.8)
    times = np.exp(mu + sigma * np.random.default_rng(1).standard_normal(200_000))
    assert times.mean() == pytest.approx(600, rel=0.01)
    assert times.std() == pytest.approx(480, rel=0.03)
    assert lognormal(600.0, 0.0) == lognormal(600.0, LEAST_CV)


def test_normal_quantiles_agree_with_the_standard_library() -> None:
    even = np.array([1e-6, 0.01, 0.1, 0.5, 0.9, 0.999, 1 - 1e-6])
    expected = [NormalDist().inv_cdf(p) for p in even]
    assert normal(even) == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("elapsed_s", [0.0, 60.0, 600.0, 3000.0, 40_000.0])
def test_what_is_left_follows_the_conditional_law(elapsed_s: float) -> None:
    mu, sigma = lognormal(600.0, 0.8)
    even = np.array([0.05, 0.5, 0.95])
    found = residual(np.array([mu]), np.array([sigma]), np.array([elapsed_s]), even)
    gauss = NormalDist()
    reached = (np.log(max(elapsed_s, 1e-9)) - mu) / sigma
    for part, left in zip(even, found, strict=True):
        longer = gauss.cdf(-(np.log(elapsed_s + left) - mu) / sigma) / gauss.cdf(-reached)
        assert 1 - longer == pytest.approx(part, abs=0.02)


def test_luck_is_spread_evenly_over_the_paths() -> None:
    luck = draw(np.random.default_rng(1), (50, 40), 0.05, 0.1, 300.0)
    assert np.allclose(np.sort(luck.z, axis=1), np.sort(luck.z[0]))
    assert not (luck.z[0] == luck.z[1]).all()
    assert 0.03 < luck.missed.mean() < 0.07
    assert 0.07 < (luck.away_s > 0).mean() < 0.13
    assert luck.away_s[luck.away_s > 0].mean() == pytest.approx(300, rel=0.2)
    spread = evenly(np.random.default_rng(1), 3, 4)
    assert np.sort(spread, axis=1).tolist() == [[0.125, 0.375, 0.625, 0.875]] * 3
