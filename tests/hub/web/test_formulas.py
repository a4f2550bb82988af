"""Names and words that look like formulas: no file that is taken away holds one."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from hub.core import events as e
from hub.transaction import Transaction
from hub.web.rights import declared
from tests.hub.web.conftest import House, plan

pytestmark = pytest.mark.slow  # real HTTP, and a journal on disk

FORMULA = "=cmd|' /C calc'!A0"
NAME = {"zh": FORMULA, "en": FORMULA}
DAYS = "from=2026-03-01&to=2026-03-02&level=all"


def _hall() -> Any:
    """A hall whose every name is a formula."""
    levels = ("very_satisfied", "satisfied", "fairly_satisfied", "dissatisfied")
    tags = [{"code": "@SUM(1)", "name": NAME}]
    pin = plan().clerks[0].pin_hash
    return plan(
        hall={"id": "civic", "name": NAME},
        services=[{"id": "residence", "name": NAME, "prefix": "A"}],
        counters=[{"id": "c1", "number": "+1", "name": NAME, "services": ["residence"]}],
        clerks=[{"id": "wang", "name": FORMULA, "pin_hash": pin}],
        rating={"levels": [{"level": x, "name": NAME, "tags": tags} for x in levels]},
    )


def _rate(t: Transaction) -> None:
    call = t.hall.calls[str(t.hall.counters["c1"].last_call)]
    rated = ("unit-1", "o", 1, "c1", "wang", call.call_id, call.ticket, "dissatisfied", 2500)
    t.happen([e.Rated(t.now, *rated, "run", counted=True, why_not=None)])
    tagged = ("unit-1", "o", 2, "c1", call.call_id, call.ticket, ("@SUM(1)",), "run")
    t.happen([e.RatingTagged(t.now, *tagged, counted=True, why_not=None)])


def _fields(path: str, content: bytes) -> list[tuple[str, bool]]:
    """Every text in a file, and whether a spreadsheet would reckon with it."""
    if path.endswith(".csv"):
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
        return [
            (field, field.startswith((*"=+-@\t\uff1d\uff0b\uff0d\uff20",)))
            for row in rows
            for field in row
        ]
    book = load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    return [(str(cell.value), cell.data_type == "f") for cell in cells if cell.value is not None]


def test_no_file_holds_a_formula(folder: Path) -> None:
    house = House(folder, _hall())
    house.open()
    house.take()
    for action in ("next", "done"):
        assert house.command(action).status_code == 200
    house.tell(_rate)
    files = [r.path for r in declared(house.app) if r.path.endswith((".csv", ".xlsx"))]
    assert len(files) >= 3
    for path in files:
        answer = house.client.get(f"{path}?{DAYS}")
        assert answer.status_code == 200, path
        fields = _fields(path, answer.content)
        assert any(FORMULA in text for text, _ in fields), path
        assert [text for text, reckons in fields if reckons] == [], path
    house.close()
