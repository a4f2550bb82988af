"""How the web reaches the state: questions and commands, awaited, with an end to patience."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Literal, TypeVar

from pydantic import TypeAdapter
from starlette.datastructures import Address

from hub.accounts import Accounts, Person
from hub.core.commands import (
    Acknowledge,
    AtCounter,
    Book,
    ByPhone,
    Command,
    GoOn,
    Issue,
    OnAdvice,
    OnTicket,
    Rearrange,
    SetNotice,
    Sweep,
)
from hub.core.commands_of_forks import ReviewFork
from hub.core.commands_of_people import OfPeople
from hub.core.commands_of_plans import Configure
from hub.core.tickets import ORDINARY
from hub.identity import Identities
from hub.journal.store import StoredAnswer
from hub.pins import pin_right
from hub.service import Service
from hub.transaction import Transaction
from hub.web.bodies import TicketWish
from hub.web.facts import Facts, Noticed, Tell
from hub.web.rights import hand_of
from hub.web.throttle import WISHES_OF_A_TICKET, AddressThrottle, Throttle
from hub.web.views import View
from wire import messages as w
from wire.errors import NextwindowError

PATIENCE_S = 10.0
"""A state that answers nothing for this long is said to be silent."""

PINS_AT_ONCE = 2
"""Checking a PIN costs a core some 30 ms: a flood of sign-ins must not take all of them."""

CHANNEL = "web"
"""Where numbers that are taken here were taken."""

CITIZEN = "citizen"
"""Who wishes something without having signed in."""

T = TypeVar("T")

_ACTION: TypeAdapter[w.Action] = TypeAdapter(w.Action)


class StateSilent(NextwindowError):
    """The state's thread did not answer in time."""


class TooOften(NextwindowError):
    """Somebody wants something more often than a person would."""


@dataclass(frozen=True, slots=True, repr=False)
class Visit:
    """What somebody wants a number for. `identity` is a document's number, and goes no further."""

    service: str
    kind: str = ORDINARY
    further: tuple[str, ...] = ()
    identity: str | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told to everybody: texts by language ("zh", "en"), or None."""

    notice: dict[str, str] | None
    emergency: dict[str, str] | None


class Access:
    """The hall, as the routes see it."""

    def __init__(
        self,
        service: Service,
        tell: Tell,
        new_id: Callable[[], str],
        identities: Identities,
        accounts: Accounts,
    ) -> None:
        self._service = service
        self._tell = tell
        self._noticed = Noticed()
        self._new_id = new_id
        self._identities = identities
        self.accounts = accounts
        self._pins = asyncio.Semaphore(PINS_AT_ONCE)
        self._taking = AddressThrottle(service.clock.monotonic)
        self._wishing = Throttle(service.clock.monotonic)

    @property
    def service(self) -> Service:
        """The service behind it."""
        return self._service

    @property
    def facts(self) -> Facts:
        """What the other adapters say right now."""
        service = self._service
        return self._noticed.dated(self._tell(), service.storage_error, service.clock.now())

    async def look(self, build: Callable[[View], T]) -> T:
        """Look at the state once.

        Raises StorageError or StateSilent.
        """
        clock = self._service.clock
        return await _answered(self._service.ask(lambda t: build(View(t, clock))))

    async def ask(self, question: Callable[[Transaction], T]) -> T:
        """Ask the state something that no view shows. The question must not change it.

        Raises StorageError or StateSilent.
        """
        return await _answered(self._service.ask(question))

    async def word_on(self, wanted: OnTicket) -> None:
        """Have somebody's word about a ticket; what it does not fit changes nothing.

        Raises StorageError or StateSilent.
        """
        await self._commanded(wanted, None)

    async def configure(self, command: Configure) -> dict[str, str | None]:
        """Put another plan into force: `outcome`, `code` and `reason`.

        Raises StorageError or StateSilent.
        """
        answer = await self._commanded(command, None)
        found: dict[str, str | None] = json.loads(answer.body)
        return found

    async def issue(self, visit: Visit, key: str | None, who: Person | None = None) -> StoredAnswer:
        """Take a number.

        Raises IdReusedError, StorageError or StateSilent.
        """
        person = self._person(visit.identity)
        wanted = (CHANNEL, visit.kind, visit.further, person, _asker(who))
        return await self._commanded(Issue(visit.service, self._new_id(), *wanted), key)

    async def book(
        self,
        service: str,
        due_at: float,
        identity: str | None,
        key: str | None,
        who: Person | None = None,
    ) -> StoredAnswer:
        """Agree to come at a time, in wall seconds.

        Raises IdReusedError, StorageError or StateSilent.
        """
        person = self._person(identity)
        wanted = Book(service, self._new_id(), CHANNEL, due_at, person, _asker(who))
        return await self._commanded(wanted, key)

    def _person(self, identity: str | None) -> str | None:
        return None if identity is None else self._identities.hashed(identity)

    @property
    def public_url(self) -> str:
        """How phones reach the hub; empty if it was not told."""
        return self._service.public_url

    def too_many(self, client: Address | None, who: Person | None) -> bool:
        """Count a number that an address wants; whether it has taken too many just now."""
        if who is not None:
            return False
        limits = self._service.plan.limits
        address = client.host if client is not None else None
        return self._taking.wait_s(address, limits.per_address_10min, limits.kiosk_addresses) > 0

    async def holds(self, slip: str) -> str | None:
        """The ticket that somebody holds who knows this end of an address; None for nobody's.

        Raises StorageError or StateSilent.
        """
        return await self.look(lambda view: view.holds(slip))

    async def rate(self, command: ByPhone, key: str) -> StoredAnswer:
        """Rate a call, or give the reasons for it; its holder was made sure of before.

        Raises TooOften, IdReusedError, StorageError or StateSilent.
        """
        self._count_wish(command.ticket)
        return await self._commanded(command, key)

    async def on_ticket(
        self, ticket: str, wish: TicketWish, key: str, who: Person | None = None
    ) -> StoredAnswer:
        """Do something with a ticket that is not called.

        Raises TooOften, IdReusedError, StorageError or StateSilent.
        """
        if who is None:
            self._count_wish(ticket)
        by = who.id if who is not None else CITIZEN
        return await self._commanded(OnTicket(ticket, wish, by), key)

    def _count_wish(self, ticket: str) -> None:
        if self._wishing.wait_s(ticket, WISHES_OF_A_TICKET) > 0:
            raise TooOften("too much was wanted of this ticket just now")

    async def not_called(
        self, ticket: str, key: str, who: Person, *, unit_off: bool
    ) -> StoredAnswer:
        """Have an operator's word that a ticket was not called by the counter that keeps it.

        `unit_off`: and that its unit is switched off. Raises IdReusedError, StorageError or
        StateSilent.
        """
        wanted = OnTicket(ticket, "not_called", who.id, unit_off)
        return await self._commanded(wanted, key)

    async def rearrange(
        self, wish: Literal["add", "take_back"], counter: str, service: str, key: str, who: Person
    ) -> StoredAnswer:
        """Change what a counter serves.

        Raises IdReusedError, StorageError or StateSilent.
        """
        return await self._commanded(Rearrange(wish, counter, service, who.id), key)

    async def on_advice(
        self, advice: str, wish: Literal["apply", "dismiss", "undo"], key: str, who: Person
    ) -> StoredAnswer:
        """Follow an advice, dismiss it, or take either back.

        Raises IdReusedError, StorageError or StateSilent.
        """
        return await self._commanded(OnAdvice(advice, wish, who.id), key)

    async def acknowledge(
        self, alarms: tuple[str, ...], since: float, key: str, who: Person
    ) -> StoredAnswer:
        """Have it noted that somebody has seen alarms. `since` in wall seconds.

        Raises IdReusedError, StorageError or StateSilent.
        """
        return await self._commanded(Acknowledge(alarms, since, who.id), key)

    async def review(
        self, record: int, wish: Literal["count", "leave"], reason: str, key: str, who: Person
    ) -> StoredAnswer:
        """Take a fork in quarantine for what it says, or leave it, and say why.

        Raises IdReusedError, StorageError or StateSilent.
        """
        return await self._commanded(ReviewFork(record, wish, reason, who.id), key)

    async def set_notice(self, wanted: Telling, key: str, who: Person) -> StoredAnswer:
        """Tell everybody something on boards and kiosks, or take it away.

        Raises IdReusedError, StorageError or StateSilent.
        """
        return await self._commanded(SetNotice(wanted.notice, wanted.emergency, who.id), key)

    async def sweep(self, before: float, key: str, who: Person) -> StoredAnswer:
        """Close the numbers that were printed alone before a time, in wall seconds.

        Raises IdReusedError, StorageError or StateSilent.
        """
        return await self._commanded(Sweep(before, who.id), key)

    async def go_on(self, without: tuple[str, ...], key: str, who: Person) -> StoredAnswer:
        """Let a restored hall go on without some units.

        Raises IdReusedError, StorageError or StateSilent.
        """
        return await self._commanded(GoOn(without, who.id), key)

    async def of_people(self, command: OfPeople) -> dict[str, str | None]:
        """Have something done to an account or a token: `outcome`, `code` and `reason`.

        Raises StorageError or StateSilent.
        """
        answer = await self._commanded(command, None)
        found: dict[str, str | None] = json.loads(answer.body)
        return found

    async def _commanded(self, command: Command, key: str | None) -> StoredAnswer:
        return await _answered(self._service.command(key, command))

    async def at_counter(
        self, counter: str, action: dict[str, object], seen: int | None, key: str, who: Person
    ) -> StoredAnswer:
        """Command a counter. `action` has been checked already.

        Raises IdReusedError, StorageError or StateSilent.
        """
        request = _ACTION.validate_python(action)
        right = isinstance(request, w.SignIn) and await self._pin_right(request)
        call_id = self._new_id()
        command = AtCounter(counter, request, seen, call_id, right, hand=hand_of(who))
        return await self._commanded(command, key)

    async def _pin_right(self, request: w.SignIn) -> bool:
        clerk = self._service.plan.clerk.get(request.clerk)
        async with self._pins:
            return await asyncio.to_thread(
                pin_right, request.pin, clerk.pin_hash if clerk else None
            )


def _asker(who: Person | None) -> str:
    return who.id if who is not None else ""


async def _answered(future: Future[T]) -> T:
    try:
        return await asyncio.wait_for(asyncio.wrap_future(future), PATIENCE_S)
    except TimeoutError as error:
        raise StateSilent(f"the hall's state has not answered for {PATIENCE_S:.0f} s") from error
