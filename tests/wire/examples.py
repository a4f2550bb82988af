"""One of each message, with every optional part filled at least once."""

from __future__ import annotations

from wire.messages import (
    Announce,
    Answer,
    AwayRecord,
    Board,
    BoardCall,
    Call,
    CalledRecord,
    ClerkName,
    Command,
    CounterPicture,
    CounterState,
    Grant,
    HealthRecord,
    Hello,
    Invitation,
    IssuedRecord,
    KioskPicture,
    Level,
    LinkRefusal,
    Message,
    NumberBlock,
    PrintRecord,
    QueuePicture,
    RatingOption,
    RatingRecord,
    RatingTag,
    RatingTagsRecord,
    Receipt,
    Record,
    RecordBody,
    Renew,
    Role,
    ServiceName,
    SignIn,
    State,
    Status,
    StepRecord,
    Take,
    Taken,
    TakeNumber,
    Text,
    TicketClass,
    TicketInHand,
    TicketName,
    UnratedRecord,
    Wait,
    WithoutNumberRecord,
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

QUEUE = QueuePicture(
    service="insurance",
    name=SERVICE,
    prefix="A",
    waiting=5,
    counters=2,
    wait_s=Wait(p10=120.0, p50=300.0, p90=660.0),
)

NOTICE = Text(zh="今天 16:30 停止取号", en="Last numbers today at 16:30")

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
        board="5e" * 32,
    ),
    Command(
        id="k1",
        run="r1",
        n=2,
        counter="c3",
        seen=17,
        request=SignIn(action="sign_in", clerk="lin", pin="1234"),
    ),
    Take(id="k2", run="r1", request=TakeNumber(wish="take", service="insurance")),
    Call(
        run="r1",
        at=WALL,
        kind="called",
        call_id="call2",
        number="A002",
        counter="c3",
        counter_number="3",
        service="insurance",
        service_name=SERVICE,
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
        rating=[
            RatingOption(
                level=Level.SATISFIED,
                name=Text(zh="满意", en="Satisfied"),
                tags=[RatingTag(code="413", name=Text(zh="服务态度较好", en="Friendly"))],
            )
        ],
        invite_s=12.0,
        kiosk=KioskPicture(
            open=True,
            queues=[QUEUE],
            classes=[TicketClass(id="elderly", name=Text(zh="老年人", en="Elderly"))],
            block=NumberBlock(day="2026-03-02", prefix="K", first=1, last=200),
            notice=NOTICE,
        ),
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
    Taken(
        id="k2",
        outcome="done",
        code=None,
        ticket=TicketName(id="t4", number="A004", service="insurance"),
        ahead=5,
        wait_s=Wait(p10=120.0, p50=300.0, p90=660.0),
        counter_number="3",
        url="http://127.0.0.1/t/t4",
    ),
    Board(
        hall=Text(zh="政务大厅", en="Hall"),
        now=WALL,
        epoch=3,
        version=17,
        open=True,
        calls=[
            BoardCall(
                call_id="call2",
                number="A002",
                counter_number="3",
                service_name=SERVICE,
                at=WALL,
                recalls=1,
            )
        ],
        queues=[QUEUE],
        notice=NOTICE,
        emergency=Text(zh="请沿绿色标志离开大厅", en="Leave the hall by the green signs"),
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

MOMENT: dict[str, object] = {
    "run": "r1",
    "boot_ms": 81_250,
    "wall": WALL,
    "synchronised": True,
}
CALL_1: dict[str, object] = {
    **MOMENT,
    "counter": "c3",
    "call_id": "call1",
    "ticket": "t1",
    "clerk": "lin",
}

EVERY_BODY: list[RecordBody] = [
    RatingRecord.model_validate(
        {**CALL_1, "level": Level.VERY_DISSATISFIED, "after_ms": 2_140},
    ),
    RatingTagsRecord.model_validate({**CALL_1, "tags": ["108", "115"]}),
    UnratedRecord.model_validate({**CALL_1, "synchronised": False, "clerk": None}),
    CalledRecord.model_validate(
        {**CALL_1, "number": "A001", "service": "insurance", "command": "k1"}
    ),
    WithoutNumberRecord.model_validate({**CALL_1, "service": "insurance"}),
    StepRecord.model_validate({**CALL_1, "step": "no_show"}),
    AwayRecord.model_validate({**MOMENT, "counter": "c3", "clerk": "lin", "away": True}),
    IssuedRecord.model_validate(
        {**MOMENT, "ticket": "t9", "number": "K001", "service": "insurance", "ticket_class": ""}
    ),
    PrintRecord.model_validate(
        {**MOMENT, "ticket": "t9", "number": "K001", "outcome": "failed", "code": "paper_end"}
    ),
    HealthRecord.model_validate(
        {**MOMENT, "peripheral": "printer", "ok": False, "code": "no_answer", "detail": "silent"}
    ),
]
