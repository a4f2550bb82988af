"""Who may be given an account or a token, and how both change.

The last administrator stays: somebody has to be able to make the next one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hub.core import events as e
from hub.core.commands import Decision, refuse
from hub.core.commands_of_people import (
    ChangeAccount,
    MakeAccount,
    MakeToken,
    RemoveAccount,
    RevokeToken,
    SetPassword,
)
from hub.core.people import Account, People, Role, Token
from hub.core.state import State
from hub.core.ticket_events import Handler
from wire.ids import ID_PATTERN

NAME_LENGTH = 60

CONSOLE = "console"
"""Who uses the command line on the hub's own machine."""

NOBODY = ("citizen", "automatic", "kiosk", "sweep", "hub")
"""Whose deeds are no person's."""

RESERVED = frozenset({CONSOLE, *NOBODY})
TOKEN_PREFIX = "token-"  # noqa: S105 - no password
"""The ids of tokens begin so, and those of accounts do not: one word names who did something."""

ACCOUNTS, TOKENS = 1000, 200
"""So many of each at most."""


def make_account(state: State, command: MakeAccount, now: float) -> Decision:
    """A new account, unless the name is taken."""
    if not re.fullmatch(ID_PATTERN, command.account):
        return refuse("bad_name", "a sign-in name has a-z, 0-9 and hyphens, 32 at most")
    if command.account in RESERVED or command.account.startswith(TOKEN_PREFIX):
        return refuse("bad_name", f"{command.account} is what the hub calls somebody else")
    if command.account in state.people.accounts:
        return refuse("name_taken", f"there is an account {command.account} already")
    if len(state.people.accounts) >= ACCOUNTS:
        return refuse("too_many", f"there are {ACCOUNTS} accounts; remove one first")
    refused = _unfit(state, command)
    if refused is not None:
        return refused
    roles = _in_order(command.roles)
    made = e.AccountMade(
        now,
        command.account,
        command.name,
        roles,
        command.clerk,
        command.secret_hash,
        command.by,
    )
    return Decision((made,))


def change_account(state: State, command: ChangeAccount, now: float) -> Decision:
    """Another name, other roles or another clerk."""
    before = state.people.accounts.get(command.account)
    if before is None:
        return _unknown(command.account)
    refused = _unfit(state, command)
    if refused is not None:
        return refused
    if Role.ADMINISTRATOR not in command.roles and _last_administrator(state, before):
        return _LAST
    roles = _in_order(command.roles)
    if (before.name, before.roles, before.clerk) == (command.name, roles, command.clerk):
        return Decision()
    changed = e.AccountChanged(now, command.account, command.name, roles, command.clerk, command.by)
    return Decision((changed,))


def set_password(state: State, command: SetPassword, now: float) -> Decision:
    """Another password."""
    if command.account not in state.people.accounts:
        return _unknown(command.account)
    return Decision((e.PasswordSet(now, command.account, command.secret_hash, command.by),))


def remove_account(state: State, command: RemoveAccount, now: float) -> Decision:
    """One account less."""
    account = state.people.accounts.get(command.account)
    if account is None:
        return _unknown(command.account)
    if _last_administrator(state, account):
        return _LAST
    return Decision((e.AccountRemoved(now, command.account, command.by),))


def make_token(state: State, command: MakeToken, now: float) -> Decision:
    """A new token."""
    if command.token in state.people.tokens:
        return refuse("name_taken", f"there is a token {command.token} already")
    if len(state.people.tokens) >= TOKENS:
        return refuse("too_many", f"there are {TOKENS} tokens; revoke one first")
    if command.ends_at is not None and command.ends_at <= now:
        return refuse("over_already", "its end is not in the future")
    refused = _badly_named(command.name) or _without_roles(command.roles)
    if refused is not None:
        return refused
    made = e.TokenMade(
        now,
        command.token,
        command.name,
        _in_order(command.roles),
        command.secret_hash,
        command.ends_at,
        command.by,
    )
    return Decision((made,))


def revoke_token(state: State, command: RevokeToken, now: float) -> Decision:
    """One token less."""
    if command.token not in state.people.tokens:
        return refuse("unknown_token", f"there is no token {command.token!r}")
    return Decision((e.TokenRevoked(now, command.token, command.by),))


def _unfit(state: State, wanted: MakeAccount | ChangeAccount) -> Decision | None:
    """Why nobody can be who is wanted."""
    refused = _badly_named(wanted.name) or _without_roles(wanted.roles)
    if refused is not None:
        return refused
    if wanted.clerk is None:
        if Role.CLERK in wanted.roles:
            return refuse("no_clerk", "the role clerk needs a clerk of the hall's plan")
        return None
    if wanted.clerk not in state.plan.clerk:
        return refuse("unknown_clerk", f"the hall's plan has no clerk {wanted.clerk!r}")
    others = (a.id for a in state.people.accounts.values() if a.clerk == wanted.clerk)
    if any(other != wanted.account for other in others):
        return refuse("clerk_taken", f"clerk {wanted.clerk} has another account")
    return None


def _badly_named(name: str) -> Decision | None:
    if name.strip() and len(name) <= NAME_LENGTH and name.isprintable():
        return None
    return refuse("no_name", f"a name has 1 to {NAME_LENGTH} characters")


def _without_roles(roles: tuple[str, ...]) -> Decision | None:
    unknown = [role for role in roles if role not in set(Role)]
    if unknown:
        return refuse("unknown_role", f"there is no role {unknown[0]!r}; {_ROLES}")
    return None if roles else refuse("no_role", f"one role at least; {_ROLES}")


_ROLES = f"there are {', '.join(Role)}"


def _in_order(roles: tuple[str, ...]) -> tuple[Role, ...]:
    return tuple(role for role in Role if role in roles)


def _last_administrator(state: State, account: Account) -> bool:
    found = [a for a in state.people.accounts.values() if Role.ADMINISTRATOR in a.roles]
    return found == [account]


def _unknown(account: str) -> Decision:
    return refuse("unknown_account", f"there is no account {account!r}")


_LAST = refuse("last_administrator", "somebody has to stay who can make the next administrator")


# --- how they change ---------------------------------------------------------------------


def _account_made(people: People, event: e.AccountMade) -> None:
    if event.account in people.accounts:
        raise ValueError(f"there is an account {event.account} already")
    roles = tuple(Role(role) for role in event.roles)
    people.accounts[event.account] = Account(
        event.account, event.name, roles, event.clerk, event.secret_hash, event.at, event.at
    )


def _account_changed(people: People, event: e.AccountChanged) -> None:
    before = people.accounts[event.account]
    roles = tuple(Role(role) for role in event.roles)
    people.accounts[event.account] = replace(
        before, name=event.name, roles=roles, clerk=event.clerk
    )


def _password_set(people: People, event: e.PasswordSet) -> None:
    before = people.accounts[event.account]
    people.accounts[event.account] = replace(
        before, secret_hash=event.secret_hash, secret_at=event.at
    )


def _account_removed(people: People, event: e.AccountRemoved) -> None:
    del people.accounts[event.account]


def _token_made(people: People, event: e.TokenMade) -> None:
    roles = tuple(Role(role) for role in event.roles)
    people.tokens[event.token] = Token(
        event.token, event.name, roles, event.secret_hash, event.at, event.ends_at
    )


def _token_revoked(people: People, event: e.TokenRevoked) -> None:
    del people.tokens[event.token]


def _command_given(_people: People, _event: e.CommandGiven) -> None:
    """Nothing by itself: it says who wanted what follows."""


RULES: dict[type, Callable[[State, Any, float], Decision]] = {
    MakeAccount: make_account,
    ChangeAccount: change_account,
    SetPassword: set_password,
    RemoveAccount: remove_account,
    MakeToken: make_token,
    RevokeToken: revoke_token,
}

CHANGES: dict[type[e.Event], Callable[[People, Any], None]] = {
    e.AccountMade: _account_made,
    e.AccountChanged: _account_changed,
    e.PasswordSet: _password_set,
    e.AccountRemoved: _account_removed,
    e.TokenMade: _token_made,
    e.TokenRevoked: _token_revoked,
    e.CommandGiven: _command_given,
}


def _of_state(change: Callable[[People, Any], None]) -> Handler:
    return lambda state, event: change(state.people, event)


HANDLERS: dict[type[e.Event], Handler] = {
    kind: _of_state(change) for kind, change in CHANGES.items()
}
