"""A kiosk for real: a touched number is printed; cut off it goes on; on return all adds up."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bench.kit import HubProcess, Layout, Program, script, section, wait_for
from hub.core import events as e
from hub.core.audit import Audit
from hub.journal.store import Journal
from wire.ids import new_id

FIRST_SERVICE = (200, 300)
DONE = (1150, 740)
SIZE = "1280x800"


@dataclass(frozen=True)
class KioskLayout(Layout):
    """A hall with a kiosk."""

    def write_hall(self) -> Path:
        file = super().write_hall()
        with file.open("a", encoding="utf-8") as more:
            more.write("\n" + section("[kiosks]", unit="kiosk-1", prefix="K", block=50))
        return file

    def write_kiosk(self) -> Path:
        parts = [
            section(
                "unit", id="kiosk-1", hall="test", role="kiosk", state=str(self.folder / "kiosk-1")
            ),
            section("broker", url=self.broker_url),
            section("hardware", kind="emulated"),
            section("display", mode="offscreen", size=SIZE),
            section("printer", kind="escpos", transport="serial"),
            section("panel", port=0),
        ]
        file = self.folder / "kiosk-1.toml"
        file.write_text("\n".join(parts), encoding="utf-8")
        return file


@dataclass
class Kiosk:
    """The kiosk's process, what it has drawn, and a finger."""

    layout: KioskLayout
    process: Program = field(init=False)
    seen: list[dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        file = self.layout.write_kiosk()
        command = [script("counter-unit"), "run", str(file), "--until-eof", "--trace"]
        self.process, self.seen = Program(command, self.layout.folder / "kiosk-1.log"), []

    def kill(self) -> None:
        """As a power cut does it."""
        self.process.kill()

    def last(self) -> dict[str, Any]:
        """What stands on the screen."""
        self.seen += self.process.traced()
        return next((line for line in reversed(self.seen) if "drawn" in line), {})

    def wait(self, what: str, question: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        return wait_for(lambda: shown if question(shown := self.last()) else None, what)

    def touch(self, place: tuple[int, int]) -> None:
        self.last()
        panel = urlsplit(next(line["panel"] for line in self.seen if "panel" in line))
        with closing(http.client.HTTPConnection(str(panel.netloc), timeout=10)) as client:
            client.request("POST", f"/touch?x={place[0]}&y={place[1]}")
            assert client.getresponse().status == 204

    def home(self, *, alone: bool) -> None:
        """Wait until somebody can choose a service; who stands before it goes."""

        def ready(shown: dict[str, Any]) -> bool:
            if shown.get("stage") == "ticket":
                time.sleep(0.6)
                self.touch(DONE)
            return shown.get("stage") == "home" and shown["alone"] is alone

        self.wait("the services", ready)

    def number(self) -> str:
        """Touch the first service until there is a number."""

        def given(shown: dict[str, Any]) -> bool:
            if shown.get("stage") == "home":
                time.sleep(0.6)
                self.touch(FIRST_SERVICE)
            return bool(shown.get("number"))

        return str(self.wait("a number", given)["number"])


@pytest.fixture
def layout(tmp_path: Path) -> KioskLayout:
    return KioskLayout(tmp_path, counters=1, services=1)


@pytest.fixture
def kiosk(layout: KioskLayout) -> Iterator[Kiosk]:
    started = Kiosk(layout)
    yield started
    with suppress(ProcessLookupError):
        started.process.end()


def waiting(hub: HubProcess, count: int) -> list[dict[str, Any]] | None:
    alone: list[dict[str, Any]] = hub.api.get("/api/hall")[1]["alone"]
    return alone if len(alone) == count else None


@pytest.mark.slow
def test_cut_off_and_killed_a_kiosk_gives_each_number_once(
    layout: KioskLayout, kiosk: Kiosk
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
