"""What ``dag.test()`` returns. It imports user code's floor, so only who has that loaded imports it."""

from __future__ import annotations

import functools
from typing import Any

from tradewind.authoring.dag_run import DagRun
from tradewind.domain.states import DagRunType
from tradewind.testing.local.desk import Desk
from tradewind.testing.local.driver import LocalRun


class TestedRun(DagRun):
    """The run, as far as it exists outside a database: its task instances and their XComs can be read."""

    __test__ = False

    def __init__(self, local: LocalRun, desk: Desk, dag: Any) -> None:
        super().__init__(local.run_now(), desk.look_up, dag)
        self.state, self.run_type = local.machine.state, DagRunType(local.wish.run.run_type)
        self.task_states = local.states()
        self._desk = desk

    @functools.cached_property
    def results(self) -> dict[str, Any]:
        """Task id to what it returned; of a mapped task the list of that. Raises CannotDeserialize."""
        return self._desk.values()

    def __repr__(self) -> str:
        return f"<DagRun {self.dag_id} {self.run_id}: {self.state}>"
