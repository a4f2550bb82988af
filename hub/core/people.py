"""Who may use the hub's pages: people with their roles, and programs with their tokens.

A clerk's PIN at a counter is another thing: it says who serves there (`hub.core.shift`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What somebody does in the hall."""

    CLERK = "clerk"
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Account:
    """A person who signs in with a password. `clerk` is who they are in the plan, if anybody.

    `secret_at` is when the password was set (wall seconds): what was begun with an earlier one
    counts no more. `made_at` tells an account from an earlier one of its name; 0.0 in a snapshot
    from before it was kept.
    """

    id: str
    name: str
    roles: tuple[Role, ...]
    clerk: str | None
    secret_hash: str = field(repr=False)
    secret_at: float
    made_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Token:
    """What a program signs in with: known by a hash of it alone. `ends_at` is in wall seconds."""

    id: str
    name: str
    roles: tuple[Role, ...]
    secret_hash: str = field(repr=False)
    made_at: float
    ends_at: float | None


@dataclass(slots=True)
class People:
    """Everybody who has an account or a token, by id."""

    accounts: dict[str, Account] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)

    def name_of(self, who: str, at: float) -> str | None:
        """What somebody is called who did something at a time, in the hall's wall seconds.

        None if there is nobody of this id, or it was somebody else's then.
        """
        found = self.accounts.get(who) or self.tokens.get(who)
        return found.name if found is not None and found.made_at <= at else None


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose hand commands a counter from a page: an account or token, `by`.

    `clerk` is who they are in the plan, if anybody. With `anywhere` they may command every
    counter, else only that at which this clerk is signed in, or signs in.
    """

    by: str
    clerk: str | None
    anywhere: bool

    def reaches(self, *clerks: str | None) -> bool:
        """Whether a counter of one of these clerks may be commanded."""
        return self.anywhere or (self.clerk is not None and self.clerk in clerks)
