"""What the supervisor's routes share: the journal to read, the period asked for, the names."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

from fastapi import Request, Response
from sqlalchemy import Connection

from hub.core.calendar import day_starts
from hub.reports.past_names import PastNames
from hub.reports.period import Period
from hub.reports.reading import AT_ONCE, Reader
from hub.web.access import Access
from hub.web.pages import render
from hub.web.supervision.asking import NAMED, Asked, address, asked
from hub.web.supervision.names import Names, Then
from hub.web.texts import language_of, marked

T = TypeVar("T")

PERIODS = {
    "today": marked("Today"),
    "yesterday": marked("Yesterday"),
    "week": marked("This week"),
    "month": marked("This month"),
    "last_month": marked("Last month"),
}


class Desk:
    """What the supervisor's routes work with."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._at_work = asyncio.Semaphore(AT_ONCE)
        self._reader = Reader(access.service.folder / "journal.sqlite")
        self._past = PastNames()

    async def read(self, question: Callable[[Connection], T]) -> T:
        """Ask the journal, in a thread of its own.

        Raises StorageError.
        """
        return await self.work(lambda: self._read(question))

    async def work(self, task: Callable[[], T]) -> T:
        """Do what takes long in a thread of its own: few at once, for sign-ins need threads too."""
        async with self._at_work:
            return await asyncio.to_thread(task)

    def _read(self, question: Callable[[Connection], T]) -> T:
        with self.look() as connection:
            return question(connection)

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """One moment of the journal, and what things were called until then.

        Raises StorageError.
        """
        with self._reader.look() as connection:
            self._past.learn(connection)
            yield connection

    def asked(self, request: Request) -> Asked:
        """The period that a request asks for."""
        return asked(request, self.access.service.plan, self.access.service.clock.now())

    def names(self, request: Request, period: Period) -> Names:
        """What things were called in a period, in the language of a request.

        Known once the journal has been looked at.
        """
        plan = self.access.service.plan
        since, until = (day_starts(plan, d) for d in (period.first, period.last + timedelta(1)))
        return Names(plan, language_of(request), Then(self._past, since, until))

    def page(
        self, request: Request, template: str, here: str, about: Asked, **values: Any
    ) -> Response:
        """A page of the supervisor."""
        names = self.names(request, about.period)
        shown = {
            "n": names,
            "hall": names.plan.hall,
            "about": about,
            "here": here,
            "periods": [(name, names.say(PERIODS[name])) for name in NAMED],
            "address": address,
            "asked_for": request.query_params,
        }
        return render(request, template, **{**shown, **values})
