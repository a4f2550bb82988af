"""The routes for programs about what the hub tells operators: alarms, and advice."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Response

from hub.answers import WishAnswer
from hub.web.access import Access
from hub.web.api_tickets import WISHES
from hub.web.bodies import AdviceWanted, AlarmSeen, IdInPath, Key
from hub.web.responses import stored
from hub.web.rights import Right, Who, needs
from wire.clock import wall_seconds


def add_alarms(router: APIRouter, access: Access) -> None:
    """Add the routes."""

    @router.post(
        "/api/alarms/seen",
        response_model=WishAnswer,
        responses=WISHES,
        dependencies=[needs(Right.OPERATE)],
    )
    async def seen(
        wanted: AlarmSeen, idempotency_key: Annotated[Key, Header()], who: Who
    ) -> Response:
        """Say that alarms were seen: they fall silent, and are listed while their cause lasts."""
        since, alarms = wall_seconds(wanted.since), tuple(wanted.alarms)
        return stored(await access.acknowledge(alarms, since, idempotency_key, who))

    @router.post(
        "/api/advice/{advice}",
        response_model=WishAnswer,
        responses=WISHES,
        dependencies=[needs(Right.OPERATE)],
    )
    async def advice(
        advice: IdInPath,
        wanted: AdviceWanted,
        idempotency_key: Annotated[Key, Header()],
        who: Who,
    ) -> Response:
        """Follow an advice of the hub, dismiss it, or take either back."""
        return stored(await access.on_advice(advice, wanted.wish, idempotency_key, who))
