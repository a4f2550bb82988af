"""A hub killed in the middle of its commits: whole batches are there, and all it spoke of."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hub.journal.store import Journal
from tests.hub.journal.committer import EVENTS_EACH, batch_of

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
def test_kills_between_and_inside_commits(folder: Path) -> None:
    chance = random.Random(20260302)
    spoken = -1
    for _ in range(8):
        spoken = max(spoken, _run_and_kill(folder, lines=chance.randrange(40)))
        assert _batches_in(folder) > spoken


def _run_and_kill(folder: Path, lines: int) -> int:
    """The last batch that the process said was durable."""
    command = [sys.executable, "-m", "tests.hub.journal.committer", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(lines):
            assert process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        said = process.stdout.read().split("\n")[:-1]  # a cut-off last line was not said
    assert process.returncode == -signal.SIGKILL
    return int(said[-1]) if said else -1


def _batches_in(folder: Path) -> int:
    """How many batches the journal holds, all of them whole and as they were written."""
    journal = Journal(folder)
    events = list(journal.events())
    count, rest = divmod(len(events), EVENTS_EACH)
    assert rest == 0
    expected = [event for k in range(count) for event in batch_of(k).events]
    assert events == list(enumerate(expected, 1))
    for number in range(count):
        batch = batch_of(number)
        assert journal.answer(f"a{number}") == batch.answers[f"a{number}"]
    assert journal.answer(f"a{count}") is None
    heads = [head for _, _, head in journal.heads()]
    assert [(head.through, head.beyond) for head in heads] == ([(count, {})] if count else [])
    assert journal.quarantine_count("u") == count
    journal.close()
    return count
