"""One person's number, from the touch to the paper. PURE; a part of the kiosk's session.

The wish is on disk before it is sent, and a number before it is shown. A number of the kiosk's
own series is a record before it is printed. What does not reach paper is printed again, noted
from the screen, or given up by a record: whatever happens, there is no number that nobody has.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from device.events import Anomaly, Remark
from device.kiosk_facts import (
    Ask,
    Done,
    Given,
    Keep,
    KioskEffect,
    Memory,
    NotDone,
    Note,
    Print,
    Wished,
)
from device.moment import Moment
from device.stamps import origin
from wire.messages import (
    GiveUp,
    IssuedRecord,
    NumberBlock,
    PrintRecord,
    Take,
    Taken,
    TakeNumber,
    TicketName,
)
from wire.slips import slip_of

PATIENCE_S: Final = 3.0
"""A wish without an answer for so many real seconds has none."""
AGAIN_S: Final = 1.0
"""So often it is said again, in real seconds."""
RESUME_S: Final = 60.0
"""Who touched a service so long ago, by the wall clock, is still there after a crash."""
RESUME_PATIENCE_S: Final = 15.0

TICKET_S: Final = 12.0
UNPRINTED_S: Final = 40.0
"""A number that stands on the screen only is shown for longer."""
TROUBLE_S: Final = 60.0
PRINTING_S: Final = 60.0
"""Longer than any driver takes to say what is wrong."""
SORRY_S: Final = 8.0

SCREEN: Final = "screen"
"""The code of a number that was not printed but noted from the screen."""
UNSURE: Final = "unsure"
"""The code of a number whose paper may be out: the unit went down while it was printing."""

Outcome = Literal["printed", "failed", "cancelled"]


@dataclass(frozen=True)
class Footing:
    """Whether the hub hears this kiosk now, and whether it may give out numbers of its own."""

    hears: bool
    may_decide: bool


class Wishing:
    """The wish in hand, if there is one, and the series of the kiosk's own numbers."""

    def __init__(self, run: str, memory: Memory, *, has_printer: bool, second_s: float) -> None:
        self.memory = memory
        self.sorry: str | None = None
        self.code: str | None = None
        self.paper_out = False
        self.until_s: float | None = None
        self.has_printer = has_printer
        self._run = run
        self._second_s = second_s
        self._steps: deque[Keep | Note] = deque()
        self._then: Callable[[Moment], list[KioskEffect]] | None = None
        self._awaited: Keep | Note | None = None
        self._person: str | None = None
        self._ask_s = 0.0
        self._patience_until_s = 0.0
        self._sent = True  # as far as a new run can know
        self._attempt = 0

    @property
    def given(self) -> Given | None:
        """The number that is on show."""
        return self.memory.wish.given if self.memory.wish else None

    @property
    def open(self) -> bool:
        """Whether somebody has wished for a number and has none yet."""
        return self.memory.wish is not None and self.given is None

    @property
    def has_numbers(self) -> bool:
        """Whether there are numbers of the own series left."""
        series = self.memory.series
        return series is not None and series.first <= series.last

    @property
    def times(self) -> list[float]:
        """When something here is due."""
        times = [] if self.until_s is None else [self.until_s]
        if self.open:
            times += [self._ask_s, self._patience_until_s]
        return times

    @property
    def busy(self) -> bool:
        """Whether the disk is still to say that something is kept."""
        return self._awaited is not None

    # --- the wish ---

    def resume(self, noted: frozenset[str], at: Moment) -> list[KioskEffect]:
        """Go on after a crash, or give up what nobody waits for any more.

        `noted` are the tickets of the kiosk's own series that are in the outbox.
        """
        wish = self.memory.wish
        if wish is None:
            return []
        since = datetime.fromisoformat(at.wall) - datetime.fromisoformat(wish.wall)
        fresh = timedelta(0) <= since < timedelta(seconds=RESUME_S)
        given = wish.given
        if given is None:
            if fresh and not wish.personal:
                self._wait_for_answer(at, RESUME_PATIENCE_S)
                return []
            return self._end(self._paper(wish.id, "", "cancelled", UNSURE, at))
        if given.alone and given.ticket.id not in noted:  # it was never given out
            return self._end(self._paper(wish.id, "", "cancelled", "alone", at))
        if fresh:
            return self.show(at)
        outcome: Outcome = "printed" if wish.printing else "cancelled"
        name = given.ticket
        return self._end(self._paper(name.id, name.number, outcome, UNSURE, at))

    def wish(self, wish: Wished, person: str | None, at: Moment, patience_s: float) -> Keep:
        """Somebody wants a number; the wish is said as soon as it is on disk."""
        self._person, self._sent, self.until_s, self.sorry = person, False, None, None
        self._wait_for_answer(at, patience_s)
        self._set(wish)
        return Keep(self.memory)

    def insist(self, footing: Footing, at: Moment) -> list[KioskEffect]:
        """Say the wish, say it again, or decide it here."""
        wish = self.memory.wish
        if wish is None or wish.given is not None or self.busy:
            return []
        if at.boot_s >= self._patience_until_s:
            return self._decide_alone(wish, footing, at)
        if at.boot_s < self._ask_s:
            return []
        self._ask_s = at.boot_s + AGAIN_S * self._second_s
        if not footing.hears:
            return []
        self._sent = True
        wanted = TakeNumber(
            wish="take",
            service=wish.service,
            ticket_class=wish.ticket_class,
            person=self._person,
        )
        return [Ask(Take(id=wish.id, run=self._run, request=wanted))]

    def answered(self, taken: Taken, at: Moment) -> list[KioskEffect]:
        """The hub has said what became of a wish."""
        wish = self.memory.wish
        if wish is None or wish.id != taken.id or wish.given is not None:
            return [Anomaly("an answer to no open wish")]
        if taken.outcome == "refused" or taken.ticket is None:
            self.be_sorry(taken.code or "refused", at)
            return self._forget()
        given = Given(
            ticket=taken.ticket,
            alone=False,
            ahead=taken.ahead,
            wait_s=taken.wait_s,
            counter_number=taken.counter_number,
            url=taken.url,
        )
        self._set(wish.model_copy(update={"given": given}))
        return self.show(at)

    def _wait_for_answer(self, at: Moment, patience_s: float) -> None:
        self._ask_s = at.boot_s
        self._patience_until_s = at.boot_s + patience_s * self._second_s

    def _decide_alone(self, wish: Wished, footing: Footing, at: Moment) -> list[KioskEffect]:
        """No answer has come: give out a number of the own series, or say that there is none.

        A wish that was sent may still reach the hub; a record says first that nobody wants it.
        """
        back = [Note(self._paper(wish.id, "", "cancelled", "alone", at))] if self._sent else []
        series = self.memory.series
        if not footing.may_decide or series is None or not self.has_numbers:
            self.be_sorry("cut_off", at)
            return self.durably(back, lambda _: self._forget()) if back else self._forget()
        given, left = _next_of(series, wish)
        taken = wish.model_copy(update={"given": given})
        self.memory = self.memory.model_copy(update={"series": left, "wish": taken})
        issued = IssuedRecord(
            **origin(self._run, at),
            ticket=given.ticket.id,
            number=given.ticket.number,
            service=wish.service,
            ticket_class=wish.ticket_class,
        )
        return self.durably([Keep(self.memory), *back, Note(issued)], self.show)

    # --- paper ---

    def show(self, at: Moment) -> list[KioskEffect]:
        """Show the number and print it; on disk before, so that it is known what may be out."""
        wish, given = self.memory.wish, self.given
        if wish is None or given is None:
            return []
        self.code, self.paper_out, self._person = None, False, None
        self._attempt += 1
        self.until_s = at.boot_s + (PRINTING_S if self.has_printer else UNPRINTED_S)
        self._set(wish.model_copy(update={"printing": self.has_printer}))
        prints: list[KioskEffect] = [Print(self._attempt, given)] if self.has_printer else []
        return self.durably([Keep(self.memory)], lambda _: prints)

    def printed(self, attempt: int, code: str | None, at: Moment) -> list[KioskEffect]:
        """The printer is done with an attempt; `code` says what was wrong."""
        given = self.given
        if attempt != self._attempt or given is None or self.paper_out or self.code:
            return [Remark("word of a paper that nobody waits for")]
        if code is not None:
            self.code, self.until_s = code, at.boot_s + TROUBLE_S
            return [Remark(f"{given.ticket.number} was not printed: {code}")]
        self.paper_out, self.until_s = True, at.boot_s + TICKET_S
        return [Note(self._paper(given.ticket.id, given.ticket.number, "printed", None, at))]

    def run_out(self, at: Moment) -> list[KioskEffect]:
        """The time of a number on show is over."""
        if self.code is not None:
            return self.give_up(at)
        if self.has_printer and not self.paper_out:
            return self.printed(self._attempt, "no_answer", at)
        return self.leave(at)

    def leave(self, at: Moment) -> list[KioskEffect]:
        """Who took the number goes with it, printed or noted from the screen."""
        if self.paper_out or self.given is None:
            return self._forget()
        name = self.given.ticket
        return self._end(self._paper(name.id, name.number, "printed", SCREEN, at))

    def give_up(self, at: Moment) -> list[KioskEffect]:
        """Nobody has the number: it is not to be called."""
        if self.given is None:
            return []
        name, code = self.given.ticket, self.code
        self.be_sorry("given_up", at)
        return self._end(self._paper(name.id, name.number, "cancelled", code, at))

    def be_sorry(self, code: str, at: Moment) -> None:
        """Say for a moment why there is no number."""
        self.sorry, self.until_s = code, at.boot_s + SORRY_S

    def _end(self, body: PrintRecord) -> list[KioskEffect]:
        """Note what became of the paper, and forget the wish once that is on disk."""
        return self.durably([Note(body)], lambda _: self._forget())

    def _forget(self) -> list[KioskEffect]:
        if self.sorry is None:
            self.until_s = None
        self.code, self._person, self.paper_out = None, None, False
        self._set(None)
        return [Keep(self.memory)]

    def _set(self, wish: Wished | None) -> None:
        self.memory = self.memory.model_copy(update={"wish": wish})

    def _paper(
        self, ticket: str, number: str, outcome: Outcome, code: str | None, at: Moment
    ) -> PrintRecord:
        return PrintRecord(
            **origin(self._run, at), ticket=ticket, number=number, outcome=outcome, code=code
        )

    # --- what has to be on disk first ---

    def durably(
        self, steps: Sequence[Keep | Note], then: Callable[[Moment], list[KioskEffect]]
    ) -> list[KioskEffect]:
        """Have these, at least one, kept in order, and go on only when all of them are."""
        self._steps, self._then = deque(steps), then
        return self._step()

    def _step(self) -> list[KioskEffect]:
        self._awaited = self._steps.popleft()
        return [self._awaited]

    def kept(self, event: Done, at: Moment) -> list[KioskEffect]:
        """A step is on disk."""
        if event.effect is not self._awaited:
            return []
        if self._steps:
            return self._step()
        then, self._then, self._awaited = self._then, None, None
        return then(at) if then else []

    def not_kept(self, event: NotDone, at: Moment) -> list[KioskEffect]:
        """The disk does not do its work: nobody is shown a number that a crash would lose."""
        remark = Remark("the disk does not keep what this kiosk has to remember")
        if event.effect is not self._awaited:
            return [remark]  # the number was shown before; only the note on its paper is missing
        given, wish = self.given, self.memory.wish
        self._awaited = self._then = None
        self._steps.clear()
        self.code = None
        self.be_sorry("disk_full" if event.full else "disk_broken", at)
        self._set(None)
        if given is None or wish is None or given.alone:
            return [remark]
        back = GiveUp(wish="give_up", ticket=given.ticket.id)
        return [remark, Ask(Take(id=wish.paper, run=self._run, request=back))]


def _next_of(series: NumberBlock, wish: Wished) -> tuple[Given, NumberBlock]:
    """The next number of the own series, and what is left of it."""
    number = f"{series.prefix}{series.first:03d}"
    name = TicketName(id=wish.paper, number=number, service=wish.service)
    given = Given(ticket=name, alone=True, url=_page_of(series, wish.paper))
    return given, series.model_copy(update={"first": series.first + 1})


def _page_of(series: NumberBlock, ticket: str) -> str | None:
    """The page that follows a number, once the hub knows of it."""
    if series.page is None or series.key is None:
        return None
    return series.page + slip_of(bytes.fromhex(series.key), ticket)
