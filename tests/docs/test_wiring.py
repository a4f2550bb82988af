"""docs/wiring.md and its drawing: every key and lamp on the pin that the configuration has."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from device.configuration import KeysSection, LampsSection

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "wiring.md").read_text(encoding="utf-8")
DRAWING = (ROOT / "docs" / "wiring.svg").read_text(encoding="utf-8")
EXAMPLE = (ROOT / "device" / "unit.example.toml").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+) \| (\d+) \| `([\w-]+)` \| .+ \| (on|off) \|$", TEXT, re.MULTILINE)
LEVELS = range(5, 0, -1)
LEFT = (None, 2, 3, 4, None, 17, 27, 22, None, 10, 9, 11, None, 0, 5, 6, 13, 19, 26, None)
RIGHT = (*[None] * 3, 14, 15, 18, None, 23, 24, None, 25, 8, 7, 1, None, 12, None, 16, 20, 21)
HEADER = {
    gpio: 2 * row + column
    for column, gpios in enumerate((LEFT, RIGHT), 1)
    for row, gpio in enumerate(gpios)
    if gpio is not None
}
"""The pin of the header that each GPIO is on, the same on every Raspberry Pi with 40 pins."""


def pins(keys: KeysSection, lamps: LampsSection) -> Iterator[tuple[str, int]]:
    """Each key and lamp that has a pin, by the name that it has in the table."""
    for level, key, lamp in zip(LEVELS, keys.rating, lamps.rating, strict=True):
        yield f"rating-{level}", key
        yield f"lamp-{level}", lamp
    for name in KeysSection.model_fields.keys() - {"rating", "source", "debounce_ms"}:
        pin = getattr(keys, name)
        if pin is not None:
            yield name, pin


def in_file(text: str) -> dict[str, int]:
    raw = tomllib.loads(text)
    return dict(pins(KeysSection(**raw["keys"]), LampsSection(**raw["lamps"])))


def rows(*states: str) -> dict[str, int]:
    return {name: int(pin) for pin, _, name, state in ROWS if state in states}


def test_the_table_says_what_the_example_and_the_defaults_have() -> None:
    assert rows("on") == in_file(EXAMPLE)
    assert rows("on") == dict(pins(KeysSection(), LampsSection()))


def test_what_is_off_are_the_keys_that_the_example_has_commented_out() -> None:
    pin_map = EXAMPLE.partition("[voice]")[0]
    switched_on = re.sub(r"^# (\w+ = \d+ )", r"\1", pin_map, flags=re.MULTILINE)
    assert rows("on", "off") == in_file(switched_on)


def test_no_pin_stands_there_twice_and_each_is_where_the_header_has_it() -> None:
    assert len({pin for pin, *_ in ROWS}) == len({name for _, _, name, _ in ROWS}) == len(ROWS)
    assert {int(pin): int(place) for pin, place, *_ in ROWS}.items() <= HEADER.items()


def test_the_drawing_has_the_same_pins() -> None:
    drawn = re.findall(r">GPIO(\d+) · ([\w-]+)</text>", DRAWING)
    serial = {"TXD": 14, "RXD": 15}
    assert {name: int(pin) for pin, name in drawn} == {**rows("on", "off"), **serial}
    assert len(drawn) == len(ROWS) + len(serial)


def test_lamps_are_checked_and_driven_as_they_are_wired() -> None:
    driven = re.findall(r"^\| (\d) \| (\d+) \| (\d) \| (\d+) \|$", TEXT, re.MULTILINE)
    assert {f"lamp-{level}": int(pin) for level, pin, *_ in driven} == {
        name: pin for name, pin in rows("on").items() if name.startswith("lamp-")
    }
    assert [int(taken) + int(out) for _, _, taken, out in driven] == [19] * 5  # across the chip
    lamps, keys = (
        [int(pin) for pin in found.split(", ")]
        for found in re.findall(r"for pin in \(([\d, ]+)\)", TEXT)
    )
    assert sorted(lamps + keys) == sorted(rows("on", "off").values())
    assert lamps == list(LampsSection().rating)
