"""Judges hot, cold and slow flags on days whose truth is known.

Input is what happened (a trace and the calls made) and what was said (flags as they went on and
out); it does not matter who called. Truth uses the future:

- Hall wait at a minute: mean wait of all tickets that joined within 7 minutes of it.
- Line wait at a minute: interpolated between the tickets of that line that joined before and
  after. A line is a service's ("s7"), or a window's ("w7") where tickets name a window. As idle
  windows help there, such a line can be read in two ways: whom the window called, or whom its
  number was printed for (`Call.printed`). Both are measured.
- Hot: line wait over 15 min and over 1.6 × hall wait + 3 min, for 10 minutes or longer. A flag
  is false if no minute with a line wait over 10 min and over 1.3 × hall wait lies within five
  minutes of it; the minutes lit outside such are counted as wrong.
- Cold: a window on duty is idle for over half of the 10 minutes before and after, while the hall
  wait is over 6 min, for 15 minutes or longer. A flag is false if no minute with two fifths idle
  and a hall wait over 4 min lies within five minutes of it.
- Slow: the windows that the truth of the day calls slow.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path

from rich.progress import track

from bench.report import Figure
from hub.core.hall import Hall
from hub.core.policies import POLICIES
from hub.replay.engine import Replay, Setting
from hub.replay.generate import generate
from hub.replay.sites import SCENARIOS
from hub.replay.trace import Arrival, Trace
from hub.replay.watchers import LoadWatcher

MINUTE_S = 60.0
HALL_SPAN_S = 420.0
IDLE_SPAN_S = 600.0
NEAR_MIN = 5
SEED = 20
DAYS = 3
ASSIGNED_DAYS = 12  # their periods are rare
SIX = ("balanced", "skewed", "surge", "breaks", "slow", "tiny")
DEDICATED = Setting("fcfs", "pooled", 0.0, "primary")
ASSIGNED = tuple(Setting(policy, "assigned", 0.0) for policy in POLICIES)
POOLED = Setting("pressure", "pooled", 0.0)
HOT_MIN, COLD_MIN = 10, 15
HOT_ASSIGNED = ("0.2", "27", "9", "50")


@dataclass(frozen=True, slots=True)
class Call:
    """A ticket was called to a window; `end_s` is when the window was done with it.

    `printed` is the window on the ticket, where its wait is to be counted there.
    """

    ticket: int
    window: int
    call_s: float
    end_s: float
    printed: int | None = None

    @property
    def line(self) -> int:
        """The window in whose line it is counted."""
        return self.window if self.printed is None else self.printed


@dataclass(frozen=True, slots=True)
class FlagRow:
    """A flag (hot, cold or slow) of a target ("s7", "w7") went on or out."""

    t_s: float
    kind: str
    target: str
    on: bool


@dataclass(slots=True)
class Counts:
    """What was counted over so many target-days. Delays in minutes, of what was found."""

    target_days: int = 0
    flags: int = 0
    false: int = 0
    periods: int = 0
    missed: int = 0
    wrong_min: int = 0
    delays_min: list[float] = field(default_factory=list)

    def add(self, other: Counts) -> None:
        """Count another day."""
        self.target_days += other.target_days
        self.flags += other.flags
        self.false += other.false
        self.periods += other.periods
        self.missed += other.missed
        self.wrong_min += other.wrong_min
        self.delays_min += other.delays_min

    @property
    def false_per_day(self) -> float:
        """False flags a target-day."""
        return self.false / max(1, self.target_days)

    @property
    def missed_pct(self) -> float:
        """Percent of the periods in which the flag was never on."""
        return 100 * self.missed / max(1, self.periods)

    @property
    def delay_min(self) -> float:
        """Mean delay from the beginning of a found period to the flag, in minutes."""
        return sum(self.delays_min) / max(1, len(self.delays_min))

    @property
    def wrong_min_per_day(self) -> float:
        """Minutes a target-day for which a flag was lit without reason."""
        return self.wrong_min / max(1, self.target_days)


@dataclass(frozen=True, slots=True)
class _Truth:
    """Minutes of a day: in which periods a flag is due, and where it is excusable."""

    due: tuple[tuple[int, int], ...]
    excusable: tuple[bool, ...]


def judge(
    trace: Trace, calls: Sequence[Call], flags: Iterable[FlagRow], *, assigned: bool = False
) -> dict[str, Counts]:
    """Count one day, by kind. `assigned`: hot is judged for each window instead of each service."""
    rows = sorted(flags, key=lambda row: row.t_s)
    hall = _hall_wait(trace, calls)
    found = {"hot": Counts(), "cold": Counts(), "slow": _slow(trace, rows)}
    truths = {
        "hot": _hot_truths(trace, calls, hall, assigned=assigned),
        "cold": _cold_truths(trace, calls, hall),
    }
    for kind, by_target in truths.items():
        for target, truth in by_target.items():
            lit = _lit(trace, [row for row in rows if (row.kind, row.target) == (kind, target)])
            found[kind].add(_compare(truth, lit))
    return found


def _minutes(trace: Trace) -> range:
    return range(int(trace.meta.close_s // MINUTE_S) + 1)


def _lit(trace: Trace, rows: Sequence[FlagRow]) -> list[bool]:
    """For each minute, if the flag was on at its beginning."""
    times = [row.t_s for row in rows]
    found = []
    for minute in _minutes(trace):
        last = bisect_right(times, minute * MINUTE_S) - 1
        found.append(last >= 0 and rows[last].on)
    return found


def _compare(truth: _Truth, lit: Sequence[bool]) -> Counts:
    counts = Counts(target_days=1, periods=len(truth.due))
    near = _near(truth.excusable)
    for start, end in _runs(lit):
        counts.flags += 1
        counts.false += not any(near[start:end])
    counts.wrong_min = sum(on and not fine for on, fine in zip(lit, truth.excusable, strict=True))
    for start, end in truth.due:
        first = next((minute for minute in range(start, end) if lit[minute]), None)
        if first is None:
            counts.missed += 1
        else:
            counts.delays_min.append(first - start)
    return counts


def _runs(minutes: Sequence[bool]) -> list[tuple[int, int]]:
    """Where a row of minutes is true, as half-open spans."""
    found, start = [], None
    for minute, true in enumerate([*minutes, False]):
        if true and start is None:
            start = minute
        elif not true and start is not None:
            found.append((start, minute))
            start = None
    return found


def _near(minutes: Sequence[bool]) -> list[bool]:
    """Minutes that are true, or within `NEAR_MIN` of one that is."""
    before = [0, *accumulate(minutes)]
    last = len(minutes)
    return [
        before[min(last, minute + NEAR_MIN + 1)] > before[max(0, minute - NEAR_MIN)]
        for minute in range(last)
    ]


def _truth(due: Sequence[bool], excusable: Sequence[bool], least_min: int) -> _Truth:
    periods = tuple(span for span in _runs(due) if span[1] - span[0] >= least_min)
    return _Truth(periods, tuple(excusable))


# --- waits ------------------------------------------------------------------------------------


def _hall_wait(trace: Trace, calls: Sequence[Call]) -> list[float]:
    """Mean wait in minutes of those who joined around each minute; 0 if nobody did."""
    joined = sorted(_joins(trace, calls, lambda _: 0)[0])
    times = [time for time, _ in joined]
    sums = [0.0, *accumulate(wait for _, wait in joined)]
    found = []
    for minute in _minutes(trace):
        first = bisect_left(times, minute * MINUTE_S - HALL_SPAN_S)
        last = bisect_right(times, minute * MINUTE_S + HALL_SPAN_S)
        found.append((sums[last] - sums[first]) / (last - first) if last > first else 0.0)
    return found


def _joins(
    trace: Trace, calls: Sequence[Call], line_of: Callable[[Call], int]
) -> dict[int, list[tuple[float, float]]]:
    """For each line, when its tickets joined and how many minutes they waited."""
    arrived = {arrival.ticket: arrival.arrive_s for arrival in trace.arrivals}
    found: dict[int, list[tuple[float, float]]] = {}
    for call in calls:
        joined = arrived[call.ticket]
        found.setdefault(line_of(call), []).append((joined, (call.call_s - joined) / 60))
    return found


def _line_wait(trace: Trace, joined: list[tuple[float, float]]) -> list[float]:
    """Wait in minutes of one who joins at each minute; 0 before the first ticket."""
    joined = sorted(joined)
    times = [time for time, _ in joined]
    found = []
    for minute in _minutes(trace):
        now = minute * MINUTE_S
        after = bisect_right(times, now)
        if after == 0:
            found.append(0.0)
        elif after == len(joined):
            found.append(joined[-1][1])
        else:
            (t0, w0), (t1, w1) = joined[after - 1], joined[after]
            found.append(w0 + (w1 - w0) * (now - t0) / (t1 - t0))
    return found


def _hot_truths(
    trace: Trace, calls: Sequence[Call], hall: Sequence[float], *, assigned: bool
) -> dict[str, _Truth]:
    service = {arrival.ticket: arrival.service for arrival in trace.arrivals}
    names = [window.id for window in trace.windows] if assigned else [s.id for s in trace.services]
    joined = _joins(trace, calls, lambda call: call.line if assigned else service[call.ticket])
    found = {}
    for name in names:
        waits = _line_wait(trace, joined.get(name, []))
        pairs = list(zip(waits, hall, strict=True))
        due = [wait > 15 and wait > 1.6 * around + 3 for wait, around in pairs]
        excusable = [wait > 10 and wait > 1.3 * around for wait, around in pairs]
        found[f"{'w' if assigned else 's'}{name}"] = _truth(due, excusable, HOT_MIN)
    return found


# --- idle windows -----------------------------------------------------------------------------


def _cold_truths(trace: Trace, calls: Sequence[Call], hall: Sequence[float]) -> dict[str, _Truth]:
    found = {}
    for window in trace.windows:
        own = sorted((c.call_s, c.end_s) for c in calls if c.window == window.id)
        away = _away(trace, window.id, own)
        taken = sorted([*own, *away, (-1e9, window.open_s), (window.close_s, 1e9)])
        idle = [_free_share(taken, minute * MINUTE_S) for minute in _minutes(trace)]
        pairs = list(zip(idle, hall, strict=True))
        due = [share > 0.5 and wait > 6 for share, wait in pairs]
        excusable = [share > 0.4 and wait > 4 for share, wait in pairs]
        found[f"w{window.id}"] = _truth(due, excusable, COLD_MIN)
    return found


def _away(
    trace: Trace, window: int, serving: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    """When a window really was away: after the service that ran, one pause after the other."""
    found: list[tuple[float, float]] = []
    back = 0.0
    pauses = [pause for pause in trace.pauses if pause.window == window]
    for pause in sorted(pauses, key=lambda pause: pause.start_s):
        start = max(pause.start_s, back)
        running = bisect_left(serving, (start, 0.0)) - 1
        if running >= 0:
            start = max(start, serving[running][1])
        back = start + pause.duration_s
        found.append((start, back))
    return found


def _free_share(taken: Sequence[tuple[float, float]], now: float) -> float:
    """The part of the span around `now` in which none of the sorted spans lies."""
    low, high = now - IDLE_SPAN_S, now + IDLE_SPAN_S
    free, at = 0.0, low
    for start, end in taken:
        if start >= high:
            break
        if end > at:
            free += max(0.0, start - at)
            at = max(at, end)
    return (free + max(0.0, high - at)) / (high - low)


# --- slow windows -----------------------------------------------------------------------------


def _slow(trace: Trace, rows: Sequence[FlagRow]) -> Counts:
    """Each window of the day; a flag on one that is not slow is false."""
    slow = {event.target: event for event in trace.events if event.kind == "slow"}
    counts = Counts(target_days=len(trace.windows), periods=len(slow))
    told: dict[str, float] = {}
    for row in rows:
        if row.kind == "slow" and row.on:
            counts.flags += 1
            counts.false += row.target not in slow
            told.setdefault(row.target, row.t_s)
    for target, event in slow.items():
        if target in told:
            counts.delays_min.append((told[target] - event.start_s) / 60)
        else:
            counts.missed += 1
    return counts


# --- the replayed core ------------------------------------------------------------------------


PRINTED = "hot, as printed"
"""Hot flags in an assigned hall, judged by the window on each ticket."""


class _Printed(LoadWatcher):
    """Remembers too which window each ticket was given."""

    def __init__(self) -> None:
        super().__init__()
        self.window: dict[int, str | None] = {}

    def issued(self, hall: Hall, ticket: str, arrival: Arrival, now: float) -> None:
        """A number was taken."""
        super().issued(hall, ticket, arrival, now)
        self.window[arrival.ticket] = hall.tickets[ticket].label


def replayed(
    setting: Setting, seed: int, days: int, scenarios: Sequence[str] = SIX
) -> dict[str, Counts]:
    """Count the flags of the very core that runs live, over `days` days of each scenario."""
    total = {kind: Counts() for kind in ("hot", "cold", "slow", PRINTED)}
    chosen = [(name, day) for name in scenarios for day in range(days)]
    for name, day in track(chosen, description="Judging flags", transient=True):
        trace = generate(*SCENARIOS[name], seed, day)
        watcher = _Printed()
        replay = Replay(trace, setting, [watcher])
        calls = [Call(s.arrival.ticket, s.window, s.call_s, s.end_s) for s in replay.run()]
        flags = [
            FlagRow(float(str(at)), str(kind), str(target), on == 1)
            for at, kind, target, on in watcher.flag_rows(replay.names)
        ]
        assigned = setting.mode == "assigned"
        for kind, counts in judge(trace, calls, flags, assigned=assigned).items():
            total[kind].add(counts)
        if assigned:
            numbers = {name: number for number, name in replay.names.counters.items()}
            given = [replace(c, printed=numbers.get(watcher.window[c.ticket] or "")) for c in calls]
            total[PRINTED].add(judge(trace, given, flags, assigned=True)["hot"])
    return total


def measure(_folder: Path) -> list[Figure]:
    """Flags on generated days beside what is aimed at; none of these days was used for tuning."""
    dedicated = replayed(DEDICATED, SEED, DAYS)
    assigned = [(each.policy, replayed(each, SEED, ASSIGNED_DAYS)) for each in ASSIGNED]
    pooled = replayed(POOLED, SEED, 4 * DAYS, ("slow",))
    return [
        *_hot("dedicated lines", dedicated["hot"], "line", ("0.15", "15", "7", "25")),
        *(
            figure
            for policy, counts in assigned
            for kind, reading in (("hot", "by who called"), (PRINTED, "as printed"))
            for figure in _hot(
                f"assigned, {policy}, {reading}", counts[kind], "counter", HOT_ASSIGNED
            )
        ),
        *_found("cold counter", dedicated["cold"], ("0.2", "10")),
        *_found("slow counter (1.8×)", pooled["slow"], ("0.03", "5")),
    ]


def _hot(what: str, counts: Counts, each: str, aims: tuple[str, str, str, str]) -> list[Figure]:
    return [
        Figure(f"hot, {what}: false a {each}-day", f"{counts.false_per_day:.3f}", aim=aims[0]),
        Figure(f"… missed of {counts.periods}", f"{counts.missed_pct:.1f} %", aim=f"{aims[1]} %"),
        Figure("… mean delay", f"{counts.delay_min:.1f} min", aim=f"{aims[2]} min"),
        Figure("… wrongly lit a day", f"{counts.wrong_min_per_day:.1f} min", aim=f"{aims[3]} min"),
    ]


def _found(what: str, counts: Counts, aims: tuple[str, str]) -> list[Figure]:
    return [
        Figure(f"{what}: false a counter-day", f"{counts.false_per_day:.3f}", aim=aims[0]),
        Figure(f"… missed of {counts.periods}", f"{counts.missed_pct:.1f} %", aim=f"{aims[1]} %"),
        Figure("… mean delay", f"{counts.delay_min:.1f} min"),
    ]
