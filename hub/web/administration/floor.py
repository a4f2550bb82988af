"""The floor plan of a draft: where counters, boards and kiosks stand, and what is drawn round them.

One form has it all. Where scripts run, things are dragged and the form's fields follow.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from hub.core.floor import GRID_M, KINDS
from hub.web.administration.checking import Checked
from hub.web.administration.desk import ROOT, Desk, Form, first, form_of
from hub.web.administration.drafts import KEY, Content, Draft
from hub.web.administration.fields import Field
from hub.web.administration.sections import FLOOR
from hub.web.floor_views import CM, Piece, overlaps, picture_of_content, words_of
from hub.web.rights import Right, Who, needs
from hub.web.texts import both, marked

MINE = [needs(Right.ADMINISTER)]

OUTLINE_KINDS: Final = (
    ("wall", marked("Wall or pillar")),
    ("area", marked("Area")),
    ("entrance", marked("Entrance")),
)

OUTLINE_FIELDS: Final = (
    Field("x_m", marked("From the left"), "number", needed=True),
    Field("y_m", marked("From above"), "number", needed=True),
    Field("width_m", marked("Width"), "number", needed=True),
    Field("depth_m", marked("Depth"), "number", needed=True),
)

MOST_OUTLINES: Final = 250
"""More lines than these are not read: the plan's check refuses fewer already."""

EMPTY_LINES: Final = 3
"""So many lines for new outlines are on the page."""


def add_floor(router: APIRouter, desk: Desk) -> None:
    """Add the routes."""

    @router.get(f"{ROOT}/floor", dependencies=MINE)
    async def floor(request: Request, who: Who) -> Response:
        """The floor plan as it would be."""
        draft = await desk.seen(who)
        shown = await desk.aside.do(_shown, draft, (await desk.examined(draft)).checked)
        return await desk.page(request, who, "floor.html", draft=draft, **shown)

    @router.post(f"{ROOT}/floor", dependencies=MINE)
    async def save(request: Request, who: Who) -> Response:
        """Keep what was filled in."""
        draft, form = await desk.draft(who), await form_of(request)
        _read(draft, form)
        act = first(form, "act")
        if act == "clear":
            _clear(draft)
        elif act == "fix":
            _fix(draft)
        return RedirectResponse(f"{ROOT}/floor?saved=1", 303)


# --- what the page shows --------------------------------------------------------------------


def _shown(draft: Draft, checked: Checked) -> dict[str, Any]:
    floor = picture_of_content(draft.content, KEY)
    outlines = draft.section("floor").get("outlines") or []
    lines: list[Content] = [*(o for o in outlines if isinstance(o, dict))]
    wrong = checked.of(FLOOR)
    return {
        "area": FLOOR,
        "floor": floor,
        "wrong": wrong,
        "grid": round(GRID_M * CM),
        "spots": [_spot(draft, piece, checked) for piece in floor.pieces],
        "outlines": [*lines, *({} for _ in range(EMPTY_LINES))],
        "outline_kinds": [(value, both(text)) for value, text in OUTLINE_KINDS],
        "outline_fields": OUTLINE_FIELDS,
        "overlaps": overlaps(floor),
        "words_of": words_of,
    }


def _spot(draft: Draft, piece: Piece, checked: Checked) -> dict[str, Any]:
    """A line of the form: what stands there, what its fields say, and what is wrong with that."""
    thing = draft.thing(piece.kind, piece.key) or {}
    at = thing.get("at")
    at = at if isinstance(at, dict) else {}
    found = [
        wrong.text
        for wrong in checked.wrong
        if (wrong.area, wrong.index) == (piece.kind, piece.index) and is_place(wrong.key)
    ]
    x, y = (_FIELDS[axis].shown(at) for axis in ("x_m", "y_m"))
    return {"piece": piece, "x": x, "y": y, "wrong": found}


def is_place(key: str) -> bool:
    """Whether the key of a mistake belongs to a place on the floor plan."""
    return key == "at" or key.startswith("at.")


_FIELDS: Final = {axis: Field(axis, "", "number") for axis in ("x_m", "y_m")}


# --- what was filled in ---------------------------------------------------------------------


def _read(draft: Draft, form: Form) -> None:
    section = draft.section("floor")
    for field in FLOOR.fields:
        if field.key in form:
            field.read(form, section)
    if "outline:x_m" in form:
        section["outlines"] = _outlines(form)
    for kind in KINDS:
        for thing in draft.things(kind):
            _read_place(thing, form, f"{kind}:{thing[KEY]}")


def _read_place(thing: Content, form: Form, name: str) -> None:
    """Two empty fields: no place of its own. One of them: a mistake, which the check finds."""
    if f"{name}:x_m" not in form or f"{name}:y_m" not in form:
        return
    before = thing.get("at")
    at: Content = dict(before) if isinstance(before, dict) else {}
    for axis, field in _FIELDS.items():
        field.read({axis: form[f"{name}:{axis}"]}, at)
    if at:
        thing["at"] = at
    else:
        thing.pop("at", None)


def _outlines(form: Form) -> list[Content]:
    columns = ("kind", "x_m", "y_m", "width_m", "depth_m", "zh", "en")
    rows = zip(*(form.get(f"outline:{column}", ()) for column in columns), strict=False)
    found: list[Content] = []
    for kind, *numbers, zh, en in list(rows)[:MOST_OUTLINES]:
        if not any(text.strip() for text in (*numbers, zh, en)):
            continue
        outline: Content = {"kind": kind}
        for field, typed in zip(OUTLINE_FIELDS, numbers, strict=True):
            field.read({field.key: [typed]}, outline)
        if zh.strip() or en.strip():
            outline["name"] = {"zh": zh.strip(), "en": en.strip()}
        found.append(outline)
    return found


def _clear(draft: Draft) -> None:
    """Nothing has a place: all is drawn in rows."""
    for kind in KINDS:
        for thing in draft.things(kind):
            thing.pop("at", None)


def _fix(draft: Draft) -> None:
    """Whatever has no place gets that at which it is drawn."""
    for piece in picture_of_content(draft.content, KEY).pieces:
        thing = draft.thing(piece.kind, piece.key)
        if thing is not None and not piece.given:
            thing["at"] = {"x_m": piece.x / CM, "y_m": piece.y / CM}
