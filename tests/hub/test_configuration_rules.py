"""`hall.toml`: the sections that say how a hall is run, in the example and when they are wrong."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import hub
from hub.configuration import HallFile
from hub.core import rules
from hub.core.plan import Plan
from hub.demo.people import PRIORITY
from tests.hub.test_configuration import EXAMPLE, MINIMAL, mistakes
from wire.settings import load

DEMO = Path(hub.__file__).parent / "demo" / "hall.toml"
PRIORITY_CLASS = "id = 'elderly'\nname = {zh='老', en='Old'}"
SHIFT = "clerk = 'wang'\ncounter = 'c1'"


@pytest.mark.parametrize("section", ["dispatch", "appointments", "limits", "balance"])
def test_the_example_names_every_key_with_its_default(section: str) -> None:
    given = getattr(load(EXAMPLE, HallFile), section)
    assert given == type(given)()
    assert given.model_fields_set == set(type(given).model_fields)


def test_the_example_shows_classes_skills_and_a_roster() -> None:
    plan = load(EXAMPLE, HallFile).plan()
    assert [kind.id for kind in plan.priorities] == ["elderly", "soldiers"]
    assert plan.priorities[0].credit_min == rules.PriorityClass.model_fields["credit_min"].default
    assert plan.counter["c2"].also == ("residence",)
    assert [(shift.clerk, shift.counter) for shift in plan.roster] == [("wang", "c1")]


def test_the_demonstration_shows_them_too() -> None:
    plan = Plan.model_validate(tomllib.loads(DEMO.read_text(encoding="utf-8")))
    assert {kind.id for kind in plan.priorities} == set(PRIORITY) - {""}
    assert plan.balance.model_fields_set
    assert any(counter.also for counter in plan.counters)


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("[dispatch]\nmode = 'pool'", "dispatch.mode = 'pool': "),
        ("[dispatch]\npolicy = 'fifo'", "dispatch.policy = 'fifo': "),
        ("[dispatch]\npriority_bound = 0", "dispatch.priority_bound = 0: "),
        ("[dispatch]\nundo = 3", "dispatch.undo"),
        ("[dispatch]\nundo_s = -1", "dispatch.undo_s = -1: "),
        (f"[[priorities]]\n{PRIORITY_CLASS}\ncredit = 3", "priorities[1].credit"),
        (f"[[priorities]]\n{PRIORITY_CLASS}\ncredit_min = 999", "priorities[1].credit_min = 999"),
        ("[[priorities]]\nname = {zh='', en=''}", "priorities[1].id: is missing."),
        (
            f"[[priorities]]\n{PRIORITY_CLASS}\n[[priorities]]\n{PRIORITY_CLASS}",
            "priorities[2].id = 'elderly': already used by priorities[1]",
        ),
        (
            "[[priorities]]\nid = 'appointment'\nname = {zh='', en=''}",
            "priorities[1].id = 'appointment': ",
        ),
        ("[appointments]\nlate_min = 'soon'", "appointments.late_min = 'soon': "),
        ("[limits]\nper_person_day = -1", "limits.per_person_day = -1: "),
        ("[limits]\nidentity_required = 'perhaps'", "limits.identity_required = 'perhaps': "),
        ("[balance]\nautomatic = 7", "balance.automatic = 7: "),
        ("[balance]\nopen_above = 6", "balance.open_above"),
        ("[balance]\ndwell_min = 0", "balance.dwell_min = 0: "),
        (f"[[roster]]\n{SHIFT}", "roster[1].hours: is missing."),
        (f"[[roster]]\n{SHIFT}\nhours = '9-17'", "roster[1].hours = '9-17': "),
        (
            f"[[roster]]\n{SHIFT}\nhours = '09:00-17:00'\ndays = ['mon']",
            "roster[1].days[1] = 'mon': ",
        ),
        (
            "[[roster]]\nclerk = 'wnag'\ncounter = 'c1'\nhours = '09:00-17:00'",
            "roster[1].clerk = 'wnag': no such clerk",
        ),
        (
            "[[roster]]\nclerk = 'wang'\ncounter = 'c9'\nhours = '09:00-17:00'",
            "roster[1].counter = 'c9': no such counter",
        ),
    ],
)
def test_a_mistake_names_section_key_and_value(section: str, expected: str) -> None:
    found = mistakes(f"{section}\n{MINIMAL}")
    assert len([line for line in found if line.startswith(expected)]) == 1, found


def test_a_skill_that_is_no_service() -> None:
    text = MINIMAL.replace('number = "2"', 'number = "2"\nalso = ["residense"]')
    [found] = mistakes(text)
    assert found.startswith("counters[2].also = 'residense': no such service")
    assert found.endswith("Did you mean 'residence'?")
