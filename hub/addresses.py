"""Network addresses of those who ask, and what of them belongs to one household."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address


def read_address(text: str | None) -> Address | None:
    """An address, as IPv4 where it is one; None for what is from no network at all."""
    try:
        found = ip_address(text or "")
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


def household(address: Address) -> str:
    """What an address is counted under: one subscriber has 64 bits of IPv6 to choose from."""
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), 64), strict=False))
    return str(address)
