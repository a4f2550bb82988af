"""What happened in the hall, said in words: one line of news, why a record was set aside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from hub.core.hall import Hall
from hub.core.judge import SAVED
from hub.core.state import News
from hub.core.tickets import TicketState
from hub.web.fault_words import fault_text, peripheral_name
from hub.web.texts import Words, both, marked
from hub.web.ticket_views import state_text
from hub.web.why import pause_reason
from wire.messages import Text


def news_text(hall: Hall, news: News) -> Words:
    """A line of news in words."""
    return _as_sentence(_SAY[news.kind](_Names(hall, news.content)))


def _as_sentence(text: Words) -> Words:
    """The same; a line that begins with somebody who has no number begins with a capital."""
    nobody = both(_NUMBERLESS).en
    english = text.en[:1].upper() + text.en[1:] if text.en.startswith(nobody) else text.en
    return Words(zh=text.zh, en=english)


_NUMBERLESS = marked("a visitor without a number")


def placed_unit(role: str, number: int | str) -> Words:
    """A board or a kiosk, as it is called; its number is its place in the plan."""
    if role == "board":
        return both("Board {number}", number=number)
    return both("Kiosk {number}", number=number)


def place(hall: Hall, unit: str) -> Words:
    """Where a unit stands, in words."""
    plan = hall.plan
    if unit in plan.board:
        return both("Board {number} ({unit})", number=plan.number_of_unit[unit], unit=unit)
    if unit in plan.kiosk:
        return both("Kiosk {number} ({unit})", number=plan.number_of_unit[unit], unit=unit)
    found = plan.counter.get(plan.counter_of_unit.get(unit, ""))
    if found is None:
        return both("Unit {unit}", unit=unit)
    return both("The unit at counter {counter}", counter=found.number)


_MOMENT = "%m-%d %H:%M"


class _Names:
    """The names that people know, for the ids in an event."""

    def __init__(self, hall: Hall, content: Mapping[str, Any]) -> None:
        self._hall = hall
        self._content = content

    def __getitem__(self, key: str) -> Any:
        return self._content[key]

    @property
    def number(self) -> str | Words:
        call = self._hall.calls.get(self._content.get("call_id", ""))
        known = call or self._hall.tickets.get(self._content.get("ticket", ""))
        return (known.number or both(_NUMBERLESS)) if known else "?"

    def numbered(self, ticket_id: str) -> str:
        """A ticket's number."""
        ticket = self._hall.tickets.get(ticket_id)
        return ticket.number if ticket else "?"

    @property
    def counter(self) -> str:
        return self.counter_named(self._content["counter"])

    def counter_named(self, counter_id: str) -> str:
        """A counter's number; its id if it has left the plan."""
        counter = self._hall.plan.counter.get(counter_id)
        return counter.number if counter else counter_id

    @property
    def unit_place(self) -> Words:
        return place(self._hall, self._content["unit"])

    def moment(self, key: str) -> str:
        """A time by the hall's clock, with its date."""
        return datetime.fromtimestamp(self._content[key], self._hall.plan.zone).strftime(_MOMENT)

    @property
    def clerk(self) -> str:
        clerk = self._hall.plan.clerk.get(self._content["clerk"] or "")
        return clerk.name if clerk else str(self._content["clerk"] or "?")

    @property
    def service(self) -> Text | str:
        return self.service_named(self._content["service"])

    def service_named(self, service_id: str) -> Text | str:
        """A service's name; its id if it has left the plan."""
        service = self._hall.plan.service.get(service_id)
        return service.name if service else service_id

    @property
    def level(self) -> Text | str:
        levels = self._hall.plan.rating.levels
        wanted = self._content["level"]
        return next((option.name for option in levels if option.level == wanted), wanted)


_WHOSE_WORD = {
    "citizen": marked("its holder"),
    "operator": marked("the operator"),
}


WHY_NOT_COUNTED = {
    "unknown_call": marked("no such call is known"),
    "other_counter": marked("it was pressed at another counter"),
    "not_ended": marked("the service had not ended"),
    "second": marked("this call was rated before"),
}


WHY_NOT_CALLED = {
    "called": marked("somebody was called by it already"),
    "day_over": marked("its business day is over"),
    "doubled_number": marked("somebody else has this number"),
    "doubled_ticket": marked("it was given out before"),
    "foreign_number": marked("it is not of a kiosk's own series"),
    "unknown_service": marked("its service is no longer there"),
}


WHY_SET_ASIDE = {
    "newer_frame": marked("made by a later version"),
    "newer_schema": marked("made by a later version"),
    "unreadable": marked("cannot be read"),
    "oversized": marked("too large"),
    "bad_hash": marked("changed on the way: its hash does not fit"),
    "fork": marked("another record has the same number"),
    "broken_chain": marked("does not follow from the record before"),
    "unfit": marked("does not fit what is known of the hall"),
}


def why_set_aside(code: str) -> Words:
    """Why a record is kept and not counted."""
    return both(WHY_SET_ASIDE[code]) if code in WHY_SET_ASIDE else Words(zh=code, en=code)


def _rated(n: _Names) -> Words:
    text = both("{number} at counter {counter}: {level}", **_rating(n))
    if n["counted"]:
        return text
    why = both(WHY_NOT_COUNTED.get(n["why_not"], n["why_not"]))
    return both("{text} (kept, not counted: {why})", text=text, why=why)


def _rating(n: _Names) -> dict[str, Any]:
    return {"number": n.number, "counter": n.counter, "level": n.level}


def _at_counter(msgid: str) -> Callable[[_Names], Words]:
    return lambda n: both(msgid, number=n.number, counter=n.counter)


def _by_clerk(msgid: str) -> Callable[[_Names], Words]:
    return lambda n: both(msgid, clerk=n.clerk, counter=n.counter)


def _of_unit(msgid: str) -> Callable[[_Names], Words]:
    return lambda n: both(msgid, place=n.unit_place)


def _plain(msgid: str) -> Callable[[_Names], Words]:
    return lambda _: both(msgid)


_VOIDED = {
    "undone": marked("the call was undone"),
    "answered_alone": marked("the counter answered alone"),
}

_APART = {
    "another_day": marked("that was on another day"),
    "counter_closed": marked("the counter was closed by then"),
    "unknown_service": marked("its service is no longer there"),
    "known_ticket": marked("this had been told before"),
    "unknown_ticket": marked("there is no such number"),
    "kept_elsewhere": marked("it was another counter's to call"),
    "nobody_signed_in": marked("nobody was signed in there"),
    "restored": marked("the call itself was lost with the journal"),
}
"""Why a call that a counter made while it was cut off stands apart."""

_ATTENDANCE = {
    "absent": marked("{clerk} should be at counter {counter} and is not signed in"),
    "late": marked("{clerk} is {minutes} min late at counter {counter}"),
    "elsewhere": marked("{clerk} works at counter {counter}, not where the roster says"),
    "overdue": marked(
        "{clerk} at counter {counter} is away for longer than the {minutes} min announced"
    ),
}

_ADVICE = {
    "add": marked(
        "Advice: counter {counter} should also serve {service} ({minutes} min less wait)"
    ),
    "take_back": marked("Advice: counter {counter} can give {service} back"),
    "open": marked("Advice: open counter {counter} ({minutes} min less wait)"),
    "close": marked("Advice: counter {counter} can close"),
}

_ADVICE_FOR_ALL = {
    "add": marked(
        "Advice: counter {counter} should also serve {service} ({minutes} min less waiting in all)"
    ),
    "open": marked("Advice: open counter {counter} ({minutes} min less waiting in all)"),
}

_ADVICE_CLOSED = {
    "applied": marked("An advice was followed"),
    "dismissed": marked("An advice was dismissed"),
    "pointless": marked("An advice has become pointless"),
}

_FLAGGED = {
    ("hot", True): marked("{target} is hot"),
    ("hot", False): marked("{target} is not hot any more"),
    ("late", True): marked("{target}: the wait is far over the target"),
    ("late", False): marked("{target}: the wait is not far over the target any more"),
    ("cold", True): marked("{target} is cold"),
    ("cold", False): marked("{target} is not cold any more"),
    ("slow", True): marked("{target} is slower than usual"),
    ("slow", False): marked("{target} is as fast as usual again"),
}


def _voided(n: _Names) -> Words:
    code = n["why"]
    why = both(_VOIDED[code]) if code in _VOIDED else code
    return both("{number} goes back to its place: {why}", number=n.number, why=why)


def _called_apart(n: _Names) -> Words:
    said = both(
        "Counter {counter} called {number} while it was cut off", counter=n.counter, number=n.number
    )
    code = n["why"]
    if code in _APART:
        why = both(_APART[code])
    elif code in set(TicketState):
        why = both("it was already: {state}", state=state_text(TicketState(code)))
    else:
        why = Words(zh=code, en=code)
    return both("{text} (only its rating counts: {why})", text=said, why=why)


def _why_not_called(code: str) -> Words:
    return both(WHY_NOT_CALLED[code]) if code in WHY_NOT_CALLED else Words(zh=code, en=code)


def _health(n: _Names) -> Words:
    if n["ok"]:
        what = both("{peripheral} works again", peripheral=peripheral_name(n["peripheral"]))
    else:
        what = fault_text(n["peripheral"], n["code"] or "fault")
    return both("{place}: {what}", place=n.unit_place, what=what)


def _placed(n: _Names) -> Words:
    since = n.moment("since") if n["since"] else "?"
    return both(_PLACED, place=n.unit_place, since=since, until=n.moment("until"))


_PLACED = marked("{place} hands in what it wrote between {since} and {until}, its clock unset")


def _paused(n: _Names) -> Words:
    reason = pause_reason(n["reason"])
    if reason is None:
        return both("Counter {counter} pauses", counter=n.counter)
    return both("Counter {counter} pauses: {reason}", counter=n.counter, reason=reason)


def _advised(n: _Names) -> Words:
    service = n.service if n["service"] else ""
    said, minutes = _ADVICE[n["action"]], f"{n['gain_min']:.1f}"
    saved_min = n["reason"].get(SAVED)
    if saved_min is not None:
        said, minutes = _ADVICE_FOR_ALL.get(n["action"], said), f"{saved_min:.0f}"
    return both(said, counter=n.counter, service=service, minutes=minutes)


def _attended(n: _Names) -> Words:
    said, minutes = _ATTENDANCE[n["what"]], f"{n['minutes']:.0f}"
    return both(said, clerk=n.clerk, counter=n.counter, minutes=minutes)


def _advice_closed(n: _Names) -> Words:
    said = _ADVICE_CLOSED[n["outcome"]]
    return both(said)


def _flagged(n: _Names) -> Words:
    said = _FLAGGED[n["kind"], n["on"]]
    if n["scope"] == "line":
        service = n.service_named(n["target"])
        return both(said, target=service)
    counter = both("Counter {counter}", counter=n.counter_named(n["target"]))
    return both(said, target=counter)


def _notice(n: _Names) -> Words:
    if n["emergency"]:
        return both("Emergency text on all boards: {text}", text=Words(**n["emergency"]))
    if n["notice"]:
        return both("Notice on the boards: {text}", text=Words(**n["notice"]))
    return both("Nothing is told on the boards any more")


_BEHIND = {
    "epoch": marked("{place} knows a start of the hub that the journal lacks"),
    "version": marked("{place} was told what the journal lacks"),
    "receipt": marked("{place} has handed in records that the journal lacks"),
}


def _restore_began(n: _Names) -> Words:
    said = both("The hall was restored from a backup: nothing is called or given out for now")
    behind = _BEHIND.get(n["why"])
    if behind is None:
        return said
    why = both(behind, place=n.unit_place)
    return both("{text} ({why})", text=said, why=why)


def _restore_ended(n: _Names) -> Words:
    if not n["without"]:
        return both("The restored hall goes on: every unit has answered")
    return both("The restored hall goes on without {units}", units=", ".join(n["without"]))


def _doubted(n: _Names) -> Words:
    return both(
        "A record of the unit at counter {counter} cannot be read. "
        "Numbers that it may have called: {count}",
        counter=n.counter,
        count=len(n["tickets"]),
    )


def _not_called(n: _Names) -> Words:
    said = marked("{numbers}: counter {counter} did not call it, says {by}; any counter may")
    by = _WHOSE_WORD.get(n["by"])
    numbers = ", ".join(str(n.numbered(ticket)) for ticket in n["tickets"])
    return both(said, numbers=numbers, counter=n.counter, by=both(by) if by else n["by"])


_SAY: dict[str, Callable[[_Names], Words]] = {
    "EpochStarted": _plain(marked("The hub has started")),
    "DayBegan": lambda n: both("Business day {day} begins", day=n["day"]),
    "HallOpened": _plain(marked("The hall opens: numbers are given out")),
    "HallClosed": _plain(marked("The hall closes: no more numbers are given out")),
    "NoticeSet": _notice,
    "TicketIssued": lambda n: both(
        "{number} taken: {service}", number=n["number"], service=n.service
    ),
    "TicketCalled": _at_counter(marked("Counter {counter} calls {number}")),
    "TicketRecalled": _at_counter(marked("Counter {counter} calls {number} again")),
    "TicketMissed": _at_counter(marked("{number} did not come to counter {counter}")),
    "TicketDone": _at_counter(marked("{number} is done at counter {counter}")),
    "TicketCheckedIn": lambda n: both("{number} checked in for an appointment", number=n["number"]),
    "CallVoided": _voided,
    "TicketReturned": lambda n: both("{number} is back and waits again", number=n.number),
    "TicketHeld": _at_counter(marked("Counter {counter} puts {number} on hold")),
    "TicketResumed": _at_counter(marked("Counter {counter} goes on with {number}")),
    "TicketReleased": _at_counter(marked("{number} is no longer kept for counter {counter}")),
    "TicketTransferred": lambda n: both(
        "{number} goes from counter {counter} to {service}",
        number=n.number,
        counter=n.counter,
        service=n.service,
    ),
    "TicketCancelled": lambda n: both("{number} was given up", number=n.number),
    "StepUndone": _at_counter(marked("Counter {counter} takes a step with {number} back")),
    "CounterPaused": _paused,
    "CounterResumed": _at_counter(marked("Counter {counter} is back")),
    "AttendanceNoted": _attended,
    "ServiceAdded": lambda n: both(
        "Counter {counter} also serves {service} now", counter=n.counter, service=n.service
    ),
    "ServiceTakenBack": lambda n: both(
        "Counter {counter} no longer serves {service}", counter=n.counter, service=n.service
    ),
    "AdviceGiven": _advised,
    "AdviceClosed": _advice_closed,
    "AdviceUndone": _plain(marked("An answer to advice was taken back")),
    "AlarmAcknowledged": _plain(marked("An alarm was acknowledged")),
    "Flagged": _flagged,
    "ClerkSignedIn": _by_clerk(marked("{clerk} signs in at counter {counter}")),
    "ClerkSignedOut": _by_clerk(marked("{clerk} leaves counter {counter}")),
    "CounterOpened": _at_counter(marked("Counter {counter} opens")),
    "CounterClosed": _at_counter(marked("Counter {counter} closes")),
    "ServedUnnumbered": lambda n: both(
        "Counter {counter}, cut off, served a visitor without a number: {service}",
        counter=n.counter,
        service=n.service,
    ),
    "CalledApart": _called_apart,
    "HealthNoted": _health,
    "UnitJoined": _of_unit(marked("{place} is connected")),
    "UnitLost": _of_unit(marked("{place} is no longer heard")),
    "RunPlaced": _placed,
    "UnitBack": _of_unit(marked("{place} is heard again")),
    "RestoreBegan": _restore_began,
    "UnitAnswered": _of_unit(marked("{place} has handed in what it knows")),
    "AnotherAnswered": _of_unit(
        marked("Another disk answers in the place of {place}: its own is still waited for")
    ),
    "RestoreEnded": _restore_ended,
    "RecordsLost": lambda n: both(
        "Records {first}–{through} of {unit} are lost: the unit no longer has them either",
        first=n["first"],
        through=n["through"],
        unit=n["unit"],
    ),
    "GrantsDoubted": _doubted,
    "GrantsEnded": _not_called,
    "Rated": _rated,
    "Unrated": _at_counter(marked("{number} at counter {counter}: not rated")),
    "NumberSetAside": lambda n: both(
        "{number}, printed at {unit} while it was cut off, cannot be called: {why}",
        number=n["number"],
        unit=n["unit"],
        why=_why_not_called(n["why"]),
    ),
    "RecordQuarantined": lambda n: both(
        "A record of {unit} was set aside: {why}", unit=n["unit"], why=why_set_aside(n["code"])
    ),
    "ForkReviewed": lambda n: both(
        marked("A record of {unit} that was set aside was taken as a rating: {why}")
        if n["counted"]
        else marked("A record of {unit} that was set aside was left uncounted: {why}"),
        unit=n["unit"],
        why=n["reason"],
    ),
}
