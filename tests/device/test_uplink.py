"""The uplink: what goes out when, and what receipts make of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from device.hearing import Beat
from device.outbox import Outbox, open_outbox
from device.pacing import AGAIN_S, WINDOW
from device.uplink import Identity, Uplink
from tests.device.samples import RUN, FakeLink, moment
from wire.errors import StorageError
from wire.messages import Command, Hello, Next, Receipt, Record, Renew, Status
from wire.topics import Direction, locate, unpack

IDENTITY = Identity("main", "unit-3", RUN, "c3", "nextwindow 0")


class Rig:
    """An uplink between a real outbox and a fake link."""

    def __init__(self, directory: Path) -> None:
        self.outbox: Outbox = open_outbox(directory, lambda: "outbox-1")
        self.link = FakeLink()
        self.uplink = Uplink(self.link, self.outbox, IDENTITY)

    def write(self, number: int) -> None:
        for _ in range(number):
            self.outbox.append("{}", 0.0)

    def sent(self) -> list[object]:
        taken = self.link.take()
        return [unpack(locate(p.topic, "main", Direction.UP)[0], p.payload) for p in taken]

    def sequences(self) -> list[int]:
        return [message.sequence for message in self.sent() if isinstance(message, Record)]

    def pumped(self, now_s: float) -> list[int]:
        self.uplink.pump(now_s)
        return self.sequences()

    def heard(self, committed: int, now_s: float, epoch: int = 1) -> None:
        self.uplink.heard(epoch, "outbox-1", committed, now_s)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.outbox.close()


def receipt(through: int, outbox: str = "outbox-1") -> Receipt:
    return Receipt(outbox=outbox, through=through)


def test_it_says_that_it_is_online_retained_and_goodbye_at_the_end(rig: Rig) -> None:
    rig.uplink.connected()
    rig.uplink.goodbye()
    assert all(publication.retain for publication in rig.link.sent)
    assert rig.sent() == [Status(run=RUN, online=True), Status(run=RUN, online=False)]


def test_hello_tells_the_outbox_and_renew_how_far_it_is(rig: Rig) -> None:
    rig.write(3)
    rig.uplink.say(Beat(True, 1, 0, None, 0), moment(50.25))
    rig.write(1)
    rig.uplink.say(Beat(False, 2, 7, "epoch-7", 4), moment(51))
    hello, renew = rig.sent()
    assert isinstance(hello, Hello)
    assert (hello.outbox, hello.through, hello.receipted) == ("outbox-1", 3, 0)
    assert hello.head == rig.outbox.records(2, 1)[0].hash
    assert hello.oldest == 1
    assert (hello.counter, hello.boot_ms, hello.n) == ("c3", 50_250, 1)
    assert isinstance(renew, Renew)
    assert (renew.through, renew.n, renew.epoch, renew.version) == (4, 2, 7, 4)


def test_a_command_goes_out_as_it_is(rig: Rig) -> None:
    command = Command(id="k1", run=RUN, n=1, counter="c3", seen=2, request=Next(action="next"))
    rig.uplink.command(command)
    assert rig.sent() == [command]


def test_records_wait_until_the_hub_is_heard(rig: Rig) -> None:
    rig.write(2)
    rig.uplink.connected()
    rig.sent()
    rig.uplink.pump(0.0)
    assert not rig.sequences()
    rig.heard(0, 0.0)
    assert rig.sequences() == [1, 2]


def test_only_a_window_is_on_the_way_at_once(rig: Rig) -> None:
    rig.write(WINDOW + 30)
    rig.heard(0, 0.0)
    assert rig.sequences() == list(range(1, WINDOW + 1))
    rig.uplink.receipt(receipt(20), 0.1)
    assert rig.sequences() == list(range(WINDOW + 1, WINDOW + 21))
    rig.uplink.receipt(receipt(WINDOW + 20), 0.2)
    rig.uplink.receipt(receipt(WINDOW + 30), 0.3)
    assert rig.outbox.receipted == WINDOW + 30
    assert rig.uplink.deadline_s is None


def test_without_a_receipt_they_go_again(rig: Rig) -> None:
    rig.write(2)
    rig.heard(0, 10.0)
    assert rig.sequences() == [1, 2]
    rig.uplink.pump(10.0 + AGAIN_S - 0.1)
    assert not rig.sequences()
    assert rig.uplink.deadline_s == 10.0 + AGAIN_S
    rig.uplink.pump(10.0 + AGAIN_S)
    assert rig.sequences() == [1]
    rig.uplink.receipt(receipt(1), 20.0)
    rig.uplink.pump(20.0 + AGAIN_S)
    assert rig.sequences() == [2]


def test_a_silent_or_lost_hub_gets_none(rig: Rig) -> None:
    rig.write(1)
    rig.heard(0, 0.0)
    rig.sent()
    rig.uplink.say(Beat(True, 5, 1, None, 1), moment(8))  # hello again: unheard for long
    rig.sent()
    rig.uplink.pump(9.0)
    assert not rig.sequences()
    assert rig.uplink.deadline_s is None
    rig.heard(0, 10.0)
    assert rig.sequences() == [1]


def test_a_state_tells_what_is_committed_as_well_as_a_receipt(rig: Rig) -> None:
    rig.write(3)
    rig.heard(2, 0.0)
    assert rig.sequences() == [3]
    assert rig.outbox.receipted == 2


def test_a_restored_hub_gets_again_what_it_lost(rig: Rig) -> None:
    rig.write(5)
    rig.heard(5, 0.0)
    rig.heard(2, 1.0)  # an older word of the same epoch is no news
    assert not rig.sequences()
    rig.heard(2, 2.0, epoch=2)
    assert rig.sequences() == [3, 4, 5]
    assert rig.outbox.receipted == 5


def test_a_hub_that_lacks_what_was_pruned_gets_all_that_is_left(rig: Rig) -> None:
    rig.write(500)
    rig.outbox.receipt(500)
    rig.outbox.tidy(1e9)
    rig.heard(0, 0.0)
    assert rig.sequences() == [500]
    rig.write(1)
    rig.uplink.pump(0.1)
    assert rig.sequences() == [501]  # room is left, however far behind the hub is
    rig.write(2 * WINDOW)
    seen = [sequence for turn in range(1, 5) for sequence in rig.pumped(turn * AGAIN_S + 0.1)]
    assert sorted(set(seen)) == list(range(500, 502 + 2 * WINDOW))
    rig.uplink.say(Beat(True, 2, 1, None, 1), moment(20))
    (hello,) = rig.sent()
    assert isinstance(hello, Hello)
    assert hello.oldest == 500


@pytest.mark.parametrize("wrong", [receipt(9), receipt(1, "outbox-of-another")])
def test_a_receipt_that_cannot_be_is_logged_and_not_acted_on(
    rig: Rig, wrong: Receipt, caplog: pytest.LogCaptureFixture
) -> None:
    rig.write(2)
    rig.heard(0, 0.0)
    rig.sent()
    rig.uplink.receipt(wrong, 0.5)
    assert rig.outbox.receipted == 0
    assert len(caplog.records) == 1


def test_an_old_copy_of_an_outbox_still_sends_what_it_has_and_is_logged_once(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.write(2)
    for now_s in (0.0, 0.5):
        rig.heard(9, now_s)
    assert rig.sequences() == [1, 2]
    assert rig.outbox.receipted == 0
    assert len(caplog.records) == 1


def test_receipts_that_cannot_be_noted_stop_nothing(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_through: int) -> bool:
        raise StorageError("no room")

    rig.write(2)
    monkeypatch.setattr(rig.outbox, "receipt", fail)
    rig.heard(1, 0.0)
    rig.uplink.receipt(receipt(2), 0.1)
    assert rig.uplink.deadline_s is None
    assert len(caplog.records) == 1


def test_records_that_cannot_be_read_are_tried_again_later(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reads = 0

    def fail(_after: int, _limit: int) -> list[Record]:
        nonlocal reads
        reads += 1
        raise StorageError("disk I/O error")

    rig.write(2)
    with monkeypatch.context() as broken:
        broken.setattr(rig.outbox, "records", fail)
        rig.heard(0, 0.0)
        for now_s in (0.1, 0.2, AGAIN_S, AGAIN_S + 0.1):
            rig.uplink.pump(now_s)
    assert (reads, len(caplog.records)) == (2, 1)
    assert rig.uplink.deadline_s == 2 * AGAIN_S
    assert rig.pumped(2 * AGAIN_S) == [1, 2]


def test_what_a_dead_link_drops_goes_again(rig: Rig) -> None:
    rig.write(1)
    rig.link.up = False
    rig.heard(0, 0.0)
    rig.link.up = True
    rig.uplink.pump(AGAIN_S)
    assert rig.sequences() == [1]


def test_on_a_scaled_clock_a_receipt_has_real_seconds_to_come(rig: Rig) -> None:
    rig.uplink = Uplink(rig.link, rig.outbox, IDENTITY, second_s=20.0)
    rig.write(1)
    rig.heard(0, 0.0)
    assert rig.uplink.deadline_s == 20 * AGAIN_S
