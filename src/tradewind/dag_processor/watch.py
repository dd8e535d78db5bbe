"""When to look: file events, as far as the system tells them.

A hint only. Network file systems tell nothing, so the service lists all files every few seconds besides.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

_STEP: Final = 40
"""Milliseconds of quiet after a first event; several files saved together are one event."""
_LONGEST: Final = 400
_RETRY: Final = 5.0
_PASSED_OVER: Final = ("__pycache__", ".git", ".svn", "node_modules")


class Watcher:
    """Calls ``changed`` on the loop soon after something below the folders changed."""

    def __init__(self, folders: Iterable[Path], changed: Callable[[], None]) -> None:
        self._folders, self._changed = tuple(folders), changed
        self._task: asyncio.Task[None] | None = None
        self._stop: asyncio.Event | None = None
        self.watching = asyncio.Event()
        """Set while events are listened to."""

    def start(self) -> None:
        """Begin to listen, on the running loop."""
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(self._run(self._stop), name="watch")

    async def stop(self) -> None:
        """Listen no more."""
        if self._task is None or self._stop is None:
            return
        self._stop.set()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            there = [folder for folder in self._folders if folder.is_dir()]
            # Without folders, or without inotify watches left, the regular listing must do.
            with contextlib.suppress(OSError, RuntimeError):
                if there:
                    await self._listen(there, stop)
            self.watching.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _RETRY)

    async def _listen(self, folders: list[Path], stop: asyncio.Event) -> None:
        from watchfiles import awatch  # brings anyio; only this process needs it

        events = awatch(
            *folders,
            watch_filter=lambda _, path: not any(part in path for part in _PASSED_OVER),
            debounce=_LONGEST,
            step=_STEP,
            stop_event=stop,
            rust_timeout=_timeout(self._folders, folders),
            yield_on_timeout=True,
        )
        self.watching.set()
        async for changes in events:
            if changes:
                self._changed()
            elif any(folder.is_dir() for folder in self._folders if folder not in folders):
                return  # a folder has appeared: listen to all of them anew


def _timeout(wanted: Iterable[Path], there: list[Path]) -> int:
    """Milliseconds: soon, while a folder is missing."""
    return 60_000 if len(there) == len(tuple(wanted)) else int(_RETRY * 1000)
