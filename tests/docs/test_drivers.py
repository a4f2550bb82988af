"""docs/drivers.md: its sign of another maker is taken out of it, put in place, and used."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.configuration import UnitSettings
from device.drivers import signs
from device.drivers.ports import SignText
from device.drivers.registry import CARD_READERS, PRINTERS, SPEECH, make_sign, sign_kinds
from device.fitting import peripherals
from tests.device.drivers.kit import DirectLine, pace
from tests.device.drivers.test_signs import written
from wire.errors import ConfigurationError, HardwareError
from wire.settings import parse

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "drivers.md").read_text(encoding="utf-8")
UNIT = (
    '[unit]\nid = "u-1"\nhall = "main"\ncounter = "c1"\nstate = "/s"\n[hardware]\nkind = "real"\n'
)
MODULE = "device.drivers.signs.framing_3"


def block(language: str, index: int = 0) -> str:
    """A piece of code of the document, moved to the margin."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", TEXT, re.MULTILINE | re.DOTALL)
    return textwrap.dedent(found[index][1])


@pytest.fixture
def in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file of the document, where it says that it belongs, for the time of a test."""
    code = block("python")
    place = ROOT / code.splitlines()[0].removeprefix("# ")
    assert place.parent == Path(signs.__file__).parent
    assert not place.exists()
    file = tmp_path / place.name
    file.write_text(code, encoding="utf-8")
    monkeypatch.setattr(signs, "__path__", [*signs.__path__, str(tmp_path)])
    yield file
    sys.modules.pop(MODULE, None)


def test_before_it_is_in_place_there_is_no_such_sign() -> None:
    assert "framing-3" not in sign_kinds()
    with pytest.raises(ConfigurationError, match="no such kind of sign"):
        parse(UNIT + block("toml"), UnitSettings, "unit.toml")


@pytest.mark.usefixtures("in_place")
def test_one_file_is_all_it_takes_to_configure_and_build_it() -> None:
    settings = parse(UNIT + block("toml"), UnitSettings, "unit.toml")
    assert type(peripherals(settings, {}).sign).__module__ == MODULE


@pytest.mark.usefixtures("in_place")
def test_the_test_of_the_document_passes() -> None:
    names = {"written": written, "SignText": SignText}
    exec(block("python", 1), names)  # the document's own text
    names["test_framing_3_is_as_in_the_manual"]()  # type: ignore[operator]


@pytest.mark.usefixtures("in_place")
def test_what_it_inherits_works() -> None:
    line = DirectLine()
    sign = make_sign("framing-3", line, pace(), 1)
    assert "is there" in sign.probe()
    with pytest.raises(HardwareError, match="this kind has 1 to 255"):
        make_sign("framing-3", line, pace(), 0)


@pytest.mark.slow
def test_the_file_keeps_the_rules_of_the_house(in_place: Path) -> None:
    ruff = [sys.executable, "-m", "ruff"]
    config = ["--no-cache", "--config", str(ROOT / "pyproject.toml")]
    for command in (["check", *config], ["format", "--check", *config]):
        done = subprocess.run(
            [*ruff, *command, str(in_place)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout


def test_every_kind_there_is_stands_in_the_table() -> None:
    table = re.search(r"\| section \|.*?\n\n", TEXT, re.DOTALL)
    assert table is not None
    kinds = {*sign_kinds(), *SPEECH, *PRINTERS, *CARD_READERS}
    cells = [row.split("|")[2] for row in table[0].strip().splitlines()[2:]]
    assert {kind for cell in cells for kind in re.findall(r"`([^`]+)`", cell)} == kinds


def test_every_file_that_is_named_is_there() -> None:
    section = TEXT[TEXT.index("## How it fits") :]
    named = re.findall(r"^    (device/\S+)", section, re.MULTILINE)
    assert len(named) > 8
    for name in named:
        pattern = re.sub(r"<\w+>", "*", name)
        assert list(ROOT.glob(pattern)), name
