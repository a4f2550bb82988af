"""The `unit.toml` that a unit in a place of the plan needs. PURE."""

from __future__ import annotations

import json

from hub.core.plan import Plan
from wire.messages import Role

_HARDWARE = """
[hardware]
kind = "real"

[display]
mode = "kms"
size = "{size}"
"""

_SIZES = {Role.COUNTER: "1024x600", Role.BOARD: "1920x1080", Role.KIOSK: "1080x1920"}

_PRINTER = """
[printer]
transport = "usb"
port = "/dev/usb/lp0"
width_mm = 80
"""


def unit_file(plan: Plan, unit: str, broker: str, *, outside: bool) -> str | None:
    """The file's text; None for a unit that is not in the plan.

    `outside`: the broker asks for a name and a password, which this file only points to.
    """
    role = plan.role_of_unit.get(unit)
    if role is None:
        return None
    lines = [
        "# /etc/nextwindow/unit.toml: pins, peripherals and voice as in docs/wiring.md",
        "[unit]",
        f'id = "{unit}"',
        f'hall = "{plan.hall.id}"',
        f'role = "{role}"',
    ]
    if role is Role.COUNTER:
        lines.append(f'counter = "{plan.counter_of_unit[unit]}"')
    lines += ['state = "/var/lib/nextwindow-unit"', "", "[broker]", f"url = {json.dumps(broker)}"]
    if outside:
        lines.append(f'user = "{unit}"')
        lines.append(f'password_file = "/etc/nextwindow/{unit}.password"')
    text = "\n".join(lines) + "\n" + _HARDWARE.format(size=_SIZES[role])
    return text + _PRINTER if role is Role.KIOSK else text
