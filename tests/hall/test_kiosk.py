"""A kiosk for real: a touched number is printed; cut off it goes on; on return all adds up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from bench.kit import HubProcess, UnitProcess, wait_for
from bench.roles import PERIPHERALS, PlacedLayout
from device.kiosk_session import SETTLE_S
from hub.core import events as e
from hub.core.audit import Audit
from hub.journal.store import Journal
from wire.ids import new_id

FIRST_SERVICE = (200, 300)
DONE = (1150, 740)
SETTLED_S = 1.5 * SETTLE_S
"""A touch that comes sooner is taken to be meant for the screen before."""


class Kiosk:
    """The kiosk's process, and a finger."""

    def __init__(self, layout: PlacedLayout) -> None:
        self._layout = layout
        self.start()

    def start(self) -> None:
        file = self._layout.write_placed("kiosk", printer=PERIPHERALS["kiosk"]["printer"])
        self.process = UnitProcess(self._layout, 1, file).wait_panel()

    def kill(self) -> None:
        """As a power cut does it."""
        self.process.kill()

    def last(self) -> dict[str, Any]:
        """What stands on the screen."""
        return next((line for line in reversed(self.process.look()) if "drawn" in line), {})

    def wait(self, what: str, question: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        return wait_for(lambda: shown if question(shown := self.last()) else None, what)

    def home(self, *, alone: bool) -> None:
        """Wait until somebody can choose a service; who stands before it goes."""

        def ready(shown: dict[str, Any]) -> bool:
            if shown.get("stage") == "ticket":
                time.sleep(SETTLED_S)
                self.process.touch(DONE)
            return shown.get("stage") == "home" and shown["alone"] is alone

        self.wait("the services", ready)

    def number(self) -> str:
        """Touch the first service until there is a number."""

        def given(shown: dict[str, Any]) -> bool:
            if shown.get("stage") == "home":
                time.sleep(SETTLED_S)
                self.process.touch(FIRST_SERVICE)
            return bool(shown.get("number"))

        return str(self.wait("a number", given)["number"])


@pytest.fixture
def layout(tmp_path: Path) -> PlacedLayout:
    return PlacedLayout(tmp_path, counters=1, placed=("kiosk",))


@pytest.fixture
def kiosk(layout: PlacedLayout) -> Iterator[Kiosk]:
    started = Kiosk(layout)
    yield started
    with suppress(ProcessLookupError):
        started.process.end()


def waiting(hub: HubProcess, count: int) -> list[dict[str, Any]] | None:
    alone: list[dict[str, Any]] = hub.api.get("/api/hall")[1]["alone"]
    return alone if len(alone) == count else None


@pytest.mark.slow
def test_cut_off_and_killed_a_kiosk_gives_each_number_once(
    layout: PlacedLayout, kiosk: Kiosk
) -> None:
    hub = HubProcess(layout).wait_ready()
    kiosk.home(alone=False)
    assert kiosk.number() == "A001"
    kiosk.home(alone=False)

    hub.kill()
    kiosk.home(alone=True)
    assert kiosk.number() == "K001"
    kiosk.kill()
    kiosk.start()
    shown = kiosk.wait("the number again", lambda shown: bool(shown.get("number")))
    assert shown["number"] == "K001"
    kiosk.home(alone=True)
    assert kiosk.number() == "K002"
    kiosk.home(alone=True)

    hub = HubProcess(layout).wait_ready()
    try:
        alone = wait_for(lambda: waiting(hub, 2), "the numbers printed alone")
        assert [number["number"] for number in alone] == ["K001", "K002"]
        status, _ = hub.api.post("/api/sweeps", {"before": alone[0]["before"]}, new_id())
        assert status == 200
        assert [number["number"] for number in waiting(hub, 1) or ()] == ["K002"]
        kiosk.home(alone=False)
        assert kiosk.number() == "A002"
    finally:
        hub.end()
    with closing(Journal(layout.data)) as journal:
        events = [event for _, event in journal.events()]
    assert Audit().read(events) == []
    issued = [event.number for event in events if isinstance(event, e.TicketIssued)]
    assert sorted(issued) == ["A001", "A002", "K001", "K002"]
    assert not [event for event in events if isinstance(event, e.NumberSetAside)]
