"""The route for programs about records that were set aside and wait for a person's look."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Response

from hub.answers import WishAnswer
from hub.web.access import Access
from hub.web.api_tickets import WISHES
from hub.web.bodies import Key, ReviewWanted
from hub.web.responses import stored
from hub.web.rights import Right, Who, needs


def add_quarantine(router: APIRouter, access: Access) -> None:
    """Add the route."""

    @router.post(
        "/api/quarantine/{record}",
        response_model=WishAnswer,
        responses=WISHES,
        dependencies=[needs(Right.SUPERVISE)],
    )
    async def review(
        record: Annotated[int, Path(ge=1, le=2**53)],
        wanted: ReviewWanted,
        idempotency_key: Annotated[Key, Header()],
        who: Who,
    ) -> Response:
        """Take a rating for what it says that came under another record's number, or leave it.

        Once for each such record. A rating taken so is its call's by the rules of all ratings: the
        first counts, a second is kept and marked.
        """
        asked = (record, wanted.wish, wanted.reason)
        return stored(await access.review(*asked, idempotency_key, who))
