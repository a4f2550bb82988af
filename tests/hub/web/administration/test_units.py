"""The units' pages: what is known of each, and a broken one replaced."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from device.configuration import UnitSettings
from hub.core import events as e
from hub.web.administration.unit_file import unit_file
from tests.hub.core.units import hello, renew
from tests.hub.web.conftest import House, plan
from wire.settings import parse

HOME = "/administration/units"


def say(house: House, what: str, unit: str, message: Any) -> None:
    house.tell(lambda t: getattr(t, what)(unit, message))


def row(house: House, unit: str) -> str:
    page = str(house.client.get(f"{HOME}?lang=en").text)
    found = [part for part in page.split("<tr") if f'<th scope="row">{unit}</th>' in part]
    assert len(found) == 1, unit
    return found[0]


def test_a_unit_s_version_and_place_and_faults(house: House) -> None:
    assert "has never said hello" in row(house, "unit-1")
    say(house, "hello", "unit-1", hello("run-1", software="0.9.1"))
    house.tell(
        lambda t: t.happen([e.HealthNoted(t.now, "unit-1", "printer", False, "paper_end", "")])
    )
    found = row(house, "unit-1")
    for text in ("Counter 1", "heard", "0.9.1", "run-1", "outbox-1"[:8], "is out of paper"):
        assert text in found, text


def test_boards_and_kiosks_are_called_by_their_numbers(tmp_path: Path) -> None:
    boards = [{"unit": "left", "services": []}, {"unit": "right", "services": []}]
    house = House(tmp_path, plan(boards=boards, kiosks=[{"unit": "door", "prefix": "K"}]))
    assert "Board 1<" in row(house, "left")
    assert "Board 2<" in row(house, "right")
    assert "Kiosk 1<" in row(house, "door")
    house.close()


def test_a_twin_and_a_stranger_are_named(house: House) -> None:
    say(house, "hello", "unit-1", hello("run-1"))
    say(house, "hello", "unit-1", hello("run-2", outbox="outbox-2"))
    assert "A second machine with this id was turned away" in row(house, "unit-1")
    say(house, "hello", "unit-9", hello("run-9"))
    assert "not in the plan" in row(house, "unit-9")
    say(house, "hello", "unit-2", hello("run-3", counter="c1"))
    assert "its unit.toml says another place" in row(house, "unit-2")
    say(house, "hello", "unit-2", hello("run-3", counter="c2"))
    assert "turned away" not in row(house, "unit-2")


def test_a_broken_unit_is_replaced(house: House) -> None:
    house.open()
    say(house, "hello", "unit-1", hello("run-1", board="old", outbox="old-outbox"))
    ticket = house.take()
    assert house.service.ask(lambda t: list(t.hall.grants)).result(20) == [ticket["id"]]
    house.clock.pass_time(30)
    house.tell(lambda t: t.missed_units())
    page = house.client.get(f"{HOME}/unit-1?lang=en").text
    assert "not heard" in page
    assert f"The unit is off, and {ticket['number']} was not called" in page
    answer = house.client.post(f"{HOME}/unit-1/not-called", data={"ticket": ticket["id"]})
    assert answer.status_code == 200  # after the way back
    assert house.service.ask(lambda t: list(t.hall.grants)).result(20) == []
    page = house.client.get(f"{HOME}/unit-1?lang=en&before=old-outb").text
    assert "Look again" in page
    assert "Done:" not in page
    say(house, "hello", "unit-1", hello("run-2", board="new", outbox="new-outbox"))
    say(house, "renew", "unit-1", renew("run-2", 1))
    page = house.client.get(f"{HOME}/unit-1?lang=en&before=old-outb").text
    assert "Done: a new machine is heard" in page


@pytest.mark.parametrize(
    ("unit", "outside"),
    [("unit-1", False), ("unit-2", True), ("board-1", True), ("kiosk-1", False)],
)
def test_the_file_of_a_unit_is_one_that_it_takes(unit: str, outside: bool) -> None:
    hall = plan(boards=[{"unit": "board-1"}], kiosks=[{"unit": "kiosk-1", "prefix": "K"}])
    text = unit_file(hall, unit, "mqtts://broker.hall.example:8883", outside=outside)
    assert text is not None
    read = parse(text, UnitSettings, "unit.toml")
    assert (read.unit.id, read.unit.hall) == (unit, "civic")
    assert read.unit.role == hall.role_of_unit[unit]
    assert read.unit.counter == hall.counter_of_unit.get(unit)
    assert (read.broker.user == unit) == outside
    assert unit_file(hall, "nobody", "mqtt://h", outside=False) is None


def test_the_file_names_the_broker_where_the_page_was_asked_for(house: House) -> None:
    answer = house.client.get(f"{HOME}/unit-1/unit.toml", headers={"host": "10.1.2.3:8600"})
    assert tomllib.loads(answer.text)["broker"]["url"] == "mqtt://10.1.2.3:1883"
    assert "attachment" in answer.headers["content-disposition"]
    assert house.client.get(f"{HOME}/nobody/unit.toml").status_code == 404
