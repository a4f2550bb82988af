"""A hall board for real: it shows calls, an emergency, and calls that no hub knows of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from iotcore import Broker

from bench.kit import HubProcess, UnitProcess, open_counter, running, wait_for
from bench.ports import free_port
from bench.roles import PlacedLayout
from wire.ids import new_id

pytestmark = pytest.mark.slow

LEAVE = {"zh": "请撤离", "en": "Please leave"}


class BoardProcess(UnitProcess):
    """`counter-unit run` as a board that stands upright."""

    def __init__(self, layout: PlacedLayout) -> None:
        super().__init__(layout, 1, layout.write_placed("board", "600x1024"))

    def wait_shown(self, **wanted: Any) -> dict[str, Any]:
        """Wait until what it shows has these."""

        def found() -> dict[str, Any] | None:
            drawn = [line for line in self.look() if "drawn" in line]
            return drawn[-1] if drawn and wanted.items() <= drawn[-1].items() else None

        return wait_for(found, f"the board to show {wanted}")


@pytest.fixture
def broker() -> Iterator[str]:
    """A broker that outlives the hub."""
    port = free_port()
    with Broker(port=port, listen="127.0.0.1"):
        yield f"mqtt://127.0.0.1:{port}"


def test_a_board_through_a_day_on_which_the_hub_dies(tmp_path: Path, broker: str) -> None:
    layout = PlacedLayout(tmp_path, counters=1, broker=broker, placed=("board",))
    hub, unit, board = HubProcess(layout), UnitProcess(layout, 1), BoardProcess(layout)
    with running(hub, unit, board):
        hub.wait_ready()
        unit.wait_panel()
        board.wait_shown(drawn="hallboard", link="live", calls=[])
        open_counter(hub.api, 1, "morning")
        for _ in range(3):
            assert hub.api.post("/api/tickets", {"service": "s1"})[0] == 201
        unit.wait_drawn("idle")
        unit.press("next")
        board.wait_shown(calls=[["A001", "1"]], lit=["A001"])

        tell(hub, LEAVE)
        board.wait_shown(drawn="emergency")
        tell(hub, None)
        board.wait_shown(drawn="hallboard", calls=[["A001", "1"]])

        unit.wait_drawn("calling", number="A001")
        unit.press("done")
        wait_for(lambda: unit.look()[-1].get("drawn") in {"inviting", "idle"}, "the end of A001")
        hub.kill()
        board.wait_shown(link="stale")
        unit.press("next")  # the hub had granted it
        board.wait_shown(link="stale", calls=[["A002", "1"], ["A001", "1"]])

        again = HubProcess(layout)
        with running(again):
            again.wait_ready()
            board.wait_shown(link="live", calls=[["A002", "1"], ["A001", "1"]])


def tell(hub: HubProcess, emergency: dict[str, str] | None) -> None:
    content = {"notice": None, "emergency": emergency}
    status, _ = hub.api.post("/api/notice", content, key=new_id())
    assert status == 200
