"""Requests are counted where they keep somebody waiting, and nowhere else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from tradewind.api import guard, redirects
from tradewind.api.settings import Settings
from tradewind.domain.errors import InvalidValue


def scope(method: str, path: str = "/x", **headers: str) -> Scope:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "method": method, "path": path, "headers": raw, "client": ("1.2.3.4", 1)}


class Server:
    """A guarded application that listens for its sender to go away before it answers, as streams do."""

    def __init__(self, **settings: Any) -> None:
        self.guard = guard.Guard(self._answer, Settings(version="1", **settings))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        listening = asyncio.create_task(receive())
        await asyncio.sleep(0)
        if listening.done():
            listening.result()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(0)
        assert not listening.done()
        await send({"type": "http.response.body", "body": b""})
        listening.cancel()

    def asked(self, scope: Scope) -> list[int]:
        """The statuses of its answers."""
        return asyncio.run(self._asked(scope))

    async def _asked(self, scope: Scope) -> list[int]:
        statuses: list[int] = []
        never = asyncio.Event()

        async def receive() -> Message:
            await never.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        await self.guard(scope, receive, send)
        return statuses


def test_who_sends_no_body_is_no_sender_of_half_bodies() -> None:
    server = Server(requests_at_once=4)
    half = server.guard._counts.arriving
    half["1.2.3.4"] = 1
    assert server.asked(scope("GET")) == [200]
    assert server.asked(scope("POST", content_length="0")) == [200]
    with pytest.raises(guard.problems.TooMany):
        server.asked(scope("POST", content_length="5"))
    assert half == {"1.2.3.4": 1}


def test_monitors_have_a_bound_of_their_own() -> None:
    server = Server(requests_at_once=1)
    server.guard._counts.waiting = 1
    assert server.asked(scope("GET")) == [429]
    assert server.asked(scope("GET", "/health")) == [200]
    server.guard._monitors.waiting = guard.MOST_MONITORS
    assert server.asked(scope("GET", "/health")) == [429]


def test_a_base_url_may_not_hide_our_paths() -> None:
    paths = ["/", "/api/v2/dags", "/docs"]
    for url in ("https://h", "https://h/", "https://h/airflow", "https://h/apis/api"):
        redirects.check_prefix(Settings(version="1", base_url=url), paths)
    with pytest.raises(InvalidValue, match="base_url must have another path than /api"):
        redirects.check_prefix(Settings(version="1", base_url="https://h/api/"), paths)
