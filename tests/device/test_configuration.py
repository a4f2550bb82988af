"""The unit's configuration: the example, every mistake at once, masked secrets."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from device import cli
from device.configuration import UnitSettings, broker_address, read
from device.events import StaffKey
from device.run import wiring
from device.unit import RATING_KEYS
from wire.errors import ConfigurationError
from wire.settings import parse

EXAMPLE = Path(cli.__file__).with_name("unit.example.toml")
ROOT = Path(__file__).parents[2]
MINIMAL = """
[unit]
id = "unit-3"
hall = "main"
counter = "c3"
state = "/tmp/state"
[hardware]
kind = "emulated"
"""


def mistakes(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        parse(text, UnitSettings, "unit.toml")
    return caught.value.mistakes


def test_the_example_is_right_and_shows_every_default() -> None:
    settings = read(EXAMPLE)
    defaults = parse(MINIMAL, UnitSettings, "unit.toml")
    for section in ("keys", "lamps", "display"):
        assert getattr(settings, section) == getattr(defaults, section)
    shown = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    wired = {key for key, pin in settings.keys if pin is not None}
    assert set(shown["keys"]) == wired


def test_the_example_stands_at_a_counter_of_the_hub_s_example() -> None:
    """The hub's file is read as text: a unit carries none of the hub."""
    unit = read(EXAMPLE).unit
    plan = tomllib.loads((ROOT / "hub" / "example.hall.toml").read_text(encoding="utf-8"))
    assert unit.hall == plan["hall"]["id"]
    pairs = [(counter["unit"], counter["id"]) for counter in plan["counters"]]
    assert (unit.id, unit.counter) in pairs
    broker = read(EXAMPLE).broker
    assert broker.url.endswith(f":{plan['hub']['broker_port']}")


def test_what_the_example_comments_out_is_right_too() -> None:
    text = EXAMPLE.read_text(encoding="utf-8").replace('kind = "real"', 'kind = "emulated"')
    lines = [line.removeprefix("# ") if _is_setting(line) else line for line in text.split("\n")]
    settings = parse("\n".join(lines), UnitSettings, "unit.toml")
    assert (settings.panel.port, settings.clock.speed) == (8701, 10)
    assert settings.broker.password_file == Path("/etc/nextwindow/unit-1.password")
    assert [key for key, pin in settings.keys if pin is None] == []
    assert set(wiring(settings).keys) == {*RATING_KEYS, *(key.value for key in StaffKey)}


def test_a_file_from_before_the_further_keys_is_right_whatever_pins_it_uses() -> None:
    pins = "rating = [4, 6, 18, 19, 24]\nnext = 10\nrecall = 27\nno_show = 22\ndone = 23\n"
    settings = parse(f"{MINIMAL}[keys]\n{pins}", UnitSettings, "unit.toml")
    staff = set(wiring(settings).keys) - set(RATING_KEYS)
    assert staff == {"next", "recall", "no_show", "done"}


@pytest.mark.parametrize("key", ["hold", "transfer", "resume", "pause", "undo"])
def test_a_further_key_is_there_once_it_has_a_pin_of_its_own(key: str) -> None:
    settings = parse(f"{MINIMAL}[keys]\n{key} = 24\n", UnitSettings, "unit.toml")
    assert wiring(settings).keys[key] == 24
    (mistake,) = mistakes(f"{MINIMAL}[keys]\n{key} = 25\n")
    taken = {"keys": f"keys.{key}", "lamps": "lamps.rating[5]"}
    assert f"{taken['lamps']} = 25: the pin is already used by {taken['keys']}" in mistake


def _is_setting(line: str) -> bool:
    return line.startswith("# ") and ("=" in line or line.startswith("# [")) and "Only" not in line


def test_every_mistake_is_named_at_once() -> None:
    found = mistakes(
        """
        [unit]
        id = "Unit 3"
        hall = "main"
        role = "bord"
        cuonter = "c3"
        state = "/tmp/state"
        [broker]
        url = "mqtt://unit:secret@hall"
        [hardware]
        kind = "emulate"
        [keys]
        next = 5
        recal = 3
        [lamps]
        rating = [12, 16, 20, 21, 12]
        [display]
        size = "big"
        """
    )
    for expected in (
        "unit.id = 'Unit 3'",
        "unit.role = 'bord': input should be 'counter', 'board' or 'kiosk'. Did you mean 'board'?",
        "unit.cuonter = 'c3': no such key. Did you mean 'counter'?",
        "no credentials in the address",
        "kind = 'emulate': input should be 'real' or 'emulated'. Did you mean 'emulated'?",
        "keys.next = 5: the pin is already used by keys.rating[1]",
        "keys.recal = 3: no such key. Did you mean 'recall'?",
        "lamps.rating[5] = 12: the pin is already used by lamps.rating[1]",
        "display.size = 'big': expected WIDTHxHEIGHT",
    ):
        assert any(expected in line for line in found), (expected, found)


def test_a_counter_s_unit_stands_at_a_counter() -> None:
    (mistake,) = mistakes(MINIMAL.replace('counter = "c3"', ""))
    assert mistake.endswith('unit.counter: is missing; role "counter" needs it.')


@pytest.mark.parametrize("role", ["board", "kiosk"])
def test_other_units_stand_at_none_and_have_no_keys(role: str) -> None:
    text = MINIMAL.replace("[unit]", f'[unit]\nrole = "{role}"') + "[keys]\nnext = 4\n"
    assert [line.removeprefix("unit.toml: ") for line in mistakes(text)] == [
        f"unit.counter = 'c3': a {role} stands at no counter.",
        'keys: goes with role "counter" only.',
    ]
    right = text.replace('counter = "c3"', "").replace("[keys]\nnext = 4\n", "")
    unit = parse(right, UnitSettings, "unit.toml").unit
    assert (unit.role.value, unit.counter) == (role, None)


@pytest.mark.parametrize(
    ("size", "right"),
    [("1080x1920", True), ("600x1024", True), ("400x640", True), ("399x800", False)],
)
def test_a_screen_may_stand_upright(size: str, right: bool) -> None:
    text = f'{MINIMAL}[display]\nsize = "{size}"\n'
    if right:
        assert parse(text, UnitSettings, "unit.toml").display.size == size
    else:
        assert "expected WIDTHxHEIGHT" in mistakes(text)[0]


def test_emulated_settings_do_not_go_with_real_hardware() -> None:
    text = MINIMAL.replace("emulated", "real") + "[clock]\nspeed = 10\n[panel]\nport = 8701\n"
    assert [line.split(" = ")[0] for line in mistakes(text)] == [
        "unit.toml: clock.speed",
        "unit.toml: panel.port",
    ]


@pytest.mark.parametrize("text", ["unit = 3", "[unit\n", "keys = []\nlamps = 7\nhardware = 'x'"])
def test_no_text_is_too_wrong_for_it(text: str) -> None:
    assert mistakes(text)


def test_the_password_comes_from_its_file(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("hush\n")
    text = MINIMAL + f'[broker]\nuser = "unit-3"\npassword_file = "{secret}"\n'
    settings = parse(text, UnitSettings, "unit.toml")
    assert broker_address(settings.broker).password == "hush"
    secret.unlink()
    with pytest.raises(ConfigurationError, match=r"broker\.password_file"):
        broker_address(settings.broker)


def test_there_is_a_key_name_for_each_level() -> None:
    assert list(RATING_KEYS) == ["rating-5", "rating-4", "rating-3", "rating-2", "rating-1"]


def test_check_config_prints_the_values_in_force(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("hush")
    path = tmp_path / "unit.toml"
    path.write_text(MINIMAL + f'[broker]\npassword_file = "{secret}"\n')
    result = CliRunner().invoke(cli.app, ["check-config", str(path)])
    assert result.exit_code == 0
    printed = tomllib.loads(result.output)
    assert printed["keys"]["rating"] == [5, 6, 13, 19, 26]
    assert "hush" not in result.output


def test_check_config_ends_with_2_after_naming_the_mistakes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "unit.toml"
    path.write_text("[unit]\n")
    monkeypatch.setattr("sys.argv", ["counter-unit", "check-config", str(path)])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 2
    said = capsys.readouterr().err
    assert "unit.id: is missing" in said
    assert "hardware: is missing" in said


# --- a keypad on USB ---------------------------------------------------------------------

KEYPAD = '[keypad]\ndevice = "/dev/input/event0"\n'


def test_a_keypad_stands_in_for_the_keys_and_leaves_the_lamps() -> None:
    settings = parse(MINIMAL + KEYPAD + '[keys]\nsource = "usb"\n', UnitSettings, "unit.toml")
    assert settings.keypad
    assert settings.keypad.codes["next"] == 96
    assert (wiring(settings).keys, set(wiring(settings).lamps)) == ({}, set(RATING_KEYS))
    beside = parse(MINIMAL + KEYPAD, UnitSettings, "unit.toml")
    assert set(RATING_KEYS) <= set(wiring(beside).keys)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[keys]\nsource = "usb"\n', "needs a section [keypad]"),
        (KEYPAD + "codes = { volume = 113 }\n", "no such key: volume"),
        (KEYPAD + "codes = { next = 96, done = 96 }\n", "one code is given to two keys"),
    ],
)
def test_a_keypad_that_cannot_work_is_a_mistake(text: str, said: str) -> None:
    assert any(said in mistake for mistake in mistakes(MINIMAL + text))
