"""PINs: a hash belongs to one PIN, and one that is not ours belongs to none, and costs nothing."""

from __future__ import annotations

import hashlib

import pytest

from hub.pins import hash_pin, pin_right

SALT = bytes(16)


def test_a_hash_belongs_to_one_pin() -> None:
    stored = hash_pin("2468")
    assert pin_right("2468", stored)
    assert not pin_right("2469", stored)
    assert not pin_right("2468", None)


@pytest.mark.parametrize(
    "cost",
    [
        "0$8$1",
        "3$8$1",
        "-2$8$1",
        "8192$0$1",
        "8192$8$-1",
        "99999999999999999999$8$1",
        "1$1",
        "a$8$1",
    ],
)
def test_a_hash_with_odd_parameters_is_nobodys(cost: str) -> None:
    assert not pin_right("2468", f"scrypt${cost}${SALT.hex()}${bytes(64).hex()}")


@pytest.mark.parametrize(("n", "r", "p"), [(2, 9, 1), (2, 1, 5)])
def test_a_hash_that_costs_more_than_any_of_ours_is_not_even_tried(n: int, r: int, p: int) -> None:
    digest = hashlib.scrypt(b"2468", salt=SALT, n=n, r=r, p=p)
    assert not pin_right("2468", f"scrypt${n}${r}${p}${SALT.hex()}${digest.hex()}")
