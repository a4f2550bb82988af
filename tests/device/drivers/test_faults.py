"""Supervised peripherals through one fault after another, drawn by lot: each is told and healed."""

from __future__ import annotations

import queue
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from device.drivers.far_ends.card_reader import SamModule
from device.drivers.far_ends.line import Fault, PtyLine
from device.drivers.far_ends.printer import TicketPrinterMechanism
from device.drivers.far_ends.signs import FramingOneSign
from device.drivers.ports import CitizenCard, Health, SignText, Slip
from device.drivers.registry import make_card_reader, make_printer, make_sign
from device.drivers.supervised import SupervisedCardReader, SupervisedPrinter, SupervisedSign
from device.drivers.transport_serial import SerialTransport
from tests.device.drivers.kit import pace
from wire.clock import ScaledClock
from wire.errors import HardwareError

SPEED = 50.0
PATIENT_S = 60.0
CARD = CitizenCard(
    "张三", "1", "01", "19491231", "某路1号", "11010519491231002X", "某局", "20200101", "长期"
)


@dataclass
class Patient:
    """A supervised peripheral, how its port is used, and how it is seen to work again."""

    line: PtyLine
    worker: Any
    use: Callable[[int], None]
    is_well: Callable[[int], bool]
    faults: tuple[Fault | None, ...]
    told: queue.Queue[Health]

    def told_until(self, ok: bool) -> Health:
        """The next health of this kind; there may be others before."""
        while (health := self.told.get(timeout=PATIENT_S)).ok is not ok:
            continue
        return health


ANSWERING = (Fault.SILENT, Fault.GARBLING, Fault.HALF, None)


def sign_of(path: Path, clock: ScaledClock) -> Patient:
    told: queue.Queue[Health] = queue.Queue()
    line = PtyLine(path, FramingOneSign(1))
    sign = make_sign("framing-1", SerialTransport(str(path), 9600), pace(), 1)
    worker = SupervisedSign("sign", sign, clock, told.put)

    def use(turn: int) -> None:
        worker.show(SignText(f"请A{turn:03}号"))

    def is_well(turn: int) -> bool:
        return line.wait_until(partial(reads, line, f"请A{turn:03}号"), PATIENT_S)

    return Patient(line, worker, use, is_well, (None,), told)


def printer_of(path: Path, clock: ScaledClock) -> Patient:
    told: queue.Queue[Health] = queue.Queue()
    mechanism = TicketPrinterMechanism()
    line = PtyLine(path, mechanism)
    printer = make_printer("escpos", SerialTransport(str(path), 9600))
    worker = SupervisedPrinter("printer", printer, clock, told.put)
    done: queue.Queue[HardwareError | None] = queue.Queue()

    def use(turn: int) -> None:
        worker.print_slip(Slip(f"A{turn:03}"), done.put)
        done.get(timeout=PATIENT_S)  # whether it came out is known, one way or the other

    def is_well(turn: int) -> bool:
        worker.print_slip(Slip(f"A{turn:03}", below=("again",)), done.put)
        outcome = done.get(timeout=PATIENT_S)
        return outcome is None and mechanism.printed[-1].lines == [f"A{turn:03}", "again"]

    return Patient(line, worker, use, is_well, ANSWERING, told)


def reader_of(path: Path, clock: ScaledClock) -> Patient:
    told: queue.Queue[Health] = queue.Queue()
    cards: queue.Queue[object] = queue.Queue()
    module = SamModule()
    line = PtyLine(path, module)
    reader = make_card_reader("sam", SerialTransport(str(path), 115200), pace())
    worker = SupervisedCardReader("card_reader", reader, clock, told.put, cards.put)
    worker.look(True)

    def use(_turn: int) -> None:
        """It looks for cards by itself."""

    def is_well(_turn: int) -> bool:
        module.lay(CARD)
        return cards.get(timeout=PATIENT_S) == CARD

    return Patient(line, worker, use, is_well, ANSWERING, told)


def reads(line: PtyLine, text: str) -> bool:
    return line.instrument.reading() == text


@pytest.fixture
def patient(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Patient]:
    patient: Patient = request.param(tmp_path / "port", ScaledClock(SPEED, 0.0))
    patient.line.plug()
    patient.worker.start()
    yield patient
    patient.worker.stop()
    patient.line.unplug()


def fall_ill(patient: Patient, lots: random.Random, turn: int) -> None:
    """Make it fail; unplugged it is in the middle of a frame, if the next is long enough."""
    fault = lots.choice(patient.faults)
    if fault is None:
        patient.line.cut_after = lots.randint(1, 12)
        patient.use(turn)
    else:
        patient.line.fault = fault
        patient.use(turn)


def open_file_count() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def through(patient: Patient, rounds: int, seed: int) -> None:
    lots = random.Random(seed)
    patient.told_until(ok=True)
    open_files, threads = 0, 0
    for turn in range(rounds):
        fall_ill(patient, lots, turn)
        health = patient.told_until(ok=False)
        assert health.code in {"no_answer", "bad_answer", "unplugged"}
        assert patient.line.wait_until(
            lambda: patient.line.fault is not Fault.NONE or not patient.line.is_plugged, PATIENT_S
        )
        patient.line.fault = Fault.NONE
        patient.line.plug()
        patient.told_until(ok=True)
        assert patient.is_well(turn)
        if turn == 0:
            open_files, threads = open_file_count(), threading.active_count()
    assert open_file_count() <= open_files
    assert threading.active_count() <= threads


every_kind = pytest.mark.parametrize("patient", [sign_of, printer_of, reader_of], indirect=True)


@pytest.mark.slow
@every_kind
def test_a_few_faults_one_after_another(patient: Patient) -> None:
    through(patient, rounds=4, seed=1)


@pytest.mark.long
@pytest.mark.timeout(1500)
@every_kind
def test_many_faults_one_after_another(patient: Patient) -> None:
    through(patient, rounds=100, seed=2)
