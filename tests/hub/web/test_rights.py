"""Every route × every role: who may, who is asked to sign in, and to whom it is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from hub.core.people import Role
from hub.web.rights import OF_ROLE, Declared, NoRightDeclared, Right, check_rights, declared, needs
from tests.hub.web.conftest import House
from wire.ids import new_id

pytestmark = pytest.mark.slow  # real HTTP, and a journal on disk

PUBLIC = "public"
WHO = [PUBLIC, *Role]

TABLE = {
    Right.FOLLOW: [
        "GET /healthz",
        "GET /api/openapi.json",
        "GET /api/events",  # the hall and a counter need more: see below
        "POST /api/tickets",
        "POST /api/appointments",
        "GET /api/tickets/{ticket}",
        "POST /api/tickets/{ticket}/wishes",
        "POST /api/tickets/{ticket}/ratings",
        "POST /api/tickets/{ticket}/tags",
        "GET /take",
        "POST /take",
        "GET /t/{slip}",
        "POST /t/{slip}",
        "POST /t/{slip}/rating",
        "POST /t/{slip}/tags",
        "GET /sign-in",
        "POST /sign-in",
        "POST /sign-out",
    ],
    Right.VIEW: [
        "GET /",
        "GET /wall",
        "GET /floor",
        "GET /floor/wall",
        "GET /api/hall",
        "GET /metrics",
        "GET /account",
        "POST /account/password",
        "POST /account/end-others",
    ],
    Right.SERVE: ["GET /clerk", "GET /clerk/{counter}", "POST /api/counters/{counter}/commands"],
    Right.OPERATE: [
        "POST /api/counters/{counter}/services",
        "POST /api/notice",
        "POST /api/advice/{advice}",
        "POST /api/alarms/seen",
        "POST /api/sweeps",
        "POST /api/restored/go-on",
        "POST /api/tickets/{ticket}/not-called",
    ],
    Right.SUPERVISE: ["POST /api/quarantine/{record}"],
}
"""The right of each route; those of an area of its own are below."""

AREAS = {
    "/supervision": Right.SUPERVISE,
    "/administration": Right.ADMINISTER,
    "/accounts": Right.ADMINISTER,
}

ANYTHING = {"counter": "c1", "sequence": "1"}


def named(route: Declared) -> str:
    return f"{route.methods[0]} {route.path}"


def expected(route: Declared) -> Right | None:
    for right, routes in TABLE.items():
        if named(route) in routes:
            return right
    for area, right in AREAS.items():
        if route.path == area or route.path.startswith(f"{area}/"):
            return right
    return None


def test_every_route_needs_the_right_that_it_should(house: House) -> None:
    routes = list(declared(house.app))
    assert len(routes) > 60
    for route in routes:
        assert route.rights == (expected(route),), named(route)
        assert len(route.methods) == 1
    known = {named(route) for route in routes}
    assert {name for names in TABLE.values() for name in names} <= known


def test_a_route_without_a_right_is_not_served() -> None:
    app, router = FastAPI(docs_url=None, redoc_url=None, openapi_url=None), APIRouter()

    @router.get("/declared", dependencies=[needs(Right.VIEW)])
    async def fine() -> None: ...

    app.include_router(router)
    check_rights(app)

    @router.get("/forgotten")
    async def forgotten() -> None: ...

    with pytest.raises(NoRightDeclared, match="/forgotten"):
        check_rights(app)
    with pytest.raises(NoRightDeclared, match=re.escape("/openapi.json")):
        check_rights(FastAPI())


def test_what_each_role_may_do() -> None:
    every = set(Right)
    assert OF_ROLE[Role.ADMINISTRATOR] == every
    assert OF_ROLE[Role.CLERK] == {Right.FOLLOW, Right.VIEW, Right.SERVE}
    assert OF_ROLE[Role.SUPERVISOR] == {Right.FOLLOW, Right.VIEW, Right.SUPERVISE}
    assert OF_ROLE[Role.OPERATOR] == {Right.FOLLOW, Right.VIEW, Right.SERVE, Right.OPERATE}


def clients(house: House, who: str) -> Iterator[TestClient]:
    """Somebody as a browser and as a program."""
    if who == PUBLIC:
        yield house.visitor
        return
    clerk = "wang" if who == Role.CLERK else None
    with house.browser(house.person(who, clerk=clerk)) as browser:
        yield browser
    with house.program(house.give_token(who)) as program:
        yield program


def ask(client: TestClient, route: Declared) -> Any:
    path = re.sub(r"{(\w+)}", lambda found: ANYTHING.get(found[1], "nobody"), route.path)
    if route.path == "/api/events":
        path += "?ticket=nobody"
    if route.methods == ("GET",):
        return client.get(path, follow_redirects=False)
    kind = {"Content-Type": "application/json"}
    return client.post(path, content=b"{}", headers=kind, follow_redirects=False)


@pytest.mark.parametrize("who", WHO)
def test_every_route_for_everybody(house: House, who: str) -> None:
    may = {Right.FOLLOW} if who == PUBLIC else OF_ROLE[Role(who)]
    for client in clients(house, who):
        for route in declared(house.app):
            for_programs = route.path.startswith(("/api/", "/metrics"))
            is_program = "authorization" in client.headers
            if route.path == "/sign-out" or (who != PUBLIC and for_programs != is_program):
                continue
            answer = ask(client, route)
            said = f"{who}, {named(route)}: {answer.status_code}"
            assert answer.status_code < 500 or route.path == "/healthz", said
            refused = is_refused(answer, who)
            own = "code" in answer.text and '"other_clerk"' in answer.text
            assert refused == (route.rights[0] not in may) or own, said


def is_refused(answer: Any, who: str) -> bool:
    """Whether the answer is that of somebody without the right; and the right one for them."""
    location = answer.headers.get("location", "")
    if who == PUBLIC:
        if answer.status_code == 401 and answer.request.url.path != "/sign-in":
            assert answer.json()["code"] == "not_signed_in"
            assert answer.headers["www-authenticate"] == "Bearer"
            return True
        return bool(answer.status_code == 303 and location.startswith("/sign-in"))
    assert not location.startswith("/sign-in")
    assert answer.status_code != 401 or answer.request.url.path == "/sign-in"
    return bool(answer.status_code == 403 and answer.request.url.path != "/sign-in")


@pytest.mark.parametrize("who", WHO)
def test_what_is_followed_live_needs_a_right_but_for_tickets_and_lines(
    house: House, who: str
) -> None:
    for client in clients(house, who):
        unknown = client.get("/api/events", params={"counter": "c9"})
        assert unknown.status_code == (401 if who == PUBLIC else 404)
        assert client.get("/api/events", params={"ticket": "nobody"}).status_code == 404
        if who == PUBLIC:
            assert client.get("/api/events").status_code == 401


@pytest.mark.parametrize("who", WHO)
def test_files_are_for_everybody(house: House, who: str) -> None:
    for client in clients(house, who):
        assert client.get("/static/hall.css").status_code == 200
        assert client.get("/static/nothing").status_code == 404


def test_only_an_operator_releases_a_ticket_for_a_citizen(house: House) -> None:
    path, wish = "/api/tickets/nobody/wishes", {"wish": "release"}
    for who, status in ((PUBLIC, {401, 403}), ("clerk", {403}), ("operator", {404})):
        for client in clients(house, who):
            answer = client.post(path, json=wish, headers={"Idempotency-Key": new_id()})
            assert answer.status_code in status, who


def test_a_clerk_commands_the_counter_at_which_they_are(house: House) -> None:
    house.open("c1", "wang")
    house.open("c2", "li", "1357")
    browser = house.browser(house.person("clerk", clerk="wang"))

    def close(counter: str, key: str) -> Any:
        path = f"/api/counters/{counter}/commands"
        return browser.post(path, json={"action": "close"}, headers={"Idempotency-Key": key})

    refused = close("c2", "one")
    assert (refused.status_code, refused.json()["code"]) == (403, "other_clerk")
    assert house.counter("c2")["state"] != "closed"
    assert close("c1", "two").status_code == 200


def test_the_same_key_of_another_person_is_another_command(house: House) -> None:
    house.open("c1", "wang")
    path, wish = "/api/counters/c1/commands", {"action": "close"}
    for client in (house.browser(house.person("operator")), house.client):
        answer = client.post(path, json=wish, headers={"Idempotency-Key": "same"})
    assert answer.status_code == 422
