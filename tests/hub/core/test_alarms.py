"""Alarms stand while their cause does; who has seen one is remembered for that time alone."""

from __future__ import annotations

from typing import Any

import pytest

from hub.core import events as e
from hub.core.alarms import KEPT, alarms, seen_by
from hub.core.commands import Acknowledge
from hub.core.hall import Hall
from hub.core.lateness import late_lines
from tests.hub.core.examples import Driver, make_plan, through_json
from wire import messages as w


@pytest.fixture
def d() -> Driver:
    driver = Driver(make_plan())
    driver.open("c1", "wang")
    return driver


def unit_of(d: Driver, counter: str = "c1") -> str:
    unit = d.hall.plan.counter[counter].unit
    assert unit is not None
    return unit


def join(d: Driver, unit: str) -> None:
    d.apply(e.UnitJoined(d.now, unit, "run", "outbox", 0, "", "1", d.now))


def standing(d: Driver) -> list[str]:
    return [alarm.key for alarm in alarms(d.hall)]


def see(d: Driver, *keys: str, since: float | None = None, by: str = "zhao") -> list[str]:
    decision = d.do(Acknowledge(keys, d.now if since is None else since, by))
    return [type(event).__name__ for event in decision.events] or [str(decision.code)]


def hot(d: Driver, on: bool = True) -> None:
    d.apply(e.Flagged(d.now, "hot", "line", "a", on, {"waiting": 9}))


def test_an_alarm_goes_with_its_cause_and_comes_back_unseen(d: Driver) -> None:
    hot(d)
    assert standing(d) == ["hot-line-a"]
    assert see(d, "hot-line-a") == ["AlarmAcknowledged"]
    (alarm,) = alarms(d.hall)
    seen = seen_by(d.hall, alarm)
    assert seen is not None
    assert (seen.by, seen.at) == ("zhao", d.now)
    d.pass_time(60)
    hot(d, on=False)
    assert standing(d) == []
    assert see(d, "hot-line-a") == ["unknown_alarm"]
    hot(d)
    (alarm,) = alarms(d.hall)
    assert seen_by(d.hall, alarm) is None


def test_two_who_see_it_at_once_are_one_fact_and_an_old_look_acknowledges_nothing_new(
    d: Driver,
) -> None:
    hot(d)
    before = d.now
    assert see(d, "hot-line-a") == ["AlarmAcknowledged"]
    assert see(d, "hot-line-a", by="qian") == ["None"]
    hot(d, on=False)
    d.pass_time(60)
    hot(d)
    assert see(d, "hot-line-a", since=before) == ["stale"]


def test_a_counter_that_serves_is_alone_and_any_other_unit_is_lost(d: Driver) -> None:
    unit = unit_of(d)
    join(d, unit)
    d.apply(e.HealthNoted(d.now, unit, "sign", False, "no_answer", ""))
    assert [(a.kind, a.part) for a in alarms(d.hall)] == [("fault", "sign")]
    d.apply(e.UnitLost(d.now, unit))
    (alarm,) = alarms(d.hall)
    assert (alarm.kind, alarm.key) == ("alone", f"lost-{unit}")
    see(d, alarm.key)
    d.press("c1", "close")
    (alarm,) = alarms(d.hall)
    assert alarm.kind == "lost"
    assert seen_by(d.hall, alarm) is not None  # the same cause


def test_a_closed_hall_does_not_call_anybody_about_what_is_switched_off(d: Driver) -> None:
    unit = unit_of(d)
    join(d, unit)
    d.press("c1", "close")
    d.apply(e.UnitLost(d.now, unit))
    assert standing(d) == [f"lost-{unit}"]
    d.apply(e.HallClosed(d.now))
    assert standing(d) == []


def test_a_fault_is_as_old_as_when_it_was_first_noted(d: Driver) -> None:
    unit = unit_of(d)
    join(d, unit)
    began = d.now
    for code in ("no_answer", "refused"):
        d.apply(e.HealthNoted(d.now, unit, "sign", False, code, ""))
        d.pass_time(60)
    join(d, unit)  # a start of the unit alone mends nothing
    assert [alarm.since for alarm in alarms(d.hall)] == [began]
    d.apply(e.HealthNoted(d.now, unit, "sign", True, None, ""))
    assert d.hall.units[unit].faulty_since == {}


def test_an_emergency_and_an_overdue_pause_are_alarms(d: Driver) -> None:
    text = {"zh": "请撤离", "en": "Leave"}
    began = d.now
    d.apply(e.NoticeSet(d.now, None, text, "zhao"))
    d.pass_time(5)
    d.apply(e.NoticeSet(d.now, None, {**text, "en": "Leave now"}, "zhao"))
    assert [(a.kind, a.since) for a in alarms(d.hall)] == [("emergency", began)]
    d.apply(e.NoticeSet(d.now, None, None, "zhao"))
    d.at("c1", w.Pause(action="pause", reason="meal", minutes=5))
    d.pass_time(900)
    assert [a.kind for a in alarms(d.hall)] == ["away"]


def test_what_only_the_shell_knows_can_be_seen_too(d: Driver) -> None:
    assert see(d, "broker") == ["AlarmAcknowledged"]
    assert see(d, "weather") == ["unknown_alarm"]


def test_acknowledgements_do_not_pile_up(d: Driver) -> None:
    for n in range(KEPT + 5):
        d.apply(e.AlarmAcknowledged(d.now, f"lost-u{n}", d.now, "zhao"))
    assert len(d.hall.desk.seen) == KEPT
    hot(d)
    see(d, "hot-line-a")
    d.pass_time(86_400)
    assert d.hall.desk.seen == {}


def test_what_was_seen_survives_a_snapshot(d: Driver) -> None:
    hot(d)
    see(d, "hot-line-a")
    again = Hall.load(through_json(d.hall.dump()))
    assert again.desk == d.hall.desk
    assert again.dump() == d.hall.dump()


def late(d: Driver) -> list[tuple[str, bool]]:
    changes = late_lines(d.hall, d.now)
    for change in changes:
        d.apply(change)
    return [(change.target, change.on) for change in changes]


def test_a_line_is_late_beyond_so_many_targets_and_not_at_each_call(d: Driver) -> None:
    ticket: Any = d.ticket("a")
    target_s = d.hall.plan.service["a"].target_s
    d.pass_time(1.4 * target_s)
    assert late(d) == []
    d.pass_time(0.2 * target_s)
    assert late(d) == [("a", True)]
    assert late(d) == []
    assert standing(d) == ["late-line-a"]
    assert d.press("c1", "next").ticket == ticket.id
    assert late(d) == [("a", False)]
