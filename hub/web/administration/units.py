"""The units: what is known of each, and how a broken one is replaced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from hub.core.commands import OnTicket
from hub.core.grants import kept_by
from hub.core.plan import Plan
from hub.transaction import Transaction
from hub.web.administration.desk import ROOT, Desk, first, form_of
from hub.web.administration.unit_file import unit_file
from hub.web.fault_words import fault_text
from hub.web.pages import error_page
from hub.web.rights import Right, Who, needs
from hub.web.texts import Words
from wire.clock import rfc3339

SHORT: Final = 8
"""So many letters of a random id tell one from another."""

MINE = [needs(Right.ADMINISTER)]


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit. `state`: heard, lost, never (it has not said hello), or stranger (not in the plan).

    `through` is how far its records are in the journal, `told` what it said was the last.
    `turned_away` is why another run of this name was refused, `turned_away_at` when.
    """

    id: str
    role: str
    place: str
    state: str
    since: str | None
    software: str
    run: str
    outbox: str
    joined_at: str | None
    through: int
    told: int
    faults: tuple[Words, ...]
    turned_away: str | None
    turned_away_at: str | None
    kept: tuple[tuple[str, str], ...]


def add_units(router: APIRouter, desk: Desk) -> None:
    """Add the routes."""

    @router.get(f"{ROOT}/units", dependencies=MINE)
    async def units(request: Request, who: Who) -> Response:
        """All units."""
        rows = await desk.access.ask(_rows)
        return await desk.page(request, who, "units.html", rows=rows)

    @router.get(ROOT + "/units/{unit}", dependencies=MINE)
    async def unit(request: Request, unit: str, who: Who) -> Response:
        """One unit, and how it is replaced."""
        row = await desk.access.ask(lambda t: _row(t, unit))
        if row is None:
            return error_page(request, 404)
        before = request.query_params.get("before", row.outbox)[:SHORT]
        shown: dict[str, Any] = {
            "unit": row,
            "before": before,
            "file": _file(desk, request, unit),
            "done": row.state == "heard" and before != row.outbox,
        }
        return await desk.page(request, who, "unit.html", **shown)

    @router.get(ROOT + "/units/{unit}/unit.toml", dependencies=MINE)
    async def toml(request: Request, unit: str) -> Response:
        """The file that a unit in this place needs."""
        text = _file(desk, request, unit)
        if text is None:
            return error_page(request, 404)
        headers = {"content-disposition": 'attachment; filename="unit.toml"'}
        return Response(text, media_type="text/plain; charset=utf-8", headers=headers)

    @router.post(ROOT + "/units/{unit}/not-called", dependencies=MINE)
    async def not_called(request: Request, unit: str, who: Who) -> Response:
        """The administrator's word: the unit is off, and did not call this ticket."""
        ticket = first(await form_of(request), "ticket")
        await desk.access.word_on(OnTicket(ticket, "not_called", who.id, unit_off=True))
        row = await desk.access.ask(lambda t: _row(t, unit))
        return RedirectResponse(f"{ROOT}/units/{unit}" if row else f"{ROOT}/units", 303)


def _file(desk: Desk, request: Request, unit: str) -> str | None:
    facts, plan = desk.access.facts, desk.access.service.plan
    host = request.url.hostname or "127.0.0.1"
    host = f"[{host}]" if ":" in host else host  # an IPv6 address
    url = facts.broker_url or f"mqtt://{host}:{facts.broker_port}"
    return unit_file(plan, unit, url, outside=bool(facts.broker_url))


def _rows(transaction: Transaction) -> list[UnitRow]:
    plan, books = transaction.hall.plan, transaction.books
    names = dict.fromkeys([*plan.role_of_unit, *books.turned_away])
    found = (_row(transaction, unit) for unit in names)
    return [row for row in found if row is not None]


def _place(plan: Plan, unit: str) -> str:
    """The number of the counter where it stands, or its own among boards or kiosks, or ""."""
    counter = plan.counter_of_unit.get(unit)
    return plan.counter[counter].number if counter else str(plan.number_of_unit.get(unit, ""))


def _row(transaction: Transaction, unit: str) -> UnitRow | None:
    """A unit of the plan, or one that would like to be."""
    hall, books = transaction.hall, transaction.books
    role = hall.plan.role_of_unit.get(unit)
    turned_away = books.turned_away.get(unit)
    if role is None and turned_away is None:
        return None
    known, zone = hall.units.get(unit), hall.plan.zone
    heard = books.presence.get(unit)
    state = _state(transaction, unit)
    since = known.lost_at if known is not None and state == "lost" else None
    said = heard.said if heard is not None else None
    faults = sorted(known.faults.items()) if known is not None else []
    counter = hall.plan.counter_of_unit.get(unit)
    outbox = known.outbox if known is not None else ""
    return UnitRow(
        id=unit,
        role=str(role or ""),
        place=_place(hall.plan, unit),
        state=state,
        since=None if since is None else rfc3339(since, zone),
        software=known.software if known is not None else "",
        run=known.run[:SHORT] if known is not None else "",
        outbox=outbox[:SHORT],
        joined_at=rfc3339(known.joined_at, zone) if known and known.joined_at else None,
        through=transaction.heads.through(unit, outbox) if outbox else 0,
        told=said.through if said is not None else known.through if known else 0,
        faults=tuple(fault_text(name, code) for name, (code, _) in faults),
        turned_away=turned_away[0] if turned_away else None,
        turned_away_at=rfc3339(turned_away[1], zone) if turned_away else None,
        kept=tuple((t.id, t.number) for t in kept_by(hall, counter)) if counter else (),
    )


def _state(transaction: Transaction, unit: str) -> str:
    if unit not in transaction.hall.plan.role_of_unit:
        return "stranger"
    if transaction.books.presence.heard(unit, transaction.monotonic):
        return "heard"
    return "lost" if unit in transaction.hall.units else "never"
