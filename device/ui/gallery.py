"""Sample views of every screen, the longest texts among them, and their pictures.

For the documentation, the command that takes screenshots, and the tests.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from device.ui.texts import Notice, Trouble, level_name, pause_reason, rating_options
from device.ui.viewmodel import (
    Bilingual,
    Calling,
    Closed,
    Connecting,
    Fault,
    Frame,
    Idle,
    Invitation,
    Inviting,
    LanguageOrder,
    LinkConnecting,
    Paused,
    Serving,
    Thanks,
    View,
    stale,
)
from device.ui.window import Window

SIZES: Final = ((1024, 600), (1280, 800), (1920, 1080))
"""The screens that a counter is equipped with, in pixels."""

_FRAME: Final = Frame(
    counter="3",
    hall=Bilingual("临江市政务服务大厅", "Linjiang Government Service Hall"),
    services=Bilingual(
        "户籍 · 居民身份证 · 居住证", "Household register · ID card · Residence permit"
    ),
    clock="10:41",
    clerk="王芳",
)
_LONG_FRAME: Final = Frame(
    counter="128",
    hall=Bilingual(
        "临江高新技术产业开发区便民政务服务中心第二分中心（北区）",
        "Second Branch of the Public Service Centre of Linjiang High-Tech Development Zone (North)",
    ),
    services=Bilingual(
        "不动产转移登记 · 抵押权设立登记 · 商品房预售合同网签备案 · 存量房交易资金监管",
        "Transfer of real estate · Mortgage registration · Presale contract filing · Escrow",
    ),
    clock="10:41",
    clerk="阿卜杜热西提·买买提明江",
)
_SERVICE: Final = Bilingual("居民身份证换领", "Renewal of an ID card")
_LONG_SERVICE: Final = Bilingual(
    "国有建设用地使用权及房屋所有权转移登记（存量房买卖、继承、赠与及离婚析产）",
    "Transfer of the right to use state-owned land and of house ownership "
    "(resale, inheritance, gift or division after a divorce)",
)

# As long as a clerk may write one: 60 characters.
_LONG_REASON: Final = (
    "陪同行动不便的老人到二楼不动产登记档案室查阅并复印上世纪九十年代的房屋产权原始登记材料"
    "，请先到相邻窗口咨询办理，感谢谅解"
)
_LONG_REASON_ENGLISH: Final = "Fetching an original land register from our archive upstairs"


def samples() -> dict[str, View]:
    """Every screen in every state, by name."""
    return _ordinary() | _cut_off() | _extreme()


def save_png(name: str, size: tuple[int, int], path: Path) -> None:
    """Draw the sample `name` at `size` pixels into the file `path`.

    Raises KeyError for an unknown name; `samples` has the known ones.
    """
    view = samples()[name]
    window = Window.open("offscreen", size)
    window.show(view)
    path.write_bytes(window.png())


def _ordinary() -> dict[str, View]:
    return {
        "closed": Closed(replace(_FRAME, clerk=None)),
        "idle": Idle(_FRAME, 12),
        "idle-nobody": Idle(_FRAME, 0),
        "idle-notice": Idle(replace(_FRAME, notice=Notice.NOBODY_WAITING.text), 0),
        "calling": Calling(_FRAME, "A001", _SERVICE),
        "recalling": Calling(_FRAME, "A001", _SERVICE, recalls=1),
        "calling-invitation": Calling(_FRAME, "A002", _SERVICE, invitation=_invitation("A001", 7)),
        "calling-notice": Calling(
            replace(_FRAME, notice=Notice.BUSY.text),
            "A002",
            _SERVICE,
            invitation=_invitation("A001", 7),
        ),
        "calling-rated": Calling(replace(_FRAME, notice=Notice.RATED.text), "A002", _SERVICE),
        "serving": Serving(_FRAME, "A001", _SERVICE, "10:32"),
        "serving-invitation": Serving(
            _FRAME, "A002", _SERVICE, "10:32", invitation=_invitation("A001", 3)
        ),
        "inviting": Inviting(_FRAME, _invitation("A001", 8)),
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
            replace(_FRAME, order=LanguageOrder.ENGLISH_FIRST), "A001", _SERVICE
        ),
    }


def _cut_off() -> dict[str, View]:
    frame = replace(_FRAME, clock="10:45", link=stale(240, "10:41"))
    return {
        "alone-idle": Idle(frame, 12),
        "alone-notice": Idle(replace(frame, notice=Notice.NOT_CONNECTED.text), 12),
        "alone-calling": Calling(frame, "A001", _SERVICE, invitation=_invitation("A9", 10)),
        "alone-serving": Serving(frame, "A001", _SERVICE, "10:32"),
        "alone-inviting": Inviting(frame, _invitation("A001", 8)),
        "alone-thanks": Thanks(frame, level_name(1)),
        "alone-paused": Paused(frame, pause_reason("Meeting"), "10:50"),
        "alone-closed": Closed(replace(frame, clerk=None)),
    }


def _extreme() -> dict[str, View]:
    """The longest texts that are met, all at once, with the link lost."""
    frame = replace(_LONG_FRAME, link=stale(86_400, "10:41"))
    invitation = _invitation("AB1000", 60)
    return {
        "long-idle": Idle(replace(frame, notice=Notice.BUSY.text), 12_345),
        "long-calling": Calling(frame, "AB1000", _LONG_SERVICE, 9, invitation),
        "long-serving": Serving(frame, "AB1000", _LONG_SERVICE, "10:32", invitation),
        "long-serving-alone": Serving(frame, "AB1000", _LONG_SERVICE, "10:32"),
        "long-inviting": Inviting(frame, invitation),
        "long-paused": Paused(frame, Bilingual(_LONG_REASON), "10:45"),
        "long-paused-english": Paused(frame, Bilingual(_LONG_REASON_ENGLISH), "10:45"),
        "long-paused-invitation": Paused(
            frame, Bilingual(_LONG_REASON), "10:45", invitation=invitation
        ),
        "long-paused-english-invitation": Paused(
            frame, Bilingual(_LONG_REASON_ENGLISH), overdue=True, invitation=invitation
        ),
        "long-fault": Fault(frame, _LONG_SERVICE, _LONG_SERVICE),
    }


def _invitation(number: str, seconds_left: int) -> Invitation:
    return Invitation(number, rating_options(), seconds_left, max(10, seconds_left))


def _fault(trouble: Trouble) -> Fault:
    unit = "counter-3"
    return Fault(_FRAME, trouble.title(unit), trouble.detail(unit))
