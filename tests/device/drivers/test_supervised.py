"""Supervised peripherals: nobody waits, faults are told once, the latest content is shown."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from device.drivers.far_ends.line import PtyLine
from device.drivers.far_ends.signs import FramingOneSign
from device.drivers.ports import CitizenCard, Health, SignText, Slip
from device.drivers.recovery import FIRST_S, LONGEST_S
from device.drivers.registry import make_sign
from device.drivers.simulated import SimulatedCardReader, SimulatedPrinter, SimulatedSign
from device.drivers.supervised import (
    CARD_S,
    MOST_WAITING,
    PROBE_S,
    REFRESH_S,
    SupervisedCardReader,
    SupervisedPrinter,
    SupervisedSign,
)
from device.drivers.transport_serial import SerialTransport
from tests.device.drivers.kit import pace
from wire.clock import ManualClock, RealClock
from wire.errors import HardwareError, NoAnswer, PaperEnd, Refused, Unplugged

FIRST, SECOND = SignText("请A001号", "A001"), SignText("请A002号", "A002")
SLIP = Slip("A001")
CARD = CitizenCard("张三", "1", "01", "19500101", "某路1号", "x", "某局", "20200101", "长期")


class CountingSign(SimulatedSign):
    """A simulated sign that counts what is asked of it."""

    def __init__(self) -> None:
        super().__init__()
        self.shows = 0
        self.closes = 0

    def show(self, content: SignText) -> None:
        self.shows += 1
        super().show(content)

    def close(self) -> None:
        self.closes += 1


class Stand:
    """A sign under supervision on a clock that a test moves."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.news: list[Health] = []
        self.sign = CountingSign()
        self.supervised = SupervisedSign("sign", self.sign, self.clock, self.news.append)

    def codes(self) -> list[str]:
        return [health.code for health in self.news]

    def pass_time(self, duration_s: float) -> None:
        """Turn whenever a turn is due, as the thread does."""
        end_s = self.clock.monotonic() + duration_s
        while (rest_s := self.supervised.turn()) <= end_s - self.clock.monotonic():
            self.clock.advance(max(rest_s, 0.001))
        self.clock.advance(end_s - self.clock.monotonic())


@pytest.fixture
def stand() -> Stand:
    return Stand()


def test_what_is_wanted_is_shown_in_the_next_turn(stand: Stand) -> None:
    stand.supervised.show(FIRST)
    assert stand.supervised.turn() == PROBE_S
    assert stand.sign.shown == FIRST
    assert stand.codes() == ["ok"]


def test_the_same_again_is_not_sent_again_until_the_refresh(stand: Stand) -> None:
    stand.supervised.show(FIRST)
    stand.pass_time(REFRESH_S / 2)
    stand.supervised.show(FIRST)
    stand.pass_time(REFRESH_S / 4)
    assert stand.sign.shows == 1
    stand.sign.shown = SignText("")  # it was without current
    stand.pass_time(REFRESH_S)
    assert stand.sign.shown == FIRST
    assert stand.codes() == ["ok"]


def test_a_fault_and_its_end_are_told_once_each(stand: Stand) -> None:
    stand.supervised.show(FIRST)
    stand.pass_time(1)
    stand.sign.fault = Unplugged("/dev/ttyUSB0: the port is gone")
    stand.pass_time(300)
    assert stand.codes() == ["ok", "unplugged"]
    assert stand.news[-1] == Health("sign", False, "unplugged", "/dev/ttyUSB0: the port is gone")
    stand.sign.fault = None
    stand.pass_time(LONGEST_S)
    assert stand.codes() == ["ok", "unplugged", "ok"]


def test_one_that_comes_back_shows_the_latest_and_nothing_older(stand: Stand) -> None:
    stand.sign.fault = NoAnswer("x")
    for content in (FIRST, SECOND):
        stand.supervised.show(content)
        stand.supervised.turn()
    stand.sign.fault = None
    shows = stand.sign.shows
    stand.pass_time(LONGEST_S)
    assert stand.sign.shown == SECOND
    assert stand.sign.shows == shows + 1


def test_one_that_fails_between_two_texts_gets_its_own_again(stand: Stand) -> None:
    stand.supervised.show(FIRST)
    stand.supervised.turn()
    stand.sign.fault = Unplugged("x")
    stand.pass_time(20)
    stand.sign.fault, stand.sign.shown = None, SignText("")
    stand.pass_time(LONGEST_S)
    assert stand.sign.shown == FIRST


def test_it_is_tried_seldom_while_it_fails_and_closed_each_time(stand: Stand) -> None:
    stand.sign.fault = NoAnswer("x")
    stand.supervised.show(FIRST)
    stand.supervised.turn()
    assert stand.supervised.turn() == FIRST_S
    stand.pass_time(300)
    assert 300 / LONGEST_S <= stand.sign.shows <= 300 / LONGEST_S + 8
    assert stand.sign.closes == stand.sign.shows


def test_a_mistake_in_a_driver_is_a_fault_like_another(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stand.sign, "show", lambda _content: 1 / 0)
    stand.supervised.show(FIRST)
    stand.supervised.turn()
    monkeypatch.undo()
    assert stand.codes() == ["driver_fault"]
    assert "ZeroDivisionError" in stand.news[0].detail
    stand.pass_time(FIRST_S)
    assert stand.codes() == ["driver_fault", "ok"]


def printer_of(news: list[Health]) -> tuple[SimulatedPrinter, SupervisedPrinter]:
    printer = SimulatedPrinter()
    return printer, SupervisedPrinter("printer", printer, ManualClock(), news.append)


def test_a_print_that_fails_is_known_and_not_repeated() -> None:
    news: list[Health] = []
    outcomes: list[HardwareError | None] = []
    printer, supervised = printer_of(news)
    printer.fault = PaperEnd("no paper")
    supervised.print_slip(SLIP, outcomes.append)
    supervised.turn()
    printer.fault = None
    supervised.turn()
    assert printer.printed == []
    supervised.print_slip(SLIP, outcomes.append)
    supervised.turn()
    assert printer.printed == [SLIP]
    assert outcomes[0] is not None
    assert (outcomes[0].code, outcomes[1]) == ("paper_end", None)
    assert [health.code for health in news] == ["paper_end", "ok"]


def test_missing_paper_is_told_before_anybody_takes_a_number() -> None:
    news: list[Health] = []
    printer, supervised = printer_of(news)
    printer.fault = PaperEnd("no paper")
    supervised.turn()
    assert [health.code for health in news] == ["paper_end"]


def test_what_is_refused_is_no_fault_of_the_peripheral() -> None:
    news: list[Health] = []
    outcomes: list[HardwareError | None] = []
    printer, supervised = printer_of(news)
    printer.fault = Refused("too long")
    supervised.print_slip(SLIP, outcomes.append)
    supervised.turn()
    assert isinstance(outcomes[0], Refused)
    assert [health.code for health in news] == ["ok"]


def test_too_many_jobs_are_refused_at_once() -> None:
    outcomes: list[HardwareError | None] = []
    printer, supervised = printer_of([])
    for _ in range(MOST_WAITING + 1):
        supervised.print_slip(SLIP, outcomes.append)
    assert [type(outcome) for outcome in outcomes] == [Refused]
    supervised.turn()
    assert len(printer.printed) == MOST_WAITING


def test_cards_are_read_only_while_they_are_looked_for() -> None:
    cards: list[object] = []
    reader, clock = SimulatedCardReader(), ManualClock()
    supervised = SupervisedCardReader("card_reader", reader, clock, print, cards.append)
    reader.lay(CARD)
    assert supervised.turn() == PROBE_S
    assert cards == []
    supervised.look(True)
    assert supervised.turn() == pytest.approx(CARD_S)
    assert cards == [CARD]
    supervised.look(False)
    reader.lay(CARD)
    assert supervised.turn() == PROBE_S
    assert cards == [CARD]


class Late(SimulatedCardReader):
    """A reader that has read a card just as nobody looks for one any more."""

    leave: Callable[[], None]

    def read_card(self) -> CitizenCard | None:
        self.leave()
        return super().read_card()


def test_a_card_that_comes_too_late_is_told_to_nobody() -> None:
    cards: list[object] = []
    reader = Late()
    supervised = SupervisedCardReader("card_reader", reader, ManualClock(), print, cards.append)
    reader.leave = partial(supervised.look, False)
    reader.lay(CARD)
    supervised.look(True)
    supervised.turn()
    assert reader.read_card() is None  # it was read
    assert cards == []


class Hung(SimulatedPrinter):
    """A printer that hangs until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()

    def probe(self) -> str:
        self.let_go.wait(60)
        return "at last"


@pytest.mark.slow
def test_who_asks_does_not_wait_for_a_peripheral_that_hangs() -> None:
    printer = Hung()
    outcomes: list[HardwareError | None] = []
    supervised = SupervisedPrinter("printer", printer, RealClock(), lambda _health: None)
    supervised.start()
    for _ in range(MOST_WAITING + 3):
        supervised.print_slip(SLIP, outcomes.append)  # comes back, or this test never ends
    assert len(outcomes) >= 2
    printer.let_go.set()
    supervised.stop()
    assert len(outcomes) == MOST_WAITING + 3
    assert not supervised._thread.is_alive()


@pytest.fixture
def line(tmp_path: Path) -> Iterator[PtyLine]:
    line = PtyLine(tmp_path / "sign", FramingOneSign(1))
    yield line
    line.unplug()


@pytest.mark.slow
def test_a_real_driver_recovers_when_its_cable_is_put_back(
    line: PtyLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.drivers.supervised.PROBE_S", 0.1)  # how soon it is missed
    told: queue.Queue[Health] = queue.Queue()
    sign = make_sign("framing-1", SerialTransport(str(line.path), 9600), pace(), 1)
    supervised = SupervisedSign("sign", sign, RealClock(), told.put)
    supervised.start()
    for content in (FIRST, SECOND):
        assert told.get(timeout=60).code == "unplugged"
        supervised.show(content)
        line.plug()
        assert line.wait_until(partial(_reads, line, content.text), 60)
        assert told.get(timeout=60).ok
        line.unplug()
    supervised.stop()


def _reads(line: PtyLine, text: str) -> bool:
    return line.instrument.reading() == text
