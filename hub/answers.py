"""Answers as they are stored and given out again: exact bytes, and nothing but the facts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any

from pydantic import BaseModel, Field

from hub.core.commands import AtCounter, Book, Command, Decision, Issue
from hub.core.hall import Hall
from hub.core.pictures import WaitRange, Waits, counter_picture, ticket_picture
from wire import messages as w
from wire.clock import rfc3339

NOT_FOUND = frozenset({"unknown_counter", "unknown_ticket", "unknown_advice", "unknown_record"})
FORBIDDEN = frozenset({"other_clerk"})

KEY_PATTERN = r"^[A-Za-z0-9_-]{0,64}$"
"""What the id of a command may look like; empty for one that came without."""


class IssuedTicket(BaseModel):
    """What somebody who took a number is told. `wait_s` is null while no counter is open."""

    id: str
    number: str
    service: str
    ahead: int
    wait_s: WaitRange | None
    url: str


class CommandAnswer(w.Answer):
    """What became of a command. On the web, ids are whatever a browser made up."""

    id: Annotated[str, Field(pattern=KEY_PATTERN)]


class WishAnswer(BaseModel):
    """What became of a wish: a ticket's, or an operator's for the hall."""

    outcome: str
    code: str | None
    reason: str | None
    ticket: str | None


class BookedTicket(BaseModel):
    """What somebody who agreed to come is told. `at` is the time, in the hall's zone."""

    id: str
    service: str
    at: str
    url: str


class RefusedTicket(BaseModel):
    """Why no number was given, or no appointment."""

    code: str
    reason: str


def fingerprint(command: Command) -> str:
    """A digest of what a command with an id wants, without its fresh ids and without a PIN."""
    if isinstance(command, Issue | Book):
        fields = {**asdict(command), "ticket": None}
        if not command.asker:
            del fields["asker"]  # as it was written down before there were people
        text = f"{type(command).__name__} {json.dumps(fields, sort_keys=True)}"
    elif not isinstance(command, AtCounter):
        fields = asdict(command)
        text = f"{type(command).__name__} {json.dumps(fields, sort_keys=True, default=_plain)}"
    else:
        wanted = command.request.model_dump_json(exclude={"pin"})
        text = f"{command.counter} {command.seen} {wanted}"
        if command.hand is not None:
            text += f" {command.hand.by}"
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(mode="json")


def alone_body(command: str, counter: str) -> bytes:
    """The answer to a command that its counter has decided by itself before it arrived."""
    answer = w.Answer(
        id=command,
        outcome="done",
        code=None,
        ticket=None,
        reason="the counter had answered this alone",
        counter=counter,
        state=None,
    )
    return answer.model_dump_json().encode()


def status_of(decision: Decision, done: int) -> int:
    """The HTTP status of a decision; `done` is that of success."""
    if decision.outcome != "refused":
        return done
    if decision.code in FORBIDDEN:
        return 403
    return 404 if decision.code in NOT_FOUND else 409


def answer_body(hall: Hall, key: str, command: AtCounter, decision: Decision, now: float) -> bytes:
    """The answer to a counter's command. `hall` has the decision's events applied."""
    ticket = hall.tickets.get(decision.ticket or "")
    known = command.counter in hall.plan.counter
    refused = decision.outcome == "refused"
    answer = CommandAnswer.model_validate(
        {
            "id": key,
            "outcome": decision.outcome,
            "code": decision.code,
            "ticket": ticket
            and w.TicketName(id=ticket.id, number=ticket.number, service=ticket.service),
            "reason": decision.reason,
            "counter": command.counter,
            "state": counter_picture(hall, command.counter, now) if refused and known else None,
        }
    )
    return answer.model_dump_json(exclude={"v"}).encode()


def wish_body(decision: Decision) -> bytes:
    """The answer to whatever is neither a counter's command nor a new number."""
    answer = WishAnswer(
        outcome=decision.outcome,
        code=decision.code,
        reason=decision.reason,
        ticket=decision.ticket,
    )
    return answer.model_dump_json().encode()


def issued_body(
    hall: Hall,
    decision: Decision,
    now: float,
    url: Callable[[str], str],
    waits: Waits | None,
) -> bytes:
    """The answer to somebody who wanted a number."""
    if decision.ticket is None:
        return _refused_body(decision)
    picture = ticket_picture(hall, decision.ticket, now, waits)
    issued = IssuedTicket(
        id=picture.id,
        number=picture.number,
        service=picture.service,
        ahead=picture.ahead or 0,
        wait_s=picture.wait_s,
        url=url(picture.id),
    )
    return issued.model_dump_json().encode()


def booked_body(hall: Hall, decision: Decision, url: Callable[[str], str]) -> bytes:
    """The answer to somebody who wanted an appointment."""
    if decision.ticket is None:
        return _refused_body(decision)
    ticket = hall.tickets[decision.ticket]
    booked = BookedTicket(
        id=ticket.id,
        service=ticket.service,
        at=rfc3339(ticket.due_at or 0.0, hall.plan.zone),
        url=url(ticket.id),
    )
    return booked.model_dump_json().encode()


def _refused_body(decision: Decision) -> bytes:
    refused = RefusedTicket(code=str(decision.code), reason=str(decision.reason))
    return refused.model_dump_json().encode()
