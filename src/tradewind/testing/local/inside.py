"""Performs attempts in this very process, one after the other, so that a debugger sees them."""

from __future__ import annotations

import logging
import os
import socket
import sys
import time
from typing import Any

from tradewind import secrets
from tradewind.client.access import LinkBackend
from tradewind.domain import events
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.deferral import TriggerEvent
from tradewind.domain.messages.report import Finished
from tradewind.runtime.clock import Clock
from tradewind.secrets import Chain
from tradewind.testing.local import triggers
from tradewind.testing.local.desk import Desk, DeskLink
from tradewind.worker import runner

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class TaskLog:
    """The runner's own lines, as log lines of this process."""

    def write(self, level: str, event: str, logger: str, **more: Any) -> None:
        """One line."""
        text = f"{event}\n{more['exception']}" if more.get("exception") else event
        logging.getLogger(f"airflow.{logger}").log(_LEVELS.get(level, logging.INFO), "%s", text)


class Inside:
    """One attempt at a time, where it is started."""

    slots = 1

    def __init__(self, dag: Any, *, clock: Clock) -> None:
        self._dag, self._clock = dag, clock
        self._ended: list[Finished] = []
        self._fired: list[TriggerEvent] = []

    def start(self, assignment: Assignment, desk: Desk) -> None:
        """Perform it now."""
        link = DeskLink(assignment, desk)
        before, path = secrets.current(), list(sys.path)
        environment = dict(os.environ)
        secrets.use(Chain([*before.backends, LinkBackend(link)]))
        try:
            where = runner.Where(socket.gethostname(), "")
            self._ended.append(
                runner.run(assignment, self._dag, link, clock=self._clock, host=where, log=TaskLog())
            )
        finally:
            secrets.use(before)
            sys.path[:] = path
            os.environ.clear()
            os.environ.update(environment)

    def wait(self, seconds: float | None) -> list[Finished]:
        """What has ended; with nothing to wait for, time passes."""
        if not self._ended and seconds:
            time.sleep(seconds)
        ended, self._ended = self._ended, []
        return ended

    def fire(self, assignment: Assignment, trigger: events.Deferred, desk: Desk) -> None:
        """Wait for the trigger here."""
        fired = triggers.wait_for(assignment, trigger, self._clock, DeskLink(assignment, desk))
        if fired is not None:
            self._fired.append(fired)

    def fired(self) -> list[TriggerEvent]:
        """What triggers that have fired, or failed, say."""
        fired, self._fired = self._fired, []
        return fired

    waiting = False
    """Triggers are waited for where they are met."""

    def stop(self) -> None:
        """Nothing is ever under way here."""
