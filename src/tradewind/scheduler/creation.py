"""Where runs come from on their own: timetables, plug-ins' timetables, and updates of assets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from tradewind.runtime.clock import Clock
from tradewind.runtime.plugin_asking import Ask
from tradewind.scheduler.active_runs import ActiveRuns
from tradewind.scheduler.duties.ask_timetables import AskTimetables
from tradewind.scheduler.duties.create_asset_runs import CreateAssetRuns
from tradewind.scheduler.duties.create_runs import CreateRuns
from tradewind.scheduler.inbox import Inbox
from tradewind.store import leases
from tradewind.store.database import Database


class Creation:
    """The three duties, and what wakes which. ``enabled`` False: this scheduler makes no runs."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        runs: ActiveRuns,
        inbox: Inbox,
        new_attempt: Callable[[datetime], str],
        only_dag: str | None,
        lease: leases.Lease | None,
        enabled: bool,
    ) -> None:
        self._enabled = enabled
        self.by_time = CreateRuns(
            database=database,
            runs=runs,
            inbox=inbox,
            new_attempt=new_attempt,
            only_dag=only_dag,
            lease=lease,
        )
        self.by_assets = CreateAssetRuns(
            database=database,
            clock=clock,
            runs=runs,
            inbox=inbox,
            new_attempt=new_attempt,
            only_dag=only_dag,
            lease=lease,
        )
        self.timetables = AskTimetables(
            database=database, clock=clock, runs=runs, lease=lease, on_known=self.by_time.changed
        )

    def next_due(self) -> datetime | None:
        """When the clock alone will ask for a run."""
        return self.by_time.next_due() if self._enabled else None

    def create_due(self, now: datetime) -> None:
        """Make the runs that have fallen due, if any have."""
        if not self._enabled:
            return
        due = self.by_time.next_due()
        if due is not None and due <= now and self.by_time.run_once(now).asking:
            self.timetables.wanted = True
        if self.timetables.wanted:
            self.timetables.run_once(now)

    def create_for_assets(self, now: datetime) -> None:
        """Make the runs that updates of assets ask for, this scheduler's or other processes'."""
        if self._enabled and self.by_assets.wanted:
            self.by_assets.run_once(now)

    def assets_updated(self) -> None:
        """An update was recorded."""
        self.by_assets.happened()

    def dag_changed(self) -> None:
        """A DAG was parsed, unpaused or edited."""
        self.by_time.changed()
        self.by_assets.happened()
        self.timetables.wanted = True

    def finished(self, dag_id: str) -> None:
        """A run of that DAG ended, which may make room for the next."""
        self.by_time.finished(dag_id)
        self.by_assets.finished(dag_id)

    def use_plugins(self, ask: Ask) -> None:
        """Ask this what plug-ins say."""
        self.timetables.ask = self.by_assets.plugins.ask = ask

    def look_again(self, active: Mapping[str, int], now: datetime) -> None:
        """The safety net: what was said may be lost. ``active`` counts runs by DAG."""
        self.by_time.look_again(active)
        self.by_assets.look_again(now)
        self.timetables.wanted = True
