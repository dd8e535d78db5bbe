"""Wait for a file. Disks are looked at in a thread: a hanging mount must not hold up the loop."""

from __future__ import annotations

import asyncio
import contextlib
import glob
import os
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

from tradewind.authoring.trigger import BaseEventTrigger, BaseTrigger, TriggerEvent


class FileTrigger(BaseTrigger):
    """Fires when a file matches ``filepath``, a path or a glob, or a folder that matches has a file in it."""

    def __init__(
        self, filepath: str, recursive: bool = False, poke_interval: float = 5.0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.filepath, self.recursive, self.poke_interval = filepath, recursive, poke_interval

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Import path and arguments."""
        path = "airflow.providers.standard.triggers.file.FileTrigger"
        arguments = {
            "filepath": self.filepath, "recursive": self.recursive, "poke_interval": self.poke_interval,
        }  # fmt: skip
        return path, arguments

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look, rest, look again."""
        while (found := await asyncio.to_thread(self._look)) is None:
            await asyncio.sleep(self.poke_interval)
        self.log.info("Found %s", found)
        yield TriggerEvent(True)

    def _look(self) -> str | None:
        for path in glob.iglob(self.filepath, recursive=self.recursive):  # noqa: PTH207 - the path may be absolute
            if os.path.isfile(path):  # noqa: PTH113
                return f"file {path}, last modified {_modified(Path(path))}"
            if any(files for _, _, files in os.walk(path)):
                return f"files in {path}"
        return None


class FileDeleteTrigger(BaseEventTrigger):
    """Waits for the file ``filepath``, deletes it and fires."""

    def __init__(self, filepath: str, poke_interval: float = 5.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.filepath, self.poke_interval = filepath, poke_interval

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Import path and arguments."""
        path = "airflow.providers.standard.triggers.file.FileDeleteTrigger"
        return path, {"filepath": self.filepath, "poke_interval": self.poke_interval}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look, rest, look again."""
        while not await asyncio.to_thread(_take, Path(self.filepath)):
            await asyncio.sleep(self.poke_interval)
        self.log.info("Found and deleted %s", self.filepath)
        yield TriggerEvent(True)


class DirectoryFileDeleteTrigger(BaseEventTrigger):
    """As FileDeleteTrigger, for one name in a folder that many triggers watch: it is listed once for all."""

    def __init__(self, *, directory: str, filename: str, poke_interval: float = 5.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.directory, self.filename, self.poke_interval = directory, filename, poke_interval

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Import path and arguments."""
        path = "airflow.providers.standard.triggers.file.DirectoryFileDeleteTrigger"
        arguments = {
            "directory": self.directory, "filename": self.filename, "poke_interval": self.poke_interval,
        }  # fmt: skip
        return path, arguments

    def shared_stream_key(self) -> tuple[Any, ...]:
        """Triggers of one folder and pace share one listing."""
        return "directory-listing", self.directory, self.poke_interval

    @classmethod
    async def open_shared_stream(cls, kwargs: dict[str, Any]) -> AsyncIterator[set[str]]:
        """The names in the folder, again and again."""
        while True:
            yield await asyncio.to_thread(_names, kwargs["directory"])
            await asyncio.sleep(kwargs["poke_interval"])

    async def filter_shared_stream(
        self, shared_stream: AsyncIterator[set[str]]
    ) -> AsyncIterator[TriggerEvent]:
        """Fires at the first listing that has our name."""
        async for names in shared_stream:
            file = Path(self.directory, self.filename)
            if self.filename in names and await asyncio.to_thread(_take, file):
                self.log.info("Found and deleted %s", file)
                yield TriggerEvent(True)
                return

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """The same where nobody shares."""
        listings = self.open_shared_stream({"directory": self.directory, "poke_interval": self.poke_interval})
        async for event in self.filter_shared_stream(listings):
            yield event


def _names(directory: str) -> set[str]:
    try:
        return set(os.listdir(directory))  # noqa: PTH208 - thousands of names, looked at often
    except FileNotFoundError:
        return set()


def _take(file: Path) -> bool:
    """Delete it; False where it is not there."""
    if not file.is_file():
        return False
    with contextlib.suppress(FileNotFoundError):
        file.unlink()
        return True
    return False


def _modified(file: Path) -> str:
    return datetime.fromtimestamp(file.stat().st_mtime).astimezone().isoformat(timespec="seconds")
