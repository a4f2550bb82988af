"""What can happen to the accounts of people and to the tokens of programs.

`secret_hash` is never shown, not even in an error's text.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hub.core.event import Event


@dataclass(frozen=True, slots=True)
class AccountMade(Event):
    """Somebody may sign in from now on. `clerk` is who they are in the plan, or None."""

    account: str
    name: str
    roles: tuple[str, ...]
    clerk: str | None
    secret_hash: str = field(repr=False)
    by: str


@dataclass(frozen=True, slots=True)
class AccountChanged(Event):
    """Somebody has another name, other roles, or another clerk in the plan."""

    account: str
    name: str
    roles: tuple[str, ...]
    clerk: str | None
    by: str


@dataclass(frozen=True, slots=True)
class PasswordSet(Event):
    """Somebody has another password; what they had signed in to is over."""

    account: str
    secret_hash: str = field(repr=False)
    by: str


@dataclass(frozen=True, slots=True)
class AccountRemoved(Event):
    """Somebody may sign in no more."""

    account: str
    by: str


@dataclass(frozen=True, slots=True)
class TokenMade(Event):
    """A program may sign in from now on, until `ends_at` (wall seconds) if that is set."""

    token: str
    name: str
    roles: tuple[str, ...]
    secret_hash: str = field(repr=False)
    ends_at: float | None
    by: str


@dataclass(frozen=True, slots=True)
class TokenRevoked(Event):
    """A program may sign in no more."""

    token: str
    by: str


@dataclass(frozen=True, slots=True)
class CommandGiven(Event):
    """Somebody (`by`) other than its clerk commanded a counter; what follows comes behind."""

    counter: str
    action: str
    by: str
