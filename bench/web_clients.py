"""Plain followers of the hall's stream, as a process of their own: they read, and do nothing.

`python -m bench.web_clients PORT TOKEN COUNT` prints a line of JSON once all have their first
picture, and another with the bytes they were sent when its standard input ends.
"""

from __future__ import annotations

import asyncio
import json
import sys

READ_BYTES = 65_536


class Followers:
    """So many open streams, and the bytes that came over them."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._request = (
            f"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Authorization: Bearer {token}\r\nAccept: text/event-stream\r\n\r\n"
        ).encode()
        self.read_bytes = 0

    async def follow(self, first: asyncio.Event) -> None:
        """Read one stream until it ends; `first` is set when a picture has begun to come."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(self._request)
        while data := await reader.read(READ_BYTES):
            self.read_bytes += len(data)
            if b"event: snapshot" in data:
                first.set()


async def _run(port: int, token: str, count: int) -> None:
    followers = Followers(port, token)
    firsts = [asyncio.Event() for _ in range(count)]
    tasks = [asyncio.create_task(followers.follow(first)) for first in firsts]
    for first in firsts:
        await first.wait()
    sys.stdout.write(json.dumps({"open": count}) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    for task in tasks:
        task.cancel()
    sys.stdout.write(json.dumps({"read_bytes": followers.read_bytes}) + "\n")


if __name__ == "__main__":
    asyncio.run(_run(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
