"""The service files: the lines a unit needs to reach its peripherals, and their hardening."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ["hall-hub", "counter-unit"]
PROGRAM = re.compile(r"^ExecStart=(?P<program>/\S+) (?P<arguments>.+)$", re.MULTILINE)
WORST_SCORE = 2.0

BOTH = """
StartLimitIntervalSec=0
Type=notify
NotifyAccess=main
Restart=always
SystemCallErrorNumber=EPERM
NoNewPrivileges=yes
ProtectSystem=strict
CapabilityBoundingSet=
"""
LINES = {
    "hall-hub": f"""{BOTH}
ExecStart=/opt/nextwindow/bin/hall-hub run /etc/nextwindow/hall.toml
User=nextwindow-hub
StateDirectory=nextwindow-hub
""",
    "counter-unit": f"""{BOTH}
ExecStart=/opt/nextwindow/bin/counter-unit run /etc/nextwindow/unit.toml
User=nextwindow-unit
StateDirectory=nextwindow-unit
WorkingDirectory=%S/nextwindow-unit
Environment=LG_WD=%S/nextwindow-unit
SupplementaryGroups=gpio dialout video render audio input lp
DeviceAllow=char-gpiochip rw
DeviceAllow=char-ttyAMA rw
DeviceAllow=char-ttyS rw
DeviceAllow=char-ttyUSB rw
DeviceAllow=char-ttyACM rw
DeviceAllow=char-usb rw
DeviceAllow=char-drm rw
DeviceAllow=char-alsa rw
DeviceAllow=char-input rw
DeviceAllow=char-hidraw rw
""",
}
# Keys that would take a unit's peripherals away, whatever their value.
CLOSES_DEVICES = {"PrivateDevices", "ProtectClock", "PrivateUsers", "ProcSubset"}
LATER_THAN_252 = {
    "RestartSteps",
    "RestartMaxDelaySec",
    "ImportCredential",
    "MemoryZSwapMax",
    "SurviveFinalKillSignal",
    "PrivatePIDs",
    "ProtectControlGroupsEx",
    "BindLogSockets",
}


def text_of(service: str) -> str:
    return (ROOT / "systemd" / f"{service}.service").read_text()


def settings_of(service: str) -> list[str]:
    return [line for line in text_of(service).splitlines() if re.match(r"\w+=", line)]


@pytest.mark.parametrize("service", SERVICES)
def test_the_lines_that_the_program_needs_are_there(service: str) -> None:
    missing = set(LINES[service].split("\n")) - {""} - set(settings_of(service))
    assert not missing


@pytest.mark.parametrize("service", SERVICES)
def test_a_hanging_or_crashing_program_is_restarted_for_ever_without_a_storm(service: str) -> None:
    settings = dict(line.split("=", 1) for line in settings_of(service))
    assert 5 <= int(settings["WatchdogSec"]) <= 60
    assert 1 <= int(settings["RestartSec"]) <= 10


def test_nothing_hides_the_peripherals_of_a_unit() -> None:
    keys = {line.split("=", 1)[0] for line in settings_of("counter-unit")}
    assert not keys & CLOSES_DEVICES


@pytest.mark.parametrize("service", SERVICES)
def test_no_key_is_newer_than_systemd_252(service: str) -> None:
    assert not {line.split("=", 1)[0] for line in settings_of(service)} & LATER_THAN_252


@pytest.mark.parametrize("service", SERVICES)
def test_the_user_of_each_service_is_made_by_the_sysusers_file(service: str) -> None:
    made = (ROOT / "systemd" / "nextwindow-sysusers.conf").read_text()
    names = set(re.findall(r"^[ug] (\S+)", made, re.MULTILINE))
    wanted = re.findall(r"^(?:User|SupplementaryGroups)=(.+)$", text_of(service), re.MULTILINE)
    assert {name for line in wanted for name in line.split()} <= names


@pytest.mark.system("systemd-analyze")
@pytest.mark.parametrize("service", SERVICES)
def test_systemd_finds_nothing_wrong(service: str, tmp_path: Path) -> None:
    copy = installed_copy(service, tmp_path)
    done = subprocess.run(
        ["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False
    )
    said = [line for line in (done.stdout + done.stderr).splitlines() if copy.name in line]
    assert (done.returncode, said) == (0, [])


@pytest.mark.system("systemd-analyze")
@pytest.mark.parametrize("service", SERVICES)
def test_the_hardening_scores_two_or_less(service: str, tmp_path: Path) -> None:
    copy = str(installed_copy(service, tmp_path))
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", copy],
        capture_output=True,
        text=True,
        check=False,
    )
    score = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert score, done.stderr
    assert float(score[1]) <= WORST_SCORE


def installed_copy(service: str, folder: Path) -> Path:
    """The service as it would be if this environment were the installation."""
    program = Path(sys.executable).parent / service
    assert program.is_file(), f"{program} is missing: make install makes it"
    copy = folder / f"{service}.service"
    copy.write_text(PROGRAM.sub(rf"ExecStart={program} \g<arguments>", text_of(service)))
    assert str(program) in copy.read_text()
    return copy
