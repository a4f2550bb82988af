"""`counter-unit say`: an engineer listens to a call."""

from __future__ import annotations

import subprocess
import sys
import wave
from array import array
from pathlib import Path

import pytest
from typer.testing import CliRunner

from device import cli
from wire.errors import ConfigurationError

ROOT = Path(__file__).parents[3]
CONFIG = """
[unit]
id = "unit-3"
hall = "main"
counter = "c3"
state = "/tmp/state"
[hardware]
kind = "real"
[voice]
output = "sound-card"
languages = ["en", "zh"]
one = "幺"
chime = false
"""


def say(*arguments: str) -> str:
    done = CliRunner().invoke(cli.app, ["say", *arguments], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def samples(path: Path) -> array[int]:
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 22050)
        return array("h", file.readframes(file.getnframes()))


@pytest.mark.parametrize(
    ("language", "caption", "read"),
    [
        ("zh", "请A012号到3号窗口", "请A零一二号到三号窗口"),
        ("en", "Number A012, please go to counter 3", "Number A 0 1 2, please go to counter 3"),
    ],
)
def test_a_call_is_written_to_a_file(
    tmp_path: Path, language: str, caption: str, read: str
) -> None:
    file = tmp_path / "call.wav"
    said = say("A012", "--counter", "3", "--lang", language, "--out", str(file))
    assert f"{language}: {caption}\n    read as {read}\n" in said
    heard = samples(file)
    assert 3.5 < len(heard) / 22050 < 9
    chime, voice = heard[: int(1.3 * 22050)], heard[int(1.5 * 22050) :]
    assert max(chime) > 3000
    assert max(voice) > 8000
    assert max(heard[-4000:]) < 200, "it ends in silence"


def test_it_is_said_as_the_unit_is_configured(tmp_path: Path) -> None:
    config = tmp_path / "unit.toml"
    config.write_text(CONFIG, encoding="utf-8")
    file = tmp_path / "call.wav"
    said = say("A112", "--counter", "3", "--again", "--config", str(config), "--out", str(file))
    assert said.index("Calling again: number A 1 1 2") < said.index("再次呼叫，请A幺幺二号到三号")
    assert max(samples(file)[:500]) < 200, "no chime, but the voice after a moment"


def test_a_language_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="there are zh and en"):
        say("A012", "--counter", "3", "--lang", "fr", "--out", str(tmp_path / "call.wav"))


@pytest.mark.slow
@pytest.mark.system("unshare")
def test_the_file_is_made_without_a_network(tmp_path: Path) -> None:
    """In a network namespace of its own, which has not even a loopback."""
    alone = ["unshare", "--map-root-user", "--net"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system allows no network namespaces")
    file = tmp_path / "call.wav"
    words = ["A012", "--counter", "3", "--lang", "zh", "--out", str(file)]
    done = subprocess.run(
        [*alone, sys.executable, "-m", "device", "say", *words],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "read as 请A零一二号到三号窗口" in done.stdout
    assert max(samples(file)) > 8000
