"""What an administrator wants of accounts and tokens. Secrets come as their hashes."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class MakeAccount:
    """Somebody is to sign in."""

    account: str
    name: str
    roles: tuple[str, ...]
    clerk: str | None
    secret_hash: str = field(repr=False)
    by: str


@dataclass(frozen=True, slots=True)
class ChangeAccount:
    """Somebody is to have another name, other roles, or another clerk in the plan."""

    account: str
    name: str
    roles: tuple[str, ...]
    clerk: str | None
    by: str


@dataclass(frozen=True, slots=True)
class SetPassword:
    """Somebody is to have another password."""

    account: str
    secret_hash: str = field(repr=False)
    by: str


@dataclass(frozen=True, slots=True)
class RemoveAccount:
    """Somebody is to sign in no more."""

    account: str
    by: str


@dataclass(frozen=True, slots=True)
class MakeToken:
    """A program is to sign in. `token` is a fresh id."""

    token: str
    name: str
    roles: tuple[str, ...]
    secret_hash: str = field(repr=False)
    ends_at: float | None
    by: str


@dataclass(frozen=True, slots=True)
class RevokeToken:
    """A program is to sign in no more."""

    token: str
    by: str


OfPeople = MakeAccount | ChangeAccount | SetPassword | RemoveAccount | MakeToken | RevokeToken
