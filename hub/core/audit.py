"""The audit: checks what must always hold over a journal's events, without the core's help.

It shares no code with `Hall`, so that a mistake there cannot hide itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from hub.core import events as e
from hub.core.audit_alone import GrantAudit
from hub.core.audit_counters import CounterAudit
from hub.core.audit_notes import LastStep
from hub.core.audit_places import ANYBODY, House, Paper
from hub.core.audit_ratings import RatingAudit

_ByHolder = (
    e.TicketRecalled
    | e.ServiceStarted
    | e.TicketDone
    | e.TicketMissed
    | e.TicketHeld
    | e.TicketTransferred
    | e.CallVoided
)


@dataclass(slots=True)
class Audit(GrantAudit, CounterAudit, RatingAudit):
    """Reads events in order and remembers what was wrong."""

    def read(self, events: Iterable[e.Event]) -> list[str]:
        """All violations found in these events and those read before."""
        for event in events:
            self._read += 1
            check = _CHECKS.get(type(event))
            for problem in check(self, event) if check else ():
                self.violations.append(f"event {self._read}, {type(event).__name__}: {problem}")
        return self.violations

    # --- the hub ---------------------------------------------------------------------------

    def _configured(self, event: e.Configured) -> Iterator[str]:
        self._house = House.of(event.plan, self._house)
        for paper in self._papers.values():
            if paper.state == "waiting":
                self._replaced(paper)
        yield from ()

    def _epoch_started(self, event: e.EpochStarted) -> Iterator[str]:
        if event.epoch <= self._epoch:
            yield f"epoch {event.epoch} after {self._epoch}"
        self._epoch = event.epoch

    def _day_began(self, _event: e.DayBegan) -> Iterator[str]:
        self._papers = {key: p for key, p in self._papers.items() if not p.ended}
        for kept in (self._numbers, self._last, self._runs, self._flags, self._advice):
            kept.clear()
        self._grants.day_over()
        self._house.serves = {c: set(services) for c, services in self._house.planned.items()}
        yield from ()

    # --- tickets ---------------------------------------------------------------------------

    def _new(self, paper: Paper) -> Iterator[str]:
        if paper.id in self._issued:
            yield f"ticket {paper.id} issued twice"
            # Whatever it is, it does not stand in line a second time.
            self._leave(self._papers.get(paper.id, paper))
        self._issued.add(paper.id)
        self._papers[paper.id] = paper

    def _number(self, number: str) -> Iterator[str]:
        if number in self._numbers:
            yield f"number {number} given twice in a day"
        self._numbers.add(number)

    def _issue(self, event: e.TicketIssued) -> Iterator[str]:
        paper = Paper(
            event.ticket, event.service, event.kind, event.queued_at, self._read, "booked"
        )
        paper.further, paper.label = event.further, event.label
        yield from self._new(paper)
        yield from self._number(event.number)
        self._wait(paper)

    def _book(self, event: e.TicketBooked) -> Iterator[str]:
        paper = Paper(event.ticket, event.service, "", event.due_at, self._read, "booked")
        yield from self._new(paper)

    def _check_in(self, event: e.TicketCheckedIn) -> Iterator[str]:
        paper = self._paper(event.ticket)
        if paper.state != "booked":
            yield f"ticket {paper.id} is {paper.state} and has a number"
        yield from self._number(event.number)
        self._leave(paper)
        paper.kind, paper.label, paper.queued_at = event.kind, event.label, event.queued_at
        self._wait(paper)

    def _called(self, event: e.TicketCalled) -> Iterator[str]:
        self.calls += 1
        paper = self._paper(event.ticket)
        if event.ticket not in self._issued:
            yield f"ticket {event.ticket} was never issued"
        elif paper.ended:
            yield f"ticket {event.ticket} had ended"
        if paper.state == "hand":
            yield f"ticket {event.ticket} is held by {paper.counter}"
        elif paper.state in {"held", "booked"}:
            yield f"ticket {event.ticket} is {paper.state}"
        if event.counter in self._hand:
            yield f"counter {event.counter} holds {self._hand[event.counter]} already"
        if event.call_id in self._call_ids:
            yield f"call {event.call_id} made twice"
        alone = event.reason.get("rule") == ALONE
        if event.ticket in self._issued:
            yield from self._may_call(paper, event.counter, alone=alone)
        if not event.reason:
            yield f"call {event.call_id} has no reason"
        if paper.state == "waiting" and not alone:
            yield from self._in_turn(paper, event)
        self._take(paper, event, alone=alone)

    def _may_call(self, paper: Paper, counter: str, *, alone: bool) -> Iterator[str]:
        holder = self._grants.holder(paper.id)
        if holder not in {None, counter}:
            yield f"only {holder} may call ticket {paper.id}, which was granted to it"
        if counter not in self._open:
            yield f"counter {counter} is closed"
        elif counter in self._paused:
            yield f"counter {counter} is paused"
        if paper.service not in self._house.skills.get(counter, set()):
            yield f"counter {counter} has not the skill for {paper.id}"
        elif alone or paper.bound is not None:
            pass  # what it served when it was cut off
        elif paper.service not in self._house.serves[counter]:
            yield f"counter {counter} does not serve {paper.service} now"
        if paper.bound not in {None, counter}:
            yield f"ticket {paper.id} is kept for {paper.bound}"

    def _in_turn(self, paper: Paper, event: e.TicketCalled) -> Iterator[str]:
        house, counter = self._house, event.counter
        # Its own grants stand in line for it; those of others for nobody else.
        granted = {*self._grants.in_line(counter)}
        if self._grants.holder(paper.id) == counter:
            granted.add(paper.id)
        own = [self._paper(ticket) for ticket in granted]
        for each in own:
            self._places.add(each)
        before = self._places.passed_over(paper, counter, assigned=house.assigned)
        for each in own:
            if each is not paper:
                self._places.remove(each)
        if before is not None:
            yield f"ticket {before} was before {paper.id}"
        rescued_s = house.rescue * house.targets.get(paper.service, 0.0)
        helps = house.assigned and paper.bound is None
        helps = helps and paper.label not in {counter, ANYBODY}
        if helps and event.at - paper.queued_at <= rescued_s:
            for mine in self._places.own(counter, house.serves.get(counter, set())):
                yield f"counter {counter} helps others while {mine} waits for it"
                break

    def _take(self, paper: Paper, event: e.TicketCalled, *, alone: bool) -> None:
        run = self._runs.get(paper.service, 0)
        self._last[event.counter] = LastStep("next", replace(paper), run)
        self._leave(paper)
        (self._grants.gone if alone else self._grants.called)(paper.id)
        if paper.bound is None and not alone:  # cut off, it could not know who else was called
            in_a_row = paper.kind != "" and self._places.ordinary_waits(paper.service)
            self._runs[paper.service] = run + 1 if in_a_row else 0
            if self._runs[paper.service] > self._house.bound:
                place = f"event {self._read}, TicketCalled: "
                self.violations.append(place + f"{run + 1} priority calls in a row")
        paper.state, paper.counter, paper.call_id = "hand", event.counter, event.call_id
        self._call_ids.add(event.call_id)
        self._hand[event.counter] = paper.id

    def _hold(self, event: _ByHolder) -> Iterator[str]:
        paper = self._paper(event.ticket)
        if paper.state != "hand" or paper.counter != event.counter:
            yield f"ticket {event.ticket} is not held by {event.counter}"
        if paper.call_id != event.call_id:
            yield f"ticket {event.ticket} was not called by {event.call_id}"

    def _let_go(self, event: _ByHolder, step: str, state: str) -> Paper:
        paper = self._paper(event.ticket)
        self._last[event.counter] = LastStep(step, replace(paper), 0)
        self._leave(paper)
        paper.state = state
        self._hand.pop(event.counter, None)
        return paper

    def _missed(self, event: e.TicketMissed) -> Iterator[str]:
        yield from self._hold(event)
        self._let_go(event, "no_show", "missed")

    def _held(self, event: e.TicketHeld) -> Iterator[str]:
        yield from self._hold(event)
        self._let_go(event, "hold", "held").bound = event.counter

    def _done(self, event: e.TicketDone) -> Iterator[str]:
        yield from self._hold(event)
        paper = self._let_go(event, "done", "done")
        self._done_calls.add(event.call_id)
        if event.onward is None:
            return
        if paper.further[:1] != (event.onward,):
            yield f"ticket {paper.id} does not go on to {event.onward}"
        paper.service, paper.further = event.onward, paper.further[1:]
        self._again(paper, event.at if event.queued_at is None else event.queued_at)

    def _transferred(self, event: e.TicketTransferred) -> Iterator[str]:
        yield from self._hold(event)
        paper = self._let_go(event, "transfer", "hand")
        if event.bound is not None and event.service not in self._house.skills.get(
            event.bound, set()
        ):
            yield f"counter {event.bound} has not the skill for {paper.id}"
        paper.service = event.service
        paper.further = tuple(s for s in paper.further if s != event.service)
        self._again(paper, event.queued_at, event.bound)

    def _voided(self, event: e.CallVoided) -> Iterator[str]:
        yield from self._hold(event)
        paper, last = self._paper(event.ticket), self._last.pop(event.counter, None)
        fits = last is not None and (last.step, last.paper.id) == ("next", paper.id)
        if event.why == "undone" and not fits:
            yield f"calling {paper.id} was not the last step of {event.counter}"
        if last is not None and fits and paper.bound is None:
            run = self._runs.get(paper.service, 0)
            self._runs[paper.service] = max(run, last.run)
        self._hand.pop(event.counter, None)
        self._leave(paper)
        self._wait(paper)

    def _undone(self, event: e.StepUndone) -> Iterator[str]:
        paper, last = self._paper(event.ticket), self._last.pop(event.counter, None)
        step = (last.step, last.paper.id, last.paper.call_id) if last else None
        if last is None or step != (event.step, event.ticket, event.call_id):
            yield f"{event.step} of {paper.id} was not the last step of {event.counter}"
        if event.counter in self._hand:
            yield f"counter {event.counter} holds {self._hand[event.counter]} already"
        if paper.call_id != event.call_id or paper.state in {"hand", "held"}:
            yield f"ticket {paper.id} was taken by {paper.counter} since"
        if paper.state in {"cancelled", "expired"}:
            yield f"ticket {paper.id} had ended"
        if self._grants.holder(paper.id) not in {None, event.counter}:
            yield f"only {self._grants.holder(paper.id)} may call ticket {paper.id}"
        self._leave(paper)
        self._grants.called(paper.id)
        if last is not None:
            before = last.paper
            paper.service, paper.further = before.service, before.further
            paper.queued_at, paper.bound, paper.label = (
                before.queued_at,
                before.bound,
                before.label,
            )
        paper.state, paper.counter = "hand", event.counter
        self._hand[event.counter] = paper.id

    def _resumed(self, event: e.TicketResumed) -> Iterator[str]:
        paper = self._paper(event.ticket)
        if paper.state != "held":
            yield f"ticket {paper.id} is {paper.state}, not on hold"
        if paper.counter != event.counter or paper.call_id != event.call_id:
            yield f"ticket {paper.id} was put on hold by {paper.counter}"
        if event.counter in self._hand:
            yield f"counter {event.counter} holds {self._hand[event.counter]} already"
        if event.counter not in self._open or event.counter in self._paused:
            yield f"counter {event.counter} does not serve now"
        self._leave(paper)
        paper.state, paper.bound, paper.counter = "hand", None, event.counter
        self._hand[event.counter] = paper.id
        self._last.pop(event.counter, None)

    def _released(self, event: e.TicketReleased) -> Iterator[str]:
        paper = self._paper(event.ticket)
        if paper.state not in {"waiting", "held"}:
            yield f"ticket {paper.id} is {paper.state}"
        if event.counter not in {paper.bound, paper.label}:
            yield f"ticket {paper.id} was not kept for {event.counter}"
        if paper.state == "waiting" and event.queued_at != paper.queued_at:
            yield f"ticket {paper.id} changed its place"
        self._leave(paper)
        self._again(paper, event.queued_at)

    def _returned(self, event: e.TicketReturned) -> Iterator[str]:
        paper = self._paper(event.ticket)
        if paper.state != "missed":
            yield f"ticket {paper.id} is {paper.state} and had not missed its call"
        self._leave(paper)
        self._again(paper, event.queued_at)

    def _cancelled(self, event: e.TicketCancelled) -> Iterator[str]:
        paper = self._paper(event.ticket)
        if paper.state not in {"booked", "waiting", "held"}:
            yield f"ticket {paper.id} is {paper.state}"
        self._leave(paper)
        self._grants.gone(paper.id)
        paper.state = "cancelled"

    def _expired(self, event: e.TicketExpired) -> Iterator[str]:
        paper = self._paper(event.ticket)
        holder = paper.counter if paper.state == "hand" else None
        if paper.ended:
            yield f"ticket {event.ticket} had ended"
        if holder != event.counter:
            yield f"ticket {event.ticket} is held by {holder}, not by {event.counter}"
        self._leave(paper)
        self._grants.gone(paper.id)
        if holder is not None:
            self._hand.pop(holder, None)
        paper.state = "expired"


ALONE = "alone"
"""The rule of a call that a counter made while it was cut off."""

_CHECKS: dict[type[e.Event], Callable[[Audit, Any], Iterator[str]]] = {
    e.Configured: Audit._configured,
    e.EpochStarted: Audit._epoch_started,
    e.DayBegan: Audit._day_began,
    e.TicketIssued: Audit._issue,
    e.TicketBooked: Audit._book,
    e.TicketCheckedIn: Audit._check_in,
    e.TicketCalled: Audit._called,
    e.TicketRecalled: Audit._hold,
    e.ServiceStarted: Audit._hold,
    e.CallVoided: Audit._voided,
    e.TicketMissed: Audit._missed,
    e.TicketReturned: Audit._returned,
    e.TicketHeld: Audit._held,
    e.TicketResumed: Audit._resumed,
    e.TicketReleased: Audit._released,
    e.TicketTransferred: Audit._transferred,
    e.TicketDone: Audit._done,
    e.TicketCancelled: Audit._cancelled,
    e.TicketExpired: Audit._expired,
    e.StepUndone: Audit._undone,
    e.UnitJoined: Audit._joined,
    e.UnitLost: Audit._heard,
    e.UnitBack: Audit._heard,
    e.RestoreBegan: Audit._restored,
    e.GrantsGiven: Audit._granted,
    e.GrantsWithdrawn: Audit._withdrawn,
    e.GrantsEnded: Audit._freed,
    e.ServedUnnumbered: Audit._unnumbered,
    e.CalledApart: Audit._apart,
    e.EndedApart: Audit._ended_apart,
    e.CounterOpened: Audit._opened,
    e.CounterClosed: Audit._closed,
    e.CounterPaused: Audit._closed,
    e.CounterResumed: Audit._back,
    e.ServiceAdded: Audit._added,
    e.ServiceTakenBack: Audit._taken_back,
    e.AdviceGiven: Audit._advised,
    e.AdviceWeighed: Audit._advice_weighed,
    e.AdviceClosed: Audit._advice_closed,
    e.AdviceUndone: Audit._advice_undone,
    e.Flagged: Audit._flagged,
    e.Rated: Audit._rate,
    e.Unrated: Audit._rate,
    e.RecordQuarantined: Audit._set_aside,
    e.ForkReviewed: Audit._reviewed,
}
