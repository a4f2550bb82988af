"""From a scene to a forecast: simulate, take the quantiles, calibrate."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from hub.forecast.calibration import Offsets, Shift, calibrated
from hub.forecast.chance import Floats
from hub.forecast.rollout import PATHS, futures
from hub.forecast.scene import Scene
from hub.forecast.waits import Forecast, Wait

CROWD = 500
PATHS_IN_A_CROWD = 50
"""With more than CROWD waiting most waits are long, and fewer paths tell as much of them."""


def foretell(
    scene: Scene,
    seed: int,
    offsets: Offsets,
    shift: Shift,
    *,
    paths: int | None = None,
    only: frozenset[str] | None = None,
) -> Forecast:
    """The waits of everybody in a scene, or of some tickets (see `futures`).

    `paths` is as many as are worth it unless given (2 or more). The same scene and seed (0 or
    more) give the same forecast. Whoever is not called before the end of what is looked at in
    more than one path of ten is left out. Raises SceneError if the scene is not sound.
    """
    many = paths or (PATHS if len(scene.tickets) <= CROWD else PATHS_IN_A_CROWD)
    found = futures(scene, np.random.default_rng(seed), paths=many, only=only)
    return Forecast(
        scene.now,
        _waits(found.tickets, offsets, shift),
        _waits(found.services, offsets, shift),
    )


def raw(waits: Floats) -> Wait:
    """p10, p50 and p90 of one ticket's simulated waits in rising order, not yet calibrated."""
    return Wait(*_quantiles(waits[None, :])[0])


def _quantiles(rows: Floats) -> list[list[float]]:
    """p10, p50 and p90 of each row, outward to values that are there: inf stays inf."""
    most = rows.shape[1] - 1
    places = [math.floor(0.1 * most), round(0.5 * most), math.ceil(0.9 * most)]
    found: list[list[float]] = rows[:, places].tolist()
    return found


def _waits(found: Mapping[str, Floats], offsets: Offsets, shift: Shift) -> dict[str, Wait]:
    if not found:
        return {}
    triples = _quantiles(np.array(list(found.values())))
    return {
        name: calibrated(Wait(*triple), offsets, shift)
        for name, triple in zip(found, triples, strict=True)
        if math.isfinite(triple[2])
    }
