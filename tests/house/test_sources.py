"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import configparser
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # parses every file there is

ROOT = Path(__file__).parents[2]
LONGEST_FUNCTION = 60
# What reads a clock, draws lots or touches a file, by the name it is called with. `now` is
# among them because even a clock that is handed in is asked by the shell, never by the core.
IMPURE_CALLS = {
    "new_id",
    "make_clock",
    "RealClock",
    "ScaledClock",
    "now",
    "utcnow",
    "today",
    "uuid4",
    "open",
    "read_text",
    "write_text",
    "print",
    "input",
}


def sources(*parts: str) -> list[Path]:
    found = [path for part in parts for path in sorted((ROOT / part).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


def pure_modules() -> list[Path]:
    rules = configparser.ConfigParser()
    rules.read(ROOT / ".importlinter")
    names = rules["importlinter:contract:pure"]["source_modules"].split()
    paths = [ROOT / name.replace(".", "/") for name in names]
    return [file for path in paths for file in ([*path.glob("*.py")] or [path.with_suffix(".py")])]


def calls(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    yield name, node.lineno


def test_the_pure_modules_are_there() -> None:
    paths = pure_modules()
    assert ROOT / "device/session.py" in paths
    assert ROOT / "hub/core/hall.py" in paths
    assert all(path.is_file() for path in paths)


@pytest.mark.parametrize("path", pure_modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_pure_module_reads_no_clock_draws_no_lots_and_opens_no_file(path: Path) -> None:
    assert [f"{name} in line {line}" for name, line in calls(path) if name in IMPURE_CALLS] == []


def test_the_window_alone_uses_the_display() -> None:
    users = {
        path.name
        for path in sources("device")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node).startswith("pygame.display.")
    }
    assert users == {"window.py"}


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in sources("wire", "device", "hub", "docs", "bench")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


def test_nothing_is_checked_with_assert_outside_the_tests() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources("wire", "device", "hub")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assert)
    ]
    assert found == []
