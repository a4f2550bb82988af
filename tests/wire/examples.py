"""One of each message, with every optional part filled at least once."""

from __future__ import annotations

from wire.messages import (
    Announce,
    Answer,
    ClerkName,
    Command,
    CounterPicture,
    CounterState,
    Grant,
    Hello,
    Invitation,
    Level,
    LinkRefusal,
    Message,
    RatingOption,
    RatingRecord,
    Receipt,
    Record,
    RecordBody,
    Renew,
    Role,
    ServiceName,
    SignIn,
    State,
    Status,
    Text,
    TicketInHand,
    TicketName,
    UnratedRecord,
)

WALL = "2026-03-02T10:41:07.250+08:00"
SERVICE = Text(zh="社保", en="Social insurance")

PICTURE = CounterPicture(
    id="c3",
    number="3",
    name=Text(zh="三号窗口", en="Counter 3"),
    state=CounterState.CALLED,
    version=17,
    clerk=ClerkName(id="lin", name="林"),
    services=[ServiceName(id="insurance", name=SERVICE)],
    ticket=TicketInHand(
        id="t2",
        number="A002",
        service="insurance",
        service_name=SERVICE,
        call_id="call2",
        recalls=1,
        since_s=4.5,
    ),
    invitation=Invitation(
        call_id="call1",
        ticket="t1",
        number="A001",
        service="insurance",
        clerk="lin",
        age_s=2.0,
        length_s=20.0,
    ),
    waiting=5,
    served_today=11,
)

RENEW = Renew(
    run="r1", n=2, epoch=3, version=17, through=9, boot_ms=81_250, wall=WALL, synchronised=True
)

EVERY_MESSAGE: list[Message] = [
    Status(run="r1", online=True),
    RENEW,
    Hello(
        **RENEW.model_dump(),
        role=Role.COUNTER,
        counter="c3",
        outbox="o1",
        head="ab" * 32,
        receipted=8,
        oldest=4,
        epoch_id="e3",
        software="0.1.0",
    ),
    Command(
        id="k1",
        run="r1",
        n=2,
        counter="c3",
        seen=17,
        request=SignIn(action="sign_in", clerk="lin", pin="1234"),
    ),
    Record(outbox="o1", sequence=1, previous="0" * 64, hash="cd" * 32, body='{"v":1}'),
    State(
        hall=Text(zh="政务大厅", en="Hall"),
        now=WALL,
        epoch=3,
        epoch_id="e3",
        version=17,
        run="r1",
        n=2,
        outbox="o1",
        committed=9,
        lease_s=3600.0,
        grants=[Grant(ticket="t3", number="A003", service="insurance", service_name=SERVICE)],
        counter=PICTURE,
        rating=[RatingOption(level=Level.SATISFIED, name=Text(zh="满意", en="Satisfied"))],
        refused=LinkRefusal(code="twin", detail=Text(zh="重名", en="Twin"), twin_run="r0"),
    ),
    Answer(
        id="k1",
        outcome="refused",
        code="busy",
        ticket=TicketName(id="t2", number="A002", service="insurance"),
        reason="A002 is called",
        counter="c3",
        state=PICTURE,
    ),
    Receipt(outbox="o1", through=9),
    Announce(
        epoch=3,
        at=WALL,
        kind="called",
        call_id="call2",
        number="A002",
        counter="c3",
        counter_number="3",
        service="insurance",
        service_name=SERVICE,
    ),
]

EVERY_BODY: list[RecordBody] = [
    RatingRecord(
        run="r1",
        boot_ms=81_250,
        wall=WALL,
        synchronised=True,
        counter="c3",
        call_id="call1",
        ticket="t1",
        clerk="lin",
        level=Level.VERY_DISSATISFIED,
        after_ms=2_140,
    ),
    UnratedRecord(
        run="r1",
        boot_ms=91_250,
        wall=WALL,
        synchronised=False,
        counter="c3",
        call_id="call1",
        ticket="t1",
        clerk=None,
    ),
]
