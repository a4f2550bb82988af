"""Load: which line is hot, which counter is cold, which is slow, each with its evidence.

Hot: whoever joins the line now has to expect a wait that is long, and long beside the hall's.
Cold: a counter on duty is mostly idle while the hall waits. Slow: a counter's services take
longer than planned, by more than chance. `Load.tick` is asked once a minute and does work in
proportion to lines and counters; `Load.served` is told each service that ended.

Levels are exponentially weighted means, and a flag goes out below where it came on: raw values
would flag ten times as often for nothing. The thresholds are tuned on generated days
(`bench/flags.py` measures them on others).

In a pooled hall the lines are the services', and `hottest` says what a counter shows; where a
counter is printed on the ticket each counter has a line of its own. Such a line is not served
by its counter alone: whoever is free takes from it, so that the wait in it hangs on the lines
of its services more than on itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from math import exp, log, log1p, sqrt
from typing import Any, NamedTuple

from hub.core.clearing import clear_s

TICK_S = 60.0
"""How often `Load.tick` is meant to be called."""

_FIRST_GAP_S = TICK_S
_SCORE_LIMIT = 3.0  # one service counts at most as three standard deviations


class FlagKind(StrEnum):
    """What a flag says: of a line it is hot, of a counter cold or slow."""

    HOT = "hot"
    COLD = "cold"
    SLOW = "slow"


class LineReading(NamedTuple):
    """A line now: how many wait, and the planned seconds of work that they bring.

    `counters` are those that may serve it, each with the share of its time that this line can
    count on (1 over the number of its lines). Counters that are closed, or away without a time
    of return, are left out. `services` is given for a counter's own line: what that counter
    serves, by the names of `Reading.services`.
    """

    waiting: int
    work_s: float
    counters: tuple[tuple[str, float], ...]
    services: tuple[str, ...] = ()


class CounterReading(NamedTuple):
    """An open counter now.

    `serving_s`: expected rest of the service that runs (`remaining_s`), 0 if none runs.
    `away_s`: announced rest of a pause, 0 on duty. `idle_share`: which part of the time since
    the last tick it was on duty without serving, 0 to 1.
    """

    serving_s: float
    away_s: float
    idle_share: float


@dataclass(frozen=True, slots=True)
class Reading:
    """The hall at a tick; `now` in seconds of any clock that does not go back.

    Where the lines are the counters' own, `services` has everybody who waits for a service,
    whatever counter is printed on the ticket; elsewhere it is empty.
    """

    now: float
    lines: Mapping[str, LineReading]
    counters: Mapping[str, CounterReading]
    services: Mapping[str, LineReading] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FlagChange:
    """A flag went on or out. `target` is a line (hot) or a counter (cold, slow).

    `evidence` holds the numbers and the thresholds that they passed, by names that say both
    what and in which unit.
    """

    kind: FlagKind
    target: str
    on: bool
    evidence: Mapping[str, float | int | str]


@dataclass(frozen=True, slots=True)
class LoadRules:
    """The thresholds. Times in minutes; `*_ratio` are multiples of the hall's level.

    The wait in a counter's own line is expected to be `own_weight` times what that line needs,
    and `slowest_weight` times what the slowest of its services needs in the whole hall: weights
    as fitted to the waits that came true, where whoever is free takes from any line; and
    `hall_share` times what is usual in the hall now, because a counter that helps is taken from
    the others. Usual is the work that waits for each counter, and `recent_weight` times how
    long those had waited who were called lately: when a rush ends, the work has gone before the
    waits have. Elsewhere (`recent_weight` None) it is `Load.hall_min`.

    Hot goes on above the greater of `hot_on_min` and `hot_on_ratio` times the usual; out below
    the greater of `hot_off_min` and `hot_off_ratio` times the usual less `hot_off_less_min`, but
    not before it has been on for `hot_least_min`: a wait that is long now and then would else
    be told again and again.
    """

    hot_tau_min: float = 9.5
    hot_on_min: float = 14.7
    hot_on_ratio: float = 1.38
    hot_off_min: float = 14.3
    hot_off_ratio: float = 1.17
    hot_off_less_min: float = 0.0
    hot_least_min: float = 0.0
    serving_weight: float = 0.6
    hall_weight: float = 0.5
    own_weight: float = 0.25
    slowest_weight: float = 0.6
    hall_share: float = 0.0
    work_tau_min: float = 1.5
    recent_tau_min: float = 12.0
    recent_weight: float | None = None
    cold_tau_min: float = 12.0
    cold_on_idle: float = 0.54
    cold_off_idle: float = 0.17
    cold_hall_min: float = 4.9
    cold_off_hall_min: float = 3.0
    cold_hold_min: float = 5.0
    cold_seen_min: float = 15.0
    slow_factor: float = 1.6
    slow_on_odds: float = 25.0
    slow_off_odds: float = 1.0
    slow_least_odds: float = 0.05
    slow_services: int = 8


LINES = LoadRules()
"""For lines that several counters may serve, and for halls with dedicated lines."""

BOUND = LoadRules(
    hot_tau_min=4.5,
    hot_on_min=16.5,
    hot_on_ratio=1.92,
    hot_off_min=10.3,
    hot_off_ratio=1.2,
    hot_off_less_min=3.3,
    hot_least_min=20.0,
    hall_weight=0.25,
    hall_share=0.2,
    recent_weight=0.26,
)
"""For halls that print the counter on the ticket: each counter has a line of its own."""


class _Hall(NamedTuple):
    """What every line is judged beside at a tick.

    `gap_min` is the time since the last, `step` how far it moves a level; `shared` is what each
    service needs in the whole hall, in minutes.
    """

    gap_min: float
    step: float
    usual_min: float
    shared: Mapping[str, float]


@dataclass(slots=True)
class _Line:
    """What is remembered of a line: its smoothed clear time, and its flag.

    `lit_min` is for how long a flag has been on.
    """

    level_min: float = 0.0
    hot: bool = False
    lit_min: float = 0.0


@dataclass(slots=True)
class _Counter:
    """What is remembered of a counter."""

    idle: float = 0.0
    seen_min: float = 0.0
    below_min: float = 0.0
    cold: bool = False
    log_odds: float = 0.0
    services: int = 0
    slow: bool = False


@dataclass(slots=True)
class Load:
    """The detectors of one hall and day. `snapshot` and `restored` carry it over a restart.

    `recent` is how many were called lately and the sum of their waits in minutes, both fading.
    """

    rules: LoadRules = LINES
    hall_min: float = 0.0
    ticked_at: float | None = None
    work_min: float = 0.0
    recent: tuple[float, float] = (0.0, 0.0)
    _lines: dict[str, _Line] = field(default_factory=dict)
    _counters: dict[str, _Counter] = field(default_factory=dict)

    def tick(self, reading: Reading) -> list[FlagChange]:
        """A minute has passed. Returns the hot and cold flags that changed."""
        gap_s = _FIRST_GAP_S if self.ticked_at is None else reading.now - self.ticked_at
        if gap_s <= 0:
            return []
        self.ticked_at = reading.now
        gap_min = gap_s / 60
        changes = self._forget(reading)
        hot_step = _step(gap_min, self.rules.hot_tau_min)
        cold_step = _step(gap_min, self.rules.cold_tau_min)
        self.hall_min += hot_step * (self._hall_clear_min(reading) - self.hall_min)
        shared = {
            name: self._clear_min(line, reading.counters) for name, line in reading.services.items()
        }
        hall = _Hall(gap_min, hot_step, self._usual_min(reading, gap_min), shared)
        for name, line in reading.lines.items():
            changes += self._tick_line(name, line, self._clear_min(line, reading.counters), hall)
        for name, counter in reading.counters.items():
            changes += self._tick_counter(name, counter, gap_min, cold_step)
        return changes

    def _hall_clear_min(self, reading: Reading) -> float:
        """All work that waits, and a part of what keeps counters, over all open counters."""
        work_s = sum(line.work_s for line in reading.lines.values())
        kept_s = sum(counter.serving_s + counter.away_s for counter in reading.counters.values())
        return (work_s + self.rules.hall_weight * kept_s) / max(1, len(reading.counters)) / 60

    def _clear_min(self, line: LineReading, counters: Mapping[str, CounterReading]) -> float:
        """When the counters of a line begin with whoever joins it now."""
        if len(line.counters) == 1:  # as every line of a counter's own is
            ((name, share),) = line.counters
            serving_s, away_s, _ = counters[name]
            return (away_s + self.rules.serving_weight * serving_s + line.work_s / share) / 60
        # The first of c counters to be free calls, not the mean one: rests count for a c-th.
        shares = sum([share for _, share in line.counters])
        weight = self.rules.serving_weight / max(1.0, shares)
        capacity = []
        for name, share in line.counters:
            serving_s, away_s, _ = counters[name]
            capacity.append((away_s + weight * serving_s, share))
        capacity.sort()
        return clear_s(line.work_s, capacity) / 60

    def called(self, waited_min: float) -> None:
        """Somebody was called who had waited so long."""
        calls, waits_min = self.recent
        self.recent = calls + 1, waits_min + max(0.0, waited_min)

    def _usual_min(self, reading: Reading, gap_min: float) -> float:
        """What whoever joins now has to expect in the hall at large."""
        rules, lately_min, (calls, waits_min) = self.rules, self._lately_min(), self.recent
        fades = exp(-gap_min / rules.recent_tau_min)
        self.recent = fades * calls, fades * waits_min
        if rules.recent_weight is None:
            return self.hall_min
        work_s = sum([line.work_s for line in reading.lines.values()])
        work_min = work_s / max(1, len(reading.counters)) / 60
        self.work_min += _step(gap_min, rules.work_tau_min) * (work_min - self.work_min)
        return self.work_min + rules.recent_weight * lately_min

    def _lately_min(self) -> float:
        """How long those had waited who were called lately."""
        calls, waits_min = self.recent
        return waits_min / calls if calls else 0.0

    def _tick_line(
        self, name: str, line: LineReading, own_min: float, hall: _Hall
    ) -> list[FlagChange]:
        rules, state, usual_min = self.rules, self._lines.get(name), hall.usual_min
        if state is None:
            state = self._lines[name] = _Line()
        line_min, slowest = own_min, None
        if line.services:
            slowest = max(line.services, key=hall.shared.__getitem__)
            line_min = rules.own_weight * own_min + rules.slowest_weight * hall.shared[slowest]
        state.level_min += hall.step * (line_min - state.level_min)
        expected_min = state.level_min + rules.hall_share * usual_min
        on_above = max(rules.hot_on_min, rules.hot_on_ratio * usual_min)
        off_below = max(rules.hot_off_min, rules.hot_off_ratio * usual_min - rules.hot_off_less_min)
        state.lit_min += hall.gap_min
        turns_on = not state.hot and expected_min > on_above and line.waiting > 0
        stays = expected_min >= off_below or state.lit_min < rules.hot_least_min
        if not turns_on and (stays or not state.hot):
            return []
        state.hot, state.lit_min = turns_on, 0.0
        evidence: dict[str, float | int | str] = {
            "expected_wait_min": round(expected_min, 1),
            "expected_wait_hall_min": round(usual_min, 1),
            "on_above_min": round(on_above, 1),
            "off_below_min": round(off_below, 1),
            "waiting": line.waiting,
            "work_min": round(line.work_s / 60, 1),
            "counters": len(line.counters),
        }
        if slowest is not None:
            evidence["own_line_min"] = round(own_min, 1)
            evidence["slowest_service"] = slowest
            evidence["slowest_service_min"] = round(hall.shared[slowest], 1)
            evidence["called_lately_waited_min"] = round(self._lately_min(), 1)
            evidence["on_for_at_least_min"] = rules.hot_least_min
        return [FlagChange(FlagKind.HOT, name, turns_on, evidence)]

    def _tick_counter(
        self, name: str, counter: CounterReading, gap_min: float, step: float
    ) -> list[FlagChange]:
        rules, state = self.rules, self._counters.get(name)
        if state is None:
            state = self._counters[name] = _Counter()
        state.idle += step * (counter.idle_share - state.idle)
        state.seen_min += gap_min
        wanted = state.idle > rules.cold_on_idle and self.hall_min > rules.cold_hall_min
        state.below_min = state.below_min + gap_min if wanted else 0.0
        turns_on = (
            not state.cold
            and state.below_min >= rules.cold_hold_min
            and state.seen_min >= rules.cold_seen_min
        )
        over = state.idle < rules.cold_off_idle or self.hall_min < rules.cold_off_hall_min
        if not turns_on and not (state.cold and over):
            return []
        state.cold = turns_on
        evidence = {
            "idle_share": round(state.idle, 2),
            "on_above_share": rules.cold_on_idle,
            "off_below_share": rules.cold_off_idle,
            "expected_wait_hall_min": round(self.hall_min, 1),
            "hall_above_min": rules.cold_hall_min,
            "hall_off_below_min": rules.cold_off_hall_min,
        }
        return [FlagChange(FlagKind.COLD, name, turns_on, evidence)]

    def served(
        self, counter: str, service: str, duration_s: float, planned_s: float, cv: float
    ) -> list[FlagChange]:
        """A service ended after `duration_s`; `planned_s` and `cv` (above 0) were expected.

        Absent citizens are no services. Returns the slow flag if it changed; it never comes on
        before `slow_services` services of the day.
        """
        rules, state = self.rules, self._counters.setdefault(counter, _Counter())
        sigma = sqrt(log1p(cv * cv))
        score = (log(max(duration_s, 1.0) / planned_s) + sigma * sigma / 2) / sigma
        score = max(-_SCORE_LIMIT, min(_SCORE_LIMIT, score))
        shift = log(rules.slow_factor) / sigma
        state.log_odds += shift * score - shift * shift / 2
        state.log_odds = max(state.log_odds, log(rules.slow_least_odds))
        state.services += 1
        enough = state.services >= rules.slow_services
        turns_on = not state.slow and enough and state.log_odds > log(rules.slow_on_odds)
        if not turns_on and not (state.slow and state.log_odds < log(rules.slow_off_odds)):
            return []
        state.slow = turns_on
        evidence: dict[str, float | int | str] = {
            "services": state.services,
            "least_services": rules.slow_services,
            "times_planned": rules.slow_factor,
            "odds_for_that": round(exp(min(state.log_odds, 20.0)), 1),
            "on_above_odds": rules.slow_on_odds,
            "off_below_odds": rules.slow_off_odds,
            "last_service": service,
            "last_min": round(duration_s / 60, 1),
            "planned_min": round(planned_s / 60, 1),
        }
        return [FlagChange(FlagKind.SLOW, counter, turns_on, evidence)]

    def _forget(self, reading: Reading) -> list[FlagChange]:
        """Lines and counters that are no longer there lose their flags; slow lasts the day."""
        gone = [name for name in self._lines if name not in reading.lines]
        evidence: dict[str, float | int | str] = {"because": "no longer there"}
        changes = [
            FlagChange(FlagKind.HOT, name, False, evidence)
            for name in gone
            if self._lines.pop(name).hot
        ]
        for name, state in self._counters.items():
            if name in reading.counters:
                continue
            if state.cold:
                changes.append(FlagChange(FlagKind.COLD, name, False, evidence))
            state.idle, state.seen_min, state.below_min, state.cold = 0.0, 0.0, 0.0, False
        return changes

    def hottest(self, lines: Iterable[str]) -> str | None:
        """The hot line with the longest expected wait among those of a counter."""
        hot = [
            (self._lines[n].level_min, n) for n in lines if n in self._lines and self._lines[n].hot
        ]
        return max(hot)[1] if hot else None

    def flags(self) -> list[tuple[FlagKind, str]]:
        """The flags that are on, in a fixed order."""
        found = [(FlagKind.HOT, name) for name, line in self._lines.items() if line.hot]
        for name, counter in self._counters.items():
            found += [(FlagKind.COLD, name)] if counter.cold else []
            found += [(FlagKind.SLOW, name)] if counter.slow else []
        return sorted(found)

    def snapshot(self) -> dict[str, Any]:
        """All that is remembered, as plain data."""
        return {
            "hall_min": self.hall_min,
            "ticked_at": self.ticked_at,
            "work_min": self.work_min,
            "recent": list(self.recent),
            "lines": {name: asdict(line) for name, line in self._lines.items()},
            "counters": {name: asdict(counter) for name, counter in self._counters.items()},
        }

    @classmethod
    def restored(cls, data: Mapping[str, Any], rules: LoadRules | None = None) -> Load:
        """What `snapshot` gave, as it was."""
        return cls(
            rules or LINES,
            data["hall_min"],
            data["ticked_at"],
            data["work_min"],
            (data["recent"][0], data["recent"][1]),
            {name: _Line(**line) for name, line in data["lines"].items()},
            {name: _Counter(**counter) for name, counter in data["counters"].items()},
        )


def _step(gap_min: float, tau_min: float) -> float:
    """How far an exponentially weighted mean goes towards a value that stood for `gap_min`."""
    return 1 - exp(-gap_min / tau_min)
