"""The chances of the simulated futures: service times, what is left of one, and luck drawn ahead.

Everything comes from a `numpy.random.Generator` that is given. Draws are spread evenly over the
paths (a Latin hypercube): in each step the paths together hold every quantile once, in random
order, so that few paths give the mean that many would.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]

LEAST_CV = 0.05
"""No service time is taken for more certain than this."""

_GRID = np.linspace(-8.0, 12.0, 1201)
_TAIL = np.log([0.5 * math.erfc(z / math.sqrt(2.0)) for z in _GRID])


def lognormal(mean_s: float, cv: float) -> tuple[float, float]:
    """The mean and deviation of a service time's logarithm.

    `mean_s` above 0; a `cv` below LEAST_CV is taken for LEAST_CV.
    """
    sigma = math.sqrt(math.log1p(max(cv, LEAST_CV) ** 2))
    return math.log(mean_s) - sigma * sigma / 2, sigma


def residual(mu: Floats, sigma: Floats, elapsed_s: Floats, even: Floats) -> Floats:
    """What is left of lognormal times that have lasted `elapsed_s` already, in seconds.

    `even` holds numbers from 0 to 1, the probability of each result; the shapes are broadcast.
    """
    reached = np.clip((np.log(np.maximum(elapsed_s, 1e-9)) - mu) / sigma, _GRID[0], 10.0)
    tail = np.interp(reached, _GRID, _TAIL)
    z = np.interp(-(tail + np.log(np.maximum(1.0 - even, 1e-12))), -_TAIL, _GRID)
    return np.maximum(np.exp(mu + sigma * z) - elapsed_s, 0.0)


def evenly(rng: np.random.Generator, rows: int, paths: int) -> Floats:
    """`rows` times `paths` numbers between 0 and 1, each row spread evenly, in random order."""
    steps = np.tile((np.arange(paths) + 0.5) / paths, (rows, 1))
    mixed: Floats = rng.permuted(steps, axis=1)
    return mixed


def normal(even: Floats) -> Floats:
    """The standard normal quantiles of numbers between 0 and 1."""
    return np.interp(-np.log(1.0 - even), -_TAIL, _GRID)


@dataclass(frozen=True, slots=True)
class Luck:
    """What the next steps of all paths draw, a row a step.

    `z` is standard normal, `missed` marks calls that nobody answers, `away_s` is the length of
    the unannounced pause after the service (mostly 0), `gap` exponential with mean 1.
    """

    z: Floats
    missed: Bools
    away_s: Floats
    gap: Floats


def draw(
    rng: np.random.Generator, shape: tuple[int, int], no_show: float, away: float, pause_s: float
) -> Luck:
    """Luck for `shape` = (steps, paths).

    `no_show` and `away` are probabilities a call, `pause_s` the mean of an exponential pause.
    """
    steps, paths = shape
    quantiles = normal((np.arange(paths) + 0.5) / paths)
    even = rng.random(shape)
    away_s = np.zeros(shape)
    paused = even > 1.0 - away
    away_s[paused] = rng.standard_exponential(int(paused.sum())) * pause_s
    return Luck(
        z=rng.permuted(np.tile(quantiles, (steps, 1)), axis=1),
        missed=even < no_show,
        away_s=away_s,
        gap=rng.standard_exponential(shape),
    )
