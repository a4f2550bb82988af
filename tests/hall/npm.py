"""Single files out of npm packages, fetched when a test first needs them.

npm checks what it gets; what was taken out is kept in the virtual environment.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

FETCHED_WITHIN_S = 300.0

Finish = Callable[[Path, Path], object]
"""Makes of what was packed (first) what is to be kept (second)."""


def _as_it_is(packed: Path, ready: Path) -> None:
    packed.replace(ready)


def from_npm(package: str, member: str, name: str, finish: Finish = _as_it_is) -> Path:
    """A file of a package, kept under a name of its own.

    Skips the test where it cannot be had, and says why; in CI that is a failure.
    """
    kept = Path(sys.prefix, name)
    if kept.exists():
        return kept
    with tempfile.TemporaryDirectory(dir=sys.prefix) as folder:
        ready = Path(folder, "ready")
        try:
            finish(_packed(Path(folder), package, member), ready)
        except (OSError, subprocess.SubprocessError, tarfile.TarError) as error:
            _not_there(f"{package} could not be fetched with npm: {error}")
        ready.replace(kept)
    return kept


def run(folder: Path, *command: str) -> None:
    """Run a program of node's in a folder, quietly.

    Raises OSError or subprocess.SubprocessError.
    """
    quiet = subprocess.DEVNULL
    subprocess.run(
        command, cwd=folder, check=True, timeout=FETCHED_WITHIN_S, stdout=quiet, stderr=quiet
    )


def _packed(folder: Path, package: str, member: str) -> Path:
    run(folder, "npm", "pack", package)
    with tarfile.open(next(folder.glob("*.tgz"))) as packed:
        packed.extract(f"package/{member}", folder, filter="data")
    return folder / "package" / member


def _not_there(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
