"""From a draft to the plan in force and back: preview, apply, history, undo, export, import."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse

from hub.core import events as e
from hub.core.commands_of_plans import Configure
from hub.core.plan import Plan
from hub.core.plan_changes import carried_over, changes
from hub.core.replanning import STALE_PLAN, as_content
from hub.transaction import Transaction
from hub.web.administration.checking import Checked, Wrong, check
from hub.web.administration.desk import ROOT, Desk, first, form_of, whole
from hub.web.administration.drafts import LISTS, Content, Draft, keyed
from hub.web.administration.effect import Effect, effect_of
from hub.web.administration.sentences import sentences
from hub.web.pages import error_page
from hub.web.rights import Right, Who, needs
from hub.web.texts import Words
from wire.clock import rfc3339

SHOWN: Final = 20
"""So many changes of the plan are on a page of the history."""

REASON_LETTERS: Final = 200

MINE = [needs(Right.ADMINISTER)]


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of the plan. `by` is who made it; empty for a file."""

    sequence: int
    at: str
    by: str
    reason: str
    file: bool
    undoes: int | None
    said: list[Words]
    first: bool


def add_changes(router: APIRouter, desk: Desk) -> None:
    """Add the routes."""
    _add_overview(router, desk)
    _add_preview(router, desk)
    _add_history(router, desk)
    _add_file(router, desk)


def _add_overview(router: APIRouter, desk: Desk) -> None:
    @router.get(ROOT, dependencies=MINE)
    async def overview(request: Request, who: Who) -> Response:
        """Where to begin, and what was changed last."""
        latest = await desk.access.ask(lambda t: _entries(t, t.hall.version + 1, 5))
        names = _names(desk)
        return await desk.page(request, who, "overview.html", entries=latest, names=names)


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
        checked = check(draft)
        applied = draft.print
        if checked.plan is None or first(form, "print") != applied:
            return await _preview(desk, request, who, "changed", 409)
        command = Configure(
            as_content(checked.plan),
            who.id,
            first(form, "reason")[:REASON_LETTERS],
            draft.base_at,
            draft.undoes,
        )
        answer = await desk.access.configure(command)
        if answer["outcome"] == "refused":
            code = "stale" if answer["code"] == STALE_PLAN else "refused"
            return await _preview(desk, request, who, code, 409)
        desk.drafts.discard(who.id, applied)
        return RedirectResponse(f"{ROOT}?applied=1", 303)

    @router.post(f"{ROOT}/discard", dependencies=MINE)
    async def discard(who: Who) -> Response:
        """Forget the draft."""
        desk.drafts.discard(who.id)
        return RedirectResponse(ROOT, 303)

    @router.post(f"{ROOT}/carry-over", dependencies=MINE)
    async def carry_over(who: Who) -> Response:
        """Put the draft on top of what somebody else has changed meanwhile."""
        draft = await desk.draft(who)
        plan_at, plan = await desk.access.ask(lambda t: (t.hall.plan_at, as_content(t.hall.plan)))
        merged = carried_over(draft.base, _whole(draft.plain), plan)
        carried = Draft(plan_at, plan, keyed(merged.content), draft.undoes, draft.made)
        desk.drafts.begin(who.id, carried)
        return RedirectResponse(f"{ROOT}/preview", 303)


def _whole(content: Content) -> Content:
    """Content with all that is left at its default said, if it is a plan at all."""
    try:
        return as_content(Plan.model_validate(content))
    except ValueError:
        return content


async def _preview(
    desk: Desk, request: Request, who: Who, said: str = "", status: int = 200
) -> Response:
    draft = await desk.draft(who)
    checked = check(draft)
    plan_at, plan, effect = await desk.access.ask(lambda t: _looked(t, checked.plan))
    behind = plan_at != draft.base_at
    between: dict[str, Any] = {"theirs": [], "both": []}
    if behind:
        theirs = changes(draft.base, plan)
        both_sides = carried_over(draft.base, _whole(draft.plain), plan).both
        between["theirs"] = sentences(theirs, draft.base, plan)
        between["both"] = sentences(list(both_sides), plan, draft.plain)
    shown = {"effect": effect, "behind": behind, "said": said, **between}
    return await desk.page(
        request, who, "preview.html", status, draft=draft, checked=checked, **shown
    )


def _looked(transaction: Transaction, plan: Plan | None) -> tuple[int, Content, Effect]:
    hall, now = transaction.hall, transaction.now
    heard = frozenset(transaction.books.presence.all_heard(transaction.monotonic))
    effect = effect_of(hall, plan, now, heard) if plan is not None else Effect()
    return hall.plan_at, as_content(hall.plan), effect


# --- history --------------------------------------------------------------------------------


def _add_history(router: APIRouter, desk: Desk) -> None:
    @router.get(f"{ROOT}/history", dependencies=MINE)
    async def history(request: Request, who: Who) -> Response:
        """Every change of the plan, the newest first."""
        wanted = request.query_params.get("before", "")
        before = whole(wanted)
        entries = await desk.access.ask(lambda t: _entries(t, before or t.hall.version + 1, SHOWN))
        names = _names(desk)
        more = entries[-1].sequence if len(entries) == SHOWN else None
        shown: dict[str, Any] = {"entries": entries, "names": names, "more": more}
        return await desk.page(request, who, "history.html", **shown)

    @router.post(ROOT + "/history/{sequence}/undo", dependencies=MINE)
    async def undo(
        request: Request, sequence: Annotated[int, Path(ge=1, le=2**53)], who: Who
    ) -> Response:
        """Make a draft that takes one change back, and leaves later ones as they are."""
        draft = await desk.draft(who)
        if draft.changed:
            return RedirectResponse(f"{ROOT}/history?busy=1", 303)
        pair = await desk.access.ask(lambda t: _before_and_after(t, sequence))
        if pair is None:
            return error_page(request, 404)
        before, after = pair
        taken_back = carried_over(after, before, draft.base).content
        undone = Draft(draft.base_at, draft.base, keyed(taken_back), undoes=sequence)
        desk.drafts.begin(who.id, undone)
        return RedirectResponse(f"{ROOT}/preview", 303)


def _names(desk: Desk) -> dict[str, str]:
    """What the people and programs are called that may have changed the plan."""
    people = desk.access.accounts.people
    found = {account.id: account.name for account in people.accounts.values()}
    return {**found, **{token.id: token.name for token in people.tokens.values()}}


def _entries(transaction: Transaction, before: int, limit: int) -> list[Entry]:
    found = transaction.books.journal.latest("Configured", limit + 1, before)
    zone = transaction.hall.plan.zone
    entries = []
    for place, (sequence, event) in enumerate(found[:limit]):
        if not isinstance(event, e.Configured):
            continue
        earlier = found[place + 1][1] if place + 1 < len(found) else None
        old = _content(earlier) if isinstance(earlier, e.Configured) else None
        new = _content(event)
        entries.append(
            Entry(
                sequence=sequence,
                at=rfc3339(event.at, zone),
                by=event.by,
                reason=event.reason,
                file=bool(event.file) or not event.by,
                undoes=event.undoes,
                said=sentences(changes(old, new), old, new) if old is not None else [],
                first=old is None,
            )
        )
    return entries


def _content(event: e.Configured) -> Content:
    """A plan of the journal as it is written today: settings that came later have defaults."""
    return as_content(Plan.model_validate(event.plan))


def _before_and_after(transaction: Transaction, sequence: int) -> tuple[Content, Content] | None:
    found = transaction.books.journal.latest("Configured", 2, sequence + 1)
    plans = [_content(event) for _, event in found if isinstance(event, e.Configured)]
    if len(plans) != 2 or found[0][0] != sequence:
        return None
    return plans[1], plans[0]


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
        content = _parsed(typed)
        if content is None:
            return await desk.page(request, who, "file.html", 422, typed=typed, problem="json")
        plan_at, plan = await desk.access.ask(lambda t: (t.hall.plan_at, as_content(t.hall.plan)))
        draft = Draft(plan_at, plan, keyed(_whole(content)))
        wrong = check(draft)
        if _shapeless(wrong, content):
            shown: dict[str, Any] = {"typed": typed, "problem": "shape"}
            shown["wrong"] = wrong.wrong[:SHOWN]
            return await desk.page(request, who, "file.html", 422, **shown)
        desk.drafts.begin(who.id, draft)
        return RedirectResponse(f"{ROOT}/preview", 303)


def _parsed(typed: str) -> Content | None:
    try:
        content = json.loads(typed)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) and _listed(content) else None


def _listed(content: Content) -> bool:
    """Whether what should be lists of things are, and sections sections."""
    for name, part in content.items():
        wanted = list if name in LISTS else dict
        if not isinstance(part, wanted):
            return False
        if isinstance(part, list) and not all(isinstance(thing, dict) for thing in part):
            return False
    return True


def _shapeless(checked: Checked, content: Content) -> bool:
    """Whether a form could not even show what is wrong."""
    inside: list[Wrong] = [w for w in checked.wrong if w.index is None and w.area not in LISTS]
    strange = any(w.area not in content or "levels" in w.key for w in inside)
    return strange or any(not content.get(name) for name in ("services", "counters", "hall"))
