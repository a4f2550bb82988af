"""A lane: what is passed on when, and acknowledged in which order."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.mqtt.lane import Lane
from wire.link import Delivery


@dataclass
class Parcel:
    delivery: Delivery
    finished: bool = False


def parcel(mid: int) -> Parcel:
    return Parcel(Delivery(1, mid, "t", b"", retained=False))


@settings(max_examples=25)
@given(st.data(), st.integers(1, 12), st.integers(1, 4))
def test_few_at_once_are_passed_on_and_all_acknowledged_in_order(
    data: st.DataObject, count: int, at_once: int
) -> None:
    open_: list[Parcel] = []
    passed: list[int] = []
    acknowledged: list[int] = []
    coming = [parcel(mid) for mid in range(count)]

    def pass_on(item: Parcel) -> None:
        open_.append(item)
        passed.append(item.delivery.mid)

    lane = Lane(pass_on, lambda delivery: acknowledged.append(delivery.mid), at_once)
    while coming or open_:
        if coming and (not open_ or data.draw(st.booleans())):
            lane.take(coming.pop(0))
        else:
            done = open_.pop(data.draw(st.integers(0, len(open_) - 1)))
            done.finished = True
            lane.finished()
        assert len(open_) <= at_once
    assert passed == acknowledged == list(range(count))
