"""Kiosks, within the transaction that commits what they want: pictures, numbers, records.

A wish's id becomes the id of its ticket. So a kiosk that never heard an answer can still say,
in a record, that nobody has that number: it is then cancelled, or never given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from hub.answers import fingerprint
from hub.core import events as e
from hub.core.boards import queue_picture
from hub.core.calendar import hours_ahead
from hub.core.commands import Decision, Issue, OnTicket, refuse
from hub.core.decide import decide
from hub.core.hall import Hall
from hub.core.kiosk import CHANNEL, KIOSK, not_printed, number_block, printed_alone
from hub.core.notices import told
from hub.core.pictures import Waits, ticket_picture
from hub.core.plan import KioskPlace
from hub.core.times import When
from hub.journal.store import Batch, Journal, StoredAnswer
from hub.ticket_links import TicketLinks
from wire import messages as w

GIVEN_UP: Final = "given_up"
"""The answer to a wish that came after the word that its number is not wanted any more."""


class Round(Protocol):
    """What kiosks need of the transaction."""

    hall: Hall
    journal: Journal
    batch: Batch
    now: float

    def happen(self, events: Iterable[e.Event]) -> None:
        """Apply events and put them into the batch."""

    def reject(self, code: str) -> None:
        """Count a message that was not acted on."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a kiosk's answer tells beside the number: what is foretold, and where to follow it."""

    waits: Waits | None
    links: TicketLinks


# --- pictures -----------------------------------------------------------------------------


def kiosk_picture(
    hall: Hall, unit: str, now: float, waits: Waits | None, links: TicketLinks | None = None
) -> w.KioskPicture | None:
    """What a kiosk offers; None for a unit that is none."""
    place = hall.plan.kiosk.get(unit)
    if place is None:
        return None
    services = hall.plan.services
    offered = [s for s in services if not place.services or s.id in place.services]
    limits = hall.plan.limits
    return w.KioskPicture(
        open=hall.open,
        queues=[queue_picture(hall, service, now, waits) for service in offered],
        classes=[w.TicketClass(id=kind.id, name=kind.name) for kind in hall.plan.priorities],
        block=_block(hall, place, links),
        notice=told(hall.notice),
        emergency=told(hall.emergency),
        hours=hours_ahead(hall.plan, now),
        identity="required" if limits.identity_required else "not_asked",
    )


def _block(hall: Hall, place: KioskPlace, links: TicketLinks | None) -> w.NumberBlock | None:
    """The numbers that a kiosk may print alone, and what puts their pages' addresses on them."""
    block = number_block(hall, place)
    if block is None or links is None or not links.public_url:
        return block
    key = links.block_key(block.prefix, block.day).hex()
    return block.model_copy(update={"page": f"{links.public_url}/t/", "key": key})


# --- wishes -------------------------------------------------------------------------------


def take(
    round_: Round, unit: str, message: w.Take, outlook: Callable[[], Outlook]
) -> w.Taken | None:
    """Decide what somebody at a kiosk wants, or find the answer that its id got before.

    None, and no answer, if the id was used before for something else.
    """
    command = _command(message)
    print_ = f"take {fingerprint(command)}"
    before = _answered(round_, message.id)
    if before is not None:
        if before.fingerprint not in {print_, GIVEN_UP}:
            round_.reject("id_reused")
            return None
        return w.Taken.model_validate_json(before.body)
    decided = _decide(round_, unit, command)
    round_.happen(decided.events)
    taken = _taken(round_, message.id, decided, outlook())
    _remember(round_, message.id, print_, taken)
    return taken


def _command(message: w.Take) -> Issue | OnTicket:
    wanted = message.request
    if isinstance(wanted, w.GiveUp):
        return OnTicket(wanted.ticket, "cancel", KIOSK)
    return Issue(
        wanted.service, message.id, CHANNEL, kind=wanted.ticket_class, person=wanted.person
    )


def _decide(round_: Round, unit: str, command: Issue | OnTicket) -> Decision:
    hall = round_.hall
    if isinstance(command, OnTicket):
        return decide(hall, command, round_.now)
    offered = hall.plan.kiosk[unit].services
    if offered and command.service not in offered:
        return refuse("unknown_service", f"kiosk {unit} does not offer {command.service!r}")
    if command.ticket in hall.tickets:
        return refuse("id_reused", "a ticket has this id already")
    return decide(hall, command, round_.now)


def _answered(round_: Round, key: str) -> StoredAnswer | None:
    return round_.batch.answers.get(key) or round_.journal.answer(key)


def _remember(round_: Round, key: str, print_: str, taken: w.Taken) -> None:
    status = 409 if taken.outcome == "refused" else 200
    body = taken.model_dump_json().encode()
    round_.batch.answers[key] = StoredAnswer(key, print_, status, body, round_.hall.day or "")


def _taken(round_: Round, key: str, decided: Decision, outlook: Outlook) -> w.Taken:
    hall = round_.hall
    ticket = hall.tickets.get(decided.ticket or "")
    if decided.outcome == "refused" or ticket is None:
        return _refused(key, decided.code, decided.reason)
    picture = ticket_picture(hall, ticket.id, round_.now, outlook.waits)
    counter = hall.plan.counter.get(ticket.label or "")
    found = picture.wait_s
    return w.Taken(
        id=key,
        outcome="done",
        code=None,
        ticket=w.TicketName(id=ticket.id, number=ticket.number, service=ticket.service),
        ahead=picture.ahead,
        wait_s=w.Wait(p10=found.p10, p50=found.p50, p90=found.p90) if found else None,
        counter_number=counter.number if counter else None,
        url=outlook.links.url(ticket.id) if outlook.links.public_url else None,
        reason=decided.reason,
    )


def _refused(key: str, code: str | None, reason: str | None) -> w.Taken:
    return w.Taken(id=key, outcome="refused", code=code, ticket=None, reason=reason)


# --- records ------------------------------------------------------------------------------


def kiosk_record(
    round_: Round,
    unit: str,
    key: tuple[str, int],
    record: w.IssuedRecord | w.PrintRecord,
    written: When,
) -> list[e.Event]:
    """The events of a kiosk's record; `key` is its outbox and sequence."""
    hall, now = round_.hall, round_.now
    if isinstance(record, w.IssuedRecord):
        return [printed_alone(hall, unit, key, record, written)]
    if record.outcome != "printed":
        _take_back(round_, record.ticket)
    return list(not_printed(hall, record, now))


def _take_back(round_: Round, wish: str) -> None:
    """See to it that a wish that is still on its way gets no number."""
    if wish not in round_.hall.tickets and _answered(round_, wish) is None:
        refused = _refused(wish, GIVEN_UP, "nobody wants this number any more")
        _remember(round_, wish, GIVEN_UP, refused)
