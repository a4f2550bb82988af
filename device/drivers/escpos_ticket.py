"""A ticket as ESC/POS: the only file that imports python-escpos and Pillow.

Chinese goes to the printer as GBK text: printers sold in mainland China have the characters
built in, a ticket is some 400 bytes instead of 24,000, and at 9600 baud it is sent in half a
second instead of 25. For a printer without them a line can be drawn as a picture instead.
The number is always text: its letters and digits are in every printer, four times as large.
"""

from __future__ import annotations

import os
import shutil
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import pylopdf_fonts_zh_cn
from PIL import Image, ImageDraw, ImageFont

from device.drivers.ports import Slip

# As python-escpos is imported it reads a long database of printers and leaves a copy in a
# temporary folder that it never removes. Its own variable leads it to a short one.
os.environ.setdefault(
    "ESCPOS_CAPABILITIES_FILE", str(Path(__file__).with_name("escpos_profile.json"))
)
from escpos import capabilities
from escpos.constants import QR_ECLEVEL_M
from escpos.printer import Dummy

if "ESCPOS_CAPABILITIES_PICKLE_DIR" not in os.environ:
    shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)

KANJI_ON: Final = b"\x1c&"
KANJI_OFF: Final = b"\x1c."
_KANJI_SIZE: Final = {1: b"\x1c!\x00", 2: b"\x1c!\x0c"}  # some printers heed only this one
_NUMBER_SIZE: Final = 4
_QR_DOTS: Final = 6
_FONT_PX: Final = {1: 24, 2: 48}
_DARK: Final = 128


@dataclass(frozen=True)
class Paper:
    """What fits on the roll: `columns` Latin letters of the normal size, or `dots` of a picture."""

    columns: int
    dots: int


PAPER: Final = {80: Paper(48, 576), 58: Paper(32, 384)}
"""The usual rolls, by their width in mm, at 203 dots an inch."""


def ticket(
    slip: Slip, paper: Paper, chinese: Literal["gbk", "image"], qr: Literal["printer", "image"]
) -> bytes:
    """The bytes that print a ticket and cut it off."""
    sheet = _Sheet(paper, drawn=chinese == "image")
    sheet.hw("INIT")
    sheet.set(align="center")
    for text in slip.lines:
        sheet.line(text)
    sheet.number(slip.number)
    for text in slip.below:
        sheet.line(text)
    if slip.url is not None:
        sheet.code(slip.url, drawn=qr == "image")
    if slip.caption is not None:
        sheet.line(slip.caption, largest=1)
    sheet.cut(mode="PART")
    return bytes(sheet.output)


class _Sheet(Dummy):  # type: ignore[misc]  # the package tells no types
    """The bytes of one ticket, as they come together."""

    def __init__(self, paper: Paper, *, drawn: bool) -> None:
        super().__init__()
        self._paper = paper
        self._drawn = drawn

    def line(self, text: str, largest: int = 2) -> None:
        """One line, twice as large if it fits."""
        scale = largest if columns(text) * largest <= self._paper.columns else 1
        if self._drawn and not text.isascii():
            self.image(_picture(text, _FONT_PX[scale], self._paper.dots))
            return
        self.set(custom_size=True, width=scale, height=scale)
        printable = "".join(char for char in text if char.isprintable())
        data = printable.encode("gbk", errors="replace")
        self._raw(KANJI_ON + _KANJI_SIZE[scale] + data + KANJI_OFF + b"\n")

    def number(self, number: str) -> None:
        """The number, as large as a ticket allows."""
        self.set(custom_size=True, width=_NUMBER_SIZE, height=_NUMBER_SIZE, bold=True)
        self._raw(number.encode("ascii", errors="replace") + b"\n")
        self.set(custom_size=True, width=1, height=1, bold=False)

    def code(self, url: str, *, drawn: bool) -> None:
        """A QR code that stands up to a crease."""
        if drawn:
            self.qr(url, ec=QR_ECLEVEL_M, size=_QR_DOTS, native=False)
        else:
            self.qr(url, ec=QR_ECLEVEL_M, size=_QR_DOTS, native=True)
            self._raw(b"\n")


def columns(text: str) -> int:
    """How many columns a line takes: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def _picture(text: str, px: int, dots: int) -> Image.Image:
    """A line drawn black on white in the middle of the paper's width."""
    font = _font(px)
    picture = Image.new("L", (dots, round(px * 1.3)), 255)
    ImageDraw.Draw(picture).text((dots / 2, px * 0.65), text, font=font, fill=0, anchor="mm")
    return picture.point(lambda grey: 255 if grey > _DARK else 0).convert("1")


@cache
def _font(px: int) -> Any:
    return ImageFont.truetype(str(pylopdf_fonts_zh_cn.sans_path()), px)
