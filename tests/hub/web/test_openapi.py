"""Whatever a program sends, it gets an answer that the OpenAPI document declares, and no 500."""

from __future__ import annotations

from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.hub.web.conftest import House

pytestmark = pytest.mark.slow

NOTHING_TO_SEND = {"/healthz", "/api/hall", "/metrics"}


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_few_surprises(house: House, mode: GenerationMode) -> None:
    _throw_at(house, mode, 8, "administrator")


@pytest.mark.parametrize(
    "role",
    ["", "operator", *(pytest.param(r, marks=pytest.mark.long) for r in ("clerk", "supervisor"))],
)
def test_few_surprises_for_others(house: House, role: str) -> None:
    _throw_at(house, GenerationMode.POSITIVE, 2, role)


@pytest.mark.long
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("role", ["", "clerk", "operator", "supervisor", "administrator"])
def test_no_surprises(house: House, mode: GenerationMode, role: str) -> None:
    _throw_at(house, mode, 250 if role == "administrator" else 60, role)


def test_the_document_says_how_to_sign_in(house: House) -> None:
    document = house.visitor.get("/api/openapi.json").json()
    assert set(document["components"]["securitySchemes"]) == {"token", "session"}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            named = f"{method} {path}"
            ways = {way for one in operation.get("security", ()) for way in one}
            assert ways == (set() if named in PUBLIC else {"token", "session"}), named
            if ways:
                assert {"401", "403"} <= set(operation["responses"]), named


PUBLIC = {
    "get /healthz",
    "get /api/events",
    "post /api/tickets",
    "post /api/appointments",
    "get /api/tickets/{ticket}",
    "post /api/tickets/{ticket}/wishes",
    "post /api/tickets/{ticket}/ratings",
    "post /api/tickets/{ticket}/tags",
}
"""Routes that need no right; what some of them give to somebody who has one is said in words."""


def _throw_at(house: House, mode: GenerationMode, examples: int, role: str) -> None:
    house.open()
    house.take()
    known = {"Authorization": f"Bearer {house.give_token(role)}"} if role else {}
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", house.app)
    # A stream has no end: test_stream follows it, and what it refuses is tested there too.
    wanted = schema.exclude(path="/api/events")
    operations = [cast("Ok[Any]", found).ok() for found in wanted.get_all_operations()]
    assert len({operation.path for operation in operations}) >= 17
    for operation in operations:
        if mode is GenerationMode.NEGATIVE and operation.path in NOTHING_TO_SEND:
            continue
        _fuzz(operation, mode, examples, known)
    assert house.service.alive


def _fuzz(operation: Any, mode: GenerationMode, examples: int, known: dict[str, str]) -> None:
    @seed(20_260_302)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        response = case.call(headers=known)
        key_taken = response.status_code == 422 and response.json()["code"] == "id_reused"
        too_large = response.status_code == 413  # refused before anybody looks at it
        excluded = [positive_data_acceptance] * key_taken + [negative_data_rejection] * too_large
        case.validate_response(response, excluded_checks=excluded)

    send()
