"""What plug-ins have said of late, for duties that work in transactions: they ask here and never wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from tradewind.domain.messages.plugins import Answer, Question
from tradewind.runtime.clock import Clock
from tradewind.runtime.plugin_asking import Ask
from tradewind.runtime.plugin_hosts import PluginFailed, Unanswered, key_of
from tradewind.telemetry import events

KEPT: Final = timedelta(minutes=5)
"""How long an answer stands: a plug-in may have been edited."""
AGAIN: Final = timedelta(seconds=60)
"""How long a question that got no answer is left alone."""
MOST: Final = 20_000
"""Answers that are kept; then the oldest are forgotten."""


class _Entry(NamedTuple):
    """``answer`` None: it was asked and is not there, or will not be."""

    answer: Answer | None
    until: datetime


class PluginMemory:
    """Calling it gives the answer, or asks and raises Unanswered; ``on_news`` is told when to try again."""

    def __init__(self, *, clock: Clock, on_news: Callable[[], None], emit: events.Emit = events.log) -> None:
        self._clock, self._on_news, self._emit = clock, on_news, emit
        self._entries: dict[bytes, _Entry] = {}
        self._failed: dict[bytes, datetime] = {}
        self.ask: Ask | None = None

    def __call__(self, question: Question) -> Answer:
        """The answer. Raises Unanswered while there is none."""
        key, now = key_of(question), self._clock.now()
        entry = self._entries.get(key)
        if entry is not None and entry.answer is not None and now >= entry.until:
            del self._entries[key]
            entry = None
        if entry is not None and entry.answer is not None:
            return entry.answer
        if entry is None and self.ask is not None:
            self._entries[key] = _Entry(None, now)
            self.ask(question, partial(self._told, question))
        raise Unanswered(question)

    def forget_failures(self, now: datetime) -> bool:
        """Let questions that got no answer be asked again when their time has come; whether any may."""
        due = [key for key, until in self._failed.items() if until <= now]
        for key in due:
            del self._failed[key]
            self._entries.pop(key, None)
        return bool(due)

    def _told(self, question: Question, said: Answer | PluginFailed) -> None:
        key, now = key_of(question), self._clock.now()
        if isinstance(said, PluginFailed):
            self._failed[key] = now + AGAIN
            self._emit(events.PluginSilent(error=str(said), seconds=AGAIN.total_seconds()))
            return
        while len(self._entries) >= MOST:
            self._failed.pop(oldest := next(iter(self._entries)), None)
            del self._entries[oldest]
        self._entries.pop(key, None)  # to the end of the order
        self._entries[key] = _Entry(said, now + KEPT)
        self._on_news()
