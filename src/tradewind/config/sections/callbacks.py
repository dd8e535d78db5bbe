"""[callbacks]"""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.config.option import option

DEFAULT_LIMIT = 300.0


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Callbacks:
    """How callbacks are run."""

    callback_execution_timeout: float = option(
        "0", "Seconds that the callbacks of one task, run or deadline may take; 0 for 300.", minimum=0
    )

    @property
    def limit(self) -> float:
        """Seconds; there is always a limit, for a callback that hangs must not hold anything up for ever."""
        return self.callback_execution_timeout or DEFAULT_LIMIT
