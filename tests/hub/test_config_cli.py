"""`hall-hub config`: the plan out of the journal of a stopped hub, and in again."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.config_cli import apply_file, line_of
from hub.configuration import PlanContent
from hub.core import events as e
from hub.core.audit import Audit
from hub.core.commands_of_plans import Configure
from hub.core.hall import Hall
from hub.core.plan import Plan
from hub.core.plan_changes import Change, digest
from hub.core.replanning import as_content, propose
from hub.journal.store import Journal
from hub.loading import load
from hub.plan_toml import to_toml
from tests.hub.core.examples import MORNING, make_plan, raw_plan
from tests.hub.core.plan_edits import EDITS, edited
from tests.hub.core.running import PATIENCE_S, Running
from wire.errors import ConfigurationError, NextwindowError
from wire.settings import parse

CONTENT = as_content(make_plan())


def changed(**of_first: Any) -> Plan:
    """The plan of the file, its first service changed."""
    raw = raw_plan()
    raw["services"][0] |= of_first
    return Plan.model_validate(raw)


class Stopped:
    """A hub that has been stopped, its plan maybe changed on the pages before."""

    def __init__(self, folder: Path, **by_pages: Any) -> None:
        hub = Running(folder).start()
        hub.staff("c1", "wang")
        hub.issue("a")
        if by_pages:
            plan = copy.deepcopy(CONTENT)
            plan["services"][1] |= by_pages
            proposal = propose(plan, hub.look(lambda hall: hall.plan_at), CONTENT)
            wanted = Configure(proposal, "admin")
            assert hub.service.command(None, wanted).result(PATIENCE_S).status == 200
        hub.close()
        self.journal = Journal(folder)

    def apply(self, plan: Plan, now: float = MORNING + 60, **how: bool) -> list[str]:
        return [line_of(change) for change in apply_file(self.journal, plan, now, **how)]

    def hall(self) -> Hall:
        return load(self.journal)[0]

    def audited(self) -> list[str]:
        return Audit().read(event for _, event in self.journal.events())


pytestmark = pytest.mark.slow  # journals on disk


def test_a_file_is_put_into_force_and_known(folder: Path) -> None:
    hub = Stopped(folder)
    assert hub.apply(changed(mean_s=50)) == ["services.a.mean_s: 100.0 -> 50.0"]
    assert hub.hall().plan.service["a"].mean_s == 50
    assert hub.hall().plan_file == digest(changed(mean_s=50))
    assert hub.apply(changed(mean_s=50)) == []
    assert len(hub.journal.latest("Configured", 9, 10**9)) == 2
    assert hub.audited() == []
    hub.journal.close()


def test_what_the_pages_changed_is_not_taken_back_unseen(folder: Path) -> None:
    hub = Stopped(folder, mean_s=70)
    with pytest.raises(ConfigurationError) as caught:
        hub.apply(changed(mean_s=50))
    assert "services.b.mean_s: 100.0 -> 70.0" in str(caught.value)
    assert "--keep" in str(caught.value)
    assert hub.hall().plan.service["a"].mean_s == 100
    assert hub.apply(changed(mean_s=50), keep=True) == ["services.a.mean_s: 100.0 -> 50.0"]
    assert [service.mean_s for service in hub.hall().plan.services] == [50, 70, 100]
    assert hub.apply(changed(mean_s=50), overwrite=True) == ["services.b.mean_s: 70.0 -> 100.0"]
    assert hub.hall().plan_file == digest(changed(mean_s=50))
    hub.journal.close()


def test_a_file_that_says_what_the_pages_said_is_only_noted(folder: Path) -> None:
    hub = Stopped(folder, mean_s=70)
    file = Plan.model_validate(as_content(hub.hall().plan))
    assert hub.apply(file) == []
    assert len(hub.journal.latest("PlanFileSeen", 9, 10**9)) == 1
    assert hub.hall().plan_file == digest(file)
    hub.journal.close()


def test_what_stands_in_the_way_is_said_until_the_day_is_over(folder: Path) -> None:
    hub = Stopped(folder)
    raw = raw_plan()
    raw["clerks"] = raw["clerks"][1:]
    del raw["services"][0]
    for counter in raw["counters"]:
        counter["services"] = [s for s in counter["services"] if s != "a"] or ["b"]
    file = Plan.model_validate(raw)
    with pytest.raises(NextwindowError) as caught:
        hub.apply(file)
    assert "Service a cannot go: it has A001. Wang cannot go" in str(caught.value)
    assert hub.apply(file, MORNING + 86_400)
    assert "a" not in hub.hall().plan.service
    assert hub.audited() == []
    hub.journal.close()


def test_a_hall_gets_another_id_while_it_is_stopped(folder: Path) -> None:
    hub = Stopped(folder)
    raw = raw_plan()
    raw["hall"]["id"] = "another"
    assert hub.apply(Plan.model_validate(raw)) == ['hall.id: "civic" -> "another"']
    hub.journal.close()


def test_no_line_shows_a_hash() -> None:
    pin = Change("clerks", "wang", "pin_hash", "scrypt$1", "scrypt$2")
    new = Change("clerks", "li", "", None, {"pin_hash": "scrypt$3"})
    assert [line_of(pin), line_of(new)] == ["clerks.wang.pin_hash: another PIN", "clerks.li+: new"]


# --- as a file ----------------------------------------------------------------------------

WISHES = st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 59)), max_size=4)


@settings(max_examples=40, deadline=None)
@given(WISHES, st.text(max_size=20))
def test_a_plan_written_as_toml_is_the_same_plan(wishes: list[Any], name: str) -> None:
    try:
        content = edited(CONTENT, wishes)
        content["services"][0]["name"] = {"zh": name, "en": name}
        plan = Plan.model_validate(content)
    except (ValueError, IndexError):
        return
    text = to_toml(as_content(plan))
    tomllib.loads(text)
    try:
        again = parse(text, PlanContent, "hall.toml").plan()
    except ConfigurationError:
        return  # edits may make what fits no hall: it could not be in force
    assert again == plan


def test_events_of_old_journals_say_nothing_of_who() -> None:
    event = e.event_of("Configured", 1.0, {"plan": {"hall": {}}})
    assert isinstance(event, e.Configured)
    assert (event.by, event.changed, event.file, event.undoes) == ("", (), "", None)
