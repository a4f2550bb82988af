"""From a draft to the plan in force and back: preview, apply, history, undo, export, import."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse

from hub.core.commands_of_plans import Configure
from hub.core.plan import Plan
from hub.core.plan_changes import Change, carried_over, changes
from hub.core.replanning import STALE_PLAN, as_content, propose
from hub.transaction import Transaction
from hub.web.administration.desk import ROOT, Desk, first, form_of, whole
from hub.web.administration.drafts import Content, Draft, keyed
from hub.web.administration.effect import Effect, Now, difference, effect_of, now_of
from hub.web.administration.examining import Examined
from hub.web.administration.history import History
from hub.web.administration.importing import Refused, imported
from hub.web.administration.sentences import sentences
from hub.web.pages import error_page
from hub.web.rights import Right, Who, needs
from hub.web.texts import Words

SHOWN: Final = 20
"""So many changes of the plan are on a page of the history."""

LATEST: Final = 5
"""So many are on the page where everything begins."""

REASON_LETTERS: Final = 200

MINE = [needs(Right.ADMINISTER)]


def add_changes(router: APIRouter, desk: Desk) -> None:
    """Add the routes."""
    history = History(desk.access, desk.aside)
    _add_overview(router, desk, history)
    _add_preview(router, desk)
    _add_history(router, desk, history)
    _add_file(router, desk)


def _add_overview(router: APIRouter, desk: Desk, history: History) -> None:
    @router.get(ROOT, dependencies=MINE)
    async def overview(request: Request, who: Who) -> Response:
        """Where to begin, and what was changed last."""
        latest = await history.entries(None, LATEST)
        return await desk.page(request, who, "overview.html", entries=latest)


# --- preview and apply ----------------------------------------------------------------------


def _add_preview(router: APIRouter, desk: Desk) -> None:
    @router.get(f"{ROOT}/preview", dependencies=MINE)
    async def preview(request: Request, who: Who) -> Response:
        """What would change, what stands in the way, and what it would touch."""
        return await _preview(desk, request, who)

    @router.post(f"{ROOT}/apply", dependencies=MINE)
    async def apply(request: Request, who: Who) -> Response:
        """Put the draft into force, exactly as it was shown."""
        draft, form = await desk.draft(who), await form_of(request)
        examined = await desk.examined(draft)
        if examined.content is None or first(form, "print") != examined.print:
            return await _preview(desk, request, who, "changed", 409)
        reason = first(form, "reason")[:REASON_LETTERS]
        proposal = await desk.aside.do(propose, examined.content, draft.base_at, draft.base)
        answer = await desk.access.configure(Configure(proposal, who.id, reason, draft.undoes))
        if answer["outcome"] == "refused":
            code = "stale" if answer["code"] == STALE_PLAN else "refused"
            return await _preview(desk, request, who, code, 409)
        desk.drafts.discard(who.key, examined.print)  # what was typed meanwhile stays
        return RedirectResponse(f"{ROOT}?applied=1", 303)

    @router.post(f"{ROOT}/discard", dependencies=MINE)
    async def discard(who: Who) -> Response:
        """Forget the draft."""
        desk.drafts.discard(who.key)
        return RedirectResponse(ROOT, 303)

    @router.post(f"{ROOT}/carry-over", dependencies=MINE)
    async def carry_over(who: Who) -> Response:
        """Put the draft on top of what somebody else has changed meanwhile."""
        draft = await desk.draft(who)
        examined = await desk.examined(draft)
        plan_at, plan = await desk.in_force()
        mine = examined.content or examined.plain
        merged = await desk.aside.do(carried_over, draft.base, mine, plan)
        if draft.print == examined.print:  # else something was typed meanwhile
            carried = Draft(plan_at, plan, keyed(merged.content), draft.undoes, draft.made)
            desk.drafts.begin(who.key, carried)
        return RedirectResponse(f"{ROOT}/preview", 303)


async def _preview(
    desk: Desk, request: Request, who: Who, said: str = "", status: int = 200
) -> Response:
    draft = await desk.seen(who)
    examined = await desk.examined(draft)
    plan_at, plan = await desk.in_force()
    behind = plan_at != draft.base_at
    between: dict[str, Any] = {"theirs": [], "both": []}
    if behind:
        between = await desk.aside.do(_between, draft.base, examined, plan)
    shown = {"behind": behind, "said": said, "print": examined.print, **between}
    shown["effect"] = await _effect(desk, plan, examined)
    return await desk.page(request, who, "preview.html", status, draft=draft, **shown)


def _between(base: Content, examined: Examined, theirs: Content) -> dict[str, list[Words]]:
    """What others have changed since a draft was begun, and what both have."""
    both_sides = carried_over(base, examined.content or examined.plain, theirs).both
    return {
        "theirs": sentences(changes(base, theirs), base, theirs),
        "both": sentences(list(both_sides), theirs, examined.plain),
    }


async def _effect(desk: Desk, before: Content, examined: Examined) -> Effect:
    plan, after = examined.checked.plan, examined.content
    if plan is None or after is None:
        return Effect()
    said = await desk.aside.do(difference, before, after, plan)
    now = await desk.access.ask(lambda t: _now(t, plan, said.found))
    return await desk.aside.do(effect_of, plan, said, now)


def _now(transaction: Transaction, plan: Plan, found: list[Change]) -> Now:
    heard = frozenset(transaction.books.presence.all_heard(transaction.monotonic))
    return now_of(transaction.hall, plan, found, transaction.now, heard)


# --- history --------------------------------------------------------------------------------


def _add_history(router: APIRouter, desk: Desk, kept: History) -> None:
    @router.get(f"{ROOT}/history", dependencies=MINE)
    async def history(request: Request, who: Who) -> Response:
        """Every change of the plan, the newest first."""
        wanted = request.query_params.get("before", "")
        before = whole(wanted)
        entries = await kept.entries(before or None, SHOWN)
        more = entries[-1].sequence if len(entries) == SHOWN else None
        shown: dict[str, Any] = {"entries": entries, "more": more}
        return await desk.page(request, who, "history.html", **shown)

    @router.post(ROOT + "/history/{sequence}/undo", dependencies=MINE)
    async def undo(
        request: Request, sequence: Annotated[int, Path(ge=1, le=2**53)], who: Who
    ) -> Response:
        """Make a draft that takes one change back, and leaves later ones as they are."""
        draft = await desk.draft(who)
        if (await desk.examined(draft)).changed:
            return RedirectResponse(f"{ROOT}/history?busy=1", 303)
        pair = await kept.before_and_after(sequence)
        if pair is None:
            return error_page(request, 404)
        before, after = pair
        taken_back = await desk.aside.do(carried_over, after, before, draft.base)
        undone = Draft(draft.base_at, draft.base, keyed(taken_back.content), undoes=sequence)
        desk.drafts.begin(who.key, undone)
        return RedirectResponse(f"{ROOT}/preview", 303)


# --- export and import ----------------------------------------------------------------------


def _add_file(router: APIRouter, desk: Desk) -> None:
    @router.get(f"{ROOT}/file", dependencies=MINE)
    async def file(request: Request, who: Who) -> Response:
        """The plan as a file, out and in."""
        return await desk.page(request, who, "file.html", typed="", problem="")

    @router.get(f"{ROOT}/plan.json", dependencies=MINE)
    async def export() -> Response:
        """The plan in force, as `hall-hub config export` prints it."""
        plan = desk.access.service.plan
        text = json.dumps(as_content(plan), ensure_ascii=False, indent=2) + "\n"
        name = f'attachment; filename="plan-{plan.hall.id}.json"'
        headers = {"content-disposition": name}
        return Response(text, media_type="application/json", headers=headers)

    @router.post(f"{ROOT}/import", dependencies=MINE)
    async def import_(request: Request, who: Who) -> Response:
        """Make a draft of a whole plan, to be looked at before it is applied."""
        typed = first(await form_of(request), "plan")
        plan_at, plan = await desk.in_force()
        found = await desk.aside.do(imported, typed, plan_at, plan)
        if isinstance(found, Refused):
            shown = {"typed": typed, "problem": found.problem, "wrong": found.wrong}
            return await desk.page(request, who, "file.html", 422, **shown)
        desk.drafts.begin(who.key, found)
        return RedirectResponse(f"{ROOT}/preview", 303)
