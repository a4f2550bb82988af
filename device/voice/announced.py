"""Calls as they come over the wire, from the hub or from a counter that is cut off."""

from __future__ import annotations

from device.voice.calls import Call
from wire import messages


def call_of(message: messages.Announce | messages.Call) -> Call:
    """What is to be spoken for a message."""
    name = message.service_name
    return Call(
        message.call_id, message.number, message.counter_number, message.kind, name.zh, name.en
    )
