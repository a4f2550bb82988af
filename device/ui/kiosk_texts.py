"""What a kiosk says when it gives no number, or no paper. Imports `texts` and `viewmodel` only."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from device.ui.texts import both, marked
from device.ui.viewmodel import Bilingual

_ASK_STAFF: Final = marked("Please ask the staff")
_LATER: Final = marked("Please try again later, or ask the staff")

_SORRY: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "hall_closed": (
            marked("No numbers are given out now"),
            marked("Please come back in the opening hours"),
        ),
        "emergency": (
            marked("No numbers are given out now"),
            _ASK_STAFF,
        ),
        "restoring": (
            marked("No numbers are given out for a moment"),
            marked("The hall is being restored: please try again in a minute"),
        ),
        "person_limit": (
            marked("You have taken your numbers for today"),
            _ASK_STAFF,
        ),
        "identity_required": (
            marked("A number is given against an ID card"),
            _ASK_STAFF,
        ),
        "card_unknown": (
            marked("This card cannot be read here"),
            _ASK_STAFF,
        ),
        "cut_off": (
            marked("No number can be given out just now"),
            _LATER,
        ),
        "given_up": (
            marked("The number has been given up"),
            marked("You can take another one"),
        ),
        "disk_full": (
            marked("This kiosk is out of order"),
            _ASK_STAFF,
        ),
        "disk_broken": (
            marked("This kiosk is out of order"),
            _ASK_STAFF,
        ),
    }
)

_FAULTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "paper_end": marked("The printer has no paper"),
        "cover_open": marked("The printer's cover is open"),
        "no_answer": marked("The printer does not answer"),
    }
)


def sorry(code: str) -> tuple[Bilingual, Bilingual]:
    """Why there is no number, and what to do."""
    title, detail = _SORRY.get(code, _SORRY["cut_off"])
    return both(title), both(detail)


def without_numbers(since: str | None) -> tuple[Bilingual, Bilingual]:
    """Why a cut-off kiosk that has no numbers of its own gives out none."""
    title = both(_SORRY["cut_off"][0])
    if since is None:
        return title, both("This kiosk has no link to the hall: please ask the staff")
    return title, both(
        "This kiosk has had no link to the hall since {since}: please ask the staff", since=since
    )


def out_of_order(code: str) -> bool:
    """Whether it is the kiosk that does not do its work."""
    return code.startswith("disk_")


def printer_fault(code: str) -> Bilingual:
    """What is wrong with the printer."""
    return both(_FAULTS.get(code, marked("The ticket was not printed")))


def printer_hint(code: str) -> Bilingual:
    """The same before anybody has taken a number."""
    return both("{fault}: numbers are shown on the screen", fault=printer_fault(code))
