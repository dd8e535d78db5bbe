"""The plug-in hosts as a process with an event loop sees them: ask, and the answer comes as a call.

Nobody waits for an answer. Questions about one class are asked one after the other, so that one that hangs
takes one thread, and those about others go on.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tradewind.domain.messages.plugins import Answer, Question
from tradewind.runtime.plugin_hosts import MOST, PluginFailed, PluginHosts

Answered = Callable[[Answer | PluginFailed], None]
Ask = Callable[[Question, Answered], None]


class PluginAsking:
    """Asks ``hosts`` from threads of its own, and closes them in the end."""

    def __init__(self, hosts: PluginHosts) -> None:
        self._hosts = hosts
        self._threads = ThreadPoolExecutor(MOST, thread_name_prefix="plugins")
        self._lines: dict[str, deque[tuple[Question, Answered]]] = {}
        self._work: set[asyncio.Task[None]] = set()

    def ask(self, question: Question, answered: Answered) -> None:
        """``answered`` is called later, whatever becomes of the host; not after ``close``."""
        line = self._lines.get(question.name)
        if line is not None:
            line.append((question, answered))
            return
        self._lines[question.name] = deque([(question, answered)])
        task = asyncio.get_running_loop().create_task(self._serve(question.name), name="plugin-host")
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def close(self) -> None:
        """End the hosts; open questions get no answer."""
        for task in self._work:
            task.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)
        await asyncio.get_running_loop().run_in_executor(None, self._hosts.close)

    async def _serve(self, name: str) -> None:
        loop, line = asyncio.get_running_loop(), self._lines[name]
        try:
            while line:
                question, answered = line.popleft()
                answered(await loop.run_in_executor(self._threads, self._one, question))
        finally:
            del self._lines[name]

    def _one(self, question: Question) -> Answer | PluginFailed:
        try:
            return self._hosts.ask(question)
        except PluginFailed as error:
            return error
