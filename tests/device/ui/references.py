"""The reference pictures of all screens, and how a drawing is compared with them.

`tests/data/screens` has a picture of every screen, half as large and of few colours, and for
every screen, size and language a coarse fingerprint. After a change that was meant, look at
the screens (`counter-unit screenshot`), then renew all of it and look at what git shows:

    python -m tests.device.ui.references
"""

from __future__ import annotations

import base64
import json
import struct
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Final

import pygame
from pygame import Surface

from device.ui.catalogue import Screen, Size, screens
from device.ui.fonts import Typeface
from device.ui.painter import Painter
from device.ui.screens import compose
from device.ui.viewmodel import LanguageOrder

FOLDER: Final = Path(__file__).parents[2] / "data" / "screens"
FINGERPRINTS: Final = FOLDER / "fingerprints.json"

PICTURED: Final[tuple[Size, ...]] = ((1024, 600), (600, 1024))
"""The sizes of which there are pictures; the second for the first screens of an upright role."""
UPRIGHT_PICTURED: Final = 6

_GRID: Final = (16, 10)
_NEAR: Final = 40  # of 255: smoothing differs from machine to machine
_MAY_DIFFER: Final = 0.002  # of all pixels
_NEAR_ON_AVERAGE: Final = 4

Case = tuple[Screen, Size, LanguageOrder]


def cases() -> list[Case]:
    """Every screen in every size and language."""
    return [
        (screen, size, order)
        for screen in screens().values()
        for size, order in product(screen.sizes, LanguageOrder)
    ]


def pictured() -> Iterator[tuple[Screen, Size]]:
    """The screens and sizes of which there is a picture, in Chinese first."""
    upright: Counter[str] = Counter()
    for screen in screens().values():
        for size in PICTURED:
            if size not in screen.sizes:
                continue
            upright[screen.role] += size[1] > size[0]
            if size[0] > size[1] or upright[screen.role] <= UPRIGHT_PICTURED:
                yield screen, size


def drawn(case: Case, painter: Painter) -> Surface:
    """A screen as it is drawn now."""
    screen, size, order = case
    surface = Surface(size, depth=32)
    painter.paint(surface, compose(screen.in_order(order), size, painter.typeface))
    return surface


def halved(surface: Surface) -> Surface:
    """The picture half as large, which is what is kept."""
    width, height = surface.get_size()
    return pygame.transform.smoothscale(surface, (width // 2, height // 2))


def name_of(case: Case) -> str:
    """What the fingerprint of a case is called."""
    screen, (width, height), order = case
    return f"{screen.name} {width}x{height} {order.value}"


def path_of(screen: Screen, size: Size) -> Path:
    """Where the picture of a screen lies."""
    upright = "-upright" if size[1] > size[0] else ""
    return FOLDER / f"{screen.name}{upright}.png"


def fingerprint(surface: Surface) -> bytes:
    """The brightness of each part of a picture, from 0 to 255."""
    columns, rows = _GRID if surface.get_width() > surface.get_height() else _GRID[::-1]
    small = pygame.transform.smoothscale(surface, (columns * 4, rows * 4))
    small = pygame.transform.smoothscale(small, (columns, rows))
    pixels = pygame.image.tobytes(small, "RGB")
    return bytes(sum(pixels[at : at + 3]) // 3 for at in range(0, len(pixels), 3))


def like_fingerprint(found: bytes, kept: str) -> bool:
    """Whether a fingerprint is that of the kept picture."""
    known = base64.b64decode(kept)
    pairs = zip(found, known, strict=False)
    return len(found) == len(known) and all(abs(a - b) <= _NEAR_ON_AVERAGE for a, b in pairs)


def like_picture(found: Surface, kept: Surface) -> bool:
    """Whether two pictures are the same but for the smoothing of edges."""
    if found.get_size() != kept.get_size():
        return False
    near = (_NEAR, _NEAR, _NEAR, 255)
    same = pygame.mask.from_threshold(found, (0, 0, 0), near, kept.convert(found))
    width, height = found.get_size()
    return same.count() >= (1 - _MAY_DIFFER) * width * height


def _indexed_png(surface: Surface) -> bytes:
    """A PNG of at most 256 colours, each channel of 16 steps."""
    width, height = surface.get_size()
    steps = bytes((value & 0xF0) | (value >> 4) for value in range(256))
    pixels = pygame.image.tobytes(surface, "RGB").translate(steps)
    colours = [pixels[at : at + 3] for at in range(0, len(pixels), 3)]
    palette = [colour for colour, _ in Counter(colours).most_common(256)]
    index = {colour: at for at, colour in enumerate(palette)}
    values = bytes(index.get(colour) or _nearest(colour, palette) for colour in colours)
    rows = (b"\0" + values[y * width : (y + 1) * width] for y in range(height))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", b"".join(palette)),
        (b"IDAT", zlib.compress(b"".join(rows), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def _nearest(colour: bytes, palette: list[bytes]) -> int:
    if colour == palette[0]:
        return 0
    distances = [sum(abs(a - b) for a, b in zip(colour, other, strict=True)) for other in palette]
    return distances.index(min(distances))


def renew() -> int:
    """Write all of it anew; how many bytes there are."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    painter = Painter(Typeface.load())
    prints = {
        name_of(case): base64.b64encode(fingerprint(drawn(case, painter))).decode()
        for case in cases()
    }
    FINGERPRINTS.write_text(json.dumps(prints, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    for screen, size in pictured():
        picture = drawn((screen, size, LanguageOrder.CHINESE_FIRST), painter)
        path_of(screen, size).write_bytes(_indexed_png(halved(picture)))
    return sum(path.stat().st_size for path in FOLDER.iterdir())


if __name__ == "__main__":
    sys.stdout.write(f"{len(cases())} drawings, {renew()} bytes\n")
