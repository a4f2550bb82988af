"""What if a day had run under another policy: asked of a process of its own, one at a time.

The answer is a stream of lines, so that the page sees how far it is; a page that is left ends
its process with its connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncGenerator
from datetime import date

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from hub.core.policies import POLICIES
from hub.reports.tables import last_day_before
from hub.web.responses import problem
from hub.web.supervision.desk import Desk
from hub.web.texts import marked

COMMAND = (sys.executable, "-m", "hub.replay.what_if")

LONGEST_S = 900.0
"""A replay that takes longer is ended."""

SILENT_S = 120.0
"""One that says nothing for so long as well."""

LONGEST_LINE = 65_536

POLICY_NAMES = {
    "fcfs": marked("By the time of the number"),
    "pressure": marked("By the pressure of the lines"),
    "relief": marked("By the relief of a call"),
}


class OneAtATime:
    """Runs replays, and refuses a second one meanwhile."""

    def __init__(self, command: tuple[str, ...] = COMMAND) -> None:
        self._command = command
        self.busy = False
        self.last: asyncio.subprocess.Process | None = None

    async def lines(self, *arguments: str) -> AsyncGenerator[bytes, None]:
        """What the process says, line by line. It is ended when nobody listens any more."""
        process: asyncio.subprocess.Process | None = None
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                *arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=LONGEST_LINE,
                start_new_session=True,
            )
            self.last = process
            async with asyncio.timeout(LONGEST_S):
                while line := await self._line(process):
                    yield line
        except (TimeoutError, ValueError, OSError):
            yield json.dumps({"error": "the replay was ended: it took too long"}).encode() + b"\n"
        finally:
            self.busy = False
            if process is not None:
                await asyncio.shield(_end(process))

    @staticmethod
    async def _line(process: asyncio.subprocess.Process) -> bytes:
        if process.stdout is None:
            return b""
        return await asyncio.wait_for(process.stdout.readline(), SILENT_S)


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


def add_what_if(router: APIRouter, desk: Desk) -> None:
    """Add the page and its stream."""
    runs = OneAtATime()

    @router.get("/replay")
    async def replay(request: Request) -> Response:
        """Ask for a replay."""
        about = desk.asked(request)
        names = desk.names(request, about.period)
        last = await desk.read(lambda c: last_day_before(c, about.today))
        return desk.page(
            request,
            "supervision_replay.html",
            "replay",
            about,
            day=_day(request.query_params.get("day", "")) or last or about.today.isoformat(),
            policies=[
                (p, names.say(POLICY_NAMES[p]) if p in POLICY_NAMES else p) for p in POLICIES
            ],
            own=names.plan.dispatch.policy,
        )

    @router.get("/replay/run")
    async def run(request: Request) -> Response:
        """Replay a day: a line of JSON for each step, and the result."""
        day = _day(request.query_params.get("day", ""))
        policy = request.query_params.get("policy", "")
        if day is None or policy not in POLICIES:
            return problem(422, "invalid", "a day and a policy are needed")
        if runs.busy:
            return problem(409, "busy", "another replay is running")
        runs.busy = True
        folder = str(desk.access.service.folder.absolute())
        return StreamingResponse(runs.lines(folder, day, policy), media_type="application/x-ndjson")


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return None
