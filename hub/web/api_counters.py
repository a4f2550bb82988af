"""The routes for programs about counters: the clerk's commands, and the operator's changes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Response

from hub.answers import CommandAnswer, WishAnswer
from hub.web.access import Access, Telling
from hub.web.api_tickets import WISHES
from hub.web.bodies import CounterCommand, IdInPath, Key, NoticeWanted, ServiceWanted
from hub.web.responses import WRITING, problems, stored
from hub.web.rights import Right, Who, needs


def add_counters(router: APIRouter, access: Access) -> None:
    """Add the routes."""

    @router.post(
        "/api/counters/{counter}/commands",
        response_model=CommandAnswer,
        response_model_exclude={"v"},
        responses={
            404: {"model": CommandAnswer, "description": "There is no such counter"},
            409: {"model": CommandAnswer, "description": "Refused; `state` is the present state"},
            **problems(400),
            **WRITING,
        },
        dependencies=[needs(Right.SERVE)],
    )
    async def command(
        counter: IdInPath,
        wanted: CounterCommand,
        idempotency_key: Annotated[Key, Header()],
        who: Who,
    ) -> Response:
        """Command a counter. A repeat of a key gets the first answer, byte for byte."""
        action = wanted.model_dump(exclude={"seen"})
        return stored(await access.at_counter(counter, action, wanted.seen, idempotency_key, who))

    @router.post(
        "/api/counters/{counter}/services",
        response_model=WishAnswer,
        responses=WISHES,
        dependencies=[needs(Right.OPERATE)],
    )
    async def service(
        counter: IdInPath,
        wanted: ServiceWanted,
        idempotency_key: Annotated[Key, Header()],
        who: Who,
    ) -> Response:
        """Change what a counter serves, until the end of the day."""
        wish, service = wanted.wish, wanted.service
        return stored(await access.rearrange(wish, counter, service, idempotency_key, who))

    @router.post(
        "/api/notice",
        response_model=WishAnswer,
        responses=WISHES,
        dependencies=[needs(Right.OPERATE)],
    )
    async def notice(
        wanted: NoticeWanted, idempotency_key: Annotated[Key, Header()], who: Who
    ) -> Response:
        """Tell everybody something on the hall's boards and kiosks, or take it away."""
        texts = (wanted.notice, wanted.emergency)
        telling = Telling(*(text.content if text else None for text in texts))
        return stored(await access.set_notice(telling, idempotency_key, who))
