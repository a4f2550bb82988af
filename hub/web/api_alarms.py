"""The routes for programs about alarms."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Response

from hub.answers import WishAnswer
from hub.web.access import Access
from hub.web.api_tickets import WISHES
from hub.web.bodies import AlarmSeen, Key
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
