from __future__ import annotations

from dataclasses import replace

import pytest

from hub.forecast.scene import Duty, PolicyScene, Scene, SceneError, TicketScene
from hub.forecast.waits import Forecast, Wait
from tests.hub.forecast.scenes import counter, line, scene, service


def test_a_scene_survives_the_pipe() -> None:
    busy = counter(
        "c1", "a", "b", duty=Duty.SERVING, service="a", for_s=9.5, breaks=((5.0, 60.0),), speed=1.1
    )
    tickets = (*line("a", 2), TicketScene("x", "b", -5.0, "vip", "c1"))
    policy = PolicyScene("pressure", {"vip": 600.0}, 2, 4.0)
    hall = scene((service("a"), service("b", labelled="c1")), (busy,), tickets, policy)
    for each in (hall, replace(hall, issues_until=99.0)):
        assert Scene.load(each.dump()) == each


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"now": 1, "services": 3}', scene((), ()).dump()[:-9]]
)
def test_what_is_not_a_scene_is_refused(data: bytes) -> None:
    with pytest.raises(SceneError, match="not a scene"):
        Scene.load(data)


def test_a_forecast_ages_with_the_clock() -> None:
    forecast = Forecast(1000.0, {"t": Wait(60, 300, 900)}, {"a": Wait(0, 10, 20)})
    assert forecast.age_s(1045.0) == 45
    assert forecast.ticket("t", 1120.0) == Wait(0, 180, 780)
    assert forecast.ticket("t", 990.0) == Wait(60, 300, 900)  # a clock that went back a little
    assert forecast.ticket("nobody", 1120.0) is None
    assert forecast.service("a") == Wait(0, 10, 20)
    assert forecast.service("b") is None


def test_what_is_shown_is_rounded_outward() -> None:
    assert Wait(119, 200, 301).outward() == (60, 360)
    assert Wait(120, 200, 300).outward() == (120, 300)
    assert Wait(120, 200, 301).outward(300) == (0, 600)
