"""The kiosk's session: what it does with touches, the hub's word and the passing of time. PURE.

What the screen is about follows from the facts: whether the hub is heard and the hall open,
what somebody is choosing, and the wish in hand, which `kiosk_wish` sees through.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Final, Literal

from device.drivers.ports import Health
from device.events import Anomaly, Heard, LinkDown, LinkUp, Remark, Say, Tick
from device.hearing import SILENCE_S, Hearing
from device.kiosk_facts import (
    CardRead,
    Done,
    Given,
    HealthCame,
    HubSpoke,
    Keep,
    KioskEffect,
    KioskEvent,
    Look,
    Memory,
    NotDone,
    Note,
    PaperCame,
    TakenCame,
    Touched,
    Wished,
)
from device.kiosk_hours import open_at
from device.kiosk_lasting import continued, lasting_of
from device.kiosk_stages import FOR_THE_NEXT, OF_ONE_PERSON, KioskStage
from device.kiosk_wish import PATIENCE_S, Footing, Wishing
from device.moment import Moment
from device.stamps import health_record
from wire.messages import HealthRecord, KioskPicture, State

SETTLE_S: Final = 0.4
"""The second tap of a double tap does not touch what has come in its place. Real seconds."""
DISK: Final = "disk"
DISK_S: Final = 10.0
"""A disk that has not done its work is tried again after so many real seconds."""
IDLE_S: Final = 45.0
CARD_S: Final = 30.0


class KioskSession:
    """One run of one kiosk.

    `noted` are the tickets that the last records of the outbox gave out, by which a session
    that begins after a crash knows how far the one before it came.
    """

    def __init__(
        self,
        run: str,
        memory: Memory,
        *,
        language: str = "zh",
        has_printer: bool = True,
        has_reader: bool = False,
        noted: Collection[str] = (),
        second_s: float = 1.0,
    ) -> None:
        self.hearing = Hearing(run, second_s, memory.epoch, memory.epoch_id)
        self.wishing = Wishing(run, memory, has_printer=has_printer, second_s=second_s)
        self.state: State | None = None
        self.language = language
        self.page = 0
        self.ticket_class = ""
        self.choosing_class = False
        self.card_for: str | None = None
        self.printer_code: str | None = None
        self.disk_code: Literal["disk_full", "disk_broken"] | None = None
        self._disk_s: float | None = None  # when the disk is tried again
        self._disk_note: Note | None = None  # which, once kept, says that both files work
        self._home_language = language
        self._has_reader = has_reader
        self._noted = frozenset(noted)
        self.silence_s = SILENCE_S * second_s
        self._second_s = second_s
        self._idle_s: float | None = None
        self._settled_s = 0.0
        self._believed_s: float | None = None
        self._open = False
        self.without_numbers = False

    # --- what follows from the facts ---

    @property
    def memory(self) -> Memory:
        """What a later run has to know."""
        return self.wishing.memory

    @property
    def kiosk(self) -> KioskPicture | None:
        """What may be offered, by the hub's last word or by that of an earlier run."""
        return self.state.kiosk if self.state and self.state.kiosk else self.memory.kiosk

    @property
    def given(self) -> Given | None:
        """The number that is on show."""
        return self.wishing.given

    @property
    def stage(self) -> KioskStage:
        """What the screen is about."""
        if self.state is not None and self.state.refused is not None:
            return KioskStage.REFUSED
        if self.kiosk is not None and self.kiosk.emergency is not None:
            return KioskStage.EMERGENCY
        if self.memory.wish is not None:
            return self._stage_of_wish()
        if self.wishing.sorry is not None:
            return KioskStage.SORRY
        if self.kiosk is None or (self.state is None and self._believed_s is not None):
            return KioskStage.CONNECTING
        return self._stage_of_choice()

    def _stage_of_wish(self) -> KioskStage:
        if self.given is None:
            return KioskStage.TAKING
        return KioskStage.TROUBLE if self.wishing.code else KioskStage.TICKET

    def _stage_of_choice(self) -> KioskStage:
        if not self._open:
            return KioskStage.CLOSED
        if self.disk_code is not None or self.without_numbers:
            return KioskStage.OUT_OF_ORDER
        if self.card_for is not None:
            return KioskStage.CARD
        return KioskStage.CLASSES if self.choosing_class else KioskStage.HOME

    def cut_off(self, now_s: float) -> bool:
        """Whether the hub has been silent for so long that the kiosk decides by itself."""
        heard_s = self.hearing.heard_s
        return heard_s is None or now_s >= heard_s + self.silence_s

    def local(self, at: Moment) -> datetime | None:
        """The hall's time of day; None while nobody has told it."""
        if self.state is not None and self.hearing.heard_s is not None:
            told = datetime.fromisoformat(self.state.now)
            return told + timedelta(seconds=at.boot_s - self.hearing.heard_s)
        if self.memory.told is None:
            return None
        zone = datetime.fromisoformat(self.memory.told).tzinfo
        return datetime.fromisoformat(at.wall).astimezone(zone)

    @property
    def deadline_s(self) -> float | None:
        """When a `Tick` is wanted next."""
        # While a wish is open the disk is not tried: nothing would ever move that time on.
        disk_s = None if self.wishing.open else self._disk_s
        others = (self._idle_s, self._believed_s, disk_s, self.hearing.deadline_s)
        times = [time_s for time_s in others if time_s is not None]
        return min((*times, *self.wishing.times), default=None)

    # --- events ---

    def begin(self, at: Moment) -> list[KioskEffect]:
        """The run begins: what the one before left undone is done, or given up."""
        self._believed_s = at.boot_s + self.silence_s
        return self.wishing.resume(self._noted, at)

    def handle(self, event: KioskEvent, at: Moment) -> list[KioskEffect]:
        """Take one event; what has run out by then has run out before it."""
        stage = self.stage
        effects = [] if self.wishing.busy else self._expire(at)
        effects += self._take(event, at)
        self._open = self._is_open(at)
        self.without_numbers = self.cut_off(at.boot_s) and not self.wishing.has_numbers
        after = self.stage
        if after is stage:
            return effects
        self._settled_s = at.boot_s + SETTLE_S * self._second_s
        left = stage in OF_ONE_PERSON and after in FOR_THE_NEXT
        if left or after is KioskStage.EMERGENCY:
            self._go_home()
        if KioskStage.CARD in {stage, after}:
            effects.append(Look(after is KioskStage.CARD))
        return effects

    def _take(self, event: KioskEvent, at: Moment) -> list[KioskEffect]:
        match event:
            case HubSpoke():
                return self._hub_spoke(event, at)
            case Touched(target, ids):
                return self._touched(target, ids, at)
            case CardRead(number, ids):
                return self._card_read(number, ids, at)
            case HealthCame():
                return self._health_came(event, at)
            case LinkUp() | LinkDown() | Tick():
                return self._beat(event, at)
        return self._wish_goes_on(event, at)

    def _beat(self, event: LinkUp | LinkDown | Tick, at: Moment) -> list[KioskEffect]:
        if isinstance(event, LinkDown):
            self.hearing.lose()
            return []
        linked = isinstance(event, LinkUp)
        beat = self.hearing.connect(at.boot_s) if linked else self.hearing.due(at.boot_s)
        return [Say(beat)] if beat else []

    def _wish_goes_on(
        self, event: Done | NotDone | TakenCame | PaperCame, at: Moment
    ) -> list[KioskEffect]:
        match event:
            case NotDone():
                self._disk_failed(event.full, at)
                return self.wishing.not_kept(event, at)
            case TakenCame(taken):
                return self.wishing.answered(taken, at)
            case PaperCame(attempt, code):
                return self.wishing.printed(attempt, code, at)
        return self._disk_worked(event, at) + self.wishing.kept(event, at)

    def _disk_worked(self, event: Done, at: Moment) -> list[KioskEffect]:
        """Out of order until the memory and a record have been kept, which are two files."""
        if self.disk_code is None:
            return []
        if isinstance(event.effect, Keep):
            if self.wishing.busy:
                return []
            self._disk_note = Note(self._disk_record(at))
            return [self._disk_note]
        if event.effect is self._disk_note:
            self.disk_code = self._disk_s = self._disk_note = None
        return []

    def _disk_record(self, at: Moment) -> HealthRecord:
        words = "numbers can be given out again"
        return health_record(self.hearing.run, Health(DISK, True, "", words), at)

    def _disk_failed(self, full: bool, at: Moment) -> None:
        """No number can be given out before something has been kept again."""
        self.disk_code = "disk_full" if full else "disk_broken"
        self._disk_s, self._disk_note = at.boot_s + DISK_S * self._second_s, None

    # --- time ---

    def _expire(self, at: Moment) -> list[KioskEffect]:
        now_s, wishing = at.boot_s, self.wishing
        if self._believed_s is not None and now_s >= self._believed_s:
            self._believed_s = None  # nobody answers: what an earlier run knew has to do
        if self._idle_s is not None and now_s >= self._idle_s:
            self._go_home()
        if wishing.open:
            return wishing.insist(self._footing(at), at)
        if self._disk_s is not None and now_s >= self._disk_s:
            self._disk_s = now_s + DISK_S * self._second_s
            return [Keep(self.memory)]
        if wishing.until_s is None or now_s < wishing.until_s:
            return []
        wishing.until_s = None
        if wishing.given is not None:
            return wishing.run_out(at)
        wishing.sorry = None
        return []

    def _footing(self, at: Moment) -> Footing:
        refused = self.state is not None and self.state.refused is not None
        return Footing(self.hearing.hears(at.boot_s), self._is_open(at) and not refused)

    def _is_open(self, at: Moment) -> bool:
        kiosk = self.kiosk
        if kiosk is None or kiosk.emergency is not None:
            return False
        local = self.local(at)
        if not self.cut_off(at.boot_s) or not kiosk.hours or local is None:
            return kiosk.open
        return open_at(kiosk.hours, local)

    def _go_home(self) -> None:
        self.page, self.ticket_class, self.choosing_class = 0, "", False
        self.card_for = self._idle_s = None
        self.language = self._home_language

    # --- the hub ---

    def _hub_spoke(self, event: HubSpoke, at: Moment) -> list[KioskEffect]:
        state = event.state
        if not self.hearing.usable(state):
            return [Anomaly("a state for another run, or older than the last one")]
        beat = self.hearing.accept(state, at.boot_s)
        self.state = state
        if state.refused is not None:
            return [Remark(f"the hub refuses this unit: {state.refused.code}")]
        self._believed_s = None
        effects: list[KioskEffect] = [Heard(state.epoch, state.outbox, state.committed)]
        effects += [Say(beat)] if beat else []
        return effects + self._remember(event)

    def _remember(self, event: HubSpoke) -> list[KioskEffect]:
        """Keep what a later run would need without the hub, if it has changed."""
        state, kiosk, before = event.state, event.state.kiosk, self.memory
        if kiosk is None:
            return [Anomaly("a state without a kiosk")]
        series = before.series
        if state.outbox == event.outbox and state.committed >= event.numbered:
            series = continued(series, kiosk.block)
        lasting = {
            "series": series,
            "hall": state.hall,
            "kiosk": lasting_of(kiosk),
            "epoch": state.epoch,
            "epoch_id": state.epoch_id,
        }
        if all(getattr(before, name) == value for name, value in lasting.items()):
            return []
        self.wishing.memory = before.model_copy(update={**lasting, "told": state.now})
        return [Keep(self.memory)]

    # --- touches ---

    def _touched(self, target: str, ids: tuple[str, str], at: Moment) -> list[KioskEffect]:
        if at.boot_s < self._settled_s:
            return [Remark(f"a second tap, on {target}: ignored")]
        name, _, value = target.partition(":")
        act = _TOUCHES.get((self.stage, name))
        if name == "service" and self.stage is KioskStage.HOME:
            return self._choose(value, ids, at)
        if act is None:
            return [Remark(f"{target} touched while {self.stage.value}: ignored")]
        if self.memory.wish is None:
            self._idle_s = at.boot_s + IDLE_S
        return act(self, value, at)

    def _choose(self, service: str, ids: tuple[str, str], at: Moment) -> list[KioskEffect]:
        kiosk = self.kiosk
        if kiosk is None or service not in {queue.service for queue in kiosk.queues}:
            return [Remark(f"{service} is not on offer any more")]
        if kiosk.identity == "not_asked" or self.cut_off(at.boot_s):
            return self._wish_for(service, None, ids, at)
        if self._has_reader:
            self.card_for, self._idle_s = service, at.boot_s + CARD_S
        else:
            self.wishing.be_sorry("identity_required", at)
        return []

    def _card_read(self, number: str, ids: tuple[str, str], at: Moment) -> list[KioskEffect]:
        if self.stage is not KioskStage.CARD or self.card_for is None:
            return []
        service, self.card_for = self.card_for, None
        if not number:
            self.wishing.be_sorry("card_unknown", at)
            return []
        return self._wish_for(service, number, ids, at)

    def _wish_for(
        self, service: str, person: str | None, ids: tuple[str, str], at: Moment
    ) -> list[KioskEffect]:
        wish = Wished(
            id=ids[0],
            paper=ids[1],
            service=service,
            ticket_class=self.ticket_class,
            wall=at.wall,
            personal=person is not None,
        )
        self._idle_s = None
        patience_s = 0.0 if self.cut_off(at.boot_s) else PATIENCE_S
        keep = self.wishing.wish(wish, person, at, patience_s)
        return self.wishing.durably([keep], lambda at: self.wishing.insist(self._footing(at), at))

    def turn(self, way: str, _at: Moment) -> list[KioskEffect]:
        """Another page of services."""
        self.page += 1 if way == "next" else -1
        return []

    def switch(self, _: str, _at: Moment) -> list[KioskEffect]:
        """The other language, until somebody else comes."""
        self.language = "en" if self.language == "zh" else "zh"
        return []

    def ask_class(self, _: str, _at: Moment) -> list[KioskEffect]:
        """Choose among the classes of priority."""
        self.choosing_class = True
        return []

    def set_class(self, kind: str, _at: Moment) -> list[KioskEffect]:
        """The number that is taken next is of this class."""
        offered = {each.id for each in self.kiosk.classes} if self.kiosk else set()
        self.ticket_class = kind if kind in offered else ""
        self.choosing_class = False
        return []

    def back(self, _: str, _at: Moment) -> list[KioskEffect]:
        """To the services."""
        self.card_for, self.choosing_class = None, False
        self.wishing.sorry = self.wishing.until_s = None
        return []

    def print_again(self, _: str, at: Moment) -> list[KioskEffect]:
        """Try the printer once more."""
        return self.wishing.show(at)

    def leave(self, _: str, at: Moment) -> list[KioskEffect]:
        """Go with the number."""
        return self.wishing.leave(at)

    def give_up(self, _: str, at: Moment) -> list[KioskEffect]:
        """Do without the number."""
        return self.wishing.give_up(at)

    # --- peripherals ---

    def _health_came(self, event: HealthCame, at: Moment) -> list[KioskEffect]:
        health = event.health
        if health.peripheral == "printer":
            self.printer_code = None if health.ok else health.code
        return [Note(health_record(self.hearing.run, health, at))]


_Act = Callable[[KioskSession, str, Moment], list[KioskEffect]]

_TOUCHES: Final[dict[tuple[KioskStage, str], _Act]] = {
    **{(stage, "language"): KioskSession.switch for stage in KioskStage},
    (KioskStage.HOME, "page"): KioskSession.turn,
    (KioskStage.HOME, "classes"): KioskSession.ask_class,
    (KioskStage.CLASSES, "class"): KioskSession.set_class,
    (KioskStage.CLASSES, "back"): KioskSession.back,
    (KioskStage.CARD, "back"): KioskSession.back,
    (KioskStage.SORRY, "back"): KioskSession.back,
    (KioskStage.TICKET, "done"): KioskSession.leave,
    (KioskStage.TROUBLE, "again"): KioskSession.print_again,
    (KioskStage.TROUBLE, "keep"): KioskSession.leave,
    (KioskStage.TROUBLE, "give-up"): KioskSession.give_up,
}
"""What a touch does, by what the screen is about. A service is chosen at home; else nothing."""
