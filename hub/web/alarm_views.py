"""What the web shows of alarms: in words, with their reasons, and who has seen them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hub.core.alarms import URGENT, Alarm, alarms, seen_by
from hub.core.counter_events import flag_key
from hub.core.hall import Hall
from hub.journal.store import SetAside
from hub.web import operator_models as om
from hub.web.facts import Facts
from hub.web.fault_words import fault_text
from hub.web.load_views import Time
from hub.web.texts import Words, both, marked
from hub.web.why import pause_reason, person_name, two_languages, why_flagged
from hub.web.words import place, why_set_aside


def alarm_views(hall: Hall, facts: Facts, aside: SetAside, time: Time) -> tuple[om.AlarmView, ...]:
    """All alarms: those that nobody has seen first, of those the urgent, then the latest."""
    found = [(alarm, seen_by(hall, alarm)) for alarm in (*_shell(facts, aside), *alarms(hall))]
    found.sort(key=lambda each: (each[1] is not None, each[0].kind not in URGENT, -each[0].since))
    shown = []
    for alarm, seen in found:
        text, why = _SAY[alarm.kind](hall, alarm)
        if alarm.kind == "quarantine":
            text, why = _quarantine(aside)
        shown.append(
            om.AlarmView(
                id=alarm.key,
                kind=alarm.kind,
                urgent=alarm.kind in URGENT,
                since=time(alarm.since),
                text=text,
                why=why,
                seen_by=person_name(hall, seen.by) if seen else None,
                seen_at=time(seen.at) if seen else None,
            )
        )
    return tuple(shown)


def _shell(facts: Facts, aside: SetAside) -> Iterator[Alarm]:
    """Alarms that the state does not know of."""
    for kind, since in facts.since.items():
        yield Alarm(kind, since)
    if aside.count:
        yield Alarm("quarantine", aside.newest[0].received_at)


Said = tuple[Words, Words | None]


def _plain(msgid: str, why: str | None = None) -> Callable[[Hall, Alarm], Said]:
    return lambda _hall, _alarm: (both(msgid), both(why) if why else None)


def _flag(msgid: str) -> Callable[[Hall, Alarm], Said]:
    def said(hall: Hall, alarm: Alarm) -> Said:
        flag = hall.flags[flag_key(alarm.kind, alarm.scope, alarm.about)]
        return both(msgid, target=_target(hall, alarm)), why_flagged(flag)

    return said


def _target(hall: Hall, alarm: Alarm) -> Words:
    service = hall.plan.service.get(alarm.about)
    if alarm.scope == "line" and service is not None:
        return two_languages(service.name)
    counter = hall.plan.counter.get(alarm.about)
    return both("Counter {counter}", counter=counter.number if counter else alarm.about)


def _alone(hall: Hall, alarm: Alarm) -> Said:
    counter = hall.plan.counter[hall.plan.counter_of_unit[alarm.about]]
    said = both("Counter {counter} works alone", counter=counter.number)
    return said, both("Its unit is cut off: only this counter calls what is kept for it")


def _lost(hall: Hall, alarm: Alarm) -> Said:
    said = both("{place} is not heard", place=place(hall, alarm.about))
    return said, both("Look at its power and at its network cable")


def _fault(hall: Hall, alarm: Alarm) -> Said:
    code, detail = hall.units[alarm.about].faults[alarm.part]
    what = fault_text(alarm.part, code or "fault")
    said = both("{place}: {what}", place=place(hall, alarm.about), what=what)
    return said, Words(zh=detail, en=detail) if detail else None


def _away(hall: Hall, alarm: Alarm) -> Said:
    state, counter = hall.counters[alarm.about], hall.plan.counter.get(alarm.about)
    clerk = hall.plan.clerk.get(state.clerk or "")
    said = both(
        "{clerk} should be back at counter {counter}",
        clerk=clerk.name if clerk else "?",
        counter=counter.number if counter else alarm.about,
    )
    return said, pause_reason(state.paused.reason) if state.paused else None


def _emergency(hall: Hall, _alarm: Alarm) -> Said:
    text = hall.emergency or {"zh": "", "en": ""}
    said = both("An emergency text covers all boards")
    return said, Words(zh=text["zh"], en=text["en"] or text["zh"])


def _quarantine(aside: SetAside) -> Said:
    text = both("Records of units set aside and not counted: {count}", count=aside.count)
    newest = aside.newest[0]
    reason = why_set_aside(newest.code)
    return text, both("The latest is of {unit}: {why}", unit=newest.unit, why=reason)


_SAY: dict[str, Callable[[Hall, Alarm], Said]] = {
    "storage": _plain(
        marked("The hub cannot store anything; what is pressed now does not count"),
        marked("Look at the disk of the hub's machine: it is full or fails"),
    ),
    "broker": _plain(
        marked("The hub has no link to its broker; the units at the counters are cut off"),
        marked("Every counter works alone until the broker is back"),
    ),
    "quarantine": _plain(marked("Set aside, not counted")),
    "restored": _plain(
        marked("Restored from a backup"),
        marked("Nothing is called before its units have answered"),
    ),
    "emergency": _emergency,
    "hot": _flag(marked("{target} is hot")),
    "late": _flag(marked("{target}: the wait is far over the target")),
    "alone": _alone,
    "lost": _lost,
    "fault": _fault,
    "away": _away,
}
