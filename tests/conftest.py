"""What tests of every part share: missing system programs, free ports, slow machines."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

from bench import ports

# Debian keeps daemons out of a user's PATH.
os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


# Thousands of tests are held at once, and none of them is garbage: looking them through for it
# over and over takes a tenth of the fast part's time.
gc.set_threshold(100_000, 50, 50)

# How long an example takes says more of the machine than of the code.
settings.register_profile(
    "house", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")


SLOW_FOLDERS = ("tests/device/ui", "tests/hall", "tests/hub/web")
"""All in here is slow: it draws screens, starts processes or serves pages.

The Makefile's fast part does not even load them.
"""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark as slow what is in a slow folder, so that no test there belongs to no part."""
    folders = [config.rootpath / folder for folder in SLOW_FOLDERS]
    for item in items:
        if any(item.path.is_relative_to(folder) for folder in folders):
            item.add_marker(pytest.mark.slow)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose `system(program, …)` mark names a missing program; in CI, fail it."""
    for mark in item.iter_markers("system"):
        missing = [name for name in mark.args if shutil.which(name) is None]
        if not missing:
            continue
        reason = f"not installed here: {', '.join(missing)} (make system-deps installs it)"
        if os.environ.get("CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


@pytest.fixture
def free_port() -> Callable[[], int]:
    """Call it for a TCP port on the loopback address that nothing listens on."""
    return ports.free_port
