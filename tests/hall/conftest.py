"""Fixtures for whole halls: real processes, real broker, real disk."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.kit import HubProcess, Layout, running

pytest.register_assert_rewrite("tests.hall.long_day", "tests.hall.reconciling")


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> random.Random:
    """Dice with the test's own fixed seed."""
    return random.Random(request.node.name)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    """A running hub with ten counters, three services and its embedded broker."""
    hub = HubProcess(Layout(tmp_path, counters=10, services=3))
    with running(hub):
        yield hub.wait_ready()
