"""A trace: one day of a hall, and the folder of CSV files that holds it (docs/traces.md).

Times are seconds after the opening. `hub.replay.reading` reads what `write_trace` writes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wire.errors import NextwindowError, StorageError

COLUMNS = {
    "services.csv": ("service", "mean_s", "cv", "target_s"),
    "windows.csv": (
        "window",
        "primary_service",
        "planned_speed",
        "true_speed",
        "open_s",
        "close_s",
    ),
    "skills.csv": ("window", "service"),
    "arrivals.csv": (
        "ticket",
        "arrive_s",
        "service",
        "priority",
        "service_draw_s",
        "no_show",
        "patience_s",
    ),
    "pauses.csv": ("window", "start_s", "duration_s", "planned"),
    "events.csv": ("kind", "target", "start_s", "end_s"),
}
"""The files of a day, with their columns in the order in which they are written."""

EVENT_KINDS = ("surge", "break", "slow", "hot")
"""What the truth of a day can tell: see docs/traces.md."""

DAY_S = 28_800.0
CALL_TIMEOUT_S = 60.0
_SHOWN_MISTAKES = 20


class TraceError(NextwindowError):
    """A trace is wrong. `mistakes` holds one line for each mistake found, all of them at once."""

    exit_code = 2

    def __init__(self, mistakes: Sequence[str]) -> None:
        rest = len(mistakes) - _SHOWN_MISTAKES
        more = [f"… and {rest} more mistakes"] if rest > 0 else []
        super().__init__("\n".join([*mistakes[:_SHOWN_MISTAKES], *more]))
        self.mistakes = list(mistakes)


@dataclass(frozen=True, slots=True)
class TraceService:
    """A service as the hub knows it: mean and target in seconds, cv = deviation / mean."""

    id: int
    mean_s: float
    cv: float
    target_s: float


@dataclass(frozen=True, slots=True)
class TraceWindow:
    """A window, on duty from `open_s` to `close_s`, and the services that it may serve.

    A service of nominal length d takes d × `true_speed` seconds here. Hidden from a policy:
    `true_speed`; it may use `planned_speed`.
    """

    id: int
    primary_service: int
    planned_speed: float
    true_speed: float
    open_s: float
    close_s: float
    skills: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A ticket. Hidden from a policy: `service_draw_s`, `no_show`, `patience_s`."""

    ticket: int
    arrive_s: float
    service: int
    priority: int
    service_draw_s: float
    no_show: bool
    patience_s: float


@dataclass(frozen=True, slots=True)
class Pause:
    """A window is away for `duration_s`, from `start_s` or the end of the service then running.

    A planned one may be known in advance, any other is seen when it starts.
    """

    window: int
    start_s: float
    duration_s: float
    planned: bool


@dataclass(frozen=True, slots=True)
class TruthEvent:
    """What really happened, for judging detectors. `target`: "s7" is service 7, "w7" window 7."""

    kind: str
    target: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Meta:
    """Name and seed of a day, when issue ends, and what calling an absent citizen costs.

    `extra` holds what else stands in meta.json, in its order.
    """

    name: str = ""
    seed: tuple[int, ...] = ()
    close_s: float = DAY_S
    call_timeout_s: float = CALL_TIMEOUT_S
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trace:
    """A whole day. Windows and services in the order of their files, arrivals by time."""

    services: tuple[TraceService, ...]
    windows: tuple[TraceWindow, ...]
    arrivals: tuple[Arrival, ...]
    pauses: tuple[Pause, ...] = ()
    events: tuple[TruthEvent, ...] = ()
    meta: Meta = Meta()


def find_days(folder: Path) -> list[Path]:
    """The days under a folder: itself if it is one, else its sub-folders that are, by name.

    Raises TraceError if there are none.
    """
    if (folder / "arrivals.csv").exists():
        return [folder]
    found = sorted(path.parent for path in folder.glob("*/arrivals.csv"))
    if not found:
        raise TraceError([f"{folder}: no trace here, nor in a folder inside: no arrivals.csv"])
    return found


def write_trace(trace: Trace, folder: Path) -> None:
    """Write a day into a new folder; it is there whole or not at all.

    Times are written to the millisecond, speeds to six decimals. Raises StorageError if the
    folder exists or cannot be written.
    """
    partial = folder.with_name(f".{folder.name}.partial")
    if folder.exists():
        raise StorageError(f"{folder} exists already; traces are not written over")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        for file, text in _files(trace).items():
            (partial / file).write_text(text, encoding="utf-8", newline="")
        partial.rename(folder)
    except OSError as error:
        raise StorageError(f"{folder} cannot be written: {error.strerror}") from error


def _files(trace: Trace) -> dict[str, str]:
    meta = trace.meta
    head = {"name": meta.name, "seed": list(meta.seed), "close_s": meta.close_s}
    told = {**head, "call_timeout_s": meta.call_timeout_s, **meta.extra}
    pairs = [(window.id, service) for window in trace.windows for service in window.skills]
    lines: dict[str, Iterable[Sequence[object]]] = {
        "services.csv": (
            (s.id, f"{s.mean_s:.3f}", f"{s.cv:.3f}", _short(s.target_s)) for s in trace.services
        ),
        "windows.csv": (
            (
                w.id,
                w.primary_service,
                f"{w.planned_speed:.6f}",
                f"{w.true_speed:.6f}",
                _short(w.open_s),
                _short(w.close_s),
            )
            for w in trace.windows
        ),
        "skills.csv": pairs,
        "arrivals.csv": (
            (
                a.ticket,
                f"{a.arrive_s:.3f}",
                a.service,
                a.priority,
                f"{a.service_draw_s:.3f}",
                int(a.no_show),
                f"{a.patience_s:.3f}",
            )
            for a in trace.arrivals
        ),
        "pauses.csv": (
            (p.window, f"{p.start_s:.3f}", f"{p.duration_s:.3f}", int(p.planned))
            for p in trace.pauses
        ),
        "events.csv": (
            (e.kind, e.target, f"{e.start_s:.1f}", f"{e.end_s:.1f}") for e in trace.events
        ),
    }
    texts = {file: _csv(COLUMNS[file], rows) for file, rows in lines.items()}
    return {**texts, "meta.json": json.dumps(told, ensure_ascii=False)}


def _csv(columns: Iterable[str], rows: Iterable[Sequence[object]]) -> str:
    return "".join(",".join(map(str, row)) + "\r\n" for row in [tuple(columns), *rows])


def _short(seconds: float) -> str:
    return str(int(seconds)) if seconds == int(seconds) else f"{seconds:.3f}"
