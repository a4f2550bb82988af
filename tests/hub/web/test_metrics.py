"""What Prometheus reads: valid text, and the figures of the hall."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families as families

from hub.core import events as e
from tests.hub.web.conftest import House

pytestmark = pytest.mark.slow  # real HTTP, and a journal on disk


def figures(house: House) -> dict[tuple[str, ...], float]:
    """Each figure by its name and the values of its labels."""
    answer = house.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    found = {}
    for family in families(answer.text):
        assert family.documentation
        for sample in family.samples:
            found[(sample.name, *sample.labels.values())] = sample.value
    return found


def test_the_figures_are_those_of_the_hall(house: House) -> None:
    house.open()
    house.take()
    house.clock.skip(300)
    house.take("social")
    before = figures(house)
    assert before["nextwindow_waiting", "residence"] == 1
    assert before["nextwindow_longest_wait_seconds", "residence"] >= 300
    assert before["nextwindow_counters", "idle"] == 1
    assert before["nextwindow_counters", "closed"] == 1
    assert before["nextwindow_units", "silent"] == 2
    assert before["nextwindow_broker_up",] == 1
    assert before["nextwindow_storage_error",] == 0
    assert house.command("next").status_code == 200
    after = figures(house)
    assert after["nextwindow_calls_total",] == before["nextwindow_calls_total",] + 1
    assert after["nextwindow_waiting", "residence"] == 0
    assert after["nextwindow_counters", "called"] == 1
    rounds = "nextwindow_commit_seconds_count"
    assert after[rounds,] > before[rounds,]
    assert after["nextwindow_commit_seconds_bucket", "+Inf"] == after[rounds,]


def test_ratings_and_what_is_unrated_are_counted_by_level(house: House) -> None:
    house.open()
    house.take()
    house.command("next")
    call = house.counter()["ticket"]
    assert call is not None
    assert house.command("done").status_code == 200
    assert figures(house)["nextwindow_ratings_today", "satisfied"] == 0

    done: list[str] = house.service.ask(lambda t: list(t.hall.calls)).result(60)
    [call_id] = done
    event = e.Rated(
        house.clock.now(),
        "unit-1",
        "box",
        1,
        "c1",
        "wang",
        call_id,
        "t",
        "satisfied",
        900,
        "exact",
        counted=True,
        why_not=None,
    )
    house.tell(lambda transaction: transaction.happen([event]))
    assert figures(house)["nextwindow_ratings_today", "satisfied"] == 1


def test_a_full_disk_shows(house: House) -> None:
    house.service.storage_error = "full"
    assert figures(house)["nextwindow_storage_error",] == 1
