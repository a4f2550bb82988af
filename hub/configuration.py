"""`hall.toml`: the hall's plan, and under [hub] what only this machine needs to know."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from hub.core.plan import Plan, plan_mistakes
from hub.core.plan_bounds import bound_mistakes
from hub.core.plan_changes import digest
from wire.errors import ConfigurationError
from wire.link import BrokerAddress
from wire.settings import FileSettings, Mistake, Settings

EMBEDDED = "embedded"


def _broker(text: str) -> str:
    if text == EMBEDDED:
        return text
    if not _is_address(text, {"mqtt", "mqtts"}):
        raise ValueError("expected 'embedded', mqtt://host[:port] or mqtts://host[:port]")
    return text


def _public_url(text: str) -> str:
    if text and not _is_address(text, {"http", "https"}):
        raise ValueError("expected http://… or https://…, or an empty text")
    return text.rstrip("/")


def _is_address(text: str, schemes: set[str]) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, a bracket that is not closed
        return False


def _host(text: str) -> str:
    try:
        return str(ipaddress.IPv4Address("127.0.0.1" if text == "localhost" else text))
    except ValueError:
        raise ValueError("expected an IPv4 address of this machine, or localhost") from None


Host = Annotated[str, AfterValidator(_host)]
Port = Annotated[int, Field(ge=0, le=65_535)]


class HubSettings(Settings):
    """Where the hub keeps its journal, serves its pages and finds its broker."""

    data: Path = Path("/var/lib/nextwindow-hub")
    host: Host = "127.0.0.1"
    port: Port = 8600
    public_url: Annotated[str, AfterValidator(_public_url)] = ""
    broker: Annotated[str, AfterValidator(_broker)] = EMBEDDED
    broker_user: str | None = None
    broker_password: SecretStr | None = None
    broker_ca: Path | None = None
    broker_host: Host = "127.0.0.1"
    broker_port: Port = 1883
    speed: Annotated[float, Field(gt=0, le=3600)] = 1.0
    clock_origin: float | None = None

    def outside_broker(self) -> BrokerAddress | None:
        """The broker to use instead of the embedded one."""
        if self.broker == EMBEDDED:
            return None
        password = self.broker_password
        return BrokerAddress(
            self.broker,
            self.broker_user,
            password.get_secret_value() if password else None,
            self.broker_ca,
        )


class PlanContent(FileSettings, Plan):
    """The part of a `hall.toml` that the journal keeps: all of it but [hub]."""

    @classmethod
    def cross_check(cls, raw: Mapping[str, Any]) -> Iterator[Mistake]:
        """Mistakes between sections, and lists that are too long for a new plan."""
        yield from bound_mistakes(raw)
        yield from plan_mistakes(raw)

    def plan(self) -> Plan:
        """The plan alone."""
        return Plan.model_validate(self.model_dump(exclude={"hub"}))


class HallFile(PlanContent):
    """A whole `hall.toml`.

    Its plan may be in force already, and is then in force however long its lists are: who
    proposes it as a new one asks for `proposed`.
    """

    hub: HubSettings = HubSettings()

    @classmethod
    def cross_check(cls, raw: Mapping[str, Any]) -> Iterator[Mistake]:
        """Mistakes between sections."""
        yield from plan_mistakes(raw)
        yield from _port_mistakes(raw.get("hub"))

    def proposed(self) -> Plan:
        """The plan for a hall that has no such plan yet.

        Raises ConfigurationError if one of its lists is too long.
        """
        plan = self.plan()
        mistakes = [str(mistake) for mistake in bound_mistakes(plan.model_dump(mode="json"))]
        if mistakes:
            raise ConfigurationError(mistakes)
        return plan


def _port_mistakes(hub: object) -> Iterator[Mistake]:
    given = hub if isinstance(hub, Mapping) else {}
    port = given.get("port", HubSettings().port)
    if port and port == given.get("broker_port", HubSettings().broker_port):
        yield Mistake("hub.broker_port", port, "is also the port of the pages")


def check_file(file: Plan, journal: Plan, seen: str) -> None:
    """Whether the hub may start with this file; `seen` is the digest of the last that was used.

    A file that is still as it was used last says nothing new: what has been changed on the pages
    since is in force. Raises ConfigurationError for a file that was changed and not applied.
    """
    if digest(file) == seen:
        return
    changed = differences(file, journal)
    if changed:
        raise ConfigurationError(
            [
                "the file differs from the plan in the journal, which is the truth:",
                *changed,
                "`hall-hub config apply FILE` puts the file into force.",
                "`hall-hub config export FILE` prints the journal's plan, `--toml` as a file.",
            ]
        )


def differences(file: Plan, journal: Plan) -> list[str]:
    """Where a plan on file differs from the journal's, one line each: key, file, journal."""
    return list(_compare("", file.model_dump(mode="json"), journal.model_dump(mode="json")))


def _compare(place: str, file: Any, journal: Any) -> Iterator[str]:
    if isinstance(file, dict) and isinstance(journal, dict):
        for key in {**file, **journal}:
            yield from _compare(f"{place}.{key}" if place else key, file.get(key), journal.get(key))
    elif isinstance(file, list) and isinstance(journal, list):
        for index in range(max(len(file), len(journal))):
            pair = (items[index] if index < len(items) else None for items in (file, journal))
            yield from _compare(f"{place}[{index + 1}]", *pair)
    elif file != journal:
        key = place.rpartition(".")[2]
        yield f"{place}: file {_shown(key, file)}, journal {_shown(key, journal)}"


def _shown(key: str, value: object) -> str:
    return "***" if key == "pin_hash" and value else repr(_masked(value))


def _masked(value: object) -> object:
    if isinstance(value, dict):
        return {key: "***" if key == "pin_hash" else item for key, item in value.items()}
    return value
