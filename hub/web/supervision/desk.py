"""What the supervisor's routes share: the journal to read, the period asked for, the names."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import Request, Response
from sqlalchemy import Connection

from hub.reports.reading import AT_ONCE, Reader
from hub.web.access import Access
from hub.web.pages import render
from hub.web.supervision.asking import NAMED, Asked, address, asked
from hub.web.supervision.names import Names
from hub.web.texts import Language, language_of, marked

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
        self.reader = Reader(access.service.folder / "journal.sqlite")

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
        with self.reader.look() as connection:
            return question(connection)

    def asked(self, request: Request) -> Asked:
        """The period that a request asks for."""
        return asked(request, self.access.service.plan, self.access.service.clock.now())

    def names(self, language: Language) -> Names:
        """Names by the plan in force."""
        return Names(self.access.service.plan, language)

    def page(
        self, request: Request, template: str, here: str, about: Asked, **values: Any
    ) -> Response:
        """A page of the supervisor."""
        names = self.names(language_of(request))
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
