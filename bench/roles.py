"""A hall with a unit of each role, every one of them with its usual peripherals, emulated."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bench.kit import Layout, Program, script, section, wait_for

ROLES = ("counter", "board", "kiosk")


@dataclass(frozen=True)
class RoleLayout(Layout):
    """A hall of one counter with a board and a kiosk."""

    counters: int = 1

    def write_hall(self) -> Path:
        """Write hall.toml and return its path."""
        file = super().write_hall()
        with file.open("a", encoding="utf-8") as more:
            more.write("\n" + section("[boards]", unit=unit_of("board")))
            more.write("\n" + section("[kiosks]", unit=unit_of("kiosk"), prefix="K"))
        return file

    def write_role(self, role: str) -> Path:
        """Write the file of the unit in this role and return its path."""
        counter = {"counter": "c1"} if role == "counter" else {}
        state = str(self.folder / unit_of(role))
        parts = [
            section("unit", id=unit_of(role), hall="test", role=role, state=state, **counter),
            section("broker", url=self.broker_url),
            section("hardware", kind="emulated"),
            section("display", mode="offscreen", size=_SIZES[role]),
            section("panel", port=0),
            *_PERIPHERALS[role],
        ]
        file = self.folder / f"{unit_of(role)}.toml"
        file.write_text("\n".join(parts), encoding="utf-8")
        return file


_SIZES = {"counter": "1024x600", "board": "1920x1080", "kiosk": "1280x800"}
_SPOKEN = [section("speech", kind="syn6288"), section("voice", output="module")]
_PERIPHERALS = {
    "counter": [section("sign", kind="framing-1"), *_SPOKEN],
    "board": _SPOKEN,
    "kiosk": [
        section("printer", kind="escpos", transport="serial"),
        section("card_reader", kind="sam"),
    ],
}


def unit_of(role: str) -> str:
    """The id of the unit in a role."""
    return "unit-1" if role == "counter" else f"{role}-1"


class UnitOfRole(Program):
    """`counter-unit run` in one of the roles."""

    def __init__(self, layout: RoleLayout, role: str) -> None:
        file = layout.write_role(role)
        command = [script("counter-unit"), "run", str(file), "--until-eof", "--trace"]
        super().__init__(command, layout.folder / f"{unit_of(role)}.log")
        self._role = role

    def wait_live(self) -> None:
        """Wait until it shows what the hub says."""
        wait_for(self._live, f"the {self._role} to hear the hub")

    def _live(self) -> bool:
        lines = [line for line in self.traced() if "drawn" in line]
        return any(line.get("link") == "live" or line.get("alone") is False for line in lines)
