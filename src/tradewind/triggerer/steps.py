"""Notes on the board whose code each step of the loop runs, also in tasks that a trigger makes itself."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from contextvars import Context, ContextVar
from types import TracebackType
from typing import Any, Final

from tradewind.triggerer.board import NOBODY, Board

CURRENT: Final[ContextVar[int]] = ContextVar("trigger_id", default=NOBODY)
"""The trigger whose code this is."""


class _Stepped(Coroutine[Any, Any, Any]):
    """A coroutine, with a note for each of its steps."""

    def __init__(self, coro: Any, trigger_id: int, board: Board) -> None:
        self._coro, self._trigger_id, self._board = coro, trigger_id, board

    def send(self, value: Any) -> Any:
        """One step."""
        self._board.enter(self._trigger_id)
        try:
            return self._coro.send(value)
        except SystemExit as error:  # it would end the loop, and all other triggers with it
            raise RuntimeError(f"the trigger called sys.exit({error.code!r})") from error
        finally:
            self._board.leave()

    def throw(self, kind: Any, value: Any = None, trace: TracebackType | None = None) -> Any:
        """One step that begins with an exception."""
        self._board.enter(self._trigger_id)
        try:
            return self._coro.throw(kind if value is None else value)
        except SystemExit as error:
            raise RuntimeError(f"the trigger called sys.exit({error.code!r})") from error
        finally:
            self._board.leave()

    def close(self) -> None:
        """It will not go on."""
        self._coro.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        return (yield from self._coro.__await__())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._coro, name)


def install(loop: asyncio.AbstractEventLoop, board: Board) -> None:
    """From now on every task of the loop is noted."""

    def make(
        loop: asyncio.AbstractEventLoop, coro: Any, *, context: Context | None = None, **more: Any
    ) -> asyncio.Task[Any]:
        trigger_id = CURRENT.get() if context is None else context.get(CURRENT, NOBODY)
        stepped = coro if trigger_id == NOBODY else _Stepped(coro, trigger_id, board)
        return asyncio.Task(stepped, loop=loop, context=context, **more)

    loop.set_task_factory(make)
