"""A hall with a board and a kiosk, and its units, each with its usual peripherals, emulated."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from bench.kit import Layout, UnitProcess, section, wait_for

ROLES: Final = ("counter", "board", "kiosk")


@dataclass(frozen=True)
class PlacedLayout(Layout):
    """A hall with units that stand at no counter: `board-1`, `kiosk-1`, of the roles `placed`."""

    placed: tuple[str, ...] = ("board", "kiosk")

    def write_hall(self) -> Path:
        """Write hall.toml and return its path."""
        file = super().write_hall()
        for role in self.placed:
            more = {"prefix": "K"} if role == "kiosk" else {}
            append(file, section(f"[{role}s]", unit=unit_of(role), **more))
        return file

    def write_placed(self, role: str, size: str = "1280x800", **further: dict[str, Any]) -> Path:
        """Write board-1.toml or kiosk-1.toml with `further` sections, and return its path."""
        unit = unit_of(role)
        sections: dict[str, dict[str, Any]] = {
            "unit": {"id": unit, "hall": "test", "role": role, "state": str(self.folder / unit)},
            "broker": {"url": self.broker_url},
            "hardware": {"kind": "emulated"},
            "display": {"mode": "offscreen", "size": size},
            "panel": {"port": 0},
            "clock": self.scaled("origin"),
            **further,
        }
        file = self.folder / f"{unit}.toml"
        text = "\n".join(section(name, **values) for name, values in sections.items())
        file.write_text(text, encoding="utf-8")
        return file


@dataclass(frozen=True)
class RoleLayout(PlacedLayout):
    """A hall of one counter with a board and a kiosk."""

    counters: int = 1

    def write_role(self, role: str) -> Path:
        """Write the file of the unit in this role and return its path."""
        peripherals = PERIPHERALS[role]
        if role != "counter":
            return self.write_placed(role, _SIZES[role], **peripherals)
        file = self.write_unit(1)
        append(file, *(section(name, **values) for name, values in peripherals.items()))
        return file


def append(file: Path, *sections: str) -> None:
    """Add sections to a TOML file."""
    with file.open("a", encoding="utf-8") as more:
        more.write("\n" + "\n".join(sections))


_SIZES = {"board": "1920x1080", "kiosk": "1280x800"}
_SPOKEN = {"speech": {"kind": "syn6288"}, "voice": {"output": "module"}}
PERIPHERALS: Final = MappingProxyType(
    {
        "counter": {"sign": {"kind": "framing-1"}, **_SPOKEN},
        "board": _SPOKEN,
        "kiosk": {
            "printer": {"kind": "escpos", "transport": "serial"},
            "card_reader": {"kind": "sam"},
        },
    }
)
"""The sections of a role's usual peripherals."""


def unit_of(role: str) -> str:
    """The id of the unit in a role."""
    return "unit-1" if role == "counter" else f"{role}-1"


class UnitOfRole(UnitProcess):
    """`counter-unit run` in one of the roles."""

    def __init__(self, layout: RoleLayout, role: str) -> None:
        super().__init__(layout, 1, layout.write_role(role))

    def wait_live(self) -> None:
        """Wait until it shows what the hub says."""
        wait_for(self._live, f"{self.name} to hear the hub")

    def _live(self) -> bool:
        lines = [line for line in self.look() if "drawn" in line]
        return any(line.get("link") == "live" or line.get("alone") is False for line in lines)
