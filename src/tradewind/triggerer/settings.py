"""What a triggerer is told when it starts. Durations are seconds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from tradewind.domain.messages.runner import TaskSettings


class TriggererSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the composition root decides for one triggerer."""

    run_dir: Path
    tasks: TaskSettings
    """What its runners have to know, the same as task processes."""
    environ: Mapping[str, str]
    capacity: int = 1000
    queues: tuple[str, ...] = ()
    stands_in: bool = False
    """Serves also the queues that no other triggerer has come for."""
    beat_every: float = 2.0
    slow_after: float = 0.5
    """A step of a trigger that takes longer holds up all others, and is told in its log."""
    aside_after: float = 2.0
    """After so long the others go on in another process."""
