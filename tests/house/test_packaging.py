"""What pyproject.toml, constraints.txt and the Makefile promise each other."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import LONGEST_FIRST, SLOW_FOLDERS

ROOT = Path(__file__).parents[2]
TARGETS = ["install", "demo", "test", "test-fast", "test-long", "check", "bench", "docs"]


@pytest.fixture(scope="module")
def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pinned}


def requirements(pyproject: dict[str, Any]) -> list[Requirement]:
    project = pyproject["project"]
    extras = project["optional-dependencies"].values()
    return [Requirement(text) for part in [project["dependencies"], *extras] for text in part]


def test_every_requirement_is_pinned_to_a_version_that_it_allows(
    pyproject: dict[str, Any],
) -> None:
    pinned = pins()
    wanted = requirements(pyproject)
    assert len(wanted) > 20
    for requirement in wanted:
        version = pinned.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} has no pin"
        assert requirement.specifier.contains(version, prereleases=True), str(requirement)


def test_the_pins_are_versions_and_nothing_else() -> None:
    for name, version in pins().items():
        assert re.fullmatch(r"[a-z0-9-]+", name)
        assert re.fullmatch(r"[0-9][0-9a-z.]*", version)


def test_every_package_of_the_tree_is_installed(pyproject: dict[str, Any]) -> None:
    listed = set(pyproject["tool"]["setuptools"]["packages"])
    there = {
        str(path.parent.relative_to(ROOT)).replace("/", ".")
        for part in ("wire", "device", "hub")
        for path in (ROOT / part).rglob("__init__.py")
    }
    assert there == listed


def test_neither_extra_carries_the_others_packages(pyproject: dict[str, Any]) -> None:
    extras = pyproject["project"]["optional-dependencies"]
    device, hub = ({Requirement(text).name for text in extras[name]} for name in ("device", "hub"))
    assert not device & hub
    assert not device & {"sqlalchemy", "fastapi", "uvicorn", "rich", "iotcore"}
    assert not hub & {"gpiozero", "lgpio", "pygame-ce", "pyserial"}


@pytest.mark.parametrize("target", [*TARGETS, "system-deps", "clean"])
def test_the_makefile_has_each_target_and_says_what_it_does(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:[^=\n]*## \w", makefile, re.MULTILINE)
    assert target in (re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE) or "")[1].split()


def test_what_the_fast_part_does_not_load_is_slow() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    folders = re.search(r"^SLOW_FOLDERS := (.*)$", makefile, re.MULTILINE) or ""
    assert tuple(folders[1].split()) == SLOW_FOLDERS
    fast = re.search(r"^FAST := (.*)$", makefile, re.MULTILINE) or ""
    assert re.findall(r"\S*--ignore\S*", fast[1]) == ["--ignore=,$(SLOW_FOLDERS))"]


def test_the_halves_of_the_fast_part_are_all_of_it() -> None:
    """The one is a folder without what it lends, the other all else there is, and what is lent."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    half = dict(re.findall(r"^(LENT|HUB_HALF|OTHER_HALF) := (.*)$", makefile, re.MULTILINE))
    assert half["HUB_HALF"] == "tests/hub $(addprefix --ignore=,$(LENT))"
    left_out = "tests/hub tests/conftest.py tests/__pycache__ $(SLOW_FOLDERS)"
    assert half["OTHER_HALF"] == f"$(filter-out {left_out},$(wildcard tests/*)) $(LENT)"
    lent = [ROOT / name for name in half["LENT"].split()]
    assert all(folder.is_dir() and folder.parent == ROOT / "tests/hub" for folder in lent)
    assert re.findall(r"\$\(FAST\) (\S+)", makefile) == ["$(HUB_HALF)", "$(OTHER_HALF)"]


def test_every_file_that_is_begun_early_is_there() -> None:
    assert [name for name in LONGEST_FIRST if not (ROOT / "tests" / name).is_file()] == []


@pytest.mark.parametrize("target", [name for name in TARGETS if name != "install"])
def test_whatever_runs_python_installs_first(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}: install\b", makefile, re.MULTILINE)
