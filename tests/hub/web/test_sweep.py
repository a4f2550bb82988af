"""The operator sees what kiosks printed while they were cut off, and closes what was served."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.core.examples import record_of
from tests.hub.core.test_kiosk import issued
from tests.hub.web.conftest import MORNING, House, plan
from wire.clock import rfc3339

pytestmark = pytest.mark.slow  # real HTTP, and a journal on disk


@pytest.fixture
def cut_off(folder: Path) -> Iterator[House]:
    """A hall whose kiosk has printed three numbers alone, one a minute."""
    house = House(folder, plan(kiosks=[{"unit": "kiosk-1", "prefix": "K"}]))
    previous = "0" * 64
    for at in (1, 2, 3):
        wall = rfc3339(MORNING - 600 + 60 * at)
        body = issued(f"K00{at}", "residence", f"paper-{at}", wall=wall)
        record = record_of(body, at, previous, "outbox-k")
        previous = record.hash
        house.tell(lambda t, r=record: t.record("kiosk-1", r))  # type: ignore[misc]
    yield house
    house.close()


def test_what_was_printed_alone_is_shown_oldest_first(cut_off: House) -> None:
    alone = cut_off.client.get("/api/hall").json()["alone"]
    assert [number["number"] for number in alone] == ["K001", "K002", "K003"]
    assert alone[0]["at"] < alone[0]["before"] < alone[1]["at"]
    assert "alone-panel" in cut_off.client.get("/").text


def test_one_click_closes_those_that_were_served(cut_off: House) -> None:
    alone = cut_off.client.get("/api/hall").json()["alone"]
    answer = cut_off.wish("sweeps", "once", before=alone[1]["before"])
    assert (answer.status_code, answer.json()["outcome"]) == (200, "done")
    assert cut_off.wish("sweeps", "once", before=alone[1]["before"]).content == answer.content
    left = cut_off.client.get("/api/hall").json()["alone"]
    assert [number["number"] for number in left] == ["K003"]
    assert cut_off.ticket("paper-1")["state"] == "cancelled"
    again = cut_off.wish("sweeps", before=alone[1]["before"])
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_sweep")


def test_a_sweep_without_a_time_is_refused(cut_off: House) -> None:
    assert cut_off.wish("sweeps").status_code == 422
    assert cut_off.wish("sweeps", before="2026-03-02T10:00:00").status_code == 422
    assert len(cut_off.client.get("/api/hall").json()["alone"]) == 3
