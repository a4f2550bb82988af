"""`hall-hub user` and `hall-hub token`: accounts and tokens of a hub that is stopped.

While the hub runs, its pages do the same. Nothing secret is ever on the command line: passwords
are asked for, or read from standard input when that is no terminal.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from hub.accounts_offline import RefusedByHub, StoppedHub, stopped_hub
from hub.accounts_store import SignInStore
from hub.configuration import HallFile
from hub.core.accounts import CONSOLE, TOKEN_PREFIX
from hub.core.commands_of_people import (
    MakeAccount,
    MakeToken,
    RemoveAccount,
    RevokeToken,
    SetPassword,
)
from hub.core.people import Role
from hub.passwords import check_password, digest, hash_password, new_secret
from wire.ids import new_id
from wire.settings import load

user = typer.Typer(no_args_is_help=True, help="Who may sign in. The hub has to be stopped.")
token = typer.Typer(no_args_is_help=True, help="Tokens of programs. The hub has to be stopped.")

HallToml = Annotated[Path, typer.Argument(help="The hall's configuration, hall.toml.")]
Name = Annotated[str, typer.Argument(help="The name to sign in with: a-z, 0-9 and hyphens.")]
Roles = Annotated[
    list[Role], typer.Option("--role", help="What they do; may be given more than once.")
]


@user.command("add")
def add_user(
    file: HallToml,
    name: Name,
    role: Roles,
    full_name: Annotated[str, typer.Option("--full-name", help="As others know them.")] = "",
    clerk: Annotated[
        str | None, typer.Option(help="Who they are among the plan's clerks (their id there).")
    ] = None,
) -> None:
    """Make an account, and ask for its password. Also before the hub's first start."""
    with stopped_hub(load(file, HallFile)) as hub:
        if name in hub.people.accounts:
            raise RefusedByHub(f"there is an account {name} already")
        secret_hash = hash_password(_new_password(name))
        roles = tuple(role)
        hub.do(MakeAccount(name, full_name or name, roles, clerk, secret_hash, CONSOLE))
    typer.echo(f"{name} may sign in from the next start on.")


@user.command("list")
def list_users(file: HallToml) -> None:
    """Print who may sign in."""
    with stopped_hub(load(file, HallFile)) as hub:
        for account in sorted(hub.people.accounts.values(), key=lambda account: account.id):
            clerk = f"  clerk {account.clerk}" if account.clerk else ""
            typer.echo(f"{account.id}  {', '.join(account.roles)}{clerk}  {account.name}")
        if not hub.people.accounts:
            typer.echo("There is no account yet; `hall-hub user add` makes the first.")


@user.command("password")
def set_password(file: HallToml, name: Name) -> None:
    """Set another password, and end all that was begun with the old one."""
    with stopped_hub(load(file, HallFile)) as hub:
        _known(hub, name)
        hub.do(SetPassword(name, hash_password(_new_password(name)), CONSOLE))
    typer.echo(f"{name} signs in with the new password from the next start on.")


@user.command("remove")
def remove_user(file: HallToml, name: Name) -> None:
    """Remove an account; what it did stays in the journal."""
    with stopped_hub(load(file, HallFile)) as hub:
        hub.do(RemoveAccount(name, CONSOLE))
    typer.echo(f"{name} may sign in no more.")


@user.command("sign-out-all")
def sign_out_all(file: HallToml) -> None:
    """End every session there is."""
    settings = load(file, HallFile)
    with stopped_hub(settings):
        store = SignInStore(settings.hub.data)
        ended = [session.hash for session in store.sessions()]
        store.drop(ended)
        store.close()
    typer.echo(f"{len(ended)} sessions have ended.")


@token.command("add")
def add_token(
    file: HallToml,
    name: Annotated[str, typer.Argument(help="What the program is called.")],
    role: Roles,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Its end, as YYYY-MM-DD.")
    ] = None,
) -> None:
    """Make a token and print it: it is shown this once."""
    secret = new_secret()
    ends_at = until.astimezone().timestamp() if until is not None else None
    with stopped_hub(load(file, HallFile)) as hub:
        made = f"{TOKEN_PREFIX}{new_id()[:12]}"
        hub.do(MakeToken(made, name, tuple(role), digest(secret), ends_at, CONSOLE))
    typer.echo(secret)


@token.command("list")
def list_tokens(file: HallToml) -> None:
    """Print the tokens, without what is secret about them."""
    with stopped_hub(load(file, HallFile)) as hub:
        for found in hub.people.tokens.values():
            end = f"  until {_day(found.ends_at)}" if found.ends_at is not None else ""
            typer.echo(f"{found.id}  {', '.join(found.roles)}{end}  {found.name}")


@token.command("revoke")
def revoke_token(
    file: HallToml, token_id: Annotated[str, typer.Argument(help="As `token list` prints it.")]
) -> None:
    """Let a token count no more."""
    with stopped_hub(load(file, HallFile)) as hub:
        hub.do(RevokeToken(token_id, CONSOLE))
    typer.echo(f"{token_id} counts no more.")


def _known(hub: StoppedHub, name: str) -> None:
    if name not in hub.people.accounts:
        raise RefusedByHub(f"there is no account {name!r}; `hall-hub user list` prints them")


def _new_password(account: str) -> str:
    """Ask for a password twice; without a terminal its first line is the password.

    Raises WeakPassword.
    """
    if sys.stdin.isatty():
        password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    check_password(password, account)
    return password


def _day(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d")
