"""`counter-unit doctor`: each thing there, missing, and not permitted; what it says and returns."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from device import cli, doctor
from device.configuration import DisplaySection, UnitSettings
from device.doctor import examine, is_well, json_of, lines_of
from device.machine import (
    FULL_BYTES,
    TIGHT_BYTES,
    Finding,
    Machine,
    Verdict,
    broker,
    display,
    free_space,
    gpio,
    keypad,
    libraries,
    machine_findings,
    state_directory,
)
from wire.settings import parse

UNIT = '[unit]\nid = "u-1"\nhall = "main"\nstate = "{state}"\n'
REAL = UNIT + 'counter = "c1"\n[hardware]\nkind = "real"\n'
EMULATED = REAL.replace("real", "emulated") + '[display]\nmode = "offscreen"\n'
KIOSK = EMULATED.replace('counter = "c1"', 'role = "kiosk"')
SCREEN_FILES = {
    "dev/gpiochip0": "",
    "dev/dri/card0": "",
    "sys/class/drm/card0-HDMI-A-1/status": "connected\n",
    "sys/class/drm/card0-HDMI-A-1/modes": "1024x600\n800x600\n",
}


def settings_of(text: str, state: Path = Path("/nowhere")) -> UnitSettings:
    return parse(text.replace("{state}", str(state)), UnitSettings, "unit.toml")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine on which all is well."""
    for name, content in SCREEN_FILES.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return Machine(
        root=tmp_path,
        environ={},
        loads=lambda _library: True,
        reach=lambda _host, _port: None,
        free_bytes=lambda _path: TIGHT_BYTES,
    )


def verdicts(findings: list[Finding]) -> dict[str, str]:
    return {finding.subject: finding.verdict.value for finding in findings}


def test_a_counter_on_which_all_is_well(machine: Machine, tmp_path: Path) -> None:
    findings = list(machine_findings(settings_of(REAL, tmp_path), machine))
    subjects = [
        "libgbm1",
        "libdrm2",
        "libegl1",
        "libgles2",
        "gpio",
        "display",
        "state",
        "disk",
        "broker",
    ]
    assert verdicts(findings) == dict.fromkeys(subjects, "ok")
    assert is_well(findings)


def test_each_missing_library_is_named_with_its_package(machine: Machine) -> None:
    without = replace(machine, loads=lambda library: library != "libgbm.so.1")
    lines = list(lines_of(libraries(settings_of(REAL), without)))
    expected = "fault    libgbm1      libgbm.so.1 cannot be loaded; apt-get install libgbm1"
    assert lines[0] == expected
    assert [line for line in lines if line.startswith("fault")] == [expected]


def test_only_libraries_that_this_unit_needs_are_looked_for(machine: Machine) -> None:
    silent = list(libraries(settings_of(EMULATED), machine))
    speaking = settings_of(EMULATED + '[voice]\noutput = "sound-card"\n')
    assert silent == []
    assert verdicts(list(libraries(speaking, machine))) == {"libasound2": "ok"}


def test_pins_missing_and_not_permitted(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda _path, _mode: False)
    assert gpio(machine).advice == "add the unit's user to the group gpio"
    (machine.root / "dev/gpiochip0").unlink()
    finding = gpio(machine)
    assert finding.verdict is Verdict.FAULT
    assert "there is no /dev/gpiochip*" in finding.found


def _no_card(root: Path) -> None:
    (root / "dev/dri/card0").unlink()


def _no_screen(root: Path) -> None:
    (root / "sys/class/drm/card0-HDMI-A-1/status").write_text("disconnected\n")


def _other_mode(root: Path) -> None:
    (root / "sys/class/drm/card0-HDMI-A-1/modes").write_text("1920x1080\n")


@pytest.mark.parametrize(
    ("spoil", "verdict", "found"),
    [
        (_no_card, Verdict.FAULT, "there is no /dev/dri/card*"),
        (_no_screen, Verdict.FAULT, "no screen is connected"),
        (_other_mode, Verdict.WARNING, "card0-HDMI-A-1 has no mode 1024x600; it has 1920x1080"),
    ],
)
def test_each_trouble_with_a_screen(
    machine: Machine, spoil: Callable[[Path], None], verdict: Verdict, found: str
) -> None:
    assert display(DisplaySection(), machine).verdict is Verdict.OK
    spoil(machine.root)
    finding = display(DisplaySection(), machine)
    assert (finding.verdict, finding.found) == (verdict, found)
    assert finding.advice


def test_a_window_needs_a_desktop(machine: Machine) -> None:
    section = DisplaySection(mode="window")
    assert display(section, machine).verdict is Verdict.FAULT
    on_desktop = replace(machine, environ={"WAYLAND_DISPLAY": "wayland-0"})
    assert display(section, on_desktop).verdict is Verdict.OK
    assert display(DisplaySection(mode="offscreen"), machine).verdict is Verdict.OK


def test_a_state_directory_that_is_not_there_or_is_a_file(tmp_path: Path) -> None:
    assert state_directory(tmp_path).verdict is Verdict.OK
    (tmp_path / "file").touch()
    for path in (tmp_path / "none", tmp_path / "file"):
        finding = state_directory(path)
        assert finding.verdict is Verdict.FAULT
        assert finding.advice == f"make {path} and give it to the unit's user"
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


@pytest.mark.parametrize(
    ("free", "verdict"),
    [
        (TIGHT_BYTES, Verdict.OK),
        (TIGHT_BYTES - 1, Verdict.WARNING),
        (FULL_BYTES - 1, Verdict.FAULT),
    ],
)
def test_room_on_the_disk(machine: Machine, tmp_path: Path, free: int, verdict: Verdict) -> None:
    tight = replace(machine, free_bytes=lambda _path: free)
    assert free_space(tmp_path / "not" / "there", tight).verdict is verdict


def test_a_broker_that_does_not_listen_and_a_password_that_is_not_there(
    machine: Machine, tmp_path: Path
) -> None:
    def refuse(_host: str, _port: int) -> None:
        raise ConnectionRefusedError(111, "Connection refused")

    finding = broker(settings_of(REAL), replace(machine, reach=refuse))
    assert finding.verdict is Verdict.FAULT
    assert finding.found == "mqtt://127.0.0.1:1883: Connection refused"
    secret = settings_of(f'{REAL}[broker]\npassword_file = "{tmp_path}/none"\n')
    assert "none" in broker(secret, machine).found


def test_the_findings_as_json() -> None:
    finding = Finding("打印机", Verdict.WARNING, "found", "do this")
    (read,) = json.loads(json_of([finding]))
    assert read == {
        "subject": "打印机",
        "verdict": "warning",
        "found": "found",
        "advice": "do this",
    }
    assert is_well([finding])
    assert not is_well([finding, replace(finding, verdict=Verdict.FAULT)])


def test_a_real_peripheral_that_is_not_there_is_a_fault(machine: Machine, tmp_path: Path) -> None:
    text = f'{REAL}[sign]\nkind = "framing-1"\nport = "{tmp_path}/ttyUSB0"\n'
    findings = list(examine(settings_of(text, tmp_path), machine))
    assert findings[-1].subject == "sign"
    assert findings[-1].verdict is Verdict.FAULT
    assert "there is no such port; check the cable" in findings[-1].found


def test_a_keypad_is_there_missing_or_not_permitted(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = tmp_path / "event0"
    text = f'{REAL}[keypad]\ndevice = "{device}"\n'
    [finding] = [f for f in examine(settings_of(text, tmp_path), machine) if f.subject == "keypad"]
    assert finding.verdict is Verdict.FAULT
    assert "check the cable" in str(finding.advice)
    device.touch()
    assert keypad(device).verdict is Verdict.OK
    monkeypatch.setattr("os.access", lambda *_: False)
    assert "group input" in str(keypad(device).advice)


def test_an_address_that_a_sign_does_not_have_is_a_fault(machine: Machine, tmp_path: Path) -> None:
    text = f'{REAL}[sign]\nkind = "framing-1"\nport = "/dev/x"\naddress = 256\n'
    speech = f'[speech]\nkind = "syn6288"\nport = "{tmp_path}/ttyUSB1"\n'
    findings = list(examine(settings_of(text + speech, tmp_path), machine))
    sign, after = findings[-2:]
    assert "sign.address = 256" in sign.found
    assert after.subject == "speech", "what is behind it is probed all the same"


def test_a_simulated_one_is_well(machine: Machine, tmp_path: Path) -> None:
    findings = list(examine(settings_of(f'{REAL}[sign]\nkind = "simulated"\n', tmp_path), machine))
    assert verdicts(findings)["sign"] == "ok"


@pytest.mark.slow
def test_emulated_peripherals_are_probed_through_their_drivers(
    machine: Machine, tmp_path: Path
) -> None:
    voice = '[voice]\noutput = "module"\n[speech]\nkind = "syn6288"\n'
    text = f'{EMULATED}{voice}[sign]\nkind = "framing-1"\n'
    found = {f.subject: f.found for f in examine(settings_of(text, tmp_path), machine)}
    assert found["speech"] == "emulated: it answers, and is idle"
    assert "does not answer" in found["sign"]
    kiosk = list(examine(settings_of(KIOSK + "[printer]\n[card_reader]\n", tmp_path), machine))
    assert verdicts(kiosk[-3:]) == {"tickets": "ok", "printer": "ok", "card_reader": "ok"}


@pytest.mark.slow
def test_the_voices_are_tried(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(EMULATED + '[voice]\noutput = "file"\n', tmp_path)
    assert verdicts(list(examine(settings, machine)))["voice"] == "ok"

    def missing() -> None:
        raise ImportError("no module named espeakng_loader")

    monkeypatch.setattr(doctor, "_speak_sample", missing)
    finding = list(examine(settings, machine))[-1]
    assert (finding.subject, finding.verdict) == ("voice", Verdict.FAULT)
    assert finding.advice == "install nextwindow[device] again"


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_the_command_returns_1_for_a_fault_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    found = Finding("broker", Verdict.WARNING, "slow", "look")
    monkeypatch.setattr(doctor, "examine", lambda _settings: iter([found]))
    file = tmp_path / "unit.toml"
    file.write_text(EMULATED.replace("{state}", str(tmp_path)))
    result = CliRunner().invoke(cli.app, ["doctor", str(file), *options])
    assert result.exit_code == 0
    found = replace(found, verdict=Verdict.FAULT)
    result = CliRunner().invoke(cli.app, ["doctor", str(file), *options])
    assert result.exit_code == 1
    expected = json_of([found]) if options else next(lines_of([found]))
    assert result.output.strip() == expected
