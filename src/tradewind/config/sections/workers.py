"""[workers]"""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.config.option import option


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Workers:
    """Worker hosts and task processes. Times are seconds."""

    tasks_per_process: int = option(
        "1", "Tasks that one process runs one after the other; 1 isolates each task.", minimum=1
    )
    idle_parent_seconds: float = option(
        "60", "A process that keeps a DAG file imported ends after so long unused.", minimum=0
    )
    spare_processes: int = option("2", "Processes forked ahead for each DAG file in use.", minimum=0)
    max_parents: int = option("32", "DAG files kept imported at once.", minimum=1)
    min_heartbeat_interval: float = option("5", "Time between a host's signs of life.", minimum=0.1)
    secrets_backend: str = option("", "Class that workers ask for secrets first.")
    secrets_backend_kwargs: str = option("", "Its arguments, as JSON.", sensitive=True)
    drain_timeout: float = option(
        "60", "How long a host that is told to stop waits for its tasks.", minimum=0
    )
