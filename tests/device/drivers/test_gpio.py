"""Keys and lamps through gpiozero, on its mock pins; the registry that finds them."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from device.drivers.gpio import MockedFront, RealFront
from device.drivers.ports import EmulatedFront, KeyEdge, Wiring
from device.drivers.registry import FRONTS, make_front
from wire.errors import HardwareError, UnknownHardware

WIRING = Wiring(keys={"rating-5": 5, "next": 17}, lamps={"rating-5": 12, "rating-1": 25})


@pytest.fixture
def edges() -> list[KeyEdge]:
    return []


@pytest.fixture
def front(edges: list[KeyEdge]) -> Iterator[MockedFront]:
    front = MockedFront(WIRING)
    front.start(edges.append)
    yield front
    front.close()


def test_a_press_is_two_edges_in_order_of_time(front: MockedFront, edges: list[KeyEdge]) -> None:
    front.press("rating-5", 0.0)
    assert [(edge.name, edge.closed) for edge in edges] == [("rating-5", True), ("rating-5", False)]
    assert edges[0].at_ms <= edges[1].at_ms


def test_a_press_from_another_thread_reaches_the_sink(
    front: MockedFront, edges: list[KeyEdge]
) -> None:
    thread = threading.Thread(target=front.press, args=["next", 0.0])
    thread.start()
    thread.join()
    assert [edge.name for edge in edges] == ["next", "next"]


def test_it_knows_the_keys_that_have_a_pin(front: MockedFront) -> None:
    assert front.keys == {"rating-5", "next"}


def test_a_key_that_is_not_there_cannot_be_pressed(front: MockedFront) -> None:
    with pytest.raises(KeyError):
        front.press("transfer", 0.0)


def test_lamps_are_lit_as_told_and_go_out_at_the_end(front: MockedFront) -> None:
    assert not front.lit
    front.light(frozenset({"rating-5"}))
    assert front.lit == {"rating-5"}
    front.light(frozenset({"rating-1"}))
    assert front.lit == {"rating-1"}
    front.close()
    assert not front.lit


def test_pins_that_cannot_be_used_are_a_hardware_error() -> None:
    front = MockedFront(Wiring(keys={"next": 5}, lamps={"rating-5": 5}))
    with pytest.raises(HardwareError, match="GPIO pins"):
        front.start(lambda _edge: None)


def test_each_registered_front_is_found_by_its_name() -> None:
    assert isinstance(make_front("emulated", WIRING), EmulatedFront)
    real = make_front("real", WIRING)
    assert isinstance(real, RealFront)
    assert not isinstance(real, EmulatedFront)


def test_an_unknown_name_lists_the_choices() -> None:
    with pytest.raises(UnknownHardware, match=", ".join(sorted(FRONTS))):
        make_front("simulated", WIRING)


def test_waiting_for_keys_takes_no_thread(front: MockedFront) -> None:
    assert not [thread for thread in threading.enumerate() if "held" in thread.name]
