"""Events go through JSON and come back as they were."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, get_type_hints

import pytest

from hub.core import events as e
from tests.hub.core.examples import through_json

KINDS = [
    k
    for name, k in vars(e).items()
    if isinstance(k, type) and issubclass(k, e.Event) and not name.startswith("_")
]
_SAMPLES: dict[Any, Any] = {
    str: "中",
    int: 7,
    float: 0.1 + 0.2,
    bool: True,
    tuple[str, ...]: ("a", "b"),
    dict[str, Any]: {"a": [1]},
}


@pytest.mark.parametrize("kind", [k for k in KINDS if k is not e.Event])
def test_an_event_comes_back_from_json(kind: type[e.Event]) -> None:
    hints = get_type_hints(kind)
    content: dict[str, Any] = {f.name: _SAMPLES.get(hints[f.name]) for f in fields(kind)}
    event = kind(**content)
    assert e.event_of(kind.__name__, event.at, through_json(event.content())) == event


def test_a_ticket_of_the_first_journals_is_still_read() -> None:
    """Fields that came later have a default; all the others must be there."""
    first = {"ticket": "t", "number": "A001", "service": "a", "queued_at": 2.0, "channel": "web"}
    event = e.event_of("TicketIssued", 2.0, first)
    assert event == e.TicketIssued(2.0, "t", "A001", "a", 2.0, "web", "", (), None, None)
    later = {"kind", "board", "further", "label", "person", "onward"}
    later |= {"by", "reason", "changed", "file", "undoes", "hand"}
    later |= {"channel", "fork", "boot", "boot_ms", "through", "after", "not_before"}
    for kind in set(KINDS) - {e.Event}:
        free = {field.name for field in fields(kind) if field.default is not MISSING}
        assert free <= later | {"queued_at"}


def test_an_unknown_kind_or_content_is_an_error() -> None:
    with pytest.raises(KeyError):
        e.event_of("Event", 1.0, {})
    with pytest.raises(TypeError):
        e.event_of("UnitLost", 1.0, {"unit": "u", "mood": "good"})
