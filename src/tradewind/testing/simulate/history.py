"""What was seen, and what must be true of it whatever went wrong.

The numbers of the invariants: I1 runs are unique and all due ones are there; I2 tries never go back, ends
are left only where somebody says so; I3 only the current attempt is handed out and counts; I4 nothing starts
before its rule is satisfied by committed states; I5 no limit is ever exceeded; I6 nothing stays unfinished;
I9 each callback is recorded once and run; I10 the ends are those of a world without faults; I11 a task that
asked a person is told what is recorded as the answer.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence

import msgspec

from tradewind.domain import codec, keys
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.spec import DagSpec
from tradewind.store.database import Database
from tradewind.testing.simulate import ends
from tradewind.testing.simulate.ends import Ends, RunKey
from tradewind.testing.simulate.rules import ENDED, is_recorded, may_run
from tradewind.testing.simulate.shapes import Shape
from tradewind.testing.simulate.structure import Path, Structure

BUSY = ("queued", "running", "restarting")
ACTIVE = ("queued", "running")

InstanceKey = tuple[str, str, str, int]


class Broken(AssertionError):
    """An invariant does not hold."""


class Row(msgspec.Struct, frozen=True):
    """What is looked at of a task instance; the first four are its key."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    id: str
    state: str | None
    try_number: int
    dispatch: int
    pool: str
    map_path: str | None = None

    @property
    def place(self) -> Path:
        """Its index at each level of mapping."""
        path = keys.path_of(self.map_path)
        return path if path is not None else ((self.map_index,) if self.map_index >= 0 else ())

    @property
    def key(self) -> InstanceKey:
        """Which task instance."""
        return (self.dag_id, self.run_id, self.task_id, self.map_index)

    @property
    def run(self) -> RunKey:
        """Of which run."""
        return (self.dag_id, self.run_id)


_ROWS = (
    "select dag_id, run_id, task_id, map_index, id, state, try_number, dispatch, pool, map_path "
    "from task_instance"
)


class History:
    """Looks at the committed rows through a connection of its own, after each thing the scheduler did."""

    def __init__(self, database: Database, shapes: Sequence[Shape]) -> None:
        self.shapes = {shape.spec.dag_id: shape for shape in shapes}
        self._versions = {_digest(shape.spec): Structure(shape.spec) for shape in shapes}
        self._tasks = {
            (shape.spec.dag_id, task.task_id): task for shape in shapes for task in shape.spec.tasks
        }
        self._connection = sqlite3.connect(str(database.url.database), isolation_level=None)
        self._seen_version = -1
        self._rows: dict[InstanceKey, Row] = {}
        self._runs: dict[RunKey, str] = {}
        self._replaced: set[str] = set()
        self._ends: Counter[RunKey] = Counter()
        """How often each run was seen to end by itself."""
        self._called: dict[RunKey, set[str]] = {}
        self._touched: set[RunKey] = set()
        self._deleted_due: Counter[str] = Counter()
        self._pools: dict[str, int] = {}
        self.deterministic = True
        """Whether nobody did anything that changes how things end."""
        self.handed_out = 0
        self.accept()

    # --- while it happens -------------------------------------------------------------------------

    def look(self) -> None:
        """Compare with what was seen last."""
        if not self._news():
            return
        before, runs = self._rows, self._runs
        self._read()
        for key, row in self._rows.items():
            last = before.get(key)
            if last is not None and last != row:
                self._check_step(last, row)
        for run, state in self._runs.items():
            if state not in ACTIVE and runs.get(run, "queued") in ACTIVE:
                self._ends[run] += 1
        self._check_limits()

    def taken(self, assignment: Assignment) -> None:
        """A host was handed this dispatch: what was sent must have been committed before."""
        self.handed_out += 1
        self.look()
        run = (assignment.run.dag_id, assignment.run.run_id)
        if assignment.kind == "callback":
            self._called.setdefault(run, set()).add(assignment.attempt_id)
            return
        self._check_answer(assignment)
        row = self._rows.get((*run, assignment.task_id, assignment.map_index))
        if row is None or row.id != assignment.attempt_id or row.dispatch < assignment.dispatch:
            if row is not None and not self._archived(assignment.attempt_id):
                raise Broken(
                    f"I3: {assignment.task_id} was handed out as {assignment.attempt_id}, not committed"
                )
        elif row.state == "queued" and run not in self._touched:
            self._check_rule(assignment)

    def _check_step(self, before: Row, row: Row) -> None:
        if row.id != before.id:
            self._replaced.add(before.id)
        if row.id in self._replaced:
            raise Broken(f"I3: {row.key} went back to an older attempt {row.id}")
        if row.try_number < before.try_number:
            raise Broken(f"I2: the try number of {row.key} went from {before.try_number} to {row.try_number}")
        # Where somebody cleared or edited, lengths and versions change: rows go, and come back.
        remapped = "removed" in (before.state, row.state) and row.run in self._touched
        if before.state in ENDED and row.state != before.state and not remapped:
            raise Broken(f"I2: {row.key} left its end {before.state} for {row.state}")

    def _check_limits(self) -> None:
        busy = [row for row in self._rows.values() if row.state in BUSY]
        for name, count in Counter(row.pool for row in busy).items():
            if 0 <= self._pools[name] < count:
                raise Broken(f"I5: pool {name} holds {count} of {self._pools[name]}")
        for (dag_id, run_id), count in Counter(row.run for row in busy).items():
            if count > self.shapes[dag_id].spec.max_active_tasks:
                raise Broken(f"I5: run {run_id} has {count} active tasks")
        self._check_limits_of_tasks(busy)
        running = Counter(dag_id for (dag_id, _), state in self._runs.items() if state == "running")
        for dag_id, count in running.items():
            if count > self.shapes[dag_id].spec.max_active_runs:
                raise Broken(f"I5: DAG {dag_id} has {count} running runs")

    def _check_limits_of_tasks(self, busy: list[Row]) -> None:
        for (dag_id, task_id), count in Counter((row.dag_id, row.task_id) for row in busy).items():
            limit = self._tasks[dag_id, task_id].max_active_tis_per_dag
            if limit is not None and count > limit:
                raise Broken(f"I5: task {task_id} is active {count} times, may be {limit}")
        for (dag_id, run_id, task_id), count in Counter((*row.run, row.task_id) for row in busy).items():
            limit = self._tasks[dag_id, task_id].max_active_tis_per_dagrun
            if limit is not None and count > limit:
                raise Broken(f"I5: task {task_id} is active {count} times in {run_id}, may be {limit}")

    def _check_rule(self, assignment: Assignment) -> None:
        run = (assignment.run.dag_id, assignment.run.run_id)
        rows = [row for row in self._rows.values() if row.run == run]
        if not may_run(self._versions[assignment.version], assignment.task_id, assignment.path, rows):
            states = Counter((row.task_id, row.state) for row in rows)
            raise Broken(f"I4: {assignment.task_id}{assignment.path} was handed out after {dict(states)}")

    def _check_answer(self, assignment: Assignment) -> None:
        of = "select responded_by, responded_at, dispatch from hitl_detail where ti_id = ?"
        for row in self._all(of, assignment.attempt_id):
            if not is_recorded(assignment, *row):
                raise Broken(
                    f"I11: {assignment.task_id} was told {assignment.next_kwargs}, recorded is {row}"
                )

    # --- what people did --------------------------------------------------------------------------

    def shape(self, assignment: Assignment) -> Shape:
        """The DAG that an assignment is of."""
        return self.shapes[assignment.run.dag_id]

    def runs_of(self, dag_id: str) -> list[str]:
        """The ids of the DAG's runs."""
        return [run_id for of, run_id in self._runs if of == dag_id]

    def touched(self, run: RunKey) -> None:
        """Somebody cleared or marked in that run."""
        self._touched.add(run)
        self.deterministic = False

    def edited(self, shape: Shape) -> None:
        """Another version of the DAG was saved."""
        spec = shape.spec
        self.shapes[spec.dag_id] = shape
        self._versions[_digest(spec)] = Structure(spec)
        self._tasks.update({(spec.dag_id, task.task_id): task for task in spec.tasks})
        self._touched.update(run for run in self._runs if run[0] == spec.dag_id)
        self.deterministic = False

    def deleted(self, run: RunKey, *, scheduled: bool) -> None:
        """Somebody deleted that run by SQL."""
        self._deleted_due[run[0]] += scheduled
        self._ends.pop(run, None)
        self._called.pop(run, None)
        self.deterministic = False

    def accept(self) -> None:
        """Take what is there now as it is: people may change what nothing else may."""
        self._read()
        for name, slots in self._all("select pool, slots from slot_pool"):
            # One that was lowered may hold more until what it holds has ended.
            self._pools[name] = max(slots, self._pools.get(name, slots))

    def has_lease(self, owner: str) -> bool:
        """Whether that scheduler is still entered."""
        return bool(self._all("select 1 from scheduler_lease where owner = ?", owner))

    # --- at the end -------------------------------------------------------------------------------

    def ended(self) -> bool:
        """Whether every run has ended, every due one was made and every callback was run."""
        if self._news():
            self._read()
        if any(state in ACTIVE for state in self._runs.values()):
            return False
        due = all(self._scheduled(dag_id) >= self._due(dag_id) for dag_id in self.shapes)
        return due and not self._all("select 1 from callback limit 1")

    def check_end(self) -> None:
        """What must be true when everything has come to rest."""
        self._read()
        for row in self._rows.values():
            if row.state not in ENDED:
                raise Broken(f"I6: {row.key} stayed {row.state or 'without a state'}")
        unended = [run for run, state in self._runs.items() if state in ACTIVE]
        if unended:
            raise Broken(f"I6: runs never ended: {unended}")
        for dag_id in self.shapes:
            if self._scheduled(dag_id) != self._due(dag_id):
                raise Broken(
                    f"I1: {dag_id} has {self._scheduled(dag_id)} scheduled runs, due are {self._due(dag_id)}"
                )
        waiting = self._all("select id, dag_id, run_id from callback")
        if waiting:
            raise Broken(f"I6: callbacks were never run to their end: {waiting}")
        for run in self._runs:
            if len(self._called.get(run, ())) != self._ends[run]:
                raise Broken(
                    f"I9: {run} ended {self._ends[run]} times, its callbacks: {self._called.get(run)}"
                )

    def compare(self, quiet: Ends) -> str:
        """How the ends differ from those of a world without faults; nothing where they do not.

        A task that was lost more often than it may be has failed rightly, and all behind it with it.
        """
        if self._all("select 1 from task_instance where state = 'failed' and reason like 'lost:%' limit 1"):
            return ""
        structures = {structure.spec.dag_id: structure for structure in self._versions.values()}
        differing = ends.differing(self.ends(), quiet, structures)
        return f"I10: ends differ from those without faults (here, there): {differing}" if differing else ""

    def ends(self) -> Ends:
        """The state of each task instance and, under an empty task id, of each run."""
        rows = {(*row.run, row.task_id, row.place): row for row in self._rows.values()}
        found: Ends = {key: row.state for key, row in rows.items()}
        found.update({(*run, "", ()): state for run, state in self._runs.items()})
        return ends.gathered(found, [key for key, row in rows.items() if row.try_number == 0])

    def _due(self, dag_id: str) -> int:
        return due_runs(self.shapes[dag_id].spec) - self._deleted_due[dag_id]

    def _scheduled(self, dag_id: str) -> int:
        return sum(run[0] == dag_id and run[1].startswith("scheduled__") for run in self._runs)

    # --- reading ----------------------------------------------------------------------------------

    def _news(self) -> bool:
        """Whether another connection has committed since the rows were read."""
        version = int(self._connection.execute("pragma data_version").fetchone()[0])
        return version != self._seen_version

    def _read(self) -> None:
        self._seen_version = int(self._connection.execute("pragma data_version").fetchone()[0])
        self._rows = {values[:4]: Row(*values) for values in self._all(_ROWS)}
        self._runs = {
            (dag, run): state for dag, run, state in self._all("select dag_id, run_id, state from dag_run")
        }

    def _archived(self, attempt_id: str) -> bool:
        return bool(self._all("select 1 from task_instance_history where task_instance_id = ?", attempt_id))

    def _all(self, sql: str, *values: str) -> list[tuple]:  # type: ignore[type-arg]
        return self._connection.execute(sql, values).fetchall()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _digest(spec: DagSpec) -> str:
    return codec.digest(codec.encode(spec))


def due_runs(spec: DagSpec) -> int:
    """How many scheduled runs the DAG's timetable asks for: one for each two minutes up to its end date."""
    if spec.end_date is None or spec.start_date is None:
        return 0
    return int((spec.end_date - spec.start_date).total_seconds() // 120) + 1
