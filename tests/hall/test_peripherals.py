"""Peripherals that fail in a real hall: it is recorded, it is marked, the counter goes on.

The sign, the speech module and the printer hang on emulated lines, whose far ends decode what
they get and fail on demand.
"""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bench.kit import Api, HubProcess, UnitProcess, open_counter, running, section, wait_for
from bench.roles import RoleLayout, UnitOfRole, append
from hub.core import events as e
from hub.core.audit import Audit
from hub.journal.store import Journal
from wire.ids import new_id

pytestmark = pytest.mark.slow

PROBLEMS = (("silent", "no_answer"), ("garbling", "bad_answer"), ("cut", "unplugged"))
"""What a far end that answers can suffer, and the fault that is told of it."""

FIRST_SERVICE = (200, 300)
DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True)
class FittedLayout(RoleLayout):
    """A hall with a kiosk whose counter has a sign and a speech module that says each call once."""

    placed: tuple[str, ...] = ("kiosk",)

    def write_unit(self, n: int) -> Path:
        file = super().write_unit(n)
        append(
            file,
            section("sign", kind="framing-1"),
            section("speech", kind="syn6288"),
            section("voice", output="module", chime=False, repeat=1),
        )
        return file


class Ports:
    """The peripherals of an emulated unit, as its page shows them."""

    def __init__(self, page: str) -> None:
        self._api = Api(int(page.rsplit(":", 1)[1].strip("/")))
        self._readings: dict[str, str] = {}
        self._stream = urllib.request.urlopen(f"{page}events")
        threading.Thread(target=self._read, daemon=True).start()

    def suffer(self, name: str, trouble: str) -> None:
        """Have a peripheral fail, or work again."""
        status, body = self._api.send("POST", f"/ports/{name}?trouble={trouble}")
        assert status == 204, body

    def wait(self, name: str, reading: str) -> None:
        """Wait until a peripheral's far end shows this, has said or printed it last; or nothing."""

        def shows() -> bool:
            shown = self._readings.get(name, "")
            return reading in shown if reading else not shown

        wait_for(shows, f"{name}: {reading}")

    def _read(self) -> None:
        for line in self._stream:
            if line.startswith(b"data: "):
                self._readings = json.loads(line.removeprefix(b"data: "))["readings"]


@dataclass
class Hall:
    """A hub, a unit at an open counter, and what hangs on it."""

    hub: HubProcess
    unit: UnitProcess
    ports: Ports = field(init=False)

    def __post_init__(self) -> None:
        self.unit.wait_panel()
        self.ports = Ports(self.unit.panel)
        open_counter(self.hub.api, 1, "peripherals")
        self.drawn("idle")

    def drawn(self, screen: str, **wanted: object) -> None:
        """Wait until this is what the unit has drawn last."""

        def shown() -> bool:
            lines = [line for line in self.unit.look() if "drawn" in line]
            return bool(lines) and ({"drawn": screen} | wanted).items() <= lines[-1].items()

        wait_for(shown, f"the unit to show {screen} {wanted}")

    def call(self) -> str:
        """Somebody takes a number and is called; the number."""
        status, body = self.hub.api.post("/api/tickets", {"service": "s1"}, new_id())
        assert status == 201, body
        number = str(json.loads(body)["number"])
        self.unit.press("next")
        self.drawn("calling", number=number)
        return number

    def finish(self) -> None:
        """Who was called is served, and rates."""
        self.unit.press("done")
        self.drawn("inviting")
        self.unit.press("rating-5")
        self.drawn("idle")


def spoken(number: str) -> str:
    """What is said of a number that is called to counter 1."""
    digits = "".join(DIGITS[int(char)] if char.isdigit() else char for char in number)
    return f"请{digits}号到一号窗口"


def faults(api: Api, unit: str) -> dict[str, str]:
    """The marks on the operator's page: the codes of what fails at a unit, by peripheral."""
    view = api.get("/api/hall")[1]
    units = [counter["unit"] for counter in view["counters"]] + view["units"]
    [found] = [one for one in units if one and one["id"] == unit]
    return {fault["peripheral"]: fault["code"] for fault in found["faults"]}


def wait_fault(api: Api, unit: str, name: str, code: str | None) -> None:
    """Wait until a peripheral, by its section of the configuration, is marked like this."""
    known = name.replace("_", "-")
    wait_for(lambda: faults(api, unit).get(known) == code, f"{name} of {unit} to be {code}")


def faults_noted(events: list[e.Event], unit: str, name: str) -> list[str | None]:
    """What the journal holds of a peripheral, in order; None: it worked."""
    noted = [event for event in events if isinstance(event, e.HealthNoted)]
    known = name.replace("_", "-")
    return [x.code for x in noted if (x.unit, x.peripheral) == (unit, known)]


def journal_of(hub: HubProcess) -> list[e.Event]:
    """End the hub, look whether its journal is in order, and return it."""
    hub.end()
    with closing(Journal(hub.layout.data)) as journal:
        events = [event for _, event in journal.events()]
    assert Audit().read(events) == []
    return events


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    hub = HubProcess(FittedLayout(tmp_path))
    with running(hub):
        yield hub.wait_ready()


@pytest.fixture
def hall(hub: HubProcess) -> Iterator[Hall]:
    unit = UnitProcess(hub.layout, 1)
    with running(unit):
        yield Hall(hub, unit)


def test_the_sign_shows_and_the_module_says_who_is_called(hall: Hall) -> None:
    number = hall.call()
    hall.ports.wait("sign", f"请{number}号")
    hall.ports.wait("speech", spoken(number))
    hall.finish()
    hall.ports.wait("sign", "")
    assert faults(hall.hub.api, "unit-1") == {}


@pytest.mark.parametrize(("trouble", "code"), PROBLEMS)
def test_a_voice_that_fails_stops_no_counter_and_comes_back(
    hall: Hall, trouble: str, code: str
) -> None:
    hall.ports.wait("sign", "")
    hall.ports.suffer("speech", trouble)
    wait_fault(hall.hub.api, "unit-1", "voice", code)
    number = hall.call()
    hall.ports.wait("sign", f"请{number}号")
    hall.finish()
    hall.ports.suffer("speech", "none")
    wait_fault(hall.hub.api, "unit-1", "voice", None)
    hall.ports.wait("speech", spoken(hall.call()))
    hall.finish()
    events = journal_of(hall.hub)
    assert faults_noted(events, "unit-1", "voice") == [None, code, None]
    assert sum(isinstance(event, e.Rated) and event.counted for event in events) == 2


def test_a_sign_that_is_pulled_out_in_a_frame_shows_what_is_called_by_then(hall: Hall) -> None:
    hall.ports.suffer("sign", "cut")
    before = hall.call()
    wait_fault(hall.hub.api, "unit-1", "sign", "unplugged")
    hall.finish()
    number = hall.call()
    assert number != before
    hall.ports.suffer("sign", "none")
    hall.ports.wait("sign", f"请{number}号")
    wait_fault(hall.hub.api, "unit-1", "sign", None)
    hall.finish()
    events = journal_of(hall.hub)
    assert faults_noted(events, "unit-1", "sign") == [None, "unplugged", None]
    assert sum(isinstance(event, e.Rated) and event.counted for event in events) == 2


def test_a_sign_that_only_listens_is_not_missed_and_shows_the_next_call(hall: Hall) -> None:
    """It has no way to say that it hears nothing."""
    hall.ports.suffer("sign", "silent")
    hall.call()
    hall.finish()
    hall.ports.suffer("sign", "none")
    hall.ports.wait("sign", f"请{hall.call()}号")
    assert faults(hall.hub.api, "unit-1") == {}


def test_a_kiosk_without_printer_or_reader_is_marked_and_prints_again(hub: HubProcess) -> None:
    layout = hub.layout
    assert isinstance(layout, FittedLayout)
    kiosk, names = UnitOfRole(layout, "kiosk"), ("printer", "card_reader")
    with running(kiosk):
        ports = Ports(kiosk.wait_panel().panel)
        for trouble, code in PROBLEMS:
            for name in names:
                ports.suffer(name, trouble)
            for name in names:
                wait_fault(hub.api, "kiosk-1", name, code)
            for name in names:
                ports.suffer(name, "none")
            for name in names:
                wait_fault(hub.api, "kiosk-1", name, None)
        kiosk.touch(FIRST_SERVICE)
        ports.wait("printer", "A001")
    events = journal_of(hub)
    for name in names:
        told = [None, "no_answer", None, "bad_answer", None, "unplugged", None]
        assert faults_noted(events, "kiosk-1", name) == told
