"""A text of the wire as the screens take it. PURE."""

from __future__ import annotations

from device.ui.viewmodel import Bilingual
from wire.messages import Text


def bilingual(text: Text) -> Bilingual:
    """The text in Chinese and in English."""
    return Bilingual(text.zh, text.en)
