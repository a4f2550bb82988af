"""Every screen of every role by name, with the sizes it is made for, to be drawn into a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from device.ui import board_gallery, gallery, kiosk_gallery
from device.ui.viewmodel import LanguageOrder
from device.ui.window import Window
from wire.errors import ConfigurationError
from wire.settings import unknown_name

Size = tuple[int, int]


@dataclass(frozen=True)
class Gallery:
    """The screens of one role: sample views by name, and the sizes that its units have."""

    role: str
    views: Callable[[], Mapping[str, Any]]
    sizes: tuple[Size, ...]


def _kiosk() -> Mapping[str, Any]:
    """A kiosk's screens once; in which language is for who draws them to say."""
    views = kiosk_gallery.samples().items()
    return {name: view for name, view in views if not name.endswith("-english")}


GALLERIES: Final = (
    Gallery("counter", gallery.samples, gallery.SIZES),
    Gallery("board", board_gallery.board_samples, board_gallery.BOARD_SIZES),
    Gallery("kiosk", _kiosk, kiosk_gallery.KIOSK_SIZES),
)


@dataclass(frozen=True)
class Screen:
    """A sample of a screen."""

    name: str
    role: str
    view: Any
    sizes: tuple[Size, ...]

    def drawn(self, size: Size, order: LanguageOrder) -> bytes:
        """Its picture as a PNG. `order` is the language that stands first and large."""
        window = Window.open("offscreen", size)
        window.show(self.in_order(order))
        return window.png()

    def in_order(self, order: LanguageOrder) -> Any:
        """Its view with this language first."""
        return replace(self.view, frame=replace(self.view.frame, order=order))


def screens() -> dict[str, Screen]:
    """All of them, by name."""
    return {
        name: Screen(name, each.role, view, each.sizes)
        for each in GALLERIES
        for name, view in each.views().items()
    }


def screen(name: str) -> Screen:
    """The screen of this name. Raises ConfigurationError, naming what was probably meant."""
    known = screens()
    if name not in known:
        raise ConfigurationError([str(unknown_name("--screen", name, known, "screen"))])
    return known[name]
