"""The display: the only module that uses pygame.display.

`offscreen` starts no SDL video at all, so it needs neither a display nor a driver. One
thread shows; `png` may be asked from another, and takes a copy before it encodes.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterable
from threading import Lock
from typing import Final, Literal, TypeAlias

import pygame
from pygame import Rect, Surface

from device.ui.fonts import Typeface
from device.ui.lru import Lru
from device.ui.painter import Painter
from device.ui.scene import Scene, changed, has_areas, touched
from device.ui.screens import Shown, compose
from wire.errors import HardwareError

Mode: TypeAlias = Literal["offscreen", "window", "kms"]

_DEPTH: Final = 32
_SCENES_KEPT: Final = 64
_TOUCH_S: Final = 0.03  # while there is something to touch
_ATTEND_S: Final = 0.5  # a desktop calls a window that is deaf for some seconds "not responding"
_LOSSES: Final = frozenset(
    {
        pygame.VIDEOEXPOSE,
        pygame.WINDOWEXPOSED,
        pygame.WINDOWSHOWN,
        pygame.WINDOWRESTORED,
        pygame.WINDOWSIZECHANGED,
        pygame.WINDOWDISPLAYCHANGED,
    }
)
_KMS_DRIVER: Final = "kmsdrm"
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_QUICK: Final = 1  # zlib's level: half the time of the default for a tenth more bytes


class Window:
    """A screen that shows one view at a time, and draws only where it differs from the last."""

    def __init__(self, surface: Surface, painter: Painter, mode: Mode) -> None:
        self._surface = surface
        self._painter = painter
        self._mode = mode
        self._display = mode != "offscreen"
        self._shown: Shown | None = None
        self._scenes: Lru[Shown, Scene] = Lru(_SCENES_KEPT)
        self._touched: list[str] = []
        self._png: bytes | None = None
        self._drawing = Lock()

    @classmethod
    def open(cls, mode: Mode, size: tuple[int, int]) -> Window:
        """Open a screen of `size` pixels: off any display, in a window, or the whole of it.

        `kms` takes the screen of a machine without a desktop. Raises HardwareError when
        there is no such display, ConfigurationError when the font is not the pinned one.
        """
        painter = Painter(Typeface.load())
        if mode == "offscreen":
            return cls(Surface(size, depth=_DEPTH), painter, mode)
        return cls(_display(mode, size), painter, mode)

    @property
    def surface(self) -> Surface:
        """What is shown; to be read, not drawn on."""
        return self._surface

    @property
    def attend_s(self) -> float | None:
        """How often `attend` wants to be called; None if never."""
        if not self._display:
            return None
        touchable = self._shown is not None and has_areas(self._scene(self._shown))
        return _TOUCH_S if touchable else _ATTEND_S

    def attend(self) -> bool:
        """Hear what the display says; whether the window was closed.

        What it has lost of the picture is drawn again by the next `show`.
        """
        if not self._display:
            return False
        events = pygame.event.get()
        for event in events:
            self.touch(_place(event, self._surface.get_size()))
        kinds = {event.type for event in events}
        if kinds & _LOSSES:
            self._shown = None
        return self._mode == "window" and pygame.QUIT in kinds

    def touch(self, place: tuple[int, int] | None) -> None:
        """A finger has come down; what stands there now is what it means."""
        target = touched(self._scene(self._shown), place) if self._shown and place else None
        if target is not None:
            self._touched.append(target)

    def touches(self) -> list[str]:
        """The targets that have been touched since the last time."""
        targets, self._touched = self._touched, []
        return targets

    def prepare(self, views: Iterable[Shown]) -> None:
        """Make ready what `views` are made of, so that each is quick to show when it comes."""
        for view in views:
            self._painter.make_ready(self._scene(view))

    def show(self, view: Shown) -> bool:
        """Show `view`; whether anything had to be drawn."""
        if view == self._shown:
            return False
        with self._drawing:
            place = self._draw(view)
            self._shown = view
            self._png = None
        if self._display:
            pygame.display.update(place)
        return True

    def png(self) -> bytes:
        """What is shown, as a PNG; encoded once for each picture, and only when asked for."""
        with self._drawing:
            if self._png is not None:
                return self._png
            shown, size = self._shown, self._surface.get_size()
            pixels = pygame.image.tobytes(self._surface, "RGB")
        encoded = encode_png(pixels, size)
        with self._drawing:
            if self._shown is shown:
                self._png = encoded
        return encoded

    def _draw(self, view: Shown) -> Rect:
        """Draw what differs from the view that is shown; where that is."""
        place, scene = self._surface.get_rect(), self._scene(view)
        if self._shown is not None:
            place = place.clip(changed(self._scene(self._shown), scene))
        self._surface.set_clip(place)
        try:
            self._painter.paint(self._surface, scene)
        finally:
            self._surface.set_clip(None)
        return place

    def _scene(self, view: Shown) -> Scene:
        scene = self._scenes.get(view)
        if scene is None:
            scene = compose(view, self._surface.get_size(), self._painter.typeface)
            self._scenes.put(view, scene)
        return scene

    def close(self) -> None:
        """Give the display back; the window shows nothing afterwards."""
        if self._display:
            pygame.display.quit()


def _place(event: pygame.event.Event, size: tuple[int, int]) -> tuple[int, int] | None:
    """Where a finger or the mouse came down, in pixels; None for any other event.

    SDL makes a mouse event of every touch as well, which would count it twice.
    """
    if event.type == pygame.FINGERDOWN:
        return int(event.x * size[0]), int(event.y * size[1])
    if event.type == pygame.MOUSEBUTTONDOWN and event.button == 1 and not event.touch:
        return int(event.pos[0]), int(event.pos[1])
    return None


def encode_png(pixels: bytes, size: tuple[int, int]) -> bytes:
    """RGB pixels, row by row, as a PNG file.

    pygame's own encoder is four times as slow and stops every other thread meanwhile.
    """
    width, height = size
    rows = (b"\0" + pixels[at : at + 3 * width] for at in range(0, len(pixels), 3 * width))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"".join(rows), _QUICK)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def _display(mode: Mode, size: tuple[int, int]) -> Surface:
    if mode == "kms":
        os.environ["SDL_VIDEODRIVER"] = _KMS_DRIVER
    try:
        pygame.display.init()
        surface = pygame.display.set_mode(size, pygame.FULLSCREEN if mode == "kms" else 0)
    except pygame.error as error:
        pygame.display.quit()
        raise HardwareError(
            f"no display for mode {mode!r} at {size[0]}×{size[1]}: {error}; "
            "check the screen, or use mode 'offscreen'"
        ) from error
    pygame.display.set_caption("Nextwindow")
    pygame.mouse.set_visible(mode != "kms")
    return surface
