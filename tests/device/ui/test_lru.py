"""What is kept stays within its bound."""

from __future__ import annotations

from device.ui.lru import Lru


def test_what_was_used_longest_ago_is_forgotten_first() -> None:
    kept: Lru[str, str] = Lru(10)
    kept.put("a", "A", 4)
    kept.put("b", "B", 4)
    assert kept.get("a") == "A"
    kept.put("c", "C", 4)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == ("A", None, "C")
    assert kept.weight == 8


def test_what_outweighs_the_bound_is_not_kept_and_drives_nothing_out() -> None:
    kept: Lru[str, str] = Lru(10)
    kept.put("a", "A", 4)
    kept.put("b", "B", 11)
    assert (len(kept), kept.weight, kept.get("a")) == (1, 4, "A")
