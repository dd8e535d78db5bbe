"""Everything that runs in triggerers: triggers of deferred tasks, those that watch assets, and callbacks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from tradewind.scheduler.active_runs import ActiveRuns
from tradewind.scheduler.duties.call_in_triggerers import CallInTriggerers
from tradewind.scheduler.duties.send_triggers import SendTriggers
from tradewind.scheduler.duties.watch_assets import WatchAssets
from tradewind.scheduler.inbox import Inbox
from tradewind.scheduler.triggerers import Triggerers
from tradewind.store import leases
from tradewind.store.database import Database

GRACE: Final = timedelta(seconds=3)
"""What triggerers had before a restart of this scheduler is given to others after this time."""


class Triggering:
    """The duties, over the same triggerers. ``watches`` False: this scheduler watches no assets.
    ``removes_files``: long XComs lie in an object store.
    """

    def __init__(
        self,
        *,
        database: Database,
        runs: ActiveRuns,
        inbox: Inbox,
        on_updated: Callable[[], None],
        callback_limit: float,
        removes_files: bool,
        watches: bool,
        lease: leases.Lease | None,
    ) -> None:
        """``on_updated`` is told when assets were updated; a callback may take ``callback_limit`` seconds."""
        triggerers = Triggerers()
        self.watchers = WatchAssets(
            database=database, triggerers=triggerers, on_updated=on_updated, enabled=watches, lease=lease
        )
        self.callbacks = CallInTriggerers(
            database=database,
            runs=runs,
            triggerers=triggerers,
            time_limit=callback_limit,
            removes_files=removes_files,
            lease=lease,
        )
        self.tasks = SendTriggers(
            database=database,
            runs=runs,
            inbox=inbox,
            triggerers=triggerers,
            others=(self.watchers, self.callbacks),
            grace=GRACE,
            lease=lease,
        )

    @property
    def wanted(self) -> bool:
        """Whether a call has something to do."""
        return self.tasks.wanted or self.watchers.wanted or self.callbacks.wanted

    @property
    def needed(self) -> bool:
        """Whether triggers wait for a triggerer, and none is connected."""
        return self.tasks.needed or self.watchers.needed or self.callbacks.needed

    def run_once(self, now: datetime) -> None:
        """Do what is wanted. Raises what the database raises; then it is wanted still."""
        for duty in (self.tasks, self.watchers, self.callbacks):
            if duty.wanted:
                duty.run_once(now)

    def look_again(self, now: datetime) -> None:
        """The safety net: what was said may be lost."""
        for duty in (self.tasks, self.watchers, self.callbacks):
            duty.run_once(now)
