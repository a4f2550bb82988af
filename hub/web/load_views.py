"""What the web shows of load and balance: flags on lines and counters, advice, classes."""

from __future__ import annotations

from collections import Counter as Count
from collections.abc import Callable, Iterable

from hub.core.arrangement import AUTOMATIC, UNDO_S
from hub.core.hall import Hall
from hub.core.judge import POOR_SHARE, SAVED, is_poor
from hub.core.state import Flag
from hub.core.strips import SLOT_S
from hub.core.tickets import ORDINARY
from hub.web import models as m
from hub.web import operator_models as om
from hub.web.why import (
    advice_text,
    flag_name,
    kind_name,
    person_name,
    two_languages,
    why_advised,
    why_flagged,
)

Time = Callable[[float], str]
"""Wall seconds as a text with the hall's offset."""


def flags_of(hall: Hall, scope: str, target: str, time: Time) -> tuple[m.FlagView, ...]:
    """The flags of a line or a counter."""
    found = (f for f in hall.flags.values() if (f.scope, f.target) == (scope, target))
    return tuple(_flag(flag, time) for flag in found)


def _flag(flag: Flag, time: Time) -> m.FlagView:
    return m.FlagView(
        kind=flag.kind,
        scope=flag.scope,
        target=flag.target,
        since=time(flag.since),
        text=flag_name(flag),
        why=why_flagged(flag),
        evidence=flag.evidence,
    )


def hottest(hall: Hall, services: Iterable[str], time: Time) -> m.FlagView | None:
    """The hot line among these in which the longest wait is to be expected."""
    served = set(services)
    hot = [
        flag
        for flag in hall.flags.values()
        if (flag.kind, flag.scope) == ("hot", "line") and flag.target in served
    ]
    # The evidence does not change while a flag is on, so equal pictures stay equal.
    return _flag(max(hot, key=_heat), time) if hot else None


def _heat(flag: Flag) -> tuple[float, float]:
    wait = flag.evidence.get("expected_wait_min")
    return float(wait) if isinstance(wait, int | float) else 0.0, -flag.since


def advice(hall: Hall, time: Time) -> tuple[om.AdviceView, ...]:
    """What the hub advises, the greatest gain first; without what is worth too little just now."""
    standing = (a for a in hall.advice.values() if not is_poor(a, POOR_SHARE))
    found = sorted(standing, key=lambda a: (-a.gain_min, a.given_at, a.id))
    return tuple(
        om.AdviceView(
            id=a.id,
            action=a.action,
            counter=a.counter,
            service=a.service,
            gain_min=a.gain_min,
            saved_min=a.reason.get(SAVED),
            within_min=hall.plan.balance.dwell_min,
            given_at=time(a.given_at),
            text=advice_text(hall, a),
            why=why_advised(a),
            reason=a.reason,
        )
        for a in found
    )


def answered(hall: Hall, now: float, time: Time) -> tuple[om.AnsweredAdvice, ...]:
    """The advice that people have answered lately, and can answer otherwise, the latest first."""
    found = [
        settled
        for settled in hall.desk.settled.values()
        if settled.by != AUTOMATIC and 0 <= now - settled.at <= UNDO_S
    ]
    return tuple(
        om.AnsweredAdvice(
            id=settled.id,
            outcome=settled.outcome,
            by=person_name(hall, settled.by),
            at=time(settled.at),
            until=time(settled.at + UNDO_S),
            text=advice_text(hall, settled),
        )
        for settled in reversed(found[-ANSWERED_SHOWN:])
    )


ANSWERED_SHOWN = 4


def strips(hall: Hall, now: float, time: Time) -> om.StripsView:
    """The last hours of every line, up to now."""
    found = hall.strips.rolled(now, hall.lines, hall.plan.service)
    last = found.until - SLOT_S
    rows = {service: row for service, row in found.rows.items() if row}
    return om.StripsView(slot_s=SLOT_S, last=time(last) if rows else None, lines=rows)


def priorities(hall: Hall) -> tuple[m.PriorityView, ...]:
    """The classes of priority that a number can be taken in."""
    return tuple(
        m.PriorityView(id=p.id, name=two_languages(p.name), credit_min=p.credit_min)
        for p in hall.plan.priorities
    )


def classes(hall: Hall, service: str) -> tuple[m.ClassCount, ...]:
    """Who waits in a line with priority, by class."""
    lines, counts = hall.lines, Count[str]()
    for lines_of in (lines.pool, *lines.bound.values()):
        for kind in lines.kinds.get(service, ()):
            line = lines_of.get((service, kind))
            if kind != ORDINARY and line:
                counts[kind] += len(line)
    return tuple(
        m.ClassCount(id=kind, name=name, waiting=count)
        for kind, count in sorted(counts.items())
        if (name := kind_name(hall, kind)) is not None
    )
