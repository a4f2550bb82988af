"""Sample views of a counter's screens, the longest texts among them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from device.ui.sample_texts import (
    HALL,
    ID_CARD,
    LEAVE,
    LONG_HALL,
    LONG_SERVICE,
    LONGEST,
    WIDE,
)
from device.ui.texts import Notice, Trouble, level_name, pause_reason, rating_options
from device.ui.viewmodel import (
    Bilingual,
    Calling,
    Closed,
    Connecting,
    Destination,
    Fault,
    Frame,
    Idle,
    Invitation,
    Inviting,
    LanguageOrder,
    LinkConnecting,
    Offering,
    Paused,
    Question,
    SendingOn,
    Serving,
    SigningIn,
    TagOption,
    TagQuestion,
    Tags,
    Thanks,
    View,
    alone,
    stale,
)

SIZES: Final = WIDE
"""The screens that a counter is equipped with, in pixels."""

_FRAME: Final = Frame(
    counter="3",
    hall=HALL,
    services=Bilingual(
        "户籍 · 居民身份证 · 居住证", "Household register · ID card · Residence permit"
    ),
    clock="10:41",
    clerk="王芳",
)
_LONG_FRAME: Final = Frame(
    counter="128",
    hall=LONG_HALL,
    services=Bilingual(
        "不动产转移登记 · 抵押权设立登记 · 商品房预售合同网签备案 · 存量房交易资金监管",
        "Transfer of real estate · Mortgage registration · Presale contract filing · Escrow",
    ),
    clock="10:41",
    clerk="阿卜杜热西提·买买提明江",
)
_STALE: Final = replace(_FRAME, clock="10:45", link=stale(240, "10:41"))

# As long as a clerk may write one: 60 characters.
_LONG_REASON: Final = (
    "陪同行动不便的老人到二楼不动产登记档案室查阅并复印上世纪九十年代的房屋产权原始登记材料"
    "，请先到相邻窗口咨询办理，感谢谅解"
)
_LONG_REASON_ENGLISH: Final = "Fetching an original land register from our archive upstairs"


_TAGS: Final = {
    "207": ("没有提供材料样本", "No sample of the papers was given"),
    "208": ("没有提供材料清单", "No list of the papers was given"),
    "209": ("未在承诺时间内办结", "Not finished in the time promised"),
    "210": (
        "同样内容的证明材料被要求多次提交",
        "The same proof was asked for more than once",
    ),
    "211": ("承诺网办但无法在线办理", "Promised online, but not possible online"),
    "212": (
        "在线预约办理后到实体大厅重复取号排队",
        "Had to queue again in spite of an appointment made online",
    ),
    "213": ("窗口人员业务不熟练", "The clerk did not know the business well"),
    "214": ("服务态度生硬", "The clerk was curt"),
}
"""Reasons in force for a bad rating, in the words of the national platform."""


def samples() -> dict[str, View]:
    """Every screen in every state, by name."""
    return _ordinary() | _cut_off() | _in_emergency() | _extreme()


def _ordinary() -> dict[str, View]:
    return {
        "closed": Closed(replace(_FRAME, clerk=None)),
        "idle": Idle(_FRAME, 12),
        "idle-nobody": Idle(_FRAME, 0),
        "idle-notice": Idle(replace(_FRAME, notice=Notice.NOBODY_WAITING.text), 0),
        "calling": Calling(_FRAME, "A001", ID_CARD),
        "recalling": Calling(_FRAME, "A001", ID_CARD, recalls=1),
        "calling-invitation": Calling(_FRAME, "A002", ID_CARD, invitation=_invitation("A001", 7)),
        "calling-notice": Calling(
            replace(_FRAME, notice=Notice.BUSY.text),
            "A002",
            ID_CARD,
            invitation=_invitation("A001", 7),
        ),
        "calling-rated": Calling(replace(_FRAME, notice=Notice.RATED.text), "A002", ID_CARD),
        "serving": Serving(_FRAME, "A001", ID_CARD, "10:32"),
        "serving-invitation": Serving(
            _FRAME, "A002", ID_CARD, "10:32", invitation=_invitation("A001", 3)
        ),
        "inviting": Inviting(_FRAME, _invitation("A001", 8)),
        "signing-in": SigningIn(replace(_FRAME, clerk=None), "1024", None),
        "signing-in-pin": SigningIn(replace(_FRAME, clerk=None), "1024", 4),
        "serving-no-number": Serving(_FRAME, "", ID_CARD, "10:32"),
        "serving-tags": Serving(_FRAME, "A002", ID_CARD, "10:32", invitation=_reasons(5)),
        "inviting-no-number": Inviting(_FRAME, _invitation("", 8)),
        "tags": Tags(_FRAME, level_name(2), _reasons(5)),
        "tags-chosen": Tags(_FRAME, level_name(2), _reasons(8, "209", "214")),
        "sending-on": _sending_on(_FRAME, 1, 5),
        "sending-on-invitation": _sending_on(_FRAME, 4, 3, _invitation("A001", 7)),
        "thanks": Thanks(_FRAME, level_name(5)),
        "paused": Paused(_FRAME, pause_reason("Meal"), "10:45"),
        "paused-overdue": Paused(_FRAME, pause_reason("Meal"), overdue=True),
        "paused-plain": Paused(_FRAME),
        "paused-invitation": Paused(
            _FRAME, pause_reason("Meal"), "10:45", invitation=_invitation("A001", 7)
        ),
        "connecting": Connecting(replace(_FRAME, link=LinkConnecting(), clerk=None)),
        "fault-twin": _fault(Trouble.TWIN),
        "fault-disk": _fault(Trouble.DISK_FULL),
        "english-first": Calling(
            replace(_FRAME, order=LanguageOrder.ENGLISH_FIRST), "A001", ID_CARD
        ),
    }


def _cut_off() -> dict[str, View]:
    frame = replace(_FRAME, clock="10:45", link=alone(240, "10:41"))
    return {
        "cut-off-fault": replace(_fault(Trouble.TWIN), frame=_STALE),
        "alone-offering": Offering(frame),
        "alone-no-number": Serving(frame, "", ID_CARD, "10:44", _invitation("A001", 9)),
        "alone-restarted": Idle(replace(frame, link=alone(None, "10:41"), clock=""), 12),
        "alone-tags": Tags(frame, level_name(1), _reasons(5, "214")),
        "alone-idle": Idle(frame, 12),
        "alone-notice": Idle(replace(frame, notice=Notice.CUT_OFF.text), 12),
        "alone-calling": Calling(frame, "A001", ID_CARD, invitation=_invitation("A9", 10)),
        "alone-serving": Serving(frame, "A001", ID_CARD, "10:32"),
        "alone-inviting": Inviting(frame, _invitation("A001", 8)),
        "alone-thanks": Thanks(frame, level_name(1)),
        "alone-paused": Paused(frame, pause_reason("Meeting"), "10:50"),
        "alone-closed": Closed(replace(frame, clerk=None)),
    }


def _in_emergency() -> dict[str, View]:
    """A text for everybody in the hall, over what the counter goes on with."""
    frame = replace(_FRAME, emergency=LEAVE)
    cut_off = replace(frame, clock="10:45", link=alone(240, "10:41"))
    longest = replace(_LONG_FRAME, emergency=LONGEST, link=alone(86_400, "10:41"))
    invitation = _invitation("AB1000", 60)
    return {
        "emergency-idle": Idle(frame, 12),
        "emergency-calling": Calling(frame, "A001", ID_CARD),
        "emergency-serving": Serving(
            frame, "A002", ID_CARD, "10:32", invitation=_invitation("A001", 3)
        ),
        "emergency-inviting": Inviting(frame, _invitation("A001", 8)),
        "emergency-alone": Serving(cut_off, "A001", ID_CARD, "10:32"),
        "long-emergency-idle": Idle(longest, 12_345),
        "long-emergency-calling": Calling(longest, "AB1000", LONG_SERVICE, 9, invitation),
        "long-emergency-serving": Serving(longest, "AB1000", LONG_SERVICE, "10:32"),
        "long-emergency-tags": Tags(longest, level_name(1), _reasons(8, "210")),
        "long-emergency-paused": Paused(
            longest, Bilingual(_LONG_REASON), "10:45", invitation=invitation
        ),
        "long-emergency-sending-on": SendingOn(
            longest,
            "AB1000",
            tuple(Destination(20 + n, LONG_SERVICE, n == 0) for n in range(3)),
            24,
            invitation,
        ),
        "long-emergency-fault": Fault(longest, LONG_SERVICE, LONG_SERVICE),
    }


def _extreme() -> dict[str, View]:
    """The longest texts that are met, all at once, with the link lost."""
    frame = replace(_LONG_FRAME, link=alone(86_400, "10:41"))
    invitation = _invitation("AB1000", 60)
    return {
        "long-idle": Idle(replace(frame, notice=Notice.BUSY.text), 12_345),
        "long-calling": Calling(frame, "AB1000", LONG_SERVICE, 9, invitation),
        "long-serving": Serving(frame, "AB1000", LONG_SERVICE, "10:32", invitation),
        "long-serving-alone": Serving(frame, "AB1000", LONG_SERVICE, "10:32"),
        "long-inviting": Inviting(frame, invitation),
        "long-sending-on": SendingOn(
            _LONG_FRAME,
            "AB1000",
            tuple(Destination(20 + n, LONG_SERVICE, n == 4) for n in range(5)),
            24,
        ),
        "long-sending-on-invitation": SendingOn(
            _LONG_FRAME,
            "AB1000",
            tuple(Destination(20 + n, LONG_SERVICE, n == 0) for n in range(3)),
            24,
            invitation,
        ),
        "long-tags": Tags(frame, level_name(1), _reasons(8, "210")),
        "long-signing-in": SigningIn(frame, "1234567890123456", 16),
        "long-offering": Offering(replace(frame, notice=Notice.OFFER.text)),
        "long-calling-tags": Calling(frame, "AB1000", LONG_SERVICE, 9, _reasons(5, "210")),
        "long-paused": Paused(frame, Bilingual(_LONG_REASON), "10:45"),
        "long-paused-english": Paused(frame, Bilingual(_LONG_REASON_ENGLISH), "10:45"),
        "long-paused-invitation": Paused(
            frame, Bilingual(_LONG_REASON), "10:45", invitation=invitation
        ),
        "long-paused-english-invitation": Paused(
            frame, Bilingual(_LONG_REASON_ENGLISH), overdue=True, invitation=invitation
        ),
        "long-fault": Fault(frame, LONG_SERVICE, LONG_SERVICE),
    }


def _invitation(number: str, seconds_left: int) -> Invitation:
    return Invitation(number, rating_options(), seconds_left, max(10, seconds_left))


_PLACES: Final = (
    Bilingual("社会保险", "Social insurance"),
    Bilingual("不动产登记", "Real estate"),
    Bilingual("5号窗口 · 综合窗口", "Counter 5 · General counter"),
    Bilingual("8号窗口", "Counter 8"),
    Bilingual("12号窗口", "Counter 12"),
)


def _sending_on(
    frame: Frame, chosen: int, shown: int, question: Question | None = None
) -> SendingOn:
    """The last `shown` of some places to go, counted from 1."""
    places = [Destination(n, name, n == chosen) for n, name in enumerate(_PLACES, 1)]
    return SendingOn(frame, "A002", tuple(places[-shown:]), len(_PLACES), question)


def _reasons(count: int, *chosen: str) -> TagQuestion:
    """Reasons in force for a bad rating."""
    tags = tuple(
        TagOption(code, Bilingual(zh, en), place if place <= 5 else None, code in chosen)
        for place, (code, (zh, en)) in enumerate(list(_TAGS.items())[:count], 1)
    )
    return TagQuestion("A001", tags, 12, 20)


def _fault(trouble: Trouble) -> Fault:
    unit = "counter-3"
    return Fault(_FRAME, trouble.title(unit), trouble.detail(unit))
