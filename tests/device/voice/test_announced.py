"""Calls as they come over the wire."""

from __future__ import annotations

import pytest

from device.voice.announced import call_of
from device.voice.calls import Call, Kind
from wire import messages

COMMON = {
    "at": "2026-03-02T10:41:07.250+08:00",
    "call_id": "call-1",
    "number": "A012",
    "counter": "c3",
    "counter_number": "3",
    "service": "social",
    "service_name": {"zh": "社保", "en": "Social security"},
}


@pytest.mark.parametrize("kind", ["called", "recalled", "voided"])
def test_what_the_hub_announces_is_spoken(kind: Kind) -> None:
    message = messages.Announce.model_validate({**COMMON, "epoch": 1, "kind": kind})
    assert call_of(message) == Call("call-1", "A012", "3", kind, "社保", "Social security")


@pytest.mark.parametrize("kind", ["called", "recalled"])
def test_what_a_counter_alone_calls_is_spoken(kind: Kind) -> None:
    message = messages.Call.model_validate({**COMMON, "run": "run-1", "kind": kind})
    assert call_of(message) == Call("call-1", "A012", "3", kind, "社保", "Social security")
