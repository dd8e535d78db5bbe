"""What a DAG object of 1.x and 2.x tells of its runs: running tasks and callbacks ask the database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from tradewind.authoring import context
from tradewind.domain.errors import AirflowException
from tradewind.domain.messages import data
from tradewind.domain.messages.assignment import RunContext

_END_OF_TIME: Final = datetime(9999, 12, 31, tzinfo=UTC)
_LOOK_BACK: Final = 1000
"""How many runs ``get_last_dagrun`` looks at."""


class DagQuestions:
    """Mixed into ``DAG``. Each method raises AirflowException where the file is read, not run."""

    dag_id: str

    def get_dagrun(self, execution_date: Any = None, run_id: str | None = None, session: Any = None) -> Any:
        """The run of that logical date or that id, or None. Raises AirflowException without either."""
        if execution_date is None and run_id is None:
            raise AirflowException("get_dagrun() needs an execution_date or a run_id.")
        from tradewind.authoring import known_instance  # see _run

        at = known_instance.moment(execution_date) if run_id is None else None
        return self._run("get_dagrun", data.GetDagRun(dag_id=self.dag_id, run_id=run_id, logical_date=at))

    def get_last_dagrun(self, session: Any = None, include_externally_triggered: bool = False) -> Any:
        """The run with the latest logical date, or None; only with ``include_externally_triggered`` one that
        somebody asked for.
        """
        before = _END_OF_TIME
        for _ in range(_LOOK_BACK):
            request = data.GetPreviousDagRun(dag_id=self.dag_id, logical_date=before)
            run = self._run("get_last_dagrun", request)
            if run is None or include_externally_triggered or not run.external_trigger:
                return run
            before = run.dates.logical_date
        return None

    def get_latest_execution_date(self, session: Any = None) -> Any:
        """The latest logical date of its runs, or None."""
        run = self.get_last_dagrun(include_externally_triggered=True)
        return None if run is None else run.logical_date

    @property
    def latest_execution_date(self) -> Any:
        """The same."""
        return self.get_latest_execution_date()

    def get_is_paused(self, session: Any = None) -> bool | None:
        """Is the DAG paused? None where the database does not know it."""
        found = _ask("get_is_paused")(data.GetDag(dag_id=self.dag_id))
        return None if found is None else bool(found["is_paused"])

    def _run(self, name: str, request: data.Request) -> Any:
        from tradewind.authoring.dag_run import DagRun  # brings much along, and few files ask

        ask = _ask(name)
        found = ask(request)
        return None if found is None else DagRun(msgspec.convert(found, RunContext), ask)


def _ask(name: str) -> Any:
    running = context.current_or_none()
    if running is None or "ti" not in running:
        raise AirflowException(f"DAG.{name} asks the database, which only running tasks and callbacks reach.")
    return running["ti"].ask
