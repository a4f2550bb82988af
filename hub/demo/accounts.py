"""Who may use the demonstration's pages: one person for each role, and the programs.

The hall listens on this machine alone and is gone when it ends. Its password is drawn at each
start all the same, because other users of the machine may reach it; DEMO_PASSWORD sets it.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.accounts_offline import StoppedHub, stopped_hub
from hub.configuration import HallFile
from hub.core.accounts import CONSOLE
from hub.core.commands_of_people import MakeAccount, MakeToken
from hub.core.people import Role
from hub.passwords import digest, hash_password, new_secret
from wire.settings import load

NAMES = {
    Role.OPERATOR: "值班员 Operator",
    Role.SUPERVISOR: "督导员 Supervisor",
    Role.ADMINISTRATOR: "管理员 Administrator",
}
"""The people beside the clerks; each signs in with the name of the role."""


def _drawn() -> str:
    return f"{secrets.randbelow(10**6):06}"


@dataclass(frozen=True)
class DemoAccounts:
    """The accounts. `token` is the people's own, `given` another one with every right."""

    password: str = field(default_factory=lambda: os.environ.get("DEMO_PASSWORD") or _drawn())
    token: str = field(default_factory=new_secret)
    given: str = field(default_factory=lambda: os.environ.get("DEMO_TOKEN", ""))

    def make(self, file: Path, clerks: list[dict[str, Any]]) -> None:
        """Make them in the journal of the hub that a file configures, before it starts."""
        with stopped_hub(load(file, HallFile)) as hub:
            secret_hash = hash_password(self.password)
            for role, name in NAMES.items():
                hub.do(MakeAccount(role.value, name, (role,), None, secret_hash, CONSOLE))
            for clerk in clerks:
                who, roles = clerk["id"], (Role.CLERK,)
                hub.do(MakeAccount(who, clerk["name"], roles, who, secret_hash, CONSOLE))
            self._make_tokens(hub)

    def _make_tokens(self, hub: StoppedHub) -> None:
        for name, secret in (("demo-people", self.token), ("demo-token", self.given)):
            if secret:
                wanted = MakeToken(
                    f"token-{name}", name, tuple(Role), digest(secret), None, CONSOLE
                )
                hub.do(wanted)
