"""Triggers that fire at once, for tests of DAGs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from tradewind.authoring.trigger import BaseTrigger, TriggerEvent


class SuccessTrigger(BaseTrigger):
    """Fires True at once."""

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Import path and arguments."""
        return "airflow.triggers.testing.SuccessTrigger", {}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """At once."""
        yield TriggerEvent(True)


class FailureTrigger(BaseTrigger):
    """Raises at once."""

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Import path and arguments."""
        return "airflow.triggers.testing.FailureTrigger", {}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """At once."""
        raise ValueError("Deliberate trigger failure")
        yield  # makes it a generator
