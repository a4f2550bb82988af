"""Whatever a program sends, it gets an answer that the OpenAPI document declares, and no 500."""

from __future__ import annotations

from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.hub.web.conftest import House

pytestmark = pytest.mark.slow

NOTHING_TO_SEND = {"/healthz", "/api/hall"}


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_no_surprises_tenth(house: House, mode: GenerationMode) -> None:
    _throw_at(house, mode, 25)


@pytest.mark.long
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_no_surprises(house: House, mode: GenerationMode) -> None:
    _throw_at(house, mode, 250)


def _throw_at(house: House, mode: GenerationMode, examples: int) -> None:
    house.open()
    house.take()
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", house.app)
    # A stream has no end: test_stream follows it, and what it refuses is tested there too.
    wanted = schema.exclude(path="/api/events")
    operations = [cast("Ok[Any]", found).ok() for found in wanted.get_all_operations()]
    assert {operation.path for operation in operations} == {
        "/healthz",
        "/api/hall",
        "/api/tickets",
        "/api/tickets/{ticket}",
        "/api/tickets/{ticket}/wishes",
        "/api/tickets/{ticket}/ratings",
        "/api/tickets/{ticket}/tags",
        "/api/alarms/seen",
        "/metrics",
        "/api/tickets/{ticket}/not-called",
        "/api/appointments",
        "/api/counters/{counter}/commands",
        "/api/counters/{counter}/services",
        "/api/advice/{advice}",
        "/api/sweeps",
        "/api/restored/go-on",
        "/api/notice",
    }
    for operation in operations:
        if mode is GenerationMode.NEGATIVE and operation.path in NOTHING_TO_SEND:
            continue
        _fuzz(operation, mode, examples)
    assert house.service.alive


def _fuzz(operation: Any, mode: GenerationMode, examples: int) -> None:
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
        response = case.call()
        key_taken = response.status_code == 422 and response.json()["code"] == "id_reused"
        case.validate_response(response, excluded_checks=[positive_data_acceptance] * key_taken)

    send()
