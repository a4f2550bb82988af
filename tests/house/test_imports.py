"""The import rules hold, and the linter sees each of them broken."""

from __future__ import annotations

import configparser
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Reads the contracts that are asked for, a line each time, and answers with a code and words.
LINTER = """
import contextlib, io, json, sys
from importlinter.cli import lint_imports
for line in sys.stdin:
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = lint_imports(limit_to_contracts=tuple(json.loads(line)), no_cache=True)
    print(json.dumps([code, said.getvalue()]), flush=True)
"""

Lint = Callable[..., tuple[int, str]]

# contract, file, a line that breaks it
BREAKS = [
    ("ends", "device/session.py", "import hub.core.hall"),
    ("ends", "hub/service.py", "import device.session"),
    ("wire", "wire/topics.py", "import hub.core.hall"),
    ("wire", "wire/link.py", "import device.session"),
    ("hub", "hub/core/hall.py", "import hub.journal.store"),
    ("hub", "hub/journal/store.py", "import hub.service"),
    ("hub", "hub/service.py", "import hub.mqtt.adapter"),
    ("hub", "hub/mqtt/adapter.py", "import hub.broker"),
    ("device", "device/outbox.py", "import device.uplink"),
    ("device", "device/session.py", "import device.unit"),
    ("pure", "hub/core/dispatch.py", "import time"),
    ("pure", "hub/core/dispatch.py", "from random import choice"),
    ("pure", "device/session.py", "import threading"),
    ("pure", "device/debounce.py", "import device.outbox"),
    ("pure", "device/ui/viewmodel.py", "import pygame"),
    ("numpy", "hub/core/policies.py", "import numpy"),
    ("numpy", "hub/forecast/worker.py", "import numpy"),
    ("forecaster", "hub/service.py", "import hub.forecast.foretell"),
    ("hub", "hub/core/hall.py", "import hub.forecast.scene"),
    ("paho", "hub/mqtt/adapter.py", "import paho.mqtt.client"),
    ("gpio", "device/unit.py", "from gpiozero import LED"),
    ("pure", "device/voice/queue.py", "import time"),
    ("pure", "device/voice/wording.py", "import device.voice.synthesis"),
    ("screen", "device/run.py", "import pygame"),
    ("screen", "device/voice/files.py", "import pygame.mixer"),
    ("speech", "device/voice/saying.py", "import espeakng_loader"),
    ("view", "device/ui/texts.py", "import device.ui.window"),
    ("serial", "device/drivers/gpio.py", "import serial"),
    ("printing", "device/drivers/ticket_printer.py", "import escpos.printer"),
    ("light", "device/run.py", "from sqlalchemy import text"),
    ("light", "wire/settings.py", "import rich"),
    ("heavy", "hub/run.py", "import lgpio"),
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree to break things in."""
    copy = tmp_path_factory.mktemp("house")
    for part in ("wire", "device", "hub"):
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", copy)
    return copy


@pytest.fixture
def broken(house: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The contract that the house breaks now."""
    contract, name, line = request.param
    path = house / name
    sound = path.read_text(encoding="utf-8")
    path.write_text(f"{sound}\n{line}\n", encoding="utf-8")
    yield contract
    path.write_text(sound, encoding="utf-8")


@pytest.fixture(scope="module")
def lint(house: Path) -> Iterator[Lint]:
    """Call it with contracts, or none for all, for the linter's exit code and what it says.

    One linter for all, which is asked again and again: most of its time it only starts.
    """
    command = [sys.executable, "-c", LINTER]
    with subprocess.Popen(
        command, cwd=house, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as linter:
        asked, answered = linter.stdin, linter.stdout
        assert asked is not None
        assert answered is not None

        def ask(*contracts: str) -> tuple[int, str]:
            asked.write(json.dumps(contracts) + "\n")
            asked.flush()
            code, said = json.loads(answered.readline())
            return code, said

        yield ask
        asked.close()


@pytest.mark.slow
def test_the_house_keeps_its_rules(lint: Lint) -> None:
    code, said = lint()
    assert code == 0, said


@pytest.mark.slow
@pytest.mark.parametrize("broken", BREAKS, indirect=True, ids=lambda case: f"{case[1]}:{case[2]}")
def test_a_broken_rule_is_seen(lint: Lint, broken: str) -> None:
    code, said = lint(broken)
    assert code == 1
    assert "0 kept, 1 broken" in said


def test_every_rule_is_broken_once_above() -> None:
    rules = configparser.ConfigParser()
    rules.read(ROOT / ".importlinter")
    named = {name.split(":")[2] for name in rules.sections() if ":contract:" in name}
    assert named == {contract for contract, _, _ in BREAKS}
