"""Drafts over a restart of the hub: written down after each request that may change one.

What was written down may be of another version of the hub, or the journal may have been put back
from a backup since: a draft goes on as far as this hub can show it, and on the plan in force only
if that is still the very plan that it changes.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, Final

from fastapi import Request, Response
from fastapi.routing import APIRoute

from hub.accounts_store import Key
from hub.core.plan import Plan
from hub.core.replanning import as_content
from hub.web.administration.desk import Desk
from hub.web.administration.drafts import KEY, LISTS, NO_VERSION, Content, Draft
from hub.web.administration.importing import showable
from hub.web.rights import Right, may, person_of
from hub.web.texts import marked
from wire.errors import NextwindowError, StorageError

log = logging.getLogger(__name__)

UNREADABLE: Final = marked(
    "Your draft from before the hub's last start cannot be read by this version of the hub. "
    "What is in force is as it was. Begin again."
)
UNKEPT: Final = marked(
    "Your draft could not be written down: a restart of the hub would lose it. "
    "Apply it soon, or look into the hub's log."
)


class UnreadableDraft(NextwindowError):
    """What was written down is no draft of this version of the hub."""


def lasting(desk: Desk) -> type[APIRoute]:
    """Routes that take up the draft of who asks, and write it down before they answer."""

    class Lasting(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def handled(request: Request) -> Response:
                who = person_of(request)
                if who is None or not may(who, Right.ADMINISTER):
                    return await handle(request)
                said = desk.said.get(who.key)
                await _take_up(desk, who.key)
                answer = await handle(request)
                if request.method == "POST" and await _write_down(desk, who.key) and said:
                    desk.said.pop(who.key, None)  # what came up just now has not been seen yet
                return answer

            return handled

    return Lasting


async def _take_up(desk: Desk, key: Key) -> None:
    """Go on with what somebody had begun when the hub ended."""
    left = desk.access.accounts.drafts
    text = left.get(key)
    if text is None:
        return
    plan_at, plan = await desk.in_force()
    try:
        draft = await desk.aside.do(read_back, text, plan_at, plan)
    except UnreadableDraft as error:
        if left.pop(key, None) is not None:
            log.error("the draft of %s is put aside: %s", key[0], error)
            desk.said[key] = UNREADABLE
        return
    if left.pop(key, None) is not None:  # else another request of theirs was faster
        desk.drafts.begin(key, draft)


async def _write_down(desk: Desk, key: Key) -> bool:
    """Write somebody's draft down, if it changes anything; whether that could be done."""
    draft = desk.drafts.kept(key)
    changed = draft is not None and (await desk.examined(draft)).changed
    text = written(draft) if draft is not None and changed else None
    try:
        await desk.access.accounts.keep_draft(key, text)
    except StorageError as error:
        log.error("the draft of %s was not written down: %s", key[0], error)
        desk.said[key] = UNKEPT
        return False
    return True


def written(draft: Draft) -> str:
    """A draft as it is written down."""
    return json.dumps([draft.base, draft.content, draft.undoes, draft.made])


def read_back(text: str, plan_at: int, plan: Content) -> Draft:
    """A draft that was written down, beside the plan in force. Raises UnreadableDraft."""
    try:
        base, content, undoes, made = json.loads(text)
        draft = Draft(NO_VERSION, as_content(Plan.model_validate(base)), content, undoes, int(made))
        fits = undoes is None or isinstance(undoes, int)
        fits = fits and showable(content)
        keys = [thing[KEY] for area in LISTS for thing in content.get(area) or ()]
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise UnreadableDraft(f"{type(error).__name__} in what was written down") from error
    if not fits or not all(isinstance(key, str) for key in keys):
        raise UnreadableDraft("it has a shape that no page can show")
    return replace(draft, base_at=plan_at) if draft.base == plan else draft
