"""[triggerer]"""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.config.option import option


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Triggerer:
    """What waits for deferred tasks."""

    queues_enabled: bool = option(
        "False", "Triggers have the queue of their task; triggerers are started with --queues."
    )
    capacity: int = option("1000", "Triggers that one triggerer waits for.", minimum=1)
    job_heartbeat_sec: float = option("5", "Seconds between signs of life.", minimum=0.1)
    triggerer_health_check_threshold: float = option(
        "30", "Without a sign of life for so long it counts as dead."
    )
