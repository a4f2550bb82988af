"""Events go through JSON and come back as they were."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, get_type_hints

import pytest

from hub.core import events as e
from tests.hub.core.examples import through_json

KINDS = [k for k in vars(e).values() if isinstance(k, type) and issubclass(k, e.Event)]
_SAMPLES: dict[Any, Any] = {
    str: "中",
    int: 7,
    float: 0.1 + 0.2,
    bool: True,
    dict[str, Any]: {"a": [1]},
}


@pytest.mark.parametrize("kind", [k for k in KINDS if k is not e.Event])
def test_an_event_comes_back_from_json(kind: type[e.Event]) -> None:
    hints = get_type_hints(kind)
    assert all(field.default is MISSING for field in fields(kind))
    content: dict[str, Any] = {f.name: _SAMPLES.get(hints[f.name]) for f in fields(kind)}
    event = kind(**content)
    assert e.event_of(kind.__name__, event.at, through_json(event.content())) == event


def test_an_unknown_kind_or_content_is_an_error() -> None:
    with pytest.raises(KeyError):
        e.event_of("Event", 1.0, {})
    with pytest.raises(TypeError):
        e.event_of("UnitLost", 1.0, {"unit": "u", "mood": "good"})
