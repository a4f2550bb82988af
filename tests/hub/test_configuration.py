"""`hall.toml`: a good example, and every mistake of a bad one at once."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import hub
from hub.configuration import HallFile, HubSettings, PlanContent, differences
from hub.core.plan import Plan, plan_mistakes
from hub.pins import hash_pin, pin_right
from tests.hub.core.examples import make_plan, raw_plan
from wire.errors import ConfigurationError
from wire.settings import checked, load, parse

EXAMPLE = Path(hub.__file__).parent / "example.hall.toml"

MINIMAL = """
[hall]
id = "civic"
name = { zh = "大厅", en = "Hall" }

[[services]]
id = "residence"
name = { zh = "户籍", en = "Residence" }
prefix = "A"

[[services]]
id = "social"
name = { zh = "社保", en = "Social" }
prefix = "B"

[[counters]]
id = "c1"
number = "1"
services = ["residence", "social"]
unit = "unit-1"

[[counters]]
id = "c2"
number = "2"
services = ["social"]

[[clerks]]
id = "wang"
name = "王芳"
pin_hash = "scrypt$2$1$1$00$00"
"""


def mistakes(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        parse(text, HallFile, "hall.toml")
    assert caught.value.exit_code == 2
    return [line.removeprefix("hall.toml: ") for line in caught.value.mistakes]


def changed(before: str, after: str) -> list[str]:
    assert MINIMAL.count(before) == 1, before
    return mistakes(MINIMAL.replace(before, after))


# --- good files ---------------------------------------------------------------------------


def test_the_example_is_good_and_says_the_truth() -> None:
    settings_ = load(EXAMPLE, HallFile)
    plan = settings_.plan()
    assert type(plan) is Plan
    assert plan.counter["c1"].services == ("residence", "social")
    assert plan.counter_of_unit == {"unit-1": "c1", "unit-2": "c2"}
    assert pin_right("2468", plan.clerk["wang"].pin_hash)
    assert plan.clerk_on_keypad["17"] is plan.clerk_on_keypad["wang"] is plan.clerk["wang"]


def test_the_example_names_the_defaults_and_every_key_of_its_sections() -> None:
    given_ = load(EXAMPLE, HallFile)
    shown = {"data", "host", "port", "public_url", "broker", "broker_host", "broker_port"}
    assert shown == given_.hub.model_fields_set
    assert given_.hub == HubSettings()


def test_a_short_file_is_enough() -> None:
    settings_ = parse(MINIMAL, HallFile, "hall.toml")
    assert settings_.hub == HubSettings()
    assert settings_.rating.invite_s == 10.0
    assert settings_.rating.levels[0].level.value == "very_satisfied"
    assert settings_.hub.outside_broker() is None


def test_the_hub_section_is_no_part_of_the_plan() -> None:
    here = parse(MINIMAL, HallFile, "hall.toml").plan()
    there = parse("[hub]\nport = 9000\n" + MINIMAL, HallFile, "hall.toml").plan()
    assert here == there
    assert "hub" not in here.model_dump()


def test_an_outside_broker() -> None:
    section = (
        '[hub]\nbroker = "mqtts://b.example:8883"\nbroker_user = "hub"\nbroker_password = "s"\n'
    )
    settings_ = parse(section + MINIMAL, HallFile, "hall.toml")
    address = settings_.hub.outside_broker()
    assert address is not None
    assert (address.host, address.port, address.secure) == ("b.example", 8883, True)
    assert (address.user, address.password) == ("hub", "s")
    assert "'s'" not in repr(settings_.hub.model_dump(mode="json"))


# --- bad files ----------------------------------------------------------------------------


def test_every_mistake_is_told_at_once() -> None:
    text = MINIMAL.replace('prefix = "A"', 'prefix = "a1"').replace('"c2"', '"c1"')
    text = text.replace('services = ["social"]', 'services = ["socail"]\ncolour = "red"')
    text = "[hub]\nport = 70000\nhots = '::1'\n" + text
    found = mistakes(text)
    assert len(found) == 6
    for start in (
        "hub.port = 70000: ",
        "hub.hots",
        "services[1].prefix = 'a1': ",
        "counters[2].colour",
        "counters[2].id = 'c1': already used by counters[1]",
        "counters[2].services = 'socail': no such service; there are: residence, social.",
    ):
        assert [line for line in found if line.startswith(start)], (start, found)
    assert next(m for m in found if "socail" in m).endswith("Did you mean 'social'?")
    assert next(m for m in found if "hots" in m).endswith("Did you mean 'host'?")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('id = "civic"', 'id = "Civic Hall"', "hall.id = 'Civic Hall': "),
        ('id = "civic"', "", "hall.id: is missing."),
        ('id = "civic"', 'id = "civic"\nday_starts = "4 am"', "hall.day_starts = '4 am': "),
        ('id = "civic"', 'id = "civic"\ntime_zone = "Beijing"', "hall.time_zone = 'Beijing': "),
        ('prefix = "B"', 'prefix = "A"', "services[2].prefix = 'A': already used by services[1]"),
        ('number = "2"', 'number = "1"', "counters[2].number = '1': already used by counters[1]"),
        (
            'number = "2"',
            'number = "2"\nunit = "unit-1"',
            "counters[2].unit = 'unit-1': already used by counters[1]",
        ),
        ('["social"]', "[]", "counters[2].services: "),
        ('name = "王芳"', 'name = ""', "clerks[1].name"),
        ("[[clerks]]", "[hours]\nmonday = '8-12'\n[[clerks]]", "hours.monday = '8-12': "),
        ("[[clerks]]", "[hours]\nmonday = '09:00-08:00'\n[[clerks]]", "hours.monday = "),
        ("[[clerks]]", "[hours]\nmonday = '08:00-12:00, 11:00-13:00'\n[[clerks]]", "hours.monday"),
        ("[[clerks]]", "[hours]\nmonday = '08:00-25:00'\n[[clerks]]", "hours.monday = "),
        ("[[clerks]]", "[hours]\nmondy = ''\n[[clerks]]", "hours.mondy"),
        ("[[clerks]]", "[rating]\ninvite_s = 1\n[[clerks]]", "rating.invite_s = 1: "),
        (
            "[[clerks]]",
            "[rating]\nlevels = [{level='great',name={zh='',en=''}}]\n[[clerks]]",
            "rating.levels[1].level = 'great': ",
        ),
    ],
)
def test_a_mistake_names_section_key_and_value(before: str, after: str, expected: str) -> None:
    found = changed(before, after)
    assert len([line for line in found if line.startswith(expected)]) == 1, found


def test_a_rating_level_stands_for_one_key() -> None:
    key = "{level='satisfied',name={zh='好',en='good'}}"
    found = changed("[[clerks]]", f"[rating]\nlevels = [{key}, {key}]\n[[clerks]]")
    assert found == ["rating.levels[2].level = 'satisfied': already used by rating.levels[1]."]


def test_a_service_that_no_counter_serves() -> None:
    found = changed('services = ["residence", "social"]', 'services = ["social"]')
    assert found == ["services[1].id = 'residence': no counter serves it; nobody could be called."]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("broker", "http://b"),
        ("broker", "mqtt://"),
        ("broker", "mqtt://b:99999"),
        ("broker", "mqtt://[b"),
        ("public_url", "hall.example"),
        ("public_url", "http://[x"),
        ("public_url", "http://x:99999"),
        ("broker_port", 65_536),
        ("speed", 0),
    ],
)
def test_a_mistake_in_what_only_this_machine_needs(key: str, value: object) -> None:
    found = mistakes(f"[hub]\n{key} = {value!r}\n" + MINIMAL)
    assert len(found) == 1
    assert found[0].startswith(f"hub.{key} = {value!r}: ")


@pytest.mark.parametrize(
    ("number", "found"),
    [
        ("'1a'", "clerks[2].number = '1a': a keypad has digits only"),
        ("''", "clerks[2].number = '': a keypad has digits only"),
        ("'１７'", "clerks[2].number = '１７': a keypad has digits only"),
        (f"'{'1' * 17}'", "clerks[2].number"),
        ("17", "clerks[2].number = 17: "),
        ("'17'", "clerks[2].number = '17': already used by clerks[1]"),
        ("'23'", "clerks[2].number = '23': it is the id of clerks[3]"),
    ],
)
def test_what_a_clerk_types_is_digits_and_names_nobody_else(number: str, found: str) -> None:
    hashed = 'pin_hash = "scrypt$2$1$1$00$00"'
    others = f"""
[[clerks]]
id = "li"
name = "李伟"
number = {number}
{hashed}

[[clerks]]
id = "23"
name = "张敏"
number = "23"
{hashed}
"""
    wang = MINIMAL.replace('name = "王芳"', 'name = "王芳"\nnumber = "17"')
    assert any(line.startswith(found) for line in mistakes(wang + others))


def test_the_end_of_an_address_is_cut() -> None:
    settings_ = parse('[hub]\npublic_url = "http://h:1/"\n' + MINIMAL, HallFile, "hall.toml")
    assert settings_.hub.public_url == "http://h:1"


def test_a_file_that_is_no_toml_or_no_file(tmp_path: Path) -> None:
    assert mistakes("[hub") != []
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(tmp_path / "nothing.toml", HallFile)


_ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=4,
)
_ITEM = st.fixed_dictionaries(
    {},
    optional={
        "id": _ANYTHING,
        "prefix": _ANYTHING,
        "number": _ANYTHING,
        "services": _ANYTHING,
        "unit": _ANYTHING,
    },
)
_SECTION = st.one_of(_ANYTHING, st.lists(_ITEM, max_size=3))


@pytest.mark.slow
@settings(max_examples=30)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "services": _SECTION,
            "counters": _SECTION,
            "clerks": _SECTION,
            "rating": st.one_of(_ANYTHING, st.fixed_dictionaries({"levels": _SECTION})),
        },
    )
)
@example({"services": [{"id": ["a"]}]})
@example({"counters": [{"services": [["a"], {}]}], "rating": [1]})
def test_no_shape_of_a_file_surprises_the_cross_check(raw: dict[str, Any]) -> None:
    assert all(str(mistake) for mistake in plan_mistakes(raw))


# --- differences --------------------------------------------------------------------------


def test_a_plan_does_not_differ_from_itself() -> None:
    assert differences(make_plan(), make_plan()) == []


def test_each_difference_is_named_with_both_values() -> None:
    raw = raw_plan()
    raw["services"][1]["mean_s"] = 240
    raw["counters"][0]["services"] = ["a"]
    raw["hours"]["friday"] = ""
    del raw["clerks"][3]
    chen = {"id": "chen", "name": "Chen", "number": None, "pin_hash": "***"}
    other = Plan.model_validate(raw)
    assert differences(other, make_plan()) == [
        "hours.friday: file '', journal '08:30-17:00'",
        "services[2].mean_s: file 240.0, journal 100.0",
        "counters[1].services[2]: file None, journal 'b'",
        f"clerks[4]: file None, journal {chen}",
    ]


def test_a_file_whose_plan_is_in_force_loads_however_long_and_is_no_new_plan() -> None:
    raw = raw_plan()
    raw["hours"] = {"exceptions": [{"date": f"{y}-01-01"} for y in range(2000, 3001)]}
    found, mistakes = checked(raw, HallFile)
    assert found is not None
    assert not mistakes
    assert len(found.plan().hours.exceptions) == 1001
    with pytest.raises(ConfigurationError, match=r"hours\.exceptions"):
        found.proposed()
    _, mistakes = checked(raw, PlanContent)  # a draft is a new plan
    assert [mistake.place for mistake in mistakes] == ["hours.exceptions"]


def test_no_difference_shows_a_hash() -> None:
    raw = raw_plan()
    raw["clerks"][0]["pin_hash"] = "scrypt$2$1$1$11$11"
    raw["clerks"].append({"id": "new", "name": "New", "pin_hash": "scrypt$2$1$1$22$22"})
    found = differences(Plan.model_validate(raw), make_plan())
    assert len(found) == 2
    assert found[0] == "clerks[1].pin_hash: file ***, journal ***"
    assert not [line for line in found if "scrypt" in line]


# --- PINs ---------------------------------------------------------------------------------


def test_a_pin_is_known_by_its_hash_alone() -> None:
    first, second = hash_pin("2468"), hash_pin("2468")
    assert first != second
    assert "2468" not in first.split("$")
    parse(MINIMAL.replace("scrypt$2$1$1$00$00", first), HallFile, "hall.toml")
    assert pin_right("2468", first)
    assert pin_right("2468", second)
    assert not pin_right("2469", first)
    assert not pin_right("", first)
    assert not pin_right("nobody", None)


@pytest.mark.parametrize(
    "damaged",
    ["scrypt$3$1$1$00$00", "scrypt$2$1$1$0$00", "scrypt$2$0$1$00$00", "scrypt$2$1$1$00$0"],
)
def test_no_pin_belongs_to_a_damaged_hash(damaged: str) -> None:
    assert not pin_right("2468", damaged)


def test_no_pin_is_too_odd_to_be_wrong() -> None:
    assert not pin_right("\ud800", hash_pin("2468"))


def test_a_clerk_who_does_not_exist_takes_as_long_as_one_who_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = hash_pin("2468")
    work: list[dict[str, Any]] = []
    scrypt = hashlib.scrypt

    def counted(password: bytes, **cost: Any) -> bytes:
        work.append({name: cost[name] for name in ("n", "r", "p")})
        return scrypt(password, **cost)

    monkeypatch.setattr(hashlib, "scrypt", counted)
    pin_right("1357", known)
    pin_right("1357", None)
    assert len(work) == 2
    assert work[0] == work[1]
