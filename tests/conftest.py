"""What tests of every part share: missing system programs, free ports, slow machines."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from bench import ports

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.hall.browser import OneBrowser

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


LONGEST_FIRST = (
    "hall/test_crash.py",
    "hall/test_peripherals.py",
    "model/test_cut_off.py",
    "hall/test_loop.py",
    "hub/web/test_looks.py",
    "hall/test_demo.py",
    "device/ui/test_references.py",
    "device/ui/test_window.py",
    "hall/test_race.py",
    "hub/web/test_pages.py",
    "hub/web/test_rights.py",
    "wire/test_link.py",
    "hall/test_pages_recover.py",
    "hub/web/test_old_browser.py",
    "hub/web/test_markup.py",
    "hub/web/test_by_hand.py",
    "hall/test_ten_hours.py",
    "hub/web/test_stream.py",
    "hub/web/test_keyboard.py",
    "hub/web/test_openapi.py",
    "hub/web/test_operator_page.py",
    "hall/test_kiosk.py",
    "hub/web/test_citizen.py",
    "device/test_alone_for_real.py",
    "hub/web/test_streams_by_hand.py",
    "hub/journal/test_crash.py",
    "hall/test_board.py",
    "hall/test_bad_input.py",
    "device/test_run.py",
    "hub/web/test_two_at_once.py",
    "hall/test_watchdog.py",
    "hub/web/test_api.py",
    "hall/test_fleet.py",
    "hall/test_idle.py",
    "hub/web/test_supervision.py",
    "hub/web/test_sign_in.py",
    "device/test_outbox.py",
    "docs/test_protocol.py",
    "hub/journal/test_store.py",
    "device/ui/test_screens.py",
    "device/ui/test_board_screens.py",
)
"""Files of slow tests in the order in which they are begun; then come all others.

A file's tests stay on one processor, and the longest would be waited for if it were begun last.
"""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark as slow what is in a slow folder, so that no test there belongs to no part.

    The longest files come first, in the order of the folders otherwise.
    """
    folders = [config.rootpath / folder for folder in SLOW_FOLDERS]
    for item in items:
        if any(item.path.is_relative_to(folder) for folder in folders):
            item.add_marker(pytest.mark.slow)
    rank = {config.rootpath / "tests" / name: rank for rank, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: (rank.get(item.path, len(rank)), item.path))


class Backwards(pytest.Dir):  # type: ignore[misc]  # final, but only the order is changed
    """A folder that is read from its end."""

    def collect(self) -> list[pytest.Item | pytest.Collector]:
        """What is in it."""
        return list(super().collect())[::-1]


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Have the second worker begin at the other end: each compiles half of what is new.

    The order in which the tests run is the same for all, and made afterwards.
    """
    if os.environ.get("PYTEST_XDIST_WORKER") != "gw1":
        return None
    folder: pytest.Collector = Backwards.from_parent(parent, path=path)
    return folder


def pytest_collection_finish() -> None:
    """What was collected is there to the end: nobody looks through it for garbage any more."""
    gc.freeze()


ONE_BROWSER = pytest.StashKey["OneBrowser"]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Put away what would disturb a test, and skip one whose programs are missing."""
    _put_the_browser_away(item)
    _skip_without_programs(item)


def _put_the_browser_away(item: pytest.Item) -> None:
    """Its driver keeps an event loop of this thread: a test that begins one could not."""
    shared = item.config.stash.get(ONE_BROWSER, None)
    if shared is not None and "one_browser" not in getattr(item, "fixturenames", ()):
        shared.close()


def _skip_without_programs(item: pytest.Item) -> None:
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


@pytest.fixture(scope="session")
def one_browser(pytestconfig: pytest.Config) -> Iterator[OneBrowser]:
    """The browser of this process: it takes seconds to start, and tests get pages of their own."""
    from tests.hall.browser import OneBrowser  # noqa: PLC0415  the fast part loads no browser

    pytestconfig.stash[ONE_BROWSER] = shared = OneBrowser()
    yield shared
    shared.close()


@pytest.fixture
def browser(one_browser: OneBrowser) -> Iterator[Browser]:
    """The system's Chromium; every page of the test is closed after it."""
    shown = one_browser.start()
    yield shown
    for context in shown.contexts:
        context.close()
