"""Advice while a day is replayed: written down, and followed if so set."""

from __future__ import annotations

from statistics import fmean

import pytest

from hub.core.audit import Audit
from hub.core.events import Event
from hub.core.hall import Hall
from hub.replay.advice import AdviceWatcher
from hub.replay.engine import Replay, Setting
from hub.replay.generate import generate
from hub.replay.sites import SCENARIOS
from hub.replay.trace import Arrival

DAY = generate(*SCENARIOS["tiny"], seed=5, day=0)


class Keeper(AdviceWatcher):
    """Keeps every event too."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Event] = []

    def issued(self, hall: Hall, ticket: str, arrival: Arrival, now: float) -> None:
        super().issued(hall, ticket, arrival, now)
        assert ticket in hall.tickets

    def happened(self, hall: Hall, event: Event) -> None:
        super().happened(hall, event)
        self.events.append(event)


def run(*, automatic: bool, watched: bool = True) -> tuple[Replay, Keeper, float]:
    keeper = Keeper()
    setting = Setting(policy="fcfs", skills="primary", automatic=automatic)
    replay = Replay(DAY, setting, [keeper] if watched else [])
    return replay, keeper, fmean(call.wait_s for call in replay.run())


def test_followed_advice_shortens_the_wait_and_breaks_no_rule() -> None:
    replay, keeper, wait_s = run(automatic=True)
    _, _, alone_s = run(automatic=True, watched=False)
    assert wait_s < 0.8 * alone_s
    assert Audit().read(keeper.events) == []
    skills = {window.id: window.skills for window in DAY.windows}
    assert all(call.arrival.service in skills[call.window] for call in replay.served)
    rows = list(keeper.advice_rows(replay.names))
    assert keeper.moves == sum(row[-1] == "applied" for row in rows) > 0


def test_advice_that_nobody_follows_changes_nothing() -> None:
    _, keeper, wait_s = run(automatic=False)
    _, _, alone_s = run(automatic=False, watched=False)
    assert wait_s == alone_s
    assert keeper.moves == 0


def test_each_advice_is_a_row_with_its_outcome() -> None:
    replay, keeper, _ = run(automatic=False)
    rows = list(keeper.advice_rows(replay.names))
    assert rows
    times = [float(str(row[0])) for row in rows]
    assert times == sorted(times)
    assert len({row[1] for row in rows}) == len(rows)
    for _, _, action, window, service, gain_min, outcome in rows:
        assert outcome in {"pointless", "stands"}
        assert window in {0, 1, 2, 3}
        if action in {"open", "close"}:
            assert service == ""
        else:
            assert service in DAY.windows[int(str(window))].skills
        if action == "add":
            assert float(str(gain_min)) > 0


@pytest.mark.parametrize("skills", ["all", "recorded"])
def test_where_every_skill_is_served_nothing_is_added(skills: str) -> None:
    keeper = Keeper()
    replay = Replay(DAY, Setting(skills=skills, automatic=True), [keeper])  # type: ignore[arg-type]
    replay.run()
    assert keeper.moves == 0
    assert {row[2] for row in keeper.advice_rows(replay.names)} <= {"close"}
