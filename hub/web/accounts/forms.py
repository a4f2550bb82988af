"""What a browser sends of a form, without a script."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs

from fastapi import Request

LONGEST = 300
FIELDS = 200


@dataclass(frozen=True, slots=True)
class Form:
    """The fields by name. What is longer than any field of ours is cut off."""

    fields: dict[str, list[str]]

    def one(self, name: str) -> str:
        """The first value, without blanks round it; empty if there is none."""
        return self.fields.get(name, [""])[0].strip()

    def exact(self, name: str) -> str:
        """The first value as it was typed: a password may begin with a blank."""
        return self.fields.get(name, [""])[0]

    def all(self, name: str) -> tuple[str, ...]:
        """Every value."""
        return tuple(self.fields.get(name, ()))


async def form_of(request: Request) -> Form:
    """The form that was sent. What cannot be read is empty."""
    text = (await request.body()).decode("utf-8", "replace")
    try:
        fields = parse_qs(text, keep_blank_values=True, max_num_fields=FIELDS)
    except ValueError:
        fields = {}
    return Form({name: [value[:LONGEST] for value in values] for name, values in fields.items()})


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host[:64] if request.client is not None else ""
