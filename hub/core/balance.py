"""Balance: which counter should take or give back a service, open or close, and what it gains.

Asked once a minute. A line is judged by its clear time: how long the counters on duty need for
all who wait in it, smoothed, quickly for those that need help and slowly for giving it up. A
line is hot above a share of the plan's `open_above_min`; the counter whose help is worth most
(`hub.core.outlook`) is then to serve it as well. What was added goes back when the line is
quiet, or the counter's own lines need far longer. Where nobody can help and the line, or the
whole hall, needs longer than `open_above_min`, a closed counter is to open; below
`close_below_min` an idle one is to close. What was changed stays for `dwell_min`.

An advice stands, and is not repeated, until it is followed or dismissed; once its reason has
gone, or it was worth too little for `dwell_min`, it is closed as pointless. Until then it is
weighed anew each minute, so that what a page says of it is of that minute. What was dismissed is
not advised again for `dwell_min`. With `automatic`, services are added and taken back at once; to
open and close is left to people.
"""

from __future__ import annotations

from math import exp

from hub.core import events as e
from hub.core.judge import POOR_SHARE, STAFFING, Judge, Key, Memory, Wish, is_poor
from hub.core.outlook import Outlook
from hub.core.state import Advice, State

SMOOTH_MIN = 5.0
"""Over so long clear times are smoothed where help may be needed."""

CALM_MIN = 30.0
"""Over so long they are smoothed where help may be given up."""

MOVES = 2
"""So many changes a minute at most."""

BY = "automatic"
"""Who follows advice without a click, and closes what has become pointless."""

_MOVES = {"add": e.ServiceAdded, "take_back": e.ServiceTakenBack}


class Balance:
    """Looks at the hall once a minute and says what should change."""

    def __init__(self) -> None:
        self.memory = Memory()

    def tick(self, state: State, now: float) -> list[e.Event]:
        """What follows from the hall as it is at wall time `now`, in seconds.

        The events are to be applied in their order, and at once.
        """
        if not state.configured:
            return []
        if state.day != self.memory.day:
            self.memory = Memory(state.day)
        outlook = Outlook(state, now, 60 * state.plan.balance.dwell_min)
        _remember_changes(self.memory, state, now)
        _smooth(self.memory, state, outlook, now)
        saying = _Saying(state, Judge(state, outlook, self.memory, now), now)
        saying.review(self.memory.poor_since)
        saying.advise(self.memory.rests_until)
        self.memory.standing, self.memory.poor_since = saying.standing, saying.poor_since
        return saying.events


def _remember_changes(memory: Memory, state: State, now: float) -> None:
    """What has changed since the last minute rests from now on."""
    memory.open_since = (memory.open_since or now) if state.open else None
    dwell_s = 60 * state.plan.balance.dwell_min
    rests = {key: until for key, until in memory.rests_until.items() if until > now}
    for counter in state.counters.values():
        for service in memory.added.get(counter.id, ()):
            if service not in counter.added:
                rests["add", counter.id, service] = now + dwell_s
        memory.added[counter.id] = list(counter.added)
        if counter.open != memory.opened.get(counter.id, False):
            memory.changed_at[counter.id] = now
        memory.opened[counter.id] = counter.open
    for advice, key in memory.standing.items():
        if advice not in state.advice and not _followed(state, key):
            rests[_rest(key)] = now + dwell_s
    memory.rests_until = rests


def _followed(state: State, key: Key) -> bool:
    """Whether a counter that was to open or close did."""
    action, counter, _ = key
    return action in STAFFING and state.counters[counter].open == (action == "open")


def _rest(key: Key) -> Key:
    """What rests once this advice was dismissed: to open, or to close, whichever counter."""
    return (key[0], "", "") if key[0] in STAFFING else key


def _smooth(memory: Memory, state: State, outlook: Outlook, now: float) -> None:
    passed_min = None if memory.at is None else max(0.0, now - memory.at) / 60
    quick, slow = _part(passed_min, SMOOTH_MIN), _part(passed_min, CALM_MIN)
    for service in state.plan.service:
        clear_min = outlook.clear_min(service)
        for smoothed, part in ((memory.clear_min, quick), (memory.calm_min, slow)):
            before = smoothed.get(service, clear_min)
            smoothed[service] = before + part * (clear_min - before)
    memory.hall_min += quick * (outlook.hall_min() - memory.hall_min)
    memory.at = now


def _part(passed_min: float | None, smooth_min: float) -> float:
    return 1.0 if passed_min is None else 1 - exp(-passed_min / smooth_min)


class _Saying:
    """The events of a minute, and the advice that stands after them."""

    def __init__(self, state: State, judge: Judge, now: float) -> None:
        self._state = state
        self._judge = judge
        self._now = now
        self._automatic = state.plan.balance.automatic
        self._busy: set[str] = set()
        self.events: list[e.Event] = []
        self.standing: dict[str, Key] = {}
        self.poor_since: dict[str, float] = {}

    def review(self, poor_since: dict[str, float]) -> None:
        """What stands is closed, followed if that needs no click, or weighed anew."""
        for advice in self._state.advice.values():
            wish = self._judge.again(advice)
            if wish is None or self._was_poor_for_long(advice.id, wish, poor_since):
                self.events.append(e.AdviceClosed(self._now, advice.id, "pointless", BY))
                continue
            self._busy |= {advice.counter, advice.service or ""}
            if not self._follow(advice.id, advice.action, advice):
                self.standing[advice.id] = _key(advice)
                self._weigh(advice, wish)

    def _was_poor_for_long(self, advice: str, wish: Wish, poor_since: dict[str, float]) -> bool:
        if not is_poor(wish, POOR_SHARE):
            return False
        since = self.poor_since[advice] = poor_since.get(advice, self._now)
        return self._now - since >= 60 * self._state.plan.balance.dwell_min

    def _weigh(self, advice: Advice, wish: Wish) -> None:
        gain_min = _rounded(wish.gain_min)
        if (gain_min, wish.reason) != (advice.gain_min, advice.reason):
            self.events.append(e.AdviceWeighed(self._now, advice.id, gain_min, wish.reason))

    def advise(self, rests_until: dict[Key, float]) -> None:
        """What should change is said, the best first."""
        if self._judge.over:
            return
        wishes = sorted(self._judge.moves(), key=lambda wish: (-wish.gain_min, _key(wish)))
        given = 0
        for wish in wishes:
            about = {wish.counter, wish.service or ""}
            if given < MOVES and _key(wish) not in rests_until and not about & self._busy:
                self._busy |= about
                given += 1
                self._give(wish)
        helped = {
            wish.service
            for wish in wishes
            if wish.action == "add" and _key(wish) not in rests_until
        }
        staffing = self._judge.staffing(helped)
        stands = any(action in STAFFING for action, *_ in self.standing.values())
        if staffing is not None and not stands and _rest(_key(staffing)) not in rests_until:
            self._give(staffing)

    def _give(self, wish: Wish) -> None:
        # The sequence that the event will have in the journal: no other advice gets it.
        advice = f"advice-{self._state.version + len(self.events) + 1}"
        gain_min = _rounded(wish.gain_min)
        given = (advice, wish.action, wish.counter, wish.service, gain_min, wish.reason)
        self.events.append(e.AdviceGiven(self._now, *given))
        if not self._follow(advice, wish.action, wish):
            self.standing[advice] = _key(wish)

    def _follow(self, advice: str, action: str, what: Wish | Advice) -> bool:
        if not self._automatic or action not in _MOVES or what.service is None:
            return False
        kind = _MOVES[action]
        self.events.append(kind(self._now, what.counter, what.service, BY, what.reason))
        self.events.append(e.AdviceClosed(self._now, advice, "applied", BY))
        return True


def _key(what: Wish | Advice) -> Key:
    return what.action, what.counter, what.service or ""


def _rounded(gain_min: float) -> float:
    return round(gain_min, 3) + 0.0  # never -0.0
