"""The peripherals of a unit, built from its configuration and worked end to end."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from device.configuration import UnitSettings
from device.drivers.far_ends.card_reader import SamModule
from device.drivers.ports import CitizenCard, Health, SignText, Slip
from device.drivers.simulated import SimulatedSign
from device.drivers.transport_file import DeviceFileTransport
from device.drivers.transport_network import NetworkTransport
from device.drivers.transport_serial import SerialTransport
from device.fitting import Fitted, fit, peripherals
from wire.errors import HardwareError, PaperEnd
from wire.settings import parse

ROOT = Path(__file__).parents[2]
PATIENT_S = 60.0
SOON_S = 0.1
"""How often a peripheral is looked after here, so that nobody has to wait for it."""
UNIT = '[unit]\nid = "u-1"\nhall = "main"\nstate = "/nowhere"\n'
COUNTER = UNIT + 'counter = "c1"\n[hardware]\nkind = "emulated"\n'
KIOSK = UNIT + 'role = "kiosk"\n[hardware]\nkind = "emulated"\n'
REAL_KIOSK = KIOSK.replace("emulated", "real")
CARD = CitizenCard(
    "张三", "1", "01", "19491231", "某路1号", "11010519491231002X", "某局", "20200101", "长期"
)
COUNTER_ALL = (
    COUNTER
    + '[voice]\noutput = "module"\nvolume = 50\npace = "fast"\n'
    + '[sign]\nkind = "framing-1"\naddress = 7\n[speech]\nkind = "syn6288"\n'
)
KIOSK_ALL = KIOSK + "[printer]\n[card_reader]\n"


def settings_of(text: str) -> UnitSettings:
    return parse(text, UnitSettings, "unit.toml")


class Stand:
    """A unit's peripherals at work, and what they tell."""

    def __init__(self, text: str, started: contextlib.ExitStack) -> None:
        self.told: queue.Queue[Any] = queue.Queue()
        self.fitted: Fitted = fit(settings_of(text), self.told.put, self.told.put, started)
        self.fitted.start()

    def next_of(self, kind: type[Any]) -> Any:
        """The next thing of this kind that is told."""
        while not isinstance(told := self.told.get(timeout=PATIENT_S), kind):
            continue
        return told


@pytest.fixture
def started() -> Iterator[contextlib.ExitStack]:
    with contextlib.ExitStack() as started:
        yield started


def test_a_unit_without_sections_has_no_peripherals(started: contextlib.ExitStack) -> None:
    fitted = fit(settings_of(COUNTER), print, print, started)
    assert fitted == Fitted()
    fitted.start()
    fitted.stop()


def test_a_simulated_one_has_no_far_end(started: contextlib.ExitStack) -> None:
    settings = settings_of(COUNTER + '[sign]\nkind = "simulated"\n')
    assert isinstance(peripherals(settings, {}).sign, SimulatedSign)
    assert fit(settings, print, print, started).lines == {}


@pytest.mark.parametrize(
    ("section", "transport", "name"),
    [
        ('transport = "usb"\nport = "/dev/usb/lp7"', DeviceFileTransport, "/dev/usb/lp7"),
        ('transport = "serial"\nport = "/dev/ttyS7"', SerialTransport, "/dev/ttyS7"),
        ('transport = "network"\naddress = "[::1]:9100"', NetworkTransport, "::1:9100"),
    ],
)
def test_a_real_printer_hangs_on_what_is_written_down(
    section: str, transport: type[Any], name: str
) -> None:
    printer: Any = peripherals(settings_of(f"{REAL_KIOSK}[printer]\n{section}\n"), {}).printer
    assert isinstance(printer._transport, transport)
    assert printer._transport.name == name


def test_an_address_that_a_kind_does_not_have_is_said_at_the_start() -> None:
    settings = settings_of(COUNTER + '[sign]\nkind = "number-board"\naddress = 300\n')
    with pytest.raises(HardwareError, match=r"sign\.address = 300"):
        peripherals(settings.model_copy(), {"sign": _NoLine()})  # type: ignore[dict-item]


class _NoLine:
    path = "/dev/nowhere"


@pytest.mark.slow
def test_a_sign_and_a_module_of_an_emulated_counter(started: contextlib.ExitStack) -> None:
    stand = Stand(COUNTER_ALL, started)
    assert stand.fitted.sign is not None
    changed = threading.Event()
    stand.fitted.watch(changed.set)
    stand.fitted.sign.show(SignText("请A012号"))
    assert changed.wait(PATIENT_S)
    line = stand.fitted.lines["sign"]
    assert line.wait_until(lambda: line.instrument.reading() == "请A012号", PATIENT_S)
    assert stand.next_of(Health) == Health("sign", True, "ok", "works")
    assert stand.fitted.speech is not None
    stand.fitted.speech.say("请A012号")
    assert stand.fitted.readings() == {"sign": "请A012号", "speech": "[v8][t5]请A012号"}


@pytest.mark.slow
def test_a_printer_and_a_reader_of_an_emulated_kiosk(started: contextlib.ExitStack) -> None:
    stand = Stand(KIOSK_ALL, started)
    assert stand.fitted.printer is not None
    assert stand.fitted.card_reader is not None
    outcomes: queue.Queue[HardwareError | None] = queue.Queue()
    stand.fitted.printer.print_slip(Slip("A012"), outcomes.put)
    assert outcomes.get(timeout=PATIENT_S) is None
    assert stand.fitted.readings() == {"printer": "A012", "card_reader": "无卡 no card"}
    module = stand.fitted.lines["card_reader"].instrument
    assert isinstance(module, SamModule)
    module.lay(CARD)
    stand.fitted.card_reader.look(True)
    assert stand.next_of(CitizenCard) == CARD
    mechanism: Any = stand.fitted.lines["printer"].instrument
    mechanism.rows = 0
    stand.fitted.printer.print_slip(Slip("A013"), outcomes.put)
    assert isinstance(outcomes.get(timeout=PATIENT_S), PaperEnd)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        ("silent", "no_answer"),
        ("garbling", "bad_answer"),
        ("half", "no_answer"),
        ("unplugged", "unplugged"),
        ("cut", "unplugged"),
    ],
)
def test_each_fault_of_a_printer_is_told_and_its_end_too(
    started: contextlib.ExitStack, monkeypatch: pytest.MonkeyPatch, trouble: str, code: str
) -> None:
    monkeypatch.setattr("device.drivers.supervised.PROBE_S", SOON_S)
    stand = Stand(KIOSK + "[printer]\n", started)
    assert stand.next_of(Health).ok
    line = stand.fitted.lines["printer"]
    stand.fitted.disturb("printer", trouble)
    assert stand.next_of(Health).code == code
    stand.fitted.disturb("printer", "none")
    assert stand.next_of(Health).ok
    folder = line.path.parent
    started.close()
    assert not folder.exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("section", "trouble", "error"), [("sign", "none", KeyError), ("printer", "sad", ValueError)]
)
def test_no_other_peripheral_fails_and_none_in_another_way(
    started: contextlib.ExitStack, section: str, trouble: str, error: type[Exception]
) -> None:
    stand = Stand(KIOSK + "[printer]\n", started)
    with pytest.raises(error):
        stand.fitted.disturb(section, trouble)


@pytest.mark.slow
def test_a_unit_without_peripherals_loads_none_of_their_packages() -> None:
    """It starts as fast as one that has never heard of them."""
    heavy = ["serial", "escpos", "PIL", "qrcode", "yaml", "device.drivers.far_ends"]
    code = f"import sys, device.fitting; print(*(name for name in {heavy} if name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == ""


@pytest.mark.slow
def test_a_printer_s_packages_come_with_its_first_ticket() -> None:
    code = (
        "import sys\n"
        "from device.drivers.registry import make_printer\n"
        "make_printer('escpos', None)\n"
        "print('escpos' in sys.modules, 'PIL' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.split() == ["False", "False"]
