"""Texts in both languages, from gettext. Imports the standard library and `viewmodel`.

A message's id is its English; `locale/zh_CN` has the Chinese. After a change here, run
`pybabel compile -d device/ui/locale -D device`; a test finds what was forgotten.
"""

from __future__ import annotations

import gettext
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Final

from device.ui.viewmodel import Bilingual, RatingOption

LOCALE_DIR: Final = Path(__file__).parent / "locale"
DOMAIN: Final = "device"


def marked(msgid: str) -> str:
    """The id itself: says that it is to be translated, later, by `both`."""
    return msgid


def both(msgid: str, **values: object) -> Bilingual:
    """The text in Chinese and in English, with `values` put in.

    A value that is itself Bilingual is put in language by language.
    Raises KeyError when the text names a value that is not given.
    """
    chinese = {name: _side(value, 0) for name, value in values.items()}
    english = {name: _side(value, 1) for name, value in values.items()}
    return Bilingual(_catalogue().gettext(msgid).format_map(chinese), msgid.format_map(english))


def _side(value: object, index: int) -> object:
    return (value[index] or value[0]) if isinstance(value, Bilingual) else value


@cache
def _catalogue() -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALE_DIR, languages=["zh_CN"])


_LEVELS: Final = {
    5: marked("Very satisfied"),
    4: marked("Satisfied"),
    3: marked("Fairly satisfied"),
    2: marked("Dissatisfied"),
    1: marked("Very dissatisfied"),
}


def level_name(level: int) -> Bilingual:
    """The name of a level, 5 (best) to 1. Raises KeyError for any other number."""
    return both(_LEVELS[level])


def rating_options() -> tuple[RatingOption, ...]:
    """The five levels from the best to the worst, on the keys 1 to 5."""
    return tuple(
        RatingOption(level, *level_name(level), key=key)
        for key, level in enumerate(sorted(_LEVELS, reverse=True), 1)
    )


_REASONS: Final = (
    marked("Short break"),
    marked("Meal"),
    marked("Papers to fetch"),
    marked("Meeting"),
)


def pause_reason(reason: str) -> Bilingual | None:
    """Why a clerk is away: in both languages if it is one of the usual reasons."""
    usual = next((text for text in map(both, _REASONS) if reason in text), None)
    return usual or (Bilingual(reason) if reason else None)


class Notice(Enum):
    """Short answers to a key press."""

    NOBODY_WAITING = marked("Nobody is waiting")
    NOT_CONNECTED = marked("Not connected to the hall")
    BUSY = marked("Finish the present number first")
    NOTHING_CALLED = marked("No number is called")
    NOT_SIGNED_IN = marked("Nobody is signed in")
    NOTHING_ON_HOLD = marked("No number is on hold")
    NOTHING_TO_UNDO = marked("There is nothing to take back")
    UNDO_TOO_LATE = marked("It is too late to take that back")
    TOO_LATE = marked("Too late: nothing was changed")
    RESTORING = marked("The hall is being restored: wait a moment")
    RATED = marked("Thank you for your rating")
    CUT_OFF = marked("Not possible while cut off from the hall")
    NO_NUMBER = marked("There is no number to call again")
    WRONG_PIN = marked("The clerk's number or the PIN is wrong")
    PIN_TRIES = marked("Too many wrong PINs: wait five minutes")
    ELSEWHERE = marked("Still serving at another counter")
    NOT_SENT_ON = marked("The choice has ended: the number was not sent on")
    NOT_THERE = marked("It cannot be sent there just now")
    OFFER = marked("No number left to call: press Next again to serve without one")

    @property
    def text(self) -> Bilingual:
        """The notice in both languages."""
        return both(self.value)


class Trouble(Enum):
    """What keeps a unit from working: a title, and what to do about it."""

    TWIN = (
        marked("Two units carry the name {unit}"),
        marked("Switch one of them off, or give it a name of its own"),
    )
    DISK_FULL = (
        marked("The disk is full"),
        marked("No rating can be kept; free some space on this unit"),
    )
    DISK_BROKEN = (
        marked("The disk cannot be written"),
        marked("No rating can be kept; replace the memory card of this unit"),
    )
    REFUSED = (
        marked("The hall does not know this unit"),
        marked("Enrol unit {unit} on the hall's server"),
    )

    def title(self, unit: str) -> Bilingual:
        """What is wrong with `unit`."""
        return both(self.value[0], unit=unit)

    def detail(self, unit: str) -> Bilingual:
        """What helps `unit`."""
        return both(self.value[1], unit=unit)


def number_name(number: str) -> Bilingual:
    """A ticket's number for people; "" is somebody who has none."""
    return Bilingual(number, number) if number else both("No number")


def age(age_s: int) -> Bilingual:
    """How long ago: seconds below one minute, minutes below one hour, then hours."""
    if age_s < 60:
        return both("{count} s", count=age_s)
    if age_s < 3600:
        return both("{count} min", count=age_s // 60)
    return both("{count} h", count=age_s // 3600)


def wait_text(wait_min: tuple[int, int]) -> Bilingual:
    """An expected wait as a range of minutes, rounded outward."""
    low, high = wait_min
    if high <= 1:
        return both("no wait")
    if low == 0:
        return both("within {high} min", high=high)
    if low == high:
        return both("about {high} min", high=high)
    return both("{low}–{high} min", low=low, high=high)
