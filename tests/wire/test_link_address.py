"""Broker addresses: what is one, and what is said of the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from wire.errors import LinkError
from wire.link import BrokerAddress, Link, LinkEvent


@pytest.mark.parametrize(
    ("url", "host", "port", "secure"),
    [
        ("mqtt://127.0.0.1:1884", "127.0.0.1", 1884, False),
        ("mqtt://hub.hall", "hub.hall", 1883, False),
        ("mqtts://hub.hall", "hub.hall", 8883, True),
        ("mqtt://[::1]:1884", "::1", 1884, False),
    ],
)
def test_an_address_is_taken_apart(url: str, host: str, port: int, secure: bool) -> None:
    address = BrokerAddress(url)
    address.check()
    assert (address.host, address.port, address.secure) == (host, port, secure)


@pytest.mark.parametrize(
    "url", ["", "hub.hall", "http://hub.hall", "mqtt://", "mqtt://:1883", "mqtt://hub:port"]
)
def test_what_is_no_address_is_said_with_its_value(url: str) -> None:
    with pytest.raises(LinkError, match="expected mqtt://host") as told:
        Link(BrokerAddress(url), "u1-r1", ignore)
    assert repr(url) in str(told.value)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_bad_certificate_file_is_named(tmp_path: Path, content: str | None) -> None:
    ca = tmp_path / "ca.pem"
    if content is not None:
        ca.write_text(content)
    with pytest.raises(LinkError, match=r"certificate .*ca\.pem"):
        Link(BrokerAddress("mqtts://hub.hall", ca=ca), "u1-r1", ignore)


def ignore(event: LinkEvent) -> None:
    raise AssertionError(f"nothing can happen on a link that was never started: {event}")
