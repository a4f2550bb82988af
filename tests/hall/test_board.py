"""A hall board for real: it shows calls, an emergency, and calls that no hub knows of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from iotcore import Broker

from bench.kit import (
    HubProcess,
    Layout,
    Program,
    UnitProcess,
    open_counter,
    running,
    script,
    section,
    wait_for,
)
from bench.ports import free_port
from wire.ids import new_id

pytestmark = pytest.mark.slow

LEAVE = {"zh": "请撤离", "en": "Please leave"}


@dataclass(frozen=True)
class BoardLayout(Layout):
    """A hall with a board."""

    def write_hall(self) -> Path:
        file = super().write_hall()
        with file.open("a", encoding="utf-8") as more:
            more.write("\n" + section("[boards]", unit="board-1"))
        return file

    def write_board(self) -> Path:
        """Write board-1.toml and return its path."""
        state = str(self.folder / "board-1")
        parts = [
            section("unit", id="board-1", hall="test", role="board", state=state),
            section("broker", url=self.broker_url),
            section("hardware", kind="emulated"),
            section("display", mode="offscreen", size="600x1024"),
        ]
        file = self.folder / "board-1.toml"
        file.write_text("\n".join(parts), encoding="utf-8")
        return file


class BoardProcess(Program):
    """`counter-unit run` as a board."""

    def __init__(self, layout: BoardLayout) -> None:
        command = [script("counter-unit"), "run", str(layout.write_board())]
        super().__init__([*command, "--until-eof", "--trace"], layout.folder / "board-1.log")
        self._seen: list[dict[str, Any]] = []

    def wait_drawn(self, **wanted: Any) -> dict[str, Any]:
        """Wait until what it shows has these."""

        def found() -> dict[str, Any] | None:
            self._seen += [line for line in self.traced() if "drawn" in line]
            last = self._seen[-1] if self._seen else {}
            return last if wanted.items() <= last.items() else None

        return wait_for(found, f"the board to show {wanted}", 40)


@pytest.fixture
def broker() -> Iterator[str]:
    """A broker that outlives the hub."""
    port = free_port()
    with Broker(port=port, listen="127.0.0.1"):
        yield f"mqtt://127.0.0.1:{port}"


def test_a_board_through_a_day_on_which_the_hub_dies(tmp_path: Path, broker: str) -> None:
    layout = BoardLayout(tmp_path, counters=1, broker=broker)
    hub, unit, board = HubProcess(layout), UnitProcess(layout, 1), BoardProcess(layout)
    with running(hub, unit, board):
        hub.wait_ready()
        unit.wait_panel()
        board.wait_drawn(drawn="hallboard", link="live", calls=[])
        open_counter(hub.api, 1, "morning")
        for _ in range(3):
            assert hub.api.post("/api/tickets", {"service": "s1"})[0] == 201
        unit.wait_drawn("idle")
        unit.press("next")
        board.wait_drawn(calls=[["A001", "1"]], lit=["A001"])

        tell(hub, LEAVE)
        board.wait_drawn(drawn="emergency")
        tell(hub, None)
        board.wait_drawn(drawn="hallboard", calls=[["A001", "1"]])

        unit.wait_drawn("calling", number="A001")
        unit.press("done")
        wait_for(lambda: unit.look()[-1].get("drawn") in {"inviting", "idle"}, "the end of A001")
        hub.kill()
        board.wait_drawn(link="stale")
        unit.press("next")  # the hub had granted it
        board.wait_drawn(link="stale", calls=[["A002", "1"], ["A001", "1"]])

        again = HubProcess(layout)
        with running(again):
            again.wait_ready()
            board.wait_drawn(link="live", calls=[["A002", "1"], ["A001", "1"]])


def tell(hub: HubProcess, emergency: dict[str, str] | None) -> None:
    content = {"notice": None, "emergency": emergency}
    status, _ = hub.api.post("/api/notice", content, key=new_id())
    assert status == 200
