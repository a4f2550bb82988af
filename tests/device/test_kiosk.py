"""The kiosk's loop: what it sends, keeps and prints, with a real outbox and a real memory."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from device.drivers.ports import CitizenCard, Health, Slip, UnknownCard
from device.inbox import Inbound, Touch, Watchdog
from device.kiosk import KioskLoop, KioskParts, issued_before
from device.kiosk_facts import Memory, PaperCame
from device.kiosk_presenter import KioskPresenter
from device.kiosk_session import DISK_S, KioskSession
from device.kiosk_store import KioskStore, MemoryNotKept
from device.kiosk_wish import SORRY_S
from device.outbox import Outbox, open_outbox
from device.trace import NoTrace
from device.ui.kiosk_views import (
    KioskHome,
    KioskMessage,
    KioskTicket,
    KioskTrouble,
    KioskView,
    Tone,
)
from device.uplink import Identity, Uplink
from tests.device.kiosk_samples import EPOCH_WALL, Hub, kiosk, state, told
from wire.clock import ManualClock
from wire.errors import HardwareError, PaperEnd
from wire.link import Connected, Delivery, Disconnected
from wire.messages import Message, Renew, Role, Take, TakeNumber
from wire.sdnotify import Notifier
from wire.topics import RENEW, STATE, TAKE, TAKEN, Publication, Topic, publication, unpack

HALL, UNIT = "civic", "kiosk-1"


class Wire:
    """What goes out."""

    def __init__(self) -> None:
        self.sent: list[Publication] = []

    def publish(self, publication: Publication) -> bool:
        self.sent.append(publication)
        return True

    def wishes(self) -> list[Take]:
        found = [unpack(TAKE, x.payload) for x in self.sent if x.topic == TAKE.of(HALL, UNIT)]
        return [x for x in found if isinstance(x, Take)]

    def trouble(self) -> str | None:
        """What the last renew says of the disk."""
        found = [unpack(RENEW, x.payload) for x in self.sent if x.topic == RENEW.of(HALL, UNIT)]
        last = found[-1]
        assert isinstance(last, Renew)
        return last.trouble


class Glass:
    """A screen without pixels: a place is touched by its number in `targets`."""

    attend_s = None

    def __init__(self) -> None:
        self.views: list[KioskView] = []
        self.targets: list[str] = []
        self._touched: list[str] = []

    def attend(self) -> bool:
        return False

    def touch(self, place: tuple[int, int] | None) -> None:
        if place is not None:
            self._touched.append(self.targets[place[0]])

    def touches(self) -> list[str]:
        found, self._touched = self._touched, []
        return found

    def show(self, view: KioskView) -> bool:
        if self.views and self.views[-1] == view:
            return False
        self.views.append(view)
        return True


class Paper:
    """A printer that is told when to be done."""

    def __init__(self) -> None:
        self.slips: list[Slip] = []
        self.done: list[Callable[[HardwareError | None], None]] = []

    def print_slip(self, slip: Slip, done: Callable[[HardwareError | None], None]) -> None:
        self.slips.append(slip)
        self.done.append(done)


class Cards:
    def __init__(self) -> None:
        self.looking: list[bool] = []

    def look(self, looking: bool) -> None:
        self.looking.append(looking)


class Rig:
    """A kiosk on a folder; `crash` leaves what is on the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = ManualClock(EPOCH_WALL)
        self.hub = Hub()
        self.fresh = count(1)
        self.start()

    def start(self) -> None:
        self.wire, self.glass, self.paper, self.cards = Wire(), Glass(), Paper(), Cards()
        self.inbox: queue.SimpleQueue[Inbound] = queue.SimpleQueue()
        self.outbox: Outbox = open_outbox(self.folder, self.new_id)
        store = self.store = KioskStore(self.folder)
        identity = Identity(HALL, UNIT, self.new_id(), None, "1", Role.KIOSK)
        self.session = KioskSession(
            identity.run, store.load(), has_reader=True, noted=issued_before(self.outbox)
        )
        notifier = Notifier("")
        parts = KioskParts(
            clock=self.clock,
            identity=identity,
            session=self.session,
            outbox=self.outbox,
            store=store,
            uplink=Uplink(self.wire, self.outbox, identity),
            screen=self.glass,
            presenter=KioskPresenter(UNIT),
            printer=self.paper,
            reader=self.cards,
            new_id=self.new_id,
            trace=NoTrace(),
            notifier=notifier,
            watchdog=Watchdog(notifier, None),
            changed=lambda: None,
        )
        self.loop = KioskLoop(parts, self.inbox)
        self.loop.begin()

    def crash(self) -> None:
        self.outbox.close()
        self.start()

    def new_id(self) -> str:
        return f"id-{next(self.fresh)}"

    def go(self, *inbound: Inbound) -> None:
        """Let the loop take all of these, and what is in its inbox."""
        for each in inbound:
            self.loop.turn(each)
        self.loop.turn(None)
        while not self.inbox.empty():
            self.loop.turn(self.inbox.get_nowait())

    def heard(self, **fields: object) -> Delivery:
        spoken = state(
            self.session.hearing.run,
            self.session.hearing.n,
            told(0.0),
            outbox=self.outbox.id,
            **{"committed": self.outbox.through, **fields},
        )
        return self.down(STATE, spoken)

    def down(self, topic: Topic, message: Message) -> Delivery:
        packed = publication(topic, message, HALL, UNIT)
        return Delivery(1, 1, packed.topic, packed.payload, retained=False)

    def home(self, **fields: object) -> None:
        self.go(Connected(1))
        self.go(self.heard(**fields))
        self.clock.advance(1)

    def touch(self, target: str) -> None:
        self.glass.targets.append(target)
        self.go(Touch(len(self.glass.targets) - 1, 0))

    def answered(self) -> None:
        self.go(self.down(TAKEN, self.hub.take(self.wire.wishes()[-1])))

    def bodies(self) -> list[str]:
        return [record.body for record in self.outbox.records(0, 99)]


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.outbox.close()


def test_a_finger_on_a_service_becomes_a_printed_number(rig: Rig) -> None:
    rig.home()
    rig.touch("service:id-card")
    [wish] = rig.wire.wishes()
    assert isinstance(wish.request, TakeNumber)
    assert KioskStore(rig.folder).load().wish is not None
    rig.answered()
    view = rig.glass.views[-1]
    assert isinstance(view, KioskTicket)
    [slip] = rig.paper.slips
    assert (slip.number, slip.url) == ("A001", f"http://hall/t/{wish.id}")
    assert slip.lines == ("市民大厅", "居民身份证换领")
    rig.paper.done[0](None)
    rig.go()
    assert '"outcome":"printed"' in rig.bodies()[-1]
    assert KioskStore(rig.folder).load().wish is not None, "until the next person comes"


def test_a_printer_without_paper_is_told_and_shown(rig: Rig) -> None:
    rig.home()
    rig.touch("service:id-card")
    rig.answered()
    rig.paper.done[0](PaperEnd("no paper"))
    rig.go()
    assert isinstance(rig.glass.views[-1], KioskTrouble)
    rig.clock.advance(1)
    rig.touch("give-up")
    assert '"outcome":"cancelled"' in rig.bodies()[-1]
    assert isinstance(rig.glass.views[-1], KioskMessage)


def test_a_disk_that_keeps_nothing_is_told_by_the_next_renew(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.home()

    def full(_memory: Memory) -> None:
        raise MemoryNotKept("no room", full=True)

    with monkeypatch.context() as patch:
        patch.setattr(rig.store, "save", full)
        rig.touch("service:id-card")
        rig.go(Health("printer", False, "paper_end", ""))
    assert '"peripheral":"printer"' in rig.bodies()[-1], "the other file works"
    for _ in range(3):
        rig.clock.advance((SORRY_S + 1) / 3)
        rig.go(rig.heard())
    shown = rig.glass.views[-1]
    assert isinstance(shown, KioskMessage)
    assert (shown.tone, shown.title.en) == (Tone.FAULT, "This kiosk is out of order")
    assert rig.wire.trouble() == "disk_full"
    for _ in range(2):
        rig.clock.advance(DISK_S + 1)
        rig.go(rig.heard())
    assert rig.wire.trouble() is None
    assert isinstance(rig.glass.views[-1], KioskHome)


def test_cut_off_it_gives_out_its_own_numbers_across_a_crash(rig: Rig) -> None:
    rig.home()
    rig.go(Disconnected("gone"))
    rig.clock.advance(7)
    rig.touch("service:id-card")
    assert '"number":"K001"' in rig.bodies()[-1]
    rig.crash()
    rig.go()
    view = rig.glass.views[-1]
    assert isinstance(view, KioskTicket)
    assert (view.number, view.alone) == ("K001", True)
    rig.go(PaperCame(1, None))
    rig.clock.advance(20)
    rig.go(Connected(1))
    rig.clock.advance(1)
    rig.go(Disconnected("gone"))
    rig.clock.advance(7)
    rig.go()
    rig.touch("service:passport")
    assert [body for body in rig.bodies() if '"number":"K002"' in body]
    assert KioskStore(rig.folder).load().series is not None


def test_a_hub_that_dies_before_it_has_the_printers_health_leaves_numbers(rig: Rig) -> None:
    """Once a kiosk that met the hub for a moment only printed nothing for the whole cut."""
    rig.go(Connected(1), Health("printer", True, "ok", ""))
    rig.go(rig.heard(committed=0), Disconnected("gone"))
    rig.clock.advance(7)
    rig.touch("service:id-card")
    assert '"number":"K001"' in rig.bodies()[-1]


def test_numbers_of_an_earlier_run_are_not_printed_again(rig: Rig) -> None:
    """Its memory is lost and the hub lacks what it printed: which are free nobody here knows."""
    rig.home()
    rig.go(Disconnected("gone"))
    rig.clock.advance(7)
    rig.touch("service:id-card")
    (rig.folder / "kiosk.json").unlink()
    rig.crash()
    rig.home(committed=0)
    rig.go(Disconnected("gone"))
    rig.clock.advance(7)
    rig.go()
    shown = rig.glass.views[-1]
    assert isinstance(shown, KioskMessage)
    assert shown.title.en == "No number can be given out just now"
    assert shown.detail is not None
    assert "no link to the hall since" in shown.detail.en
    rig.touch("service:id-card")
    assert len([body for body in rig.bodies() if '"kind":"issued"' in body]) == 1
    rig.go(Connected(1))
    rig.go(rig.heard(version=2))
    assert isinstance(rig.glass.views[-1], KioskHome)


def test_a_card_is_read_only_when_it_is_asked_for(rig: Rig) -> None:
    rig.home(kiosk=kiosk(identity="required"))
    rig.touch("service:id-card")
    assert rig.cards.looking == [True]
    rig.go(UnknownCard())
    assert rig.cards.looking == [True, False]
    assert rig.wire.wishes() == []
    rig.clock.advance(1)
    rig.touch("back")
    rig.clock.advance(1)
    rig.touch("service:id-card")
    card = CitizenCard("n", "1", "01", "19900101", "a", "110101199001011234", "x", "y", "z")
    rig.go(card)
    request = rig.wire.wishes()[-1].request
    assert isinstance(request, TakeNumber)
    assert request.person == "110101199001011234"
    assert "110101199001011234" not in (rig.folder / "kiosk.json").read_text()


def test_a_fault_of_the_printer_is_a_record_and_a_hint(rig: Rig) -> None:
    rig.home()
    rig.go(Health("printer", False, "cover_open", "close it"))
    assert '"kind":"health"' in rig.bodies()[-1]
    view = rig.glass.views[-1]
    assert view.frame.hint is not None
    assert view.frame.warning


def test_what_is_for_another_unit_or_unreadable_changes_nothing(rig: Rig) -> None:
    rig.home()
    views = len(rig.glass.views)
    packed = publication(STATE, state("run", 1, told(0.0)), HALL, "kiosk-2")
    rig.go(Delivery(1, 1, packed.topic, packed.payload, retained=False))
    rig.go(Delivery(1, 1, STATE.of(HALL, UNIT), b"{", retained=False))
    assert len(rig.glass.views) == views


def test_without_any_news_it_says_that_it_connects(rig: Rig) -> None:
    rig.go()
    view = rig.glass.views[-1]
    assert isinstance(view, KioskMessage)
    assert view.title.en == "Connecting to the hall"
    assert KioskStore(rig.folder).load() == Memory()
