"""States, pictures and moments for the tests of the unit, and the fakes they share."""

from __future__ import annotations

from collections.abc import Sequence

from device.moment import Moment
from wire.clock import rfc3339
from wire.messages import (
    ClerkName,
    CounterPicture,
    CounterState,
    Grant,
    Invitation,
    Level,
    LinkRefusal,
    PausePicture,
    RatingOption,
    RatingTag,
    ServiceName,
    State,
    Text,
    TicketInHand,
    TicketName,
    TransferTarget,
)
from wire.topics import Publication

RUN = "run-1"
OUTBOX = "outbox-1"
SERVICE = Text(zh="居民身份证换领", en="Renewal of an ID card")
NAMES = {
    Level.VERY_SATISFIED: Text(zh="非常满意", en="Very satisfied"),
    Level.SATISFIED: Text(zh="满意", en="Satisfied"),
    Level.FAIRLY_SATISFIED: Text(zh="基本满意", en="Fairly satisfied"),
    Level.DISSATISFIED: Text(zh="不满意", en="Dissatisfied"),
    Level.VERY_DISSATISFIED: Text(zh="非常不满意", en="Very dissatisfied"),
}
RATING = [RatingOption(level=level, name=name) for level, name in NAMES.items()]


def moment(boot_s: float) -> Moment:
    """A reading of the clock at this many seconds."""
    return Moment(boot_s, rfc3339(1_800_000_000 + boot_s), synchronised=True)


def invitation(call_id: str = "call-1", age_s: float = 0.0, length_s: float = 20.0) -> Invitation:
    """An open invitation."""
    return Invitation(
        call_id=call_id,
        ticket=f"ticket-{call_id}",
        number="A001",
        service="id-card",
        clerk="wang",
        age_s=age_s,
        length_s=length_s,
    )


def picture(
    state: CounterState = CounterState.IDLE,
    version: int = 1,
    call_id: str = "call-2",
    asked: Invitation | None = None,
    recalls: int = 0,
    pause: PausePicture | None = None,
    on_hold: Sequence[str] = (),
) -> CounterPicture:
    """A counter, with a ticket in hand or a pause if its state wants one."""
    held = state in {CounterState.CALLED, CounterState.SERVING}
    ticket = TicketInHand(
        id=f"ticket-{call_id}",
        number="A002",
        service="id-card",
        service_name=SERVICE,
        call_id=call_id,
        recalls=recalls,
        since_s=0.0,
    )
    return CounterPicture(
        id="c3",
        number="3",
        name=None,
        state=state,
        version=version,
        clerk=ClerkName(id="wang", name="王芳"),
        services=[ServiceName(id="id-card", name=SERVICE)],
        ticket=ticket if held else None,
        invitation=asked,
        waiting=4,
        served_today=7,
        pause=(pause or away()) if state is CounterState.PAUSED else None,
        on_hold=[_held(ticket) for ticket in on_hold],
    )


def _held(ticket: str) -> TicketName:
    return TicketName(id=ticket, number="A009", service="id-card", call_id=f"call-{ticket}")


def grant(number: int) -> Grant:
    """A granted ticket."""
    return Grant(
        ticket=f"granted-{number}",
        number=f"B{number:03d}",
        service="id-card",
        service_name=SERVICE,
    )


TRANSFERS = [
    TransferTarget(service="social", name=Text(zh="社会保险", en="Social insurance")),
    TransferTarget(counter="c5", number="5", name=Text(zh="综合窗口", en="General counter")),
    TransferTarget(counter="c8", number="8"),
]
"""Where a ticket in hand may be sent on to."""

TAGS = [RatingTag(code=f"20{n}", name=Text(zh=f"原因{n}", en=f"Reason {n}")) for n in range(7)]
ASKING = [
    option.model_copy(update={"tags": TAGS if option.level is Level.DISSATISFIED else []})
    for option in RATING
]
"""A scheme that asks for reasons after one level."""


def away(reason: str = "", back_in_s: float | None = None) -> PausePicture:
    """A clerk who has just left."""
    return PausePicture(reason=reason, since_s=0.0, back_in_s=back_in_s)


def state(
    counter: CounterPicture | None = None,
    *,
    version: int = 1,
    epoch: int = 1,
    n: int = 1,
    run: str = RUN,
    committed: int = 0,
    outbox: str = OUTBOX,
    grants: Sequence[Grant] = (),
    lease_s: float = 3600.0,
    rating: Sequence[RatingOption] = RATING,
    refused: LinkRefusal | None = None,
    transfers: Sequence[TransferTarget] = (),
    next_finishes: bool = False,
    emergency: Text | None = None,
) -> State:
    """A state as the hub sends it."""
    return State(
        hall=Text(zh="临江市政务服务大厅", en="Linjiang Hall"),
        now="2026-03-02T10:41:07.250+08:00",
        epoch=epoch,
        epoch_id=f"epoch-{epoch}",
        version=version,
        run=run,
        n=n,
        outbox=outbox,
        committed=committed,
        lease_s=lease_s,
        grants=list(grants),
        counter=counter,
        rating=list(rating),
        invite_s=20.0,
        refused=refused,
        transfers=list(transfers),
        next_finishes=next_finishes,
        emergency=emergency,
    )


class FakeLink:
    """Keeps what is published; can be down, as a real link can."""

    def __init__(self) -> None:
        self.up = True
        self.sent: list[Publication] = []

    def publish(self, publication: Publication) -> bool:
        """Keep it, unless the link is down."""
        if self.up:
            self.sent.append(publication)
        return self.up

    def take(self) -> list[Publication]:
        """What has been published since the last time."""
        taken, self.sent = self.sent, []
        return taken
