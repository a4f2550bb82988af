"""`counter-unit screenshot`: any screen of any role, in a file."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from typer.testing import CliRunner

from device import cli
from device.ui.catalogue import GALLERIES, screens
from wire.errors import ConfigurationError


def shot(*arguments: str) -> str:
    result = CliRunner().invoke(cli.app, ["screenshot", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_it_lists_every_screen_of_every_role() -> None:
    lines = [line.split() for line in shot("--list").splitlines()]
    listed = {name: role for role, name in lines}
    assert listed == {name: screen.role for name, screen in screens().items()}
    assert {gallery.role for gallery in GALLERIES} == {"counter", "board", "kiosk"}


def test_no_two_screens_have_one_name() -> None:
    assert len(screens()) == sum(len(gallery.views()) for gallery in GALLERIES)


def test_it_draws_a_screen_in_the_size_and_language_asked_for(tmp_path: Path) -> None:
    drawn = {}
    for lang in ("zh", "en"):
        path = tmp_path / f"{lang}.png"
        shot("--screen", "board", "--size", "600x1024", "--lang", lang, "--out", str(path))
        drawn[lang] = path.read_bytes()
        assert drawn[lang].startswith(b"\x89PNG")
        assert struct.unpack(">II", drawn[lang][16:24]) == (600, 1024)
    assert drawn["zh"] != drawn["en"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--screen", "bord", "--out", "x.png"], "Did you mean 'board'?"),
        (["--screen", "board", "--size", "big", "--out", "x.png"], "expected WIDTHxHEIGHT"),
        (["--screen", "board", "--lang", "fr", "--out", "x.png"], "expected zh or en"),
        (["--screen", "board"], "--out are needed"),
        (["--screen", "board", "--out", "/nowhere/x.png"], "No such file or directory"),
    ],
)
def test_what_it_cannot_do_it_says_in_one_line(arguments: list[str], said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        shot(*arguments)
    assert said in str(caught.value)
    assert str(caught.value).count("\n") == 0
