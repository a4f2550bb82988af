"""Reasons in words: why somebody is called, is next, what makes a line hot, what advice gains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.core.hall import Hall
from hub.core.judge import LINE_GAINS, OWN_LOSE
from hub.core.settled import Settled
from hub.core.state import Advice, Flag
from hub.core.tickets import APPOINTMENT, ORDINARY
from hub.web.texts import Words, both, marked
from wire.messages import Text

Reason = Mapping[str, Any]


def why_called(reason: Reason, kind: Words | None = None) -> Words | None:
    """The reason of a call; None for a call whose reason is not known.

    `kind` is the class of priority by its name, where there is one.
    """
    if "waited_s" not in reason:
        return None
    waited = _waited(reason["waited_s"])
    apart = _CALLED_APART.get(reason.get("rule", ""))
    if apart is not None:
        return both(apart, waited=waited)
    if reason["runner_up"] is None:
        if kind is not None:
            return both("Waited {waited}, priority: {kind}", waited=waited, kind=kind)
        return both("Waited {waited}, first in line", waited=waited)
    return both(
        _CALLED.get(reason.get("rule", ""), _CALLED["index"]),
        waited=waited,
        lines=reason["lines"],
        runner_up=reason["runner_up"],
        runner_up_waited=_waited(reason["runner_up_waited_s"]),
    )


_CALLED_APART = {
    "kept": marked("Waited {waited}, kept for this counter alone"),
    "alone": marked("Waited {waited}, called by the counter while it was cut off"),
}
"""Rules by which nobody else was considered."""

_CALLED = {
    "index": marked(
        "Waited {waited}, most urgent of {lines} lines; then {runner_up}: {runner_up_waited}"
    ),
    "overdue": marked("Waited {waited}, far over the target; then {runner_up}: {runner_up_waited}"),
    "help": marked(
        "Waited {waited}, taken to help another counter; then {runner_up}: {runner_up_waited}"
    ),
}


def _waited(duration_s: float) -> Words:
    passed = max(0.0, duration_s)  # an appointment may be called before its time
    if passed < 60:
        return both("{n} s", n=int(passed))
    return both("{n} min", n=f"{passed / 60:.1f}")


def why_next(reason: Reason, kind: Words | None = None) -> Words:
    """The reason why a ticket would be called now, without ages, which the page counts itself."""
    if reason["rule"] == "kept":
        return both("Kept for this counter alone")
    if reason["runner_up"] is None:
        return both("First in line") if kind is None else both("Priority: {kind}", kind=kind)
    rule = _NEXT.get(reason["rule"], _NEXT["index"])
    return both(rule, lines=reason["lines"], runner_up=reason["runner_up"])


_NEXT = {
    "index": marked("Most urgent of {lines} lines, before {runner_up}"),
    "overdue": marked("Far over the target, before {runner_up}"),
    "help": marked("To help another counter, before {runner_up}"),
}


def kind_name(hall: Hall, kind: str) -> Words | None:
    """A class of priority by its name; None for an ordinary ticket."""
    if kind == ORDINARY:
        return None
    if kind == APPOINTMENT:
        return both("Appointment")
    found = next((p.name for p in hall.plan.priorities if p.id == kind), None)
    return two_languages(found) if found else Words(zh=kind, en=kind)


def person_name(hall: Hall, by: str) -> str:
    """Who did something, by name; the id of somebody who has no account any more."""
    account = hall.people.accounts.get(by)
    return account.name if account else by


def two_languages(text: Text) -> Words:
    """A text of the hall's own, as one of ours."""
    return Words(zh=text.zh, en=text.en)


PAUSE_REASONS = (
    marked("Short break"),
    marked("Meal"),
    marked("Papers to fetch"),
    marked("Meeting"),
)
"""What a clerk who leaves most likely says; anything else is said in their own words."""


def pause_reason(reason: str) -> Words | None:
    """Why a clerk is away: in both languages if it is one of the usual reasons."""
    if not reason:
        return None
    for usual in map(both, PAUSE_REASONS):
        if reason in {usual.zh, usual.en}:
            return usual
    return Words(zh=reason, en=reason)


# --- load ---------------------------------------------------------------------------------

_FLAGS = {
    "hot": marked("hot"),
    "late": marked("far over target"),
    "cold": marked("cold"),
    "slow": marked("slow"),
}

_FLAG_WHY = {
    "hot": marked(
        "When raised: {waiting} waited, a wait of {expected_wait_min} to be expected, "
        "{expected_wait_hall_min} in the whole hall"
    ),
    "late": marked(
        "When raised: longest wait {longest_min}, target {target_min}; {waiting} waited"
    ),
    "cold": marked(
        "When raised: idle {idle} of the time, while the hall waited {expected_wait_hall_min}"
    ),
    "slow": marked(
        "When raised: longer than planned over {services} services; the last took {last_min}, "
        "planned {planned_min}"
    ),
}


def flag_name(flag: Flag) -> Words:
    """A flag in a word."""
    return both(_FLAGS[flag.kind]) if flag.kind in _FLAGS else Words(zh=flag.kind, en=flag.kind)


def why_flagged(flag: Flag) -> Words | None:
    """The evidence of a flag; None if it is not the kind of evidence that is known here."""
    values = dict(flag.evidence)
    if isinstance(values.get("idle_share"), int | float):
        values["idle"] = f"{values['idle_share']:.0%}"
    values |= {k: _clock(v) for k, v in values.items() if k.endswith("_min") and _number(v)}
    return _said(_FLAG_WHY.get(flag.kind), values)


def _number(value: object) -> bool:
    return isinstance(value, int | float)


def _clock(minutes: float) -> str:
    """A wait as the pages count it: 10:39, and 1:02:05 from an hour on."""
    left, seconds = divmod(max(0, round(60 * minutes)), 60)
    hours, left = divmod(left, 60)
    return f"{hours}:{left:02}:{seconds:02}" if hours else f"{left}:{seconds:02}"


def _said(msgid: str | None, values: Reason) -> Words | None:
    shown = {k: f"{v:.1f}" if isinstance(v, float) else v for k, v in values.items()}
    try:
        return both(msgid, **shown) if msgid else None
    except KeyError:
        return None


# --- balance ------------------------------------------------------------------------------

_ADVICE = {
    "add": marked("Counter {counter} should also serve {service}"),
    "take_back": marked("Counter {counter} can give {service} back"),
    "open": marked("Open counter {counter}"),
    "close": marked("Counter {counter} can close"),
}

_ADVICE_WHY = {
    "add_now": marked("That line needs {line_now_min} min for the {waiting} who wait"),
    "add": marked(
        "When advised: that line needed {line_min} min for the {waiting} who waited, "
        "the counter's own lines {own_min} min"
    ),
    "quiet": marked("That line needs {line_min} min only"),
    "own_hotter": marked("The counter's own lines need {own_min} min, that line {line_min} min"),
    "open": marked("The hall needs {hall_min} min for all who wait"),
    "open_unstaffed": marked(
        "The hall needs {hall_min} min for all who wait; a clerk has to sign in there first"
    ),
    "close": marked("Free for {idle_min} min; the hall needs {hall_min} min for all who wait"),
}


def advice_text(hall: Hall, advice: Advice | Settled) -> Words:
    """An advice in words."""
    counter = hall.plan.counter.get(advice.counter)
    service = hall.plan.service.get(advice.service or "")
    return both(
        _ADVICE[advice.action],
        counter=counter.number if counter else advice.counter,
        service=service.name if service else str(advice.service),
    )


def why_advised(advice: Advice) -> Words | None:
    """The reason of an advice that stands, as of the last minute, and what it costs whom.

    None if it is not the kind of reason that is known here.
    """
    if advice.action == "add" and OWN_LOSE in advice.reason:
        why = _said(_ADVICE_WHY["add_now"], advice.reason)
    else:
        why = why_then_advised(advice.action, advice.reason)
    costs = _costs(advice)
    return both("{why}; {costs}", why=why, costs=costs) if why and costs else why


def why_then_advised(action: str, reason: Reason) -> Words | None:
    """The reason why something was advised, or done on advice, at the time.

    None if it is not the kind of reason that is known here.
    """
    kind = action
    if kind == "take_back":
        kind = str(reason.get("why"))
    elif kind == "open" and reason.get("signed_in") is False:
        kind = "open_unstaffed"
    return _said(_ADVICE_WHY.get(kind), reason)


_COSTS = {
    "add": marked("those of the counter's own lines wait {minutes} min longer in all"),
    "take_back": marked("those in it then wait {minutes} min longer in all"),
    "close": marked("those of its lines then wait {minutes} min longer in all"),
}


def _costs(advice: Advice) -> Words | None:
    """What it costs those whom it does not help; None where that is not known."""
    reason = advice.reason
    if advice.action not in _COSTS or not reason.keys() >= {LINE_GAINS, OWN_LOSE}:
        return None
    lost_min = reason[OWN_LOSE] if advice.action == "add" else -reason[LINE_GAINS]
    if lost_min >= 0.5:
        return both(_COSTS[advice.action], minutes=f"{lost_min:.0f}")
    return both("the counter's own lines lose nothing by it") if advice.action == "add" else None
