"""What authors test DAGs with: a run in milliseconds, without database, processes or waiting.

``pytest_plugin`` offers it as fixtures. Everything here works without pytest too:

* ``runs``: a whole DAG, or one task of it, by the rules of the scheduler;
* ``fake_time``: time that stands still and skips what would be waited for;
* ``things``: variables and connections made up for a test;
* ``schedule``: when a DAG will run, and how long its runs will queue, over days of virtual time.
"""

from tradewind.testing.kit.fake_time import FakeTime, skipping
from tradewind.testing.kit.runs import DagOutcome, run_dag, run_task
from tradewind.testing.kit.schedule import SimulatedRun, simulate
from tradewind.testing.kit.things import FakeConnections, FakeThings, FakeVariables

__all__ = [
    "DagOutcome",
    "FakeConnections",
    "FakeThings",
    "FakeTime",
    "FakeVariables",
    "SimulatedRun",
    "run_dag",
    "run_task",
    "simulate",
    "skipping",
]
