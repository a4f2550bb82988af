"""How the simulated people reach the hall: the same addresses that a browser uses."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from http import HTTPStatus
from http.client import HTTPException
from typing import Any

_TIMEOUT_S = 5.0


class Unreachable(Exception):
    """Nobody answers at the address right now, or not with what was asked for."""


def get(address: str, token: str = "") -> Any:
    """The JSON at an address, for who has this token. Raises Unreachable."""
    status, content = _send(urllib.request.Request(address, headers=_known(token)))
    if status != HTTPStatus.OK:
        raise Unreachable(f"{address}: {status}")
    return content


def post(address: str, content: object, key: str | None = None, token: str = "") -> tuple[int, Any]:
    """Post JSON; returns status and answer. `key` is the Idempotency-Key. Raises Unreachable."""
    headers = {"Content-Type": "application/json", **_known(token)}
    if key is not None:
        headers["Idempotency-Key"] = key
    data = json.dumps(content).encode()
    return _send(urllib.request.Request(address, data, headers, method="POST"))


def _known(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _send(request: urllib.request.Request) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
            return answer.status, _json(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, _json(error.read())
    except (OSError, HTTPException) as error:
        raise Unreachable(str(error)) from error


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
