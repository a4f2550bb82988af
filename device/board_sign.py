"""What the large sign of a hall shows beside its board. PURE."""

from __future__ import annotations

from device.drivers.ports import SignText
from device.ui.viewmodel import BoardView, Emergency, HallBoard


def sign_text(view: BoardView) -> SignText:
    """The call at the top of the board, or the text of an emergency.

    Such signs know the characters of GB 2312 alone, so it is Chinese whatever the board's
    language is.
    """
    if isinstance(view, Emergency):
        return SignText(view.text.zh)
    if isinstance(view, HallBoard) and view.calls:
        call = view.calls[0]
        return SignText(f"请{call.number}号到{call.counter}号窗口", call.number)
    return SignText("")
