"""Passwords: kept as argon2id, checked, and not too easy."""

from __future__ import annotations

import pytest

from hub import passwords
from hub.passwords import WeakPassword, check_password, digest, hash_password, password_right


def test_a_hash_is_argon2id_salted_and_only_right_for_its_password() -> None:
    found = hash_password("open sesame")
    assert found.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert found != hash_password("open sesame")
    assert password_right("open sesame", found)
    assert not password_right("Open sesame", found)
    assert not password_right("open sesame", "no hash at all")


def test_a_stranger_costs_the_same_check(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    hasher = passwords._hasher()

    class Counting:
        def verify(self, secret_hash: str, password: str) -> bool:
            checked.append(secret_hash)
            return hasher.verify(secret_hash, password)

        def hash(self, password: str) -> str:
            return hasher.hash(password)

    monkeypatch.setattr(passwords, "_hasher", Counting)
    assert not password_right("open sesame", None)
    [used] = checked
    assert used.split("$")[:4] == hash_password("x").split("$")[:4]


@pytest.mark.parametrize("password", ["short", "anna-1234", "aaaaaaaaaa", "password1", "x" * 129])
def test_what_anybody_tries_first_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        check_password(password, "anna")


@pytest.mark.parametrize("password", ["correct horse", "大厅值班 2026!", "Tr0ub4dor"])
def test_others_are_taken(password: str) -> None:
    check_password(password, "anna")


def test_bytes_that_are_no_text_have_a_digest_too() -> None:
    assert digest("\udcff") != digest("x")
