"""[operators], [sensors]"""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.config.option import option


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Operators:
    """Defaults of tasks."""

    default_owner: str = option("airflow", "Owner of a task that names none.")
    default_queue: str = option("default", "Queue of a task that names none.")
    default_deferrable: bool = option("false", "Operators that can defer do so.")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Sensors:
    """Defaults of sensors."""

    default_timeout: float = option("604800", "Seconds a sensor waits.", minimum=0)
