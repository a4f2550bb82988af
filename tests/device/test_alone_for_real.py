"""A counter with a real hub that goes away: whom it calls, a restart meanwhile, and the return."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.kit import HubProcess, Layout, UnitProcess, open_counter, running, wait_for
from wire.ids import new_id

pytestmark = pytest.mark.slow


def drawn(unit: UnitProcess, screen: str, **wanted: object) -> None:
    """Wait until this is what the unit has drawn last."""

    def shown() -> bool | None:
        lines = [line for line in unit.look() if "drawn" in line]
        last = lines[-1] if lines else {}
        return True if ({"drawn": screen} | wanted).items() <= last.items() else None

    wait_for(shown, f"the unit to show {screen} {wanted}")


def called_by_the_hub(unit: UnitProcess, number: str) -> None:
    """A hub that answers late leaves the counter to itself: then the clerk presses once more."""

    def called() -> bool | None:
        last = ([line for line in unit.look() if "drawn" in line] or [{}])[-1]
        if (last.get("drawn"), last.get("link")) == ("idle", "live"):
            unit.press("next")
        shown = (last.get("drawn"), last.get("number"), last.get("link"))
        return True if shown == ("calling", number, "live") else None

    wait_for(called, f"the unit to call {number}")


def served_without_number(unit: UnitProcess) -> None:
    unit.press("next")
    drawn(unit, "offering", link="alone")

    def confirmed() -> bool | None:
        unit.press("next")  # too soon after the first it does not count
        last = ([line for line in unit.look() if "drawn" in line] or [{}])[-1]
        return True if last.get("drawn") == "serving" else None

    wait_for(confirmed, "the unit to serve without a number")


def test_a_counter_goes_on_alone_over_a_restart_and_the_hub_takes_it_all_in(
    tmp_path: Path,
) -> None:
    layout = Layout(tmp_path, counters=1)
    hub = HubProcess(layout)
    with running(hub):
        hub.wait_ready()
        unit = UnitProcess(layout, 1)
        with running(unit):
            unit.wait_panel()
            open_counter(hub.api, 1, "alone")
            for _ in range(2):
                hub.api.post("/api/tickets", {"service": "s1"}, new_id())
            called_by_the_hub(unit, "A001")
            wait_for(lambda: (tmp_path / "unit-1" / "last-state.json").exists() or None, "a memory")
            hub.end()
            drawn(unit, "calling", number="A001", link="alone")
            unit.press("no_show")
            drawn(unit, "idle", link="alone")
            unit.press("next")
            drawn(unit, "calling", number="A002", link="alone")
            unit.kill()
        unit = UnitProcess(layout, 1)
        with running(unit):
            unit.wait_panel()
            drawn(unit, "calling", number="A002", link="alone")
            unit.press("done")
            drawn(unit, "inviting", number="A002", link="alone")
            unit.press("rating-5")
            drawn(unit, "thanks", number="A002", link="alone")
            drawn(unit, "idle", link="alone")
            served_without_number(unit)
            hub = HubProcess(layout)
            with running(hub):
                hub.wait_ready()
                drawn(unit, "serving", number="", link="live")
                unit.press("done")
                drawn(unit, "inviting", number="", link="live")
