"""Streams that several triggers read: opened for the first, closed after the last."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from typing import Any, Final

from tradewind.authoring.trigger import BaseEventTrigger, BaseTrigger

BEHIND: Final = 1024
"""How many items a reader may be behind before the stream waits for it, and with it the other readers."""


class _Ended:
    """The stream ended; ``error`` is why, if it raised."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class Streams:
    """The streams that are open in this process."""

    def __init__(self) -> None:
        self._readers: dict[Hashable, set[asyncio.Queue[Any]]] = {}
        self._pumps: dict[Hashable, asyncio.Task[None]] = {}

    def events(self, trigger: BaseTrigger) -> AsyncIterator[Any]:
        """The trigger's events, from a shared stream where it reads one."""
        key = trigger.shared_stream_key() if isinstance(trigger, BaseEventTrigger) else None
        if key is None or not isinstance(trigger, BaseEventTrigger):
            return trigger.run()
        return trigger.filter_shared_stream(self._read((type(trigger), key), trigger))

    async def _read(self, key: Hashable, trigger: BaseEventTrigger) -> AsyncIterator[Any]:
        mine: asyncio.Queue[Any] = asyncio.Queue(BEHIND)
        self._readers.setdefault(key, set()).add(mine)
        if key not in self._pumps:
            self._pumps[key] = asyncio.create_task(self._pump(key, trigger))
        try:
            while not isinstance(item := await mine.get(), _Ended):
                yield item
            if item.error is not None:
                raise item.error
        finally:
            self._left(key, mine)

    def _left(self, key: Hashable, reader: asyncio.Queue[Any]) -> None:
        """The last reader closes the stream."""
        readers = self._readers.get(key, set())
        readers.discard(reader)
        while not reader.empty():
            reader.get_nowait()  # the stream may wait for room in it
        if readers:
            return
        self._readers.pop(key, None)
        pump = self._pumps.pop(key, None)
        if pump is not None:
            pump.cancel()

    async def _pump(self, key: Hashable, trigger: BaseEventTrigger) -> None:
        error: BaseException | None = None
        try:
            async for item in type(trigger).open_shared_stream(trigger.serialize()[1]):
                await self._give(key, item)
        except Exception as raised:  # noqa: BLE001 - each reader raises it
            error = raised
        await self._give(key, _Ended(error))
        self._pumps.pop(key, None)

    async def _give(self, key: Hashable, item: Any) -> None:
        for reader in list(self._readers.get(key, ())):
            await reader.put(item)
