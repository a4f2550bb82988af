"""Sample views of a hall board's screens, the longest texts among them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from device.ui.sample_texts import HALL, ID_CARD, LEAVE, LONG_HALL, LONG_SERVICE, WIDE_AND_UPRIGHT
from device.ui.texts import Trouble
from device.ui.viewmodel import (
    Bilingual,
    BoardCall,
    BoardConnecting,
    BoardFault,
    BoardQueue,
    Emergency,
    Frame,
    HallBoard,
    LinkConnecting,
    View,
    stale,
)

BOARD_SIZES: Final = WIDE_AND_UPRIGHT
"""The screens that a board is equipped with, lying and upright, in pixels."""

_FRAME: Final = Frame("", HALL, Bilingual(""), "10:41")
_STALE: Final = replace(_FRAME, clock="10:45", link=stale(240, "10:41"))

_HOUSEHOLD: Final = Bilingual("户口登记", "Household register")
_TAX: Final = Bilingual("税务综合", "Taxes")
_SOCIAL: Final = Bilingual("社会保险", "Social insurance")

_CALLS: Final = (
    BoardCall("A012", "3", ID_CARD),
    BoardCall("B007", "5", _HOUSEHOLD),
    BoardCall("C031", "8", _TAX),
    BoardCall("A011", "1", ID_CARD),
    BoardCall("D004", "11", _SOCIAL, recalls=1),
    BoardCall("B006", "6", _HOUSEHOLD),
    BoardCall("A010", "2", ID_CARD),
)
_QUEUES: Final = (
    BoardQueue("A", ID_CARD, 12, 3, (10, 25)),
    BoardQueue("B", _HOUSEHOLD, 4, 2, (0, 8)),
    BoardQueue("C", _TAX, 0, 1, (0, 0)),
    BoardQueue("D", _SOCIAL, 7, 0, None),
)
_NOTICE: Final = Bilingual(
    "今日16:30停止取号，已取号的群众继续办理。",
    "Numbers are given out until 16:30 today; everybody with a number will be served.",
)
_LONG_NOTICE: Final = Bilingual(
    "因不动产登记系统升级，本周五下午不动产转移登记、抵押权设立登记、商品房预售合同网签备案"
    "三项业务暂停受理，请您合理安排时间，由此带来的不便敬请谅解。",
    "The land register is being upgraded: transfers, mortgages and presale contracts are not "
    "taken on Friday afternoon. Please come on another day; we apologise for the trouble.",
)


def board_samples() -> dict[str, View]:
    """Every screen of a board in every state, by name."""
    return _ordinary() | _troubled() | _extreme()


def _ordinary() -> dict[str, View]:
    lit = (replace(_CALLS[0], lit=True), replace(_CALLS[1], lit=True), *_CALLS[2:])
    board = HallBoard(_FRAME, True, _CALLS, _QUEUES)
    return {
        "board": board,
        "board-flash": replace(board, calls=lit),
        "board-recalled": replace(board, calls=(replace(_CALLS[0], recalls=1), *_CALLS[1:])),
        "board-empty": replace(board, calls=()),
        "board-one": replace(board, calls=_CALLS[:1], queues=_QUEUES[:1]),
        "board-notice": replace(board, notice=_NOTICE),
        "board-closing": replace(board, open=False, calls=_CALLS[:3], queues=_QUEUES[:2]),
        "board-closed": HallBoard(replace(_FRAME, clock="21:07"), False, (), ()),
        "board-emergency": Emergency(_FRAME, LEAVE),
    }


def _troubled() -> dict[str, View]:
    retained = replace(_FRAME, clock="", link=LinkConnecting())
    return {
        "board-stale": HallBoard(_STALE, True, _CALLS, _QUEUES, as_of="10:41"),
        "board-unlinked": HallBoard(_STALE, True, _CALLS, _QUEUES, as_of="10:41", linked=False),
        "board-retained": HallBoard(retained, True, _CALLS, _QUEUES, as_of="10:41"),
        "board-connecting": BoardConnecting(Frame("", Bilingual(""), Bilingual(""), "")),
        "board-fault": BoardFault(
            _FRAME, Trouble.TWIN.title("board-1"), Trouble.TWIN.detail("board-1")
        ),
    }


def _extreme() -> dict[str, View]:
    """The longest texts that are met, all at once, with the link lost."""
    frame = replace(_LONG_FRAME, link=stale(86_400, "10:41"))
    calls = tuple(BoardCall(f"AB{1000 + n}", "128", LONG_SERVICE, recalls=9) for n in range(12))
    queues = tuple(BoardQueue("AB", LONG_SERVICE, 12_345, 1, (100, 900)) for _ in range(15))
    return {
        "board-long": HallBoard(frame, False, calls, queues, _LONG_NOTICE, 1, "10:41"),
        "board-long-live": HallBoard(replace(frame, link=_FRAME.link), True, calls, queues, turn=2),
        "board-long-emergency": Emergency(frame, _LONG_NOTICE),
        "board-long-fault": BoardFault(frame, LONG_SERVICE, LONG_SERVICE),
    }


_LONG_FRAME: Final = replace(_FRAME, hall=LONG_HALL)
